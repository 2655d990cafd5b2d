"""Parts of pages that are the same for each request but for a few values: rendered once, then filled in.

A template of Django's costs a millisecond that a list, another one for each query, does not have.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_rendered: dict[tuple[Any, ...], str] = {}


def slot(name: str) -> SafeString:
    """What stands in the rendered part until `fill` puts the value there; no person can type it."""
    return SafeString(f"\ue000{name}\ue001")


def fill(part: str, render: Callable[[], str], **values: str) -> SafeString:
    """The part named `part`, rendered by `render` once for each language, with `values` in its slots.

    Values are put in as they are: escape what a person typed. A value is never searched for slots again.
    """
    key = (part, get_language(), settings.PORTAL_TODAY)
    if key not in _rendered:
        _rendered[key] = render()
    pieces = _rendered[key].split("\ue000")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _end, text = piece.partition("\ue001")
        filled += (values[name], text)
    return SafeString("".join(filled))
