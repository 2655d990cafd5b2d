"""What people write into the cells of a catalogue: times, fees, days, lists of names. Pure functions.

Each raises `Wrong` with what would be right. A unit that is missing is never guessed.
"""

import datetime
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from procedures.models import ChannelKind, TimeUnit
from procedures.tables import folded, remembered

from .words import MEANINGS, NAMES

LONGEST_NOTE = 200
HIGHEST_TIME, HIGHEST_FEE = 32_767, 2_147_483_647
TIME_RIGHT = "15 ngày làm việc; 30 ngày; 8 giờ; 2 tháng; Trực tiếp: 5 ngày làm việc; Không quy định"
FEE_RIGHT = "Miễn phí; 10.000 đồng/bản; Trực tiếp: 50.000 đồng; Không quy định"
UNKNOWN = {"", "khong qui dinh", "chua qui dinh", "khong xac dinh", "khong co thoi han", "khong", "chua co"}
UNKNOWN_FEE = UNKNOWN - {"khong"} | {"chua qui dinh muc thu"}
FREE = {
    "mien phi",
    "mien",
    "khong thu phi",
    "khong thu",
    "khong",
    "khong co",
    "khong mat phi",
    "khong phai nop",
    "free",
}
FREE |= {"khong phi", "khong thu le phi", "khong thu phi le phi", "mien thu", "mien le phi", "0"}
AT_ONCE = ("trong ngay", "ngay trong ngay", "giai quyet ngay", "ngay sau khi", "ngay khi", "trong buoi", "ngay")
CONNECTORS = {"va", "hoac", "cap", "muc", "do", "qua", "tai", "the", "cac", "cho", "and", "or"}

NUMBER = r"\d[\d.,]*"
UNITS = (
    r"ng[àa]y\s+l[àa]m\s+vi[ệe]c|ng[àa]y\s+LV|NLV|ng[àa]y|gi[ờo]|h|th[áa]ng|tu[ầa]n|n[ăa]m"
    r"|working\s+days?|days?|hours?|months?"
)
TIME = re.compile(
    rf"(?<![\w.,])(?P<number>{NUMBER}|nửa)\s*(?:\([^)\d]*\)\s*)?(?P<unit>(?:{UNITS})(?!\w))?"
    r"(?:\s+(?:làm\s+việc|hành\s+chính))?",
    re.IGNORECASE,
)
RANGE = re.compile(r"\d\s*(?:ngày)?\s*(?:-|–|đến|tới)\s*\Z", re.IGNORECASE)
MOMENT = re.compile(r"\b(?:sau|trước|lúc)\s*\Z", re.IGNORECASE)  # “sau 15 giờ” is an hour of the day
LEAD = re.compile(
    r"^(?:không quá|không vượt quá|tối đa|trong thời hạn|trong vòng|trong|thời hạn|chậm nhất|là)\b", re.I
)
TAIL = re.compile(r"^[\s,.;()]*(?:kể từ|tính từ|từ ngày|từ khi|sau khi|theo quy định)\b.*", re.I | re.S)
MONEY = re.compile(
    rf"(?<![\w.,])(?P<number>{NUMBER})\s*(?P<scale>nghìn|ngàn|triệu|tỷ)?\s*(?P<unit>đồng|VNĐ|VND|đ|₫)?(?!\w)"
    r"(?:\s*/\s*(?P<per>[^\W\d_][^;,.\n]{0,60}))?",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"^(?:theo|tùy|tuỳ|thực hiện theo|căn cứ|thu theo|mức thu theo)\b", re.I)
MULTIPLES = {"tuan": (7, "ngay"), "nam": (12, "thang")}
LABEL = re.compile(r"\A(?:phí|lệ phí|phí, lệ phí|mức phí)\s*:\s*", re.IGNORECASE)  # both are to be paid
SCALES = {"": 1, "nghìn": 1_000, "ngàn": 1_000, "triệu": 1_000_000, "tỷ": 1_000_000_000}
DAY_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d")


class Wrong(ValueError):
    """What is wrong with a cell; `right` is what would be right."""

    def __init__(self, message: str, right: str = "") -> None:
        super().__init__(message)
        self.right = right


class Time(NamedTuple):
    """`kind` and `note` say where it holds, when the cell does. The unit may be missing."""

    value: int | None
    unit: str
    kind: str = ""
    note: str = ""


