"""The process-control sheet: the events of a record as hand-overs, one line each, in their order."""

import datetime
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils import timezone

from organisation.models import User
from records.due import day_text
from records.models import Event, EventKind, Record, StepKind
from records.statistics.formula import Facts, Verdict, judge
from records.statuses import ENDED, STANDING_STILL, Status

APPLICANT, PORTAL = "Người nộp hồ sơ", "Cổng thông tin"
AT_THE_DESK = {Status.SUBMITTED, Status.RECEIVED, Status.REFUSED, Status.RESOLVED, Status.RETURNED}
OUTCOMES = {Verdict.AHEAD: "trước hạn", Verdict.ON_TIME: "đúng hạn", Verdict.LATE: "quá hạn"}


class HandOver(NamedTuple):
    """A line of the sheet: what one event says."""

    number: int
    at: datetime.datetime
    agency: str  # where it happened; with an arrow, where the record went
    giver: str
    receiver: str
    result: str


def rows(record: Record) -> list[HandOver]:
    """Every event of a record, each as a hand-over: in its place, from whom to whom, with what result."""
    events = list(record.events.select_related("actor").order_by("sequence"))
    officers = User.objects.in_bulk({key for event in events if (key := event.details.get("officer"))})
    return list(handed_over(record, events, officers))


def handed_over(record: Record, events: Sequence[Event], officers: dict[int, User]) -> Iterator[HandOver]:
    place, in_charge = record.unit.name, ""
    for event in events:
        before, place = place, place_after(record, event, place)
        if event.kind == EventKind.ASSIGNED:
            in_charge = officers[event.details["officer"]].display_name
        actor = event.actor.display_name if event.actor else PORTAL
        giver, receiver = people(event, actor, in_charge, place)
        yield HandOver(
            number=event.sequence,
            at=timezone.localtime(event.at),
            agency=place if place == before else f"{before} → {place}",
            giver=giver,
            receiver=receiver,
            result=result(record, event),
        )


def place_after(record: Record, event: Event, before: str) -> str:
    """Whose the record is after an event: the desk's, or from the work on it on the agency's."""
    if event.to_status in AT_THE_DESK:
        return record.unit.name
    return record.agency.name if event.to_status == Status.IN_PROCESS else before


def people(event: Event, actor: str, in_charge: str, place: str) -> tuple[str, str]:
    """Who handed over, and who received."""
    if event.kind == EventKind.RECEIVED:
        return APPLICANT, actor
    if event.kind == EventKind.ASSIGNED:
        return actor, in_charge
    if event.kind != EventKind.STATUS:
        return actor, ""
    if event.from_status in STANDING_STILL and event.to_status == Status.IN_PROCESS:
        return APPLICANT, actor
    if event.to_status in STANDING_STILL or event.to_status in (Status.RETURNED, Status.REFUSED, Status.STOPPED):
        return actor, APPLICANT
    return actor, in_charge if event.to_status == Status.IN_PROCESS and in_charge else place


def result(record: Record, event: Event) -> str:
    """What an event came to; the end of the processing says whether it was in time."""
    if event.kind in (EventKind.REAPPOINTED, EventKind.RECOMPUTED) and event.due_after:
        return f"{event.get_kind_display()}: {day_text(event.due_after)}"
    if event.kind in (EventKind.STEP, EventKind.STEP_UNDONE):
        return f"{event.get_kind_display()}: {StepKind(event.details['step']).label}"
    if event.kind not in (EventKind.RECEIVED, EventKind.STATUS, EventKind.CORRECTED):
        return str(event.get_kind_display())
    label = Status(event.to_status).label
    if event.kind == EventKind.CORRECTED:
        return f"{event.get_kind_display()}: {label}"
    outcome = verdict(record) if event.to_status in ENDED and event.at == record.ended_at else ""
    return f"{label}, {outcome}" if outcome else str(label)


def verdict(record: Record) -> str:
    """In time or not, as the figures count it; empty of what was never accepted."""
    if record.promised_at is None or record.ended_at is None:
        return ""
    promised, ended = timezone.localtime(record.promised_at), timezone.localtime(record.ended_at)
    facts = Facts(promised, ended, bool(record.resolved_at or record.returned_at), record.supplements)
    found = judge(facts, ended)
    return OUTCOMES.get(found, "") if found else ""
