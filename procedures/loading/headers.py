"""Where the header of a sheet stands, and what its columns mean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from procedures.tables import Line, Sheet, folded

from .columns import COLUMNS, FLAGS, RUNNING
from .words import MEANINGS

WITHIN = 50  # rows: lists have titles and decisions above their header
DEEPEST = 3  # rows of one header
NEEDED = "code"
NOTE = re.compile(r"\([^)]*\)")
CODE = re.compile(r"\d[.,]\d{6}\b")
EXACT = {folded(header): column.key for column in COLUMNS for header in (*column.vietnamese, *column.english)} | {
    folded(column.key): column.key for column in COLUMNS
}
# A header that only begins with a known one: "Thời hạn giải quyết theo quy định".
BEGINNINGS = sorted((known for known in EXACT if known.count(" ") >= 1), key=len, reverse=True)


@dataclass
class Header:
    """`places`: key → column from 0; a cross column has a key like `levels=province`. `titles` are the headers as they
    stand there, `unread` those that mean nothing here."""

    last_line: int = 0
    places: dict[str, int] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    depth: int = 1

    @property
    def score(self) -> tuple[int, int]:
        """More columns first, then fewer rows: a title above or a row of numbers below belongs to no header."""
        return (len(self.places) if self.places.keys() & {NEEDED, "name"} else 0, -self.depth)


def find_header(sheet: Sheet) -> Header:
    """The rows with the most known headers among the first; without any, a header of no columns."""
    first = list(islice(sheet.lines(), WITHIN))
    best = Header()
    for at in range(len(first)):
        for depth in range(1, DEEPEST + 1):
            rows = first[at : at + depth]
            if len(rows) == depth and not any(is_data(cells) for _number, cells in rows):
                best = max(best, headed(rows), key=lambda header: header.score)
    return best if best.score[0] >= 2 else Header()


def is_data(cells: list[Any]) -> bool:
    return any(CODE.search(str(cell)) for cell in cells if cell)


def headed(rows: list[Line]) -> Header:
    """The header that these rows are together."""
    header = Header(last_line=rows[-1][0], depth=len(rows))
    exact: set[str] = set()
    for at, parts in enumerate(columns_of([cells for _number, cells in rows])):
        title = " ".join(parts)[:80]
        key, is_exact = meaning(tuple(parts))
        if key and (key not in header.places or (is_exact and key not in exact)):
            if key in header.places:
                header.unread.append(header.titles[key])
            header.places[key], header.titles[key] = at, title
            exact |= {key} if is_exact else set()
        elif title and folded(title) not in RUNNING:
            header.unread.append(title)
    return header


def columns_of(rows: list[list[Any]]) -> Iterator[list[str]]:
    """The texts above each column, from top to bottom; what is merged over several columns stands above each."""
    width = max(map(len, rows))
    above = [""] * len(rows)
    for at in range(width):
        texts = [" ".join(str(row[at]).split()) if at < len(row) and row[at] else "" for row in rows]
        for depth, text in enumerate(texts):
            if text:
                above[depth:] = [text, *[""] * (len(rows) - depth - 1)]
            elif any(texts[depth + 1 :]):
                texts[depth] = above[depth]
        yield [text for depth, text in enumerate(texts) if text and text not in texts[:depth]]


@lru_cache(maxsize=4_096)
def meaning(parts: tuple[str, ...]) -> tuple[str, bool]:
    """The key of a column, or no text; and whether its header is exactly a known one."""
    if not parts:
        return "", False
    whole, last = folded(" ".join(parts)), folded(parts[-1])
    for text in (whole, folded(NOTE.sub(" ", " ".join(parts)))):
        if text in EXACT:
            return EXACT[text], True
    if len(parts) > 1:
        parent = meaning(parts[:-1])[0]
        if parent in FLAGS and last in MEANINGS[parent]:
            return f"{parent}={MEANINGS[parent][last].value}", True
        if (key := meaning(parts[-1:])[0]) and parent != key:
            return key, False
        return (parent, False) if parent and parent not in FLAGS else ("", False)
    for flag in ("levels", "channels"):
        if last in MEANINGS[flag] and last not in ("xa", "tinh", "huyen"):
            return f"{flag}={MEANINGS[flag][last].value}", True
    known = next((known for known in BEGINNINGS if whole.startswith(f"{known} ")), "")
    return (EXACT[known], False) if known else ("", False)
