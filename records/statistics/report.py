"""The figures of a period, read from the cells: totals, in whole or part by part, and what was in process."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Sum

from organisation.models import Agency, AgencyKind
from records.models import ChannelFigure, Figure, ReportScope, UnitFigure

from .cells import FIRST_BUCKET, Measure, edge
from .formula import share

KINDS: Mapping[str, Collection[str]] = {
    ReportScope.CENTER: [AgencyKind.CENTER],
    ReportScope.DISTRICT: [AgencyKind.DISTRICT],
    ReportScope.COMMUNE: [AgencyKind.COMMUNE],
    ReportScope.ALL: AgencyKind.values,
}


class Period(NamedTuple):
    """Months, both included, each by its first day; and the kinds of the units whose receptions count."""

    first: datetime.date
    last: datetime.date
    kinds: Collection[str]


class Totals(NamedTuple):
    """What was counted."""

    received: int
    refused: int
    ahead: int
    on_time: int
    late: int
    online: int
    times: Mapping[int, int]  # bucket of the working time → records

    @property
    def resolved(self) -> int:
        return self.ahead + self.on_time + self.late

    @property
    def share_on_time(self) -> float | None:
        return share(self.ahead + self.on_time, self.resolved)

    @property
    def share_online(self) -> float | None:
        return share(self.online, self.resolved)

    def within(self, percent: int) -> int | None:
        """Minutes of office time within which so many per cent were done; None of nothing, or beyond the last edge."""
        wanted, done = sum(self.times.values()) * percent / 100, 0
        for measure in sorted(self.times):
            done += self.times[measure]
            if done >= wanted > 0:
                return edge(measure)
        return None


def totals(counts: Mapping[int, int]) -> Totals:
    """Totals of counts by measure."""
    times = {measure: count for measure, count in counts.items() if measure >= FIRST_BUCKET and count}
    named = (Measure.RECEIVED, Measure.REFUSED, Measure.AHEAD, Measure.ON_TIME, Measure.LATE, Measure.ONLINE)
    received, refused, ahead, on_time, late, online = (counts.get(measure, 0) for measure in named)
    return Totals(received, refused, ahead, on_time, late, online, times)


def read(model: type[Figure], key: str, period: Period) -> dict[Any, Totals]:
    """The totals by one column of a table of cells; keys without any count are missing."""
    rows: Any = model._default_manager.filter(month__gte=period.first, month__lte=period.last)
    if model is UnitFigure:
        units = Agency.objects.filter(kind__in=period.kinds)
        rows = rows.filter(unit__in=list(units.values_list("pk", flat=True)))
    else:
        rows = rows.filter(place__in=list(period.kinds))
    return grouped(rows.order_by().values_list(key, "measure").annotate(Sum("count")))


def grouped(rows: Iterable[tuple[Any, int, int]]) -> dict[Any, Totals]:
    counts: dict[Any, Counter[int]] = defaultdict(Counter)
    for key, measure, count in rows:
        counts[key][measure] += count
    return {key: totals(found) for key, found in counts.items() if any(found.values())}


def whole(period: Period) -> Totals:
    counts: Counter[int] = Counter()
    rows = ChannelFigure.objects.filter(month__gte=period.first, month__lte=period.last, place__in=list(period.kinds))
    for measure, count in rows.order_by().values_list("measure").annotate(Sum("count")):
        counts[measure] += count
    return totals(counts)


class Balance(NamedTuple):
    """In process at the start + received = refused + resolved + in process at the end."""

    start: int
    received: int
    refused: int
    resolved: int

    @property
    def end(self) -> int:
        return self.start + self.received - self.refused - self.resolved


def balance(period: Period) -> Balance:
    before = whole(period._replace(first=datetime.date.min, last=period.first - datetime.timedelta(days=1)))
    within = whole(period)
    start = before.received - before.refused - before.resolved
    return Balance(start, within.received, within.refused, within.resolved)
