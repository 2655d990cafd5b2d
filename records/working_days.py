"""Which days and hours count: pure functions over a calendar of exceptions.

Saturdays, Sundays and public holidays do not count (Art. 105 and 112 Labour Code 2019); the Government may swap a
working day for a Saturday. What deviates from Monday to Friday stands in a table that administrators edit.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

SATURDAY = 5
ONE_DAY = datetime.timedelta(days=1)
# Office hours of the one-stop desks: eight hours a day.
OFFICE_HOURS = ((datetime.time(7, 30), datetime.time(12, 0)), (datetime.time(13, 30), datetime.time(17, 0)))
CLOSING = OFFICE_HOURS[-1][1]
MINUTES_OF_OFFICE = [tuple(time.hour * 60 + time.minute for time in pair) for pair in OFFICE_HOURS]
MINUTES_OF_A_DAY = sum(closes - opens for opens, closes in MINUTES_OF_OFFICE)


@dataclass(frozen=True)
class Calendar:
    """The days that deviate from the working week: `off` on weekdays, `worked` at weekends."""

    off: frozenset[datetime.date] = field(default_factory=frozenset)
    worked: frozenset[datetime.date] = field(default_factory=frozenset)

    def is_working(self, day: datetime.date) -> bool:
        return day in self.worked or (day.weekday() < SATURDAY and day not in self.off)

    def days_after(self, day: datetime.date) -> Iterator[datetime.date]:
        """The working days after `day`, in order."""
        while True:
            day += ONE_DAY
            if self.is_working(day):
                yield day

    def on_or_after(self, day: datetime.date) -> datetime.date:
        """`day`, or the next working day when it is a day off (Art. 148.5 Civil Code 2015)."""
        return day if self.is_working(day) else next(self.days_after(day))

    def count(self, after: datetime.date, until: datetime.date) -> int:
        """How many working days lie after one day and up to another, which counts."""
        span = (after + ONE_DAY * number for number in range(1, (until - after).days + 1))
        return sum(map(self.is_working, span))


def office_hours(day: datetime.date, calendar: Calendar) -> list[tuple[datetime.datetime, datetime.datetime]]:
    """The stretches of office time of a day, without time zone; none on a day off."""
    if not calendar.is_working(day):
        return []
    combine = datetime.datetime.combine
    return [(combine(day, opens), combine(day, closes)) for opens, closes in OFFICE_HOURS]


def office_time(start: datetime.datetime, calendar: Calendar) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """The stretches of office time from `start` on, without end."""
    day = start.date()
    while True:
        for opens, closes in office_hours(day, calendar):
            if closes > start:
                yield max(opens, start), closes
        day += ONE_DAY


def office_minutes(start: datetime.datetime, stop: datetime.datetime, calendar: Calendar) -> int:
    """The whole minutes of office time between two moments without time zone."""
    if stop <= start:
        return 0
    days = max(calendar.count(start.date(), stop.date()) - calendar.is_working(stop.date()), 0)
    if start.date() == stop.date():
        return minutes_until(stop, calendar) - minutes_until(start, calendar)
    rest = minutes_until(start.replace(hour=23), calendar) - minutes_until(start, calendar)
    return rest + days * MINUTES_OF_A_DAY + minutes_until(stop, calendar)


def minutes_until(moment: datetime.datetime, calendar: Calendar) -> int:
    """The minutes of office time of its day that have passed at a moment."""
    if not calendar.is_working(moment.date()):
        return 0
    of_day = moment.hour * 60 + moment.minute
    return sum(min(max(of_day - opens, 0), closes - opens) for opens, closes in MINUTES_OF_OFFICE)
