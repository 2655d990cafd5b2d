"""Reading a CSV or XLSX file of records row by row, in bounded memory, whatever it may be."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from procedures.tables import Sheet, Unreadable, folded, open_table

from .columns import COLUMNS, HEADERS

HEADER_WITHIN = 20  # rows: other systems put titles above their headers


class Row(NamedTuple):
    """A row: the line on which it begins, and its cells by the keys of columns."""

    line: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Source:
    """A file whose header was found. `titles` are the headers as they stand in the file, by the keys of columns."""

    sheet: Sheet
    header: int  # the line of the header
    titles: dict[str, str]
    places: dict[str, int]
    unread: list[str]  # headers that mean nothing here

    def rows(self) -> Iterator[Row]:
        """The rows below the header that are not empty."""
        for number, cells in self.sheet.lines():
            if number > self.header and any(cell not in (None, "") for cell in cells):
                yield Row(number, {key: cells[at] for key, at in self.places.items() if at < len(cells)})


def open_source(path: Path) -> Source:
    """Find out what the file is, and where its header stands; of a workbook the first sheet is read."""
    opened = open_table(path, best=lambda sheet: len(with_header(sheet).places))
    return with_header(opened.sheets[0])


def with_header(sheet: Sheet) -> Source:
    """The source with the row that has the most known headers among the first."""
    best = Source(sheet, 0, {}, {}, [])
    try:
        for number, cells in islice(sheet.lines(), HEADER_WITHIN):
            source = headed(best, number, cells)
            best = max(best, source, key=lambda some: len(some.places))
    except Unreadable:
        if not best.places:
            raise
    return best  # a fault below the header is told when the rows are read


def headed(source: Source, number: int, cells: list[Any]) -> Source:
    """The source with this line as its header."""
    titles: dict[str, str] = {}
    places: dict[str, int] = {}
    unread = []
    for at, cell in enumerate(cells):
        title = str(cell or "").strip()[:80]
        key = HEADERS.get(folded(title))
        if key is not None and key not in places:
            titles[key], places[key] = title, at
        elif title:
            unread.append(title)
    return replace(source, header=number, titles=titles, places=places, unread=unread)


def missing_columns(source: Source) -> list[str]:
    """The headers that the file lacks though nothing can be read without them."""
    return [column.vietnamese[0] for column in COLUMNS if column.is_needed and column.key not in source.places]
