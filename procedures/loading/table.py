"""A table of procedures, row by row: from cells to drafts of procedures, with a fault for whatever cannot be read."""

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from procedures.models import Procedure
from procedures.progress import followed
from procedures.tables import Opened, Sheet, Unreadable, folded, text

from . import values
from .columns import BY_KEY
from .drafts import Draft, Drafts
from .faults import Fault, shown
from .headers import Header, find_header
from .lookup import FIELD_LEAD, Register
from .readers import READERS, check_lengths, has_code, read_code
from .values import Wrong
from .words import MEANINGS

MOST_ROWS = 200_000  # of a sheet with something in them
MOST = 32_767  # characters of a cell, as in Excel
LONGEST = {
    field.name: field.max_length
    for field in Procedure._meta.concrete_fields
    if field.max_length and not field.choices and field.name != "code"
}
ORDINAL = re.compile(r"\s*\(?(?:\d{1,4}(?:\.\d{1,3})*|[IVXLC]+|[A-H])[.)]?\s*\Z")
NUMBERED = re.compile(r"\A\s*(?:[IVXLC]+|[A-H]|\d{1,3}(?:\.\d{1,2})*)\s*[.)\-:]\s*")
TOTAL = re.compile(r"\A(?:tong|cong)(?: cong| so)?(?: [\d ]+)?(?: tthc| thu tuc.*)?\Z|\Atong (?:so|cong)\b")
LEVEL_TITLE = re.compile(r"\bcap (tinh|huyen|xa)\b")
SEVERAL_LINES = {"documents", "results", "legal_basis", "names", "channels", "time", "fee", "charge", "agency"}


@dataclass
class Context:
    """What the headings above a row say about it. `field_is_wrong`: a heading names an unknown field, told already."""

    field: str = ""
    field_is_wrong: bool = False
    agencies: set[str] = dataclasses.field(default_factory=set)
    levels: set[Any] = dataclasses.field(default_factory=set)


