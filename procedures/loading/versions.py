"""The numbered history of the catalogue: a version for each change, made in the change's own transaction."""

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from organisation import stamp
from organisation.models import User
from portal import clock
from procedures.models import CatalogueVersion, Change, Procedure, VersionKind
from procedures.progress import Tell, quiet

from .edits import PROCEDURE, Edit, keep
from .shape import BY_MODEL, SHAPES, Key, Shape, Values, primary_keys, stored


@dataclass(frozen=True)
class Cause:
    """Why the catalogue changes: who, by which decision, from which files (see `fingerprint`), from which day on."""

    by: User | None = None
    confirmed_by: User | None = None
    decision: str = ""
    files: Sequence[dict[str, str]] = ()
    day: datetime.date | None = None
    kind: VersionKind = VersionKind.LOAD
    undoes: CatalogueVersion | None = None


def fingerprint(name: str, content: bytes) -> dict[str, str]:
    """What a version keeps of a file."""
    return {"name": name, "sha256": hashlib.sha256(content).hexdigest()}


def make(cause: Cause, edits: Sequence[Edit], tell: Tell = quiet) -> CatalogueVersion:
    """The next version, which changed `edits`. To be called while the stamp is held."""
    version = next_version(cause)
    keep(edits, Change, "version", version.pk, tell)
    return version


def next_version(cause: Cause) -> CatalogueVersion:
    last = CatalogueVersion.objects.aggregate(last=Max("number"))["last"] or 0
    return CatalogueVersion.objects.create(
        number=last + 1,
        kind=cause.kind if last else VersionKind.FIRST,
        day=cause.day or clock.today(),
        made_at=clock.now(),
        made_by=cause.by,
        confirmed_by=cause.confirmed_by,
        decision=cause.decision,
        files=list(cause.files),
        undoes=cause.undoes,
    )


def begun() -> bool:
    """Whether there is a first version, which is made now when a catalogue is there without one."""
    if CatalogueVersion.objects.exists():
        return True
    if Procedure.objects.exists():
        make_first(Cause())
        return True
    return False


def make_first(cause: Cause) -> CatalogueVersion:
    """The version with which every history begins: the procedures that are there, without their rows."""
    codes = Procedure.objects.values_list("code", flat=True)
    edits = [Edit(PROCEDURE, (code,), None, None) for code in codes]
    day = cause.day or clock.today()
    return make(Cause(cause.by, cause.confirmed_by, cause.decision, cause.files, day, VersionKind.FIRST), edits)


# Changes that somebody makes in a form ---------------------------------------------------------

State = dict[tuple[Shape, Key], tuple[Values, int]]  # with the primary key of each row


def state_of(row: Any) -> State:
    """A row of the catalogue and the rows that are its own, as they stand in the database."""
    shape = BY_MODEL[type(row)]
    state = rows_of(shape, pk=row.pk)
    for part in SHAPES:
        if part.owned_by and part.references[part.owned_by] is shape:
            state |= rows_of(part, **{part.owned_by: row.pk})
    return state


def rows_of(shape: Shape, **only: Any) -> State:
    pks = primary_keys(shape, **only)
    return {(shape, key): (values, pks[key]) for key, values in stored(shape, **only).items()}


def begin_edit(row: Any) -> State:
    """The state of `row` before it is written, while nobody else writes; empty for a new one."""
    stamp.hold()
    begun()
    return state_of(row) if row.pk else {}


def end_edit(before: State, after: State, cause: Cause) -> CatalogueVersion | None:
    """The version of what was written in between, if anything was."""
    return make(cause, edits) if (edits := list(compared(before, after))) else None


def compared(before: State, after: State) -> Iterable[Edit]:
    for place in [*before, *(place for place in after if place not in before)]:
        shape, key = place
        old, row = before.get(place, (None, None))
        new, _row = after.get(place, (None, None))
        if old != new:
            yield Edit(shape, key, old, new, row)
