"""How well each procedure answers a query: sums over the lines of the catalogue, one row for each word.

A *line* is a title or one everyday name; a query is compared with each of them alone, so that words from two
names do not add up to an answer. What a procedure holds as a whole (its field, agency, results and papers
besides its lines) is compared as well, and counts less.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .postings import Postings, Weights
from .query import Query, Word

LINE_FIT = 0.5  # how far a line must say nothing else to count in full
IN_A_ROW = 0.2  # what words in a row add to a line
WHOLE = 1.4  # what a procedure as a whole counts beside its best line
CALLED_SO = 0.4  # how far all words must stand in titles and names, not only among papers, to count in full
HELD = 0.05  # the weight from which a procedure is said to hold a word
SURE = 0.75  # weight from which an option tells how much its word says


@dataclass(frozen=True)
class Scores:
    """How the procedures answer a query; arrays over procedures, lines, words or two of them."""

    score: Weights  # of each procedure
    share: Weights  # of each procedure: the part of the query that it holds, accents aside
    held: npt.NDArray[np.bool_]  # word × procedure: whether it holds the word, or what stands for it
    lines: Weights  # of each line


def compare(postings: Postings, query: Query) -> Scores:
    weights = np.array([word.says * says(postings, word) for word in query.words], np.float32)
    total = weights.sum()
    found = np.zeros(len(postings.texts), np.float32)
    whole, called = np.zeros((2, len(query.words), len(postings.starts)), np.float32)
    for number, (word, weight) in enumerate(zip(query.words, weights, strict=True)):
        standing = postings.standing(word.typed, word.accented, word.options)
        phrases = [(postings.phrase(span.phrase), span.weight) for span in query.spans if number in span]
        if phrases:
            row = np.zeros_like(found)
            standing.raise_in(row, whole[number], called[number])
            for phrase, lowered in phrases:
                phrase.raise_in(row, whole[number], called[number], lowered)
            found += weight * row
        else:
            found[standing.lines] += weight * standing.line_weights
            whole[number, standing.procedures] = standing.weights
            called[number, standing.called] = standing.called_weights
    fit = np.minimum(found / postings.says, 1)
    lines = found / total * (1 - LINE_FIT + LINE_FIT * fit + IN_A_ROW * in_a_row(postings, query, weights))
    held = whole >= HELD
    best = np.maximum.reduceat(lines, postings.starts)
    score = (best + WHOLE * (weights @ whole) / total) * (1 - CALLED_SO + CALLED_SO * (weights @ called) / total)
    return Scores(score, weights @ held / total, held, lines)


def says(postings: Postings, word: Word) -> float:
    """How much a word tells procedures apart, judged by what it surely stands for."""
    known = [
        postings.words[option].says
        for option, weight in word.options
        if option in postings.words and (weight >= SURE or option == word.meant)
    ]
    return max(known, default=postings.unknown)


def in_a_row(postings: Postings, query: Query, weights: Weights) -> Weights:
    """For each line the share of the query's neighbours that are neighbours there."""
    row, total = np.zeros(len(postings.texts), np.float32), 0.0
    for number, pair in enumerate(pairwise(word.meant for word in query.words)):
        weight = float(min(weights[number : number + 2]))
        total += weight
        if pair in postings.pairs:
            row[postings.pairs[pair]] += weight
    return row / total if total else row
