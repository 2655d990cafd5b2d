"""The texts of the catalogue become postings: each word gets a number, the rest is done to whole rows of numbers."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import numpy as np

from procedures.text import both_forms

from .lexicon import Lexicon
from .postings import COMMONEST, Grouped, Numbers, Pairs, Postings, Shared, Weights

TITLE = 2  # a title counts like so many names
SATURATION = 4.0  # names that hold a word count ever less: one of them counts 1 / (1 + SATURATION)


class Words(NamedTuple):
    """The words of some texts, one after the other."""

    texts: Numbers  # the text of each
    spelt: Numbers  # its number as it is spelt there
    folded: Numbers  # its number without accents


class Vocabulary(dict[str, tuple[int, ...]]):
    """What is written between two blanks → its words as they are spelt, numbered as they come."""

    def __init__(self) -> None:
        self.spellings: dict[tuple[str, str], int] = {}  # folded, accented
        self.folded: dict[str, int] = {}
        self.folded_of: list[int] = []  # of each spelling

    def __missing__(self, written: str) -> tuple[int, ...]:
        self[written] = found = tuple(map(self.number, both_forms(written)))
        return found

    def number(self, word: tuple[str, str]) -> int:
        if word not in self.spellings:
            self.spellings[word] = len(self.spellings)
            self.folded_of.append(self.folded.setdefault(word[0], len(self.folded)))
        return self.spellings[word]

    def read(self, texts: Sequence[str]) -> Words:
        numbers, ends = array("q"), [0]
        for text in texts:  # one after the other: what they are cut into need not be in memory together
            numbers.extend(chain.from_iterable(map(self.__getitem__, text.split())))  # no word goes over a blank
            ends.append(len(numbers))
        spelt = np.array(numbers, np.intp)
        return Words(np.repeat(np.arange(len(texts)), np.diff(ends)), spelt, np.array(self.folded_of, np.intp)[spelt])

    def written(self) -> dict[str, list[str]]:
        """A folded word → what is written between two blanks with this one word."""
        names, written = [*self.folded], defaultdict(list)
        for part, spelt in self.items():
            if len(spelt) == 1:
                written[names[self.folded_of[spelt[0]]]].append(part)
        return dict(written)

    def accented(self) -> dict[str, list[str]]:
        """A folded word → its accented forms."""
        forms: defaultdict[str, list[str]] = defaultdict(list)
        for folded, accented in self.spellings:
            forms[folded].append(accented)
        return dict(forms)

    def forms(self, lines: Grouped) -> dict[int, dict[str, int]]:
        """A folded word → its accented forms, where `lines` of titles and names know several."""
        forms: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for (folded, accented), spelling in self.spellings.items():
            if len(lines[spelling]):
                forms[self.folded[folded]][accented] = spelling
        return {word: spelt for word, spelt in forms.items() if len(spelt) > 1}


@dataclass
class Writer:
    """Takes the texts of procedures, then gives their postings, and the words of titles and names."""

    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    shared: dict[str, int] = field(default_factory=dict)  # a text of lower weight, which many have, → its number
    owners: list[int] = field(default_factory=list)  # procedures that have such a text
    held: list[int] = field(default_factory=list)  # which it is
    weights: list[float] = field(default_factory=list)

    def add(self, title: str, names: Iterable[str]) -> None:
        """One procedure: its title and its other names."""
        self.starts.append(len(self.texts))
        self.texts += [title, *names]

    def share(self, weight: float, owners: Sequence[int], texts: Sequence[str]) -> None:
        """Texts of lower weight, each with the number of the procedure that has it."""
        self.owners += owners
        self.held += [self.shared.setdefault(text, len(self.shared)) for text in texts]
        self.weights += [weight] * len(texts)

    def written(self) -> tuple[Postings, Lexicon]:
        vocabulary = Vocabulary()
        here, elsewhere = vocabulary.read(self.texts), vocabulary.read(list(self.shared))
        size, count = len(self.starts), len(vocabulary.folded)
        starts = np.array(self.starts, np.intp)
        number_of = np.repeat(np.arange(size), np.diff(starts, append=len(self.texts)))
        lines = Grouped.of(here.folded, here.texts, count)
        spelt = Grouped.of(here.spelt, here.texts, len(vocabulary.spellings))
        called = Grouped.of(lines.groups(), number_of[lines.members], count)
        pairs = Pairs.of(here.texts, here.folded, vocabulary.folded)
        says = rarity(np.diff(called.starts), size)
        postings = Postings(
            texts=self.texts,
            starts=starts,
            number_of=number_of,
            numbers=vocabulary.folded,
            forms=vocabulary.forms(spelt),
            lines=lines,
            spelt=spelt,
            called=called,
            named=by_names(lines, number_of, starts),
            shared=self.of_lower_weight(elsewhere, count),
            pairs=pairs,
            tells=says,
            says=np.bincount(here.texts, says[here.folded], len(self.texts)).clip(COMMONEST).astype(np.float32),
            unknown=float(np.log1p(size)),
            written=vocabulary.written(),
        )
        return postings, lexicon(here, vocabulary, pairs, starts)

    def of_lower_weight(self, words: Words, count: int) -> Shared:
        """The `words` of the shared texts, of `count` in all."""
        held = np.array(self.held, np.intp)
        order = np.argsort(held, kind="stable")
        return Shared(
            texts=Grouped.of(words.folded, words.texts, count),
            starts=np.searchsorted(held[order], np.arange(len(self.shared) + 1)),
            owners=np.array(self.owners, np.intp)[order],
            weights=np.array(self.weights, np.float32)[order],
        )


def by_names(lines: Grouped, number_of: Numbers, starts: Numbers) -> Weights:
    """Of each word and each procedure that is called by it: the more names hold it, the more it counts."""
    word, procedure = lines.groups(), number_of[lines.members]
    counts = np.where(lines.members == starts[procedure], TITLE, 1)
    firsts = np.flatnonzero(np.diff(word, prepend=-1) | np.diff(procedure, prepend=-1))
    count = np.add.reduceat(counts, firsts).astype(np.float32) if len(firsts) else np.empty(0, np.float32)
    return count / (count + np.float32(SATURATION))


def rarity(called: Numbers, size: int) -> Weights:
    """How much words tell procedures apart that so many are called by: their inverse document frequency."""
    return np.log1p((size - called + 0.5) / (called + 0.5)).clip(COMMONEST)  # papers make no word common


def lexicon(words: Words, vocabulary: Vocabulary, pairs: Pairs, starts: Numbers) -> Lexicon:
    """The words of titles and names, how often each stands there, and beside which other."""
    names = [*vocabulary.folded]
    counts = np.bincount(words.folded, minlength=len(names)).tolist()
    in_title = np.isin(words.texts, starts)
    text, titles = words.texts[in_title], words.folded[in_title]
    ends = np.flatnonzero(np.diff(text, append=-1)) + 1
    return Lexicon(
        counts=Counter({word: number for word, number in zip(names, counts, strict=True) if number}),
        pairs=pairs,
        titles=[*map([*names, " "].__getitem__, np.insert(titles, ends, len(names)).tolist())],
        spellings=vocabulary.accented(),
    )
