"""What the search box offers while somebody types: common searches, procedures, fields and agencies."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from procedures.text import Token, tokens, words

from .index import Index

FROM_LETTER = 2
SEARCHES, FIELDS, AGENCIES = 3, 2, 2  # how many of each are offered at most
COMMON_RANK = 3  # the everyday rank from which a procedure's names are common searches


@dataclass(frozen=True)
class Suggestions:
    searches: list[str] = field(default_factory=list)  # everyday names that begin as typed
    codes: list[str] = field(default_factory=list)  # procedures, the best first
    fields: list[str] = field(default_factory=list)
    agencies: list[str] = field(default_factory=list)


class LabelWords(NamedTuple):
    """The values of a facet that have procedures, the fullest first, and which of them have a word in their names."""

    values: list[str]
    holders: dict[str, frozenset[int]]  # a word, folded and accented → places in `values`
    words: list[str]  # all of them in order


def common_searches(index: Index) -> list[tuple[str, int, str]]:
    """The names of common procedures as (folded, everyday rank, written), in order of the first."""
    kept = index.kept.setdefault("common searches", {})
    if "list" not in kept:
        common = [(number, int(rank)) for number, rank in enumerate(index.ranks) if rank >= COMMON_RANK]
        postings = index.postings
        called = [(rank, postings.texts[line]) for number, rank in common for line in postings.of(number)[1:]]
        found = {" ".join(words(text)): (rank, text) for rank, text in called}  # however it is spelt, once
        kept["list"] = sorted((folded, rank, text) for folded, (rank, text) in found.items())
    return kept["list"]


def searches(index: Index, typed: Sequence[Token]) -> list[str]:
    """Common searches that begin as `typed`: those of the commonest procedures, the shortest first."""
    beginning = " ".join(token.folded for token in typed)
    common = common_searches(index)
    start = bisect_left(common, (beginning,))
    end = bisect_left(common, (f"{beginning}\U0010ffff",))
    found = [(-rank, len(written), written) for folded, rank, written in common[start:end] if folded != beginning]
    return [written for _rank, _length, written in sorted(found)[:SEARCHES]]


def named(index: Index, facet: str, typed: Sequence[Token], most: int) -> list[str]:
    """The fields or agencies whose names hold every word of `typed`, the last perhaps only begun."""
    kept = index.kept.setdefault("label words", {})
    named = kept.get(facet) or kept.setdefault(facet, label_words(index, facet))
    *whole, begun = typed
    found = [named.holders.get(token.accented, frozenset()) for token in whole]
    if not all(found):
        return []
    start = bisect_left(named.words, begun.folded)
    end = bisect_left(named.words, f"{begun.folded}\U0010ffff", lo=start)
    found.append(frozenset().union(*(named.holders[word] for word in named.words[start:end])))
    return [named.values[place] for place in sorted(frozenset.intersection(*found))[:most]]


def label_words(index: Index, facet: str) -> LabelWords:
    labels = index.labels[facet].items()
    named = [(value, name) for value, name in labels if index.count(facet, value)]
    named.sort(key=lambda item: -index.count(facet, item[0]))
    english = index.labels_en[facet]
    holders: defaultdict[str, set[int]] = defaultdict(set)
    for place, (value, name) in enumerate(named):
        for token in tokens(f"{name} {english.get(value, '')}"):
            holders[token.folded].add(place)
            holders[token.accented].add(place)
    frozen = {word: frozenset(places) for word, places in holders.items()}
    return LabelWords([value for value, _name in named], frozen, sorted(frozen))
