"""How well each procedure answers a query: sums over the lines of the catalogue, one row for each word.

A *line* is a title or one everyday name; a query is compared with each of them alone, so that words from two
names do not add up to an answer. What a procedure holds as a whole (its field, agency, results and papers
besides its lines) is compared as well, and counts less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .postings import Numbers, Postings, Weights
from .query import Query

LINE_FIT = 0.5  # how far a line must say nothing else to count in full
IN_A_ROW = 0.2  # what words in a row add to a line
WHOLE = 1.4  # what a procedure as a whole counts beside its best line
CALLED_SO = 0.4  # how far all words must stand in titles and names, not only among papers, to count in full
FAR_BELOW = 0.2  # lines that hold less beside the one that holds most cannot be the answer
HELD = 0.05  # the weight from which a procedure is said to hold a word


@dataclass(frozen=True)
class Scores:
    """How the procedures answer a query; arrays over procedures, lines, words or two of them."""

    score: Weights  # of each procedure
    share: Weights  # of each procedure: the part of the query that it holds, accents aside
    held: npt.NDArray[np.bool_]  # word × procedure: whether it holds the word, or what stands for it
    places: Numbers  # the lines that hold more than a little of it, in their order
    similar: Weights  # of each of these, how alike it is

    def best_lines(self, lines: Sequence[range]) -> list[int]:
        """Of each range of lines the one that is most alike; the first of them when none holds anything."""
        bounds = np.searchsorted(self.places, [(each.start, each.stop) for each in lines]).tolist()
        return [
            int(self.places[first + self.similar[first:after].argmax()]) if first < after else each.start
            for each, (first, after) in zip(lines, bounds, strict=True)
        ]


def compare(postings: Postings, query: Query) -> Scores:
    found = np.zeros(len(postings.texts), np.float32)
    whole = np.zeros((len(query.words), len(postings.starts)), np.float32)
    called = np.zeros(len(postings.starts), np.float32)
    says: list[float] = []
    for number, word in enumerate(query.words):
        phrases = tuple((span.phrase, span.weight) for span in query.spans if number in span)
        said, standing = postings.standing(word.typed, word.accented, word.meant, word.options, phrases)
        weight = word.says * said
        says.append(weight)
        found[standing.lines] += weight * standing.line_weights
        whole[number][standing.procedures] = standing.weights
        called[standing.called] += weight * standing.called_weights
    places = (found > FAR_BELOW * found.max(initial=0)).nonzero()[0]
    similar = similarity(postings, query, says, found, places)
    weights, total = np.array(says, np.float32), sum(says)
    score = best_of(postings, places, similar) + WHOLE * (weights @ whole) / total
    score *= 1 - CALLED_SO + CALLED_SO * called / total
    held = whole >= HELD
    return Scores(score, weights @ held / total, held, places, similar)


def similarity(postings: Postings, query: Query, says: list[float], found: Weights, places: Numbers) -> Weights:
    """How alike the query and each line of `places` are, from what was `found` in them; uses up `found`."""
    there = found[places]
    fit = np.minimum(there / postings.says[places], 1)
    row = in_a_row(postings, query, says, places, found)
    return there / sum(says) * (1 - LINE_FIT + LINE_FIT * fit + IN_A_ROW * row)


def best_of(postings: Postings, places: Numbers, similar: Weights) -> Weights:
    """For each procedure its best line's likeness; 0 when no line of it was found."""
    best = np.zeros(len(postings.starts), np.float32)
    if len(places):
        procedures = postings.number_of[places]
        first = np.ones(len(procedures), np.bool_)
        np.not_equal(procedures[1:], procedures[:-1], out=first[1:])
        firsts = first.nonzero()[0]
        best[procedures[firsts]] = np.maximum.reduceat(similar, firsts)
    return best


def in_a_row(postings: Postings, query: Query, says: list[float], places: Numbers, row: Weights) -> Weights | float:
    """For each line of `places` the share of the query's neighbours that are neighbours there; `row` is used up."""
    together = [min(pair) for pair in pairwise(says)]
    row[:] = 0
    for lines, weight in zip(postings.pairs.find([word.meant for word in query.words]), together, strict=True):
        row[lines] += weight
    return row[places] / sum(together) if together else 0.0
