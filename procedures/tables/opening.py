"""What a file is, and its sheets line by line."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from django.utils.translation import gettext as _

from .encodings import SAMPLE, Encoding, guess

MOST_COLUMNS = 200
OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Content = bytes | Path
Line = tuple[int, list[Any]]  # its number from 1, and its cells


class Unreadable(Exception):
    """The file as a whole cannot be read; `str()` says why."""


class Sheet(NamedTuple):
    """A sheet of a workbook, or all of a CSV file under no name; `lines()` reads it from its beginning."""

    name: str
    lines: Callable[[], Iterator[Line]]


class Opened(NamedTuple):
    """A table: its sheets, and for CSV how it is read. `delimiter` is empty for XLSX."""

    sheets: list[Sheet]
    delimiter: str = ""
    encoding: Encoding | None = None


def open_binary(content: Content) -> BinaryIO:
    try:
        return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None


def head(content: Content, size: int = SAMPLE) -> bytes:
    """The first bytes; `Unreadable` where there is no such file."""
    try:
        with open_binary(content) as file:
            return file.read(size)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None


def open_table(content: Content, best: Callable[[Sheet], int]) -> Opened:
    """The sheets of a CSV or XLSX file. `best` judges a sheet: the delimiter that gives the best one is taken."""
    from . import delimited, workbooks

    start = head(content)
    if start.startswith(OLD_EXCEL):
        raise Unreadable(_("An old Excel file (.xls): save it as .xlsx or .csv."))
    if start.startswith(b"PK"):
        return Opened(workbooks.sheets(content))
    encoding = guess(start)
    found: dict[str, int] = {}
    last: Unreadable | None = None
    for delimiter in delimited.DELIMITERS:
        try:
            found[delimiter] = best(delimited.sheet(content, delimiter, encoding))
        except Unreadable as error:
            last = error  # quotes may be in order with another delimiter
    if last and not found:
        raise last
    delimiter = max(found, key=lambda some: found[some])
    return Opened([delimited.sheet(content, delimiter, encoding)], delimiter, encoding)
