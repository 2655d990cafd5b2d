"""The XML of a sheet and of a workbook's shared texts, read piece by piece, one row in memory at a time."""

import datetime
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple
from xml.parsers import expat

from django.utils.translation import gettext as _
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601

from .cells import Uncomputed
from .opening import MOST_COLUMNS, Line, Unreadable

PIECE = 1 << 16  # bytes
LONGEST = 1 << 20  # characters of a text; a cell of Excel has at most 32,767
LONGEST_FORMULA = 200  # characters that are shown
DIGITS = "0123456789"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROW, CELL, VALUE, FORMULA, TEXT, PHONETIC, ITEM = (
    f"{MAIN} {name}" for name in ("row", "c", "v", "f", "t", "rPh", "si")
)


class Formats(NamedTuple):
    """The numbers of the styles that show a number as a date, or as a time span, and the day from which they count."""

    dates: set[int]
    spans: set[int]
    epoch: datetime.datetime


class Texts:
    """Gathers the texts in XML that is fed to `parser`. Pronunciations are left out, and a document type, which could
    define entities, is refused."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parts: list[str] = []  # of the text that is being read
        self.parser.CharacterDataHandler = self.parts.append
        self.is_phonetic = False

    def read(self, file: BinaryIO) -> Iterator[None]:
        """Feed the parser; control returns after each piece."""
        while piece := file.read(PIECE):
            self.parser.Parse(piece, False)
            if sum(map(len, self.parts)) > LONGEST:
                raise Unreadable(_("The workbook is too large: save it as CSV."))
            yield
        self.parser.Parse(b"", True)
        yield

    def refuse(self, *_declared: Any) -> None:
        raise ValueError("DOCTYPE")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError


class SharedTexts(Texts):
    """The texts that cells name by their number."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.parts.clear()
        if name == ITEM:
            self.item = ""
        elif name == PHONETIC:
            self.is_phonetic = True

    def end(self, name: str) -> None:
        if name == TEXT and not self.is_phonetic:
            self.item += "".join(self.parts)
        elif name == PHONETIC:
            self.is_phonetic = False
        elif name == ITEM:
            self.found.append(self.item.replace("x005F_", ""))


class Rows(Texts):
    """The rows of a sheet: `ready` holds those that are read and not taken yet."""

    def __init__(self, texts: Sequence[str], formats: Formats) -> None:
        super().__init__()
        self.texts, self.formats = texts, formats
        self.ready: list[Line] = []
        self.number = self.column = 0
        self.cells: list[Any] = []
        self.kind, self.style, self.value, self.inline = "n", "", "", ""
        self.formula: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.parts.clear()
        if name == CELL:
            place = attributes.get("r")
            self.column = column_of(place.rstrip(DIGITS)) if place else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
            self.value = self.inline = ""
            self.formula = None
        elif name == ROW:
            self.number = int(float(attributes["r"])) if "r" in attributes else self.number + 1
            self.column, self.cells = 0, []
        elif name == PHONETIC:
            self.is_phonetic = True

    def end(self, name: str) -> None:
        if name == CELL:
            self.take_cell()
        elif name == VALUE:
            self.value = "".join(self.parts)
        elif name == TEXT and not self.is_phonetic:
            self.inline += "".join(self.parts)
        elif name == FORMULA:
            self.formula = "".join(self.parts)[:LONGEST_FORMULA]
        elif name == PHONETIC:
            self.is_phonetic = False
        elif name == ROW:
            self.ready.append((self.number, self.cells))
        self.parts.clear()

    def take_cell(self) -> None:
        value = self.inline if self.kind == "inlineStr" else self.meaning() if self.value else None
        if value is None and self.formula is not None:
            value = Uncomputed(f"={self.formula}")
        if value not in (None, "") and self.column <= MOST_COLUMNS:
            self.cells.extend([None] * (self.column - len(self.cells)))
            self.cells[self.column - 1] = value

    def meaning(self) -> Any:
        """What the value of a cell is, by the sort that the cell tells."""
        if self.kind == "s":
            return self.texts[int(self.value)]
        if self.kind == "n":
            return self.number_or_day()
        if self.kind == "b":
            return bool(int(self.value))
        return from_ISO8601(self.value) if self.kind == "d" else self.value

    def number_or_day(self) -> Any:
        value = float(self.value) if set(self.value) & set(".Ee") else int(self.value)
        if int(self.style) not in self.formats.dates:
            return value
        try:
            return from_excel(value, self.formats.epoch, timedelta=int(self.style) in self.formats.spans)
        except (OverflowError, ValueError):
            return "#VALUE!"


@lru_cache(maxsize=20_000)  # as many as Excel has columns
def column_of(letters: str) -> int:
    """`A` → 1."""
    return int(column_index_from_string(letters))


def shared_texts(file: BinaryIO) -> list[str]:
    reader = SharedTexts()
    for _piece in reader.read(file):
        pass
    return reader.found


def rows(file: BinaryIO, texts: Sequence[str], formats: Formats) -> Iterator[Line]:
    """The rows of a sheet in their order. One that the sheet leaves out is an empty row; one that stands behind a
    later one is left out."""
    reader, last = Rows(texts, formats), 0
    for _piece in reader.read(file):
        for number, cells in reader.ready:
            yield from ((between, []) for between in range(last + 1, number))
            if number > last:
                yield number, cells
            last = max(last, number)
        reader.ready.clear()
