"""Figures in the reader's words."""

import datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .cells import DAY
from .reading import Time

HOUR = 60


def number(value: int) -> str:
    return number_format(value, force_grouping=True)


def per_cent(share: float | None) -> str:
    """Two decimals; "N/A" of nothing (Decision 766/QĐ-TTg)."""
    return _("N/A") if share is None else f"{number_format(share, 2)} %"


def within(time: Time | None) -> str:
    """ "within 2.5 working days"; a working day has eight office hours."""
    if time is None:
        return _("N/A")
    text = _("more than %(time)s") if time.beyond else _("within %(time)s")
    return text % {"time": span(time.minutes)}


def plain(time: Time | None) -> str:
    """ "2.5 working days"; empty of nothing."""
    if time is None:
        return ""
    return _("more than %(time)s") % {"time": span(time.minutes)} if time.beyond else span(time.minutes)


def span(minutes: int) -> str:
    """Minutes of office time as office hours, from a day on as working days, half days rounded up."""
    if minutes < DAY:
        hours = max(-(-minutes // HOUR), 1)
        return ngettext("%(count)d office hour", "%(count)d office hours", hours) % {"count": hours}
    halves = -(-minutes * 2 // DAY)
    days = number_format(halves / 2, 0 if halves % 2 == 0 else 1)
    return ngettext("%(days)s working day", "%(days)s working days", 1 if halves == 2 else 2) % {"days": days}


def short_month(month: datetime.date) -> str:
    return f"{month:%m/%Y}"


def months_text(first: datetime.date, last: datetime.date) -> str:
    """ "08/2024", or "01/2024 – 08/2024"."""
    return short_month(first) if first == last else f"{short_month(first)} – {short_month(last)}"


def signed(change: int) -> str:
    return f"+{number(change)}" if change > 0 else f"−{number(-change)}"
