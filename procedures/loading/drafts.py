"""Procedures as tables tell them, put together with what the catalogue holds, as rows like those of a fixture.

A table changes what its columns say; what it has no column for stays as it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from procedures.models import (
    Audience,
    Channel,
    ChannelKind,
    Document,
    EverydayName,
    LegalDocument,
    Level,
    Procedure,
    Result,
)
from procedures.progress import Tell, quiet

from .channels import channel_rows
from .columns import BY_KEY
from .faults import Fault, Faults, shown
from .rows import Row
from .shape import BY_MODEL, Key, Shape, Values

PLAIN = (
    *("name", "name_en", "online", "electronic_process", "at_center", "everyday_rank", "decision", "published"),
    *("valid_from", "valid_to", "source", "source_date", "source_note"),
)
UNITED = ("levels", "audiences")  # of two rows with one code: lists repeat a procedure for each level
PARTS = {"documents": Document, "results": Result, "names": EverydayName}
CHANNEL_KEYS = (
    "channels",
    "time",
    "fee",
    "charge",
    *(f"channels={kind}" for kind in ChannelKind.values),
)
PROCEDURE = BY_MODEL[Procedure]


@dataclass
class Draft:
    """A procedure as one row tells it: key → value; `titles` are the headers of the file."""

    file: str
    sheet: str
    number: int
    titles: dict[str, str]
    told: dict[str, Any]
    wrong: set[str] = field(default_factory=set)  # keys at fault, which were told already

    @property
    def is_whole(self) -> bool:
        return not self.wrong


class Drafts:
    """All procedures that tables tell, each once."""

    def __init__(
        self, faults: Faults, remarks: list[str], stored: Callable[[Shape], dict[Key, Values]], tell: Tell = quiet
    ) -> None:
        self.faults, self.remarks, self.stored, self.tell = faults, remarks, stored, tell
        self.by_code: dict[str, Draft] = {}
        self.laws: dict[str, tuple[Draft, Values]] = {}
        self.spared: dict[str, set[Key]] = defaultdict(set)  # label of a part → procedures whose parts are not told
        self.counted: dict[str, int] = defaultdict(int)

    def fault(self, draft: Draft, key: str, value: Any, message: str, right: str = "") -> None:
        title = draft.titles.get(key) or BY_KEY[key].vietnamese[0]
        self.faults.append(Fault(draft.file, draft.number, title, shown(value), message, draft.sheet, right))

    def add(self, draft: Draft) -> None:
        """Take a row. A second one of the same code must say the same; its levels and audiences are added."""
        first = self.by_code.setdefault(draft.told["code"], draft)
        if first is draft:
            return
        self.counted["twice"] += 1
        first.wrong |= draft.wrong
        for key, value in draft.told.items():
            mine = first.told.get(key)
            if not mine:
                first.told[key] = value
                first.titles = {**draft.titles, **first.titles}
            elif key in UNITED:
                first.told[key] = list(dict.fromkeys([*mine, *value]))
            elif key.startswith("levels of") or key == "agency":
                first.told[key] = mine | value
            elif value and value != mine:
                where = {"row": first.number, "place": f"{first.file} [{first.sheet}]" if first.sheet else first.file}
                message = _("The same code stands in row %(row)d of %(place)s with another value here.") % where
                self.fault(draft, key, value, message, shown(mine))

    # Rows --------------------------------------------------------------------------------------

    def rows(self) -> Iterator[Row]:
        """A row for each procedure and for each part of which the tables tell."""
        parts = {model: self.grouped(model) for model in (*PARTS.values(), Channel)}
        for code, draft in self.by_code.items():
            base, before = self.stored(PROCEDURE).get((code,)), self.faults.total
            row = self.procedure_row(draft, base)
            if draft.is_whole and self.faults.total == before:
                yield row
                yield from self.part_rows(draft, {model: some.get((code,), []) for model, some in parts.items()})
        yield from self.law_rows()

    def grouped(self, model: Any) -> dict[Key, list[Values]]:
        """Procedure → its parts, in their order."""
        if not self.by_code:
            return {}
        shape, found = BY_MODEL[model], defaultdict(list)
        for values in self.stored(shape).values():
            found[values["procedure"]].append(values)
        for some in found.values():
            some.sort(key=lambda values: values.get("position", 0))
        return found

    def row(self, draft: Draft, model: Any, fields: Values, titles: dict[str, str], base: Values | None = None) -> Row:
        return Row(draft.file, draft.number, BY_MODEL[model].label, fields, draft.sheet, titles, base)

    def procedure_row(self, draft: Draft, base: Values | None) -> Row:
        told = draft.told
        fields: Values = {"code": told["code"], "published": True}
        fields |= {key: told[key] for key in PLAIN if key in told}
        if base:
            fields |= {key: base[key] for key in fields if is_same_text(fields[key], base[key])}
        elif not told.get("name") and "name" not in draft.wrong:
            self.fault(draft, "name", "", _("This procedure is new: its name is needed."))
        if told.get("field"):
            fields["field"] = [told["field"]]
        elif base is None and "field" not in draft.wrong:
            self.fault(draft, "field", "", _("This procedure is new: its field of work is needed."))
        self.add_flags(draft, fields, base)
        if "replaced_by" in told:
            fields["replaced_by"] = [told["replaced_by"]] if told["replaced_by"] else None
        if "legal_basis" in told:
            laws = [law for law in told["legal_basis"] if law["number"]]
            self.counted["laws"] += len(told["legal_basis"]) - len(laws)
            fields["legal_basis"] = [[law["number"]] for law in laws]
            for law in laws:
                self.take_law(draft, law)
        titles = {name: draft.titles[key] for key, name in TITLES if key in draft.titles}
        return self.row(draft, Procedure, fields, titles, base)

    def add_flags(self, draft: Draft, fields: Values, base: Values | None) -> None:
        """Levels and audiences, where they are told. Of a new procedure the agency tells the level as well."""
        told = draft.told
        levels = told.get("levels")
        if not levels and base is None:
            levels = told.get("levels of agency")
            self.counted["levels"] += bool(levels)
            if not levels and "levels" not in draft.wrong and "agency" not in draft.wrong:
                right = "; ".join(("Cấp tỉnh", "Cấp huyện", "Cấp xã"))
                self.fault(draft, "levels", "", _("This procedure is new: its level is needed."), right)
        if levels:
            fields |= {f"level_{level.value}": level in levels for level in Level}
        if "audiences" in told:
            fields |= {f"audience_{audience.value}": audience in told["audiences"] for audience in Audience}

    def part_rows(self, draft: Draft, present: dict[Any, list[Values]]) -> Iterator[Row]:
        told = draft.told
        procedure = [told["code"]]
        for key, model in PARTS.items():
            if key not in told:
                self.spared[BY_MODEL[model].label].add((told["code"],))
                continue
            rows = told[key]
            if model is EverydayName:
                rows = kept_names(rows, present[model])
            titles = dict.fromkeys(("name", "position", "originals", "copies", "form", "case"), draft.titles[key])
            for number, row in enumerate(placed(rows, present[model])):
                own = row if model is EverydayName else {**row, "position": number_of(present[model], number)}
                yield self.row(draft, model, {**own, "procedure": procedure}, titles)
        if not any(key in told for key in ("channels", "time", "fee", "charge")):
            self.spared[BY_MODEL[Channel].label].add((told["code"],))
            return
        title = next(draft.titles[key] for key in CHANNEL_KEYS if key in draft.titles)
        titles = dict.fromkeys(("kind", "time", "unit", "fee_vnd", "note", "basis", "position"), title)
        for key, name in (("time", "time"), ("fee", "fee_vnd")):
            titles[name] = draft.titles.get(key, title)
        try:
            rows = channel_rows(told, present[Channel], self.counted)
        except ValueError as wrong:
            self.fault(draft, "time", "", str(wrong), getattr(wrong, "right", ""))
            return
        for number, row in enumerate(rows):
            fields = {**row, "procedure": procedure, "position": number_of(present[Channel], number)}
            yield self.row(draft, Channel, fields, titles)

    # Legal documents ---------------------------------------------------------------------------

    def take_law(self, draft: Draft, law: Values) -> None:
        """A legal document that is new, or told in full; what two rows say about one must agree."""
        law = dict(law)
        is_exact = law.pop("is_exact")
        known = self.stored(BY_MODEL[LegalDocument])
        if not is_exact and ((law["number"],) in known or law["number"] in self.laws):
            return
        first, values = self.laws.setdefault(law["number"], (draft, law))
        if values != law:
            message = _("This legal document stands in row %(row)d with another title.") % {"row": first.number}
            self.fault(draft, "legal_basis", law["number"], message, values["title"])

    def law_rows(self) -> Iterator[Row]:
        for draft, law in self.laws.values():
            titles = dict.fromkeys(("number", "kind", "title"), draft.titles.get("legal_basis", ""))
            yield self.row(draft, LegalDocument, law, titles)

    def say(self) -> None:
        """What was guessed or kept, in a sentence each."""
        sentences = {
            "twice": _("%(count)d rows repeat a procedure of a row above: read as one."),
            "levels": _("%(count)d new procedures: the level was taken from the agency."),
            "unit": _("%(count)d times have no unit: they are kept, and not shown as a promise."),
            "laws": _("%(count)d lines of a legal basis name no number: left out."),
            "in person": _("%(count)d procedures: no channel is told, time and fee stand for handing in in person."),
        }
        self.remarks += [text % {"count": self.counted[key]} for key, text in sentences.items() if self.counted[key]]


# Names of fields under which `check` finds faults, by the columns in which they stand.
TITLES = [
    *((key, key) for key in ("code", "field", "replaced_by", "legal_basis", *PLAIN)),
    *(("levels", f"level_{level.value}") for level in Level),
    *(("audiences", f"audience_{audience.value}") for audience in Audience),
]


def is_same_text(mine: Any, other: Any) -> bool:
    """Whether two texts differ in nothing but spaces, which a table does not keep."""
    return isinstance(mine, str) and isinstance(other, str) and mine.split() == other.split()


def placed(rows: list[Values], present: list[Values]) -> list[Values]:
    """Rows with the texts that the catalogue has, where they differ in spaces only."""
    if not present:
        return rows
    return [
        {key: was[key] if was and is_same_text(row[key], was.get(key)) else row[key] for key in row}
        for row, was in zip(rows, [*present, *[{}] * len(rows)], strict=False)
    ]


def number_of(present: list[Values], at: int) -> int:
    """The position of a row: that of the one in its place, so that a list that stays the same keeps its numbers."""
    if at < len(present):
        return int(present[at]["position"])
    return (int(present[-1]["position"]) if present else 0) + at - len(present) + 1


def kept_names(rows: list[Values], present: list[Values]) -> list[Values]:
    """Everyday names with the language and the origin that they have, where the file does not tell."""
    known = {values["name"]: values for values in present}
    return [
        {
            "language": known.get(row["name"], {}).get("language", "vi"),
            "origin": known.get(row["name"], {}).get("origin", "steward"),
            **row,
        }
        for row in rows
    ]
