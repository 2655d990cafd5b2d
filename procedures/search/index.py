"""The catalogue in memory: a tantivy index and the facts that filters count, rebuilt when the stamp moves."""

import datetime
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

import tantivy

from organisation import stamp
from organisation.models import OWNER_KINDS, Agency, AgencyKind
from portal import clock
from procedures.models import FieldOwner, Level, Procedure, Synonym
from procedures.text import tokens, words

# Fields of the index with their weight: what a person calls a thing counts, what is written in its papers hardly.
WEIGHTS = {"title": 3.0, "names": 3.0, "field": 1.0, "agency": 0.7, "results": 0.5, "documents": 0.2}
ACCENTED = {"title_accented": 1.2, "names_accented": 1.2}
GAP = "|"  # stands between two names or documents, so that no phrase reaches across
UNKNOWN = "unknown"  # the filter value for what the catalogue does not know


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
    labels: dict[str, dict[str, str]] = field(default_factory=dict)  # agency, field → value → name
    labels_en: dict[str, dict[str, str]] = field(default_factory=dict)
    followed_by: dict[str, list[str]] = field(default_factory=dict)  # former agency → who does its work today
    formerly: dict[str, int] = field(default_factory=dict)  # former agency → what it settled or took in, today
    ranks: list[int] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)  # the owning agency's code, empty when nobody owns the field
    electronic: int = 0  # how many end in the five electronic steps
    has_districts: bool = False  # whether the district level exists on the day
    vocabulary: Counter[str] = field(default_factory=Counter)
    synonyms: dict[tuple[str, ...], list[tuple[str, ...]]] = field(default_factory=dict)
    schema: Any = None
    searcher: Any = None
    words: frozenset[str] = frozenset()  # the vocabulary, hashable

    @property
    def everything(self) -> int:
        return (1 << len(self.codes)) - 1

    def count(self, facet: str, value: str) -> int:
        """How many public procedures carry `value` in `facet`."""
        return self.facets[facet].get(value, 0).bit_count()


_current: Index | None = None
_building = threading.Lock()


def current() -> Index:
    """The index of the catalogue as it stands: one small query, and a rebuild when the stamp or the day moved.

    While one thread rebuilds, the others go on with the state before.
    """
    global _current
    now, day = stamp.current(), clock.today()
    index = _current
    if index and (index.stamp, index.day) == (now, day):
        return index
    if not _building.acquire(blocking=index is None) and index:
        return index
    try:
        if _current is None or (_current.stamp, _current.day) != (now, day):
            _current = build(now, day)
        return _current
    finally:
        _building.release()


