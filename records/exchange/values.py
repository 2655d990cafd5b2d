"""What the cells of a file mean: pure functions, each of which raises `ValueError` with what was expected."""

import datetime
import re
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from procedures import tables
from procedures.models import TimeUnit
from procedures.tables import folded
from records.deadlines import Limit

from .columns import LIMIT_UNITS

LONGEST = 500  # characters of a cell
MOST_UNITS = 1_000  # of a time limit
EARLIEST = 1990  # year
MIDNIGHT = datetime.time()  # what a spreadsheet gives a day without a time
DAY_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
TIME_FORMATS = ("%H:%M", "%H:%M:%S")
LIMIT = re.compile(r"(\d{1,4})\s*(\D*)\Z")


class Told(NamedTuple):
    """A moment as a file tells it: in local time, or a day alone."""

    day: datetime.date
    time: datetime.time | None


def text(cell: Any) -> str:
    """A cell as one line of text; a number without its decimal point where nothing stands behind it."""
    return tables.text(cell, LONGEST)


def number_text(cell: Any, *lengths: int) -> str:
    """A phone or ID number; one that a spreadsheet took for a number gets the zeros back that it lost."""
    plain = text(cell)
    if isinstance(cell, int | float) and len(plain) + 1 in lengths:
        return f"0{plain}"
    return plain


def moment(cell: Any) -> Told | None:
    """28/08/2024, 2024-08-28, each with a time of day or without one; a date of a spreadsheet."""
    if isinstance(cell, datetime.datetime):
        rounded = cell + datetime.timedelta(milliseconds=500)  # a spreadsheet counts in fractions of a day
        return checked(
            Told(rounded.date(), rounded.time().replace(microsecond=0) if cell.time() != MIDNIGHT else None), cell
        )
    if isinstance(cell, datetime.date):
        return checked(Told(cell, None), cell)
    plain = text(cell)
    return checked(read_moment(plain), plain) if plain else None


def read_moment(plain: str) -> Told:
    try:
        known = datetime.datetime.fromisoformat(plain)
    except ValueError:
        pass
    else:
        wall = timezone.localtime(known).replace(tzinfo=None) if known.tzinfo else known
        return Told(wall.date(), wall.time().replace(microsecond=0) if len(plain) > len("2024-08-28") else None)
    parts = plain.split(" ")
    day, time = one_of(parts[0], DAY_FORMATS), one_of(parts[1], TIME_FORMATS) if len(parts) == 2 else None
    if day is None or len(parts) > 2 or (len(parts) == 2 and time is None):
        raise ValueError(_("A date like 28/08/2024 or 2024-08-28 09:30 was expected."))
    return Told(day.date(), time.time() if time else None)


def one_of(plain: str, formats: tuple[str, ...]) -> datetime.datetime | None:
    for known in formats:
        try:
            return datetime.datetime.strptime(plain, known)  # local time of Vietnam
        except ValueError:
            continue
    return None


def checked(told: Told, cell: Any) -> Told:
    if not EARLIEST <= told.day.year < 2100:
        raise ValueError(_("Not a year of our time."))
    return told


def limit(cell: Any, unit: str) -> Limit | None:
    """ "10 ngày làm việc", or 10 with its unit in a column of its own; working days where none is told."""
    plain = text(cell)
    if not plain:
        return None
    match = LIMIT.match(plain)
    name = folded(match[2] if match else "") or folded(unit)
    known = LIMIT_UNITS.get(name) if name else TimeUnit.WORKING_DAY
    if match is None or known is None or not 0 < int(match[1]) <= MOST_UNITS:
        raise ValueError(_("A time limit like “10 ngày làm việc” was expected."))
    return Limit(int(match[1]), known)
