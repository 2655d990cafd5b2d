"""The only door through which a record changes.

Each action is one transaction: the record's row is locked, the move and the officer's scope are checked again, the
clock and the due date are brought up to date, and an event that carries the hash of the one before it is appended.
`by` is the person who acts, None for the portal itself or an import that was allowed; `version` is the number of
the last event that the person saw: when something happened since, nothing is done and `Stale` says what.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.models import Agency, AgencyKind, User
from organisation.roles import Deed, can
from portal import clock
from procedures.models import ChannelKind, FieldOwner, Procedure, pin

from . import codes, messages, personal, scope
from .clock import current_calendar, move_clock, restore, set_dates, set_working_time, state
from .deadlines import Limit
from .history import hash_of, undoable, utc
from .models import (
    ApplicantKind,
    CodeCounter,
    Collection,
    Event,
    EventKind,
    EventNote,
    LetterBatch,
    LetterPiece,
    Record,
    RecordWord,
    Result,
    ResultDraft,
    ResultStep,
    StepKind,
)
from .results import register, rules, storage
from .statistics import cells, rollups
from .statuses import BY_ENDS, FIRST, OPEN, Status


class Refused(Exception):
    """An action that was not done; `str()` says why, in the reader's language."""


class IllegalMove(Refused):
    """The table of moves does not know it."""


class NotYours(Refused):
    """The record lies outside the officer's scope, or the role does not allow the action."""


class ReasonMissing(Refused):
    """The rules ask for a reason."""


class StepsMissing(Refused):
    """The electronic steps of its result do not let the record go there."""


class Stale(Refused):
    """Somebody else changed the record since the form was opened; `since` are their events."""

    def __init__(self, message: str, since: Sequence[Event]) -> None:
        super().__init__(message)
        self.since = since


LEAST_DIGITS = 9  # of a phone number; ID numbers have 9 or 12


@dataclass(frozen=True)
class Applicant:
    """Whose record it is, and how to reach them. Only the name is needed, and a phone or an ID number."""

    name: str
    kind: ApplicantKind = ApplicantKind.CITIZEN
    identity: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    owner: str = ""  # where different from the applicant

    def check(self) -> None:
        if not self.name.strip():
            raise Refused(_("The applicant's name is missing."))
        known = [number for number in (self.phone, self.identity) if len(personal.digits(number)) >= LEAST_DIGITS]
        if not known:
            raise Refused(_("A phone or an ID number is needed: with its last digits the record is looked up."))


@dataclass(frozen=True)
class Request:
    """What is asked for: the content in the applicant's words, the papers handed in, how the result is collected."""

    content: str = ""
    papers: Sequence[dict[str, Any]] = field(default_factory=tuple)  # {name, originals, copies}
    collection: Collection = Collection.DESK
    place: str = ""  # where the result is sent


# Reception -------------------------------------------------------------------------------------


@transaction.atomic
def receive(
    *,
    procedure: Procedure,
    unit: Agency,
    channel: ChannelKind,
    applicant: Applicant,
    request: Request | None = None,
    by: User | None,
    limit: Limit | None = None,
    status: Status = Status.RECEIVED,
    at: datetime.datetime | None = None,
) -> Record:
    """Receive a record at a one-stop desk (or file it online, `status=SUBMITTED`), and give it a code.

    The time limit is the one the procedure promises through the channel unless `limit` says another.
    """
    at, request = at or clock.now(), request or Request()
    day = timezone.localtime(at).date()
    check_reception(unit, by, status, applicant)
    check_in_force(unit, procedure, day)
    limit = limit or promised(procedure, channel)
    if limit.value < 1:
        raise Refused(_("A time limit is at least 1."))
    record = Record(
        code=next_code(unit, day),
        procedure=procedure,
        version=pin(procedure),
        field_id=procedure.field_id,
        unit=unit,
        agency=settling_agency(procedure, unit, day),
        channel=channel,
        applicant_kind=applicant.kind,
        collection=request.collection,
        sealed=personal.seal(facts_of(applicant, request)),
        phone_hash=hash_or_none("phone", applicant.phone),
        identity_hash=hash_or_none("identity", applicant.identity),
        papers=list(request.papers),
        status=status,
        status_since=at,
        received_at=at,
        limit_value=limit.value,
        limit_unit=limit.unit,
    )
    move_clock(record, None, status, at)
    set_dates(record, current_calendar())
    record.save(force_insert=True)
    RecordWord.objects.bulk_create(
        RecordWord(record=record, word=word) for word in personal.name_hashes([applicant.name, applicant.owner])
    )
    append(record, EventKind.RECEIVED, by=by, at=at, start=None, due_before=None, details={"channel": str(channel)})
    return record


