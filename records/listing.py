"""The list of the counter: what it shows, what it filters by, and its counts.

Written for millions of rows. Open records are read along the partial indexes of `Record`, in the order of their
urgency; ended ones along the indexes by time of reception, within a bounded period; nothing is counted beyond 1,000.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import IntegerField, Q, QuerySet, Value
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency, User
from organisation.roles import Deed, can
from procedures.models import Procedure

from . import scope
from .due import SOON
from .keyset import Order, keys_sql
from .models import FAR, Record, RecordQuerySet
from .statuses import OPEN, STANDING_STILL

PER_PAGE = 50
MOST_COUNTED = 1_000
LONGEST_PERIOD = 92  # days of reception, where ended records are listed: bounds what one page may read
ONE_DAY = datetime.timedelta(days=1)
BY_URGENCY = Order(("urgency", "id"))
BY_RECEPTION = Order(("received_at", "id"), descending=True)

OVERDUE, TODAY, SOON_DUE, WAITING = "overdue", "today", "soon", "waiting"
QUICK = {
    "": _("All open"),
    OVERDUE: _("Overdue"),
    TODAY: _("Due today"),
    SOON_DUE: _("Due within 3 days"),
    WAITING: _("Waiting for the citizen"),
}
ANY = "any"  # status: open and ended records
NOBODY = "nobody"  # officer in charge


class Literal(Value):
    """A number that stands in the SQL itself: SQLite takes a partial index for the very text of its condition only."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return str(int(self.value)), ()


STILL_OPEN = Q(status__in=[Literal(status, output_field=IntegerField()) for status in OPEN])


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; every part may be empty. `start` and `end` are days of reception, included."""

    everything: bool = False  # all that the user may read, not the own unit's alone
    due: str = ""  # a key of QUICK
    status: str = ""  # "": open ones; ANY; else a number of `Status`
    unit: Agency | None = None
    agency: Agency | None = None
    procedure: Procedure | None = None
    channel: str = ""
    officer: User | str | None = None  # a person, or NOBODY
    start: datetime.date | None = None
    end: datetime.date | None = None

    @property
    def is_open(self) -> bool:
        """Whether only open records are meant."""
        return bool(self.due) or not self.status or (self.status != ANY and int(self.status) in OPEN)

    @property
    def order(self) -> Order:
        return BY_URGENCY if self.is_open else BY_RECEPTION

    def period(self, today: datetime.date) -> tuple[datetime.date | None, datetime.date | None]:
        """The days of reception that are listed: as chosen, and bounded where ended records are among them."""
        if self.is_open:
            return self.start, self.end
        end = self.end or (self.start + LONGEST_PERIOD * ONE_DAY if self.start else today)
        earliest = end - LONGEST_PERIOD * ONE_DAY
        return max(self.start or earliest, earliest), end

    def conditions(self, start: datetime.date | None, end: datetime.date | None) -> Q:
        """All but the due date, which the counts of the quick filters do not share."""
        found = Q()
        if self.is_open:
            found &= STILL_OPEN
        if self.status and self.status != ANY:
            found &= Q(status=int(self.status))
        for name in ("unit", "agency", "procedure"):
            if chosen := getattr(self, name):
                found &= Q(**{name: chosen})
        if self.channel:
            found &= Q(channel=self.channel)
        if self.officer:
            found &= Q(officer__isnull=True) if self.officer == NOBODY else Q(officer=self.officer)
        if start:
            found &= Q(received_at__gte=midnight(start))
        if end:
            found &= Q(received_at__lt=midnight(end + ONE_DAY))
        return found


def midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def due_condition(due: str, now: datetime.datetime) -> Q:
    tomorrow = midnight(timezone.localtime(now).date() + ONE_DAY)
    return {
        "": Q(),
        OVERDUE: Q(urgency__lt=now),
        TODAY: Q(urgency__gte=now, urgency__lt=tomorrow),
        SOON_DUE: Q(urgency__gte=now, urgency__lt=tomorrow + SOON * ONE_DAY),
        WAITING: Q(status__in=STANDING_STILL, urgency__gte=FAR),
    }[due]


def reads_all(user: User) -> bool:
    return can(user.role, Deed.READ_ALL)


def strands(user: User, everything: bool) -> list[RecordQuerySet]:
    """The records of the user's unit, each once: received there, or settled there but received elsewhere.

    Several querysets, because "one or the other" follows no index in the order of the list: two for a unit, and
    two for each that it follows. With `everything`, all that the user may read.
    """
    if everything:
        return [scope.visible_to(user)]
    reach = scope.reach_of(user) if scope.reads_own(user) else None
    if reach is None:
        return []
    elsewhere = Record.objects.filter(reach.elsewhere())
    return [
        *(Record.objects.filter(part) for part in reach.received()),
        *(elsewhere.filter(part) for part in reach.settled()),
    ]


def listed(user: User, filters: Filters, now: datetime.datetime) -> list[RecordQuerySet]:
    """The strands of the list, without order."""
    period = filters.period(timezone.localtime(now).date())
    conditions = filters.conditions(*period) & due_condition(filters.due, now)
    return [strand.filter(conditions) for strand in strands(user, filters.everything)]


# Counts ----------------------------------------------------------------------------------------


def counts(user: User, filters: Filters, now: datetime.datetime) -> dict[str, int]:
    """For each quick filter how many open records it would leave, one more than `MOST_COUNTED` for "or more"."""
    if not filters.is_open:
        filters = replace(filters, status="")
    # In the order of the index that they are to follow: the limit alone would let a database read all rows of a unit.
    open_ones = [strand.order_by(*BY_URGENCY.names()) for strand in listed(user, replace(filters, due=""), now)]
    return counted({due: [strand.filter(due_condition(due, now)) for strand in open_ones] for due in QUICK})


def counted(sets: Mapping[Any, Sequence[QuerySet[Any]]], most: int = MOST_COUNTED) -> dict[Any, int]:
    """The size of each set of strands, none counted beyond `most` and one: one query for all."""
    parts = [(name, *sql) for name, rows in sets.items() for strand in rows if (sql := keys_sql(strand[: most + 1]))]
    totals = dict.fromkeys(sets, 0)
    if parts:
        # The SQL is Django's own, the values stay parameters.
        columns = ", ".join(f"(SELECT COUNT(*) FROM ({sql}) AS part)" for _name, sql, _params in parts)  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns}", [value for part in parts for value in part[2]])
            for (name, _sql, _params), count in zip(parts, cursor.fetchone(), strict=True):
                totals[name] += count
    return {name: min(total, most + 1) for name, total in totals.items()}


def count_text(count: int) -> str:
    """ "312", or "1,000+"."""
    shown = number_format(min(count, MOST_COUNTED), force_grouping=True)
    return f"{shown}+" if count > MOST_COUNTED else shown
