"""A difference as people read it: what is added, what changes field by field, what goes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from .check import show
from .diff import Difference
from .faults import shown


class Change(NamedTuple):
    """One line of a difference. `sign`: + added, ~ changed, - removed or withdrawn; `field`, `before` and `after` are
    empty but for a change."""

    sign: str
    model: str
    key: str
    field: str = ""
    before: str = ""
    after: str = ""
    name: str = ""

    def __str__(self) -> str:
        if self.sign != "~":
            return " ".join(filter(None, (self.sign, self.model, self.key, self.name)))
        return f"{self.sign} {self.model} {self.key} {self.field}: “{self.before}” → “{self.after}”"


def changes(differences: list[Difference]) -> Iterator[Change]:
    """Every line of a difference, model by model."""
    for difference in differences:
        model, fields = (
            str(difference.shape.model._meta.verbose_name),
            difference.shape.columns | difference.shape.sets,
        )
        for key, values in difference.added.items():
            yield Change("+", model, show(key), name=str(values.get("name", "")))
        for key, (values, names) in difference.changed.items():
            before = difference.before[key]
            for name in names:
                title = str(fields[name].verbose_name)
                yield Change("~", model, show(key), title, readable(before[name]), readable(values[name]))
        for key in difference.removed:
            yield Change("-", model, show(key))
        for code in difference.withdrawn:
            yield Change("-", model, code, name=_("is withdrawn"))


def readable(value: Any) -> str:
    """A value as people write it: references by their keys."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return ", ".join(show(part) if isinstance(part, tuple) else str(part) for part in value)
    return "" if value is None else shown(value)
