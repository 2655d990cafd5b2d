"""Answers that hold as long as the figures do."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

from organisation import stamp
from portal import clock
from procedures.conditional import etag_of, told_once

from .statistics import tables

HEADERS = ("Content-Type", "Content-Disposition")


def made_of_figures(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What is public and made of figures, units and catalogue: kept until one of them, or the day, changes.

    A reader who has it already is told so. An answer with another status than 200 is made anew each time.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tables.settle()
        # The states come first: what is read after them is of these states or of later ones, never of earlier ones.
        etag = etag_of(request, f"{tables.state()} {stamp.recent()}", clock.today())
        cache = caches["figures"]
        kept = cache.get(etag)
        if kept is None:
            response = view(request, *args, **kwargs)
            if response.status_code != 200:
                return response
            kept = response.content, {name: response[name] for name in HEADERS if name in response}
            cache.set(etag, kept, timeout=None)
        return told_once(request, HttpResponse(kept[0], headers=kept[1]), etag)

    return answer
