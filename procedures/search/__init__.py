"""Search over the catalogue: `find(query, filters)` gives codes in order, with live counts for every filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from procedures.models import parse_code
from procedures.text import clean, tokens

from .facets import FILTERS, UNKNOWN
from .highlight import Piece, cut, highlight
from .index import ChannelFacts, Index, current
from .postings import NOWHERE, Numbers
from .query import Query, Word, understand
from .scoring import Scores, compare
from .sets import Members, bits_of, intersection, union
from .suggestions import AGENCIES, FIELDS, FROM_LETTER, Suggestions, named, searches

__all__ = [
    "FILTERS",
    "UNKNOWN",
    "ChannelFacts",
    "Found",
    "Index",
    "Piece",
    "Suggestions",
    "current",
    "cut",
    "find",
    "highlight",
    "suggest",
]

RIGHT_LEVEL = 0.2  # what a level adds that the person named
WORTH_SHOWING = 0.3  # the score beside the best one's from which a procedure is shown
LEAST = 0.3  # the share of the query that a procedure must hold, or nothing was found
PROCEDURES = 5  # suggested at most


NOTHING = Query()


@dataclass
class Ranking:
    """Procedures in order, as numbers of the index, and why they were found."""

    order: Numbers
    query: Query = NOTHING
    scores: Scores | None = None  # None when nothing was compared: a list without words, or a code


@dataclass
class Found:
    """The answer to a search: codes in order, how they were found, and what the filters would leave."""

    index: Index
    ranking: Ranking
    codes: list[str]
    counts: dict[int, int]  # a group of the index → how many choosing one of its values would leave
    code: str = ""  # the query is the code of this procedure
    dropped: dict[str, str] = field(default_factory=dict)  # filters whose value does not exist
    moved: dict[str, list[str]] = field(default_factory=dict)  # a former agency → those that follow it

    @cached_property
    def wanted(self) -> list[tuple[Word, int]]:
        """The words that say what is wanted, each with the set of the procedures that hold it."""
        scores, words = self.ranking.scores, self.ranking.query.words
        return [pair for pair in zip(words, scores.holders, strict=True) if pair[0].says == 1] if scores else []

    @cached_property
    def marked(self) -> set[str]:
        """The folded words that explain a hit: typed, completed, corrected, or standing for one that was typed."""
        marked = {option for word, _holders in self.wanted for option in word.explains}
        return marked.union(*(span.phrase for span in self.ranking.query.spans))

    @cached_property
    def loose(self) -> bool:
        """Whether no procedure has all the words that say what is wanted: those found have most of them."""
        order = self.ranking.order
        if self.ranking.scores is None or not len(order):
            return False
        every = intersection(holders for _word, holders in self.wanted)
        return not every or not any(every >> number & 1 for number in order.tolist())

    @property
    def in_vain(self) -> bool:
        """Whether nothing was found, whatever the filters."""
        return not len(self.ranking.order)

    def best_lines(self, numbers: Sequence[int]) -> list[int]:
        """For each procedure the number of the title or everyday name that answers the query best."""
        lines = [self.index.postings.of(number) for number in numbers]
        return self.ranking.scores.best_lines(lines) if self.ranking.scores else [each.start for each in lines]

    def held(self, number: int) -> set[str]:
        """The words of the query that a procedure holds, anywhere, as they may be spelt there."""
        held = (word for word, holders in self.wanted if holders >> number & 1)
        return {option for word in held for option, _weight in word.options}

    def missing(self, numbers: Sequence[int]) -> list[list[str]]:
        """For each procedure the words of the query, as typed, that it does not hold, nor what stands for them."""
        return [[word.text for word, holders in self.wanted if not holders >> number & 1] for number in numbers]


def find(text: str = "", filters: Mapping[str, str] | None = None, index: Index | None = None) -> Found:
    """Search the public catalogue of today.

    `text` is what a person typed; empty browses, the everyday procedures first. `filters` maps names of
    `FILTERS` to values; a value that does not exist is dropped and told in `dropped`. `index` is the state of
    the catalogue to search, if it has been asked for already.
    """
    index = index or current()
    text = clean(text)
    allowed, dropped, moved = allow(index, filters or {})
    code = index_code(index, text)
    ranking = ranked(index, text, code)
    return Found(
        index=index,
        ranking=ranking,
        codes=[index.codes[number] for number in within(ranking.order, allowed).tolist()],
        counts=counts(index, ranking.order, allowed),
        code=code,
        dropped=dropped,
        moved=moved,
    )


def suggest(index: Index, text: str) -> Suggestions:
    """What to offer for what has been typed so far; nothing before the second letter."""
    text = clean(text)
    typed = list(tokens(text))
    if len(text) < FROM_LETTER or not typed:
        return Suggestions()
    code = index_code(index, text)
    ranking = ranked(index, text, code)
    return Suggestions(
        searches=searches(index, typed),
        codes=[index.codes[number] for number in ranking.order[:PROCEDURES].tolist()],
        fields=named(index, "field", typed, FIELDS),
        agencies=named(index, "agency", typed, AGENCIES),
    )


def index_code(index: Index, text: str) -> str:
    """The procedure whose code `text` is, with or without a provincial suffix; else empty."""
    code = parse_code(text)
    return code if code in index.number else ""


def allow(index: Index, filters: Mapping[str, str]) -> tuple[dict[str, Members], dict[str, str], dict[str, list[str]]]:
    """Each filter's set of documents, the values that do not exist, and former agencies with their heirs."""
    allowed, dropped, moved = {}, {}, {}
    for name in FILTERS:
        value = filters.get(name, "")
        if not value:
            continue
        if value in index.facets[name] or value in index.labels.get(name, {}):
            allowed[name] = bits_of(index.facets[name].get(value, 0), len(index.codes))
        elif name == "agency" and index.followed_by.get(value):
            moved[value] = index.followed_by[value]
            allowed[name] = bits_of(index.formerly.get(value, 0), len(index.codes))
        else:
            dropped[name] = value
    return allowed, dropped, moved


