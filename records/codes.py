"""Record codes (Art. 26 Decree 61/2018/NĐ-CP, Art. 19 Circular 01/2018/TT-VPCP): pure functions.

`V1V2V3.Z1Z2.Y1Y2.MX1X2-YYMMDD-XXXX` in full, the greater unit last: `000.00.15.H02-240828-0001`. The short form
names the greater unit first and leaves lower units out that are all zeros: `H02.15-240828-0001`. Both are read,
the short one is issued.
"""

import datetime
import re
import unicodedata

LAST_ORDER = 9_999  # of a unit and day
UNIT_PART = re.compile(r"[A-Z]\d{2}(?:\.\d{2}){0,2}(?:\.\d{3})?\Z", re.ASCII)
# Without dashes: day and order are the last ten digits, however they were set off.
CODE = re.compile(r"(?P<unit>[A-Z0-9]+(?:\.[A-Z0-9]+)*)(?P<day>\d{6})(?P<order>\d{4})\Z", re.ASCII)
SET_OFF = re.compile(r"[\s\u200b\ufeff_‐‑‒–—―−-]+")


class DayIsFull(Exception):
    """A unit has given all its codes of a day away."""


def issue(unit_part: str, day: datetime.date, order: int) -> str:
    """The short code of the `order`-th record of a unit and day; `DayIsFull` after the 9,999th."""
    if order > LAST_ORDER:
        raise DayIsFull
    return f"{unit_part}-{day:%y%m%d}-{order:04}"


def parse(text: str) -> str:
    """The short form of a code in any spelling; empty when `text` is none.

    Small and wide letters, spaces, other dashes or none, and the full form are read.
    """
    match = CODE.match(SET_OFF.sub("", unicodedata.normalize("NFKC", text)).upper())
    if not match:
        return ""
    unit = short_unit(match["unit"].split("."))
    try:
        datetime.datetime.strptime(match["day"], "%y%m%d")  # a day has no time zone
    except ValueError:
        return ""
    return f"{unit}-{match['day']}-{match['order']}" if unit and match["order"] != "0000" else ""


def short_unit(parts: list[str]) -> str:
    """The unit part with the province first and without lower parts that are all zeros; empty when it is none."""
    if parts[-1][0].isalpha() and len(parts) > 1:
        parts = parts[::-1]
    while len(parts) > 1 and set(parts[-1]) == {"0"}:
        parts = parts[:-1]
    unit = ".".join(parts)
    return unit if UNIT_PART.match(unit) else ""


def full(code: str) -> str:
    """The full form of a short code, for exchange with other systems."""
    unit, day, order = code.split("-")
    parts = unit.split(".")
    zeros = ["000", "00", "00"]  # commune, district, department
    missing = zeros[: 4 - len(parts)]
    return f"{'.'.join([*missing, *parts[::-1]])}-{day}-{order}"
