"""The bound on what one request may upload, known before anything of it is read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUpload(FileUploadHandler):
    """Refuses a request that says it is larger than `LARGEST_UPLOAD`; what is smaller goes on to the next handler."""

    def handle_raw_input(self, input_data: Any, META: dict[str, Any], content_length: int, *rest: Any) -> None:
        if content_length > settings.LARGEST_UPLOAD:
            raise RequestDataTooBig(f"{content_length} bytes are more than {settings.LARGEST_UPLOAD}.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
