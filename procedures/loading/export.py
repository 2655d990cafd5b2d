"""The catalogue as a file, in the formats that a load reads: what is written here loads back unchanged.

A fixture holds everything; the others hold the procedures of a scope with all their parts, one in each row.
"""

import csv
import datetime
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet

from portal import clock
from procedures import tables
from procedures.models import FieldOwner, LegalDocument, Procedure
from procedures.tables import folded, harmless

from . import lines
from .columns import COLUMNS
from .diff import Scope
from .lookup import Register
from .shape import SHAPES, Shape, natural_keys, set_members
from .words import written

AT_ONCE = 500  # procedures that are in memory
NOT_WRITTEN = {"time", "fee", "charge"}  # they stand in the lines of the channels
SHOWN = [column for column in COLUMNS if column.key not in NOT_WRITTEN]
PLAIN = ("code", "name", "name_en", "everyday_rank", "decision", "source_date", "source_note")
BOOLEANS = ("electronic_process", "at_center", "published")
CHANNEL, DOCUMENT, NAME = (
    ("kind", "time", "unit", "fee_vnd", "note", "basis"),
    ("name", "originals", "copies", "form", "case"),
    ("name", "language", "origin"),
)


def export(format: str, scope: Scope) -> Iterator[bytes]:
    """The procedures of `scope` as `fixture`, `json`, `csv` or `xlsx`, piece by piece."""
    return FORMATS[format](scope)


def procedures(scope: Scope) -> Iterator[Procedure]:
    """In the order of their codes, with all their parts."""
    owners = Prefetch("field__owners", FieldOwner.objects.valid_on(clock.today()).select_related("agency"))
    rows = scope.procedures().select_related("field", "replaced_by").order_by("code")
    parts = ("channels", "documents", "results", "names", "legal_basis")
    return rows.prefetch_related(*parts, owners).iterator(chunk_size=AT_ONCE)


# Tables ----------------------------------------------------------------------------------------


def csv_pieces(scope: Scope) -> Iterator[bytes]:
    yield "\ufeff".encode()  # lets Excel see the encoding
    for row in table(scope):
        out = io.StringIO(newline="")
        csv.writer(out).writerow(row)
        yield out.getvalue().encode()


def xlsx_pieces(scope: Scope) -> Iterator[bytes]:
    return tables.workbook("TTHC", table(scope), frozen="C2")


def table(scope: Scope) -> Iterator[list[str]]:
    """The header, and a row for each procedure."""
    yield [column.vietnamese[0] for column in SHOWN]
    name_of = field_names()
    for procedure in procedures(scope):
        told = cells(procedure, name_of)
        yield [harmless(told[column.key]) for column in SHOWN]


def field_names() -> Callable[[Any], str]:
    """How a field is written: by its name where no other has it, else by its slug."""
    known = Register().fields
    return lambda field: field.name if known.get(folded(field.name)) == [field.slug] else field.slug


def cells(procedure: Procedure, name_of: Callable[[Any], str]) -> dict[str, str]:
    return {
        **{name: str(getattr(procedure, name)) for name in PLAIN},
        **{name: written("bool", getattr(procedure, name)) for name in BOOLEANS},
        **{name: iso(getattr(procedure, name)) for name in ("valid_from", "valid_to")},
        "field": name_of(procedure.field),
        "agency": "; ".join(owner.agency.name for owner in procedure.field.owners.all()),
        "levels": "; ".join(written("levels", level) for level in procedure.levels),
        "audiences": "; ".join(written("audiences", audience) for audience in procedure.audiences),
        "online": written("online", procedure.online),
        "source": written("source", procedure.source),
        "replaced_by": procedure.replaced_by.code if procedure.replaced_by else "",
        "channels": lined(lines.channel_line, procedure.channels.all(), CHANNEL),
        "documents": lined(lines.document_line, procedure.documents.all(), DOCUMENT),
        "results": lined(lambda row: lines.line(row["name"]), procedure.results.all(), ("name",)),
        "names": lined(lines.name_line, procedure.names.all(), NAME),
        "legal_basis": lined(lines.law_line, procedure.legal_basis.all(), ("number", "kind", "title")),
    }


def lined(line: Callable[[dict[str, Any]], str], rows: Iterable[Any], names: tuple[str, ...]) -> str:
    return "\n".join(line({name: getattr(row, name) for name in names}) for row in rows)


def iso(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


# JSON ------------------------------------------------------------------------------------------


def json_pieces(scope: Scope) -> Iterator[bytes]:
    return listed(map(plain_object, procedures(scope)))


def plain_object(procedure: Procedure) -> dict[str, Any]:
    return {
        **{name: getattr(procedure, name) for name in (*PLAIN, *BOOLEANS, "valid_from", "valid_to", "source")},
        "field": procedure.field.slug,
        "levels": [level.value for level in procedure.levels],
        "audiences": [audience.value for audience in procedure.audiences],
        "online": procedure.online,
        "replaced_by": procedure.replaced_by.code if procedure.replaced_by else "",
        "channels": objects(procedure.channels.all(), CHANNEL),
        "documents": objects(procedure.documents.all(), DOCUMENT),
        "results": [result.name for result in procedure.results.all()],
        "names": objects(procedure.names.all(), NAME),
        "legal_basis": objects(procedure.legal_basis.all(), ("number", "kind", "title")),
    }


def objects(rows: Iterable[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in names} for row in rows]


def listed(entries: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A JSON list with an entry in each line."""
    before = "[\n"
    for entry in entries:
        yield f"{before}{json.dumps(entry, ensure_ascii=False, default=iso)}".encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"


# Fixtures --------------------------------------------------------------------------------------


def fixture_pieces(scope: Scope) -> Iterator[bytes]:
    return listed(entry for shape in SHAPES for entry in fixture_rows(shape, rows_in(shape, scope)))


def rows_in(shape: Shape, scope: Scope) -> QuerySet[Any]:
    """The rows of a model that belong to a scope: of one that is not everything, the procedures with their parts and
    laws alone."""
    rows = shape.model._default_manager.all()
    if scope.kind == "all":
        return rows
    if shape.model is Procedure:
        return scope.procedures()
    if shape.model is LegalDocument:
        return rows.filter(procedures__in=scope.procedures()).distinct()
    return rows.filter(procedure__in=scope.procedures()) if shape.owned_by == "procedure" else rows.none()


def fixture_rows(shape: Shape, rows: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """Rows in the order of their model, with natural keys and without what is the default anyway."""
    names = list(shape.columns)
    keys = {name: natural_keys(target) for name, target in shape.references.items()}
    members = {name: set_members(shape, name) for name in shape.sets}
    for pk, *values in rows.values_list("pk", *names).iterator(chunk_size=2_000):
        fields = {
            name: list(keys[name][value]) if name in keys and value is not None else value
            for name, value in zip(names, values, strict=True)
            if value != shape.default(name) or name in shape.key
        }
        for name, sets in members.items():
            if pk in sets:
                fields[name] = sorted(list(keys[name][member]) for member in sets[pk])
        yield {"model": shape.label, "fields": fields}


FORMATS: dict[str, Callable[[Scope], Iterator[bytes]]] = {
    "fixture": fixture_pieces,
    "json": json_pieces,
    "csv": csv_pieces,
    "xlsx": xlsx_pieces,
}
