"""Checking every row before anything is written: all faults at once, each with its line and column."""

import datetime
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.models import Agency
from procedures.models import Procedure, TimeUnit, parse_code
from procedures.tables import folded
from records import codes, personal
from records.actions import Applicant, Refused, Request
from records.clock import aware, local
from records.deadlines import ONE_HOUR, Limit, compute
from records.models import ApplicantKind, Collection
from records.working_days import CLOSING, OFFICE_HOURS, Calendar, office_time

from . import values
from .arrivals import ANY_TIME, WAYS, Arrival, Fault, Faults, Move, Registers
from .columns import BY_KEY, CHANNELS, COLLECTIONS, KINDS, STATUSES
from .reading import Row, Source
from .values import Told

OPENING = OFFICE_HOURS[0][0]
ZERO = datetime.timedelta()


# Cells -----------------------------------------------------------------------------------------


def read_code(cell: Any) -> str:
    code = codes.parse(values.text(cell))
    if not code:
        raise ValueError(_("Not a record code."))
    return code


def one_of(known: Mapping[str, Any]) -> Callable[[Any], Any]:
    def read(cell: Any) -> Any:
        plain = values.text(cell)
        if plain and folded(plain) not in known:
            raise ValueError(_("Unknown."))
        return known[folded(plain)] if plain else None

    return read


READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(BY_KEY, values.text),
    **dict.fromkeys(("received_at", "due_at", "status_since", "resolved_at", "returned_at"), values.moment),
    "code": read_code,
    "procedure": lambda cell: parse_code(values.text(cell)),
    "channel": one_of(CHANNELS),
    "kind": one_of(KINDS),
    "collection": one_of(COLLECTIONS),
    "status": one_of(STATUSES),
    "phone": lambda cell: values.number_text(cell, 10),
    "identity": lambda cell: values.number_text(cell, 10, 12),
}


