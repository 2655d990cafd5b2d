"""What the search box offers while somebody types: common searches, procedures, fields and agencies."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from procedures.text import tokens, words

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


def searches(index: Index, text: str) -> list[str]:
    """Common searches that begin with `text`: those of the commonest procedures, the shortest first."""
    typed = " ".join(words(text))
    common = common_searches(index)
    start = bisect_left(common, (typed,))
    end = bisect_left(common, (f"{typed}\U0010ffff",))
    found = [(-rank, len(written), written) for folded, rank, written in common[start:end] if folded != typed]
    return [written for _rank, _length, written in sorted(found)[:SEARCHES]]


def named(index: Index, facet: str, text: str, most: int) -> list[str]:
    """The fields or agencies whose names hold every word of `text`, the last perhaps only begun."""
    *whole, begun = tokens(text)
    asked = [f" {token.accented} " for token in whole if token.accented != token.folded]
    asked += [f" {token.folded} " for token in whole if token.accented == token.folded] + [f" {begun.folded}"]
    likely = lines_with(label_words(index, facet), max(asked, key=len))
    return list(islice((line.split(" ", 1)[0] for line in likely if all(part in line for part in asked)), most))


def lines_with(text: str, part: str) -> Iterator[str]:
    place = text.find(part)
    while place >= 0:
        end = text.index("\n", place)
        yield text[text.rfind("\n", 0, place) + 1 : end]
        place = text.find(part, end)


def label_words(index: Index, facet: str) -> str:
    """A line for every value of a facet that has procedures, the fullest first: the value, the words of its names.

    One text, for most of what is typed is in none of the lines.
    """
    kept = index.kept.setdefault("label words", {})
    if facet not in kept:
        labels = index.labels[facet].items()
        named = [(value, name) for value, name in labels if index.count(facet, value)]
        named.sort(key=lambda item: -index.count(facet, item[0]))
        english = index.labels_en[facet]
        lines = ((value, "".join(forms_of(f"{name} {english.get(value, '')}"))) for value, name in named)
        kept[facet] = "".join(f"{value}{words_of_names}\n" for value, words_of_names in lines)
    return kept[facet]


def forms_of(name: str) -> Iterator[str]:
    for token in tokens(name):
        yield f" {token.folded} "
        if token.accented != token.folded:
            yield f" {token.accented} "
