"""What lists of the catalogue show: units and fields with their true counts, results with the reason they match."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import Count
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from organisation.models import Agency
from procedures.models import Field, OnlineLevel, Procedure, Source
from procedures.text import tokens, words

from .marks import Marks, plain
from .search import Found, Index, Suggestions
from .templatetags.catalogue import fees, times
from .templatetags.humanize_vi import grouped

ON_HOME_PAGE = 4  # the everyday rank of what the home page shows
PER_PAGE = 20
RELATED_SHOWN = 6
OPTION = '<a role="option" tabindex="-1" aria-selected="false" id="suggestion-'


@dataclass(frozen=True)
class Counted:
    """Something that procedures are listed by, and how many there are."""

    item: Any
    count: int


@dataclass(frozen=True)
class WordsOfList:
    """The words between the facts of a list, in the language in which it is made."""

    called: str = field(default_factory=lambda: _("Also called"))
    result: str = field(default_factory=lambda: _("Result"))
    papers: str = field(default_factory=lambda: _("Among the papers"))
    without: str = field(default_factory=lambda: _("Without"))


@dataclass(frozen=True)
class Card:
    """What a list shows of a procedure whatever was asked for, written once for a state of the catalogue."""

    url: str
    english: str
    facts: SafeString
    words: frozenset[str]  # of its title, folded


def label(index: Index, facet: str, value: str) -> str:
    """The name of an agency or a field in the reader's language."""
    labels = index.labels_en if get_language() == "en" else index.labels
    return labels[facet].get(value, value)


def units(index: Index, kinds: Sequence[str]) -> list[Counted]:
    """The units of these kinds that exist on the day, in the order of the kinds, with their procedures."""
    agencies = Agency.objects.valid_on(index.day).filter(kind__in=kinds).select_related("parent")
    ordered = sorted(agencies, key=lambda agency: (list(kinds).index(agency.kind), agency.name))
    return [Counted(agency, index.count("agency", agency.code)) for agency in ordered]


def parent_code(index: Index, unit: Agency) -> str | None:
    """The unit above, or the only one that does its work today; a former unit keeps the one it had."""
    if unit.parent is None:
        return None
    followers = index.followed_by.get(unit.parent.code, [])
    return followers[0] if len(followers) == 1 and unit.is_valid(index.day) else unit.parent.code


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


@lru_cache(maxsize=2_000)
def found_so_many(count: int, language: str, has_query: bool) -> str:
    """How many procedures were found, in `language`, the active one, with a place for the words searched for."""
    if has_query:
        text = ngettext("%(number)s procedure for “%(query)s”", "%(number)s procedures for “%(query)s”", count)
    else:
        text = ngettext("%(number)s procedure", "%(number)s procedures", count)
    return text % {"number": grouped(count), "query": "%(query)s"}


def heading(count: int, query: str) -> str:
    return found_so_many(count, get_language(), bool(query)).replace("%(query)s", query)


def rows(found: Found, codes: Sequence[str], start: int = 1) -> SafeString:
    """The list of the procedures of one page, in the order of `codes`, numbered from `start`."""
    kept = found.index.kept.setdefault(f"list {get_language()}", {})
    said = kept.get("words") or kept.setdefault("words", WordsOfList())
    numbers = [found.index.number[code] for code in codes]
    cards = [kept.get(number) or kept.setdefault(number, card(found.index, number)) for number in numbers]
    shown = zip(numbers, found.best_lines(numbers), found.missing(numbers), cards, strict=True)
    marks = Marks(found.index, found.marked)
    items = [f"<li>{row(found, number, best, lacks, fixed, said, marks)}</li>" for number, best, lacks, fixed in shown]
    return SafeString(f'<ol class="result-list" start="{start}">{"".join(items)}</ol>')


def card(index: Index, number: int) -> Card:
    english = f'<p class="result-english">{escape(index.english[number])}</p>'
    return Card(
        url=reverse("procedures:detail", args=[index.codes[number]]),
        english=english if index.english[number] and get_language() == "en" else "",
        facts=facts_html(index, number),
        words=frozenset(words(index.name(index.codes[number]))),
    )


def facts_html(index: Index, number: int) -> SafeString:
    owner, online = index.owners[number], index.online[number]
    facts = [
        (_("Agency"), escape(label(index, "agency", owner) if owner else "")),
        (_("Level"), ", ".join(str(level.label) for level in index.levels[number])),
        (_("Time"), escape(times(index.channels[number]))),
        (_("Fee"), escape(fees(index.channels[number]))),
    ]
    if online:
        badge = f'<span class="badge-online badge-{online}">{OnlineLevel(online).label}</span>'
        facts.append((_("Online level"), SafeString(badge)))
    facts.append((_("Code"), escape(index.codes[number])))
    unknown = f'<dd class="unknown">{_("being updated")}</dd>'
    lines = (f"<div><dt>{name}</dt>{f'<dd>{text}</dd>' if text else unknown}</div>" for name, text in facts)
    return SafeString(f'<dl class="facts-line">{"".join(lines)}</dl>')


