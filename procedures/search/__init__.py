"""Search over the catalogue: `find(query, filters)` gives codes in order, with live counts for every filter."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from procedures.models import parse_code
from procedures.text import clean

from .highlight import Piece, highlight
from .index import UNKNOWN, Index, current
from .query import Words, all_of, completions, loose, near_words, segments, strict, understand, with_rewards

__all__ = ["FILTERS", "UNKNOWN", "Found", "Index", "Piece", "current", "find", "highlight"]

FILTERS = ("agency", "field", "level", "audience", "online")
PRIOR = 0.06  # how much each step of the everyday rank adds to a score: it decides where the text ties


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


def find(text: str = "", filters: Mapping[str, str] | None = None) -> Found:
    """Search the public catalogue of today.

    `text` is what a person typed; empty browses, the everyday procedures first. `filters` maps names of
    `FILTERS` to values; a value that does not exist is dropped and told in `dropped`.
    """
    index = current()
    allowed, dropped, moved = allow(index, filters or {})
    if not clean(text):
        order, is_loose, marked = browse(index), False, set[str]()
        code = ""
    else:
        code = index_code(index, clean(text))
        order, is_loose, marked = ([index.number[code]], False, set[str]()) if code else ranked(index, clean(text))
    hits = sum(1 << number for number in set(order))
    within = hits
    for mask in allowed.values():
        within &= mask
    return Found(
        codes=[index.codes[number] for number in order if within >> number & 1],
        counts=counts(index, hits, allowed),
        loose=is_loose,
        code=code,
        marked=marked,
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


def browse(index: Index) -> list[int]:
    return sorted(range(len(index.codes)), key=lambda number: -index.ranks[number])


def ranked(index: Index, text: str) -> tuple[list[int], bool, set[str]]:
    """Documents in order of score: those with all words; else with slips forgiven; else with most of the words."""
    query = understand(text)
    for fuzzy, is_loose in ((False, False), (True, False), (True, True)):
        parts = strict(index, query, fuzzy)
        if not parts:
            break
        required = loose(parts) if is_loose else all_of(parts)
        result = index.searcher.search(with_rewards(index, query, required), limit=len(index.codes) or 1, count=False)
        if result.hits:
            scored = [(score * (1 + PRIOR * index.ranks[address.doc]), -address.doc) for score, address in result.hits]
            return [-number for _score, number in sorted(scored, reverse=True)], is_loose, to_mark(index, query, fuzzy)
    return [], False, set()


def to_mark(index: Index, query: Words, fuzzy: bool) -> set[str]:
    """The folded words that explain a hit: typed, completed, corrected, or standing for one that was typed."""
    marked = set(query.folded)
    *_before, (start, end) = segments(index, query.folded)
    if query.folded[start:end] not in index.synonyms:
        marked.update(completions(index, query.folded[-1]))
    for word in query.folded:
        if fuzzy or word not in index.vocabulary:
            marked.update(near_words(word, index.words))
    for everyday, officials in index.synonyms.items():
        size = len(everyday)
        if any(query.folded[at : at + size] == everyday for at in range(len(query.folded) - size + 1)):
            marked.update(word for official in officials for word in official)
    return marked
