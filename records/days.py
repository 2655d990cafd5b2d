"""Changes of the table of days, and the due dates of open records that follow them.

A change is saved together with a row that says which due dates are to be recomputed. That work is done in slices and
goes on after whatever stopped it. Only records whose time runs over a changed day are looked at.
"""

import datetime
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from organisation.models import User
from organisation.roles import Deed, can
from portal import clock

from . import actions
from .clock import aware, current_calendar, set_dates
from .listing import STILL_OPEN
from .models import DayException, Recomputation, Record, RecordQuerySet
from .working_days import ONE_DAY, Calendar

LOOKED_AT = 10_000  # records of which a preview computes the new date
SAMPLE = 10  # of them, shown before and after
BATCH = 50  # records of a transaction
SLICE = 2.0  # seconds of work within a request
PATIENCE = "900ms"  # below PostgreSQL's deadlock_timeout: in a tangle it is the table of days that steps back


class Busy(actions.Refused):
    """Records kept changing: there was no moment for the table of days to change between them."""


# What a change would do ------------------------------------------------------------------------


class Moved(NamedTuple):
    """A record whose promise would move."""

    record: Record
    before: datetime.datetime
    after: datetime.datetime


@dataclass(frozen=True)
class Impact:
    """What a change of the table does to open records; counted of those that were looked at."""

    running: int = 0  # open records whose time runs over a changed day
    looked_at: int = 0  # of these, the most urgent
    moved: int = 0
    sample: list[Moved] = field(default_factory=list)

    @property
    def is_exact(self) -> bool:
        return self.looked_at == self.running


def with_day(day: DayException) -> Calendar:
    """The calendar as it would be when `day`, new or changed, were saved."""
    return put(DayException.objects.exclude(pk=day.pk), [(day.day, day.kind)])


def without_day(day: DayException) -> Calendar:
    return put(DayException.objects.exclude(pk=day.pk), [])


def put(rows: Iterable[DayException], more: list[tuple[datetime.date, str]]) -> Calendar:
    days = [*((row.day, row.kind) for row in rows), *more]
    off, worked = ([day for day, kind in days if kind == wanted] for wanted in DayException.Kind.values)
    return Calendar(frozenset(off), frozenset(worked))


def changed_days(before: Calendar, after: Calendar) -> list[datetime.date]:
    """The days that count in one calendar and not in the other: a holiday on a Sunday changes nothing."""
    named = before.off | before.worked | after.off | after.worked
    return sorted(day for day in named if before.is_working(day) != after.is_working(day))


def running_over(days: Iterable[datetime.date]) -> RecordQuerySet:
    """Open records whose due date was computed over one of the days: no other date can depend on it."""
    midnight = datetime.time()
    over = Q(pk__in=[])
    for day in days:
        start, end = (aware(datetime.datetime.combine(at, midnight)) for at in (day, day + ONE_DAY))
        over |= Q(clock_from__lt=end, due_at__gte=start)
    return Record.objects.filter(STILL_OPEN).filter(over)


def impact(after: Calendar) -> Impact:
    """What it would do to open records if the table of days became `after`. Nothing is saved."""
    days = changed_days(current_calendar(), after)
    if not days:
        return Impact()
    running = running_over(days)
    moved, looked_at = [], 0
    for record in running.defer("sealed", "papers")[:LOOKED_AT]:
        looked_at += 1
        before = record.promised_at
        set_dates(record, after)
        if before and record.promised_at and record.promised_at != before:
            moved.append(Moved(record, before, record.promised_at))
    total = running.count() if looked_at == LOOKED_AT else looked_at
    return Impact(total, looked_at, len(moved), moved[:SAMPLE])


# Changing the table ----------------------------------------------------------------------------


def keep(day: DayException, by: User | None) -> Recomputation | None:
    """Save a day; the recomputation that follows, None when no due date can depend on the change."""
    return change(day.save, by)


def remove(day: DayException, by: User | None) -> Recomputation | None:
    return change(day.delete, by)


def change(write: Callable[[], object], by: User | None) -> Recomputation | None:
    """Write to the table of days, and note in the same transaction which due dates are to follow."""
    if by is not None and not may_keep(by):
        raise actions.NotYours(_("Your role does not keep the table of days."))
    with transaction.atomic():
        have_the_table_alone()
        before = current_calendar()
        write()
        days = changed_days(before, current_calendar())
        if not days:
            return None
        return Recomputation.objects.create(made_by=by, made_at=clock.now(), days=[day.isoformat() for day in days])


def may_keep(user: User) -> bool:
    return user.is_active and can(user.role, Deed.KEEP_DAYS)


def have_the_table_alone() -> None:
    """Wait for those who compute with the old days, and let others wait: no due date of the old days comes later.

    SQLite has one writer at a time anyhow.
    """
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute(f"LOCK TABLE {DayException._meta.db_table} IN ACCESS EXCLUSIVE MODE")
    except OperationalError:
        raise Busy(_("Many records are changing at this moment. Nothing was saved: please try again.")) from None


# Recomputing -----------------------------------------------------------------------------------


def begin_all(by: User | None) -> Recomputation:
    """A recomputation of every open record, for when the table was changed by another way."""
    return Recomputation.objects.create(made_by=by, made_at=clock.now())


def unfinished() -> list[Recomputation]:
    return list(Recomputation.objects.filter(done_at=None).select_related("made_by"))


def left_keys(job: Recomputation) -> list[int]:
    """The keys of the records still to be looked at, in order."""
    days = [datetime.date.fromisoformat(day) for day in job.days]
    wanted = running_over(days) if days else Record.objects.filter(STILL_OPEN).filter(promised_at__isnull=False)
    # Sorted here: with ORDER BY and LIMIT a planner may walk all records in the order of their keys.
    return sorted(wanted.filter(pk__gt=job.position).order_by().values_list("pk", flat=True))


def run_slice(job: Recomputation, *, seconds: float) -> int:
    """Recompute due dates for so many seconds, at least one batch; how many records are left.

    Safe beside another runner, and to be killed at any moment.
    """
    job.refresh_from_db()
    if job.done_at:
        return 0
    keys, done, end = left_keys(job), 0, time.monotonic() + seconds
    while done < len(keys):
        recompute_batch(job, keys[done : done + BATCH])
        done = min(done + BATCH, len(keys))
        if time.monotonic() >= end:
            break
    if done == len(keys):
        Recomputation.objects.filter(pk=job.pk, done_at=None).update(done_at=clock.now())
    job.refresh_from_db()
    return len(keys) - done


@transaction.atomic
def recompute_batch(job: Recomputation, keys: list[int]) -> None:
    """Recompute some records and note how far it went. The records are locked before the days are read, as the
    actions do."""
    locked = Recomputation.objects.select_for_update().get(pk=job.pk)
    new = [key for key in keys if key > locked.position]
    records = list(Record.objects.select_for_update().filter(pk__in=new).order_by("pk"))
    calendar = current_calendar()
    # Who has left since then, or changed roles, began it rightly: the portal finishes it.
    by = locked.made_by if locked.made_by and may_keep(locked.made_by) else None
    locked.changed += actions.recompute((row for row in records if is_behind(row, calendar)), by=by)
    locked.looked_at += len(new)
    locked.position = max(keys[-1], locked.position)
    locked.save()


def is_behind(record: Record, calendar: Calendar) -> bool:
    """Whether the stored dates are not those of the calendar."""
    before = (record.promised_at, record.due_at)
    set_dates(record, calendar)
    return (record.promised_at, record.due_at) != before
