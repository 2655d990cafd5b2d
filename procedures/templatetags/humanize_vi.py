"""Numbers in groups of three, as the reader's language writes them, and times of work."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import ngettext

register = template.Library()
HOUR, DAY = 60, 480  # minutes of office time


@register.filter
def grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


@register.filter
def office_time(minutes: int) -> str:
    """Office time in hours, rounded up, from a day on in working days of eight hours, half days rounded up."""
    if minutes < DAY:
        hours = max(-(-minutes // HOUR), 1)
        return ngettext("%(count)d office hour", "%(count)d office hours", hours) % {"count": hours}
    halves = -(-minutes * 2 // DAY)
    days = number_format(halves / 2, halves % 2)
    return ngettext("%(days)s working day", "%(days)s working days", 1 if halves == 2 else 2) % {"days": days}
