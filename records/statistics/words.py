"""Figures in the reader's words. A page has thousands of them, so they are put together plainly."""

import datetime
from functools import lru_cache

from django.utils.formats import get_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from procedures.templatetags.humanize_vi import office_time

from .reading import Time


def number(value: int) -> str:
    return numeral(value, get_language())


def per_cent(share: float | None) -> str:
    """Two decimals; "N/A" of nothing (Decision 766/QĐ-TTg)."""
    return percentage(share, get_language())


def span(time: Time | None) -> str:
    """ "2.5 working days", within which so many records were worked on."""
    return spelled(time, get_language())


# The same for who has many and asks for the language, the one that is active, once.


@lru_cache(maxsize=4_096)
def numeral(value: int, language: str | None) -> str:
    return f"{value:,}".replace(",", get_format("THOUSAND_SEPARATOR", language))


@lru_cache(maxsize=4_096)
def percentage(share: float | None, language: str | None) -> str:
    if share is None:
        return _("N/A")
    return f"{share:.2f}\u00a0%".replace(".", get_format("DECIMAL_SEPARATOR", language))


@lru_cache(maxsize=512)
def spelled(time: Time | None, language: str | None) -> str:
    if time is None:
        return _("N/A")
    text = office_time(time.minutes)
    return _("more than %(time)s") % {"time": text} if time.beyond else text


def short_month(month: datetime.date) -> str:
    return f"{month:%m/%Y}"


def months_text(first: datetime.date, last: datetime.date) -> str:
    """ "08/2024", or "01/2024 – 08/2024"."""
    return short_month(first) if first == last else f"{short_month(first)} – {short_month(last)}"


def signed(change: int) -> str:
    return f"+{number(change)}" if change > 0 else f"−{number(-change)}"
