"""Who is silent: offices that receive records and have received none for a while. No data is not zero."""

import datetime
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from organisation.models import Agency, User
from records import scope
from records.models import Record, RecordQuerySet, UnitFigure
from records.working_days import ONE_DAY, Calendar

from .board import sees_all
from .cells import Measure
from .tables import settle

# A working week: the smallest communes have days without anybody, hardly a week with nothing at all and no reason.
SILENT_AFTER = 5  # complete working days
USUAL_MONTHS = 3  # before this one, by which an office's silence is judged


class Silence(NamedTuple):
    """An office that has received nothing for a while."""

    office: Agency
    since: datetime.date | None  # of its last record; None: it never received one
    days: int | None  # complete working days without any; None: nobody knows since when it has existed
    usual: int  # received in the `USUAL_MONTHS` before this one


def silent(user: User, today: datetime.date, calendar: Calendar) -> list[Silence]:
    """The silent offices of today: first those whose silence is the strangest, at last those that never spoke."""
    usual = received_before(today)
    found = [
        Silence(office, since, days, usual[office.pk])
        for office, since in last_receptions(user, today)
        if (days := silent_days(office, since, today, calendar)) is None or days >= SILENT_AFTER
    ]
    return sorted(found, key=lambda one: (one.since is None, -one.usual * (one.days or 0), -(one.days or 0)))


def last_receptions(user: User, today: datetime.date) -> Iterator[tuple[Agency, datetime.date | None]]:
    """Each office of the board that exists on the day, and when it received its last record: one step of an index."""
    offices = Agency.objects.valid_on(today).filter(receives_records=True)
    if not sees_all(user):
        offices = offices.filter(pk=scope.unit_of(user) or 0)
    for office in offices.annotate(latest=Subquery(latest_of(OuterRef("pk")))).order_by("name", "code"):
        yield office, timezone.localtime(office.latest).date() if office.latest else None


def latest_of(unit: Any) -> RecordQuerySet:
    rows = Record.objects.filter(unit=unit).order_by("-received_at", "-id")
    return rows.values("received_at")[:1]  # type: ignore[return-value]


def silent_days(office: Agency, since: datetime.date | None, today: datetime.date, calendar: Calendar) -> int | None:
    start = since or (office.valid_from - ONE_DAY if office.valid_from else None)
    return None if start is None else calendar.count(start, today - ONE_DAY)


def usual_days(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of the months by which a silence is judged."""
    last = first = today.replace(day=1) - ONE_DAY
    for _number in range(USUAL_MONTHS - 1):
        first = first.replace(day=1) - ONE_DAY
    return first.replace(day=1), last


def received_before(today: datetime.date) -> Counter[int]:
    """Unit → records received in those months, from the cells."""
    settle()
    found: Counter[int] = Counter()
    rows = UnitFigure.objects.filter(month__range=usual_days(today), measure=Measure.RECEIVED)
    for unit, count in rows.values_list("unit", "count"):
        found[unit] += count
    return found