class Checker:
    """Reads the rows of a source into arrivals, and collects what is wrong with them."""

    def __init__(self, source: Source, registers: Registers, now: datetime.datetime) -> None:
        self.source, self.registers, self.now = source, registers, now
        self.today = timezone.localtime(now).date()
        self.faults = Faults()
        self.lines: dict[str, int] = {}  # of each code

    def arrivals(self) -> Iterator[Arrival]:
        """The rows without a fault, in the order of the file."""
        for row in self.source.rows():
            before = self.faults.count
            parts = self.parts(row, self.told(row))
            if parts and self.faults.count == before:
                yield Arrival(**parts)

    def fault(self, row: Row, key: str, message: str) -> None:
        value = "" if BY_KEY[key].is_personal else shown(row.cells.get(key))
        self.faults.add(Fault(row.line, self.source.titles.get(key, BY_KEY[key].vietnamese[0]), value, message))

    def told(self, row: Row) -> dict[str, Any]:
        """The value of every column that can be read; None, or no text, where the file tells nothing."""
        told = {}
        for key, column in BY_KEY.items():
            try:
                told[key] = READERS[key](row.cells.get(key))
                if column.is_needed and not told[key]:
                    del told[key]
                    self.fault(row, key, _("This is needed."))
            except ValueError as error:
                self.fault(row, key, str(error))
        return told

    def parts(self, row: Row, told: dict[str, Any]) -> dict[str, Any] | None:
        """The parts of an arrival. Each is checked when what it is made of could be read, so that one fault hides no
        other that does not follow from it."""
        self.check_once(row, told.get("code"))
        units = self.units(row, told)
        procedure, applicant = self.procedure(row, told), self.applicant(row, told)
        received, moves = self.history(row, told) or (None, [])
        if received is None or procedure is None or len(told) < len(BY_KEY):
            return None
        return {
            **units,
            "procedure": procedure,
            "applicant": applicant,
            "row": row,
            "code": told["code"],
            "digest": personal.digest(json.dumps(told, default=str, ensure_ascii=False)),
            "channel": told["channel"],
            "request": Request(told["content"], (), told["collection"] or Collection.DESK, told["place"]),
            "limit": self.limit(row, told, procedure, received),
            "first": WAYS[told["status"]].first,
            "received_at": received,
            "moves": moves,
            "reason": told["reason"],
        }

    def check_once(self, row: Row, code: str | None) -> None:
        first_line = self.lines.setdefault(code, row.line) if code else row.line
        if first_line != row.line:
            self.fault(row, "code", _("The same record stands in line %(line)d.") % {"line": first_line})

    def procedure(self, row: Row, told: dict[str, Any]) -> Procedure | None:
        procedure = self.registers.procedures.get(told.get("procedure", ""))
        if procedure is None and "procedure" in told:
            self.fault(row, "procedure", _("The catalogue has no such procedure."))
        return procedure

    def units(self, row: Row, told: dict[str, Any]) -> dict[str, Any]:
        """The receiving unit, by its column or the code; the settling agency, by its column."""
        found: dict[str, Agency | None] = {"unit": None, "agency": None}
        part = told["code"].split("-")[0] if "code" in told else ""
        for key, default in (("unit", part), ("agency", "")):
            name = told.get(key) or default
            try:
                if name and "received_at" in told:
                    found[key] = self.registers.agency(name, told["received_at"].day)
            except ValueError as error:
                self.fault(row, key, str(error))
        unit = found["unit"]
        if unit and not (unit.receives_records and unit.record_part):
            self.fault(row, "unit", _("This unit receives no records."))
        return found

    def applicant(self, row: Row, told: dict[str, Any]) -> Applicant | None:
        names = ("name", "identity", "phone", "email", "address", "owner")
        if not {*names, "kind"} <= told.keys():
            return None
        applicant = Applicant(**{name: told[name] for name in names}, kind=told["kind"] or ApplicantKind.CITIZEN)
        try:
            applicant.check()
        except Refused as error:
            self.fault(row, "phone", str(error))
        return applicant

    # Times -------------------------------------------------------------------------------------

    def history(self, row: Row, told: dict[str, Any]) -> tuple[datetime.datetime, list[Move]] | None:
        """The moment of reception, and the legal moves from there to the status."""
        if not {"status", "received_at", "status_since", "resolved_at", "returned_at"} <= told.keys():
            return None
        way, moves = WAYS[told["status"]], []
        received = at = self.moment(row, "received_at", told["received_at"], None)
        for to, keys in way.moves:
            key = next((key for key in keys if key != ANY_TIME and told[key]), None)
            if key is None and ANY_TIME not in keys:
                self.fault(row, keys[0], _("This status needs its time."))
                return None
            at = self.moment(row, key, told[key], at) if key and at else at
            if at is None:
                return None
            moves.append(Move(to, at))
        for key in ("resolved_at", "returned_at"):
            if told[key] and key not in {name for _to, keys in way.moves for name in keys}:
                text = _("A record that is “%(status)s” has no such time.")
                self.fault(row, key, text % {"status": told["status"].label})
        return (received, moves) if received else None

    def moment(self, row: Row, key: str, told: Told, after: datetime.datetime | None) -> datetime.datetime | None:
        """The moment that is told, in order and not in the future; a day alone counts to its closing, a reception
        from its opening."""
        at = aware(datetime.datetime.combine(told.day, told.time or (CLOSING if after else OPENING)))
        if told.time is None and told.day == self.today:
            at = min(at, self.now)
        if told.time is None and after and told.day == timezone.localtime(after).date():
            at = max(at, after)
        if at > self.now:
            self.fault(row, key, _("This lies in the future."))
        elif after and at < after:
            self.fault(row, key, _("This lies before the step before it."))
        else:
            return at
        return None

    def limit(self, row: Row, told: dict[str, Any], procedure: Procedure, received: datetime.datetime) -> Limit | None:
        """The limit that leads to the promised date; without one the limit that is told, or the catalogue's."""
        calendar, due, start = self.registers.calendar, told["due_at"], local(received)
        limit: Limit | None = None
        try:
            limit = values.limit(told["limit"], told["limit_unit"]) or self.registers.promised(
                procedure, told["channel"]
            )
        except (ValueError, Refused) as error:
            if due is None or told["limit"]:
                self.fault(row, "limit", str(error))
                return None
        if due is None or (limit and ends(start, limit, calendar) == calendar.on_or_after(due.day)):
            return limit
        if due.day < start.date():
            self.fault(row, "due_at", _("This lies before the reception."))
            return None
        return limit_until(start, due, calendar)


def ends(start: datetime.datetime, limit: Limit, calendar: Calendar) -> datetime.date | None:
    due = compute(start, limit, [], calendar).due
    return due.date() if due else None


def limit_until(start: datetime.datetime, due: Told, calendar: Calendar) -> Limit:
    """The limit in working days, or within a day in hours, that ends on the day that was promised."""
    day = calendar.on_or_after(due.day)
    if days := calendar.count(start.date(), day):
        return Limit(days, TimeUnit.WORKING_DAY)
    end = datetime.datetime.combine(day, due.time or CLOSING)
    stretches = ((opens, min(closes, end)) for opens, closes in office_time(start, calendar))
    hours = sum(((closes - opens) for opens, closes in takewhile(lambda s: s[0] < s[1], stretches)), ZERO) // ONE_HOUR
    return Limit(max(hours, 1), TimeUnit.HOUR)


def shown(cell: Any) -> str:
    """The value of a cell as a fault repeats it."""
    return "" if cell is None else str(cell).encode(errors="replace").decode()[:40]
