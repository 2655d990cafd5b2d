"""Search over the catalogue: `find(query, filters)` gives codes in order, with live counts for every filter."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from procedures.models import parse_code
from procedures.text import clean

from .highlight import Piece, highlight
from .index import UNKNOWN, Index, current, union
from .postings import Weights
from .query import Query, understand
from .scoring import Scores, compare

__all__ = ["FILTERS", "UNKNOWN", "Found", "Index", "Piece", "current", "find", "highlight"]

FILTERS = ("agency", "field", "level", "audience", "online")
PRIOR = 0.1  # what each step of the everyday rank adds, as a share: it decides where the text ties
RIGHT_LEVEL = 0.05  # what a level adds that the person named
ENOUGH = 0.5  # the share of what the best one holds of the query that a procedure must hold to be shown
LEAST = 0.3  # the share of the query that the best one must hold, or nothing was found
ALL = 0.999  # all of it, but for rounding


@dataclass
class Found:
    """The answer to a search: codes in order, how they were found, and what the filters would leave."""

    codes: list[str]
    counts: dict[str, dict[str, int]]
    loose: bool = False  # no procedure has all the words: these have most of them
    code: str = ""  # the query is the code of this procedure
    marked: set[str] = field(default_factory=set)  # folded words to mark in what is shown
    dropped: dict[str, str] = field(default_factory=dict)  # filters whose value does not exist
    moved: dict[str, list[str]] = field(default_factory=dict)  # a former agency → those that follow it


@dataclass
class Ranking:
    """Procedures in order, as numbers of the index, and why."""

    order: list[int]
    query: Query = Query()
    scores: Scores | None = None
    loose: bool = False
    marked: set[str] = field(default_factory=set)


def find(text: str = "", filters: Mapping[str, str] | None = None) -> Found:
    """Search the public catalogue of today.

    `text` is what a person typed; empty browses, the everyday procedures first. `filters` maps names of
    `FILTERS` to values; a value that does not exist is dropped and told in `dropped`.
    """
    index = current()
    text = clean(text)
    allowed, dropped, moved = allow(index, filters or {})
    code = index_code(index, text)
    if code:
        ranking = Ranking([index.number[code]])
    else:
        ranking = rank(index, text) if text else browse(index)
    hits = mask_of(ranking.order, len(index.codes))
    within = hits
    for mask in allowed.values():
        within &= mask
    return Found(
        codes=[index.codes[number] for number in ranking.order if not allowed or within >> number & 1],
        counts=counts(index, hits, allowed),
        loose=ranking.loose,
        code=code,
        marked=ranking.marked,
        dropped=dropped,
        moved=moved,
    )


def index_code(index: Index, text: str) -> str:
    """The procedure whose code `text` is, with or without a provincial suffix; else empty."""
    code = parse_code(text)
    return code if code in index.number else ""


def allow(index: Index, filters: Mapping[str, str]) -> tuple[dict[str, int], dict[str, str], dict[str, list[str]]]:
    """Each filter's set of documents, the values that do not exist, and former agencies with their heirs."""
    allowed, dropped, moved = {}, {}, {}
    for name in FILTERS:
        value = filters.get(name, "")
        if not value:
            continue
        if value in index.facets[name] or value in index.labels.get(name, {}):
            allowed[name] = index.facets[name].get(value, 0)
        elif name == "agency" and index.followed_by.get(value):
            moved[value] = index.followed_by[value]
            allowed[name] = index.formerly.get(value, 0)
        else:
            dropped[name] = value
    return allowed, dropped, moved


def counts(index: Index, hits: int, allowed: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """For each filter how many hits each of its values would leave, with the other filters as they are."""
    answer = {}
    for name in FILTERS:
        others = hits
        for other, mask in allowed.items():
            if other != name:
                others &= mask
        answer[name] = {value: (mask & others).bit_count() for value, mask in index.facets[name].items()}
    return answer


def mask_of(numbers: list[int], size: int) -> int:
    """A set of documents as an integer with a bit for each."""
    bits = np.zeros(size, np.bool_)
    bits[numbers] = True
    return int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")


def bits_of(mask: int, size: int) -> Weights:
    """The same as an array: 1 for a document of the set, else 0."""
    packed = np.frombuffer(mask.to_bytes(-(-size // 8), "little"), np.uint8)
    return np.unpackbits(packed, bitorder="little", count=size).astype(np.float32)


def browse(index: Index) -> Ranking:
    return Ranking(np.argsort(-index.ranks, kind="stable").tolist())


def rank(index: Index, text: str) -> Ranking:
    """The procedures that hold most of what the words say, the best first."""
    query = understand(text, index.lexicon, index.synonyms, index.places)
    if not query.words or not index.codes:
        return Ranking([], query)
    scores = compare(index.postings, query)
    named = bits_of(union(index.facets["level"].get(level.value, 0) for level in query.levels), len(index.codes))
    score = scores.score * (1 + PRIOR * index.ranks) * (1 + RIGHT_LEVEL * named)
    order = np.argsort(-score, kind="stable")
    enough = order[scores.share[order] >= max(LEAST, ENOUGH * scores.share.max())]
    return Ranking(
        order=enough.tolist(),
        query=query,
        scores=scores,
        loose=len(enough) > 0 and bool(scores.share.max() < ALL),
        marked=to_mark(query),
    )


def to_mark(query: Query) -> set[str]:
    """The folded words that explain a hit: typed, completed, corrected, or standing for one that was typed."""
    marked = {option for word in query.words if word.says == 1 for option in word.options}
    return marked.union(*(span.phrase for span in query.spans))
