"""Shares and movements compared fairly: what chance alone may do to a small office is not told as its fault.

Pure functions. The interval is Wilson's (1927) for a share, at 95 %: it stays within 0 and 100 %, and is honest for
few records and for shares near 100 %, where the ordinary one is not.
"""

from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

Z = 1.959964  # 95 % of a normal distribution lie within so many standard deviations
# Of an office that kept every promise in 30 records the interval is wide (from 89 % on), and still says something.
FEWEST = 30  # records resolved in the period, below which an office is listed apart
FEWEST_MOVED = 3  # late records of the week: one or two are no movement
MOST_MOVEMENTS = 5


class Interval(NamedTuple):
    """Where a share may well lie: between 0 and 1."""

    low: float
    high: float


def wilson(part: int, whole: int) -> Interval:
    """The 95 % interval of a share of `part` among `whole`, which is not 0."""
    share, square = part / whole, Z * Z / whole
    middle = (share + square / 2) / (1 + square)
    reach = Z * sqrt(share * (1 - share) / whole + square / (4 * whole)) / (1 + square)
    # At the ends the interval reaches the end itself, whatever rounding says.
    return Interval(0.0 if part == 0 else middle - reach, 1.0 if part == whole else middle + reach)


# Offices ----------------------------------------------------------------------------------------


class Tally(NamedTuple):
    """What an office did in a period."""

    office: int
    received: int
    resolved: int
    in_time: int


class Place(NamedTuple):
    """An office among the others."""

    tally: Tally
    interval: Interval


class Comparison(NamedTuple):
    """Offices by what is certain of them, and those of which too little is known, most records first."""

    places: list[Place]
    apart: list[Tally]
    resolved: int  # by those that are compared
    in_time: int


def compare(tallies: Iterable[Tally], fewest: int = FEWEST) -> Comparison:
    """Sort by the lower bound of the interval: 100 % of forty records do not beat 99.5 % of thousands."""
    tallies = list(tallies)
    many = [tally for tally in tallies if tally.resolved >= max(fewest, 1)]
    places = [Place(tally, wilson(tally.in_time, tally.resolved)) for tally in many]
    return Comparison(
        sorted(places, key=lambda place: (-place.interval.low, -place.tally.resolved, place.tally.office)),
        sorted(
            (tally for tally in tallies if tally.resolved < max(fewest, 1)),
            key=lambda tally: (-tally.resolved, -tally.received, tally.office),
        ),
        sum(tally.resolved for tally in many),
        sum(tally.in_time for tally in many),
    )


# Movements --------------------------------------------------------------------------------------


class Movement(NamedTuple):
    """More late records than before, in one place."""

    recent: int
    before: int
    days: int  # working days of the two stretches
    days_before: int
    at_least: float  # so many times as many in a working day as before, with 97.5 % certainty

    @property
    def rate(self) -> float:
        return self.recent / self.days

    @property
    def rate_before(self) -> float:
        return self.before / self.days_before


def movement(recent: int, before: int, days: int, days_before: int) -> Movement | None:
    """Whether there are more late records in a working day than before; None where chance may have done it.

    If nothing had changed, each late record would fall into the recent stretch with the share that this has of the
    working days: the movement is told when the interval of the share that did lies above it.
    """
    if recent < FEWEST_MOVED or not (days and days_before):
        return None
    low = wilson(recent, recent + before).low
    at_least = low / (1 - low) * days_before / days
    return Movement(recent, before, days, days_before, at_least) if at_least > 1 else None
