"""What lists of the catalogue show: units and fields with their true counts, results with the reason they match."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import Count
from django.utils.translation import get_language

from organisation.models import Agency
from procedures.models import Field, Procedure, Source
from procedures.text import words

from .search import Found, Index, Piece, current, highlight

ON_HOME_PAGE = 4  # the everyday rank of what the home page shows
RELATED_SHOWN = 6


@dataclass(frozen=True)
class Counted:
    """Something that procedures are listed by, and how many there are."""

    item: Any
    count: int


@dataclass(frozen=True)
class Row:
    """A procedure in a list: its title with the words that were asked for marked, and where else they stand."""

    procedure: Procedure
    agency: str
    title: list[Piece]
    reason: str = ""  # names, results or documents
    text: tuple[Piece, ...] = ()


def label(index: Index, facet: str, value: str) -> str:
    """The name of an agency or a field in the reader's language."""
    labels = index.labels_en if get_language() == "en" else index.labels
    return labels[facet].get(value, value)


def units(index: Index, kinds: Sequence[str]) -> list[Counted]:
    """The units of these kinds that exist on the day, in the order of the kinds, with their procedures."""
    agencies = Agency.objects.valid_on(index.day).filter(kind__in=kinds).select_related("parent")
    ordered = sorted(agencies, key=lambda agency: (list(kinds).index(agency.kind), agency.name))
    return [Counted(agency, index.count("agency", agency.code)) for agency in ordered]


def choices(index: Index, facet: str, values: type[models.TextChoices]) -> list[Counted]:
    return [Counted(value, index.count(facet, value.value)) for value in values]


def fields_by_agency(index: Index) -> list[tuple[str, str, list[Counted]]]:
    """Every field in use, under the agency that owns it: code, name, fields with counts."""
    owner = {
        slug: index.owners[(mask & -mask).bit_length() - 1] for slug, mask in index.facets["field"].items() if mask
    }
    found = [field for field in Field.objects.all() if field.slug in owner]
    found.sort(key=lambda field: (label(index, "agency", owner[field.slug]), field.name))
    return [
        (code, label(index, "agency", code), [Counted(field, index.count("field", field.slug)) for field in fields])
        for code, fields in groupby(found, key=lambda field: owner[field.slug])
    ]


def fields_of(index: Index, agency: str) -> list[Counted]:
    """The fields of the procedures that are settled or handed in at a unit, the fullest first."""
    mine = index.facets["agency"].get(agency, 0)
    counted = {slug: (mask & mine).bit_count() for slug, mask in index.facets["field"].items() if mask & mine}
    fields = Field.objects.filter(slug__in=counted)
    return sorted((Counted(field, counted[field.slug]) for field in fields), key=lambda item: -item.count)


def everyday(day: datetime.date) -> list[Procedure]:
    """The procedures that stewards chose for the home page, those of the commune first."""
    chosen = Procedure.objects.public(day).filter(everyday_rank=ON_HOME_PAGE)
    return list(chosen.order_by("-level_commune", "code"))


def related(procedure: Procedure, day: datetime.date) -> list[Procedure]:
    """Procedures of the same field whose titles share most words with this one."""
    mine = set(words(procedure.name))
    others = Procedure.objects.public(day).filter(field=procedure.field_id).exclude(pk=procedure.pk)
    return sorted(others, key=lambda other: -len(mine & set(words(other.name))) - other.everyday_rank)[:RELATED_SHOWN]


def sources(day: datetime.date) -> list[tuple[str, int]]:
    """Where the facts come from, and of how many procedures."""
    counted = Procedure.objects.public(day).order_by().values_list("source").annotate(Count("pk"))
    return [(str(Source(source).label), count) for source, count in sorted(counted, key=lambda item: -item[1])]


def rows(found: Found, codes: Sequence[str]) -> list[Row]:
    """The procedures of one page, in the order of `codes`."""
    index = current()
    parts = ["channels", *(["names", "results", "documents"] if found.marked else [])]
    present = Procedure.objects.filter(code__in=codes).select_related("field").prefetch_related(*parts)
    by_code = {procedure.code: procedure for procedure in present}
    return [row(index, by_code[code], found.marked) for code in codes if code in by_code]


def row(index: Index, procedure: Procedure, marked: set[str]) -> Row:
    owner = index.owners[index.number[procedure.code]] if procedure.code in index.number else ""
    title = highlight(procedure.name, marked)
    reason, text = why(procedure, marked) if marked else ("", ())
    return Row(procedure, label(index, "agency", owner) if owner else "", title, reason, text)


def why(procedure: Procedure, marked: set[str]) -> tuple[str, tuple[Piece, ...]]:
    """The line that explains a hit best where the title does not hold all of what it holds."""
    in_title = len(marked & set(words(procedure.name)))
    lines: Iterable[tuple[str, str]] = (
        *(("names", name.name) for name in procedure.names.all()),
        *(("results", result.name) for result in procedure.results.all()),
        *(("documents", paper.name) for paper in procedure.documents.all()),
    )
    best = max(lines, key=lambda line: len(marked & set(words(line[1]))), default=("", ""))
    if len(marked & set(words(best[1]))) <= in_title:
        return "", ()
    return best[0], tuple(highlight(best[1], marked))
