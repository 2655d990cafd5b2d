"""What the cells say of a period: the whole, month by month, and by groups of one sort; a query for each."""

import datetime
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from organisation import succession
from organisation.models import Agency, AgencyKind
from procedures import ownership
from records.models import AgencyFigure, ChannelFigure, Figure, Scope, UnitFigure, WorkFigure, YearFigure

from .cells import EDGES, FIRST_BUCKET, Measure, edge
from .formula import share
from .months import span
from .tables import OPENS

ENDINGS = (Measure.AHEAD, Measure.ON_TIME, Measure.LATE)


class By(models.TextChoices):
    """What the groups are."""

    AGENCY = "agency", _("agency that settles")
    UNIT = "unit", _("unit that receives")
    LEVEL = "level", _("level")
    FIELD = "field", _("field of work")
    CHANNEL = "channel", _("way of handing in")


class Structure(models.TextChoices):
    """Whose figures those of a unit are that has ended since."""

    THEN = "then", _("as the units were then")
    NOW = "now", _("as the units are now")


class Query(NamedTuple):
    """Months by their first days, both included."""

    first: datetime.date
    last: datetime.date
    scope: Scope = Scope.CENTER
    by: By = By.AGENCY
    of: Structure = Structure.THEN


class Time(NamedTuple):
    """Within so many minutes of office time; `beyond`: it took longer than these."""

    minutes: int
    beyond: bool = False


