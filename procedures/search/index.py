"""The catalogue in memory: its words, and the facts that filters count, rebuilt when the stamp moves."""

import datetime
import re
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np

from organisation import stamp, succession
from organisation.models import OWNER_KINDS, Agency, AgencyKind
from portal import clock
from procedures import loads
from procedures.learning.popularity import popularity
from procedures.models import (
    Channel,
    Document,
    EverydayName,
    Field,
    FieldOwner,
    Level,
    Procedure,
    Result,
    Synonym,
    levels_of,
)
from procedures.text import words
from procedures.uncollected import uncollected

from . import facets
from .facets import Group, Listed
from .lexicon import Lexicon
from .postings import IN_AGENCY, IN_DOCUMENTS, IN_FIELD, IN_RESULTS, Numbers, Postings, Weights
from .sets import union
from .writing import Writer

PRIOR = 0.1  # what each step of the everyday rank adds, as a share: it decides where the text ties
Meaning = TypeVar("Meaning")
KIND_OF_PLACE = re.compile(r"^(Ủy ban nhân dân tỉnh|Thành phố|Thị xã|Thị trấn|Huyện|Phường|Xã) ")


class ChannelFacts(NamedTuple):
    """What lists show of a channel."""

    time: int | None
    unit: str
    fee_vnd: int | None


@dataclass
class Index:
    """One state of the catalogue: everything a search needs without asking the database.

    Documents are numbered in the order of `codes`; a set of documents is an integer with a bit for each.
    """

    stamp: str
    day: datetime.date
    codes: list[str] = field(default_factory=list)
    number: dict[str, int] = field(default_factory=dict)
    facets: dict[str, dict[str, int]] = field(default_factory=dict)  # filter → value → set of documents
    groups: list[Group] = field(default_factory=list)  # values of filters that are alike, the first without any
    group_of: dict[tuple[str, str], int] = field(default_factory=dict)  # filter, value → the number of its group
    carried: Numbers = field(default_factory=lambda: np.empty((0, 0), np.intp))  # the groups of each document
    labels: dict[str, dict[str, str]] = field(default_factory=dict)  # agency, field → value → name
    labels_en: dict[str, dict[str, str]] = field(default_factory=dict)
    followed_by: dict[str, list[str]] = field(default_factory=dict)  # former agency → who does its work today
    followed_since: dict[str, datetime.date | None] = field(default_factory=dict)  # former agency → since when
    formerly: dict[str, int] = field(default_factory=dict)  # former agency → what it settled or took in, today
    ranks: Weights = field(default_factory=lambda: np.empty(0, np.float32))  # everyday rank and popularity
    owners: list[str] = field(default_factory=list)  # the owning agency's code, empty when nobody owns the field
    electronic: int = 0  # how many end in the five electronic steps
    has_districts: bool = False  # whether the district level exists on the day
    lexicon: Lexicon = field(default_factory=Lexicon)
    postings: Postings = field(init=False)
    english: list[str] = field(default_factory=list)  # the English name of each, empty without one
    in_english: frozenset[str] = frozenset()  # all names that are English
    papers: list[list[tuple[str, str]]] = field(default_factory=list)  # results and documents of each, with their kind
    levels: list[list[Level]] = field(default_factory=list)  # of each
    online: list[str] = field(default_factory=list)  # the online level of each, empty when not known
    channels: list[list[ChannelFacts]] = field(default_factory=list)  # of each, in their order
    kept: dict[str, dict[Any, Any]] = field(default_factory=dict)  # what lists have rendered, by language and code
    synonyms: dict[str, list[tuple[tuple[str, ...], list[tuple[str, ...]]]]] = field(default_factory=dict)
    places: dict[str, list[tuple[tuple[str, ...], Level]]] = field(default_factory=dict)  # by their first word

    @cached_property
    def prior(self) -> Weights:
        """What the ranks multiply scores by."""
        return 1 + PRIOR * self.ranks

    def name(self, code: str) -> str:
        """The title of a public procedure."""
        return self.postings.texts[self.postings.of(self.number[code]).start]

    def owner(self, code: str) -> str:
        """The code of the agency that owns a public procedure's field; empty when nobody does."""
        return self.owners[self.number[code]] if code in self.number else ""

    def count(self, facet: str, value: str) -> int:
        """How many public procedures carry `value` in `facet`."""
        return self.facets[facet].get(value, 0).bit_count()


