"""The parts of a procedure in one cell, a line each: `Trực tiếp | 5 ngày làm việc | Miễn phí | ghi chú | căn cứ`.

What is written so is read back as it was. Lines without bars, as people write them, are read as far as they can be.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from procedures.models import LegalKind

from .values import Fee, Time, Wrong, channel_of, channels_in, fees, one_fee, one_of, one_time, times
from .words import written

Values = dict[str, Any]
BAR = " | "
BULLET = re.compile(r"(?:[-–+•*●▪]|\d{1,2}[.)]|[a-zđ][.)])\s*(?=\S)")
SPLIT = re.compile(r"(?<!\\)((?:\\\\)*)\|")
COUNT = re.compile(r"[(;,]?\s*(?:số lượng\s*)?(bản chính|bản sao)\s*:?\s*(\d{1,2})\s*\)?", re.IGNORECASE)
CHANNEL_RIGHT = "Trực tiếp; Trực tuyến; Bưu chính; Trực tiếp: 5 ngày làm việc"
LAW = re.compile(r"\d{1,5}[a-zđ]?(?:/\d{4})?(?:/TTLT)?/[A-ZĐƯ][A-ZĐƯa-z0-9]*(?:-[A-ZĐƯ][A-ZĐƯa-z0-9&]*)*")
LAW_RIGHT = "Nghị định số 123/2015/NĐ-CP; 60/2014/QH13"
KINDS = {  # what a number says by the letters behind the year: Art. 7 Decree 78/2025/NĐ-CP
    "QH": LegalKind.LAW,
    "PL": LegalKind.ORDINANCE,
    "UBTVQH": LegalKind.ORDINANCE_OR_RESOLUTION,
    "NĐ": LegalKind.DECREE,
    "QĐ": LegalKind.DECISION,
    "TT": LegalKind.CIRCULAR,
    "TTLT": LegalKind.JOINT_CIRCULAR,
    "NQ": LegalKind.RESOLUTION,
}


# Writing ---------------------------------------------------------------------------------------


def line(*pieces: str, least: int = 1) -> str:
    """Pieces with bars between them, without empty ones at the end, but `least` of them."""
    escaped = [piece.replace("\\", "\\\\").replace("|", "\\|") for piece in pieces]
    while len(escaped) > least and not escaped[-1]:
        escaped.pop()
    text = BAR.join(escaped)
    return f"\\{text}" if BULLET.match(text) else text


def channel_line(row: Values) -> str:
    time = "" if row["time"] is None else " ".join(filter(None, (str(row["time"]), written("unit", row["unit"]))))
    fee = (
        ""
        if row["fee_vnd"] is None
        else f"{row['fee_vnd']:,} đồng".replace(",", ".")
        if row["fee_vnd"]
        else "Miễn phí"
    )
    return line(written("channels", row["kind"]), time, fee, row["note"], row["basis"], least=2)


def document_line(row: Values) -> str:
    counts = (f"{row['originals']} bản chính", f"{row['copies']} bản sao")
    return line(row["name"], *counts, row["form"], row["case"])


def name_line(row: Values) -> str:
    return line(row["name"], written("language", row["language"]), written("origin", row["origin"]))


def law_line(row: Values) -> str:
    return line(row["number"], written("kind", row["kind"]), row["title"])


# Reading ---------------------------------------------------------------------------------------


def pieces(text: str, count: int) -> list[str] | None:
    """The pieces of a line with bars, `count` of them; None where no bar is."""
    marked = text[1:] if text.startswith("\\") and BULLET.match(text[1:]) else text
    parts = split(marked)
    if len(parts) == 1:
        return None
    if len(parts) > count:
        raise Wrong(_("Too many bars in a line."), BAR.join("…" for _place in range(count)))
    return [plain(part) for part in parts] + [""] * (count - len(parts))


def split(text: str) -> list[str]:
    """`text` at its bars, but not at `\\|`."""
    if "\\" not in text:
        return text.split("|")
    ends = [match.end() for match in SPLIT.finditer(text)]
    return [text[start : end - 1] for start, end in zip([0, *ends], [*ends, len(text) + 1], strict=True)]


def plain(text: str) -> str:
    return (re.sub(r"\\([\\|])", r"\1", text) if "\\" in text else text).strip()


def bare(text: str) -> str:
    """A line of a list without its bullet or number."""
    if text.startswith("\\") and BULLET.match(text[1:]):
        return plain(text[1:])
    return plain(BULLET.sub("", text, count=1)) if BULLET.match(text) else plain(text)


def read_channels(cell: str) -> tuple[list[Values], list[str]]:
    """Whole rows, from lines with bars; or kinds alone, from words."""
    rows: list[Values] = []
    kinds: list[str] = []
    for text in cell.splitlines():
        parts = pieces(text, 5)
        if parts:
            rows.append(channel_row(parts))
            continue
        kind, rest = channel_of(text.strip(" -–+•*\t"))
        if kind and any(letter.isdigit() for letter in rest):
            rows.append({**EMPTY, "kind": kind, **time_or_fee(rest)})
            continue
        found = channels_in(text)
        if not found:
            raise Wrong(_("Unknown channel."), CHANNEL_RIGHT)
        kinds += [str(kind.value) for kind in found]
    return rows, list(dict.fromkeys(kinds))


EMPTY: Values = {"time": None, "unit": "", "fee_vnd": None, "note": "", "basis": ""}


def channel_row(parts: list[str]) -> Values:
    kind, time, fee, note, basis = parts
    told = (times(time) or [Time(None, "")])[0]
    cost = (fees(fee) or [Fee(None)])[0]
    kind = one_of(kind, "channels")
    return {
        "kind": str(kind),
        "time": told.value,
        "unit": str(told.unit),
        "fee_vnd": cost.amount,
        "note": note,
        "basis": basis,
    }


def time_or_fee(text: str) -> Values:
    """`5 ngày làm việc`, `5 ngày làm việc; 10.000 đồng`: what stands behind a channel and a colon."""
    row: Values = {}
    for part in filter(str.strip, re.split(r"[;,](?!\d)", text)):
        try:
            told = one_time(part.strip(), "")
            row |= {"time": told.value, "unit": str(told.unit), "note": told.note}
        except Wrong:
            cost = one_fee(part.strip(), has_unit=False)
            row |= {"fee_vnd": cost.amount, "note": row.get("note") or cost.note}
    return row


def read_documents(cell: str) -> list[Values]:
    rows = []
    for text in cell.splitlines():
        parts = pieces(text, 5)
        if parts:
            name, originals, copies, form, case = parts
            rows.append(
                {"name": name, "originals": count(originals), "copies": count(copies), "form": form, "case": case}
            )
            continue
        counts = {match[1].lower(): int(match[2]) for match in COUNT.finditer(text)}
        name = bare(COUNT.sub("", text)).rstrip(" ;,.:")
        rows.append(
            {
                **{"name": name, "form": "", "case": ""},
                **{"originals": counts.get("bản chính", 0), "copies": counts.get("bản sao", 0)},
            }
        )
    return [row for row in rows if row["name"]]


def count(text: str) -> int:
    """`1 bản chính` → 1; nothing → 0."""
    match = re.match(r"(\d{0,4})(?:\s|\Z)", text)
    if match is None:
        raise Wrong(_("A whole number was expected."), "1 bản chính")
    return int(match[1] or 0)


def read_results(cell: str) -> list[Values]:
    names = [(pieces(text, 1) or [bare(text)])[0] for text in cell.splitlines()]
    return [{"name": name} for name in names if name]


def read_names(cell: str) -> list[Values]:
    rows = []
    for text in cell.splitlines():
        name, language, origin = pieces(text, 3) or [bare(text), "", ""]
        rows.append({"name": name})
        rows[-1] |= {"language": one_of(language, "language")} if language else {}
        rows[-1] |= {"origin": str(one_of(origin, "origin"))} if origin else {}
    return [row for row in rows if row["name"]]


def read_laws(cell: str) -> Iterator[Values]:
    """Legal documents: with kind and title from lines with bars, else by the numbers in a text. A line that names none
    beside others that do is a document without a number."""
    if cell and not LAW.search(cell) and "|" not in cell:
        raise Wrong(_("No number of a legal document."), LAW_RIGHT)
    for text in cell.splitlines():
        if parts := pieces(text, 3):
            number, kind, title = parts
            yield {"number": number, "kind": str(one_of(kind, "kind")), "title": title, "is_exact": True}
            continue
        numbers = LAW.findall(text)
        if not numbers:
            yield {"number": "", "kind": "", "title": "", "is_exact": False}
        yield from ({"number": number, "kind": kind_of(number), "title": "", "is_exact": False} for number in numbers)


def kind_of(number: str) -> str:
    """The kind that the letters of a number tell."""
    letters = re.search(r"/([A-ZĐƯ]+)", number)
    kind = KINDS.get(letters[1]) if letters else None
    if kind is None:
        raise Wrong(_("The number does not tell the kind of document."), LAW_RIGHT)
    return str(kind.value)


def joined(lines: Iterable[str]) -> str:
    return "\n".join(lines)
