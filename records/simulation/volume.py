"""How many records each working day brings."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from records.codes import LAST_ORDER
from records.working_days import ONE_DAY, Calendar

from .office import DAY, OfficeTime
from .shares import Shares

# January to December: the quiet weeks of Tết, the harvest of papers before and after summer.
MONTHS = (0.95, 0.7, 1.1, 1.0, 1.05, 1.1, 1.1, 1.15, 1.05, 1.0, 1.0, 1.05)
WEEKDAYS = (1.25, 1.1, 1.0, 0.95, 0.8, 0.4, 0.4)  # Monday to Sunday; a worked Saturday is quiet
AFTER_HOLIDAYS = 1.3  # the first day after three or more days off


@dataclass(frozen=True)
class Order:
    """What is to be simulated; the same order makes the same records."""

    count: int
    seed: int
    first: datetime.date
    last: datetime.date
    end: datetime.datetime  # nothing happens after it
    shares: Shares


class DayPlan(NamedTuple):
    day: datetime.date
    before: int  # records of the days before
    records: int


class TooMany(Exception):
    """More records than a day has codes."""


def plan(order: Order, calendar: Calendar) -> list[DayPlan]:
    """The days of the period with their records: `order.count` in all."""
    office = OfficeTime(calendar, order.first, order.last)
    weights = [weight(day, calendar) for day in office.days]
    if office.days:
        weights[-1] *= (office.seconds(order.end) - DAY * (len(office.days) - 1)) / DAY
    total = sum(weights)
    if total <= 0:
        raise ValueError("There is no office time in the period.")
    plans, passed, before = [], 0.0, 0
    for day, share in zip(office.days, weights, strict=True):
        passed += share
        until = round(order.count * passed / total)
        plans.append(DayPlan(day, before, until - before))
        before = until
    busiest = max(plans, key=lambda plan: plan.records)
    if busiest.records * order.shares.center / 100 > LAST_ORDER:
        raise TooMany(f"{busiest.records:,} records on {busiest.day} are more than its codes: take a longer period.")
    return plans


def weight(day: datetime.date, calendar: Calendar) -> float:
    off_before = next(number for number in range(1, 30) if calendar.is_working(day - number * ONE_DAY)) - 1
    return MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] * (AFTER_HOLIDAYS if off_before > 2 else 1)


def batches(plans: list[DayPlan], size: int) -> list[list[DayPlan]]:
    """Whole days together, up to about `size` records; what is written in one transaction."""
    groups: list[list[DayPlan]] = [[]]
    for plan in plans:
        if groups[-1] and sum(day.records for day in groups[-1]) + plan.records > size:
            groups.append([])
        groups[-1].append(plan)
    return groups
