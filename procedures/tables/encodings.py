"""Which encoding a text file is written in: told by its mark, or guessed by which one makes it Vietnamese.

Windows-1258 and TCVN3 (also called ABC) are what Vietnamese programs wrote before UTF-8.
"""

import codecs
import re
import unicodedata
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

# What TCVN3 means by the bytes from 0x80 on (TCVN 5712:1993, VN1; TCVN3 uses a part of it).
TCVN3 = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\xa0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
SAMPLE = 1 << 20  # bytes that are looked at
MOST_WORDS = 3_000  # that are judged
SIGNS = "–—…“”‘’°§×₫½\xa0"  # that stand in Vietnamese texts
PLAUSIBLE = 0.6  # of the words with accents are Vietnamese syllables
TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*")
SYLLABLE = re.compile(
    r"(?:ngh?|gh?|gi|kh|ph|th|tr|ch|nh|qu|[bcdđhklmnprstvx])?[aăâeêioôơuưy]{1,3}(?:ng|nh|ch|[cmnpt])?\Z"
)


class Encoding(NamedTuple):
    """`codec` reads the bytes; where there is a `table`, what it gives is translated by it."""

    name: str
    codec: str
    errors: str = "strict"
    table: dict[int, str] | None = None
    is_guess: bool = False

    def decode(self, text: str) -> str:
        """What the codec read, as composed Vietnamese."""
        if self.table:
            text = text.translate(self.table)
        return unicodedata.normalize("NFC", text) if self.is_guess else text


# Bytes that are no UTF-8 become lone surrogates, so that a fault can name their line and column.
UTF_8 = Encoding("UTF-8", "utf-8", "surrogateescape")
MARKS = {
    codecs.BOM_UTF8: Encoding("UTF-8", "utf-8-sig", "surrogateescape"),
    codecs.BOM_UTF16_LE: Encoding("UTF-16", "utf-16"),
    codecs.BOM_UTF16_BE: Encoding("UTF-16", "utf-16"),
}
OLD = (
    Encoding("Windows-1258", "cp1258", "surrogateescape", is_guess=True),
    Encoding("TCVN3", "latin-1", "strict", dict(enumerate(TCVN3, start=0x80)), is_guess=True),
)


def guess(sample: bytes) -> Encoding:
    """The encoding of a file that begins with `sample`."""
    for mark, encoding in MARKS.items():
        if sample.startswith(mark):
            return encoding
    evens, odds = sample[0::2].count(0), sample[1::2].count(0)
    if max(evens, odds) > len(sample) // 8 and max(evens, odds) > 4 * min(evens, odds):
        name = "utf-16-le" if odds > evens else "utf-16-be"
        return Encoding("UTF-16", name, is_guess=True)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        share, best = max(((vietnamese(sample, one), one) for one in (*OLD, UTF_8)), key=itemgetter(0))
        return best if share >= PLAUSIBLE else UTF_8
    return UTF_8


def vietnamese(sample: bytes, encoding: Encoding) -> float:
    """The share of Vietnamese syllables among the words that have a letter beyond ASCII, from 0 to 1."""
    text = encoding.decode(sample.decode(encoding.codec, encoding.errors))
    words = list(islice((word for word in WORD.findall(text) if not word.isascii()), MOST_WORDS))
    # A lone surrogate or a sign stands where a letter was lost.
    broken = sum(not (letter.isascii() or letter.isalpha() or letter in SIGNS) for letter in text[:100_000])
    return sum(map(is_syllable, words)) / (len(words) + broken) if words else 0.0


def is_syllable(word: str) -> bool:
    decomposed = unicodedata.normalize("NFD", word.lower())
    plain = decomposed.translate(TONES)
    return len(decomposed) - len(plain) <= 1 and bool(SYLLABLE.match(unicodedata.normalize("NFC", plain)))
