"""What is wrong with files, each with its place: on the screen, and as a file to send back."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.tables import Unreadable, harmless

MOST_TOLD = 1_000  # faults; the rest is counted
MOST_COUNTED = 100_000  # of a file; beyond it is nonsense
SHOWN = 80  # characters of a value


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value: the file, the row in it (from 1; 0 is the file itself), the column or field, and
    why; the sheet where the file has sheets, and what would be right where that can be said."""

    file: str
    row: int
    field: str
    value: str
    message: str
    sheet: str = ""
    right: str = ""

    @property
    def cells(self) -> list[str]:
        """Its cells under `HEADERS`."""
        row = str(self.row) if self.row else ""
        return [self.file, self.sheet, row, self.field, self.value, self.message, self.right]


HEADERS = (
    gettext_lazy("File"),
    gettext_lazy("Sheet"),
    gettext_lazy("Row"),
    gettext_lazy("Column"),
    gettext_lazy("Value"),
    gettext_lazy("What is wrong"),
    gettext_lazy("What would be right"),
)


class Faults(list[Fault]):
    """The first thousand faults, and how many there are."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def append(self, fault: Fault) -> None:
        self.total += 1
        if len(self) < MOST_TOLD:
            super().append(fault)

    def stop_on_nonsense(self) -> None:
        """`Unreadable` where going on would tell nobody anything."""
        if self.total > MOST_COUNTED:
            raise Unreadable(_("More than %(count)d faults: not read further.") % {"count": MOST_COUNTED})


def shown(value: Any) -> str:
    """A value as a fault repeats it: one short line that can be printed."""
    plain = " ".join(str(value).encode(errors="replace").decode().split())
    visible = "".join(letter if letter.isprintable() else "�" for letter in plain[: SHOWN + 1])
    return visible if len(visible) <= SHOWN else f"{visible[: SHOWN - 1]}…"


def write(faults: Iterable[Fault], count: int, out: Any) -> None:
    """The faults as a CSV file that spreadsheets open, to send back to whoever made the table."""
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(map(str, HEADERS))
    told = 0
    for told, fault in enumerate(faults, start=1):  # noqa: B007
        writer.writerow(map(harmless, fault.cells))
    if count > told:
        writer.writerow([_("… and %(count)d more.") % {"count": count - told}])


def table(faults: Sequence[Fault], widest: int = 40) -> list[str]:
    """The faults as lines of a table; columns that are empty everywhere are left out."""
    rows = [[str(header) for header in HEADERS], *([" ".join(c.split()) for c in fault.cells] for fault in faults)]
    kept = [at for at in range(len(HEADERS)) if any(row[at] for row in rows[1:])]
    widths = {at: min(max(len(row[at]) for row in rows), widest) for at in kept}
    return ["  ".join(row[at].ljust(widths[at]) for at in kept).rstrip() for row in rows]
