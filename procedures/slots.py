"""Parts of pages that are the same for each request but for a few values: rendered once, then filled in.

A template of Django's costs a millisecond that a list, another one for each query, does not have.
"""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_rendered: dict[tuple[Any, ...], list[str]] = {}  # texts and names of slots in turn


def slot(name: str) -> SafeString:
    """What stands in the rendered part until `fill` puts the value there; no person can type it."""
    return SafeString(f"\ue000{name}\ue001")


def fill(part: str, render: Callable[[], str], **values: str) -> SafeString:
    """The part named `part`, rendered by `render` once for each language, with `values` in its slots.

    Values are put in as they are: escape what a person typed. A value is never searched for slots again.
    """
    key = (part, get_language(), settings.PORTAL_TODAY)
    if key not in _rendered:
        _rendered[key] = re.split("[\ue000\ue001]", render())
    filled = _rendered[key].copy()
    filled[1::2] = [values[name] for name in filled[1::2]]
    return SafeString("".join(filled))


def without_options(form: str) -> str:
    """A form whose selects have one option, a slot: the slot in its place, for all options at once."""
    return re.sub(r"<option[^>]*>\s*([^<]+?)\s*</option>", r"\1", form)
