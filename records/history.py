"""The history of a record: events chained by hashes, and what their chain says."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from .models import Event, EventKind, Record
from .statuses import FIRST

PAGE = 2_000
FACTS = ("status", "sequence", "last_hash", "due_at")


def utc(moment: datetime.datetime | None) -> str | None:
    """A moment as hashes hold it: UTC with microseconds."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds") if moment else None


def content(event: Event, code: str) -> dict[str, Any]:
    """What the hash of an event covers, as plain data; nothing personal."""
    return {
        "record": code,
        "sequence": event.sequence,
        "kind": event.kind,
        "at": utc(event.at),
        "actor": event.actor_id,
        "from": event.from_status,
        "to": event.to_status,
        "due_before": utc(event.due_before),
        "due_after": utc(event.due_after),
        "details": event.details,
        "reason": event.reason_digest,
        "previous": event.previous_hash,
    }


def hash_of(event: Event, code: str) -> str:
    """SHA-256 of the event's content as canonical JSON: keys in order, no spaces, UTF-8."""
    text = json.dumps(content(event, code), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Broken:
    """The first link of a record's chain that does not hold."""

    code: str
    sequence: int
    why: str


def verify(code: str, events: Iterable[Event], record: dict[str, Any]) -> Broken | None:
    """Walk one chain, in order; `record` has the `FACTS` that the last event tells as well."""
    last: Event | None = None
    for number, event in enumerate(events, start=1):
        why = fault_of(event, last, code, number)
        if why:
            return Broken(code, event.sequence, why)
        last = event
    if last is None:
        return Broken(code, 0, "no event")
    for name, expected in zip(FACTS, (last.to_status, last.sequence, last.hash, last.due_after), strict=True):
        if record[name] != expected:
            return Broken(code, last.sequence, f"the record's {name} is not that of its last event")
    return None


def fault_of(event: Event, last: Event | None, code: str, number: int) -> str:
    """What is wrong with an event that follows `last`; empty when nothing is."""
    if event.sequence != number:
        return f"event {number} is missing"
    if event.previous_hash != (last.hash if last else ""):
        return "it does not continue the event before it"
    if event.hash != hash_of(event, code):
        return "its content was changed"
    if last is None:
        return "" if event.kind == EventKind.RECEIVED and event.to_status in FIRST else "it is no reception"
    if event.from_status not in (None, last.to_status):
        return "it starts from another status"
    if event.from_status is None and event.to_status != last.to_status:
        return "it changes the status without saying so"
    return ""


def chains(records: Iterable[dict[str, Any]], events: Iterable[Event]) -> Iterator[tuple[dict[str, Any], list[Event]]]:
    """Each record with its events; both in the order of the records' keys."""
    waiting = iter(events)
    event = next(waiting, None)
    for record in records:
        own = []
        while event is not None and event.record_id <= record["id"]:
            if event.record_id == record["id"]:  # a smaller key: of a record that was written meanwhile
                own.append(event)
            event = next(waiting, None)
        yield record, own


def walk() -> Iterator[tuple[int, int, list[Broken]]]:
    """Walk every chain, a page of records at a time: how many records and events it had, and which are broken.

    Records may change meanwhile: what seems broken is looked at again with its row locked.
    """
    last = 0
    while page := list(Record.objects.filter(pk__gt=last).order_by("pk").values("id", "code", *FACTS)[:PAGE]):
        events = Event.objects.filter(record_id__gt=last, record_id__lte=page[-1]["id"])
        ordered = events.order_by("record_id", "sequence").iterator(chunk_size=PAGE)
        count, broken = 0, []
        for record, own in chains(page, ordered):
            count += len(own)
            if verify(record["code"], own, record) and (fault := verify_locked(record["id"])):
                broken.append(fault)
        yield len(page), count, broken
        last = page[-1]["id"]


@transaction.atomic
def verify_locked(pk: int) -> Broken | None:
    record = Record.objects.select_for_update().values("code", *FACTS).get(pk=pk)
    return verify(record["code"], Event.objects.filter(record=pk).order_by("sequence"), record)


def undoable(record: Record) -> Event | None:
    """The last change of status that no correction has undone yet; None when only the reception is left."""
    changes = list(record.events.filter(kind__in=[EventKind.STATUS, EventKind.CORRECTED]).order_by("-sequence"))
    undone = undone_by(changes)
    return next((e for e in changes if e.kind == EventKind.STATUS and e.sequence not in undone), None)


def undone_by(events: Iterable[Event]) -> set[int]:
    """The numbers of the changes that corrections among these events have undone."""
    return {event.details["undoes"] for event in events if event.kind == EventKind.CORRECTED}
