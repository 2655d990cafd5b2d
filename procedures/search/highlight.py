"""Why a result matches: the words of the query marked in the text as it is written, accents and all."""

from typing import NamedTuple

from procedures.text import tokens


class Piece(NamedTuple):
    text: str
    marked: bool


def highlight(text: str, wanted: set[str]) -> list[Piece]:
    """`text` cut into pieces, those that hold a folded word of `wanted` marked; neighbours marked as one."""
    pieces: list[Piece] = []
    end = 0
    for token in tokens(text):
        if token.folded not in wanted:
            continue
        between = text[end : token.start]
        if pieces and pieces[-1].marked and not between.strip():
            pieces[-1] = Piece(pieces[-1].text + between + text[token.start : token.end], True)
        else:
            if between:
                pieces.append(Piece(between, False))
            pieces.append(Piece(text[token.start : token.end], True))
        end = token.end
    if end < len(text):
        pieces.append(Piece(text[end:], False))
    return pieces
