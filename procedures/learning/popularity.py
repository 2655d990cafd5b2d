"""What is opened often stands a little higher where the text ties: bounded, and by no single address.

A day counts for a procedure when at least `FEWEST` different addresses opened it from a search, so whoever opens it
again and again, on however many days, moves nothing. The number of openings counts by its logarithm, and all of it
is less than one step of the everyday rank. Only days that are over count: all processes of a day agree.
"""

import datetime
import math
from collections import defaultdict

from django.db.models import Sum

from procedures.models import SearchOpened

PERIOD = datetime.timedelta(days=90)
FEWEST = 3  # addresses on a day
FULL = 1_000  # openings in the period that bring the most
MOST = 0.99  # of a step of the everyday rank: a commoner rank stays before a lower one


def popularity(day: datetime.date) -> dict[int, float]:
    """The part of a step of the everyday rank that procedures gain on `day`, by their keys."""
    days = SearchOpened.objects.filter(day__range=(day - PERIOD, day - datetime.timedelta(days=1))).order_by()
    counted = days.values_list("procedure", "day").annotate(from_addresses=Sum("addresses"))
    totals: defaultdict[int, int] = defaultdict(int)
    for procedure, _day, addresses in counted.filter(from_addresses__gte=FEWEST):
        totals[procedure] += addresses
    return {procedure: gain(total) for procedure, total in totals.items()}


def gain(openings: int) -> float:
    return MOST * min(math.log1p(openings) / math.log1p(FULL), 1)