def check_reception(unit: Agency, by: User | None, status: Status, applicant: Applicant) -> None:
    if status not in FIRST:
        raise IllegalMove(_("A record begins as submitted or as received."))
    if by is not None and not (by.is_active and can(by.role, Deed.RECEIVE) and scope.unit_of(by) == unit.pk):
        raise NotYours(_("Records are received at one's own desk."))
    if not (unit.receives_records and unit.record_part):
        raise Refused(_("%(unit)s receives no records.") % {"unit": unit.name})
    applicant.check()


def check_in_force(unit: Agency, procedure: Procedure, day: datetime.date) -> None:
    for what, valid in ((unit.name, unit.is_valid(day)), (procedure.name, procedure.is_public(day))):
        if not valid:
            raise Refused(_("“%(what)s” is not in force on this day.") % {"what": what})


def facts_of(applicant: Applicant, request: Request) -> dict[str, str]:
    """What is sealed in a record."""
    known = {name: getattr(applicant, name) for name in ("name", "identity", "phone", "email", "address", "owner")}
    return {**known, "content": request.content, "place": request.place}


def hash_or_none(kind: str, number: str) -> int | None:
    digits = personal.digits(number)
    return personal.keyed_hash(kind, digits) if digits else None


def promised(procedure: Procedure, channel: ChannelKind) -> Limit:
    """The time that the procedure promises through the channel, else through any."""
    known = [row for row in procedure.channels.all() if row.time and row.unit]
    row = next((row for row in known if row.kind == channel), known[0] if known else None)
    if row is None:
        raise Refused(_("The catalogue knows no time limit of this procedure: give one."))
    return Limit(row.time, row.unit)  # type: ignore[arg-type]


def settling_agency(procedure: Procedure, unit: Agency, day: datetime.date) -> Agency:
    """A People's Committee settles what its own level settles; the rest goes to the owner of the field."""
    at_own_level = {AgencyKind.DISTRICT: procedure.level_district, AgencyKind.COMMUNE: procedure.level_commune}
    if at_own_level.get(AgencyKind(unit.kind)) or not procedure.level_province:
        return unit
    owner = FieldOwner.objects.valid_on(day).filter(field=procedure.field_id).select_related("agency").first()
    return owner.agency if owner else unit


def next_code(unit: Agency, day: datetime.date) -> str:
    """The next code of a unit and day; the counter's row is locked until the transaction ends."""
    CodeCounter.objects.bulk_create([CodeCounter(unit_part=unit.record_part, day=day)], ignore_conflicts=True)
    counter = CodeCounter.objects.select_for_update().get(unit_part=unit.record_part, day=day)
    try:
        code = codes.issue(unit.record_part, day, counter.last + 1)
    except codes.DayIsFull:
        raise Refused(
            _("%(unit)s has given all %(count)d codes of this day.") % {"unit": unit.name, "count": codes.LAST_ORDER}
        ) from None
    CodeCounter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    return code


# Changes ---------------------------------------------------------------------------------------


@transaction.atomic
def change_status(
    record: Record,
    *,
    to: Status,
    by: User | None,
    reason: str = "",
    version: int | None = None,
    at: datetime.datetime | None = None,
) -> Record:
    """Move a record along the table of moves."""
    locked = lock(record, by, version)
    check_move(locked, to, by, reason)
    at, before, due_before = at or clock.now(), state(locked), locked.due_at
    start = Status(locked.status)
    locked.status, locked.status_since = to, at
    note_outcome(locked, to, at)
    move_clock(locked, start, to, at)
    calendar = current_calendar()
    set_dates(locked, calendar)
    set_working_time(locked, calendar)
    details = {"clock_before": before}
    append(locked, EventKind.STATUS, by=by, at=at, start=start, due_before=due_before, details=details, reason=reason)
    return locked


def check_move(record: Record, to: Status, by: User | None, reason: str) -> None:
    """Refuse what `change_status` would refuse of the record as it stands. Scope comes first: a status is not told
    to those who may not read it."""
    authorise_reading(record, by)
    move = BY_ENDS.get((Status(record.status), to))
    if move is None:
        raise IllegalMove(
            _("A record that is “%(start)s” cannot become “%(to)s”.")
            % {"start": Status(record.status).label, "to": Status(to).label}
        )
    again = to == Status.SUPPLEMENT and record.supplements > 0
    authorise(record, by, Deed.SUPPLEMENT_AGAIN if again else Deed.MOVE)
    if move.needs_reason and not reason.strip():
        raise ReasonMissing(_("This needs a reason."))
    if why := rules.obstacle(record, to):
        raise StepsMissing(why)


