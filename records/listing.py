"""The list of the counter: what it shows, what it filters by, and its counts.

Written for millions of rows. Open records are read along the partial indexes of `Record`, in the order of their
urgency; ended ones along the indexes by time of reception, within a bounded period; nothing is counted beyond 1,000.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
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
from .models import FAR, Record, RecordQuerySet, ended_late
from .statuses import OPEN, STANDING_STILL, Status

PER_PAGE = 50
MOST_COUNTED = 1_000
LONGEST_PERIOD = 92  # days of reception, where ended records are listed: bounds what one page may read
ONE_DAY = datetime.timedelta(days=1)
NONE: frozenset[int] = frozenset()
BY_URGENCY = Order(("urgency", "id"))
BY_RECEPTION = Order(("received_at", "id"), descending=True)
BY_STANDING = Order(("status_since", "id"))  # what lies longest first
BY_PROMISE = Order(("promised_at", "id"))
# No rule says how long a citizen may take: after a month without a word somebody should call, or think of a stop.
LONGEST_WAIT = 30  # days
COLLECTED_WITHIN = 7  # days: an applicant who has not come after a week may not know that the result is there

OVERDUE, TODAY, SOON_DUE, WAITING = "overdue", "today", "soon", "waiting"
QUICK = {
    "": _("All open"),
    OVERDUE: _("Overdue"),
    TODAY: _("Due today"),
    SOON_DUE: _("Due within 3 days"),
    WAITING: _("Waiting for the citizen"),
}
WAITING_LONG, UNCOLLECTED, LATE = "waiting-long", "uncollected", "late"
# What the monitoring board leads to besides: not counted beside the quick filters, each in an order of its own.
FROM_THE_BOARD = {
    WAITING_LONG: _("Waiting for the citizen for too long"),
    UNCOLLECTED: _("Results not collected"),
    LATE: _("Overdue, or ended late"),
}
ORDERS = {WAITING_LONG: BY_STANDING, UNCOLLECTED: BY_STANDING, LATE: BY_PROMISE}
ANY = "any"  # status: open and ended records
NOBODY = "nobody"  # officer in charge


class Literal(Value):
    """A number that stands in the SQL itself: SQLite takes a partial index for the very text of its condition only."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return str(int(self.value)), ()


def literal(number: int) -> Literal:
    return Literal(number, output_field=IntegerField())


STILL_OPEN = Q(status__in=[literal(status) for status in OPEN])
STILL_STANDING = Q(status__in=[literal(status) for status in STANDING_STILL])
STILL_THERE = Q(status=literal(Status.RESOLVED))
ENDED_LATE = ended_late(literal(Status.STOPPED), literal(1))


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; every part may be empty. `start` and `end` are days of reception, included."""

    everything: bool = False  # all that the user may read, not the own unit's alone
    due: str = ""  # a key of QUICK or of FROM_THE_BOARD
    status: str = ""  # "": open ones; ANY; else a number of `Status`
    unit: Agency | None = None
    agency: Agency | None = None
    procedure: Procedure | None = None
    channel: str = ""
    officer: User | str | None = None  # a person, or NOBODY
    start: datetime.date | None = None
    end: datetime.date | None = None
    due_from: datetime.date | None = None  # days of the due date, included
    due_to: datetime.date | None = None
    unit_formers: frozenset[int] = NONE  # ended units whose records are meant with those of `unit`
    agency_formers: frozenset[int] = NONE

    @property
    def is_open(self) -> bool:
        """Whether only open records are meant."""
        if self.due:
            return self.due not in (UNCOLLECTED, LATE)
        return not self.status or (self.status != ANY and int(self.status) in OPEN)

    @property
    def is_bounded(self) -> bool:
        """Whether a period of reception bounds what is read."""
        return not self.is_open and self.due not in ORDERS

    @property
    def order(self) -> Order:
        return ORDERS.get(self.due) or (BY_URGENCY if self.is_open else BY_RECEPTION)

    def period(self, today: datetime.date) -> tuple[datetime.date | None, datetime.date | None]:
        """The days of reception that are listed: as chosen, and bounded where ended records are among them."""
        if not self.is_bounded:
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
        for name, chosen, formers in (
            ("unit", self.unit, self.unit_formers),
            ("agency", self.agency, self.agency_formers),
        ):
            if chosen:
                found &= Q(**{f"{name}__in": [chosen.pk, *sorted(formers)]}) if formers else Q(**{name: chosen})
        if self.procedure:
            found &= Q(procedure=self.procedure)
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
    today = timezone.localtime(now).date()
    tomorrow = midnight(today + ONE_DAY)
    return {
        "": Q(),
        OVERDUE: Q(urgency__lt=now),
        TODAY: Q(urgency__gte=now, urgency__lt=tomorrow),
        SOON_DUE: Q(urgency__gte=now, urgency__lt=tomorrow + SOON * ONE_DAY),
        WAITING: Q(status__in=STANDING_STILL, urgency__gte=FAR),
        WAITING_LONG: STILL_STANDING & Q(status_since__lt=midnight(today - LONGEST_WAIT * ONE_DAY)),
        UNCOLLECTED: STILL_THERE & Q(status_since__lt=midnight(today - COLLECTED_WITHIN * ONE_DAY)),
    }[due]


def due_parts(filters: Filters, now: datetime.datetime) -> list[Q]:
    """What the filters say of the due date: in parts without a record in common where no one index has them all."""
    if filters.due == LATE:
        return [
            STILL_OPEN & Q(urgency__lt=now) & on_days("urgency", filters),
            ENDED_LATE & on_days("promised_at", filters),
        ]
    return [due_condition(filters.due, now) & on_days("urgency", filters)]


def on_days(name: str, filters: Filters) -> Q:
    found = Q()
    if filters.due_from:
        found &= Q(**{f"{name}__gte": midnight(filters.due_from)})
    if filters.due_to:
        found &= Q(**{f"{name}__lt": midnight(filters.due_to + ONE_DAY)})
    return found


def due_by(filters: Filters, now: datetime.datetime) -> Q:
    """The same as one condition."""
    return reduce(or_, due_parts(filters, now))


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
    conditions, parts = filters.conditions(*period), due_parts(filters, now)
    return [strand.filter(conditions, part) for strand in strands(user, filters.everything) for part in parts]


# Counts ----------------------------------------------------------------------------------------


def counts(user: User, filters: Filters, now: datetime.datetime) -> dict[str, int]:
    """For each quick filter how many open records it would leave, one more than `MOST_COUNTED` for "or more"."""
    if not filters.is_open:
        filters = replace(filters, status="")
    # In the order of the index that they are to follow: the limit alone would let a database read all rows of a unit.
    plain = replace(filters, due="", due_from=None, due_to=None)
    open_ones = [strand.order_by(*BY_URGENCY.names()) for strand in listed(user, plain, now)]
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


def count_text(count: int, most: int = MOST_COUNTED) -> str:
    """ "312", or "1,000+" where no more than so many were counted."""
    shown = number_format(min(count, most), force_grouping=True)
    return f"{shown}+" if count > most else shown
