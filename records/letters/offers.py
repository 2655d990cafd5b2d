"""Which letters a record has: those that follow from its events, and its control sheet."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from records import apologies
from records.history import undone_by
from records.models import Event, EventKind, LetterKind, Record
from records.statuses import Status

NO_EVENT = 0  # the number of a letter that no single event is behind
# A refusal before acceptance ends in 3, one after it in 8.
REFUSING = {Status.REFUSED, Status.STOPPED}
REACHES = (EventKind.RECEIVED, EventKind.STATUS)


class Offer(NamedTuple):
    """A letter that can be issued, with the event that it tells of; without one it is of the whole record."""

    kind: LetterKind
    event: Event | None = None
    is_draft: bool = False

    @property
    def label(self) -> str:
        return str(LetterKind(self.kind).label)

    @property
    def number(self) -> int:
        return self.event.sequence if self.event else NO_EVENT


def offers(record: Record, events: Sequence[Event]) -> list[Offer]:
    """The letters of a record; `events` are all of it, in order. What a correction has undone has no letter, and of a
    record whose personal facts were erased the control sheet alone is left."""
    sent = told(record, events)
    draft = [] if any(one.kind == LetterKind.APOLOGY for one in sent) else drafts(record)
    return [*sent, *draft, Offer(LetterKind.CONTROL)]


def told(record: Record, events: Sequence[Event]) -> list[Offer]:
    """Those that the applicant was given or sent: no drafts, nothing of the office's own."""
    if not record.sealed:
        return []
    valid = standing(events)
    return [*receipt(valid), *supplements(valid), *refusal(record, valid), *apology(valid)]


def standing(events: Iterable[Event]) -> list[Event]:
    """The events without those that a correction has undone."""
    events = list(events)
    undone = undone_by(events)
    return [event for event in events if event.sequence not in undone]


def receipt(events: Sequence[Event]) -> list[Offer]:
    """Of the last time that the whole file was in: the acceptance, or the supplement after which the limit started
    anew."""
    accepted = [event for event in events if event.kind in REACHES and is_accepted(event)]
    return [Offer(LetterKind.RECEIPT, accepted[-1])] if accepted else []


def is_accepted(event: Event) -> bool:
    again = event.from_status == Status.SUPPLEMENT and event.to_status == Status.IN_PROCESS
    return event.to_status == Status.RECEIVED or again


def supplements(events: Sequence[Event]) -> list[Offer]:
    asked = [event for event in events if event.kind == EventKind.STATUS and event.to_status == Status.SUPPLEMENT]
    return [Offer(LetterKind.SUPPLEMENT, event) for event in asked]


def refusal(record: Record, events: Sequence[Event]) -> list[Offer]:
    if record.status not in REFUSING:
        return []
    ended = [event for event in events if event.kind == EventKind.STATUS and event.to_status == record.status]
    return [Offer(LetterKind.REFUSAL, event) for event in ended[-1:]]


def apology(events: Sequence[Event]) -> list[Offer]:
    appointed = [event for event in events if event.kind == EventKind.REAPPOINTED]
    return [Offer(LetterKind.APOLOGY, event) for event in appointed[-1:]]


def drafts(record: Record) -> list[Offer]:
    """The apology that was prepared, for somebody to sign."""
    return [Offer(LetterKind.APOLOGY, is_draft=True)] if record.sealed and apologies.draft_of(record) else []
