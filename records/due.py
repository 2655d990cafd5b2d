"""Where a record stands beside its date, in words: nobody has to tell colours apart."""

import datetime
import enum
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Record
from .statuses import Status

SOON = 3  # days ahead that count as soon


class DueKind(enum.StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    WAITING = "waiting"
    NO_DATE = "no-date"
    ENDED = "ended"


SYMBOLS = {
    DueKind.OVERDUE: "▲",
    DueKind.TODAY: "●",
    DueKind.SOON: "◐",
    DueKind.LATER: "○",
    DueKind.WAITING: "◇",
    DueKind.NO_DATE: "–",
    DueKind.ENDED: "✓",
}


class Due(NamedTuple):
    kind: DueKind
    text: str

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.kind]


def day_of(moment: datetime.datetime) -> datetime.date:
    return timezone.localtime(moment).date()


def day_text(moment: datetime.datetime) -> str:
    return date_format(day_of(moment), "SHORT_DATE_FORMAT")


def time_text(moment: datetime.datetime) -> str:
    return date_format(timezone.localtime(moment), "H:i")


def due_of(record: Record, now: datetime.datetime) -> Due:
    if not record.is_open:
        return Due(DueKind.ENDED, ended_text(record))
    if record.waits_for_citizen:
        return Due(DueKind.WAITING, _("waits for the citizen since %(day)s") % {"day": day_text(record.status_since)})
    if record.due_at is None:
        return Due(DueKind.NO_DATE, _("not accepted yet"))
    days = (day_of(record.due_at) - day_of(now)).days
    if record.due_at < now:
        late = ngettext("overdue by %(count)d day", "overdue by %(count)d days", -days) % {"count": -days}
        today = _("overdue since %(time)s today") % {"time": time_text(record.due_at)}
        return Due(DueKind.OVERDUE, late if days else today)
    if days == 0:
        return Due(DueKind.TODAY, _("due today, %(time)s") % {"time": time_text(record.due_at)})
    ahead = ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
    return Due(DueKind.SOON if days <= SOON else DueKind.LATER, ahead)


def ended_text(record: Record) -> str:
    """When the processing ended, and whether the promise was kept."""
    ended = record.ended_at or record.status_since
    if record.status == Status.REFUSED or record.promised_at is None:
        return _("ended on %(day)s") % {"day": day_text(ended)}
    if ended <= record.promised_at:
        return _("ended on %(day)s, in time") % {"day": day_text(ended)}
    return _("ended on %(day)s, late") % {"day": day_text(ended)}