def request_supplement(
    record: Record, *, missing: str, by: User | None, version: int | None = None, at: datetime.datetime | None = None
) -> Record:
    """Ask for everything that is missing, in one letter: once; a second time needs a supervisor."""
    return change_status(record, to=Status.SUPPLEMENT, by=by, reason=missing, version=version, at=at)


@transaction.atomic
def assign(
    record: Record, *, officer: User, by: User | None, version: int | None = None, at: datetime.datetime | None = None
) -> Record:
    """Put an officer of the record's own units in charge."""
    locked = lock(record, by, version)
    authorise(locked, by, Deed.MOVE)
    if not scope.may(officer, Deed.MOVE, locked):
        raise Refused(_("Only an officer of the record's own units can be in charge of it."))
    before = locked.officer_id
    locked.officer = officer
    details = {"officer_before": before, "officer": officer.pk}
    append(locked, EventKind.ASSIGNED, by=by, at=at, due_before=locked.due_at, details=details)
    return locked


@transaction.atomic
def reappoint(
    record: Record,
    *,
    due: datetime.datetime,
    by: User | None,
    reason: str,
    version: int | None = None,
    at: datetime.datetime | None = None,
) -> Record:
    """Appoint a new date, once, with an apology and its reason (Art. 19 Decree 61/2018). The promise stays."""
    locked = lock(record, by, version)
    authorise(locked, by, Deed.MOVE)
    at, calendar = at or clock.now(), current_calendar()
    if not reason.strip():
        raise ReasonMissing(_("The apology needs a reason."))
    if locked.reappointed_to:
        raise Refused(_("A record is re-appointed only once."))
    if locked.status not in OPEN or locked.due_at is None:
        raise Refused(_("Only a record that is due can be re-appointed."))
    if due <= max(locked.due_at, at):
        raise Refused(_("The new date must lie after the one that was promised, and in the future."))
    if not calendar.is_working(timezone.localtime(due).date()):
        raise Refused(_("The new date is a day off."))
    due_before, locked.reappointed_to = locked.due_at, due
    set_dates(locked, calendar)
    append(locked, EventKind.REAPPOINTED, by=by, at=at, due_before=due_before, details={}, reason=reason)
    return locked


@transaction.atomic
def correct(
    record: Record, *, by: User | None, reason: str, version: int | None = None, at: datetime.datetime | None = None
) -> Record:
    """Undo the last change of status that still stands: status and clock are as they were before it. Electronic
    steps of the result that do not hold without it are undone too."""
    locked = lock(record, by, version)
    authorise(locked, by, Deed.CORRECT)
    if not reason.strip():
        raise ReasonMissing(_("A correction needs a reason."))
    mistaken = undoable(locked)
    if mistaken is None or mistaken.from_status is None:
        raise Refused(_("There is no change of status to undo."))
    if why := rules.obstacle_back(locked, Status(mistaken.from_status)):
        raise StepsMissing(why)
    at, start, due_before = at or clock.now(), Status(locked.status), locked.due_at
    locked.status, locked.status_since = Status(mistaken.from_status), at
    restore(locked, mistaken.details["clock_before"])
    calendar = current_calendar()
    set_dates(locked, calendar)
    set_working_time(locked, calendar)
    details = {"undoes": mistaken.sequence}
    append(
        locked, EventKind.CORRECTED, by=by, at=at, start=start, due_before=due_before, details=details, reason=reason
    )
    undo_steps(locked, rules.no_longer_hold(locked), by=by, at=at, reason=reason)
    return locked


def undo_steps(
    record: Record, steps: Iterable[ResultStep], *, by: User | None, at: datetime.datetime, reason: str
) -> None:
    """Undo electronic steps of a locked record, the last first, each with its event. A result without its signature
    is over."""
    for step in steps:
        details = {"step": step.kind, "file": step.file_id, "undoes": step.event.sequence}
        step.undone_by = append(
            record, EventKind.STEP_UNDONE, by=by, at=at, due_before=record.due_at, details=details, reason=reason
        )
        step.save(update_fields=["undone_by"])
        if step.kind == StepKind.SIGN:
            end_result(step.result, step.undone_by)


def end_result(result: Result, event: Event) -> None:
    """Its signature was taken back, or it was withdrawn: `event` says which."""
    result.withdrawn_at, result.withdrawal = event.at, event
    result.save(update_fields=["withdrawn_at", "withdrawal"])


