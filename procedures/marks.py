"""Texts of the catalogue as HTML, with the words of a query marked."""

import re
from collections.abc import Iterable
from sys import intern

from django.utils.html import escape
from django.utils.safestring import SafeString

from .search import Index, Piece, highlight

SPECIAL = re.compile(r"[<>&\"']")
TWO_IN_ONE = re.compile(r"\w[^\w ]+\w|_|[^\S ]|  |^ | $")  # perhaps two words without a blank, or no single blanks


class Marks:
    """Marks the words of the catalogue whose folded form is `wanted`.

    A list shows forty texts, each list with other words marked, so what can be is done once for a state of the
    catalogue: texts are cut at their blanks, and each word is written as it looks when it is marked.
    """

    def __init__(self, index: Index, wanted: set[str]) -> None:
        self.wanted = wanted
        self.parts: dict[str, list[str]] = index.kept.setdefault("parts", {})
        self.marked: dict[str, str] = {}  # what is written between two blanks → its HTML
        kept = index.kept.setdefault("marked", {})
        for word in index.postings.written.keys() & wanted:
            if word not in kept:
                kept[word] = {part: html(highlight(part, {word})) for part in index.postings.written[word]}
            self.marked.update(kept[word])

    def html(self, text: str) -> str:
        """`text` with the wanted words marked, neighbours as one."""
        parts = self.parts.get(text)
        if parts is None:
            parts = self.parts[text] = parts_of(text)
        if not parts:
            return html(highlight(text, self.wanted))
        marked = self.marked
        return " ".join(map(marked.get, parts, parts)).replace("</mark> <mark>", " ")


def parts_of(text: str) -> list[str]:
    """What stands between the blanks of `text`; nothing unless no character needs escaping, and its words stand one by
    one between single blanks. The same words of many texts are one object."""
    return [] if SPECIAL.search(text) or TWO_IN_ONE.search(text) else [*map(intern, text.split(" "))]


def html(pieces: Iterable[Piece]) -> SafeString:
    return SafeString("".join([f"<mark>{plain(text)}</mark>" if marked else plain(text) for text, marked in pieces]))


def plain(text: str) -> str:
    """`text` escaped, which most of it need not be."""
    return escape(text) if SPECIAL.search(text) else text
