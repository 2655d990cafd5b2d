"""The tables of cells: how a cell becomes a row of each, and how what waits is put into them."""

import logging
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction
from django.db.models import F

from organisation.models import Agency
from records.models import (
    AgencyFigure,
    ChannelFigure,
    Figure,
    FigureChange,
    FigureState,
    UnitFigure,
    WorkFigure,
    YearFigure,
)

from . import locks
from .cells import Cell, Cells, Measure

ROWS = 1_000  # of a statement
# What one more of a measure does to the number of records in process.
OPENS = {Measure.RECEIVED: 1, Measure.REFUSED: -1, Measure.AHEAD: -1, Measure.ON_TIME: -1, Measure.LATE: -1}

logger = logging.getLogger(__name__)
Key = tuple[Any, ...]


class Table(NamedTuple):
    """One table of cells: its key besides month and measure, and the part of a cell that it is made of."""

    model: type[Figure]
    names: tuple[str, ...]
    key: Callable[[Cell, str], Key]  # (cell, kind of its unit)

    @property
    def name(self) -> str:
        return self.model.__name__


TABLES = (
    Table(UnitFigure, ("unit",), lambda cell, _kind: (cell.unit,)),
    Table(AgencyFigure, ("place", "agency"), lambda cell, kind: (kind, cell.agency)),
    Table(WorkFigure, ("place", "agency", "field"), lambda cell, kind: (kind, cell.agency, cell.field)),
    Table(ChannelFigure, ("place", "channel"), lambda cell, kind: (kind, cell.channel)),
)


def let_wait(changes: Cells) -> None:
    """Write changes down that are not in the cells yet. In SQL: it is a fifth of a change of status otherwise."""
    name, names = FigureChange._meta.db_table, (*Cell._fields, "by")
    statement = f"INSERT INTO {name} ({', '.join(names)}) VALUES {places(len(names), len(changes))}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for cell, by in changes.items() for value in (*cell, by)])


def settle() -> None:
    """Put what waits into the cells; nothing when somebody else is doing so at this moment."""
    if not FigureChange.objects.exists():
        return
    try:
        while settle_some():
            pass
    except OperationalError:  # SQLite, written to by somebody else: the figures are those of a moment ago
        logger.warning("The figures wait: the database is being written to.")


@transaction.atomic
def settle_some() -> bool:
    """Put some of what waits into the cells; whether there may be more."""
    if not locks.get_cells():
        return False
    rows = list(FigureChange.objects.order_by("pk")[:ROWS])
    changes: Cells = Counter()
    for row in rows:
        changes[Cell(row.month, row.unit, row.agency, row.field, row.channel, row.measure)] += row.by
    add(changes)
    FigureChange.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows) == ROWS


def add(changes: Cells) -> None:
    """Add to the cells. The caller has them alone."""
    found = balanced(spread(changes))
    for table, cells in found.items():
        more = sorted(key for key, by in cells.items() if by > 0)
        for start in range(0, len(more), ROWS):
            upsert(table, [(*key, cells[key]) for key in more[start : start + ROWS]])
        for key in sorted(key for key, by in cells.items() if by < 0):
            subtract(table, key, -cells[key])
    add_to_years({table: packed(by_year(cells)) for table, cells in found.items()})
    if any(changes.values()):
        moved()


def moved() -> None:
    """The figures are not what they were. The caller has the cells alone."""
    value = secrets.token_hex(8)
    if not FigureState.objects.filter(pk=1).update(value=value):
        FigureState.objects.create(pk=1, value=value)


def state() -> str:
    """What everything that is read of the figures after this call belongs to, or to a later state."""
    return FigureState.objects.values_list("value", flat=True).filter(pk=1).first() or ""


def spread(changes: Cells) -> dict[Table, Counter[Key]]:
    """The same changes, by the keys of each table: (…, month, measure) → by how many."""
    kinds = dict(Agency.objects.filter(pk__in={cell.unit for cell in changes}).values_list("pk", "kind"))
    found: dict[Table, Counter[Key]] = {}
    for table in TABLES:
        counts = found[table] = Counter()
        for cell, by in changes.items():
            counts[*table.key(cell, kinds[cell.unit]), cell.month, cell.measure] += by
    return found


