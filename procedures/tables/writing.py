"""XLSX as this portal writes it."""

import tempfile
from collections.abc import Iterable, Iterator

import openpyxl

PIECE = 1 << 16  # bytes


def workbook(title: str, rows: Iterable[list[str]], *, frozen: str) -> Iterator[bytes]:
    """A workbook with one sheet of this title, piece by piece; all above and left of the cell `frozen` stays in sight.
    The cells are written as they are: whoever asks has made them `harmless`."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = frozen
    for row in rows:
        sheet.append(row)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        yield from iter(lambda: file.read(PIECE), b"")
