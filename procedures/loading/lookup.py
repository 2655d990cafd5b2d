"""The fields and agencies that the catalogue knows, found by code or by name, and the nearest where none is."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from rapidfuzz import process

from organisation.models import Agency, AgencyKind
from procedures.models import Field, FieldOwner, Level
from procedures.tables import folded

from .values import Wrong

NEAREST = 3
NEAR_ENOUGH = 55  # of 100
COMMITTEE = re.compile(r"\buy ban nhan dan\b")
PLACE = re.compile(r"(?: cap tinh| tinh| tinh bac giang| bac giang)\Z")
FIELD_LEAD = re.compile(r"\A(?:[ivxlc]+ |[a-h] |\d[\d.]* )?(?:nhom )?linh vuc ")
COUNT = re.compile(r"[\s:]*\(\s*\d+\s*(?:TTHC|thủ tục|TT)?[^)]*\)|[\s:.]+\Z", re.IGNORECASE)
BETWEEN = (re.compile(r"[;\n]"), re.compile(r"[/,]|\bhoặc\b"), re.compile(r"\bvà\b"))
LINKS = {"va", "cac"}
# Units that lists name by their sort: each place has one.
COMMUNE = (
    *("ubnd xa", "ubnd cap xa", "ubnd phuong", "ubnd xa phuong", "ubnd xa phuong thi tran", "ubnd thi tran"),
    *("cong an xa", "cong an cap xa", "trung tam phuc vu hanh chinh cong cap xa"),
)
DISTRICT = (
    *("ubnd huyen", "ubnd cap huyen", "ubnd huyen thanh pho", "ubnd quan huyen", "ubnd huyen thi xa thanh pho"),
    *("cong an cap huyen", "cong an huyen"),
)
BY_SORT = {
    **dict.fromkeys(COMMUNE, Level.COMMUNE),
    **dict.fromkeys(DISTRICT, Level.DISTRICT),
    **dict.fromkeys(("ubnd", "ubnd cap"), Level.PROVINCE),
}
SORTS = {AgencyKind.DISTRICT: Level.DISTRICT, AgencyKind.COMMUNE: Level.COMMUNE}


def name_key(text: str) -> str:
    """A name as it is compared: folded, without the province behind it."""
    return PLACE.sub("", COMMITTEE.sub("ubnd", folded(text)))


def abbreviations(name: str) -> set[str]:
    """`Sở TNMT` for Sở Tài nguyên và Môi trường, with and without the “và”."""
    first, *rest = folded(name).split() or [""]
    if first not in ("so", "ban", "cuc") or len(rest) < 2:
        return set()
    short = "".join(word[0] for word in rest if word not in LINKS)
    return {f"{first} {short}", f"{first} {''.join(word[0] for word in rest)}"}


class Register:
    """What the names in tables may mean; read once for each proposal."""

    @cached_property
    def fields(self) -> dict[str, list[str]]:
        """Folded name or slug → slugs."""
        found: dict[str, list[str]] = defaultdict(list)
        for slug, *names in Field.objects.order_by("slug").values_list("slug", "name", "name_en"):
            for name in {folded(text) for text in (*names, slug)} - {""}:
                found[name].append(slug)
        return found

    @cached_property
    def field_names(self) -> dict[str, str]:
        """Slug → name."""
        return dict(Field.objects.values_list("slug", "name"))

    @cached_property
    def agencies(self) -> dict[str, set[str]]:
        """Folded name, abbreviation or code → codes."""
        found: dict[str, set[str]] = defaultdict(set)
        for code, name, name_en, short in Agency.objects.values_list("code", "name", "name_en", "short_name"):
            for key in {name_key(text) for text in (code, name, name_en, short)} | abbreviations(name) - {""}:
                found[key].add(code)
                found[key.replace(" ", "")].add(code)
        return found

    @cached_property
    def agency_names(self) -> list[str]:
        return list(dict.fromkeys(Agency.objects.order_by("kind", "name").values_list("name", flat=True)))

    @cached_property
    def levels(self) -> dict[str, Level]:
        """Code of an agency → the level at which it works."""
        return {code: SORTS.get(kind, Level.PROVINCE) for code, kind in Agency.objects.values_list("code", "kind")}  # type: ignore[call-overload]

    @cached_property
    def owners(self) -> dict[str, set[str]]:
        """Slug of a field → codes of its owners, of today and before."""
        found: dict[str, set[str]] = defaultdict(set)
        for slug, code in FieldOwner.objects.values_list("field__slug", "agency__code"):
            found[slug].add(code)
        return found

    def agency(self, text: str) -> tuple[set[str], set[Any]]:
        """The codes that a name of one or several agencies may mean, and the levels at which they work."""
        codes, levels = set(), set()
        for part in self.parts(text):
            found = self.one_agency(part)
            if found is None:
                raise Wrong(_("Unknown agency."), nearest(part, self.agency_names))
            codes |= found[0]
            levels |= found[1]
        return codes, levels

    def parts(self, text: str, depth: int = 0) -> Iterator[str]:
        """The names in a text: “và” and a comma may stand between two of them or in one."""
        if depth == len(BETWEEN) or self.one_agency(text) is not None:
            yield text
            return
        for part in BETWEEN[depth].split(text):
            yield from self.parts(part, depth + 1)

    def one_agency(self, text: str) -> tuple[set[str], set[Any]] | None:
        key = name_key(COUNT.sub("", text).strip(" -+"))
        codes = self.agencies.get(key) or self.agencies.get(key.replace(" ", "")) or set()
        if key in BY_SORT or codes:
            levels = {BY_SORT[key]} if key in BY_SORT else {self.levels[code] for code in codes}
            return set(codes), levels
        return None if key else (set(), set())

    def field(self, text: str, agencies: set[str]) -> str:
        """The slug of a field; of several with one name the one that one of `agencies` owns."""
        if text in self.field_names:
            return text
        name = COUNT.sub("", text).strip()
        slugs = self.fields.get(folded(name)) or self.fields.get(FIELD_LEAD.sub("", folded(name))) or []
        mine = [slug for slug in slugs if self.owners[slug] & agencies]
        if len(mine or slugs) == 1:
            return (mine or slugs)[0]
        if slugs:
            raise Wrong(_("Several fields have this name: give the slug."), "; ".join(slugs))
        raise Wrong(_("Unknown field of work."), nearest(name, list(self.field_names.values())))


def nearest(text: str, names: list[str]) -> str:
    """The known names that are most like a text."""
    found = process.extract(folded(text), names, processor=folded, limit=NEAREST, score_cutoff=NEAR_ENOUGH)
    return "; ".join(dict.fromkeys(name for name, _score, _at in found))
