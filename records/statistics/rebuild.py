"""The figures counted anew from the records, and compared with what the cells say."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from organisation.models import Agency
from procedures.models import Field, Procedure
from records.clock import current_calendar, set_working_time, stretches
from records.history import undone_by
from records.models import Event, EventKind, FigureChange, Record, YearFigure
from records.rows import insert
from records.statuses import STARTS_ANEW_AFTER, Status

from . import frozen, locks
from .cells import Cell, Cells, Measure, Row, edge, of_row
from .tables import TABLES, Key, Table, balanced, by_year, columns, moved, packed, spread, whole_key, year_row

PAGE = 5_000
Progress = Callable[[int], None]


class Difference(NamedTuple):
    """A cell that is not what the records say."""

    cell: str  # in words
    stored: int
    counted: int


def count(progress: Progress) -> Cells:
    """The cells by a plain count over all records; `progress` is told how many were counted."""
    found: Cells = Counter()
    zone, done = timezone.get_current_timezone(), 0
    for values in Record.objects.order_by().values_list(*Row._fields).iterator(chunk_size=PAGE):
        found.update(of_row(Row(*values), zone))
        done += 1
        if done % PAGE == 0:
            progress(done)
    progress(done)
    return found


def rebuild(progress: Progress) -> int:
    """Count anew and put the result in the place of the cells; how many cells there are.

    May run beside the portal: changes of records go on, what is written in bulk waits where it can.
    """
    with locks.one_moment(alone=True):
        counted = balanced(spread(count(progress)))
        FigureChange.objects.all().delete()
        YearFigure.objects.all().delete()
        for table, cells in counted.items():
            table.model._default_manager.all().delete()
            insert(table.model, [row_of(table, key, number) for key, number in sorted(cells.items())])
            years = sorted(packed(by_year(cells)).items())
            insert(YearFigure, [year_row(whole_key(table, key), counts) for key, counts in years])
        let_plan()
        moved()
    return sum(map(len, counted.values()))


def let_plan() -> None:
    """Tell PostgreSQL at once how the new rows are spread: until it looks by itself, pages take twice as long."""
    if connection.vendor == "postgresql":
        names = [*(table.model._meta.db_table for table in TABLES), YearFigure._meta.db_table]
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(names)}")


def row_of(table: Table, key: Key, number: int) -> object:
    return table.model(**dict(zip(columns(table), key, strict=True)), count=number)


def differences(progress: Progress) -> Iterator[Difference]:
    """Every cell that differs from a plain count, and every frozen month that is not what was told and corrected."""
    with locks.one_moment(alone=False):
        counted, waiting = (balanced(spread(cells)) for cells in (count(progress), waiting_changes()))
        names = Names()
        for table in TABLES:
            for stored, wanted in compared(table, waiting[table], counted[table]):
                for key in sorted(stored.keys() | wanted.keys()):
                    if stored[key] != wanted[key]:
                        yield Difference(names.of(table, key), stored[key], wanted[key])
        for table, key, told, now in frozen.broken():
            yield Difference(f"frozen: {names.of(table, key)}", now, told)


def waiting_changes() -> Cells:
    found: Cells = Counter()
    for *cell, by in FigureChange.objects.values_list(*Cell._fields, "by").iterator(chunk_size=PAGE):
        found[Cell(*cell)] += by
    return found


def compared(
    table: Table, waiting: Counter[Key], counted: Counter[Key]
) -> Iterator[tuple[Counter[Key], Counter[Key]]]:
    """What is stored, with what waits, and what was counted: by months, and by years."""
    of_months, of_years = cells(table), cells_of_years(table)
    of_months.update(waiting)
    of_years.update(by_year(waiting))
    yield of_months, counted
    yield of_years, by_year(counted)


def cells_of_years(table: Table) -> Counter[Key]:
    rows = YearFigure.objects.filter(table=table.name).values_list(*table.names, "year", "counts")
    found: Counter[Key] = Counter()
    for *key, counts in rows:
        found.update({(*key, measure): count for measure, count in counts})
    return found


def cells(table: Table) -> Counter[Key]:
    rows = table.model._default_manager.values_list(*columns(table), "count")
    return Counter({tuple(key): number for *key, number in rows.iterator(chunk_size=PAGE)})


class Names:
    """Cells in words for the person who has to look."""

    def __init__(self) -> None:
        self.units = dict(Agency.objects.values_list("pk", "code"))
        self.fields = dict(Field.objects.values_list("pk", "slug"))

    def of(self, table: Table, key: Key) -> str:
        *part, when, measure = key
        when = f"{when:%Y-%m}" if isinstance(when, datetime.date) else when
        words = [self.word(name, value) for name, value in zip(table.names, part, strict=True)]
        return f"{when}, {', '.join(words)}: {measure_name(measure)}"

    def word(self, name: str, value: object) -> str:
        if name in ("unit", "agency"):
            return f"{name} {self.units.get(value, value) if value else 'itself'}"  # type: ignore[call-overload]
        if name == "field":
            return f"field {self.fields.get(value, value)}"  # type: ignore[call-overload]
        return f"{name} {value}"


def measure_name(measure: int) -> str:
    if measure in Measure.values:
        return Measure(measure).name.lower().replace("_", " ")
    minutes = edge(measure)
    return f"worked on for up to {minutes} minutes" if minutes else "worked on for longer"


# Records from before these facts were kept ------------------------------------------------------


def complete(progress: Progress) -> int:
    """Fill in the field and the working time of records that were written before these were kept; how many.

    A page of keys at a time, each its own transaction; what is filled in already is left alone.
    """
    field = Procedure.objects.filter(pk=OuterRef("procedure")).values("field")[:1]
    calendar, done, last = current_calendar(), 0, 0
    while page := list(Record.objects.filter(field=None, pk__gt=last).order_by("pk").defer("sealed", "papers")[:PAGE]):
        keys = [record.pk for record in page]
        for record in page:
            record.earlier = list(earlier(record)) if record.supplements else []
            set_working_time(record, calendar)
        Record.objects.bulk_update(page, ["earlier", "working_minutes"], batch_size=500)
        Record.objects.filter(pk__in=keys).update(field=Subquery(field))
        done, last = done + len(page), keys[-1]
        progress(done)
    return done


def earlier(record: Record) -> Iterator[list[str | None]]:
    """The stretches of work under limits that a supplement has ended, from the events that still stand."""
    events = list(record.events.order_by("sequence"))
    undone = undone_by(events)
    for event in events:
        is_standing = event.kind == EventKind.STATUS and event.sequence not in undone
        if is_standing and event.from_status in STARTS_ANEW_AFTER and event.to_status == Status.IN_PROCESS:
            yield from before_the_supplement(event)


def before_the_supplement(event: Event) -> list[list[str | None]]:
    saved = event.details["clock_before"]
    read = datetime.datetime.fromisoformat
    before = Record(pauses=saved["pauses"], clock_from=read(saved["clock_from"]))
    return stretches(before, read(saved["still_since"]))
