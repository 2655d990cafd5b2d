"""Answers that hold as long as the catalogue does: an ETag that says which state an answer shows, and pages kept."""

import datetime
import hashlib
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

from organisation import stamp
from portal import clock

from .learning import counting
from .search import current

# Goes up with each change of the program that changes what an address answers over the same catalogue.
VERSION = "6"
FRAGMENT_HEADERS = ("HX-Request", "HX-History-Restore-Request")  # what htmx asks a part of a page with


def content_etag(request: HttpRequest, *_args: Any, **_kwargs: Any) -> str:
    """For `django.views.decorators.http.condition`: changes with anything that the address could show."""
    return etag_of(request, stamp.recent(), clock.today())


def index_etag(request: HttpRequest, *_args: Any, **_kwargs: Any) -> str:
    """For what the search index answers: while another thread rebuilds it, it answers the state before."""
    index = current()
    return etag_of(request, index.stamp, index.day)


def etag_of(request: HttpRequest, content: str, day: datetime.date) -> str:
    """The same for a state that is known already, such as the one the search index was built from."""
    parts: tuple[str, ...] = (
        VERSION,
        content,
        day.isoformat(),
        get_language() or "",
        request.get_host(),
        request.path,
        request.META.get("QUERY_STRING", ""),
    )
    parts += fragment(request)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f'"{digest[:32]}"'


def fragment(request: HttpRequest) -> tuple[str, str]:
    """What htmx asks for at an address that has a whole page as well."""
    return request.META.get("HTTP_HX_REQUEST", ""), request.META.get("HTTP_HX_HISTORY_RESTORE_REQUEST", "")


def page_of_catalogue(view: Callable[..., HttpResponse], kept_in: str = "default") -> Callable[..., HttpResponse]:
    """A public page made from the catalogue alone: `view(request, index, …)`, with the state it has to show.

    The answer is kept in the cache `kept_in` until the catalogue or the day changes, and a browser that has it
    already is told so. An answer with another status than 200, or with `keep = False`, is made anew each
    time. What it says that was `searched`, words and hits, is counted for each request.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        index = current()
        etag = etag_of(request, index.stamp, index.day)
        cache = caches[kept_in]
        kept = cache.get(etag)
        if kept is None:
            response = view(request, index, *args, **kwargs)
            patch_vary_headers(response, FRAGMENT_HEADERS)
            if response.status_code != 200 or not getattr(response, "keep", True):
                return response
            kept = response.content, getattr(response, "searched", None)
            cache.set(etag, kept, timeout=None)
        else:
            response = HttpResponse(kept[0])
            patch_vary_headers(response, FRAGMENT_HEADERS)
        if kept[1]:
            counting.searched(request, *kept[1])
        return told_once(request, response, etag)

    return answer


def told_once(request: HttpRequest, response: HttpResponse, etag: str) -> HttpResponse:
    """The answer, or that the reader has it already: it may be kept, and is asked for each time."""
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"
    return get_conditional_response(request, etag=etag, response=response) or response


# What is typed letter by letter: small, and so many that they would drive the pages out.
fragment_of_catalogue = partial(page_of_catalogue, kept_in="fragments")


def counts_opening(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page of a procedure, by its `code`; that it was opened from a search is counted when it is there."""

    @wraps(view)
    def answer(request: HttpRequest, code: str) -> HttpResponse:
        response = view(request, code=code)
        if response.status_code in (200, 304):
            counting.opened(request, code)
        return response

    return answer