_current: Index | None = None
_building = threading.Lock()


def current() -> Index:
    """The index of the catalogue as it stands, rebuilt when the stamp or the day moved; as a rule without a query.

    Whoever is the first to see a new day applies what was scheduled for it. While one thread rebuilds, the others go
    on with the state before.
    """
    global _current
    now, day = stamp.recent(), clock.today()
    index = _current
    if index and (index.stamp, index.day) == (now, day):
        return index
    if not _building.acquire(blocking=index is None) and index:
        return index
    try:
        now = stamp.current()
        if _current is None or (_current.stamp, _current.day) != (now, day):
            if loads.apply_due(day):
                now = stamp.current()
            _current = build(now, day)
        return _current
    finally:
        _building.release()


@uncollected()
def build(now: str, day: datetime.date, more_names: Iterable[tuple[int, str]] = ()) -> Index:
    """Read the public catalogue of `day` and index it, as if the procedures of these keys had `more_names`."""
    agencies = {agency.pk: agency for agency in Agency.objects.all()}
    owners = dict(FieldOwner.objects.valid_on(day).values_list("field_id", "agency_id"))
    fields = Field.objects.in_bulk()
    rows = Procedure.objects.public(day).values_list(*Listed._fields)
    procedures = [Listed(*row) for row in rows]
    index = Index(now, day)
    index.codes = [procedure.code for procedure in procedures]
    index.number = {code: number for number, code in enumerate(index.codes)}
    gains = popularity(day)
    index.ranks = np.array([item.everyday_rank + gains.get(item.pk, 0) for item in procedures], np.float32)
    index.electronic = sum(procedure.electronic_process for procedure in procedures)
    index.owners = [agencies[owners[item.field_id]].code if item.field_id in owners else "" for item in procedures]
    fill_facets(index, procedures, fields, agencies)
    by_field = {key: (field, agencies.get(owners.get(key, 0))) for key, field in fields.items()}
    write(index, procedures, by_field, more_names)
    named_in_english = EverydayName.objects.filter(language="en").values_list("name", flat=True)
    index.in_english = frozenset([*index.english, *named_in_english])
    index.synonyms = synonyms()
    index.places = places(agencies.values())
    return index


def synonyms() -> dict[str, list[tuple[tuple[str, ...], list[tuple[str, ...]]]]]:
    """Everyday phrases by their first word, each with the official phrases that it may stand for, as folded words."""
    phrases: defaultdict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for everyday, official in Synonym.objects.values_list("everyday", "official"):
        if words(everyday) and words(official):
            phrases[tuple(words(everyday))].append(tuple(words(official)))
    return by_first_word(phrases)


def by_first_word(phrases: Mapping[tuple[str, ...], Meaning]) -> dict[str, list[tuple[tuple[str, ...], Meaning]]]:
    """Phrases, each with what it means, the longest first; none that has no word."""
    found: defaultdict[str, list[tuple[tuple[str, ...], Meaning]]] = defaultdict(list)
    for phrase in sorted(filter(None, phrases), key=len, reverse=True):
        found[phrase[0]].append((phrase, phrases[phrase]))
    return dict(found)


def write(
    index: Index,
    procedures: Sequence[Listed],
    by_field: dict[int, tuple[Field, Agency | None]],
    more_names: Iterable[tuple[int, str]],
) -> None:
    """All texts; `by_field` has each field, and the agency that owns it."""
    writer, number = Writer(), {procedure.pk: number for number, procedure in enumerate(procedures)}
    index.english = [procedure.name_en for procedure in procedures]
    index.levels = [levels_of(procedure) for procedure in procedures]
    index.online = [procedure.online for procedure in procedures]
    index.channels = [[] for _procedure in procedures]
    for key, time, unit, fee in Channel.objects.values_list("procedure_id", "time", "unit", "fee_vnd"):
        if key in number:
            index.channels[number[key]].append(ChannelFacts(time, unit, fee))
    names: list[list[str]] = [[english] if english else [] for english in index.english]
    for key, name in [*rows(EverydayName), *more_names]:
        if key in number:
            names[number[key]].append(name)
    for procedure, called in zip(procedures, names, strict=True):
        writer.add(procedure.name, called)
    said_with = {key: texts_around(*pair) for key, pair in by_field.items()}
    for place, weight in enumerate((IN_FIELD, IN_AGENCY)):
        writer.share(weight, range(len(procedures)), [said_with[each.field_id][place] for each in procedures])
    index.papers = [[] for _procedure in procedures]
    for kind, model, weight in (("results", Result, IN_RESULTS), ("documents", Document, IN_DOCUMENTS)):
        papers = [(number[key], name) for key, name in rows(model) if key in number]
        writer.share(weight, [holder for holder, _name in papers], [name for _holder, name in papers])
        for holder, name in papers:
            index.papers[holder].append((kind, name))
    index.postings, index.lexicon = writer.written()


