"""Months as they were told: a supervisor freezes a month that is over, and what changes later is kept beside it.

What a frozen month told, plus its corrections, is what the cells say now: `broken` names where it is not.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from organisation.models import User
from organisation.roles import Deed, can
from portal import clock
from records.models import Event, FrozenCorrection, FrozenMonth

from . import locks
from .cells import Cell, Measure
from .months import this_month
from .tables import TABLES, Key, Table, moved, settle_some, spread


class NotFrozen(Exception):
    """A month that cannot be frozen; `str()` says why, in the reader's language."""


@transaction.atomic
def freeze(month: datetime.date, *, by: User) -> FrozenMonth:
    """Keep the figures of a month that is over as they are now; `NotFrozen` when it is not, or was frozen before."""
    if not can(by.role, Deed.FREEZE):
        raise NotFrozen(_("Your role does not freeze months."))
    month = month.replace(day=1)
    if month >= this_month():
        raise NotFrozen(_("The month is not over yet."))
    locks.have_months()
    locks.have_cells()
    if FrozenMonth.objects.filter(month=month).exists():
        raise NotFrozen(_("This month is frozen already."))
    while settle_some():
        pass
    cells = {table.name: list(map(list, cells_of(table, month))) for table in TABLES}
    moved()
    return FrozenMonth.objects.create(month=month, frozen_by=by, frozen_at=clock.now(), cells=cells)


def cells_of(table: Table, month: datetime.date) -> Iterator[Key]:
    """The cells of a month in one table: (key…, measure, count), without those of zero and the year's balance."""
    rows = table.model._default_manager.filter(month=month).exclude(count=0).exclude(measure=Measure.BALANCE)
    yield from rows.order_by(*table.names, "measure").values_list(*table.names, "measure", "count")


def note(changes: Mapping[Cell, int], event: Event | None) -> None:
    """Keep what changes in frozen months; `event` is None for what is written in bulk."""
    over = {cell.month for cell in changes if cell.month < this_month()}
    if not over:
        return
    locks.change_months()
    frozen = {row.month: row for row in FrozenMonth.objects.filter(month__in=over).only("month")}
    parts: dict[datetime.date, list[list[Any]]] = defaultdict(list)
    for cell, by in changes.items():
        if cell.month in frozen:
            parts[cell.month].append([cell.unit, cell.agency, cell.field, cell.channel, cell.measure, by])
    FrozenCorrection.objects.bulk_create(
        FrozenCorrection(frozen=frozen[month], event=event, at=event.at if event else clock.now(), cells=rows)
        for month, rows in parts.items()
    )


def corrected(month: FrozenMonth) -> Counter[Cell]:
    """What the corrections of a month come to."""
    found: Counter[Cell] = Counter()
    for correction in month.corrections.all():
        for unit, agency, field, channel, measure, by in correction.cells:
            found[Cell(month.month, unit, agency, field, channel, measure)] += by
    return found


def broken() -> Iterator[tuple[Table, Key, int, int]]:
    """Cells of frozen months that are not what was told plus the corrections: (table, key, told so, now)."""
    for month in FrozenMonth.objects.prefetch_related("corrections"):
        changes = spread(corrected(month))
        for table in TABLES:
            expected = keyed(month, told(month, table))
            expected.update(changes[table])
            now = keyed(month, cells_of(table, month.month))
            for key in sorted(expected.keys() | now.keys()):
                if expected[key] != now[key]:
                    yield table, key, expected[key], now[key]


def told(month: FrozenMonth, table: Table) -> list[Sequence[Any]]:
    """What was told: (key…, measure, count). Agencies are added up from their fields where they had no table yet."""
    if table.name in month.cells:
        return month.cells[table.name]
    return [(place, agency, measure, count) for place, agency, _field, measure, count in month.cells["WorkFigure"]]


def keyed(month: FrozenMonth, rows: Iterable[Sequence[Any]]) -> Counter[Key]:
    cells: Counter[Key] = Counter()
    for *key, measure, count in rows:
        cells[*key, month.month, measure] += count
    return cells
