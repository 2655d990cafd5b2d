"""Months that were frozen: what of them has changed since. No reason and no name stands here; the staff sees those."""

import datetime
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone

from records.models import FrozenMonth

from .cells import FIRST_BUCKET, Measure
from .reading import Figures, Query, Scope

# What a month tells, under the names that programs read.
NAMES = {
    Measure.RECEIVED: "received",
    Measure.REFUSED: "not_accepted",
    Measure.AHEAD: "ahead",
    Measure.ON_TIME: "on_time",
    Measure.LATE: "late",
}


class Frozen(NamedTuple):
    """When a month was frozen, and what corrections have changed since: measure → by how many, those that did."""

    at: datetime.datetime
    since: dict[Measure, int]

    @property
    def day(self) -> datetime.date:
        return timezone.localdate(self.at)


def frozen(query: Query, months: dict[datetime.date, Figures]) -> dict[datetime.date, Frozen]:
    """The frozen months of the period; `months` is what the cells say of them now."""
    rows = FrozenMonth.objects.filter(month__range=(query.first, query.last)).order_by("month")
    found = {}
    for pk, month, at in rows.values_list("pk", "month", "frozen_at"):
        before, now = told(pk, at), months[month].counts
        changes = {measure: now[measure] - before[query.scope, measure] for measure in NAMES}
        found[month] = Frozen(at, {measure: by for measure, by in changes.items() if by})
    return found


@lru_cache(maxsize=512)
def told(pk: int, at: datetime.datetime) -> Counter[tuple[str, int]]:
    """What a frozen month told, by scope and measure. It never changes, so it is read once."""
    cells = FrozenMonth.objects.values_list("cells__ChannelFigure", flat=True).get(pk=pk, frozen_at=at)
    found: Counter[tuple[str, int]] = Counter()
    for place, _channel, measure, count in cells or ():
        if measure < FIRST_BUCKET:
            found[place, measure] += count
            found[Scope.ALL.value, measure] += count
    return found
