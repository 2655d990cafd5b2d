"""Catalogue files in JSON, entry by entry: Django fixtures, and plain lists with an object for each procedure."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from procedures.models import ChannelKind
from procedures.progress import followed
from procedures.tables import Content, Unreadable, harmless, head
from procedures.tables.encodings import guess
from procedures.tables.opening import open_binary

from . import lines, values
from .drafts import Drafts
from .faults import Fault, shown
from .headers import Header, meaning
from .lookup import Register
from .readers import check_lengths
from .rows import Row
from .table import TableReader
from .values import Wrong

PIECE = 1 << 16  # characters that are read at once
MOST_ENTRY = 1 << 20  # characters of one entry
MOST_ENTRIES = 1_000_000
BEGINNING = re.compile(r"\s*(?:\[|\{(?:[^\[\]]*,)?\s*\"(?:items|procedures|data)\"\s*:\s*\[)")
BETWEEN = re.compile(r"\s*")
DECODER = json.JSONDecoder()
CHANNEL_FIELDS = ("kind", "time", "unit", "fee_vnd", "note", "basis")
PART_FIELDS = {
    "documents": ("name", "originals", "copies", "form", "case"),
    "results": ("name",),
    "names": ("name", "language", "origin"),
    "legal_basis": ("number", "kind", "title"),
}


def is_json(name: str, content: Content) -> bool:
    start = head(content, 4_096)
    if start.startswith((b"PK", b"\xd0\xcf")):
        return False
    encoding = guess(start)
    text = start.decode(encoding.codec, "ignore").lstrip("\ufeff \t\r\n")
    return name.lower().endswith(".json") or text.startswith(("[", "{"))


def entries(content: Content) -> Iterator[Any]:
    """The entries of the list in a file, of which one at a time is in memory."""
    encoding = guess(head(content))
    try:
        with (
            open_binary(content) as binary,
            io.TextIOWrapper(binary, encoding=encoding.codec, errors=encoding.errors) as file,
        ):
            yield from entries_of(file)
    except UnicodeError as error:
        raise Unreadable(_("Not JSON: %(error)s") % {"error": error}) from None


def entries_of(file: io.TextIOBase) -> Iterator[Any]:
    buffer = file.read(PIECE)
    start = BEGINNING.match(buffer)
    if start is None:
        raise Unreadable(_("A list of rows was expected."))
    at = start.end()
    for number in range(MOST_ENTRIES):
        if len(buffer) - at < PIECE // 4:
            buffer, at = buffer[at:] + file.read(PIECE), 0
        at = passed(buffer, at)
        if buffer[at : at + 1] == "]" and (number == 0 or not after_comma(buffer, at)):
            return
        while True:
            try:
                entry, at = DECODER.raw_decode(buffer, at)
                break
            except (json.JSONDecodeError, RecursionError) as error:
                more = file.read(PIECE) if len(buffer) - at < MOST_ENTRY else ""
                if not more or isinstance(error, RecursionError):
                    message = _("Entry %(number)d is not JSON: %(error)s") % {"number": number + 1, "error": error}
                    raise Unreadable(message) from None
                buffer, at = buffer[at:] + more, 0
        yield entry
        if len(buffer) - at < PIECE // 4:
            buffer, at = buffer[at:] + file.read(PIECE), 0
        at = passed(buffer, at)
        if buffer[at : at + 1] == "]":
            return
        if buffer[at : at + 1] != ",":
            raise Unreadable(_("Entry %(number)d is not followed by a comma.") % {"number": number + 1})
        at += 1
    raise Unreadable(_("More than %(count)d rows.") % {"count": MOST_ENTRIES})


def passed(buffer: str, at: int) -> int:
    match = BETWEEN.match(buffer, at)
    return match.end() if match else at


def after_comma(buffer: str, at: int) -> bool:
    return buffer[:at].rstrip().endswith(",")


class JsonReader:
    """Reads the entries of a file: rows of a fixture as they are, plain objects as rows of a table."""

    def __init__(self, file: str, drafts: Drafts, register: Register) -> None:
        self.file, self.faults, self.tell = file, drafts.faults, drafts.tell
        self.table = ObjectReader(file, drafts, register)

    def read(self, content: Content) -> Iterator[Row]:
        for number, entry in enumerate(followed(entries(content), self.tell, "read"), start=1):
            self.faults.stop_on_nonsense()
            match entry:
                case {"model": str(label), "fields": dict(fields)} if "pk" not in entry:
                    yield Row(self.file, number, label.lower(), fields)
                case {"pk": _pk, "model": _label}:
                    message = _("Rows are named by their natural keys, without pk.")
                    self.faults.append(Fault(self.file, number, "pk", shown(entry["pk"]), message))
                case dict() if "model" not in entry and "fields" not in entry:
                    self.table.read_object(number, entry)
                case _other:
                    message = _("Each row needs a “model” and its “fields”.")
                    self.faults.append(Fault(self.file, number, "", shown(entry), message))
        self.table.say_unread()


class ObjectReader(TableReader):
    """Reads plain objects: their keys are headers, their values cells, lists or objects."""

    def __init__(self, file: str, drafts: Drafts, register: Register) -> None:
        super().__init__(file, drafts, register)
        self.unread: dict[str, None] = {}

    def read_object(self, number: int, entry: dict[str, Any]) -> None:
        header, cells = Header(), list[Any]()
        for title, value in entry.items():
            key = meaning((title,))[0]
            if not key or key in header.places or (isinstance(value, dict) and key not in PART_FIELDS):
                self.unread[title[:80]] = None
                continue
            header.places[key], header.titles[key] = len(cells), title
            cells.append(harmless(value.strip()) if isinstance(value, str) else value)
        self.header = header
        if "code" not in header.places:
            self.faults.append(Fault(self.file, number, "code", shown(entry), _("This is needed.")))
            return
        self.read_row(number, cells)

    def say_unread(self) -> None:
        if self.unread:
            said = {"place": self.file, "columns": ", ".join(list(self.unread)[:20])}
            self.remarks.append(_("%(place)s: columns that are not read: %(columns)s.") % said)

    def read_cell(self, key: str, cell: Any, told: dict[str, Any]) -> None:
        if isinstance(cell, bool):
            cell = "x" if cell else "-"
        if not isinstance(cell, list):
            super().read_cell(key, cell, told)
        elif key in ("levels", "audiences"):
            told[key] = [values.one_of(item, key) for item in cell if isinstance(item, str)]
        elif key == "channels":
            told[key] = ([channel_of(item) for item in cell], [])
        elif key in PART_FIELDS:
            told[key] = [part_of(item, key) for item in cell]
            if key == "legal_basis":
                told[key] = [law for item in told[key] for law in laws_of(item)]
            check_lengths(key, told[key])
        else:
            raise Wrong(_("Not a value of this field."))


def channel_of(item: Any) -> dict[str, Any]:
    """A channel as an export writes it, or as the API answers it."""
    if not isinstance(item, dict) or item.get("kind") not in ChannelKind.values:
        raise Wrong(_("Unknown channel."), "; ".join(ChannelKind.values))
    row = {**lines.EMPTY, **item}
    if "processing" in row:
        processing = row.pop("processing") or {}
        row |= {"time": processing.get("value"), "unit": processing.get("unit", "")}
    if "fee" in row:
        row["fee_vnd"] = (row.pop("fee") or {}).get("amount_vnd")
    return known_only(row, CHANNEL_FIELDS)


def part_of(item: Any, key: str) -> dict[str, Any]:
    if isinstance(item, str):
        return {PART_FIELDS[key][0]: item, **({"originals": 0, "copies": 0} if key == "documents" else {})}
    if not isinstance(item, dict) or PART_FIELDS[key][0] not in item:
        raise Wrong(_("Not a value of this field."), ", ".join(PART_FIELDS[key]))
    return known_only(item, PART_FIELDS[key])


def known_only(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    if unknown := row.keys() - set(names):
        raise Wrong(_("No such field.") + f" {', '.join(sorted(map(str, unknown)))}", ", ".join(names))
    if any(isinstance(value, list | dict | bool) for value in row.values()):
        raise Wrong(_("Not a value of this field."))
    return row


def laws_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    if "kind" in item:
        return [{"title": "", **item, "is_exact": True}]
    return list(lines.read_laws(str(item["number"])))
