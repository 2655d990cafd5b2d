"""Months, each by its first day."""

import datetime
from collections.abc import Iterator

from portal import clock

MOST = 120  # months of a page or a report


def this_month() -> datetime.date:
    return clock.today().replace(day=1)


def following(month: datetime.date) -> datetime.date:
    return (month + datetime.timedelta(days=31)).replace(day=1)


def span(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    """Every month from one to another, both included; none when the second lies before the first."""
    while first <= last:
        yield first
        first = following(first)


def are_too_many(first: datetime.date, last: datetime.date) -> bool:
    return (last.year - first.year) * 12 + last.month - first.month >= MOST
