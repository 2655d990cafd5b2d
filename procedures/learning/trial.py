"""What a new word would change, before it is written: the index built with it, in memory, beside the one in use."""

from copy import copy
from dataclasses import dataclass

from procedures import judged, search
from procedures.models import EverydayName, Synonym
from procedures.search.index import Index, build
from procedures.text import words

SHOWN = 10  # results before and after
MEASURES = ("success@1", "ndcg@10")


@dataclass(frozen=True)
class Place:
    """A result and its place before and after, from 1; 0 is not among those shown."""

    code: str
    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Change:
    """A judged query whose first ten the word would change, by one measure."""

    query: str
    before: float
    after: float

    @property
    def is_better(self) -> bool:
        return self.after > self.before


@dataclass(frozen=True)
class Effect:
    """What a word would do: to a query, and to the judged ones."""

    places: list[Place]
    found: tuple[int, int]  # results of the query in all, before and after
    means: dict[str, tuple[float, float]]  # measure → mean before and after
    changes: list[Change]  # by ndcg@10, the worst first
    judged: int  # how many queries were asked


def with_word(word: EverydayName | Synonym) -> Index:
    """The catalogue as it would be searched with `word`, which is not saved."""
    index = search.current()
    if isinstance(word, EverydayName):
        return build(index.stamp, index.day, [(word.procedure_id, word.name)])
    changed = copy(index)
    changed.kept = {}
    changed.synonyms = {first: list(phrases) for first, phrases in index.synonyms.items()}
    everyday, official = tuple(words(word.everyday)), tuple(words(word.official))
    changed.synonyms.setdefault(everyday[0], []).append((everyday, [official]))
    return changed


def effect(word: EverydayName | Synonym, query: str) -> Effect:
    """Compares the search as it is with the search as it would be. About a second: an index is built."""
    before, after = search.current(), with_word(word)
    grades = judged.read_judged(judged.SHIPPED)
    measured = [{query: measure(index, query, grades[query]) for query in grades} for index in (before, after)]
    was, becomes = measured
    changes = [
        Change(each, was[each]["ndcg@10"], becomes[each]["ndcg@10"])
        for each in grades
        if was[each]["ndcg@10"] != becomes[each]["ndcg@10"]
    ]
    old, new = (judged.means(each.values()) for each in measured)
    codes, codes_after = (search.find(query, index=index).codes for index in (before, after))
    return Effect(
        places=places(before, codes[:SHOWN], codes_after[:SHOWN]),
        found=(len(codes), len(codes_after)),
        means={name: (old[name], new[name]) for name in MEASURES},
        changes=sorted(changes, key=lambda change: change.after - change.before),
        judged=len(grades),
    )


def measure(index: Index, query: str, grades: dict[str, int]) -> judged.Measures:
    return judged.measure(search.find(query, index=index).codes, grades)


def places(index: Index, before: list[str], after: list[str]) -> list[Place]:
    """The results of after in their order, then those that leave the first ten."""

    def place(code: str, codes: list[str]) -> int:
        return codes.index(code) + 1 if code in codes else 0

    return [
        Place(code, index.name(code), place(code, before), place(code, after))
        for code in [*after, *(code for code in before if code not in after)]
    ]
