"""What got worse this week: late records by the day they fell due, beside those of the four weeks before.

Late is what is open and overdue by the date that was appointed last, and what ended after its promise. Both stretches
are told completely: whether a record that fell due a month ago was late is known today.
"""

import datetime
from collections import Counter
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from organisation import succession
from organisation.models import User
from records import listing, scope
from records.listing import LATE, Filters, midnight
from records.working_days import ONE_DAY, Calendar

from .board import rows_of
from .comparison import MOST_MOVEMENTS, Movement, movement

WEEK, WEEKS_BEFORE = 7, 28  # days


class Stretches(NamedTuple):
    """Complete days: the last seven, and the four weeks before."""

    before_from: datetime.date
    before_to: datetime.date
    recent_from: datetime.date
    recent_to: datetime.date


class Worse(NamedTuple):
    kind: str  # "unit": received there; "agency": settled there
    place: int
    movement: Movement


def stretches_of(today: datetime.date) -> Stretches:
    edges = [today - days * ONE_DAY for days in (WEEK + WEEKS_BEFORE, WEEK, 0)]
    (first, second), (third, fourth) = pairwise(edges)
    return Stretches(first, second - ONE_DAY, third, fourth - ONE_DAY)


def late_by_place(user: User, now: datetime.datetime) -> tuple[Counter[Any], Counter[Any]]:
    """(kind, place) → late records that fell due in the last week, and in the four weeks before."""
    span = stretches_of(timezone.localtime(now).date())
    filters = Filters(due=LATE, due_from=span.before_from, due_to=span.recent_to)
    rows, units = rows_of(user), succession.units(scope.state_of(user))
    recent: Counter[Any] = Counter()
    before: Counter[Any] = Counter()
    open_ones, ended_ones = listing.due_parts(filters, now)
    for part, name in ((open_ones, "urgency"), (ended_ones, "promised_at")):
        late = Count("pk", filter=Q(**{f"{name}__gte": midnight(span.recent_from)}))
        found = rows.filter(part).order_by().values_list("unit", "agency").annotate(late=late, all=Count("*"))
        for unit, agency, late_ones, all_ones in found:
            for place in (("unit", units.living(unit)), ("agency", units.living(agency))):
                recent[place] += late_ones
                before[place] += all_ones - late_ones
    return recent, before


def worst(user: User, now: datetime.datetime, calendar: Calendar) -> list[Worse]:
    """The movements of the week of which most is certain; a place that settles what it receives stands there once."""
    span = stretches_of(timezone.localtime(now).date())
    days = calendar.count(span.recent_from - ONE_DAY, span.recent_to)
    days_before = calendar.count(span.before_from - ONE_DAY, span.before_to)
    recent, before = late_by_place(user, now)
    found = [
        Worse(kind, place, moved)
        for (kind, place), count in recent.items()
        if not (kind == "agency" and twice(place, recent, before))
        and (moved := movement(count, before[kind, place], days, days_before))
    ]
    return sorted(found, key=lambda one: (-one.movement.at_least, -one.movement.recent, one.place))[:MOST_MOVEMENTS]


def twice(place: int, *counts: Counter[Any]) -> bool:
    return all(count["unit", place] == count["agency", place] for count in counts)
