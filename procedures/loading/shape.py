"""What a catalogue file may hold: the models in the order in which they are written, and what names a row of each.

A row is compared as plain data: its key is a tuple of texts, a reference is the key of the row it points at,
a set of references is a sorted tuple of keys. Files and database are read into the same shape.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from organisation.models import Agency
from procedures.models import (
    Channel,
    Document,
    EverydayName,
    Field,
    FieldOwner,
    LegalDocument,
    Procedure,
    Result,
    Synonym,
)

Key = tuple[Any, ...]
Values = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """One model of the catalogue: the fields of its key, and the fields that are compared."""

    model: type[models.Model]
    key: tuple[str, ...]
    owned_by: str = ""  # the reference to the row that owns this one and is loaded as a whole with it
    marks: tuple[str, ...] = ()  # what stewards note down: stays where a file says nothing of it

    @cached_property
    def label(self) -> str:
        return self.model._meta.label_lower

    @cached_property
    def columns(self) -> dict[str, Any]:
        return {field.name: field for field in self.model._meta.concrete_fields if not field.primary_key}

    @cached_property
    def sets(self) -> dict[str, Any]:
        return {field.name: field for field in self.model._meta.many_to_many}

    @cached_property
    def references(self) -> dict[str, "Shape"]:
        """The fields that point at other rows of the catalogue, with the shape they point at."""
        return {
            name: BY_MODEL[field.related_model]
            for name, field in (self.columns | self.sets).items()
            if field.related_model in BY_MODEL
        }

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What a row has that does not tell a field."""
        return {name: field.get_default() for name, field in self.columns.items()} | dict.fromkeys(self.sets, ())

    def default(self, name: str) -> Any:
        return self.defaults[name]

    @cached_property
    def optional(self) -> set[str]:
        """The fields whose default is a legal value."""
        return set(self.sets) | {
            name
            for name, field in self.columns.items()
            if (field.null if self.defaults[name] is None else field.blank or self.defaults[name] != "")
        }


SHAPES = [
    Shape(Agency, ("code",)),
    Shape(Field, ("slug",)),
    Shape(FieldOwner, ("field", "agency"), owned_by="field"),
    Shape(LegalDocument, ("number",), marks=("out_of_force_on", "followed_by")),
    Shape(Procedure, ("code",)),
    Shape(Channel, ("procedure", "position"), owned_by="procedure"),
    Shape(Document, ("procedure", "position"), owned_by="procedure"),
    Shape(Result, ("procedure", "position"), owned_by="procedure"),
    Shape(EverydayName, ("procedure", "name"), owned_by="procedure"),
    Shape(Synonym, ("everyday", "official")),
]
BY_MODEL: dict[Any, Shape] = {shape.model: shape for shape in SHAPES}
BY_LABEL = {shape.label: shape for shape in SHAPES}


def stored(shape: Shape, **only: Any) -> dict[Key, Values]:
    """All rows of a model, or those that a filter leaves, as keys and values, in two queries or three."""
    names = list(shape.columns)
    keys = {name: natural_keys(target) for name, target in shape.references.items()}
    rows = {}
    for pk, *raw in shape.model._default_manager.filter(**only).values_list("pk", *names):
        values: Values = dict(zip(names, raw, strict=True))
        for name in shape.references.keys() & shape.columns.keys():
            values[name] = keys[name].get(values[name])
        rows[pk] = values
    for name in shape.sets:
        members = set_members(shape, name)
        for pk, values in rows.items():
            values[name] = tuple(sorted(keys[name][member] for member in members.get(pk, [])))
    return {tuple(values[name] for name in shape.key): values for values in rows.values()}


def set_members(shape: Shape, name: str) -> dict[Any, list[Any]]:
    """Primary key → primary keys of the rows in its set `name`."""
    members: dict[Any, list[Any]] = {}
    relation = shape.sets[name]
    pairs = relation.remote_field.through._default_manager.values_list(
        relation.m2m_field_name() + "_id", relation.m2m_reverse_field_name() + "_id"
    )
    for pk, member in pairs:
        members.setdefault(pk, []).append(member)
    return members


def natural_keys(shape: Shape) -> dict[Any, Key]:
    """Primary key → key, for a model that others refer to (its key holds no reference itself)."""
    return {pk: tuple(key) for pk, *key in shape.model._default_manager.values_list("pk", *shape.key)}


def primary_keys(shape: Shape, **only: Any) -> dict[Key, Any]:
    """Key → primary key, also where the key itself holds a reference."""
    keys = {name: natural_keys(shape.references[name]) for name in shape.key if name in shape.references}
    found = {}
    for pk, *parts in shape.model._default_manager.filter(**only).values_list("pk", *shape.key):
        key = tuple(keys[name][part] if name in keys else part for name, part in zip(shape.key, parts, strict=True))
        found[key] = pk
    return found