def within(hits: Numbers, allowed: Mapping[str, Members], but: str = "") -> Numbers:
    """The hits that all filters allow, or all but one."""
    for name, members in allowed.items():
        if name != but:
            hits = hits[members[hits]]
    return hits


def counts(index: Index, hits: Numbers, allowed: Mapping[str, Members]) -> dict[int, int]:
    """The groups of values that would leave hits, and how many, with the other filters as they are."""
    answer = {}
    for but in ("", *allowed):
        counted = {but} if but else set(FILTERS).difference(allowed)
        tally = np.bincount(index.carried[within(hits, allowed, but)].ravel())
        for group in tally.nonzero()[0].tolist():
            if index.groups[group].filter in counted:
                answer[group] = int(tally[group])
    return answer


def ranked(index: Index, text: str, code: str) -> Ranking:
    """The procedure with this code, else those that answer the words, without any the whole catalogue."""
    if code:
        return Ranking(np.array([index.number[code]]))
    return rank(index, text) if text else browse(index)


def browse(index: Index) -> Ranking:
    return Ranking((-index.ranks).argsort(kind="stable"))


def rank(index: Index, text: str) -> Ranking:
    """The procedures that hold most of what the words say, the best first."""
    query = understand(text, index.lexicon, index.synonyms, index.places)
    if not query.words or not index.codes:
        return Ranking(NOWHERE, query)
    scores = compare(index.postings, query)
    score = scores.score * index.prior
    if query.levels:
        at_level = union(index.facets["level"].get(level.value, 0) for level in query.levels)
        score[bits_of(at_level, len(index.codes))] *= 1 + RIGHT_LEVEL
    score[scores.share < LEAST] = 0
    (shown,) = (score > WORTH_SHOWING * np.maximum.reduce(score)).nonzero()
    return Ranking(shown[(-score[shown]).argsort(kind="stable")], query, scores)