class TableReader:
    """Reads the sheets of a table into drafts."""

    def __init__(self, file: str, drafts: Drafts, register: Register) -> None:
        self.file, self.drafts, self.register = file, drafts, register
        self.faults, self.remarks = drafts.faults, drafts.remarks
        self.sheet, self.header, self.context = "", Header(), Context()

    def read(self, opened: Opened) -> None:
        self.say_format(opened)
        found = [(sheet, find_header(sheet)) for sheet in opened.sheets]
        for sheet, header in found:
            if header.places:
                self.read_sheet(sheet, header)
            elif len(found) > 1:
                self.remarks.append(_("%(place)s: no header, not read.") % {"place": self.place(sheet.name)})
        if not any(header.places for _sheet, header in found):
            right = ", ".join(BY_KEY[key].vietnamese[0] for key in ("code", "name", "field", "levels"))
            self.faults.append(
                Fault(self.file, 0, "", "", _("No header of a table of procedures was found."), "", right)
            )

    def say_format(self, opened: Opened) -> None:
        if opened.encoding:
            names = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("bar")}
            said = {"file": self.file, "encoding": opened.encoding.name, "delimiter": names[opened.delimiter]}
            self.remarks.append(_("%(file)s: read as %(encoding)s, delimiter %(delimiter)s.") % said)

    def place(self, sheet: str) -> str:
        return f"{self.file} [{sheet}]" if sheet else self.file

    def read_sheet(self, sheet: Sheet, header: Header) -> None:
        self.sheet, self.header, self.context = sheet.name, header, Context()
        if header.unread:
            said = {"place": self.place(sheet.name), "columns": ", ".join(header.unread)}
            self.remarks.append(_("%(place)s: columns that are not read: %(columns)s.") % said)
        if "code" not in header.places:
            message = _("The column is missing.")
            self.faults.append(
                Fault(self.file, header.last_line, BY_KEY["code"].vietnamese[0], "", message, sheet.name)
            )
            return
        level = LEVEL_TITLE.search(folded(sheet.name))
        self.context.levels = {MEANINGS["levels"][level[1]]} if level else set()
        read, headings = 0, Counter[str]()
        for number, cells in followed(sheet.lines(), self.drafts.tell, "read"):
            if number <= header.last_line or not any(cell not in (None, "") for cell in cells):
                continue
            read += 1
            self.faults.stop_on_nonsense()
            if read > MOST_ROWS:
                raise Unreadable(_("More than %(count)d rows.") % {"count": MOST_ROWS})
            if heading := self.read_line(number, cells):
                headings[heading] += 1
        if headings:
            some = "; ".join(list(headings)[:5]) + ("; …" if len(headings) > 5 else "")
            rest = {"place": self.place(sheet.name), "count": headings.total(), "some": some}
            self.remarks.append(_("%(place)s: %(count)d rows that are no procedures: %(some)s.") % rest)

    def read_line(self, number: int, cells: list[Any]) -> str:
        """Read a row. What is no procedure and says nothing about those below it is returned as text."""
        code = self.cell(cells, "code")
        if has_code(code):
            self.read_row(number, cells)
            return ""
        texts = list(dict.fromkeys(" ".join(str(cell).split()) for cell in cells if cell not in (None, "")))
        if all(ORDINAL.match(one) for one in texts) and number <= self.header.last_line + 1:
            return ""  # the numbers of the columns
        if folded(str(code or "")) == folded(self.header.titles["code"]):
            return ""  # the header again, on a new page
        told = [one for one in texts if not ORDINAL.match(one)] or texts
        if TOTAL.match(folded(told[0])):
            return shown(told[0])
        is_heading = len(told) == 1
        if is_heading and not (heading := self.read_heading(number, told[0])):
            return ""
        if is_heading and not (texts[0].isdecimal() and self.cell(cells, "name")):
            return heading
        self.read_row(number, cells)
        return ""

    def cell(self, cells: list[Any], key: str) -> Any:
        at = self.header.places.get(key, len(cells))
        return cells[at] if at < len(cells) else None

    # Headings ----------------------------------------------------------------------------------

    def read_heading(self, number: int, heading: str) -> str:
        """A row of one text: the field, the agency or the level of what follows; else it is returned."""
        name = NUMBERED.sub("", heading, count=1)
        plain = folded(name)
        if level := LEVEL_TITLE.search(plain):
            self.context = Context(levels={MEANINGS["levels"][level[1]]}, agencies=self.context.agencies)
        if FIELD_LEAD.match(plain):
            try:
                slug = self.register.field(name, self.context.agencies)
                self.context.field, self.context.field_is_wrong = slug, False
            except Wrong as wrong:
                self.context.field, self.context.field_is_wrong = "", "field" not in self.header.places
                if self.context.field_is_wrong:
                    self.fault(number, "field", heading, wrong)
            return ""
        if (agency := self.register.one_agency(name)) and agency[0]:
            self.context = Context(agencies=agency[0], levels=self.context.levels)
            return ""
        if plain in self.register.fields:
            self.context.field = self.register.field(name, self.context.agencies)
            self.context.field_is_wrong = False
            return ""
        return "" if level else shown(heading)

    # Rows --------------------------------------------------------------------------------------

    def fault(self, number: int, key: str, value: Any, wrong: ValueError) -> None:
        title = self.header.titles.get(key) or BY_KEY[key.partition("=")[0]].vietnamese[0]
        right = getattr(wrong, "right", "")
        self.faults.append(Fault(self.file, number, title, shown(value or ""), str(wrong), self.sheet, right))

    def read_row(self, number: int, cells: list[Any]) -> None:
        told: dict[str, Any] = {}
        wrong: set[str] = set()
        for key in ("agency", *(key for key in self.header.places if key != "agency")):
            if key not in self.header.places:
                continue
            cell = self.cell(cells, key)
            try:
                self.read_cell(key, cell, told)
            except ValueError as error:
                self.fault(number, key, cell, error)
                wrong.add(key.partition("=")[0])
        self.add_context(told)
        if self.context.field_is_wrong and not told.get("field"):
            wrong.add("field")
        if "code" in told:
            titles = self.header.titles
            self.drafts.add(Draft(self.file, self.sheet, number, titles, told, wrong))

    def add_context(self, told: dict[str, Any]) -> None:
        """What the headings say where the row itself says nothing."""
        if self.context.field and not told.get("field"):
            told["field"] = self.context.field
        if self.context.levels and not told.get("levels"):
            told["levels"] = list(self.context.levels)
        told.setdefault("levels of agency", set())
        told["levels of agency"] |= {self.register.levels[code] for code in self.context.agencies}

    def read_cell(self, key: str, cell: Any, told: dict[str, Any]) -> None:
        if key == "code":
            told["code"] = read_code(cell)
            return
        column, _equals, value = key.partition("=")
        if key in ("valid_from", "valid_to"):
            told[key] = values.day(cell)
            return
        plain = text(cell, LONGEST.get(key, MOST), keep_lines=key in SEVERAL_LINES)
        if value:
            self.read_flag(column, value, plain, told)
        elif key == "field":
            agencies = told.get("agency") or self.context.agencies
            told["field"] = self.register.field(plain, agencies) if plain else ""
        elif key == "agency":
            told["agency"], told["levels of agency"] = self.register.agency(plain)
        elif key in ("time", "fee", "charge"):
            told[key] = self.read_amount(key, plain)
        else:
            told[key] = READERS.get(key, str)(plain)
            check_lengths(key, told[key])

    def read_amount(self, key: str, plain: str) -> Any:
        title = self.header.titles[key]
        if key == "time":
            return values.times(plain, values.unit_in_header(title))
        return values.fees(plain, bool(set(folded(title).split()) & {"dong", "vnd", "d"}))

    def read_flag(self, column: str, value: str, plain: str, told: dict[str, Any]) -> None:
        """A cross in a column of its own."""
        told.setdefault(column, [] if column in ("levels", "audiences") else "" if column == "online" else ([], []))
        if not plain or values.one_of(plain, "bool") is not True:
            return
        meaning = MEANINGS[column][folded(value)]
        if column == "online":
            told[column] = meaning
        elif column == "channels":
            told[column][1].append(value)
        else:
            told[column].append(meaning)
