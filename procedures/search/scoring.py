"""How well each procedure answers a query: sums over the lines of the catalogue, one row for each word.

A *line* is a title or one everyday name; a query is compared with each of them alone, so that words from two
names do not add up to an answer. What a procedure holds as a whole (its field, agency, results and papers
besides its lines) is compared as well, and counts less.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .postings import Postings, Weights
from .query import Query, Span, Word

LINE_FIT = 0.5  # how far a line must say nothing else to count in full
IN_A_ROW = 0.2  # what words in a row add to a line
WHOLE = 1.4  # what a procedure as a whole counts beside its best line
CALLED_SO = 0.4  # how far all words must stand in titles and names, not only among papers, to count in full
OTHER_ACCENTS = 0.4  # what a word counts whose accents are others than the typed ones
SPAN_COMPLETE = 3  # exponent: how fast a phrase loses weight when words of it are missing
SURE = 0.75  # weight from which an option tells how much its word says


@dataclass(frozen=True)
class Scores:
    """How the procedures answer a query; arrays over procedures, lines, words or two of them."""

    score: Weights  # of each procedure
    share: Weights  # of each procedure: the part of the query that it holds, accents aside
    held: npt.NDArray[np.bool_]  # word × procedure: whether it holds the word, or what stands for it
    lines: Weights  # of each line


def compare(postings: Postings, query: Query) -> Scores:
    by_line = np.zeros((len(query.words), len(postings.texts)), np.float32)
    whole = np.zeros((len(query.words), len(postings.starts)), np.float32)
    for word, in_lines, in_whole in zip(query.words, by_line, whole, strict=True):
        look_up(postings, word, in_lines, in_whole)
    for span in query.spans:
        widen(postings, span, by_line, whole)
    weights = np.array([word.says * says(postings, word) for word in query.words], np.float32)
    total = weights.sum()
    found = weights @ by_line
    fit = np.minimum(found / postings.says, 1)
    lines = found / total * (1 - LINE_FIT + LINE_FIT * fit + IN_A_ROW * in_a_row(postings, query, weights))
    held = whole > 0
    best = np.maximum.reduceat(lines, postings.starts)
    called = weights @ np.maximum.reduceat(by_line, postings.starts, axis=1) / total
    score = (best + WHOLE * (weights @ whole) / total) * (1 - CALLED_SO + CALLED_SO * called)
    return Scores(score, weights @ held / total, held, lines)


def says(postings: Postings, word: Word) -> float:
    """How much a word tells procedures apart, judged by what it surely stands for."""
    known = [
        postings.words[option].says
        for option, weight in word.options.items()
        if option in postings.words and (weight >= SURE or option == word.meant)
    ]
    return max(known, default=postings.unknown)


def look_up(postings: Postings, word: Word, in_lines: Weights, in_whole: Weights) -> None:
    """Fill the rows of a word: in each line and each procedure the weight of the best option that stands there."""
    for option, weight in word.options.items():
        there = postings.words.get(option)
        if there is None:
            continue
        other_spelling = option == word.typed and word.accented and there.spellings
        raise_to(in_lines, there.lines, weight * OTHER_ACCENTS if other_spelling else weight)
        if other_spelling and word.accented in there.spellings:
            raise_to(in_lines, there.spellings[word.accented], weight)
        raise_to(in_whole, there.procedures, weight * there.weights)


def raise_to(row: Weights, places: npt.NDArray[np.int32], weight: float | Weights) -> None:
    row[places] = np.maximum(row[places], weight)


def widen(postings: Postings, span: Span, by_line: Weights, whole: Weights) -> None:
    """Let a phrase stand for words of the query, the more the more of it is there."""
    words = [postings.words[word] for word in dict.fromkeys(span.phrase) if word in postings.words]
    total = sum(word.says for word in words)
    if not total or len(words) < len(set(span.phrase)):
        return
    in_lines, in_whole = np.zeros_like(by_line[0]), np.zeros_like(whole[0])
    for word in words:
        in_lines[word.lines] += word.says
        in_whole[word.procedures] += word.says * word.weights
    rows = slice(span.start, span.end)
    by_line[rows] = np.maximum(by_line[rows], complete(in_lines, total, span.weight))
    whole[rows] = np.maximum(whole[rows], complete(in_whole, total, span.weight))


def complete(row: Weights, total: float, weight: float) -> Weights:
    return weight * (row / total) ** SPAN_COMPLETE


def in_a_row(postings: Postings, query: Query, weights: Weights) -> Weights:
    """For each line the share of the query's neighbours that are neighbours there."""
    row, total = np.zeros(len(postings.texts), np.float32), 0.0
    for number, pair in enumerate(pairwise(word.meant for word in query.words)):
        weight = float(min(weights[number : number + 2]))
        total += weight
        if pair in postings.pairs:
            row[postings.pairs[pair]] += weight
    return row / total if total else row