@transaction.atomic
def erase(record: Record, *, by: User | None, at: datetime.datetime | None = None) -> Record:
    """Erase the personal facts of a record whose term is over; its history still verifies."""
    locked = lock(record, by, None)
    authorise(locked, by, Deed.ERASE)
    if locked.status in OPEN:
        raise Refused(_("The record is still open."))
    EventNote.objects.filter(event__record=locked).delete()
    RecordWord.objects.filter(record=locked).delete()
    locked.messages.update(sealed_to=None, next_try_at=None)
    storage.erase(register.files_of(locked))
    ResultDraft.objects.filter(record=locked).delete()
    forget_letters(locked)
    locked.sealed = locked.phone_hash = locked.identity_hash = None
    append(locked, EventKind.ERASED, by=by, at=at, due_before=locked.due_at, details={})
    return locked


def forget_letters(record: Record) -> None:
    """Delete the letters of a desk that this record stands on; those that are being made end."""
    day = timezone.localtime(record.received_at).date()
    batches = LetterBatch.objects.filter(unit=record.unit_id, first__lte=day, last__gte=day)
    batches.filter(state=LetterBatch.State.RUNNING).update(
        state=LetterBatch.State.DONE,
        fault=_("Personal facts were erased meanwhile. Please ask for the letters again."),
    )
    LetterPiece.objects.filter(batch__in=batches).delete()


def recompute(records: Iterable[Record], *, by: User | None, at: datetime.datetime | None = None) -> int:
    """Bring the due dates of open records in step with the table of days; how many changed, each with its event."""
    if by is not None and not can(by.role, Deed.KEEP_DAYS):
        raise NotYours(_("Your role does not keep the table of days."))
    changed = 0
    for record in records:
        with transaction.atomic():
            locked = lock(record, None, None)
            before = (locked.promised_at, locked.due_at)
            set_dates(locked, current_calendar())  # read under the lock: another edit of the days may be under way
            if (locked.promised_at, locked.due_at) != before and locked.status in OPEN:
                details = {"promised_before": utc(before[0])}
                append(locked, EventKind.RECOMPUTED, by=by, at=at, due_before=before[1], details=details)
                changed += 1
    return changed


# What all of them share ------------------------------------------------------------------------


def lock(record: Record, by: User | None, version: int | None) -> Record:
    """The record as it is now, its row locked; `Stale` when it is another than the one that was shown.

    What happened in the meantime is told to those only who may read the record.
    """
    locked = Record.objects.select_for_update().get(pk=record.pk)
    locked.counted = cells.of_record(locked)
    authorise_reading(locked, by)
    if version is not None and version != locked.sequence:
        since = list(locked.events.filter(sequence__gt=version).select_related("actor"))
        raise Stale(_("Somebody changed this record in the meantime; nothing was overwritten."), since)
    return locked


def authorise_reading(record: Record, by: User | None) -> None:
    if by is not None and not scope.may_read(by, record):
        raise NotYours(_("Your role or your unit does not allow this with this record."))


def authorise(record: Record, by: User | None, deed: Deed) -> None:
    if by is not None and not scope.may(by, deed, record):
        raise NotYours(_("Your role or your unit does not allow this with this record."))


def note_outcome(record: Record, to: Status, at: datetime.datetime) -> None:
    if to == Status.SUPPLEMENT:
        record.supplements += 1
    if to == Status.RESOLVED:
        record.resolved_at = at
    if to == Status.RETURNED:
        record.returned_at = at


def append(
    record: Record,
    kind: EventKind,
    *,
    by: User | None,
    at: datetime.datetime | None,
    details: dict[str, Any],
    due_before: datetime.datetime | None,
    start: Status | None = None,
    reason: str = "",
) -> Event:
    """Append the event, save the record with its number and hash, note what changes in the figures, and put the
    message to the citizen in the outbox."""
    event = Event(
        record=record,
        sequence=record.sequence + 1,
        kind=kind,
        at=at or clock.now(),
        actor=by,
        from_status=start,
        to_status=record.status,
        due_before=due_before,
        due_after=record.due_at,
        details=details,
        reason_digest=personal.digest(reason.strip()),
        previous_hash=record.last_hash,
    )
    event.hash = hash_of(event, record.code)
    event.save(force_insert=True)
    if reason.strip():
        EventNote.objects.create(event=event, sealed=personal.seal(reason.strip()))
    record.sequence, record.last_hash = event.sequence, event.hash
    record.save(force_update=True)
    rollups.note(record, event)
    messages.prepare(record, event)
    return event
