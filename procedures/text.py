"""Vietnamese text as search sees it: pure functions, no database.

A word has two forms. *Folded*: small letters without any accent, `đ` as `d`, what half of the citizens
type. *Accented*: small letters with accents, the tone mark moved to the end as a digit, so that
`hoà` and `hòa`, composed or decomposed, are one word. In both a closing `y` that is written `i` as well
(`ký`/`kí`, `lý`/`lí`, `quý`/`quí`) is `i`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST_QUERY = 200  # characters; a query beyond it is cut, and the reader told

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}  # Unicode's categories of what no reader sees
TONES = {"\u0300": "1", "\u0301": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
LETTERS = r"(?:[^\W_][\u0300-\u036f]*)+"  # decomposed letters bring their marks along
EITHER_I_OR_Y = re.compile(r"(?:(?<=^[bdđhklmrstv])|(?<=^qu))y(?=\d?$)")
WORD = re.compile(rf"{LETTERS}(?:\.{LETTERS})*")  # a dot inside a word stays: 1.001193


class Token(NamedTuple):
    """A word of a text, with its place in it (character offsets, end excluded)."""

    folded: str
    accented: str
    start: int
    end: int


def clean(text: str) -> str:
    """What a person typed, as one line: composed (NFC), without control characters, single spaces."""
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():
        composed = "".join(" " if unicodedata.category(letter) in HIDDEN else letter for letter in composed)
    return " ".join(composed.split())


def fold(text: str) -> str:
    """Small letters without accents; `đ`, which no Unicode normalisation decomposes, becomes `d`."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def accented(word: str) -> str:
    """The word with its vowels' marks kept and its tone as a digit at the end: `hoà`, `hòa` → `hoa1`."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tone = "".join(TONES[letter] for letter in decomposed if letter in TONES)
    return unicodedata.normalize("NFC", "".join(letter for letter in decomposed if letter not in TONES)) + tone


def is_begun(word: str, typed: str, unmarked: bool = False) -> bool:
    """Whether `typed` is the beginning of `word`, both accented; a tone that was typed is the word's.

    Who types the marks of letters last has none yet: with `unmarked` a letter may still get one (`đuon`: *đường*).
    """
    letters, tone = letters_and_tone(typed)
    whole, its_tone = letters_and_tone(word)
    if tone not in ("", its_tone) or len(letters) > len(whole):
        return False
    return all(mine == its or (unmarked and mine == fold(its)) for mine, its in zip(letters, whole, strict=False))


def letters_and_tone(accented: str) -> tuple[str, str]:
    return (accented[:-1], accented[-1]) if accented[-1:] in TONES.values() else (accented, "")


def tokens(text: str) -> Iterator[Token]:
    """The words of `text` in order; codes such as 1.001193 stay whole. Offsets are those of `text` itself."""
    for match in WORD.finditer(text):
        word = match[0]
        if "." in word and not word[0].isdigit():
            yield from parts(word, match.start())
        else:
            yield Token(*forms(word), *match.span())


def parts(word: str, start: int) -> Iterator[Token]:
    """The pieces of a dotted word that is no code (T.P., B.H.X.H): single letters join, others part."""
    pieces = word.split(".")
    if all(len(piece) == 1 for piece in pieces):
        joined = "".join(pieces)
        yield Token(fold(joined), accented(joined), start, start + len(word))
        return
    for piece in pieces:
        yield Token(*forms(piece), start, start + len(piece))
        start += len(piece) + 1


@lru_cache(maxsize=50_000)  # a catalogue has a few thousand words, each some hundred times
def forms(word: str) -> tuple[str, str]:
    """The two forms of a word: folded, accented."""
    return EITHER_I_OR_Y.sub("i", fold(word)), EITHER_I_OR_Y.sub("i", accented(word))


def both_forms(text: str) -> list[tuple[str, str]]:
    """The words of `text` as folded and accented: those of `tokens`, without the cost of their places."""
    found: list[tuple[str, str]] = []
    for word in WORD.findall(text):
        if "." in word and not word[0].isdigit():
            found.extend((token.folded, token.accented) for token in parts(word, 0))
        else:
            found.append(forms(word))
    return found


def words(text: str) -> list[str]:
    """The folded words of `text`."""
    return [folded for folded, _accented in both_forms(text)]
