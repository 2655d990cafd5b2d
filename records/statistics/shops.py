"""One-stop shops of a period of months, read from the cells."""

import datetime
from collections import Counter
from typing import NamedTuple

from django.db.models import Max, Min, Sum

from organisation.models import Agency, AgencyKind
from records.models import UnitFigure

from .cells import Measure
from .comparison import Comparison, Tally, compare
from .groups import LEVELS
from .months import following, span
from .reading import ENDINGS
from .tables import settle


class Level(NamedTuple):
    kind: AgencyKind
    comparison: Comparison
    offices: dict[int, Agency]


def months() -> list[datetime.date]:
    """The months that have figures, from the first to the last, without a gap."""
    ends = UnitFigure.objects.exclude(measure=Measure.BALANCE).aggregate(first=Min("month"), last=Max("month"))
    return list(span(ends["first"], ends["last"])) if ends["first"] else []


def levels(first: datetime.date, last: datetime.date) -> list[Level]:
    """The shops of each level that existed in the months `first` to `last`, or still had work left from before."""
    settle()
    counts = counted(first, last)
    offices: dict[str, dict[int, Agency]] = {kind: {} for kind in LEVELS}
    for office in Agency.objects.filter(receives_records=True, kind__in=LEVELS).order_by("name", "code"):
        begins_later = office.valid_from is not None and office.valid_from >= following(last)
        has_work = any(counts[office.pk, measure] for measure in (Measure.RECEIVED, *ENDINGS))
        if not begins_later and (has_work or not office.has_ended(first)):
            offices[office.kind][office.pk] = office
    return [Level(kind, compare(tally(pk, counts) for pk in offices[kind]), offices[kind]) for kind in LEVELS]


def counted(first: datetime.date, last: datetime.date) -> Counter[tuple[int, int]]:
    """(unit, measure) → count over the months."""
    rows = UnitFigure.objects.filter(month__range=(first, last), measure__in=[Measure.RECEIVED, *ENDINGS])
    sums = rows.order_by().values_list("unit", "measure").annotate(total=Sum("count"))
    return Counter({(unit, measure): total for unit, measure, total in sums})


def tally(unit: int, counts: Counter[tuple[int, int]]) -> Tally:
    resolved = sum(counts[unit, measure] for measure in ENDINGS)
    return Tally(unit, counts[unit, Measure.RECEIVED], resolved, resolved - counts[unit, Measure.LATE])
