"""Where a record stands, in the words of the person who waits for it: what the record page shows."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import clock, explain
from .models import Collection, Event, EventKind, Record, StepKind
from .statuses import Status

S = Status


class Words(NamedTuple):
    """A status in plain words: how it stands, what happens next, and what the person does now, if anything."""

    headline: Promise
    then: Promise
    act: Promise | None = None


WORDS = {
    S.SUBMITTED: Words(
        _("Your application has arrived. The desk checks whether everything is there."),
        _("Once it is accepted, the day of the result stands here."),
    ),
    S.RECEIVED: Words(_("Your record was accepted."), _("It goes to the agency that decides on it.")),
    S.REFUSED: Words(
        _("Your record was not accepted."),
        _("Put right what is written here and hand your papers in again. If something is unclear, ask at the desk."),
    ),
    S.IN_PROCESS: Words(
        _("Your record is being worked on."), _("When the work is done, you read here that the result is ready.")
    ),
    S.SUPPLEMENT: Words(
        _("Papers are missing. The work waits for you."),
        _("When everything is there, the work goes on, and the time limit starts anew."),
        _("Bring or send what is written here to the place where you handed your papers in:"),
    ),
    S.PAYMENT: Words(
        _("A payment is due. The work waits for you."),
        _("When the payment is in, the work goes on."),
        _("Pay what is written here:"),
    ),
    S.WITHDRAWAL: Words(
        _("You asked to take your record back."),
        _("The office answers you. If you want to go on after all, tell the desk."),
    ),
    S.STOPPED: Words(
        _("The work on your record has ended without a result."),
        _("If you do not agree or have a question, ask the unit that is named below."),
    ),
    S.RESOLVED: Words(_("The result is ready."), _("When you have the result, the record is closed.")),
    S.RETURNED: Words(_("You have received the result."), _("Your record is closed. Nothing is left to do.")),
}
COLLECT = {
    Collection.DESK: _("Come for the result to the place where you handed your papers in. Bring your receipt."),
    Collection.POST: _("The result comes to you by post. Keep your phone switched on."),
    Collection.ONLINE: _("Open the result in your account at the National Public Service Portal."),
}
REASON_OF = {
    S.REFUSED: _("Why it was not accepted"),
    S.STOPPED: _("Why the work has ended"),
}
# The steps that everybody goes; what leads aside ends the way where it leaves it.
WAY = (S.RECEIVED, S.IN_PROCESS, S.RESOLVED, S.RETURNED)
ENDS = {S.REFUSED: (), S.STOPPED: (S.RECEIVED, S.IN_PROCESS)}
HELD_UP = {S.SUPPLEMENT, S.PAYMENT, S.WITHDRAWAL}  # at the agency, but not at work
TOLD = {
    EventKind.RECEIVED,
    EventKind.STATUS,
    EventKind.CORRECTED,
    EventKind.REAPPOINTED,
    EventKind.RECOMPUTED,
    EventKind.WITHDRAWN,
}
WITHDRAWN = _("The result was withdrawn: it does not count any more. The office makes another one.")
# Of the electronic steps those that are no move and no matter of the office alone.
STEPS_TOLD = {StepKind.SIGN: _("The result was signed."), StepKind.STAMP: _("The result was stamped with the seal.")}
STEPS_UNDONE = {
    StepKind.SIGN: _("The signature of the result was taken back. It will be signed anew."),
    StepKind.STAMP: _("The seal of the result was taken back. It will be stamped anew."),
}
REASONS_TOLD = {S.REFUSED, S.SUPPLEMENT, S.PAYMENT, S.STOPPED}  # other reasons are the office's own


@dataclass(frozen=True)
class Step:
    """A step of the way: done, current or coming; the day on which it was reached, and what holds it up."""

    label: Promise | str
    state: str
    at: datetime.datetime | None = None
    held_up: Promise | str = ""


@dataclass(frozen=True)
class Entry:
    """A line of the timeline."""

    at: datetime.datetime
    text: Promise | str
    reason: list[str]


@dataclass(frozen=True)
class Standing:
    """What the record page says."""

    words: Words
    act: Promise | None  # what the person does now
    reason_title: Promise | None
    reason: list[str]  # the lines that the officer wrote to the person about the present status
    steps: list[Step]
    timeline: list[Entry]
    explanation: list[str]
    is_late: bool
    apology: list[str] | None  # why there is another date; None while there is none
    is_void: bool  # the result that was given out does not count any more, and there is no other yet


def standing(record: Record, events: Sequence[Event], now: datetime.datetime) -> Standing:
    """What to tell about a record; `events` are all of it, in order, each with its note."""
    status = S(record.status)
    is_shifted = bool(record.reappointed_to)
    appointed = last(events, lambda event: event.kind == EventKind.REAPPOINTED) if is_shifted else None
    return Standing(
        words=WORDS[status],
        act=COLLECT[Collection(record.collection)] if status == S.RESOLVED else WORDS[status].act,
        reason_title=REASON_OF.get(status),
        reason=told_reason(last(events, lambda event: reaches(event, status))),
        steps=list(steps(record, events)),
        timeline=[Entry(event.at, text_of(event), told_reason(event)) for event in events if is_told(event)],
        explanation=explanation(record),
        is_late=record.is_open and record.due_at is not None and record.due_at < now,
        apology=told_reason(appointed) if is_shifted else None,
        is_void=is_void(events),
    )


def is_void(events: Sequence[Event]) -> bool:
    """Whether the last thing that happened to a result is its withdrawal."""
    end = last(events, lambda event: event.kind == EventKind.WITHDRAWN or event.details.get("step") == StepKind.STAMP)
    return end is not None and end.kind == EventKind.WITHDRAWN


def last(events: Sequence[Event], is_meant: Callable[[Event], bool]) -> Event | None:
    return next((event for event in reversed(events) if is_meant(event)), None)


def reaches(event: Event, status: Status) -> bool:
    return event.kind in (EventKind.RECEIVED, EventKind.STATUS) and event.to_status == status


def told_reason(event: Event | None) -> list[str]:
    """The lines of a reason that was written to the applicant; none of others."""
    note = getattr(event, "note", None)
    kinds = (EventKind.REAPPOINTED, EventKind.WITHDRAWN)
    if note is None or event is None or not (event.kind in kinds or any(reaches(event, to) for to in REASONS_TOLD)):
        return []
    return [line.lstrip("-–•* ") for line in str(note).splitlines() if line.strip()]


def steps(record: Record, events: Sequence[Event]) -> list[Step]:
    """The way of this record: what is done, the current step marked, what comes."""
    status = S(record.status)
    way = [*ENDS[status], status] if status in ENDS else list(WAY)
    if events and events[0].to_status == S.SUBMITTED:
        way.insert(0, S.SUBMITTED)
    current = way.index(S.IN_PROCESS if status in HELD_UP else status)
    reached = {to: last(events, lambda event, to=to: reaches(event, to)) for to in way}  # type: ignore[misc]
    held_up = status.label if status in HELD_UP else ""
    return [
        Step(
            to.label,
            "current" if number == current else "done" if number < current else "coming",
            event.at if (event := reached[to]) and number <= current else None,
            held_up if number == current else "",
        )
        for number, to in enumerate(way)
    ]


def is_told(event: Event) -> bool:
    """Whether the person reads of it."""
    told = {EventKind.STEP: STEPS_TOLD, EventKind.STEP_UNDONE: STEPS_UNDONE}.get(EventKind(event.kind), {})
    return event.kind in TOLD or event.details.get("step") in told


def text_of(event: Event) -> Promise | str:
    """What happened, in the words of the steps."""
    if event.kind == EventKind.STEP:
        return STEPS_TOLD[event.details["step"]]
    if event.kind == EventKind.STEP_UNDONE:
        return STEPS_UNDONE[event.details["step"]]
    if event.kind == EventKind.WITHDRAWN:
        return WITHDRAWN
    if event.kind == EventKind.CORRECTED:
        return _("A mistaken entry was corrected. Now: %(status)s.") % {"status": S(event.to_status).label}
    if event.kind == EventKind.REAPPOINTED:
        return _("The office apologised and named a new date: %(day)s.") % {"day": day_of(event.due_after)}
    if event.kind == EventKind.RECOMPUTED:
        return _("Days off have changed. The record is now due on %(day)s.") % {"day": day_of(event.due_after)}
    return S(event.to_status).label


def day_of(moment: datetime.datetime | None) -> str:
    return explain.day(clock.local(moment)) if moment else "–"


def explanation(record: Record) -> list[str]:
    """How the promised date was computed; nothing where the days of today would give a closed record another."""
    computed = clock.deadline(record, clock.current_calendar())
    if computed is None:
        return []
    due = clock.aware(computed.due) if computed.due else None
    return explain.sentences(computed) if due == record.promised_at else []
