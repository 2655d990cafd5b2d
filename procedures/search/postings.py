"""Where each word of the catalogue stands: in which lines, and in which procedures with which weight."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from procedures.text import both_forms, words

from .lexicon import Lexicon
from .remember import remembering

Numbers = npt.NDArray[np.intp]  # NumPy picks by no other type without converting it
Weights = npt.NDArray[np.float32]

Options = tuple[tuple[str, float], ...]  # what a word may stand for, each with its weight
Phrases = tuple[tuple[tuple[str, ...], float], ...]  # the same for what several words may stand for

# What a word counts for the procedure as a whole, by where it stands; papers little, for most are the same everywhere.
IN_FIELD, IN_AGENCY, IN_RESULTS, IN_DOCUMENTS = 0.7, 0.35, 0.2, 0.2
TITLE = 2  # a title counts like so many names
SATURATION = 4.0  # names that hold a word count ever less: one of them counts 1 / (1 + SATURATION)
OTHER_ACCENTS = 0.4  # what a word counts whose accents are others than the typed ones
SURE = 0.75  # weight from which an option tells how much its word says
FAINT = 0.02  # the weight up to which a phrase of which little is there is not there
COMMONEST = 0.2  # the least that a word says, however common


@dataclass
class Occurrences:
    """Where one folded word stands."""

    lines: Numbers
    spellings: Mapping[str, Numbers]  # accented form → lines; empty when there is one form only
    called: Numbers  # procedures in whose lines it stands
    procedures: Numbers  # all that hold it
    weights: Weights  # of the same length as `procedures`
    says: float  # how much the word tells procedures apart: its inverse document frequency


class Standing(NamedTuple):
    """Where a word of a query, or a phrase, stands, whatever it was taken for, and with which weight."""

    lines: Numbers
    line_weights: Weights
    procedures: Numbers
    weights: Weights
    called: Numbers
    called_weights: Weights

    @classmethod
    def of(cls, lines: Weights, whole: Weights, called: Weights) -> "Standing":
        parts = (((row > 0).nonzero()[0], row) for row in (lines, whole, called))
        return cls(*(part for places, row in parts for part in (places, row[places])))  # type: ignore[arg-type]

    def lowered(self, weight: float) -> "Standing":
        lines, line_weights, procedures, weights, called, called_weights = self
        return Standing(lines, line_weights * weight, procedures, weights * weight, called, called_weights * weight)


@dataclass
class Postings:
    """The lines of the catalogue, grouped by procedure, and where each word and each pair of neighbours stands."""

    texts: list[str]
    lines: list[list[str]]  # the folded words of each
    starts: Numbers  # the first line of each procedure
    number_of: Numbers  # the procedure of each line
    words: dict[str, Occurrences]
    pairs: dict[tuple[str, str], Numbers]
    says: Weights  # of each line: how much all its words say
    unknown: float  # what a word says that stands nowhere

    def __post_init__(self) -> None:
        self.ranges = [range(*pair) for pair in pairwise([*self.starts.tolist(), len(self.texts)])]
        # Queries differ, their words hardly.
        self.standing = remembering(self.find_standing)
        self.phrase = remembering(self.find_phrase)

    def rows(self) -> tuple[Weights, Weights, Weights]:
        """Empty rows over lines, procedures, and procedures again."""
        size = len(self.starts)
        return np.zeros(len(self.texts), np.float32), np.zeros(size, np.float32), np.zeros(size, np.float32)

    def find_standing(
        self, typed: str, accented: str, meant: str, options: Options, phrases: Phrases
    ) -> tuple[float, Standing]:
        """How much a word says, and where its options and the phrases that it is part of stand.

        In each place with the one of most weight. `accented` is how `typed` was spelt, empty when the person types
        without accents.
        """
        known = [(option, weight, self.words[option]) for option, weight in options if option in self.words]
        parts, alike = [self.phrase(phrase).lowered(weight) for phrase, weight in phrases], defaultdict(list)
        for option, weight, there in known:
            if option == typed and accented and there.spellings:
                parts.append(self.weigh_spelt(there, weight, accented))
            else:
                alike[weight].append(there)
        parts += [weigh(there, weight) for weight, there in alike.items()]
        # How much it tells procedures apart is judged by what it surely stands for.
        says = [there.says for option, weight, there in known if weight >= SURE or option == meant]
        is_one = len(known) + len(phrases) == 1
        return max(says, default=self.unknown), parts[0] if is_one else self.highest(parts)

    def highest(self, parts: Sequence[Standing]) -> Standing:
        """Where any of the parts stands, in each place with its greatest weight."""
        rows, columns = self.rows(), [np.concatenate(column) for column in zip(*parts, strict=True)]
        for row, places, weights in zip(rows, columns[::2], columns[1::2], strict=False):
            np.maximum.at(row, places, weights)
        return Standing.of(*rows)

    def weigh_spelt(self, there: Occurrences, weight: float, accented: str) -> Standing:
        """What a word counts in its lines, less where it is spelt otherwise than `accented`.

        And for each procedure as a whole: in lines, no more than in the best of them.
        """
        lines, procedures = there.lines, there.procedures
        line_weights = np.full(len(there.lines), weight * OTHER_ACCENTS, np.float32)
        line_weights[np.searchsorted(there.lines, there.spellings.get(accented, []))] = weight
        best = np.full(len(self.starts), weight, np.float32)
        best[there.called] = 0
        np.maximum.at(best, self.number_of[there.lines], line_weights)
        called = np.full(len(there.called), weight, np.float32)
        return Standing(lines, line_weights, procedures, best[procedures] * there.weights, there.called, called)

    def find_phrase(self, phrase: tuple[str, ...]) -> Standing:
        """Where a phrase stands: the more of it is there the more, all of its words 1."""
        words = [self.words[word] for word in dict.fromkeys(phrase) if word in self.words]
        lines, whole, called = self.rows()
        if len(words) == len(set(phrase)):
            total = sum(word.says for word in words)
            for word in words:
                lines[word.lines] += word.says / total
                whole[word.procedures] += word.says / total * word.weights
            lines, whole = complete(lines), complete(whole)
            called = np.maximum.reduceat(lines, self.starts)
        return Standing.of(lines, whole, called)

    def of(self, number: int) -> range:
        """The lines of a procedure, its title first."""
        return self.ranges[number]


def weigh(words: Sequence[Occurrences], weight: float) -> Standing:
    """What words of one weight count, however they are spelt; of several of them places may come more than once."""
    columns = zip(*((word.lines, word.procedures, word.weights, word.called) for word in words), strict=True)
    lines, procedures, weights, called = (
        column[0] if len(column) == 1 else np.concatenate(column) for column in columns
    )
    all_alike = np.full(len(lines), weight, np.float32)  # no procedure is called so but in a line
    return Standing(lines, all_alike, procedures, weights * np.float32(weight), called, all_alike[: len(called)])


def complete(share: Weights) -> Weights:
    """The weight of a phrase by the share of it that is there: the more is missing, the faster it loses."""
    weight = share * share * share
    weight[weight < FAINT] = 0
    return weight


@dataclass
class Writer:
    """Takes procedures one by one, then gives their postings. Words are numbered as they come."""

    lexicon: Lexicon
    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=list)
    spellings: defaultdict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    pairs: defaultdict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, int] = field(default_factory=dict)  # of words
    shared: dict[str, Numbers] = field(default_factory=dict)  # a text → its words
    held: list[tuple[int, Numbers, Weights]] = field(default_factory=list)  # a procedure, words, a weight for each

    def add(self, title: str, names: Iterable[str], others: Iterable[tuple[float, Iterable[str]]]) -> None:
        """One procedure: its title, its other names, and texts of lower weight."""
        number = len(self.starts)
        self.starts.append(len(self.texts))
        counts: Counter[str] = Counter()
        for text in (title, *names):
            for word in self.add_line(text):
                counts[word] += TITLE if text is title else 1
        self.lexicon.titles += [*self.lines[self.starts[-1]], " "]
        count = np.array([*counts.values()], np.float32)
        self.held.append((number, self.numbered(counts), count / (count + np.float32(SATURATION))))
        for weight, texts in others:
            for text in texts:
                there = self.words_of(text)
                self.held.append((number, there, np.full(len(there), weight, np.float32)))

    def numbered(self, folded: Iterable[str]) -> Numbers:
        return np.array([self.numbers.setdefault(word, len(self.numbers)) for word in folded], np.intp)

    def words_of(self, text: str) -> Numbers:
        """The words of a text that many procedures share: a field, an agency, a paper that everybody brings."""
        found = self.shared.get(text)
        if found is None:
            found = self.shared[text] = self.numbered({*words(text)})
        return found

    def add_line(self, text: str) -> set[str]:
        """A title or a name; its folded words."""
        line, place = both_forms(text), len(self.texts)
        folded = [word for word, _accented in line]
        self.texts.append(text)
        self.lines.append(folded)
        for spelt in set(line):
            self.spellings[spelt].append(place)
        for pair in set(pairwise(folded)):
            self.pairs[pair].append(place)
        return set(folded)

    def postings(self) -> Postings:
        self.lexicon.read(self.lines)
        number_of = np.repeat(np.arange(len(self.starts)), np.diff([*self.starts, len(self.texts)]))
        spellings: defaultdict[str, dict[str, Numbers]] = defaultdict(dict)
        for (word, accented), lines in self.spellings.items():
            spellings[word][accented] = np.array(lines, np.intp)
        occurrences = {
            word: self.occurrences(spellings.get(word, {}), *held, number_of) for word, held in self.holders()
        }
        says = [sum(occurrences[word].says for word in line) for line in self.lines]
        return Postings(
            texts=self.texts,
            lines=self.lines,
            starts=np.array(self.starts, np.intp),
            number_of=number_of,
            words=occurrences,
            pairs={pair: np.array(lines, np.intp) for pair, lines in self.pairs.items()},
            says=np.maximum(np.array(says, np.float32), COMMONEST),
            unknown=math.log(1 + len(self.starts)),
        )

    def holders(self) -> Iterator[tuple[str, tuple[Numbers, Weights]]]:
        """Each word with the procedures that hold it, in order, and the highest weight with which each does."""
        if not self.held:
            return
        procedures, numbers, weights = zip(*self.held, strict=True)
        owner = np.repeat(np.array(procedures, np.intp), [len(there) for there in numbers])
        word, weight = np.concatenate(numbers), np.concatenate(weights)
        order = np.lexsort((owner, word))
        owner, word, weight = owner[order], word[order], weight[order]
        firsts = np.flatnonzero(np.diff(word, prepend=-1) | np.diff(owner, prepend=-1))
        owner, word, weight = owner[firsts], word[firsts], np.maximum.reduceat(weight, firsts)
        ends = np.searchsorted(word, np.arange(1, len(self.numbers)))
        yield from zip(self.numbers, zip(np.split(owner, ends), np.split(weight, ends), strict=True), strict=True)

    def occurrences(
        self, spellings: Mapping[str, Numbers], procedures: Numbers, weights: Weights, number_of: Numbers
    ) -> Occurrences:
        lines = np.unique(np.concatenate(list(spellings.values()))) if spellings else np.empty(0, np.intp)
        called = np.unique(number_of[lines])
        common = len(called) + 0.5  # papers make no word common
        rarity = math.log(1 + (len(self.starts) - len(called) + 0.5) / common)
        return Occurrences(
            lines=lines,
            spellings=spellings if len(spellings) > 1 else {},
            called=called,
            procedures=procedures,
            weights=weights,
            says=max(COMMONEST, rarity),
        )
