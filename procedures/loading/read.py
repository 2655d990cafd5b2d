"""Reading catalogue files (Django fixtures) into rows that remember where they stand."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

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


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value: the file, the row in it (from 1; 0 is the file itself), the column or field, and
    why; the sheet where the file has sheets, and what would be right where that can be said."""

    file: str
    row: int
    field: str
    value: str
    message: str
    sheet: str = ""
    right: str = ""


@dataclass(frozen=True)
class Row:
    file: str
    number: int
    label: str
    fields: dict[str, Any]


def read(files: Iterable[Path | tuple[str, bytes | Path]]) -> tuple[list[Row], list[Fault]]:
    """All rows of `files`, and a fault for whatever is not a row."""
    rows: list[Row] = []
    faults: list[Fault] = []
    for file in files:
        name, content = (file.name, file) if isinstance(file, Path) else file
        try:
            whole = content if isinstance(content, bytes) else content.read_bytes()
            entries = json.loads(whole.decode("utf-8-sig"))
        except OSError as error:
            faults.append(Fault(name, 0, "", str(content), error.strerror or str(error)))
        except UnicodeDecodeError as error:
            faults.append(Fault(name, 0, "", "", _("Not UTF-8, from byte %(byte)d on.") % {"byte": error.start}))
        except (json.JSONDecodeError, RecursionError) as error:
            faults.append(Fault(name, 0, "", "", _("Not JSON: %(error)s") % {"error": error}))
        else:
            read_entries(name, entries, rows, faults)
    return rows, faults


def read_entries(file: str, entries: Any, rows: list[Row], faults: list[Fault]) -> None:
    if not isinstance(entries, list):
        faults.append(Fault(file, 0, "", type(entries).__name__, _("A list of rows was expected.")))
        return
    for number, entry in enumerate(entries, start=1):
        match entry:
            case {"model": str(label), "fields": dict(fields)} if "pk" not in entry:
                rows.append(Row(file, number, label.lower(), fields))
            case {"pk": _pk}:
                faults.append(
                    Fault(file, number, "pk", str(entry["pk"]), _("Rows are named by their natural keys, without pk."))
                )
            case _other:
                faults.append(
                    Fault(file, number, "", repr(entry)[:80], _("Each row needs a “model” and its “fields”."))
                )
