"""Where each word of the catalogue stands: in which lines, and in which procedures with which weight."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .remember import remembering
from .sets import mask_of

# NumPy picks by no other type than `intp` without converting it; what is kept in great numbers is `int32`.
Numbers = npt.NDArray[np.signedinteger[Any]]
Weights = npt.NDArray[np.float32]

Options = tuple[tuple[str, float], ...]  # what a word may stand for, each with its weight
Phrases = tuple[tuple[tuple[str, ...], float], ...]  # the same for what several words may stand for

# What a word counts for the procedure as a whole, by where it stands; papers little, for most are the same everywhere.
IN_FIELD, IN_AGENCY, IN_RESULTS, IN_DOCUMENTS = 0.7, 0.35, 0.2, 0.2
OTHER_ACCENTS = 0.4  # what a word counts whose accents are others than the typed ones
SURE = 0.75  # weight from which an option tells how much its word says
FAINT = 0.02  # the weight up to which a phrase of which little is there is not there
COMMONEST = 0.2  # the least that a word says, however common
HELD = 0.05  # the weight from which a procedure is said to hold a word
NOWHERE: Numbers = np.empty(0, np.intp)


def distinct(numbers: Numbers) -> Numbers:
    """Each number once, in order; none is below nought. `np.unique`, which hashes, takes ten times as long."""
    ordered = np.sort(numbers.astype(np.min_scalar_type(int(numbers.max(initial=0)))))  # short ones in half the time
    is_first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first].astype(np.intp)


@dataclass(frozen=True)
class Grouped:
    """Numbers in groups: `grouped[n]` are those of group n, each once and in order."""

    starts: Numbers = field(default_factory=lambda: np.zeros(1, np.intp))
    members: Numbers = field(default_factory=lambda: np.empty(0, np.int32))

    @classmethod
    def of(cls, groups: Numbers, members: Numbers, count: int) -> "Grouped":
        """`members` by their `groups`, of which there are `count`."""
        bits = int(members.max(initial=0)).bit_length()
        keys = distinct(groups << bits | members)  # one number for both: numbers are sorted faster than rows
        return cls(np.searchsorted(keys, np.arange(count + 1) << bits), (keys & ((1 << bits) - 1)).astype(np.int32))

    def place(self, group: int) -> slice:
        """Where the members of a group stand."""
        return slice(self.starts[group], self.starts[group + 1])

    def __getitem__(self, group: int) -> Numbers:
        return self.members[self.place(group)]

    def groups(self) -> Numbers:
        """The group of each member."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


@dataclass(frozen=True)
class Pairs:
    """Which words stand beside each other in titles and names, how often, and in which."""

    numbers: Mapping[tuple[str, str], int] = field(default_factory=dict)  # of pairs
    counts: Sequence[int] = ()  # of each pair
    lines: Grouped = field(default_factory=Grouped)  # of each pair

    @classmethod
    def of(cls, texts: Numbers, words: Numbers, numbers: Mapping[str, int]) -> "Pairs":
        """`words` one after the other, with the text of each."""
        together = texts[1:] == texts[:-1]
        found = (words[:-1] * len(numbers) + words[1:])[together]
        keys = distinct(found)
        pair = np.searchsorted(keys, found)
        counts = np.bincount(pair, minlength=len(keys)).tolist()
        names = [*numbers]
        columns = (map(names.__getitem__, each.tolist()) for each in np.divmod(keys, max(len(names), 1)))
        named = {each: number for number, each in enumerate(zip(*columns, strict=True))}
        return cls(named, counts, Grouped.of(pair, texts[1:][together], len(keys)))

    def count(self, first: str, second: str) -> int:
        """How often the one follows the other."""
        number = self.numbers.get((first, second))
        return 0 if number is None else self.counts[number]

    def lines_of(self, first: str, second: str) -> Numbers:
        """The lines in which the one follows the other."""
        number = self.numbers.get((first, second))
        return NOWHERE if number is None else self.lines[number].astype(np.intp)