@dataclass
class Figures:
    """Counts by measure: those of the period, and what had moved `before` it (no working times)."""

    counts: Counter[int] = field(default_factory=Counter)
    before: Counter[int] = field(default_factory=Counter)

    def add(self, other: "Figures") -> None:
        self.counts.update(other.counts)
        self.before.update(other.before)

    @property
    def received(self) -> int:
        return self.counts[Measure.RECEIVED]

    @property
    def refused(self) -> int:
        return self.counts[Measure.REFUSED]

    @property
    def ahead(self) -> int:
        return self.counts[Measure.AHEAD]

    @property
    def on_time(self) -> int:
        return self.counts[Measure.ON_TIME]

    @property
    def late(self) -> int:
        return self.counts[Measure.LATE]

    @property
    def resolved(self) -> int:
        return self.ahead + self.on_time + self.late

    @property
    def online(self) -> int:
        return self.counts[Measure.ONLINE]

    @property
    def at_start(self) -> int:
        """In process when the period began."""
        return left_open(self.before)

    @property
    def in_process(self) -> int:
        """In process when it ended: `at_start + received == resolved + refused + in_process`, always."""
        return self.at_start + left_open(self.counts)

    @property
    def share_in_time(self) -> float | None:
        return share(self.ahead + self.on_time, self.resolved)

    @property
    def share_online(self) -> float | None:
        return share(self.online, self.resolved)

    @property
    def median(self) -> Time | None:
        return self.times(50)[0]

    @property
    def ninth_tenth(self) -> Time | None:
        return self.times(90)[0]

    def times(self, *percents: int) -> list[Time | None]:
        """The smallest edges within which so many per cent of the records were worked on; None of nothing."""
        buckets = sorted([item for item in self.counts.items() if item[0] >= FIRST_BUCKET and item[1] > 0])
        reached = list(accumulate([count for _measure, count in buckets]))
        if not buckets:
            return [None for _percent in percents]
        wanted = (-(-percent * reached[-1] // 100) for percent in percents)
        return [time_of(buckets[bisect_left(reached, number)][0]) for number in wanted]


def time_of(measure: int) -> Time:
    """The edge of a bucket."""
    minutes = edge(measure)
    return Time(minutes) if minutes else Time(EDGES[-1], beyond=True)


def left_open(counts: Counter[int]) -> int:
    return counts[Measure.BALANCE] + sum([opens * counts.get(measure, 0) for measure, opens in OPENS.items()])


# Months ----------------------------------------------------------------------------------------


def first_month() -> datetime.date | None:
    """The first month that has figures."""
    cells = ChannelFigure.objects.exclude(measure=Measure.BALANCE)
    return cells.order_by("month").values_list("month", flat=True).first()  # along the index; `Min` reads them all


def by_month(query: Query) -> dict[datetime.date, Figures]:
    """The figures of each month of the period, in order, also of one in which nothing happened; what is `before` a
    month includes the months before it."""
    cells = figures(ChannelFigure, query, ("month",), [])
    before: Counter[int] = Counter()
    for (month,), found in cells.items():
        if month < query.first:
            before.update(found.before)
    told = {}
    for month in span(query.first, query.last):
        counts = cells[month,].counts if (month,) in cells else Counter()
        told[month] = Figures(counts, before.copy())
        before.update({measure: count for measure, count in counts.items() if measure < FIRST_BUCKET})
    return told


def total(told: dict[datetime.date, Figures]) -> Figures:
    """The whole period, from its months."""
    whole = Figures(before=next(iter(told.values())).before.copy())
    for month in told.values():
        whole.counts.update(month.counts)
    return whole


def whole(query: Query) -> Figures:
    return total(by_month(query))


def kinds(scope: str) -> list[str]:
    """The kinds of the units that are meant."""
    return AgencyKind.values if scope == Scope.ALL else [scope]


# Groups ----------------------------------------------------------------------------------------

Key = tuple[Any, ...]


class Plan(NamedTuple):
    """The table that has the groups, its columns that make them, and the group of such a row."""

    model: type[Figure]
    names: tuple[str, ...]
    group: Callable[..., Key]


def by_group(query: Query, state: succession.State) -> dict[Key, Figures]:
    """The figures of each group: a unit, field or agency by its key, a way or a kind of unit by its value.

    What the receiving units settle themselves is the group `(0, kind of unit)`.
    """
    model, names, group = plan(query, state)
    told: dict[Key, Figures] = {}
    for row, found in figures(model, query, names, whole_years(query)).items():
        known = told.setdefault(group(*row), found)
        if known is not found:
            known.add(found)
    return told


def plan(query: Query, state: succession.State) -> Plan:
    now = query.of == Structure.NOW
    match query.by:
        case By.CHANNEL:
            return Plan(ChannelFigure, ("channel",), alone)
        case By.FIELD:
            return Plan(WorkFigure, ("field",), alone)
        case By.LEVEL if now:
            living, kinds = succession.units(state).living, dict(Agency.objects.values_list("pk", "kind"))
            return Plan(UnitFigure, ("unit",), lambda unit: (kinds.get(living(unit)),))
        case By.LEVEL:
            return Plan(ChannelFigure, ("place",), alone)
        case By.UNIT:
            living = succession.units(state).living
            return Plan(UnitFigure, ("unit",), (lambda unit: (living(unit),)) if now else alone)
    if not now:
        return Plan(AgencyFigure, ("place", "agency"), settling)
    living, owners = succession.units(state).living, ownership.owners(state).owner
    return Plan(
        WorkFigure,
        ("place", "agency", "field"),
        lambda place, agency, field: settling(place, agency and (owners.get(field) or living(agency))),
    )


def alone(value: Any) -> Key:
    return (value,)


def settling(place: str, agency: int) -> Key:
    return (agency,) if agency else (0, place)


def figures(model: type[Figure], query: Query, names: tuple[str, ...], years: list[int]) -> dict[Key, Figures]:
    """The cells of a table added up by `names`: in the period all of them, of `years` as they are kept together;
    before it those that say what is open, of earlier years their balances."""
    scope, year = in_scope(model, query.scope), query.first.replace(month=1)
    rows = model._default_manager.filter(scope)
    before = Q(month__lt=year, measure=Measure.BALANCE)
    if year < query.first:
        before |= Q(month__gte=year, month__lt=query.first, measure__in=OPENS)
    told: dict[Key, Figures] = defaultdict(Figures)
    if years:
        of_years = YearFigure.objects.filter(scope, table=model.__name__, year__in=years)
        for *key, counts in of_years.values_list(*names, "counts"):
            told[tuple(key)].counts.update(dict(counts))
    # Several queries: to group thousands of cells also by where they lie takes longer, and PostgreSQL would start
    # workers.
    for months in stretches(query, years):
        for row in added(rows.filter(month__range=months).exclude(measure=Measure.BALANCE), names):
            told[row[:-2]].counts[row[-2]] += row[-1]
    for row in added(rows.filter(before), names):
        told[row[:-2]].before[row[-2]] = row[-1]
    return told


def whole_years(query: Query) -> list[int]:
    """The years of which the period has every month, or every one that has figures."""
    first, last = query.first, query.last
    start = first.year + (first.month > 1)
    is_whole = last.month == 12 or (start <= last.year and not is_followed(last))
    return list(range(start, last.year + is_whole))


def is_followed(month: datetime.date) -> bool:
    """Whether later months of the same year have figures."""
    return ChannelFigure.objects.filter(month__gt=month, month__lte=month.replace(month=12)).exists()


def stretches(query: Query, years: list[int]) -> list[tuple[datetime.date, datetime.date]]:
    """The months of the period that lie in none of `years`: first and last of each stretch."""
    if not years:
        return [(query.first, query.last)]
    before, after = datetime.date(years[0] - 1, 12, 1), datetime.date(years[-1] + 1, 1, 1)
    return [(first, last) for first, last in ((query.first, before), (after, query.last)) if first <= last]


def added(rows: models.QuerySet[Any], names: tuple[str, ...]) -> models.QuerySet[Any, Any]:
    """The sums of cells: (…, measure, count), as the database gives them: a field of numbers would convert each."""
    return rows.values_list(*names, "measure").annotate(Sum("count", output_field=models.Field())).order_by()


def in_scope(model: type[models.Model], scope: Scope) -> Q:
    if scope == Scope.ALL:
        return Q()
    if model is UnitFigure:
        return Q(unit__in=Agency.objects.filter(kind=AgencyKind(scope)).values("pk"))
    return Q(place=scope.value)
