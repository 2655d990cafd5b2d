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
