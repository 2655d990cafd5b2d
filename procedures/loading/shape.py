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

    @property
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

    def default(self, name: str) -> Any:
        return () if name in self.sets else self.columns[name].get_default()


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
