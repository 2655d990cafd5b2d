"""What confirmed reorganisations wrote. The shipped catalogue tells of the order before them, and leaves it alone."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from organisation.models import Agency, Reorganisation
from procedures.models import Field, FieldOwner, Procedure

from .check import Checked
from .shape import BY_MODEL, Key, Shape, Values

OF_UNITS = ("valid_to", "successors", "desk_successor")


class Moved(NamedTuple):
    """The keys of the units that ended, of the fields that changed hands, and of the procedures that left theirs."""

    units: set[Key]
    fields: set[Key]
    procedures: set[Key]


def moved() -> Moved:
    """What the reorganisations moved that somebody entered here and nobody undid."""
    entries = Reorganisation.objects.filter(applied_at__isnull=False, undone_at__isnull=True)
    units, fields, procedures = set[int](), set[int](), set[int]()
    for wrote in entries.values_list("moved", flat=True):
        units |= {row["unit"] for row in wrote["organisation"]["units"]}
        fields |= {field for field, _ended, _begun in wrote["procedures"]["fields"]}
        procedures |= {pk for row in wrote["procedures"]["procedures"] for pk in row["procedures"]}
    return Moved(keys(Agency, "code", units), keys(Field, "slug", fields), keys(Procedure, "code", procedures))


def keys(model: Any, name: str, pks: set[int]) -> set[Key]:
    return set(model._default_manager.filter(pk__in=pks).values_list(name))


def keep(checked: Checked, stored: Callable[[Shape], dict[Key, Values]]) -> list[str]:
    """Put what was moved into `checked` as the catalogue holds it; a sentence when a file said something else."""
    gone = moved()
    if not any(gone):
        return []
    units = keep_values(checked, BY_MODEL[Agency], gone.units, OF_UNITS, stored)
    procedures = keep_values(checked, BY_MODEL[Procedure], gone.procedures, ("field",), stored)
    fields = keep_owners(checked, gone.fields, stored)
    if not (units or fields or procedures):
        return []
    said = _(
        "Left as reorganisations have made it: %(units)d units, the owners of %(fields)d fields of work, the fields "
        "of %(procedures)d procedures."
    )
    return [said % {"units": units, "fields": fields, "procedures": procedures}]


def keep_values(
    checked: Checked,
    shape: Shape,
    moved: set[Key],
    names: tuple[str, ...],
    stored: Callable[[Shape], dict[Key, Values]],
) -> int:
    """How many rows of a file said something else in the fields `names`."""
    told, count = checked[shape.label], 0
    for key in moved & told.keys():
        now = {name: stored(shape)[key][name] for name in names}
        count += any(told[key][name] != now[name] for name in names)
        told[key] |= now
    return count


def keep_owners(checked: Checked, moved: set[Key], stored: Callable[[Shape], dict[Key, Values]]) -> int:
    """The same for the owners of fields, which are compared as a whole."""
    shape = BY_MODEL[FieldOwner]
    told, now = checked[shape.label], stored(shape)
    held = {key for key, values in now.items() if values["field"] in moved}
    theirs = {key for key, values in told.items() if values["field"] in moved}
    differs = {(told.get(key) or now[key])["field"] for key in held | theirs if told.get(key) != now.get(key)}
    for key in theirs:
        del told[key]
    told |= {key: now[key] for key in held}
    return len(differs)
