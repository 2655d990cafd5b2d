"""How well each procedure answers a query: sums over the lines of the catalogue, one row for each word.

A *line* is a title or one everyday name; a query is compared with each of them alone, so that words from two
names do not add up to an answer. What a procedure holds as a whole (its field, agency, results and papers
besides its lines) is compared as well, and counts less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .postings import Numbers, Postings, Weights
from .query import Query

LINE_FIT = 0.5  # how far a line must say nothing else to count in full
IN_A_ROW = 0.2  # what words in a row add to a line
WHOLE = 1.4  # what a procedure as a whole counts beside its best line
CALLED_SO = 0.4  # how far all words must stand in titles and names, not only among papers, to count in full
FAR_BELOW = 0.2  # lines that hold less beside the one that holds most cannot be the answer


@dataclass(frozen=True)
class Scores:
    """How the procedures answer a query; arrays over procedures, lines, words or two of them."""

    score: Weights  # of each procedure
    share: Weights  # of each procedure: the part of the query that it holds, accents aside
    holders: list[int]  # of each word the set of procedures that hold it, or what stands for it
    places: Numbers  # the lines that hold more than a little of it, in their order
    similar: Weights  # of each of these, how alike it is

    def best_lines(self, lines: Sequence[range]) -> list[int]:
        """Of each range of lines the one that is most alike; the first of them when none holds anything."""
        bounds = self.places.searchsorted([(each.start, each.stop) for each in lines]).tolist()
        return [
            int(self.places[first + self.similar[first:after].argmax()]) if first < after else each.start
            for each, (first, after) in zip(lines, bounds, strict=True)
        ]


def compare(postings: Postings, query: Query) -> Scores:
    """All sums stand in one row, so that a word adds its weights at once: calls of NumPy cost more than numbers do."""
    lines, size = len(postings.texts), len(postings.starts)
    sums = np.zeros(lines + 3 * size, np.float32)
    says, holders = [], []
    for number, word in enumerate(query.words):
        phrases = tuple((span.phrase, span.weight) for span in query.spans if number in span)
        said, laid = postings.standing(word.typed, word.accented, word.meant, word.options, phrases)
        says.append(weight := word.says * said)
        holders.append(laid.holders)
        np.add.at(sums, laid.places.astype(np.intp), laid.weights * weight)
    found, (whole, called, share) = sums[:lines], sums[lines:].reshape(3, size)
    places = (found > FAR_BELOW * np.maximum.reduce(found)).nonzero()[0]
    similar = similarity(postings, query, says, found, places)
    total = sum(says)
    score = best_of(postings, places, similar) + whole * (WHOLE / total)
    score *= called * (CALLED_SO / total) + (1 - CALLED_SO)
    return Scores(score, share / total, holders, places, similar)


def similarity(postings: Postings, query: Query, says: list[float], found: Weights, places: Numbers) -> Weights:
    """How alike the query and each line of `places` are, from what was `found` in them."""
    there = found[places]
    fit = np.minimum(there / postings.says[places], 1)
    row = in_a_row(postings, query, says, places)
    return there / sum(says) * (1 - LINE_FIT + LINE_FIT * fit + IN_A_ROW * row)


def best_of(postings: Postings, places: Numbers, similar: Weights) -> Weights:
    """For each procedure its best line's likeness; 0 when no line of it was found."""
    best = np.zeros(len(postings.starts), np.float32)
    np.maximum.at(best, postings.number_of[places], similar)
    return best


def in_a_row(postings: Postings, query: Query, says: list[float], places: Numbers) -> Weights | float:
    """For each line of `places` the share of the query's neighbours that are neighbours there."""
    together = [min(pair) for pair in pairwise(says)]
    row = np.zeros(len(postings.texts), np.float32)
    for (first, second), weight in zip(pairwise(query.words), together, strict=True):
        row[postings.pairs.lines_of(first.meant, second.meant)] += weight
    return row[places] / sum(together) if together else 0.0
