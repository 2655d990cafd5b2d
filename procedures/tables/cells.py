"""What every cell is before it means something: pure functions."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.utils.translation import gettext as _

from procedures.text import words

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is a formula to Excel
SHORT = 200  # characters; longer texts would fill the memory
P = ParamSpec("P")
T = TypeVar("T")


class Uncomputed(str):
    """A formula that was saved without its value: nothing can be read there."""

    __slots__ = ()


def remembered(read: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
    """`read` of a text, with what it gave for the last short ones: a table says the same few things in every row."""
    kept = lru_cache(maxsize=16_384)(read)

    @wraps(read)
    def call(text: str, *more: P.args, **named: P.kwargs) -> T:
        return (kept if len(text) <= SHORT else read)(text, *more, **named)  # type: ignore[arg-type]  # are hashable

    return call


@remembered
def folded(text: str) -> str:
    """A text as it is compared: its words in small letters without accents."""
    return " ".join(words(text))


def text(cell: Any, longest: int, keep_lines: bool = False) -> str:
    """A cell as text, composed and without needless space; a number without its decimal point where nothing stands
    behind it. `keep_lines` leaves its lines apart. ValueError: what cannot be taken, or is longer than `longest`."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, Uncomputed):
        raise ValueError(_("A formula without its value: open the file, save it again, or put the value there."))
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    plain = unicodedata.normalize("NFC", str(cell)).strip()
    if not plain.isprintable():
        check_characters(plain)
        plain = INVISIBLE.sub("", plain)
    if len(plain) > longest:
        raise ValueError(_("More than %(count)d characters.") % {"count": longest})
    lines = map(one_line, plain.splitlines()) if keep_lines else [one_line(plain)]
    return plainly("\n".join(filter(None, lines)))


INVISIBLE = re.compile("[\u200b\u200c\u200d\ufeff\xad]")
LONE = re.compile("[\ud800-\udfff]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def one_line(plain: str) -> str:
    return " ".join(plain.split())


def check_characters(plain: str) -> None:
    if LONE.search(plain):
        raise ValueError(_("Not UTF-8."))
    if CONTROL.search(plain):
        raise ValueError(_("Control characters."))


def harmless(cell: str) -> str:
    """A cell that Excel takes for no formula: an apostrophe in front, which reading takes away again."""
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA) else cell


def plainly(cell: str) -> str:
    """What `harmless` was given."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell
