"""Fields and rows before and after, in the reader's words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from organisation.models import Agency
from procedures.loading.edits import Edit
from procedures.loading.shape import BY_MODEL, Key, Shape, Values
from procedures.models import Channel, Document, EverydayName, Field, Result
from procedures.search import ChannelFacts
from procedures.templatetags.catalogue import fee_text, time_text

CHANNEL, DOCUMENT, RESULT, NAME = (BY_MODEL[model] for model in (Channel, Document, Result, EverydayName))
PARTS = [CHANNEL, DOCUMENT, RESULT, NAME]
# By what a row is known again when its position moved.
IDENTITY = {CHANNEL: ("kind", "note"), DOCUMENT: ("name", "case"), RESULT: ("name",), NAME: ("name",)}
# What says how a fact is kept or found, not what it is: for stewards only.
INTERNAL = {"everyday_rank", "source", "source_date", "source_note", "position", "origin", "language", "procedure"}
TIME = {"time", "unit"}

Names = dict[tuple[str, Key], str]  # the label and key of a row that is pointed at → its name


@dataclass(frozen=True)
class Line:
    """What changed, from what to what; an empty side was not there, or not known."""

    label: str
    old: str
    new: str
    subject: str = ""  # the row whose field it is, in Vietnamese
    vietnamese: bool = False  # old and new are
    whole: bool = False  # a paper, a way, a law that came or went, not a fact of one


# Lines -----------------------------------------------------------------------------------------


def row_lines(edit: Edit, names: Names, internal: bool, subject: str = "") -> Iterator[Line]:
    """A line for each field that changed; of a new row, for each that says something."""
    if edit.after is None:
        return
    shape, after = edit.shape, edit.after
    before = edit.before if edit.before is not None else {name: shape.default(name) for name in after}
    changed = [name for name in after if after[name] != before[name] and (internal or name not in INTERNAL)]
    for name in changed:
        if name in shape.sets:
            yield from set_lines(shape, name, before[name], after[name], names)
        elif shape is CHANNEL and name in TIME:
            if name == next(each for each in changed if each in TIME):
                yield Line(_("Time"), time_of(before), time_of(after), subject)
        else:
            old, new = (shown(shape, name, values[name], names) for values in (before, after))
            label = _("Fee") if name == "fee_vnd" else label_of(shape, name)
            yield Line(label, old, new, subject, is_text(shape, name))


def set_lines(shape: Shape, name: str, before: Sequence[Key], after: Sequence[Key], names: Names) -> Iterator[Line]:
    target, label = shape.references[name], label_of(shape, name)
    gone, new = (
        ", ".join(shown_key(target, key, names) for key in keys if key not in others)
        for keys, others in ((before, after), (after, before))
    )
    if gone:
        yield Line(label, gone, "", vietnamese=True, whole=True)
    if new:
        yield Line(label, "", new, vietnamese=True, whole=True)


def part_lines(part: Shape, edits: Sequence[Edit], names: Names, internal: bool) -> Iterator[Line]:
    """The rows that went and came, and what changed in those that stayed, wherever they stand now."""
    if part is NAME and not internal:
        return  # words by which a procedure is found, no facts of it
    label = capfirst(str(part.model._meta.verbose_name))
    before, after = ([row for row in rows if row is not None] for rows in sides(edits))
    for old, new in paired(part, before, after):
        if old and new:
            yield from row_lines(Edit(part, (), old, new), names, internal, f"{label}: {text_of(part, new)}")
        elif old:
            yield Line(label, text_of(part, old, whole=True), "", vietnamese=part is not CHANNEL, whole=True)
        elif new:
            yield Line(label, "", text_of(part, new, whole=True), vietnamese=part is not CHANNEL, whole=True)


def sides(edits: Sequence[Edit]) -> tuple[list[Values | None], list[Values | None]]:
    return [edit.before for edit in edits], [edit.after for edit in edits]


def paired(part: Shape, before: list[Values], after: list[Values]) -> Iterator[tuple[Values | None, Values | None]]:
    """Rows that are the same by name, then those at the same position, then what is left of either side."""
    came = list(after)
    left = []
    for old in before:
        same = next((new for new in came if all(new[name] == old[name] for name in IDENTITY[part])), None)
        if same is None:
            left.append(old)
            continue
        came.remove(same)
        yield old, same
    for old in left:
        here = next((new for new in came if part is CHANNEL and new["position"] == old["position"]), None)
        if here is not None:
            came.remove(here)
        yield old, here
    yield from ((None, new) for new in came)


# Values ----------------------------------------------------------------------------------------


def label_of(shape: Shape, name: str) -> str:
    return capfirst(str((shape.columns | shape.sets)[name].verbose_name))


def is_text(shape: Shape, name: str) -> bool:
    """Whether a field holds what somebody wrote in Vietnamese."""
    column = shape.columns[name]
    free = isinstance(column, models.CharField) and not column.choices and name != "name_en"
    return free or name in shape.references


def shown(shape: Shape, name: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    column = shape.columns[name]
    if name in shape.references:
        return shown_key(shape.references[name], value, names)
    if isinstance(column, models.BooleanField):
        return _("Yes") if value else _("No")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(column, models.DateField):
        return date_format(value)
    if name == "fee_vnd":
        return fee_text(ChannelFacts(None, "", value))
    return number_format(value) if isinstance(value, int) else str(value)


def shown_key(shape: Shape, key: Key, names: Names) -> str:
    parts = [
        shown_key(shape.references[name], part, names) if name in shape.references else str(part)
        for name, part in zip(shape.key, key, strict=True)
    ]
    return names.get((shape.label, key)) or " – ".join(parts)


def text_of(part: Shape, values: Values, whole: bool = False) -> str:
    """A row of a procedure in a few words; `whole` with its time and fee."""
    if part is not CHANNEL:
        return str(values["name"])
    kind = str(dict(part.columns["kind"].flatchoices).get(values["kind"], values["kind"]))
    facts = [time_of(values), fee_text(ChannelFacts(None, "", values["fee_vnd"]))] if whole else []
    return ", ".join(filter(None, [kind, *facts]))


def time_of(values: Values) -> str:
    return time_text(ChannelFacts(values["time"], values["unit"], None))


def names_in(edits: Iterable[Edit]) -> Names:
    """The names of the units and fields that the changed references point at."""
    wanted: dict[str, set[str]] = {BY_MODEL[Agency].label: set(), BY_MODEL[Field].label: set()}
    for edit in edits:
        before, after = edit.before or {}, edit.after or {}
        for name, target in edit.shape.references.items():
            if target.label in wanted and name in edit.shape.columns and before.get(name) != after.get(name):
                wanted[target.label] |= {values[name][0] for values in (before, after) if values.get(name)}
    found: Names = {}
    for model in (Agency, Field):
        shape = BY_MODEL[model]
        keys = {f"{shape.key[0]}__in": wanted[shape.label]}
        rows = model._default_manager.filter(**keys).values_list(*shape.key, "name") if wanted[shape.label] else ()
        found |= {(shape.label, (key,)): name for key, name in rows}
    return found


def all_names() -> Names:
    """The names of all units and fields."""
    return {
        (BY_MODEL[model].label, (key,)): name
        for model in (Agency, Field)
        for key, name in model._default_manager.values_list(*BY_MODEL[model].key, "name")
    }
