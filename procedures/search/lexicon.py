"""The words of the catalogue, and how they follow one another: what a slip of the keyboard may have meant."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from procedures.text import forms, is_begun

from .postings import Pairs
from .remember import remembering

NEAR = 8  # near words tried for one
COMPLETIONS = 12  # words tried for one that is not finished
SLIP_COST = 9.0  # of each slip, in nats: how much likelier its words must be beside their neighbours
UNFINISHED_COST = 2.5  # of taking the last word for a beginning
SHORTEST_JOINED, LONGEST_JOINED, LONGEST_SYLLABLE = 4, 40, 7  # letters; the last as in nghiêng
COMMON, USUAL = 20, 5  # times: common words stand beside any other, even of one letter (ở, ý); usual pairs
BOUND = 0.1  # the share of a word's places in which it stands beside another that makes them one expression
FOLLOWS = 0.6  # the weight of the word before against the word's own frequency


def letters(word: str) -> np.uint64:
    """The set of its letters, a bit for each; some that no word of Vietnamese has share theirs."""
    return np.uint64(sum({1 << ord(letter) % 64 for letter in word}))


@dataclass
class Lexicon:
    """Folded words of titles and names with their counts, pairs of neighbours, and the titles by their initials."""

    counts: Counter[str] = field(default_factory=Counter)
    pairs: Pairs = field(default_factory=Pairs)
    titles: list[str] = field(default_factory=list)  # the words of all titles, a blank after each title
    spellings: Mapping[str, Sequence[str]] = field(default_factory=dict)  # a word → its accented forms

    def __post_init__(self) -> None:
        self.near = remembering(self.find_near)
        self.completions = remembering(self.find_completions)
        self.phrases = remembering(self.find_phrases)

    @cached_property
    def ordered(self) -> list[str]:
        return sorted(self.counts)

    @cached_property
    def initials(self) -> str:
        return "".join(word[0] for word in self.titles)

    @cached_property
    def shapes(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        """Of each of `ordered` its length and its letters."""
        return np.array([len(word) for word in self.ordered]), np.array([letters(word) for word in self.ordered])

    @cached_property
    def total(self) -> int:
        return self.counts.total()

    def __contains__(self, word: str) -> bool:
        return word in self.counts

    def find_near(self, word: str) -> list[tuple[str, int]]:
        """Words within one slip from three letters on, within two from seven, with the number of slips."""
        slips = 2 if len(word) >= 7 else 1 if len(word) >= 3 else 0
        if not slips or not word.isalpha():
            return []
        lengths, letters_of = self.shapes
        # A slip brings one letter and takes another at most; few words are left to be compared one by one.
        others = np.bitwise_count(letters_of ^ letters(word)) <= 2 * slips
        places = np.flatnonzero((abs(lengths - len(word)) <= slips) & others).tolist()
        alike = sorted([self.ordered[place] for place in places], key=len)
        found = process.extract(word, alike, scorer=OSA.distance, score_cutoff=slips, limit=None)
        found.sort(key=lambda match: (match[1], -self.counts[match[0]]))
        return [(match, int(distance)) for match, distance, _place in found if distance][:NEAR]

    def find_completions(self, beginning: str, before: str = "", accented: str = "") -> list[str]:
        """The words that begin so, of many those that follow `before`, then the commonest; in order of letters.

        `accented` is how `beginning` was spelt, where it was with accents: then they have to be those of the word.
        """
        start = bisect_left(self.ordered, beginning)
        end = bisect_left(self.ordered, f"{beginning}\U0010ffff", lo=start)
        found = [word for word in self.ordered[start:end] if word != beginning]
        if accented:
            found = self.begun(found, accented) or self.begun(found, accented, unmarked=True)
        found.sort(key=self.counts.__getitem__, reverse=True)
        if before:
            found.sort(key=lambda word: self.pairs.count(before, word), reverse=True)
        return sorted(found[:COMPLETIONS])

    def begun(self, words: Sequence[str], accented: str, unmarked: bool = False) -> list[str]:
        """Those of `words` of which some spelling begins as was typed."""
        return [
            word for word in words if any(is_begun(form, accented, unmarked) for form in self.spellings.get(word, ()))
        ]

    def find_phrases(self, letters: str) -> list[tuple[str, ...]]:
        """The commonest phrases of titles with these initials (`attp`: an toàn thực phẩm), two at most."""
        found: Counter[tuple[str, ...]] = Counter()
        start = self.initials.find(letters)
        while start >= 0:
            found[tuple(self.titles[start : start + len(letters)])] += 1
            start = self.initials.find(letters, start + 1)
        return [phrase for phrase, count in found.most_common(2) if count > 1]

    def parted(self, word: str) -> list[str]:
        """The words of the catalogue that were written as one (`khaisinh`), the likeliest row of them; else none."""
        if not (word.isascii() and word.isalpha() and SHORTEST_JOINED <= len(word) <= LONGEST_JOINED):
            return []
        rows: list[dict[str, tuple[float, list[str]]]] = [{"": (0.0, [])}, *({} for _letter in word)]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - LONGEST_SYLLABLE), end):
                part = forms(word[start:end])[0]
                if part in self and rows[start] and (end - start > 1 or self.counts[part] >= COMMON):
                    rows[end][part] = max(
                        (score + self.likelihood(before, part), [*row, part])
                        for before, (score, row) in rows[start].items()
                    )
        _score, row = max(rows[-1].values(), default=(0.0, []))
        usual = len(row) > 1 and all(self.pairs.count(*pair) >= USUAL for pair in pairwise(row))
        common = len(row) > 2 or all(self.counts[part] >= COMMON for part in row)
        return row if usual or (common and not self.near(word)) else []

    def bound(self, before: str, word: str) -> bool:
        """Whether two words in a row are a usual expression: `căn cước`, `xã hội`."""
        together = self.pairs.count(before, word)
        return together >= USUAL and together >= BOUND * min(self.counts[before], self.counts[word])

    def likelihood(self, before: str, word: str) -> float:
        """The logarithm of how likely `word` follows `before` (empty at the beginning)."""
        counts = self.counts.get  # a Counter's own way is slow for what it lacks
        alone = (counts(word, 0) + 0.1) / self.total
        if not before:
            return math.log(alone)
        return math.log(FOLLOWS * self.pairs.count(before, word) / (counts(before, 0) + 1) + (1 - FOLLOWS) * alone)

    def meant(self, typed: Sequence[str], accented: str = "") -> list[str]:
        """The likeliest words of the catalogue behind what was typed, each judged beside its neighbours (Viterbi).

        `accented` is how the last one was spelt, where it was with accents.
        """
        choices = [self.options(word, typed, place, accented) for place, word in enumerate(typed)]
        if all(len(options) == 1 for options in choices):
            return list(typed)
        sure = next(place for place, options in enumerate(choices) if len(options) > 1)
        paths: dict[str, tuple[float, list[str]]] = {typed[sure - 1] if sure else "": (0.0, list(typed[:sure]))}
        for options in choices[sure:]:
            before, paths = paths, {}
            for option, cost in options.items():
                score, last = max(
                    [(score + self.likelihood(last, option), last) for last, (score, _path) in before.items()]
                )
                paths[option] = (score - cost, [*before[last][1], option])
        return max(paths.values())[1]

    def options(self, word: str, typed: Sequence[str], place: int, accented: str) -> dict[str, float]:
        """What may have been meant by a word, with its cost. One that its neighbours support stays as it is."""
        last = place == len(typed) - 1
        options = {word: 0.0}
        if not word.isalnum() or word.isdigit() or self.supported(word, typed, place):
            return options
        for other, slips in self.near(word):
            options.setdefault(other, SLIP_COST * slips)
        if last:
            for other in self.completions(word, typed[place - 1] if place else "", accented):
                options[other] = min(UNFINISHED_COST, options.get(other, math.inf))
        return options

    def supported(self, word: str, typed: Sequence[str], place: int) -> bool:
        return word in self.counts and (
            (place > 0 and self.pairs.count(typed[place - 1], word) > 1)
            or (place + 1 < len(typed) and self.pairs.count(word, typed[place + 1]) > 1)
        )
