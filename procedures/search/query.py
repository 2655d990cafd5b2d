"""From a person's words to a tantivy query: asking words dropped, synonyms widened, slips of the keyboard forgiven."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import OSA

from procedures.text import Token, tokens

from .index import ACCENTED, WEIGHTS, Index

MUST, SHOULD = tantivy.Occur.Must, tantivy.Occur.Should

# Phrases with which people ask, as folded words; they say nothing about which procedure is meant.
ASKING_PHRASES = """
toi muon, em muon, minh muon, cho toi hoi, cho em hoi, cho hoi, xin hoi, toi can, em can, lam the nao de,
lam the nao, lam sao de, lam sao, nhu the nao, the nao, ra sao, bang cach nao, can nhung giay to gi, can
giay to gi, giay to gi, can nhung gi, can gi, gom nhung gi, bao gom nhung gi, nhung gi, o dau, den dau,
tai dau, bao lau, mat bao lau, bao nhieu tien, het bao nhieu, bao nhieu, khi nao, la gi, co phai, co can,
co duoc, duoc khong, thi, khong, thu tuc, ho so, quy dinh, can, phai, thi can, lam gi, nhung, cac, cua,
ve viec, ai, how to, how do i, i want to, where to, what do i need, please, a, the, my, of, for
"""
ASKING = sorted((tuple(phrase.split()) for phrase in ASKING_PHRASES.split(",")), key=len, reverse=True)
NEAR = 8  # near words tried for one that the catalogue does not know
LONGEST = 12  # words of a query that are looked up; the rest says nothing new


@dataclass(frozen=True)
class Words:
    """A query as words: those that count, each with the words of the catalogue that may be meant."""

    tokens: tuple[Token, ...]

    @property
    def folded(self) -> tuple[str, ...]:
        return tuple(token.folded for token in self.tokens)


def understand(text: str) -> Words:
    """The words of a query that count, in order. When nothing but asking words is left, all of them count."""
    every = list(tokens(text))
    kept: list[Token] = []
    position = 0
    while position < len(every):
        folded = tuple(token.folded for token in every[position : position + 6])
        phrase = next((phrase for phrase in ASKING if folded[: len(phrase)] == phrase), ())
        if phrase:
            position += len(phrase)
        else:
            kept.append(every[position])
            position += 1
    return Words(tuple((kept or every)[:LONGEST]))


@lru_cache(maxsize=4096)
def near_words(word: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """Words of the catalogue within one slip of the keyboard from four letters on, within two from seven."""
    slips = 2 if len(word) >= 7 else 1 if len(word) >= 4 else 0
    if not slips or word[0].isdigit():
        return ()
    found = process.extract(word, vocabulary, scorer=OSA.distance, score_cutoff=slips, limit=NEAR)
    return tuple(sorted((match for match, _distance, _key in found), key=lambda match: OSA.distance(word, match)))


def completions(index: Index, prefix: str) -> list[str]:
    """The commonest words of titles and names that begin with what was typed last."""
    if len(prefix) < 2:
        return []
    found = index.searcher.terms_with_prefix("title", prefix, limit=12)
    found += index.searcher.terms_with_prefix("names", prefix, limit=12)
    return list(dict.fromkeys(term for term, _count in found if term != prefix))


def boosted(query: tantivy.Query, weight: float) -> tantivy.Query:
    return tantivy.Query.boost_query(query, weight)


def any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(SHOULD, query) for query in queries])


def all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(MUST, query) for query in queries])


def best_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.disjunction_max_query(list(queries), tie_breaker=0.2)


def in_fields(index: Index, word: str, weight: float = 1.0) -> tantivy.Query:
    """`word`, folded, in any field, each by its weight."""
    term = tantivy.Query.term_query
    return best_of([boosted(term(index.schema, name, word), weight * boost) for name, boost in WEIGHTS.items()])


def one_word(index: Index, token: Token, last: bool, fuzzy: bool) -> tantivy.Query:
    """A word as typed, or what it may become: completed when it is the last, corrected when nothing knows it."""
    options = [in_fields(index, token.folded)]
    known = token.folded in index.vocabulary
    if last:
        options += [in_fields(index, word, 0.5) for word in completions(index, token.folded)]
    if fuzzy or not known:
        options += [in_fields(index, word, 0.5) for word in near_words(token.folded, index.words)]
    return best_of(options)


def segments(index: Index, folded: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """The query cut into the longest spans that have a synonym, and single words between them."""
    longest = max(map(len, index.synonyms), default=1)
    start = 0
    while start < len(folded):
        lengths = range(min(longest, len(folded) - start), 0, -1)
        length = next((size for size in lengths if folded[start : start + size] in index.synonyms), 1)
        yield start, start + length
        start += length


def strict(index: Index, query: Words, fuzzy: bool) -> list[tantivy.Query]:
    """One part for each word, or for each span with a synonym: together they are what must be found."""
    found = []
    for start, end in segments(index, query.folded):
        span = query.tokens[start:end]
        officials = index.synonyms.get(query.folded[start:end], [])
        # What a synonym knows is a whole word: it is not completed.
        typed = all_of([one_word(index, token, token is query.tokens[-1] and not officials, fuzzy) for token in span])
        others = [boosted(all_of([in_fields(index, word) for word in official]), 0.6) for official in officials]
        found.append(best_of([typed, *others]) if others else typed)
    return found


def rewards(index: Index, query: Words) -> list[tantivy.Query]:
    """What ranks without being asked for: the exact name, words in a row, accents as typed."""
    folded = query.folded
    extra = [boosted(tantivy.Query.term_query(index.schema, "exact", "_".join(folded)), 6.0)]
    for name in ("title", "names"):
        if len(folded) > 1:
            phrase = tantivy.Query.phrase_query(index.schema, name, list[Any](folded))
            extra.append(boosted(phrase, 2.0))
        extra.extend(
            boosted(tantivy.Query.phrase_query(index.schema, name, list[Any](pair)), 0.6) for pair in pairwise(folded)
        )
    for token in query.tokens:
        if token.accented != token.folded:
            for name, weight in ACCENTED.items():
                extra.append(boosted(tantivy.Query.term_query(index.schema, name, token.accented), weight))
    return extra


def with_rewards(index: Index, query: Words, required: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.boolean_query([(MUST, required), *((SHOULD, extra) for extra in rewards(index, query))])


def loose(parts: list[tantivy.Query]) -> tantivy.Query:
    """Most of the parts: one of two, two of three, three of five."""
    enough = 1 if len(parts) < 3 else (len(parts) * 3 + 4) // 5
    return tantivy.Query.boolean_query([(SHOULD, part) for part in parts], minimum_number_should_match=enough)
