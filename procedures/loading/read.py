"""Reading catalogue files of every format into rows that remember where they stand."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from procedures.progress import Tell, quiet
from procedures.tables import Content, Unreadable, open_table

from .drafts import Drafts
from .faults import Fault, Faults
from .headers import find_header
from .json_rows import JsonReader, is_json
from .lookup import Register
from .rows import Row
from .shape import BY_LABEL, SHAPES, Key, Shape, Values, stored
from .table import TableReader

ROOMS = Path(__file__).resolve().parents[2]
SHIPPED = [
    ROOMS / "organisation/fixtures/agencies.json",
    *(
        ROOMS / f"procedures/fixtures/{name}.json"
        for name in (
            "fields",
            "legal_documents",
            "procedures",
            "channels",
            "documents",
            "results",
            "names",
            "synonyms",
        )
    ),
]
File = Path | tuple[str, Content]  # a path, or what came under a name


@dataclass
class Reading:
    """What files hold: rows, faults, sentences about what was guessed or left out, and label of a part → procedures
    of whose parts of that sort the files say nothing."""

    rows: list[Row] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    remarks: list[str] = field(default_factory=list)
    spared: dict[str, set[Key]] = field(default_factory=dict)


def read(files: Iterable[File]) -> tuple[list[Row], list[Fault]]:
    """All rows of `files`, and a fault for whatever is not a row."""
    reading = read_all(files, cache(stored))
    return reading.rows, reading.faults


def read_all(files: Iterable[File], present: Callable[[Shape], dict[Key, Values]], tell: Tell = quiet) -> Reading:
    """Read `files`; `present` gives the rows that the catalogue holds, which a table completes its own with."""
    reading, register = Reading(), Register()
    drafts = Drafts(reading.faults, reading.remarks, present, tell)
    for file in files:
        name, content = (file.name, file) if isinstance(file, Path) else file
        try:
            if is_json(name, content):
                reading.rows.extend(JsonReader(name, drafts, register).read(content))
            else:
                opened = open_table(content, best=lambda sheet: find_header(sheet).score[0])
                TableReader(name, drafts, register).read(opened)
        except Unreadable as error:
            reading.faults.append(Fault(name, 0, "", "", str(error)))
    reading.spared = drafts.spared
    spare_unnamed(reading)
    reading.rows.extend(drafts.rows())
    drafts.say()
    return reading


def spare_unnamed(reading: Reading) -> None:
    """A fixture that holds procedures and, for instance, no document at all says nothing of documents: they stay."""
    keys: defaultdict[str, set[Key]] = defaultdict(set)
    for row in reading.rows:
        shape = BY_LABEL.get(row.label)
        if shape and all(isinstance(row.fields.get(name), str) for name in shape.key):
            keys[shape.label].add(tuple(row.fields[name] for name in shape.key))
    named = {row.label for row in reading.rows}
    for shape in SHAPES:
        if shape.owned_by and shape.label not in named:
            reading.spared.setdefault(shape.label, set()).update(keys[shape.references[shape.owned_by].label])