@dataclass(frozen=True)
class Shared:
    """Texts of lower weight: fields, agencies, results and papers, which many procedures have."""

    texts: Grouped  # of each word
    starts: Numbers  # of each text, its first place in the rows below
    owners: Numbers  # the procedures that have it
    weights: Weights  # what it counts for each

    def holders(self, word: int) -> tuple[Numbers, Weights]:
        """The procedures that have texts with a word, and what these count; some more than once."""
        texts = self.texts[word]
        lengths = self.starts[texts + 1] - self.starts[texts]
        places = np.repeat(self.starts[texts] + lengths - np.cumsum(lengths), lengths)
        places += np.arange(len(places))
        return self.owners[places], self.weights[places]


class Occurrences(NamedTuple):
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

    def laid_out(self, lines: int, size: int) -> "Laid":
        holders = self.procedures[self.weights >= HELD]
        places = (self.lines, self.procedures + lines, self.called + (lines + size), holders + (lines + 2 * size))
        weights = (self.line_weights, self.weights, self.called_weights, np.ones(len(holders), np.float32))
        short = np.min_scalar_type(lines + 3 * size)  # thousands of these are kept
        return Laid(np.concatenate(places).astype(short), np.concatenate(weights), mask_of(holders, size))


class Laid(NamedTuple):
    """What a word adds where to a row of sums: over the lines, then three times over the procedures, for how much they
    hold it, how much they are called so, and whether they hold it, which those of `holders` do."""

    places: npt.NDArray[np.unsignedinteger[Any]]
    weights: Weights
    holders: int  # the set of them


@dataclass
class Postings:
    """The lines of the catalogue, grouped by procedure, and where each word and each pair of neighbours stands."""

    texts: list[str]  # of each line
    starts: Numbers  # the first line of each procedure
    number_of: Numbers  # the procedure of each line
    numbers: Mapping[str, int]  # of folded words
    forms: Mapping[int, Mapping[str, int]]  # a word → its accented forms, where there are several
    lines: Grouped  # of each word
    spelt: Grouped  # the lines of each accented form
    called: Grouped  # the procedures in whose lines each word stands
    named: Weights  # of all members of `called`: what the word counts there
    shared: Shared
    pairs: Pairs
    tells: Weights  # of each word: how much it tells procedures apart
    says: Weights  # of each line: how much all its words say
    unknown: float  # what a word says that stands nowhere
    written: Mapping[str, Sequence[str]]  # a folded word → what is written between two blanks with this one word

    def __post_init__(self) -> None:
        self.ranges = [range(*pair) for pair in pairwise([*self.starts.tolist(), len(self.texts)])]
        # Queries differ, their words hardly.
        self.word = remembering(self.find_word)
        self.standing = remembering(self.find_standing)
        self.phrase = remembering(self.find_phrase)

    def find_word(self, folded: str) -> Occurrences | None:
        """Where a folded word stands; None when it stands nowhere."""
        number = self.numbers.get(folded)
        if number is None:
            return None
        called, (holders, weights) = self.called[number], self.shared.holders(number)
        whole = np.zeros(len(self.starts), np.float32)
        whole[called] = self.named[self.called.place(number)]
        np.maximum.at(whole, holders, weights)
        procedures = whole.nonzero()[0]
        return Occurrences(
            lines=self.lines[number],
            spellings={accented: self.spelt[form] for accented, form in self.forms.get(number, {}).items()},
            called=called,
            procedures=procedures,
            weights=whole[procedures],
            says=float(self.tells[number]),
        )

    def rows(self) -> tuple[Weights, Weights, Weights]:
        """Empty rows over lines, procedures, and procedures again."""
        size = len(self.starts)
        return np.zeros(len(self.texts), np.float32), np.zeros(size, np.float32), np.zeros(size, np.float32)

    def find_standing(
        self, typed: str, accented: str, meant: str, options: Options, phrases: Phrases
    ) -> tuple[float, Laid]:
        """How much a word says, and where its options and the phrases that it is part of stand.

        In each place with the one of most weight. `accented` is how `typed` was spelt, empty when the person types
        without accents.
        """
        known = [(option, weight, there) for option, weight in options if (there := self.word(option))]
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
        standing = parts[0] if is_one else self.highest(parts)
        return max(says, default=self.unknown), standing.laid_out(len(self.texts), len(self.starts))

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
        words = [there for word in dict.fromkeys(phrase) if (there := self.word(word))]
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
