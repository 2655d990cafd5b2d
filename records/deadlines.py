"""When a record is due, and how that was computed: pure functions, local time of Vietnam without a time zone.

Working and calendar days count from the day after reception, hours are office hours from the moment of reception,
months are calendar months; a limit in calendar days or months that ends on a day off ends on the next working day
(Art. 147 and 148 Civil Code 2015). Time in which the clock stands still does not count.
"""

import calendar as months
import datetime
import enum
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from procedures.models import TimeUnit

from .working_days import CLOSING, ONE_DAY, Calendar, office_time

ONE_HOUR = datetime.timedelta(hours=1)


class Limit(NamedTuple):
    """The time that a procedure promises; a limit of nothing promises nothing."""

    value: int
    unit: TimeUnit


class Pause(NamedTuple):
    """A stretch in which the clock stands still; without an end it still does."""

    start: datetime.datetime
    end: datetime.datetime | None = None


class StepKind(enum.StrEnum):
    """What happened to the date in a step of its computation."""

    STARTED = "started"  # the clock starts
    COUNTED = "counted"  # so many units were counted
    SKIPPED = "skipped"  # days off among them
    PAUSED = "paused"  # days in which the clock stood still
    MOVED = "moved"  # ends on a day off: the next working day
    STANDS = "stands"  # the clock stands still: no date yet
    DUE = "due"


class Step(NamedTuple):
    """One line of the explanation: what happened, the moment it led to, and a number where one is told."""

    kind: StepKind
    at: datetime.datetime
    number: int = 0
    unit: str = ""


@dataclass(frozen=True)
class Deadline:
    """The moment by which a record is to be resolved, None while the clock stands still; and the way to it."""

    due: datetime.datetime | None
    steps: tuple[Step, ...]


def compute(start: datetime.datetime, limit: Limit, pauses: Sequence[Pause], calendar: Calendar) -> Deadline:
    """When a limit that began at `start` ends.

    `pauses` are those since `start`, in order. The last may be open: then there is no date yet.
    """
    first = Step(StepKind.STARTED, start)
    if pauses and pauses[-1].end is None:
        return Deadline(None, (first, Step(StepKind.STANDS, pauses[-1].start)))
    count = {
        TimeUnit.WORKING_DAY: by_working_days,
        TimeUnit.DAY: by_calendar_days,
        TimeUnit.MONTH: by_calendar_days,
        TimeUnit.HOUR: by_office_hours,
    }[limit.unit]
    steps = [first, *count(start, limit, pauses, calendar)]
    due = steps[-1].at
    return Deadline(due, (*steps, Step(StepKind.DUE, due)))


def closing(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, CLOSING)


def stood_still(pauses: Iterable[Pause]) -> set[datetime.date]:
    """The days that do not count: after the day on which the clock stopped, up to the one on which it went on."""
    days: set[datetime.date] = set()
    for pause in pauses:
        if pause.end:
            length = (pause.end.date() - pause.start.date()).days
            days.update(pause.start.date() + ONE_DAY * number for number in range(1, length + 1))
    return days


def by_working_days(
    start: datetime.datetime, limit: Limit, pauses: Sequence[Pause], calendar: Calendar
) -> Iterable[Step]:
    still, day, left, off, paused = stood_still(pauses), start.date(), limit.value, 0, 0
    while left:
        day += ONE_DAY
        if not calendar.is_working(day):
            off += 1
        elif day in still:
            paused += 1
        else:
            left -= 1
    yield Step(StepKind.COUNTED, closing(day), limit.value, limit.unit)
    if off:
        yield Step(StepKind.SKIPPED, closing(day), off)
    if paused:
        yield Step(StepKind.PAUSED, closing(day), paused)


def by_calendar_days(
    start: datetime.datetime, limit: Limit, pauses: Sequence[Pause], calendar: Calendar
) -> Iterable[Step]:
    end = (
        months_later(start.date(), limit.value)
        if limit.unit == TimeUnit.MONTH
        else start.date() + limit.value * ONE_DAY
    )
    yield Step(StepKind.COUNTED, closing(end), limit.value, limit.unit)
    # A pause moves the end; a later pause may lie before the moved end only.
    moved = 0
    for day in sorted(stood_still(pauses)):
        if start.date() < day <= end:
            end += ONE_DAY
            moved += 1
    if moved:
        yield Step(StepKind.PAUSED, closing(end), moved)
    working = calendar.on_or_after(end)
    if working != end:
        yield Step(StepKind.MOVED, closing(working))


def months_later(day: datetime.date, count: int) -> datetime.date:
    """The same day `count` months later; the last of a shorter month (Art. 148.3 Civil Code 2015)."""
    number = day.year * 12 + day.month - 1 + count
    year, month = divmod(number, 12)
    return datetime.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def by_office_hours(
    start: datetime.datetime, limit: Limit, pauses: Sequence[Pause], calendar: Calendar
) -> Iterable[Step]:
    left = whole = limit.value * ONE_HOUR
    passed = datetime.timedelta()  # office time since the start, pauses included
    for opens, closes in office_time(start, calendar):
        for begin, stop in without(opens, closes, pauses):
            if left <= stop - begin:
                due = begin + left
                yield Step(StepKind.COUNTED, due, limit.value, limit.unit)
                lost = passed + (due - opens) - whole
                if lost:
                    yield Step(StepKind.PAUSED, due, math.ceil(lost / ONE_HOUR), TimeUnit.HOUR)
                return
            left -= stop - begin
        passed += closes - opens


def without(
    begin: datetime.datetime, stop: datetime.datetime, pauses: Iterable[Pause]
) -> Iterable[tuple[datetime.datetime, datetime.datetime]]:
    """The parts of a stretch that lie in no pause."""
    for pause in pauses:
        if pause.end and pause.end > begin and pause.start < stop:
            if pause.start > begin:
                yield begin, pause.start
            begin = max(begin, pause.end)
    if begin < stop:
        yield begin, stop