def row(
    found: Found, number: int, best: int, missing: list[str], fixed: Card, said: WordsOfList, marks: Marks
) -> SafeString:
    """One procedure of a list: its title with what was asked for marked, where else that stands, what is missing.

    `best` is the line that answers best.
    Written here rather than in a template: a list has twenty, and each is another for each query.
    """
    index, texts = found.index, found.index.postings.texts
    title = index.postings.of(number).start
    name = marks.html(texts[title])
    lines = [f'<h3 class="result-title"><a href="{fixed.url}" lang="vi">{name}</a></h3>{fixed.english}']
    if best != title:
        lines.append(because(said.called, marks.html(texts[best]), texts[best] not in index.in_english))
    elif found.marked:
        lines.extend(among_papers(found, number, fixed.words, said, marks))
    if missing:
        crossed = " ".join([f"<s>{plain(word)}</s>" for word in missing])
        lines.append(f'<p class="result-missing">{said.without}: {crossed}</p>')
    return SafeString(f'<article class="result">{"".join(lines)}{fixed.facts}</article>')


def because(reason: str, text: str, vietnamese: bool = True) -> str:
    return f'<p class="result-reason">{reason}: <span lang="{"vi" if vietnamese else "en"}">{text}</span></p>'


def among_papers(
    found: Found, number: int, in_title: frozenset[str], said: WordsOfList, marks: Marks
) -> Iterator[str]:
    """The result or paper that holds most of the words that the procedure holds and its title lacks."""
    wanted = found.held(number) - in_title
    lines = papers_with_words(found.index, number) if wanted else []
    kind, text, there = max(lines, key=lambda line: len(wanted & line[2]), default=("", "", frozenset()))
    if not wanted.isdisjoint(there):
        yield because(said.result if kind == "results" else said.papers, marks.html(text))


def papers_with_words(index: Index, number: int) -> list[tuple[str, str, frozenset[str]]]:
    """The results and papers of a procedure: their kind, what they are called, and its folded words."""
    kept = index.kept.setdefault("words of papers", {})
    if number not in kept:
        kept[number] = [(kind, text, frozenset(words(text))) for kind, text in index.papers[number]]
    return kept[number]


def meant(found: Found) -> str:
    """The query with its slips corrected, written as the best hit writes its words; empty when there were none."""
    query = found.ranking.query
    if not (query.corrected and found.codes):
        return ""
    lines = found.index.postings.of(found.index.number[found.codes[0]])
    written: dict[str, str] = {}  # both forms of a word → as it is written there, in the title rather than in a name
    for text in (found.index.postings.texts[line] for line in reversed(lines)):
        for token in tokens(text):
            written[token.folded] = written[token.accented] = text[token.start : token.end].lower()
    if any(word.slip and word.meant not in written for word in query.words):
        return ""
    return " ".join(
        written.get(word.accented, written[word.meant]) if word.slip else word.text for word in query.words
    )


@dataclass(frozen=True)
class Suggestion:
    """A line of the list under the search box: what it says, what else it is called, where it leads."""

    text: str
    url: str
    note: str = ""
    vietnamese: bool = True

    def option(self) -> str:
        """The element but for its beginning, which has the number."""
        note = f' <span class="count">{plain(self.note)}</span>' if self.note else ""
        return f' href="{plain(self.url)}" lang="{"vi" if self.vietnamese else "en"}">{plain(self.text)}{note}</a>'


def suggestions(index: Index, found: Suggestions) -> SafeString:
    """The list under the search box: groups of options, each a link; empty when there is nothing to offer.

    Written here rather than in a template, and each option once for a state of the catalogue: the list is made
    while somebody types.
    """
    kept = index.kept.setdefault(f"suggested {get_language()}", {})
    offered = {"searches": found.searches, "procedures": found.codes, "field": found.fields, "agency": found.agencies}
    groups = [(number, kind, values) for number, (kind, values) in enumerate(offered.items()) if values]
    for _number, kind, values in groups:
        if kind not in kept:
            kept[kind] = group_heading(kind)
        for value in values:
            if (kind, value) not in kept:
                kept[kind, value] = suggestion(index, kind, value).option()
    return SafeString(
        "".join(
            [
                kept[kind]
                + "".join([f'{OPTION}{number}-{place}"{kept[kind, value]}' for place, value in enumerate(values)])
                + "</div>"
                for number, kind, values in groups
            ]
        )
    )


def group_heading(kind: str) -> str:
    headings = {
        "searches": _("Common searches"),
        "procedures": _("Procedures"),
        "field": _("Fields of work"),
        "agency": _("Agencies"),
    }
    title = f'<div class="suggestion-heading" aria-hidden="true">{headings[kind]}</div>'
    return f'<div role="group" aria-label="{headings[kind]}">{title}'


def suggestion(index: Index, kind: str, value: str) -> Suggestion:
    everything = reverse("procedures:list")
    if kind == "searches":
        return Suggestion(value, f"{everything}?{urlencode({'q': value})}", vietnamese=value not in index.in_english)
    if kind == "procedures":
        english = index.english[index.number[value]] if get_language() == "en" else ""
        url = reverse("procedures:detail", args=[value])
        return Suggestion(english or index.name(value), url, value, vietnamese=not english)
    name, count = label(index, kind, value), index.count(kind, value)
    note = ngettext("%(count)d procedure", "%(count)d procedures", count) % {"count": count}
    return Suggestion(name, f"{everything}?{kind}={value}", note, vietnamese=name == index.labels[kind][value])
