"""Writing a difference, the one door: in bulk, in one transaction, as a new version of the catalogue."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.db import models, transaction

from organisation import stamp
from procedures.models import CatalogueVersion, Procedure
from procedures.progress import Tell, followed, quiet
from procedures.uncollected import uncollected

from .diff import Difference
from .edits import Edit, edits_of
from .insert import BATCH, insert
from .shape import Key, Shape, Values, natural_keys, primary_keys
from .versions import Cause, begun, make, make_first

Rows = dict[tuple[str, Key], int]  # the label and key of a row that is put back → its primary key
Each = Callable[[list[Any]], Iterable[Any]]  # goes through a list and tells how far it is


@uncollected()
@transaction.atomic
def apply(
    differences: list[Difference],
    tell: Tell = quiet,
    cause: Cause | None = None,
) -> CatalogueVersion | None:
    """Write `differences` as a new version or, when anything fails, nothing; None when there is nothing to write."""
    stamp.hold()
    cause = cause or Cause()
    if not begun():
        write_all(differences, tell, {})
        return make_first(cause) if Procedure.objects.exists() else None
    edits = edits_of(differences)
    return put(edits, differences, cause, tell) if edits else None


def put(
    edits: Sequence[Edit],
    differences: list[Difference],
    cause: Cause,
    tell: Tell = quiet,
) -> CatalogueVersion:
    """Write the same change, given in both forms, as a new version. To be called while the stamp is held."""
    coming_back = {(edit.shape.label, edit.key): edit.row for edit in edits if edit.before is None and edit.row}
    kept = with_rows(edits)
    write_all(differences, tell, coming_back)
    return make(cause, kept, tell)


def with_rows(edits: Sequence[Edit]) -> list[Edit]:
    """`edits` with the primary keys of the rows that go."""
    pks = {shape: primary_keys(shape) for shape in {edit.shape for edit in edits if edit.after is None}}
    return [edit._replace(row=pks[edit.shape][edit.key]) if edit.after is None else edit for edit in edits]


def write_all(differences: list[Difference], tell: Tell, rows: Rows) -> None:
    total = sum(difference.size for difference in differences)
    for difference in reversed(differences):
        remove(difference)
        tell("written", len(difference.removed) + len(difference.withdrawn), total)
    for difference in differences:
        write(difference, rows, partial(followed, tell=tell, phase="written", total=total))
        tell("written", len(difference.changed), total)


def remove(difference: Difference) -> None:
    """Rows that their owner no longer has; a procedure is withdrawn, never deleted."""
    if difference.removed:
        keys = set(difference.removed)
        pks = primary_keys(difference.shape)
        difference.shape.model._default_manager.filter(pk__in=[pks[key] for key in keys]).delete()
    for start in range(0, len(difference.withdrawn), BATCH):
        codes = difference.withdrawn[start : start + BATCH]
        Procedure.objects.filter(code__in=codes).update(published=False)


def write(difference: Difference, rows: Rows, each: Each) -> None:
    """Changed rows first, so that what they give up (the last owner of a field, say) is free for the added ones."""
    shape = difference.shape
    # A reference to a row of the same model is set once all of its rows exist.
    later = [name for name, target in shape.references.items() if target is shape and name in shape.columns]
    now = {name: target for name, target in shape.references.items() if name in shape.columns and name not in later}
    pks = {name: reference_keys(target) for name, target in now.items()}
    changed = {key: values for key, (values, _names) in difference.changed.items()}
    names = {name for _values, names in difference.changed.values() for name in names} & shape.columns.keys()
    update(shape, changed, names - set(later), pks)
    add(shape, difference.added, later, pks, rows, each)
    if later:
        pks.update(dict.fromkeys(later, primary_keys(shape)))
        pointing = {key: values for key, values in difference.added.items() if any(values[name] for name in later)}
        update(shape, changed | pointing, set(later), pks)
    for name in shape.sets:
        write_set(shape, name, changed | difference.added)


def add(
    shape: Shape, added: dict[Key, Values], later: list[str], pks: dict[str, dict[Key, Any]], rows: Rows, each: Each
) -> None:
    """Write new rows; those that come back get the primary keys that they had."""
    names = [name for name in shape.columns if name not in later]
    back: list[list[Any]] = []
    new: list[list[Any]] = []
    for key, values in added.items():
        row = [
            pks[name][value] if value and name in pks else value
            for name, value in zip(names, map(values.get, names), strict=True)
        ]
        pk = rows.get((shape.label, key)) if rows else None
        if pk is None:
            new.append(row)
        else:
            back.append([pk, *row])
    insert(shape.model, names, each(new))
    insert(shape.model, [str(shape.model._meta.pk.name), *names], each(back))


def update(shape: Shape, rows: dict[Key, Values], names: set[str], pks: dict[str, dict[Key, Any]]) -> None:
    """Write the fields `names` of `rows`."""
    if not rows or not names:
        return
    own = primary_keys(shape)
    skip = [name for name in shape.references if name not in names]
    built = [build(shape, values, pks, skip=skip, pk=own[key]) for key, values in rows.items()]
    shape.model._default_manager.bulk_update(built, sorted(names), batch_size=BATCH)


def build(
    shape: Shape, values: Values, pks: dict[str, dict[Key, Any]], skip: list[str] | None = None, pk: Any = None
) -> models.Model:
    row = shape.model(pk=pk)
    for name in shape.columns:
        if name in (skip or []):
            continue
        if name in shape.references:
            setattr(row, f"{name}_id", pks[name][values[name]] if values[name] else None)
        else:
            setattr(row, name, values[name])
    return row


def write_set(shape: Shape, name: str, rows: dict[Key, Values]) -> None:
    if not rows:
        return
    own = primary_keys(shape)
    relation = shape.sets[name]
    through = relation.remote_field.through
    owner, member = relation.m2m_field_name(), relation.m2m_reverse_field_name()
    targets = reference_keys(shape.references[name])
    owners = [own[key] for key in rows]
    for start in range(0, len(owners), BATCH):
        through._default_manager.filter(**{f"{owner}__in": owners[start : start + BATCH]}).delete()
    links = [(own[key], targets[target]) for key, values in rows.items() for target in values[name]]
    insert(through, (owner, member), links)


def reference_keys(shape: Shape) -> dict[Key, Any]:
    return {key: pk for pk, key in natural_keys(shape).items()}
