"""XLSX: a ZIP archive of sheets, which is read piece by piece and only when it would fit."""

import contextlib
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from django.utils.translation import gettext as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import range_boundaries
from openpyxl.xml.constants import SHARED_STRINGS

from .opening import MOST_COLUMNS, Content, Line, Sheet, Unreadable, open_binary
from .sheets import Formats, rows, shared_texts

MEGABYTE = 1 << 20
MOST_ROWS = 1_048_576  # of a sheet, as in Excel
MOST_SHEETS = 100
MOST_MERGED = 100_000  # lines of merged ranges that are remembered
# Sheets are read piece by piece, but texts and formats are held in memory. Excel's own files with a million rows stay
# below; what unpacks to more than fifty times its size is a trap.
MOST_PACKED, MOST_UNPACKED = 200 * MEGABYTE, 2048 * MEGABYTE
MOST_TEXTS, MOST_FORMATS = 256 * MEGABYTE, 32 * MEGABYTE
MOST_RATIO = 50

MERGED = re.compile(rb'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"')
PIECE, OVERLAP = 1 << 20, 1 << 12


# Line from 1 → the merged ranges that reach into it: first line, first column, last column.
Merged = dict[int, list[tuple[int, int, int]]]


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


class Book(NamedTuple):
    """What the sheets of a workbook share, and the visible ones: name and part."""

    texts: list[str]
    formats: Formats
    sheets: list[tuple[str, str]]


def sheets(content: Content) -> list[Sheet]:
    """The visible sheets; a formula counts as the value that was saved with it."""
    check_archive(content)
    book = read_book(content)
    return [Sheet(name, partial(lines, content, part, book)) for name, part in book.sheets[:MOST_SHEETS]]


@contextlib.contextmanager
def opened(content: Content) -> Iterator[ExcelReader]:
    """The workbook; whatever goes wrong while it is in use makes it unreadable."""
    try:
        with warnings.catch_warnings(), open_binary(content) as file:
            warnings.simplefilter("ignore")  # about styles and print areas, which are not read
            reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
            with contextlib.closing(reader.archive):
                yield reader
    except Unreadable:
        raise
    except Exception as error:  # whatever a broken part makes the library say
        raise Unreadable(_("Not a readable XLSX file: %(error)s") % {"error": error or type(error).__name__}) from None


def read_book(content: Content) -> Book:
    with opened(content) as reader:
        reader.read_manifest()
        reader.read_workbook()
        apply_stylesheet(reader.archive, reader.wb)
        book, found = reader.wb, reader.package.find(SHARED_STRINGS)
        texts = []
        if found is not None:
            with reader.archive.open(found.PartName[1:]) as part:
                texts = shared_texts(part)
        parts = [
            (sheet.name, relation.target)
            for sheet, relation in reader.parser.find_sheets()
            if sheet.state == "visible" and relation.target in reader.valid_files and "chartsheet" not in relation.Type
        ]
        return Book(texts, Formats(set(book._date_formats), set(book._timedelta_formats), book.epoch), parts)


def lines(content: Content, name: str, book: Book) -> Iterator[Line]:
    """The rows of a sheet, merged cells filled with what their first one holds."""
    with opened(content) as reader:
        with reader.archive.open(name) as part:
            merged = read_merged(part)
        held: dict[tuple[int, int], Any] = {}  # what the first cells of merged ranges hold
        with reader.archive.open(name) as part:
            for number, row in rows(part, book.texts, book.formats):
                if number > MOST_ROWS:
                    return
                for first_line, first, last in merged.get(number, ()):
                    if first_line == number:
                        held[number, first] = row[first - 1] if first <= len(row) else None
                    row.extend([None] * (last - len(row)))
                    row[first - 1 : last] = [held.get((first_line, first))] * (last - first + 1)
                yield number, row


def read_merged(part: BinaryIO) -> Merged:
    """Merged ranges stand behind the rows, so the part is looked through once before it is read."""
    merged: Merged = {}
    spans, room = set(), MOST_MERGED
    for piece in pieces(part):
        spans |= {match[1] for match in islice(MERGED.finditer(piece), MOST_MERGED)}
    for span in sorted(spans):
        left, top, right, bottom = range_boundaries(span.decode())
        room -= bottom - top + 1
        for line in range(top, bottom + 1) if room > 0 and right <= MOST_COLUMNS else ():
            merged.setdefault(line, []).append((top, left, right))
    return merged


def pieces(part: BinaryIO) -> Iterator[bytes]:
    """The XML of a sheet in pieces that overlap, so that nothing short is cut in two."""
    rest = b""
    while piece := part.read(PIECE):
        yield rest + piece
        rest = (rest + piece)[-OVERLAP:]
