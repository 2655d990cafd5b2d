"""XLSX: a ZIP archive of sheets, which is read piece by piece and only when it would fit."""

import contextlib
import html
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from .cells import Uncomputed
from .opening import MOST_COLUMNS, Content, Line, Sheet, Unreadable, open_binary

MEGABYTE = 1 << 20
MOST_ROWS = 1_048_576  # of a sheet, as in Excel
MOST_SHEETS = 100
MOST_MARKED = 100_000  # merged ranges and formulas without a value that are remembered
# Sheets are read piece by piece, but texts and formats are held in memory. Excel's own files with a million rows stay
# below; what unpacks to more than fifty times its size is a trap.
MOST_PACKED, MOST_UNPACKED = 200 * MEGABYTE, 2048 * MEGABYTE
MOST_TEXTS, MOST_FORMATS = 256 * MEGABYTE, 32 * MEGABYTE
MOST_RATIO = 50

MERGED = re.compile(rb'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"')
FORMULA = re.compile(
    rb'<c r="([A-Z]+\d+)"[^>]*>\s*<f[^>]*(?:/>|>([^<]{0,200})[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
PIECE, OVERLAP = 1 << 20, 1 << 12


class Marks(NamedTuple):
    """What the rows themselves do not tell, by their line from 1: spans of merged cells that reach into it, as (first
    line, first column, last column), and formulas that were saved without their value, by column."""

    merged: dict[int, list[tuple[int, int, int]]]
    formulas: dict[int, dict[int, str]]


def check_archive(content: Content) -> None:
    """Refuse an archive that is no workbook or would not fit, by what it says of itself: more is never unpacked."""
    try:
        with open_binary(content) as file, zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unreadable(_("Not an XLSX file: %(error)s") % {"error": error}) from None
    sizes = Counter[str]()
    for part in parts:
        name = part.filename.lower()
        kind = "sheets" if "/worksheets/" in name else "texts" if name.endswith("sharedstrings.xml") else "formats"
        sizes["media" if "/media/" in name else kind] += part.file_size
    packed = content.stat().st_size if isinstance(content, Path) else len(content)
    unpacked = sizes.total()
    if unpacked > max(MOST_RATIO * packed, MEGABYTE):
        message = _("The workbook unpacks to %(times)d times its size: it is refused.")
        raise Unreadable(message % {"times": unpacked // packed})
    if packed > MOST_PACKED or unpacked > MOST_UNPACKED:
        raise Unreadable(_("The workbook is too large: save it as CSV."))
    if sizes["texts"] > MOST_TEXTS or sizes["formats"] > MOST_FORMATS:
        raise Unreadable(_("The workbook is too large: save it as CSV."))


def sheets(content: Content) -> list[Sheet]:
    """The visible sheets; a formula counts as the value that was saved with it."""
    check_archive(content)
    with opened(content) as book:
        names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return [Sheet(name, partial(lines, content, name)) for name in names[:MOST_SHEETS]]


@contextlib.contextmanager
def opened(content: Content) -> Iterator[Any]:
    """The workbook; whatever goes wrong while it is in use makes it unreadable."""
    try:
        with warnings.catch_warnings(), open_binary(content) as file:
            warnings.simplefilter("ignore")  # about styles and print areas, which are not read
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            with contextlib.closing(book):
                yield book
    except Unreadable:
        raise
    except Exception as error:  # whatever a broken part makes the library say
        raise Unreadable(_("Not a readable XLSX file: %(error)s") % {"error": error or type(error).__name__}) from None


def lines(content: Content, name: str) -> Iterator[Line]:
    """The rows of a sheet, merged cells filled with what their first one holds."""
    with opened(content) as book:
        sheet = book[name]
        marks = read_marks(sheet)
        sheet.reset_dimensions()  # what other programs write there is often wrong
        held: dict[tuple[int, int], Any] = {}  # what the first cells of merged ranges hold
        for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS, values_only=True), start=1):
            row = list(cells[:MOST_COLUMNS])
            if number in marks.formulas:
                show_formulas(row, marks.formulas[number])
            for first_line, first, last in marks.merged.get(number, ()):
                if first_line == number:
                    held[number, first] = row[first - 1] if first <= len(row) else None
                row.extend([None] * (last - len(row)))
                row[first - 1 : last] = [held.get((first_line, first))] * (last - first + 1)
            yield number, row


def show_formulas(row: list[Any], formulas: dict[int, str]) -> None:
    for column, formula in formulas.items():
        if column <= len(row) and row[column - 1] is None:
            row[column - 1] = Uncomputed(formula)


def read_marks(sheet: Any) -> Marks:
    """Merged ranges stand behind the rows, so the part is looked through once before it is read."""
    marks = Marks({}, {})
    spans, room = set(), MOST_MARKED
    for piece in pieces(sheet):
        spans |= {match[1] for match in islice(MERGED.finditer(piece), MOST_MARKED)}
        for match in FORMULA.finditer(piece):
            line, column = coordinate_to_tuple(match[1].decode())
            room -= 1
            if room > 0:
                formula = f"={html.unescape((match[2] or b'').decode(errors='replace'))}"
                marks.formulas.setdefault(line, {})[column] = formula
    for span in sorted(spans):
        left, top, right, bottom = range_boundaries(span.decode())
        room -= bottom - top + 1
        for line in range(top, bottom + 1) if room > 0 and right <= MOST_COLUMNS else ():
            marks.merged.setdefault(line, []).append((top, left, right))
    return marks


def pieces(sheet: Any) -> Iterator[bytes]:
    """The XML of a sheet in pieces that overlap, so that nothing short is cut in two."""
    rest = b""
    with sheet._get_source() as part:
        while piece := part.read(PIECE):
            yield rest + piece
            rest = (rest + piece)[-OVERLAP:]