def build(now: str, day: datetime.date) -> Index:
    """Read the public catalogue of `day` and index it."""
    index = Index(now, day)
    builder = tantivy.SchemaBuilder()
    for name in (*WEIGHTS, *ACCENTED, "exact"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    index.schema = builder.build()
    store = tantivy.Index(index.schema)
    writer = store.writer(heap_size=64_000_000, num_threads=1)  # one thread, one commit: one segment in our order
    agencies = {agency.pk: agency for agency in Agency.objects.all()}
    owners = dict(FieldOwner.objects.valid_on(day).values_list("field_id", "agency_id"))
    procedures = Procedure.objects.public(day).select_related("field")
    for number, procedure in enumerate(procedures.prefetch_related("names", "results", "documents")):
        owner = agencies.get(owners.get(procedure.field_id, 0))
        index.codes.append(procedure.code)
        index.number[procedure.code] = number
        index.ranks.append(procedure.everyday_rank)
        index.owners.append(owner.code if owner else "")
        index.electronic += procedure.electronic_process
        writer.add_document(document(index, procedure, owner))
    writer.commit()
    store.reload()
    index.searcher = store.searcher()
    index.words = frozenset(index.vocabulary)
    fill_facets(index, list(procedures), agencies, owners)
    for synonym in Synonym.objects.all():
        everyday, official = tuple(words(synonym.everyday)), tuple(words(synonym.official))
        if everyday and official:
            index.synonyms.setdefault(everyday, []).append(official)
    return index


def document(index: Index, procedure: Procedure, owner: Agency | None) -> tantivy.Document:
    names = [name.name for name in procedure.names.all()]
    titles = [procedure.name, procedure.name_en]
    texts = {
        "title": titles,
        "names": names,
        "field": [procedure.field.name, procedure.field.name_en],
        "agency": [owner.name, owner.name_en, owner.short_name] if owner else [],
        "results": [result.name for result in procedure.results.all()],
        "documents": [paper.name for paper in procedure.documents.all()],
    }
    entry = tantivy.Document()
    for name, lines in texts.items():
        split = [list(tokens(line)) for line in lines if line]
        folded = [" ".join(token.folded for token in line) for line in split]
        entry.add_text(name, f" {GAP} ".join(folded))
        index.vocabulary.update({token.folded for line in split for token in line})
        if f"{name}_accented" in ACCENTED:
            accented = [" ".join(token.accented for token in line) for line in split]
            entry.add_text(f"{name}_accented", f" {GAP} ".join(accented))
            for line in set(folded):
                entry.add_text("exact", line.replace(" ", "_"))
    return entry


def fill_facets(
    index: Index, procedures: list[Procedure], agencies: dict[int, Agency], owners: dict[int, int]
) -> None:
    """Who has which value, as sets of documents; the procedures of a unit follow from its kind."""
    sets: dict[str, defaultdict[str, int]] = {
        name: defaultdict(int) for name in ("agency", "field", "level", "audience", "online", "center")
    }
    for number, procedure in enumerate(procedures):
        bit = 1 << number
        owner = agencies.get(owners.get(procedure.field_id, 0))
        if owner:
            sets["agency"][owner.code] |= bit
        sets["field"][procedure.field.slug] |= bit
        sets["online"][procedure.online or UNKNOWN] |= bit
        for level in procedure.levels:
            sets["level"][level.value] |= bit
        for audience in procedure.audiences:
            sets["audience"][audience.value] |= bit
        if procedure.at_center:
            sets["center"]["yes"] |= bit
    handed_in = {
        AgencyKind.DISTRICT: sets["level"][Level.DISTRICT.value],
        AgencyKind.COMMUNE: sets["level"][Level.COMMUNE.value],
        AgencyKind.CENTER: sets["center"]["yes"],
    }
    valid = [agency for agency in agencies.values() if agency.is_valid(index.day)]
    for agency in valid:
        if agency.kind in handed_in:
            sets["agency"][agency.code] = handed_in[AgencyKind(agency.kind)]
    index.has_districts = any(agency.kind == AgencyKind.DISTRICT for agency in valid)
    index.facets = {name: dict(values) for name, values in sets.items()}
    shown = [agency for agency in valid if agency.code in sets["agency"] or agency.kind in OWNER_KINDS]
    index.labels["agency"] = {agency.code: agency.name for agency in shown}
    index.labels_en["agency"] = {agency.code: agency.name_en for agency in shown}
    fields = {procedure.field.slug: procedure.field for procedure in procedures}
    index.labels["field"] = {slug: item.name for slug, item in fields.items()}
    index.labels_en["field"] = {slug: item.name_en or item.name for slug, item in fields.items()}
    fill_successors(index, agencies)


def fill_successors(index: Index, agencies: dict[int, Agency]) -> None:
    following: defaultdict[int, list[int]] = defaultdict(list)
    for former, successor in Agency.successors.through.objects.values_list("from_agency_id", "to_agency_id"):
        following[former].append(successor)

    def heirs(pk: int, seen: frozenset[int]) -> list[str]:
        agency = agencies[pk]
        if agency.is_valid(index.day):
            return [agency.code]
        return [code for heir in following[pk] if heir not in seen for code in heirs(heir, seen | {heir})]

    owned: defaultdict[int, int] = defaultdict(int)
    for owner, slug in FieldOwner.objects.values_list("agency_id", "field__slug"):
        owned[owner] |= index.facets["field"].get(slug, 0)
    for pk, agency in agencies.items():
        if agency.valid_to and agency.valid_to < index.day:
            followers = list(dict.fromkeys(heirs(pk, frozenset({pk}))))
            index.followed_by[agency.code] = followers
            index.formerly[agency.code] = owned[pk] or union(index.facets["agency"].get(code, 0) for code in followers)


def union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)
