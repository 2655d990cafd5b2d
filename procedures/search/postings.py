"""Where each word of the catalogue stands: in which lines, and in which procedures with which weight."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from procedures.text import Token, tokens, words

from .lexicon import Lexicon

Numbers = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float32]

# What a word counts for the procedure as a whole, by where it stands. Papers count little: most are the same everywhere.
IN_FIELD, IN_AGENCY, IN_RESULTS, IN_DOCUMENTS = 0.7, 0.35, 0.2, 0.2
TITLE = 2  # a title counts like so many names
SATURATION = 4.0  # names that hold a word count ever less: one of them counts 1 / (1 + SATURATION)
COMMONEST = 0.2  # the least that a word says, however common


@dataclass
class Occurrences:
    """Where one folded word stands."""

    lines: Numbers
    spellings: Mapping[str, Numbers]  # accented form → lines; empty when there is one form only
    procedures: Numbers
    weights: Weights  # of the same length as `procedures`
    says: float  # how much the word tells procedures apart: its inverse document frequency


@dataclass
class Postings:
    """The lines of the catalogue, grouped by procedure, and where each word and each pair of neighbours stands."""

    texts: list[str]
    starts: Numbers  # the first line of each procedure
    words: dict[str, Occurrences]
    pairs: dict[tuple[str, str], Numbers]
    says: Weights  # of each line: how much all its words say
    unknown: float  # what a word says that stands nowhere


@dataclass
class Writer:
    """Takes procedures one by one, then gives their postings."""

    lexicon: Lexicon
    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=list)
    spellings: defaultdict[str, defaultdict[str, list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    pairs: defaultdict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    holders: defaultdict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, title: str, names: Iterable[str], others: Iterable[tuple[float, Iterable[str]]]) -> None:
        """One procedure: its title, its other names, and texts of lower weight."""
        number = len(self.starts)
        self.starts.append(len(self.texts))
        for weight, texts in others:
            self.hold(number, {word for text in texts for word in words(text)}, weight)
        counts: Counter[str] = Counter()
        for text in (title, *names):
            line = list(tokens(text))
            self.lexicon.read(line, title=text is title)
            for word in {token.folded for token in line}:
                counts[word] += TITLE if text is title else 1
            self.add_line(text, line)
        for word, count in counts.items():
            self.hold(number, [word], count / (count + SATURATION))

    def hold(self, number: int, words: Iterable[str], weight: float) -> None:
        for word in words:
            holders = self.holders[word]
            if holders.get(number, 0.0) < weight:
                holders[number] = weight

    def add_line(self, text: str, line: Sequence[Token]) -> None:
        place = len(self.texts)
        self.texts.append(text)
        self.lines.append([token.folded for token in line])
        for folded, accented in {(token.folded, token.accented) for token in line}:
            self.spellings[folded][accented].append(place)
        for pair in set(pairwise(self.lines[-1])):
            self.pairs[pair].append(place)

    def postings(self) -> Postings:
        number_of = np.repeat(np.arange(len(self.starts)), np.diff([*self.starts, len(self.texts)]))
        occurrences = {word: self.occurrences(word, holders, number_of) for word, holders in self.holders.items()}
        says = [sum(occurrences[word].says for word in line) for line in self.lines]
        return Postings(
            texts=self.texts,
            starts=np.array(self.starts, np.int32),
            words=occurrences,
            pairs={pair: np.array(lines, np.int32) for pair, lines in self.pairs.items()},
            says=np.maximum(np.array(says, np.float32), COMMONEST),
            unknown=math.log(1 + len(self.starts)),
        )

    def occurrences(self, word: str, holders: Mapping[int, float], number_of: npt.NDArray[np.intp]) -> Occurrences:
        spellings = {form: np.array(lines, np.int32) for form, lines in self.spellings.get(word, {}).items()}
        lines = np.unique(np.concatenate(list(spellings.values()))) if spellings else np.empty(0, np.int32)
        named = len(np.unique(number_of[lines]))  # papers make no word common
        rarity = math.log(1 + (len(self.starts) - named + 0.5) / (named + 0.5))
        return Occurrences(
            lines=lines,
            spellings=spellings if len(spellings) > 1 else {},
            procedures=np.fromiter(holders.keys(), np.int32, len(holders)),
            weights=np.fromiter(holders.values(), np.float32, len(holders)),
            says=max(COMMONEST, rarity),
        )
