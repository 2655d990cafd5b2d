"""What changed in the catalogue, told to people: an entry for each procedure, by version."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst

from procedures.loading.edits import PROCEDURE, Edit, read_edit
from procedures.models import CatalogueVersion, Change, PlannedChange, Procedure, VersionKind

from .lines import PARTS, Line, Names, all_names, names_in, part_lines, row_lines, shown_key

ADDED, CHANGED, WITHDRAWN, REMOVED, RESTORED, FIRST = "added", "changed", "withdrawn", "removed", "restored", "first"


@dataclass
class Entry:
    """What one version does to one procedure, or to another row of the catalogue."""

    code: str  # of the procedure; else empty
    name: str
    kind: str
    lines: list[Line] = field(default_factory=list)
    version: CatalogueVersion | None = None
    day: Any = None
    decision: str = ""

    @property
    def takes_back(self) -> bool:
        return self.version is not None and self.version.kind == VersionKind.UNDO


@dataclass
class Group:
    """The rows that a change touches of one procedure, or one other row; an entry before it is put into words."""

    code: str
    edits: list[Edit]

    @property
    def head(self) -> Edit | None:
        """The row of the procedure itself, or the one row; None when only parts of a procedure change."""
        if not self.code:
            return self.edits[0]
        return next((edit for edit in self.edits if edit.shape is PROCEDURE), None)

    @property
    def kind(self) -> str:
        head = self.head
        if head is None:
            return CHANGED
        if head.before is None:
            return ADDED if head.after else FIRST
        if head.after is None:
            return REMOVED
        before, after = head.before.get("published"), head.after.get("published")
        return CHANGED if before == after else RESTORED if after else WITHDRAWN


def groups(edits: Iterable[Edit]) -> list[Group]:
    """All that a change does, a procedure with its parts in one group, each other row in its own."""
    found: dict[tuple[str, Any], Group] = {}
    for edit in edits:
        place = ("", edit.procedure) if edit.procedure else (edit.shape.label, edit.key)
        found.setdefault(place, Group(edit.procedure, [])).edits.append(edit)
    return list(found.values())


def entries(shown: Sequence[Group]) -> list[Entry]:
    """Groups in words, with all that changed, also what only stewards are shown elsewhere."""
    names = names_in(edit for group in shown for edit in group.edits)
    codes = [group.code for group in shown if group.code]
    names |= {(PROCEDURE.label, (code,)): name for code, name in named(codes)}
    return [entry_of(group, names) for group in shown]


def named(codes: Sequence[str]) -> Iterator[tuple[str, str]]:
    if codes:
        yield from Procedure.objects.filter(code__in=codes).values_list("code", "name")


def entry_of(group: Group, names: Names, internal: bool = True) -> Entry:
    head, code = group.head, group.code
    values = (head.after or head.before or {}) if head else {}
    if code:
        name = values.get("name") or names.get((PROCEDURE.label, (code,)), "")
    else:
        edit = group.edits[0]
        kind = capfirst(str(edit.shape.model._meta.verbose_name))
        name = f"{kind}: {values.get('name') or shown_key(edit.shape, edit.key, names)}"
    entry = Entry(code, name, group.kind)
    if head and head.after and head.before and head.after.get("decision") != head.before.get("decision"):
        entry.decision = head.after["decision"]
    if head and entry.kind != WITHDRAWN:
        entry.lines += row_lines(head, names, internal)
    for part in PARTS if code else ():
        entry.lines += part_lines(part, [edit for edit in group.edits if edit.shape is part], names, internal)
    return entry


# For the public --------------------------------------------------------------------------------


def history(code: str) -> list[Entry]:
    """What happened to a procedure, the newest first."""
    return list(told(list(newest_first(Change.objects.filter(procedure=code)))))


def withdrawal(code: str) -> Entry | None:
    """How a procedure came to apply no longer, when that is its last change."""
    last = next(iter(history(code)), None)
    return last if last and last.kind == WITHDRAWN else None


def latest(kept: QuerySet[Change]) -> Iterator[Entry]:
    """Changes of many procedures, the newest first, made as they are asked for."""
    yield from told(newest_first(kept).iterator(), all_names())


def newest_first(kept: QuerySet[Change]) -> QuerySet[Change]:
    return kept.select_related("version").order_by("-version__number", "procedure", "id")


def told(kept: Iterable[Change], names: Names | None = None) -> Iterator[Entry]:
    """Changes as the public is shown them, an entry for each procedure in each version."""
    found: Iterable[tuple[CatalogueVersion, Group]] = (
        (version, Group(code, [read_edit(change) for change in changes]))
        for (version, code), changes in groupby(kept, key=lambda change: (change.version, change.procedure))
    )
    if names is None:
        found = list(found)
        names = names_in(edit for _version, group in found for edit in group.edits if group.kind != ADDED)
    for version, group in found:
        entry = public_entry(group, names)
        if entry:
            entry.version, entry.day = version, version.day
            entry.decision = version.decision or entry.decision
            yield entry


def planned(code: str) -> list[Entry]:
    """What is scheduled for a procedure, the next first."""
    found = []
    rows = PlannedChange.objects.filter(procedure=code).select_related("load")
    for load, changes in groupby(rows.order_by("load__valid_from", "load", "id"), key=lambda change: change.load):
        group = Group(code, [read_edit(change) for change in changes])
        entry = public_entry(group, names_in(group.edits))
        if entry:
            entry.day, entry.decision = load.valid_from, load.decision or entry.decision
            found.append(entry)
    return found


def public_entry(group: Group, names: Names) -> Entry | None:
    """None when nothing changed that the public is shown."""
    entry = entry_of(group, names, internal=False)
    if entry.kind in (ADDED, FIRST, REMOVED):
        entry.lines = []
    return entry if entry.lines or entry.kind != CHANGED else None