class Fee(NamedTuple):
    """đồng; None is not known, 0 free of charge."""

    amount: int | None
    kind: str = ""
    note: str = ""


# Times -----------------------------------------------------------------------------------------


def times(cell: str, unit: str = "") -> list[Time]:
    """The times of a cell, one for each case or channel; `unit` is the one that the header tells."""
    if folded(cell) in UNKNOWN or cell in "-–":
        return []
    found = [one_time(segment, unit) for segment in segments(cell)]
    if len({(time.kind, time.note) for time in found}) < len(found):
        raise Wrong(_("Several values, and not for which case each is."), TIME_RIGHT)
    return found


def segments(cell: str) -> list[str]:
    parts = (part.strip(" -–+•*\t,.") for part in re.split(r"[;\n]", cell))
    return [part for part in parts if part]


@remembered
def one_time(segment: str, unit: str) -> Time:
    kind, text = channel_of(segment)
    text = LEAD.sub("", text).strip()
    if folded(text) in UNKNOWN:
        return Time(None, "", kind)
    found = [match for match in TIME.finditer(text) if match["unit"] and not MOMENT.search(text[: match.start()])]
    if not found and folded(text).startswith(AT_ONCE):
        return Time(1, TimeUnit.WORKING_DAY, kind)
    found = found or list(TIME.finditer(text))
    match = found[0] if len(found) == 1 else None
    if match is None or not (match["unit"] or match[0].strip() == text) or RANGE.search(text[: match.start()]):
        raise Wrong(_("Not a time that can be read."), TIME_RIGHT)
    note = remark(text[: match.start()], text[match.end() :])
    value, known = counted(match, unit)
    if not 0 <= value <= HIGHEST_TIME:
        raise Wrong(_("Not a time that can be read."), TIME_RIGHT)
    return Time(value, known, kind, note)


def counted(match: re.Match[str], unit: str) -> tuple[int, str]:
    """Value and unit. A week is seven days and a year twelve months; half a month is 15 days and a month then 30
    (Art. 147 Civil Code 2015); half a working day is four office hours."""
    name = folded(match["unit"] or "")
    number = Fraction(1, 2) if match["number"].lower() == "nửa" else decimal(match["number"])
    if name in MULTIPLES:
        times, name = MULTIPLES[name]
        number *= times
    known = MEANINGS["unit"][name] if name else unit
    if number.denominator != 1 and known == TimeUnit.MONTH:
        number, known = number * 30, TimeUnit.DAY
    if number.denominator != 1 and known == TimeUnit.WORKING_DAY:
        number, known = number * 8, TimeUnit.HOUR
    if number.denominator != 1:
        raise Wrong(_("A whole number was expected."), TIME_RIGHT)
    return int(number), known


def decimal(text: str) -> Fraction:
    """A number with a decimal comma or point: 1,5 and 1.5; 1.000 is a thousand."""
    plain = text.rstrip(".,")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
        plain = plain.replace(".", "")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        return Fraction(plain.replace(",", "."))
    except ValueError:
        raise Wrong(_("Not a number."), "1,5; 10.000") from None


def remark(before: str, after: str) -> str:
    """What stands around a value and says for which case it is."""
    parts = (LEAD.sub("", before.strip(" :-–,(")).strip(" :-–,("), TAIL.sub("", after).strip(" :-–,.()"))
    note = " ".join(filter(None, parts)).replace(" ,", ",")
    if len(note) > LONGEST_NOTE:
        raise Wrong(_("More than %(count)d characters.") % {"count": LONGEST_NOTE}, TIME_RIGHT)
    return note if folded(note) not in CONNECTORS else ""


def channel_of(segment: str) -> tuple[str, str]:
    """The channel that a segment begins with, and the rest of it: `Trực tiếp: 5 ngày`."""
    before, colon, after = segment.partition(":")
    kinds = found_in(before, "channels") if colon else ((), before)
    if len(kinds[0]) == 1 and not kinds[1]:
        return kinds[0][0].value, after.strip()
    return "", segment


def unit_in_header(title: str) -> str:
    """The unit that a header tells: `Thời hạn (ngày làm việc)`, `Số ngày làm việc`."""
    note = re.search(r"\(([^)]*)\)", title)
    told = MEANINGS["unit"].get(folded(note[1]), "") if note else ""
    if not told and folded(title).startswith("so ngay lam viec"):
        told = TimeUnit.WORKING_DAY
    return str(told)


# Fees ------------------------------------------------------------------------------------------


