"""From a person's words to what is looked up: asking words set aside, slips undone, places and levels understood."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from procedures.keyboard import undecoded
from procedures.models import Level
from procedures.text import Token, tokens

from .lexicon import Lexicon

# Phrases with which people ask; they say nothing about which procedure is meant.
ASKING_PHRASES = """
tôi, em, mình, muốn, cho hỏi, xin hỏi, muốn hỏi, hỏi, cần, phải, cần phải, thì, thì cần, thì phải, để, làm thế nào,
làm sao, như thế nào, thế nào, ra sao, bằng cách nào, cần những giấy tờ gì, cần giấy tờ gì, giấy tờ gì, những gì, gì,
bao gồm, gồm, ở đâu, đến đâu, tại đâu, đâu, bao lâu, mất bao lâu, bao nhiêu tiền, bao nhiêu ngày, mất bao nhiêu,
bao nhiêu, khi nào, lúc nào, là gì, là, có phải, có cần, có được, được không, được, không, thủ tục, hồ sơ, thành phần
hồ sơ, quy định, trình tự, điều kiện, thời gian, thời hạn, trường hợp, làm gì, những, các, của, về việc, về, ai, nào,
ạ, nhé, với, vậy, thì sao, và, cho, khi, có, tại, ở, trong, theo, như, nay, ủy ban nhân dân, ubnd,
how to, how do i, how, i want to, i need to, i, where to, where, what do i need, what, please, can, get, a, an, the,
my, of, for, to, in, do, is
"""
ASKING: dict[str, list[list[Token]]] = {}  # first word → phrases, the longest first
for asked in sorted((list(tokens(phrase)) for phrase in ASKING_PHRASES.split(",")), key=len, reverse=True):
    ASKING.setdefault(asked[0].folded, []).append(asked)
ASKED = 0.2  # what an asking word counts beside one that says something
LONGEST = 16  # words of a query that are looked up; the rest says nothing new

LEVELS = {
    Level.COMMUNE: "cấp xã, thị trấn, xã, phường, thôn",
    Level.DISTRICT: "cấp huyện, thành phố, thị xã, tp, huyện",
    Level.PROVINCE: "cấp tỉnh, tỉnh, sở",
}
LEVEL_NAMES: dict[str, list[tuple[list[Token], Level]]] = {}  # first word → names that begin so, the longest first
for named_level, level_names in LEVELS.items():
    for level_name in (list(tokens(name)) for name in level_names.split(",")):
        LEVEL_NAMES.setdefault(level_name[0].folded, []).append((level_name, named_level))
for same_beginning in LEVEL_NAMES.values():
    same_beginning.sort(key=lambda name: -len(name[0]))
NO_LEVEL = {("xa", "hoi"), ("tac", "xa")}  # xã hội, hợp tác xã

# How much an option counts beside the word as it was typed.
MEANT = 0.75  # another word, likelier beside its neighbours than the one that was typed, which exists too
NEARLY = 0.45  # a near word of one that does not exist
BEGUN = 0.4  # a completion of a last word that exists
UNFINISHED = 0.8  # a completion of a last word that does not exist
SYNONYM = 0.7
ABBREVIATION = 0.8
VOWELLESS = re.compile(r"[b-df-hj-np-tv-xz]{2,6}\Z")  # no Vietnamese word: an abbreviation, known or not
INITIALS = re.compile(r"[a-z][b-df-hj-np-tv-xz]{1,5}\Z")


# First word of an everyday phrase → such phrases, each with the official ones that it may stand for.
Synonyms = Mapping[str, Sequence[tuple[tuple[str, ...], Sequence[tuple[str, ...]]]]]
# First word of the names of provinces, districts and communes without their kind → such names, the longest first.
Places = Mapping[str, Sequence[tuple[tuple[str, ...], Level]]]


class Word(NamedTuple):
    """One word of a query: what was typed, and every word of the catalogue that it may stand for, with its weight."""

    text: str  # as it was typed
    typed: str  # folded
    accented: str  # empty when the person types without accents
    options: tuple[tuple[str, float], ...]
    meant: str  # the likeliest option
    says: float = 1.0  # 1 for a word that says what is wanted, less for asking words
    slip: bool = False  # the keyboard or the fingers meant another word

    @property
    def explains(self) -> list[str]:
        """The options that tell a reader why something was found: `chủ`, which exists, is no half-typed `chủng`."""
        has_accents = self.accented not in ("", self.typed)
        return [option for option, weight in self.options if not has_accents or weight > BEGUN]


@dataclass(frozen=True)
class Span:
    """Words `start` to `end` of a query may stand for another phrase of the catalogue."""

    start: int
    end: int
    phrase: tuple[str, ...]
    weight: float

    def __contains__(self, number: int) -> bool:
        return self.start <= number < self.end


@dataclass(frozen=True)
class Query:
    words: tuple[Word, ...] = ()
    spans: tuple[Span, ...] = ()
    levels: frozenset[Level] = field(default_factory=frozenset)

    @property
    def corrected(self) -> bool:
        """Whether another word than a typed one is meant, other than a completion of the last."""
        return any(
            word.slip and not (word is self.words[-1] and word.meant.startswith(word.typed)) for word in self.words
        )


def understand(text: str, lexicon: Lexicon, synonyms: Synonyms, places: Places) -> Query:
    """What is looked up for `text`."""
    as_typed = list(tokens(text))
    typed = list(separated(text, as_typed, lexicon))[:LONGEST]
    if not typed:
        return Query()
    folded = [token.folded for token in typed]
    last = typed[-1].accented if typed[-1].accented != folded[-1] else ""
    meant = lexicon.meant(folded, last)
    says, levels = weigh(typed, meant, lexicon, places)
    with_accents = any(token.accented != token.folded for token in typed)
    query_words = tuple(
        Word(
            text=text[token.start : token.end],
            typed=token.folded,
            accented=token.accented if with_accents else "",
            options=options(lexicon, folded, place, meant[place], last),
            meant=meant[place],
            says=says[place],
            slip=meant[place] != token.folded or token not in as_typed,  # which was decoded, or parted from another
        )
        for place, token in enumerate(typed)
    )
    return Query(query_words, tuple(spans(folded, meant, lexicon, synonyms)), levels)


def separated(text: str, typed: Sequence[Token], lexicon: Lexicon) -> Iterator[Token]:
    """The words of `text`; unknown ones that are undecoded Telex or VNI decoded, two written as one parted."""
    for token in typed:
        if token.folded in lexicon or token.folded in ASKING or not token.folded.isalnum():
            yield token
            continue
        decoded = (next(tokens(word)) for word in undecoded(text[token.start : token.end].lower()))
        known = next((word for word in decoded if word.folded in lexicon), None)
        is_unfinished = token is typed[-1] and lexicon.completions(token.folded)
        parts = [] if known or is_unfinished else lexicon.parted(token.folded)
        if parts:
            yield from placed(parts, token.start)
        else:
            yield known._replace(start=token.start, end=token.end) if known else token


def placed(parts: Sequence[str], start: int) -> Iterator[Token]:
    """The words that were written as one, each with its own place: folding changes no length."""
    for part in parts:
        yield Token(part, part, start, start + len(part))
        start += len(part)


def weigh(
    typed: Sequence[Token], meant: list[str], lexicon: Lexicon, places: Places
) -> tuple[list[float], frozenset[Level]]:
    """How much each word says, and the levels that were named. When only asking words are left, all of them count.

    In `meant` asking words become what was typed: the catalogue need not have them.
    """
    says, levels, place = [1.0] * len(meant), set(), 0
    while place < len(meant):
        length, level = asking(typed, meant, lexicon, place), None
        if length:
            meant[place : place + length] = [token.folded for token in typed[place : place + length]]
        else:
            length, level = named_place(typed, meant, place, places)
        says[place : place + length] = [ASKED] * length
        if level:
            levels.add(level)
        place += length or 1
    if max(says) == ASKED:
        says = [1.0] * len(meant)
    return says, frozenset(levels)


def asking(typed: Sequence[Token], meant: Sequence[str], lexicon: Lexicon, place: int) -> int:
    """How many words from `place` on are a phrase of asking."""
    for phrase in ASKING.get(typed[place].folded, ()):
        if stands_at(typed, place, phrase):
            return 0 if len(phrase) == 1 and belongs(typed, meant, lexicon, place) else len(phrase)
    return 0


def stands_at(typed: Sequence[Token], place: int, phrase: Sequence[Token]) -> bool:
    """Whether a phrase stands at `place`; where accents were typed, they have to be its own."""
    there = typed[place : place + len(phrase)]
    return len(there) == len(phrase) and all(
        token.folded == word.folded and token.accented in (token.folded, word.accented)
        for token, word in zip(there, phrase, strict=True)
    )


def belongs(typed: Sequence[Token], meant: Sequence[str], lexicon: Lexicon, place: int) -> bool:
    """Whether a word typed without accents is one expression with a neighbour: the `can` of `can cuoc`."""
    word = typed[place]
    if word.accented != word.folded or len(word.folded) == 1 or level_at(typed, place + 1)[0]:
        return False
    row = [*meant[:place][-1:], word.folded, *meant[place + 1 : place + 2]]
    return any(lexicon.bound(*pair) for pair in pairwise(row) if not ASKING.keys() >= set(pair))


def level_at(typed: Sequence[Token], place: int) -> tuple[int, Level | None]:
    """How many words from `place` on name a level ("xã", "thị trấn"), and which."""
    if place >= len(typed) or typed[place].folded not in LEVEL_NAMES:
        return 0, None
    around = pairwise(token.folded for token in typed[max(place - 1, 0) : place + 2])
    if NO_LEVEL.intersection(around):
        return 0, None
    names = LEVEL_NAMES[typed[place].folded]
    return next(((len(name), level) for name, level in names if stands_at(typed, place, name)), (0, None))


def named_place(typed: Sequence[Token], meant: Sequence[str], place: int, places: Places) -> tuple[int, Level | None]:
    """How many words from `place` on name a level ("xã"), a place ("Lục Ngạn") or both ("huyện Lục Ngạn")."""
    said, level = level_at(typed, place)
    after = place + said
    for name, found in places.get(meant[after], ()) if after < len(meant) else ():
        # A commune's name alone may be anything; a district's or the province's is what it says.
        is_sure = level or (len(name) > 1 and found != Level.COMMUNE)
        if is_sure and tuple(meant[after : after + len(name)]) == name:
            return said + len(name), level or found
    return said, level


def options(
    lexicon: Lexicon, folded: Sequence[str], place: int, meant: str, last: str
) -> tuple[tuple[str, float], ...]:
    """Every word of the catalogue that the word at `place` may stand for, with its weight; `last` is how the last one
    was spelt, where it was with accents."""
    word, is_last = folded[place], place == len(folded) - 1
    known = word in lexicon
    if known and meant == word and not is_last:  # as most are
        return ((word, 1.0),)
    found = {word: 1.0}
    if not known:
        found.update((near, NEARLY) for near, _slips in lexicon.near(word))
    if is_last and len(word) > 1:
        before = folded[place - 1] if place else ""
        weight = BEGUN if known else UNFINISHED
        found.update((longer, weight) for longer in lexicon.completions(word, before, last))
    if meant != word:
        found[meant] = MEANT if known else 1.0
    return tuple(found.items())


def spans(folded: Sequence[str], meant: Sequence[str], lexicon: Lexicon, synonyms: Synonyms) -> Iterator[Span]:
    """Phrases that may stand for words of the query: synonyms, and abbreviations by their initials."""
    for start, word in enumerate(folded):
        for first in {word, meant[start]}:
            for everyday, phrases in synonyms.get(first, ()):
                end = start + len(everyday)
                if everyday in (tuple(folded[start:end]), tuple(meant[start:end])):
                    yield from (Span(start, end, phrase, SYNONYM) for phrase in phrases)
        if VOWELLESS.match(word) or (word not in lexicon and INITIALS.match(word)):
            yield from (Span(start, start + 1, phrase, ABBREVIATION) for phrase in lexicon.phrases(word))
