"""What the monitoring board tells of today: what is due, by agency and officer, what came in, and what lies.

Written for millions of rows: what is due is counted along the index of open records alone, the rest along small
indexes of their own and up to a bound. See also `silence` and `movements`.
"""

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Case, Count, IntegerField, Value, When
from django.utils import timezone

from organisation import succession
from organisation.models import User
from organisation.roles import Deed, can
from records import listing, scope
from records.due import SOON
from records.listing import ANY, ONE_DAY, STILL_OPEN, UNCOLLECTED, WAITING_LONG, Filters, midnight
from records.models import Record, RecordQuerySet
from records.working_days import Calendar

MOST_COUNTED = 20_000  # of what is counted alone: "20,000+" says enough
DAYS_AHEAD = 10  # working days


def sees_all(user: User) -> bool:
    return can(user.role, Deed.MONITOR)


def sees_board(user: User) -> bool:
    return sees_all(user) or scope.reads_own(user)


def rows_of(user: User) -> RecordQuerySet:
    """The records of the board: all, or those of the own unit."""
    return Record.objects.all() if sees_all(user) else Record.objects.filter(scope.own(user))


# What is due ------------------------------------------------------------------------------------


class Load(NamedTuple):
    """How many open records are overdue, due later today, and due within three days, today included."""

    overdue: int = 0
    today: int = 0
    soon: int = 0

    def __bool__(self) -> bool:
        return any(self)


class Stretch(NamedTuple):
    """Days of due dates up to a working day, and how many records fall due on them; `first` is None for today."""

    first: datetime.date | None
    last: datetime.date
    records: int


@dataclass(frozen=True)
class Due:
    total: Load
    agencies: dict[int, Load]  # by the agency that stands today where the record's stood
    officers: dict[int | None, Load]  # None: nobody is in charge
    ahead: list[Stretch]


class Pile(NamedTuple):
    agency: int
    officer: int | None
    place: int  # between which of the edges it falls due
    records: int


def due(user: User, now: datetime.datetime, calendar: Calendar) -> Due:
    """What is overdue and what falls due: one query over the open records that do so soon."""
    today = timezone.localtime(now).date()
    tomorrow, soon = midnight(today + ONE_DAY), midnight(today + (SOON + 1) * ONE_DAY)
    stretches = list(days_ahead(today, calendar))
    edges = sorted({now, tomorrow, soon, *(midnight(last + ONE_DAY) for _first, last in stretches)})
    piles = [Pile(*row) for row in grouped(rows_of(user), edges)]
    places = Counter[int]()
    for pile in piles:
        places[pile.place] += pile.records

    def within(start: datetime.datetime, end: datetime.datetime) -> int:
        return sum(places[n] for n in range(edges.index(start) + 1, edges.index(end) + 1))

    ahead = [
        Stretch(first, last, within(midnight(first) if first else now, midnight(last + ONE_DAY)))
        for first, last in stretches
    ]
    last_of = {"today": edges.index(tomorrow), "soon": edges.index(soon)}
    units = succession.units(scope.state_of(user))
    return Due(
        load(piles, **last_of),
        sorted_loads(piles, lambda pile: units.living(pile.agency), **last_of),
        sorted_loads(piles, lambda pile: pile.officer, **last_of),
        ahead,
    )


def days_ahead(today: datetime.date, calendar: Calendar) -> Iterator[tuple[datetime.date | None, datetime.date]]:
    """The next working days, today included, each with the days off before it."""
    if calendar.is_working(today):
        yield None, today
    days = calendar.days_after(today)
    last = today
    for _number in range(DAYS_AHEAD - calendar.is_working(today)):
        day = next(days)
        yield last + ONE_DAY, day
        last = day


def grouped(rows: RecordQuerySet, edges: list[datetime.datetime]) -> Any:
    """(agency, officer, place among the edges, how many) of the open records that are due before the last edge."""
    cases = [When(urgency__lt=edge, then=Value(number)) for number, edge in enumerate(edges)]
    due_ones = rows.filter(STILL_OPEN, urgency__lt=edges[-1]).order_by()
    place = Case(*cases, output_field=IntegerField())
    return due_ones.values_list("agency", "officer").annotate(place=place, records=Count("*"))


def load(piles: list[Pile], today: int, soon: int) -> Load:
    return Load(
        sum(pile.records for pile in piles if pile.place == 0),
        sum(pile.records for pile in piles if 0 < pile.place <= today),
        sum(pile.records for pile in piles if 0 < pile.place <= soon),
    )


def sorted_loads(piles: list[Pile], key: Any, **places: int) -> dict[Any, Load]:
    """The loads by a key, those with most overdue first; none of nothing."""
    parts: dict[Any, list[Pile]] = {}
    for pile in piles:
        parts.setdefault(key(pile), []).append(pile)
    loads = [(name, found) for name, part in parts.items() if (found := load(part, **places))]
    return dict(sorted(loads, key=lambda row: (-row[1].overdue, -row[1].today, -row[1].soon, row[0] or 0)))


# What is counted alone --------------------------------------------------------------------------


def counted_alone(user: User, now: datetime.datetime) -> dict[str, tuple[Filters, int]]:
    """Name → the filters of the list, and how many records it has, none beyond `MOST_COUNTED` and one: one query."""
    today, everything = timezone.localtime(now).date(), sees_all(user)
    wanted = {
        "received": Filters(everything=everything, status=ANY, start=today, end=today),
        **{due: Filters(everything=everything, due=due) for due in (WAITING_LONG, UNCOLLECTED)},
    }
    sets = {
        name: [strand.order_by(*filters.order.names()) for strand in listing.listed(user, filters, now)]
        for name, filters in wanted.items()
    }
    counts = listing.counted(sets, MOST_COUNTED)
    return {name: (filters, counts[name]) for name, filters in wanted.items()}
