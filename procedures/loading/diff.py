"""What a load would change, compared row by row with the database."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from organisation.models import Agency
from procedures.models import Field, Procedure
from procedures.progress import Tell, followed, quiet

from .check import Checked
from .shape import SHAPES, Key, Shape, Values, natural_keys, stored


@dataclass(frozen=True)
class Scope:
    """Within which procedures a load may withdraw what it does not hold: all, one agency's, one field's, or none."""

    kind: str = "all"
    value: str = ""

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """`all`, `none`, `agency=CODE` or `field=SLUG`; anything else is a ValueError that says so."""
        kind, _equals, value = text.partition("=")
        if text in ("all", "none") or (kind in ("agency", "field") and value):
            scope = cls(kind, value)
            scope.require_existing()
            return scope
        raise ValueError(_("The scope is all, none, agency=CODE or field=SLUG, not “%(scope)s”.") % {"scope": text})

    def require_existing(self) -> None:
        missing = (self.kind == "agency" and not Agency.objects.filter(code=self.value).exists()) or (
            self.kind == "field" and not Field.objects.filter(slug=self.value).exists()
        )
        if missing:
            raise ValueError(_("Nothing has the code “%(code)s”.") % {"code": self.value})

    def procedures(self) -> QuerySet[Procedure]:
        """The procedures within the scope, published or not."""
        if self.kind == "none":
            return Procedure.objects.none()
        if self.kind == "agency":
            return Procedure.objects.filter(field__in=Field.objects.filter(owners__agency__code=self.value))
        if self.kind == "field":
            return Procedure.objects.filter(field__slug=self.value)
        return Procedure.objects.all()

    def codes(self) -> set[str]:
        """The codes of the published procedures within the scope."""
        return set(self.procedures().filter(published=True).values_list("code", flat=True))


@dataclass
class Difference:
    """The change of one model: rows to add, rows to change with the names of the fields, rows to remove."""

    shape: Shape
    added: dict[Key, Values] = field(default_factory=dict)
    changed: dict[Key, tuple[Values, list[str]]] = field(default_factory=dict)
    before: dict[Key, Values] = field(default_factory=dict)  # what the changed rows hold now
    unchanged: int = 0
    removed: list[Key] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)  # procedures only: codes

    @property
    def size(self) -> int:
        """How many rows are written or removed."""
        return len(self.added) + len(self.changed) + len(self.removed) + len(self.withdrawn)


def diff(
    checked: Checked,
    scope: Scope,
    spared: Mapping[str, set[Key]] = MappingProxyType({}),
    present: Callable[[Shape], dict[Key, Values]] = stored,
    tell: Tell = quiet,
) -> list[Difference]:
    """The differences between `checked` and the database, in the order in which they are written. `spared` tells by
    label of a part the procedures that keep those parts."""
    total = sum(map(len, checked.values()))
    followed_here = partial(followed, tell=tell, phase="compared", total=total)
    differences = [compare(shape, checked, spared.get(shape.label, set()), present, followed_here) for shape in SHAPES]
    procedures = next(item for item in differences if item.shape.model is Procedure)
    held = {str(key[0]) for key in checked[procedures.shape.label]}
    procedures.withdrawn = sorted(scope.codes() - held)
    return differences


def compare(
    shape: Shape,
    checked: Checked,
    spared: set[Key],
    stored: Callable[[Shape], dict[Key, Values]],
    each: Callable[[Iterable[tuple[Key, Values]]], Iterable[tuple[Key, Values]]],
) -> Difference:
    wanted = checked[shape.label]
    difference = Difference(shape)
    if not wanted and not shape.owned_by:
        return difference
    present = stored(shape)
    for key, values in each(wanted.items()):
        if key in present:
            values |= {name: present[key][name] for name in shape.marks if values[name] == shape.default(name)}
        if key not in present:
            difference.added[key] = values
        elif names := [name for name in values if values[name] != present[key][name]]:
            difference.changed[key] = (values, names)
            difference.before[key] = present[key]
        else:
            difference.unchanged += 1
    if shape.owned_by:
        owners = checked[shape.references[shape.owned_by].label].keys() - spared
        difference.removed = [
            key
            for key, values in present.items()
            if key not in wanted and values[shape.owned_by] in owners and is_the_files(values)
        ]
    return difference


def is_the_files(values: Values) -> bool:
    """A word that a steward added stays when a file does not know it."""
    return values.get("origin") != "steward"


def known_keys(shape: Shape) -> set[Key]:
    return set(natural_keys(shape).values())


def totals(differences: list[Difference]) -> Iterator[tuple[str, int, int, int, int]]:
    """A line of the report per model: name, added, changed, unchanged, removed or withdrawn."""
    for item in differences:
        gone = len(item.removed) + len(item.withdrawn)
        yield item.shape.label, len(item.added), len(item.changed), item.unchanged, gone
