"""A row of a catalogue file, wherever it was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .shape import Values


@dataclass(frozen=True)
class Row:
    """The fields of one row of a model, with its place. `titles` tells the headers under which fields stand in a
    table; `base` is what the catalogue holds for the fields that the row does not tell, instead of their defaults."""

    file: str
    number: int
    label: str
    fields: dict[str, Any]
    sheet: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    base: Values | None = None
