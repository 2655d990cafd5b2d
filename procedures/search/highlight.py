"""Why a result matches: the words of the query marked in the text as it is written, accents and all."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from procedures.text import tokens


class Piece(NamedTuple):
    text: str
    marked: bool


def highlight(text: str, wanted: Collection[str]) -> list[Piece]:
    """`text` cut into pieces, those that hold a folded word of `wanted` marked; neighbours marked as one."""
    return cut(text, ((token.start, token.end) for token in tokens(text) if token.folded in wanted))


def cut(text: str, places: Iterable[tuple[int, int]]) -> list[Piece]:
    """`text` cut at `places` (start, end), in order; marked places with only white space between them are one."""
    pieces: list[Piece] = []
    end = 0
    for start, stop in places:
        between = text[end:start]
        if pieces and pieces[-1].marked and not between.strip():
            pieces[-1] = Piece(pieces[-1].text + between + text[start:stop], True)
        else:
            if between:
                pieces.append(Piece(between, False))
            pieces.append(Piece(text[start:stop], True))
        end = stop
    if end < len(text):
        pieces.append(Piece(text[end:], False))
    return pieces
