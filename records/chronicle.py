"""Whole histories of records, made in memory by the rules of `actions.py` and written in bulk.

For what has happened already: a simulation, or the records of another system. Each move is looked up in the same
table, moves the same clock and makes the same event; a test compares the rows with those that `actions.py` writes.
What is not asked here is whose record it is: both are commands of the operator.
"""

import datetime
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from organisation.models import Agency, AgencyKind, User
from procedures.models import ChannelKind, FieldOwner, Procedure, ProcedureVersion

from . import personal
from .actions import (
    Applicant,
    IllegalMove,
    ReasonMissing,
    Refused,
    Request,
    facts_of,
    hash_or_none,
    note_outcome,
    settling_agency,
)
from .clock import move_clock, set_dates, set_working_time, state
from .deadlines import Limit
from .history import hash_of
from .models import Event, EventKind, Record
from .statuses import BY_ENDS, FIRST, OPEN, Status
from .working_days import ONE_DAY, Calendar

NO_MARKS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Reception:
    """What a record begins with; version, agency and limit are those that `actions.receive` would find."""

    procedure: Procedure
    version: ProcedureVersion
    unit: Agency
    agency: Agency
    channel: ChannelKind
    applicant: Applicant
    request: Request
    limit: Limit
    status: Status
    at: datetime.datetime
    by: User | None = None
    details: Mapping[str, Any] = field(default_factory=dict)  # besides the channel


class Chronicle:
    """A record with its events before they are written; `marks` stand in the details of each."""

    announced = False  # whether the applicant was told by e-mail, which goes to the outbox as sent

    def __init__(
        self, code: str, reception: Reception, calendar: Calendar, marks: Mapping[str, Any] = NO_MARKS
    ) -> None:
        if reception.status not in FIRST:
            raise IllegalMove
        applicant, request, at = reception.applicant, reception.request, reception.at
        applicant.check()
        self.calendar, self.applicant, self.marks = calendar, applicant, marks
        self.events: list[Event] = []
        self.reasons: list[str] = []
        self.record = Record(
            code=code,
            procedure_id=reception.procedure.pk,
            version_id=reception.version.pk,
            field_id=reception.procedure.field_id,
            unit_id=reception.unit.pk,
            agency_id=reception.agency.pk,
            channel=reception.channel,
            applicant_kind=applicant.kind,
            collection=request.collection,
            sealed=personal.seal(facts_of(applicant, request)),
            phone_hash=hash_or_none("phone", applicant.phone),
            identity_hash=hash_or_none("identity", applicant.identity),
            papers=list(request.papers),
            status=reception.status,
            status_since=at,
            received_at=at,
            limit_value=reception.limit.value,
            limit_unit=reception.limit.unit,
        )
        move_clock(self.record, None, reception.status, at)
        set_dates(self.record, calendar)
        details = {"channel": str(reception.channel), **reception.details}
        self._append(EventKind.RECEIVED, at, reception.by, None, details)

    def move(self, to: Status, at: datetime.datetime, by: User | None = None, reason: str = "") -> None:
        record = self.record
        start = Status(record.status)
        move = BY_ENDS.get((start, to))
        if move is None:
            raise IllegalMove
        if move.needs_reason and not reason.strip():
            raise ReasonMissing
        before, due_before = state(record), record.due_at
        record.status, record.status_since = to, at
        note_outcome(record, to, at)
        clock = (record.clock_from, record.still_since)
        move_clock(record, start, to, at)
        if clock != (record.clock_from, record.still_since):  # half of the time goes into dates that stay
            set_dates(record, self.calendar)
        set_working_time(record, self.calendar)
        self._append(EventKind.STATUS, at, by, due_before, {"clock_before": before}, start, reason)

    def assign(self, officer: User, at: datetime.datetime, by: User | None = None) -> None:
        record = self.record
        details = {"officer_before": record.officer_id, "officer": officer.pk}
        record.officer = officer
        self._append(EventKind.ASSIGNED, at, by, record.due_at, details)

    def reappoint(self, due: datetime.datetime, at: datetime.datetime, reason: str, by: User | None = None) -> None:
        record, due_before = self.record, self.record.due_at
        if not reason.strip():
            raise ReasonMissing
        if record.reappointed_to or record.status not in OPEN or due_before is None or due <= max(due_before, at):
            raise Refused
        record.reappointed_to = due
        set_dates(record, self.calendar)
        self._append(EventKind.REAPPOINTED, at, by, due_before, {}, reason=reason)

    def _append(
        self,
        kind: EventKind,
        at: datetime.datetime,
        by: User | None,
        due_before: datetime.datetime | None,
        details: dict[str, Any],
        start: Status | None = None,
        reason: str = "",
    ) -> None:
        record, reason = self.record, reason.strip()
        event = Event(
            sequence=record.sequence + 1,
            kind=kind,
            at=at,
            actor_id=by.pk if by else None,
            from_status=start,
            to_status=record.status,
            due_before=due_before,
            due_after=record.due_at,
            details={**details, **self.marks},
            reason_digest=personal.digest(reason),
            previous_hash=record.last_hash,
        )
        event.hash = hash_of(event, record.code)
        record.sequence, record.last_hash = event.sequence, event.hash
        self.events.append(event)
        self.reasons.append(reason)


class Settling:
    """`settling_agency`, asked once for each procedure, kind of unit and stretch in which no field changes hands."""

    def __init__(self) -> None:
        owners = FieldOwner.objects.values_list("valid_from", "valid_to")
        starts = {start for start, _end in owners if start} | {end + ONE_DAY for _start, end in owners if end}
        self.bounds = sorted(starts)
        self.known: dict[tuple[int, int, AgencyKind], Agency | None] = {}  # None: the unit itself

    def agency(self, procedure: Procedure, unit: Agency, day: datetime.date) -> Agency:
        key = (bisect_right(self.bounds, day), procedure.pk, AgencyKind(unit.kind))
        if key not in self.known:
            agency = settling_agency(procedure, unit, day)
            self.known[key] = None if agency == unit else agency
        return self.known[key] or unit
