"""Reading a CSV or XLSX file row by row, in bounded memory, whatever it may be.

A file that is none, or that would not fit, is `Unreadable`; the message names the line where there is one.
"""

import codecs
import csv
import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from django.utils.translation import gettext as _

from .columns import COLUMNS, HEADERS, folded

MEGABYTE = 1 << 20
LONGEST_LINE = 64 * 1024  # characters, and of a cell as well
MOST_COLUMNS = 200
MOST_ROWS = 1_048_576  # of a sheet, as in Excel
HEADER_WITHIN = 20  # rows: other systems put titles above their headers
DELIMITERS = ",;\t|"
# Of an XLSX file, which is a ZIP archive. Sheets are read piece by piece, but texts and formats are held in memory.
# Excel's own files with a million rows stay below; what unpacks to more than fifty times its size is a trap.
MOST_PACKED, MOST_UNPACKED = 200 * MEGABYTE, 2048 * MEGABYTE
MOST_TEXTS, MOST_FORMATS = 256 * MEGABYTE, 32 * MEGABYTE
MOST_RATIO = 50
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Unreadable(Exception):
    """The file as a whole cannot be read; `str()` says why."""


class Row(NamedTuple):
    """A row: the line on which it begins, and its cells by the keys of columns."""

    line: int
    cells: dict[str, Any]


Line = tuple[int, list[Any]]


@dataclass(frozen=True)
class Source:
    """A file whose header was found. `titles` are the headers as they stand in the file, by the keys of columns."""

    path: Path
    delimiter: str  # empty for XLSX
    encoding: str
    header: int  # the line of the header
    titles: dict[str, str]
    places: dict[str, int]
    unread: list[str]  # headers that mean nothing here

    def rows(self) -> Iterator[Row]:
        """The rows below the header that are not empty."""
        for number, cells in lines(self.path, self.delimiter, self.encoding):
            if number > self.header and any(cell not in (None, "") for cell in cells):
                yield Row(number, {key: cells[at] for key, at in self.places.items() if at < len(cells)})


def open_source(path: Path) -> Source:
    """Find out what the file is, and where its header stands."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None
    if start.startswith(OLD_EXCEL):
        raise Unreadable(_("An old Excel file (.xls): save it as .xlsx or .csv."))
    if start.startswith(b"PK"):
        check_archive(path)
        return with_header(path, "", "")
    encoding = next((name for mark, name in MARKS.items() if start.startswith(mark)), "utf-8")
    found: list[Source] = []
    for delimiter in DELIMITERS:
        try:
            found.append(with_header(path, delimiter, encoding))
        except Unreadable as error:
            last = error  # quotes may be in order with another delimiter
    if not found:
        raise last
    return max(found, key=lambda source: len(source.places))


def with_header(path: Path, delimiter: str, encoding: str) -> Source:
    """The source with the row that has the most known headers among the first."""
    best = Source(path, delimiter, encoding, 0, {}, {}, [])
    try:
        for number, cells in islice(lines(path, delimiter, encoding), HEADER_WITHIN):
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


def lines(path: Path, delimiter: str, encoding: str) -> Iterator[Line]:
    """Every line of a file with its number, from 1."""
    return text_lines(path, delimiter, encoding) if delimiter else sheet_lines(path)


# CSV -------------------------------------------------------------------------------------------


def text_lines(path: Path, delimiter: str, encoding: str) -> Iterator[Line]:
    # Bytes that are no UTF-8 become lone surrogates, so that a fault can name their line and column.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    csv.field_size_limit(LONGEST_LINE)
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        reader = csv.reader(bounded(file), delimiter=delimiter, strict=True)
        start = 1
        try:
            for cells in reader:
                yield start, cells[:MOST_COLUMNS]
                start = reader.line_num + 1
        except (csv.Error, UnicodeError) as error:
            raise Unreadable(_("Line %(line)d: %(error)s") % {"line": start, "error": error}) from None


def bounded(file: io.TextIOBase) -> Iterator[str]:
    """The lines of a text, none longer than `LONGEST_LINE`."""
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            raise csv.Error(_("a line of more than %(count)d characters") % {"count": LONGEST_LINE})
        yield line


# XLSX ------------------------------------------------------------------------------------------


def check_archive(path: Path) -> None:
    """Refuse an archive that is no workbook or would not fit, by what it says of itself: more is never unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unreadable(_("Not an XLSX file: %(error)s") % {"error": error}) from None
    sizes = Counter[str]()
    for part in parts:
        name = part.filename.lower()
        kind = "sheets" if "/worksheets/" in name else "texts" if name.endswith("sharedstrings.xml") else "formats"
        sizes["media" if "/media/" in name else kind] += part.file_size
    packed, unpacked = path.stat().st_size, sizes.total()
    if unpacked > max(MOST_RATIO * packed, MEGABYTE):
        text = _("The workbook unpacks to %(times)d times its size: it is refused.")
        raise Unreadable(text % {"times": unpacked // packed})
    if packed > MOST_PACKED or unpacked > MOST_UNPACKED:
        raise Unreadable(_("The workbook is too large: save it as CSV."))
    if sizes["texts"] > MOST_TEXTS or sizes["formats"] > MOST_FORMATS:
        raise Unreadable(_("The workbook is too large: save it as CSV."))


def sheet_lines(path: Path) -> Iterator[Line]:
    """The rows of the first sheet; a formula counts as the value that was saved with it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and print areas, which are not read
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # what other programs write there is often wrong
                rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
                yield from enumerate(map(list, rows), start=1)
            finally:
                book.close()
    except Exception as error:  # whatever a broken part makes the library say
        raise Unreadable(_("Not a readable XLSX file: %(error)s") % {"error": error or type(error).__name__}) from None
