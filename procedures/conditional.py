"""Conditional requests: an ETag that says which state of the catalogue an answer shows."""

import datetime
import hashlib
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from organisation import stamp
from portal import clock

# Goes up with each change of the program that changes what an address answers over the same catalogue.
VERSION = "1"


def content_etag(request: HttpRequest, *_args: Any, **_kwargs: Any) -> str:
    """For `django.views.decorators.http.condition`: changes with anything that the address could show."""
    return etag_of(request, stamp.current(), clock.today())


def etag_of(request: HttpRequest, content: str, day: datetime.date) -> str:
    """The same for a state that is known already, such as the one the search index was built from."""
    parts = (VERSION, content, day.isoformat(), get_language() or "", request.build_absolute_uri())
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f'"{digest[:32]}"'
