"""The groups of a breakdown as they are shown: named, in order, and the small ones together.

Groups with fewer than five records could point at a person, so they are told as one row. Where that row would be
small itself, the next smallest groups join it: otherwise it could be found by taking the others from the whole.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency, AgencyKind, is_over
from organisation.succession import State
from procedures.models import ChannelKind, Field, Level

from .reading import By, Figures, Key, Query, by_group

FEWEST = 5
LEVELS = {
    AgencyKind.CENTER: Level.PROVINCE,
    AgencyKind.DISTRICT: Level.DISTRICT,
    AgencyKind.COMMUNE: Level.COMMUNE,
}
ITSELF = "receiving-unit"
NOT_KEPT = "not-kept"


@dataclass(frozen=True)
class Group:
    """What a row tells of. `name` is data and Vietnamese, or a text of the portal in the reader's language;
    `display_name` is what the reader sees."""

    code: str
    name: str
    display_name: str
    level: Level | None = None
    ended: bool = False
    is_data: bool = True

    @property
    def is_vietnamese(self) -> bool:
        return self.is_data and self.display_name == self.name


@dataclass
class Row:
    group: Group
    figures: Figures


@dataclass
class Breakdown:
    """The rows, those with the most records first, and the small groups in one, where there are any."""

    rows: list[Row]
    few: list[Group] = field(default_factory=list)
    together: Figures | None = None

    @property
    def is_hidden(self) -> bool:
        """Even together they are too few."""
        return self.together is not None and is_small(self.together)


def breakdown(query: Query, state: State) -> Breakdown:
    return guarded(named(query, state))


def named(query: Query, state: State) -> list[Row]:
    """The groups that have something to tell."""
    told = {key: found for key, found in by_group(query, state).items() if has_any(found)}
    known = names(query.by, {key[0] for key in told}, state)
    return [Row(known.get(key[0]) or unnamed(query.by, key), found) for key, found in told.items()]


def has_any(found: Figures) -> bool:
    return bool(found.received or found.resolved or found.refused or found.in_process)


def names(by: By, keys: set[Any], state: State) -> dict[Any, Group]:
    if by in (By.AGENCY, By.UNIT):
        return of_units(by, keys, state)
    if by == By.FIELD:
        fields = Field.objects.filter(pk__in=keys)
        return {field.pk: Group(field.slug, field.name, field.display_name) for field in fields}
    if by == By.CHANNEL:
        return {value: text(value, label) for value, label in ChannelKind.choices}
    return {kind: text(level, level.label, level) for kind, level in LEVELS.items()}


def of_units(by: By, keys: Collection[Any], state: State) -> dict[Any, Group]:
    """Of columns, not of objects, and not asked for by their keys: these are hundreds."""
    rows = Agency.objects.order_by().values_list("pk", "code", "name", "name_en", "kind", "valid_to")
    levels, is_english = (LEVELS if by == By.UNIT else {}), get_language() == "en"
    return {
        key: Group(code, name, (is_english and name_en) or name, levels.get(AgencyKind(kind)), is_over(end, state.day))
        for key, code, name, name_en, kind, end in rows
        if key in keys
    }


def text(code: str, label: Any, level: Level | None = None) -> Group:
    """A group that the portal names itself."""
    return Group(code, str(label), str(label), level, is_data=False)


def unnamed(by: By, key: Key) -> Group:
    """What is no row of the database."""
    if by == By.AGENCY and len(key) == 2:
        return text(ITSELF, _("the receiving units themselves"), LEVELS.get(key[1]))
    return text(NOT_KEPT, _("not known"))


def guarded(rows: list[Row]) -> Breakdown:
    """The rows with the small ones together."""
    rows = sorted(rows, key=lambda row: (-row.figures.received, -row.figures.resolved, row.group.name))
    few = [row for row in rows if is_small(row.figures)]
    if not few:
        return Breakdown(rows)
    rows = [row for row in rows if not is_small(row.figures)]
    together = Figures()
    for row in few:
        together.add(row.figures)
    while is_small(together) and rows:
        few.append(rows.pop())
        together.add(few[-1].figures)
    return Breakdown(rows, [row.group for row in few], together)


def is_small(found: Figures) -> bool:
    """Whether its figures would be those of fewer than five people."""
    sizes = (found.received, found.resolved)
    return max(sizes) < FEWEST or any(0 < size < FEWEST for size in sizes)