def balanced(found: dict[Table, Counter[Key]]) -> dict[Table, Counter[Key]]:
    """The same with the balance of each year, from which is added up what was in process when another one began:
    one cell for twelve months of five measures."""
    for cells in found.values():
        balances: Counter[Key] = Counter()
        for (*key, month, measure), by in cells.items():
            if measure in OPENS:
                balances[*key, month.replace(month=1), Measure.BALANCE] += OPENS[measure] * by
        cells.update({key: by for key, by in balances.items() if by})
    return found


def by_year(cells: Counter[Key]) -> Counter[Key]:
    """The same by years, without their balances: (…, year, measure) → by how many."""
    years: Counter[Key] = Counter()
    for (*key, month, measure), by in cells.items():
        if measure != Measure.BALANCE:
            years[*key, month.year, measure] += by
    return years


def packed(years: Counter[Key]) -> dict[Key, Counter[int]]:
    """The same by the rows of `YearFigure`: (…, year) → measure → by how many."""
    rows: defaultdict[Key, Counter[int]] = defaultdict(Counter)
    for (*key, measure), by in years.items():
        if by:
            rows[tuple(key)][measure] = by
    return rows


def add_to_years(changes: Mapping[Table, dict[Key, Counter[int]]]) -> None:
    """Read the rows, add to them, and write them, of all tables at once. The caller has the cells alone."""
    rows = {whole_key(table, key): counts for table, years in changes.items() for key, counts in years.items()}
    if not rows:
        return
    facts = zip(YearFigure.KEY, zip(*rows, strict=True), strict=True)
    wanted = {f"{name}__in": set(values) for name, values in facts}
    for *key, counts in YearFigure.objects.filter(**wanted).values_list(*YearFigure.KEY, "counts"):
        if tuple(key) in rows:
            rows[tuple(key)].update(dict(counts))
    YearFigure.objects.bulk_create(
        [year_row(key, counts) for key, counts in sorted(rows.items())],
        batch_size=ROWS,
        update_conflicts=True,
        unique_fields=YearFigure.KEY,
        update_fields=["counts"],
    )


def whole_key(table: Table, key: Key) -> Key:
    """The key of a row of `YearFigure` for (…, year) of a table."""
    *part, year = key
    empty = {"place": "", "unit": 0, "agency": 0, "field": 0, "channel": ""}
    return (table.name, year, *(empty | dict(zip(table.names, part, strict=True))).values())


def year_row(key: Key, counts: Counter[int]) -> YearFigure:
    told = sorted([int(measure), count] for measure, count in counts.items() if count)
    return YearFigure(**dict(zip(YearFigure.KEY, key, strict=True)), counts=told)


def columns(table: Table) -> tuple[str, ...]:
    return (*table.names, "month", "measure")


def upsert(table: Table, rows: Sequence[Key]) -> None:
    name, key = table.model._meta.db_table, ", ".join(columns(table))
    statement = (
        f"INSERT INTO {name} ({key}, count) VALUES {places(len(rows[0]), len(rows))} "  # noqa: S608  # names of models
        f"ON CONFLICT ({key}) DO UPDATE SET count = {name}.count + EXCLUDED.count"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])


def places(values: int, rows: int) -> str:
    """The placeholders of rows with so many values each."""
    return ", ".join(["(" + ", ".join(["%s"] * values) + ")"] * rows)


def subtract(table: Table, key: Key, by: int) -> None:
    """One cell at a time: corrections do, and balances. From a cell that is not there only a balance can be taken."""
    cell = dict(zip(columns(table), key, strict=True))
    if not table.model._default_manager.filter(**cell).update(count=F("count") - by):
        table.model._default_manager.create(**cell, count=-by)  # the database refuses any other
