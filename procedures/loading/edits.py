"""A change of the catalogue as rows before and after: what versions keep, and what can be turned around."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from procedures.models import Procedure, RowChange
from procedures.progress import Tell, followed, quiet

from .diff import Difference
from .insert import insert
from .shape import BY_LABEL, BY_MODEL, SHAPES, Key, Shape, Values, stored

PROCEDURE = BY_MODEL[Procedure]


class Edit(NamedTuple):
    """One row before and after; None where there was or is none. `row` is the primary key of a row that goes."""

    shape: Shape
    key: Key
    before: Values | None
    after: Values | None
    row: int | None = None

    @property
    def reversed(self) -> "Edit":
        return self._replace(before=self.after, after=self.before)

    @property
    def procedure(self) -> str:
        """The code of the procedure that the row is, or belongs to; else empty."""
        owner = self.key if self.shape is PROCEDURE else ()
        if self.shape.owned_by and self.shape.references[self.shape.owned_by] is PROCEDURE:
            owner = self.key[self.shape.key.index(self.shape.owned_by)]
        return owner[0] if owner else ""


# From and to differences -----------------------------------------------------------------------


def edits_of(differences: Iterable[Difference]) -> list[Edit]:
    """`differences` with what the database holds before they are written."""
    found = []
    for item in differences:
        shape = item.shape
        touched = item.changed or item.removed or item.withdrawn
        present = stored(shape) if touched else {}
        found += [Edit(shape, key, None, values) for key, values in item.added.items()]
        found += [Edit(shape, key, present[key], values) for key, (values, _names) in item.changed.items()]
        found += [Edit(shape, key, present[key], None) for key in item.removed]
        withdrawn = [(code,) for code in item.withdrawn]
        found += [Edit(shape, key, present[key], {**present[key], "published": False}) for key in withdrawn]
    return found


def differences_of(edits: Iterable[Edit]) -> list[Difference]:
    """The same as differences, in the order in which they are written."""
    differences = {shape.label: Difference(shape) for shape in SHAPES}
    for edit in edits:
        difference, after = differences[edit.shape.label], edit.after
        if after is None:
            difference.removed.append(edit.key)
        elif edit.before is None:
            difference.added[edit.key] = after
        else:
            names = [name for name, value in edit.before.items() if value != after[name]]
            difference.changed[edit.key] = (after, names)
    return list(differences.values())


def misfits(edits: Sequence[Edit]) -> list[Edit]:
    """Those whose row is no longer what it was before them."""
    present = {shape.label: stored(shape) for shape in {edit.shape for edit in edits}}
    return [edit for edit in edits if present[edit.shape.label].get(edit.key) != edit.before]


def pointed_at(edits: Sequence[Edit]) -> list[tuple[Edit, Key]]:
    """The rows that would go although another row of the catalogue still names them, with the key of that one."""
    going = {(edit.shape.label, edit.key): edit for edit in edits if edit.after is None}
    after = {(edit.shape.label, edit.key): edit.after for edit in edits}
    labels = {label for label, _key in going}
    found = []
    for shape in SHAPES:
        names = [name for name, target in shape.references.items() if target.label in labels]
        for key, values in stored(shape).items() if names else ():
            left = after.get((shape.label, key), values)
            if left is None:
                continue
            for name in names:
                wanted = left[name] if name in shape.sets else [left[name]]
                label = shape.references[name].label
                found += [(going[label, each], key) for each in wanted if (label, each) in going]
    return found


# Kept as JSON ----------------------------------------------------------------------------------


KEPT = ("model", "key", "procedure", "row", "before", "after")


def keep(edits: Sequence[Edit], kind: type[RowChange], owner: str, pk: int, tell: Tell = quiet) -> None:
    """Write `edits` as rows of `kind` that belong to the row `pk` of its reference `owner`."""
    rows = (
        (edit.shape.label, edit.key, edit.procedure, edit.row, edit.before, edit.after, pk)
        for edit in followed(edits, tell, "kept as history", len(edits))
    )
    insert(kind, (*KEPT, owner), rows)


def read_edit(kept: RowChange) -> Edit:
    """What `keep` wrote, also before a field was added to the model or taken away."""
    shape = BY_LABEL[kept.model]
    before, after = (None if values is None else values_of(shape, values) for values in (kept.before, kept.after))
    return Edit(shape, as_key(kept.key), before, after, kept.row)


def values_of(shape: Shape, values: Values) -> Values:
    return {
        name: value_of(shape, name, values[name]) if name in values else shape.default(name)
        for name in (*shape.columns, *shape.sets)
    }


def value_of(shape: Shape, name: str, value: Any) -> Any:
    if name in shape.references:
        return None if value is None else as_key(value)
    return shape.columns[name].to_python(value)


def as_key(value: Any) -> Key:
    """Lists within lists as tuples within tuples."""
    return tuple(as_key(part) if isinstance(part, list | tuple) else part for part in value)
