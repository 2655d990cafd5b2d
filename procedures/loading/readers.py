"""How the cell of each column is read. Each raises `Wrong` with what would be right."""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from procedures.models import Channel, LegalDocument, OnlineLevel, parse_code
from procedures.tables import folded, text

from . import lines, values
from .drafts import PARTS
from .faults import shown
from .values import Wrong

CODE = re.compile(r"(?:\d\.\d{6}|(?=.*[A-Z])(?=.*\d)[0-9A-Z]+(?:[.-][0-9A-Z]+)*)\Z")
ONLINE = {"toan trinh": OnlineLevel.FULL, "mot phan": OnlineLevel.PARTIAL, "cung cap thong tin": OnlineLevel.NONE}
CODE_RIGHT = "1.001193; 1.001193.000.00.00.H02; BG-STP-01"
LONGEST_PARTS: dict[str, dict[str, int]] = {
    key: {field.name: field.max_length for field in model._meta.concrete_fields if field.max_length}
    for key, model in {**PARTS, "channels": Channel, "legal_basis": LegalDocument}.items()
}


def check_lengths(key: str, told: Any) -> None:
    """Refuse parts whose texts the catalogue has no room for."""
    rows = told[0] if key == "channels" else told if key in LONGEST_PARTS else []
    for name, longest in LONGEST_PARTS.get(key, {}).items():
        for row in rows:
            if len(str(row.get(name, ""))) > longest:
                message = _("More than %(count)d characters: %(text)s") % {"count": longest, "text": shown(row[name])}
                raise Wrong(message)


def read_code(cell: Any) -> str:
    """A code in any spelling; a spreadsheet that took one for a number lost the zeros at its end."""
    if isinstance(cell, float) and 1 <= cell < 10:
        cell = f"{cell:.6f}"
    plain = text(cell, 80)
    if not plain:
        raise Wrong(_("This is needed."), CODE_RIGHT)
    code = parse_code(re.sub(r"\A(\d),(\d{6})", r"\1.\2", plain))
    if short := re.fullmatch(r"(\d)[.,](\d{3,5})", plain):
        raise Wrong(_("A digit is missing, perhaps a zero at the end."), f"{short[1]}.{short[2]:0<6}?")
    if not CODE.match(code) or len(code) > 40 or has_words(plain):
        raise Wrong(_("Not a code of a procedure."), CODE_RIGHT)
    return code


def has_words(plain: str) -> bool:
    return sum(word.isalpha() for word in plain.split()) > 1


def has_code(cell: Any) -> bool:
    try:
        return bool(read_code(cell))
    except ValueError:
        return False


def read_online(plain: str) -> Any:
    """An online level by its name, whatever stands around it: “Dịch vụ công trực tuyến toàn trình”."""
    named = [level for words, level in ONLINE.items() if words in folded(plain)]
    return named[0] if len(named) == 1 else values.one_of(plain, "online")


def read_bool(plain: str) -> bool:
    return values.one_of(plain, "bool") is True


def read_rank(plain: str) -> int:
    if not re.fullmatch(r"[0-4]?", plain):
        raise Wrong(_("The everyday rank goes from 0 to 4."), "0; 1; 2; 3; 4")
    return int(plain or 0)


def needed(plain: str) -> str:
    if not plain:
        raise Wrong(_("This is needed."))
    return plain


READERS: dict[str, Callable[[str], Any]] = {
    "name": needed,
    "levels": lambda plain: values.several(plain, "levels"),
    "audiences": lambda plain: values.several(plain, "audiences"),
    "online": read_online,
    "source": lambda plain: values.one_of(plain, "source"),
    "channels": lines.read_channels,
    "documents": lines.read_documents,
    "results": lines.read_results,
    "names": lines.read_names,
    "legal_basis": lambda plain: list(lines.read_laws(plain)),
    "electronic_process": read_bool,
    "at_center": read_bool,
    "published": lambda plain: not plain or read_bool(plain),
    "everyday_rank": read_rank,
    "replaced_by": lambda plain: parse_code(plain),
}
