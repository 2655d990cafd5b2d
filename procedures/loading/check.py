"""Checking every row before anything is written: all faults at once, each with its place."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from organisation.models import Agency
from procedures.models import Field, OnlineLevel
from procedures.progress import Tell, followed, quiet

from .faults import Fault, Faults, shown
from .lookup import nearest
from .rows import Row
from .shape import BY_LABEL, SHAPES, Key, Shape, Values

HIGHEST_RANK = 4
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # categories Cc and Cs
REMEMBERED, SHORT = 4_096, 100  # values of a field, and characters of one, that are remembered
GUESSED = (Agency, Field)  # a slip in the code of one of these is told with the codes that come nearest
Checked = dict[str, dict[Key, Values]]  # label → key → values, in the order of the files


class Place:
    """Collects the faults of one row."""

    def __init__(self, row: Row, faults: Faults) -> None:
        self.row, self.faults = row, faults

    def fault(self, field: str, value: Any, message: str, right: str = "") -> None:
        row = self.row
        title = row.titles.get(field, field)
        self.faults.append(Fault(row.file, row.number, title, shown(value), message, row.sheet, right))


def check(
    rows: list[Row], known: Callable[[Shape], set[Key]], faults: Faults | None = None, tell: Tell = quiet
) -> tuple[Checked, list[Fault]]:
    """The rows as keys and values, and everything that is wrong with them, added to `faults`.

    `known(shape)` gives the keys that the database holds, so that a row may refer to what is not in the files.
    """
    faults = Faults() if faults is None else faults
    checked: Checked = {shape.label: {} for shape in SHAPES}
    places: dict[tuple[str, Key], Place] = {}
    for row in followed(rows, tell, "checked", len(rows)):
        place = Place(row, faults)
        shape = BY_LABEL.get(row.label)
        if shape is None:
            place.fault("model", row.label, _("Not a part of the catalogue."))
            continue
        before = faults.total
        values = dict(read_values(shape, row, place))
        if faults.total > before:
            continue
        for field, value, message in broken_rules(shape, values):
            place.fault(field, value, message)
        key = tuple(values[name] for name in shape.key)
        first = places.setdefault((shape.label, key), place)
        if first is not place:
            message = _("The same key stands in %(file)s, row %(row)d.")
            place.fault(shape.key[0], show(key), message % {"file": first.row.file, "row": first.row.number})
        checked[shape.label][key] = values
    check_references(checked, places, known)
    check_owners(checked, places)
    return checked, faults


def read_values(shape: Shape, row: Row, place: Place) -> Iterator[tuple[str, Any]]:
    """Each field of the model with the value that the row gives it, or its default."""
    readers, told = readers_of(shape), row.fields
    for name in sorted(told.keys() - readers.keys()):
        place.fault(name, told[name], _("No such field."))
    for name, read in readers.items():
        if name not in told and row.base is not None:
            yield name, row.base[name]
            continue
        if name not in told and name in shape.optional:
            yield name, shape.default(name)
            continue
        try:
            yield name, read(told[name] if name in told else shape.default(name))
        except ValidationError as error:
            place.fault(name, told.get(name, ""), " ".join(error.messages))


@cache
def readers_of(shape: Shape) -> dict[str, Callable[[Any], Any]]:
    """Name of a field → what makes a value for it of what a file tells, or raises ValidationError."""
    return {
        name: partial(read_reference, name, shape=shape) if name in shape.references else plain_reader(field)
        for name, field in (shape.columns | shape.sets).items()
    }


def plain_reader(field: Any) -> Callable[[Any], Any]:
    """How a value of `field`, which is no reference, is read."""
    longest = plain_length(field)
    is_boolean = isinstance(field, models.BooleanField)

    @lru_cache(maxsize=REMEMBERED, typed=True)  # the same few values in every row
    def clean(value: Any) -> Any:
        return field.clean(value, None)

    def read(value: Any) -> Any:
        if isinstance(value, str):
            value = unicodedata.normalize("NFC", value).strip()
            if not value.isprintable() and CONTROL.search(value):
                raise ValidationError(_("Control characters."))
            if value and len(value) <= longest:
                return value
            if len(value) > SHORT:
                return field.clean(value, None)
        elif isinstance(value, list | dict) or (isinstance(value, bool) != is_boolean and value is not None):
            raise ValidationError(_("Not a value of this field."))
        elif isinstance(value, float):
            raise ValidationError(_("A whole number was expected."))
        return clean(value)

    return read


def plain_length(field: Any) -> int:
    """How long a text of a field without rules of its own may be; 0 for any other field."""
    is_plain = type(field) is models.CharField and not field.choices and len(field.validators) == 1
    return field.max_length or 0 if is_plain else 0


def read_reference(name: str, value: Any, shape: Shape) -> Any:
    if name in shape.sets:
        if not isinstance(value, list | tuple):
            raise ValidationError(_("A list of keys was expected."))
        return tuple(sorted({read_key(item, shape.references[name]) for item in value}))
    if value is None and shape.columns[name].null:
        return None
    return read_key(value, shape.references[name])


def read_key(value: Any, target: Shape) -> Key:
    fits = isinstance(value, list) and len(value) == len(target.key) and all(isinstance(part, str) for part in value)
    if not fits:
        raise ValidationError(_("A key like %(key)s was expected.") % {"key": list(target.key)})
    return tuple(unicodedata.normalize("NFC", part) for part in value)


def check_references(
    checked: Checked, places: dict[tuple[str, Key], Place], known: Callable[[Shape], set[Key]]
) -> None:
    for shape in SHAPES:
        for name, target in shape.references.items():
            present = checked[target.label].keys() | known(target)
            alike = cache(partial(nearest, names=sorted(map(show, present)) if target.model in GUESSED else []))
            for key, values in checked[shape.label].items():
                wanted = values[name] if name in shape.sets else [values[name]] if values[name] else []
                for reference in wanted:
                    if reference not in present:
                        written = show(reference)
                        places[shape.label, key].fault(name, written, _("Nothing has this key."), alike(written))


def check_owners(checked: Checked, places: dict[tuple[str, Key], Place]) -> None:
    """On one day a field has one owner."""
    last: dict[Any, Key] = {}
    label = "procedures.fieldowner"
    for key, values in sorted(checked[label].items(), key=lambda item: str(item[1]["valid_from"] or "")):
        before = last.get(values["field"])
        if before is not None:
            ended = checked[label][before]["valid_to"]
            if not (ended and values["valid_from"] and ended < values["valid_from"]):
                message = _("On one day a field has one owner: the periods overlap.")
                places[label, key].fault("valid_from", values["valid_from"] or "", message)
        last[values["field"]] = key


def broken_rules(shape: Shape, values: Values) -> Iterator[tuple[str, Any, str]]:
    """The rules over several fields, which the database's constraints also hold: field, value, message."""
    start, end = values.get("valid_from"), values.get("valid_to")
    if start and end and start > end:
        yield "valid_to", end, _("The last day lies before the first.")
    if shape.label == "organisation.agency" and values["parent"] == (values["code"],):
        yield "parent", values["code"], _("An agency is not its own parent.")
    if shape.label == "procedures.procedure":
        if values["everyday_rank"] > HIGHEST_RANK:
            yield "everyday_rank", values["everyday_rank"], _("The everyday rank goes from 0 to 4.")
        if not any(values[f"level_{level}"] for level in ("province", "district", "commune")):
            yield "level_province", "", _("At least one level.")
        if values["electronic_process"] and values["online"] != OnlineLevel.FULL:
            yield "online", values["online"], _("The electronic process needs a fully online procedure.")
        if values["replaced_by"] == (values["code"],):
            yield "replaced_by", values["code"], _("A procedure does not replace itself.")
    if shape.label == "procedures.channel" and values["unit"] and values["time"] is None:
        yield "unit", values["unit"], _("A unit needs a time, and must be a known one.")
    if shape.label == "procedures.synonym" and values["everyday"] == values["official"]:
        yield "official", values["official"], _("Both sides are needed, and must differ.")


def show(key: Key) -> str:
    """A key as a person would write it."""
    return " / ".join(show(part) if isinstance(part, tuple) else str(part) for part in key)