def texts_around(field: Field, owner: Agency | None) -> tuple[str, str]:
    """What all procedures of a field are found by as well: what it and its owner are called."""
    return f"{field.name} {field.name_en}", f"{owner.name} {owner.name_en} {owner.short_name}" if owner else ""


def rows(model: type[EverydayName | Result | Document]) -> Iterable[tuple[int, str]]:
    """The names, results or papers of all procedures, in their order, with the keys of these."""
    return model._default_manager.order_by("pk").values_list("procedure_id", "name")


def places(agencies: Collection[Agency]) -> dict[str, list[tuple[tuple[str, ...], Level]]]:
    """The names of provinces, districts and communes without their kind, as folded words, with the level of each."""
    levels = {
        AgencyKind.PROVINCE: Level.PROVINCE,
        AgencyKind.DISTRICT: Level.DISTRICT,
        AgencyKind.COMMUNE: Level.COMMUNE,
    }
    found = {}
    for agency in sorted(agencies, key=lambda agency: agency.kind != AgencyKind.COMMUNE):
        if agency.kind in levels:
            name = tuple(words(KIND_OF_PLACE.sub("", agency.name)))
            found[name] = levels[AgencyKind(agency.kind)]
    return by_first_word(found)


def fill_facets(
    index: Index, procedures: Sequence[Listed], fields: dict[int, Field], agencies: dict[int, Agency]
) -> None:
    """Who has which value; the procedures of a unit follow from its kind."""
    index.facets = facets.of_procedures(procedures, index.owners, [fields[each.field_id].slug for each in procedures])
    handed_in = {
        AgencyKind.DISTRICT: index.facets["level"][Level.DISTRICT.value],
        AgencyKind.COMMUNE: index.facets["level"][Level.COMMUNE.value],
        AgencyKind.CENTER: index.facets["center"]["yes"],
    }
    valid = [agency for agency in agencies.values() if agency.is_valid(index.day)]
    for agency in valid:
        if agency.kind in handed_in:
            index.facets["agency"][agency.code] = handed_in[AgencyKind(agency.kind)]
    index.has_districts = any(agency.kind == AgencyKind.DISTRICT for agency in valid)
    index.groups = facets.groups(index.facets)
    index.group_of = {
        (each.filter, value): number for number, each in enumerate(index.groups) for value in each.values
    }
    index.carried = facets.carried(index.groups, len(procedures))
    shown = [agency for agency in valid if agency.code in index.facets["agency"] or agency.kind in OWNER_KINDS]
    index.labels["agency"] = {agency.code: agency.name for agency in shown}
    index.labels_en["agency"] = {agency.code: agency.name_en for agency in shown}
    by_slug = {field.slug: field for field in fields.values()}
    index.labels["field"] = {slug: by_slug[slug].name for slug in index.facets["field"]}
    index.labels_en["field"] = {slug: by_slug[slug].name_en or by_slug[slug].name for slug in index.facets["field"]}
    fill_successors(index, agencies)


def fill_successors(index: Index, agencies: dict[int, Agency]) -> None:
    units = succession.units(succession.State(index.stamp, index.day))
    owned: defaultdict[int, int] = defaultdict(int)
    for owner, slug in FieldOwner.objects.values_list("agency_id", "field__slug"):
        owned[owner] |= index.facets["field"].get(slug, 0)
    for pk, agency in agencies.items():
        if agency.has_ended(index.day):
            followers = [agencies[heir].code for heir in units.heirs(pk) if heir in agencies]
            index.followed_by[agency.code] = followers
            index.followed_since[agency.code] = units.since(pk)
            index.formerly[agency.code] = owned[pk] or union(index.facets["agency"].get(code, 0) for code in followers)