def fees(cell: str, has_unit: bool = False) -> list[Fee]:
    """The fees of a cell, one for each case or channel; `has_unit`: the header says that they are in đồng."""
    if folded(cell) in UNKNOWN_FEE and cell not in ("0",):
        return []
    parts = segments(cell)
    found = [one_fee(segment, has_unit) for segment in parts]
    if len(parts) > 1 and all(map(LABEL.match, parts)) and not any(fee.note or fee.amount is None for fee in found):
        return [Fee(sum(fee.amount or 0 for fee in found), note=cell.replace("\n", "; ")[:LONGEST_NOTE])]
    if len({(fee.kind, fee.note) for fee in found}) < len(found):
        raise Wrong(_("Several values, and not for which case each is."), FEE_RIGHT)
    return found


@remembered
def one_fee(segment: str, has_unit: bool) -> Fee:
    kind, text = channel_of(segment)
    text = LABEL.sub("", text)
    plain = folded(text)
    if plain in UNKNOWN_FEE and plain != "0":
        return Fee(None, kind)
    if plain in FREE or plain in ("0 dong", "0d", "0 d", "0 vnd"):
        return Fee(0, kind)
    found = [match for match in MONEY.finditer(text) if match["unit"] or match["scale"]]
    if not found and has_unit:
        found = [match for match in MONEY.finditer(text) if match[0].strip() == text]
    if len(found) != 1:
        if ELSEWHERE.match(text) and not found and len(text) <= LONGEST_NOTE:
            return Fee(None, kind, text)
        if re.fullmatch(NUMBER, text):
            message = _("The unit is missing: write it here, or into the header as “Phí (đồng)”.")
            raise Wrong(message, f"{text} đồng")
        raise Wrong(_("Not a fee that can be read."), FEE_RIGHT)
    return Fee(amount(found[0]), kind, fee_note(text, found[0]))


def amount(match: re.Match[str]) -> int:
    value = decimal(match["number"]) * SCALES[(match["scale"] or "").lower()]
    if value.denominator != 1 or value > HIGHEST_FEE:
        raise Wrong(_("Not a fee that can be read."), FEE_RIGHT)
    return int(value)


def fee_note(text: str, match: re.Match[str]) -> str:
    per = f"mỗi {match['per'].strip(' )')}" if match["per"] else ""
    return remark(text[: match.start()], " ".join(filter(None, (per, text[match.end() :].strip()))))


# The rest --------------------------------------------------------------------------------------


@remembered
def found_in(cell: str, key: str) -> tuple[tuple[Any, ...], str]:
    """The values that a text names, in its order, and the words that mean nothing. Longer names are taken first."""
    words, values, rest = folded(cell).split(), [], []
    known, longest = MEANINGS[key], max(name.count(" ") for name in MEANINGS[key]) + 1
    while words:
        size = next((n for n in range(min(longest, len(words)), 0, -1) if " ".join(words[:n]) in known), 0)
        if size:
            values.append(known[" ".join(words[:size])])
        elif words[0] not in CONNECTORS:
            rest.append(words[0])
        words = words[size or 1 :]
    return tuple(dict.fromkeys(values)), " ".join(rest)


def several(cell: str, key: str) -> list[Any]:
    values, rest = found_in(cell, key)
    if rest:
        raise Wrong(_("Unknown: “%(words)s”.") % {"words": rest}, choices(NAMES[key]))
    return list(values)


def one_of(cell: str, key: str) -> Any:
    """One value, or no text where nothing is told."""
    known = MEANINGS[key].get(folded(cell) or cell)
    if known is None and folded(cell) in UNKNOWN:
        return ""
    if known is None:
        raise Wrong(_("Unknown."), choices(NAMES[key]))
    return known


def choices(names: Mapping[Any, tuple[str, ...]]) -> str:
    return "; ".join(some[0] for some in names.values())


def day(cell: Any) -> datetime.date | None:
    """28/08/2024, 2024-08-28, or a date of a spreadsheet."""
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date) or cell in (None, ""):
        return cell or None
    for known in DAY_FORMATS:
        try:
            return datetime.datetime.strptime(str(cell).strip().split(" ")[0], known).date()
        except ValueError:
            continue
    raise Wrong(_("Not a date."), "28/08/2024; 2024-08-28")


def channels_in(cell: str) -> list[ChannelKind]:
    """The channels that a text speaks of, however many words it has."""
    return list(found_in(cell, "channels")[0])
