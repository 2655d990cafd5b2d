"""What stands between a request and its view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import errors


class DatabaseAway:
    """A page that says so, with 503, when the database does not answer. The next request tries again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, errors.DATABASE_AWAY):
            return errors.unavailable(request)
        return None
