"""Texts of the catalogue as HTML, with the words of a query marked."""

import re
from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString

from procedures.text import forms

from .search import Piece, highlight

SPECIAL = re.compile(r"[<>&\"']")


class Marks(dict[str, str]):
    """What is written between two blanks → its HTML, the words whose folded form is `wanted` marked.

    Filled when it is asked: the texts of one list share most of what is written in them.
    """

    def __init__(self, wanted: set[str]) -> None:
        self.wanted = wanted

    def __missing__(self, written: str) -> str:
        if written.isalpha():  # one word, and nothing to escape
            self[written] = f"<mark>{written}</mark>" if forms(written)[0] in self.wanted else written
        else:
            self[written] = html(highlight(written, self.wanted))
        return self[written]

    def html(self, text: str) -> str:
        """`text` with the wanted words marked, neighbours as one."""
        return " ".join([self[written] for written in text.split(" ")]).replace("</mark> <mark>", " ")


def html(pieces: Iterable[Piece]) -> SafeString:
    return SafeString("".join([f"<mark>{plain(text)}</mark>" if marked else plain(text) for text, marked in pieces]))


def plain(text: str) -> str:
    """`text` escaped, which most of it need not be."""
    return escape(text) if SPECIAL.search(text) else text
