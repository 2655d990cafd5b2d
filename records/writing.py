"""Chronicles written to the database in bulk: records, events, reasons, words of names, messages, code counters.

The caller holds the transaction, and ends it soon: the cells of the figures are locked until then.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from . import codes, messages, personal
from .actions import Refused
from .chronicle import Chronicle
from .models import CodeCounter, Event, EventNote, OutboxMessage, Record, RecordWord
from .rows import insert
from .statistics import rollups

UnitDay = tuple[str, datetime.date]  # the part of codes that names the unit, and the day


def write(chronicles: Sequence[Chronicle]) -> int:
    """Write all of them, or none with the caller's transaction; how many events they have."""
    raise_counters(chronicle.record.code for chronicle in chronicles)
    insert(Record, [chronicle.record for chronicle in chronicles])
    events = []
    for chronicle in chronicles:
        for event in chronicle.events:
            event.record_id = chronicle.record.pk
        events.extend(chronicle.events)
    insert(Event, events)
    insert(EventNote, list(notes(chronicles)))
    insert(RecordWord, list(name_words(chronicles)))
    insert(OutboxMessage, list(letters(chronicles)))
    rollups.note_many(chronicle.record for chronicle in chronicles)
    return len(events)


def notes(chronicles: Iterable[Chronicle]) -> Iterator[EventNote]:
    for chronicle in chronicles:
        for event, reason in zip(chronicle.events, chronicle.reasons, strict=True):
            if reason:
                yield EventNote(event_id=event.pk, sealed=personal.seal(reason))


def name_words(chronicles: Iterable[Chronicle]) -> Iterator[RecordWord]:
    for chronicle in chronicles:
        names = [chronicle.applicant.name, chronicle.applicant.owner]
        for word in sorted(personal.name_hashes(names)):
            yield RecordWord(record_id=chronicle.record.pk, word=word)


def letters(chronicles: Iterable[Chronicle]) -> Iterator[OutboxMessage]:
    """The messages as the sender leaves them: what happened in the past is not announced today."""
    for chronicle in chronicles:
        for event in chronicle.events if chronicle.announced else []:
            if messages.is_worth_a_message(event):
                message = messages.message_about(chronicle.record, event, chronicle.applicant.email)
                message.made_at = message.sent_at = event.at
                message.sealed_to, message.next_try_at, message.tries = None, None, 1
                yield message


# Codes -----------------------------------------------------------------------------------------


def take_codes(wanted: Mapping[UnitDay, int]) -> dict[UnitDay, list[str]]:
    """The next codes of each unit part and day, so many as are wanted, in order."""
    last = locked_counters(wanted)
    taken = {}
    for (part, day), count in wanted.items():
        before = last[part, day]
        if before + count > codes.LAST_ORDER:
            raise Refused(
                _("%(unit)s has given all %(count)d codes of this day.") % {"unit": part, "count": codes.LAST_ORDER}
            )
        taken[part, day] = [codes.issue(part, day, before + number) for number in range(1, count + 1)]
    return taken


def raise_counters(given: Iterable[str]) -> None:
    """Let the counters stand at the highest order that was given, so that the next reception goes on from there."""
    highest: dict[UnitDay, int] = {}
    for code in given:
        part, day, order = code.split("-")
        key = part, day_of(day)
        highest[key] = max(int(order), highest.get(key, 0))
    last = locked_counters(highest)
    CodeCounter.objects.bulk_create(
        [CodeCounter(unit_part=key[0], day=key[1], last=order) for key, order in highest.items() if order > last[key]],
        update_conflicts=True,
        unique_fields=["unit_part", "day"],
        update_fields=["last"],
    )


def day_of(digits: str) -> datetime.date:
    """The day in a code: "240828"."""
    return datetime.date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))


def locked_counters(keys: Iterable[UnitDay]) -> dict[UnitDay, int]:
    """The last order of each unit and day, their rows locked until the transaction ends."""
    wanted = sorted(keys)
    rows = [CodeCounter(unit_part=part, day=day) for part, day in wanted]
    CodeCounter.objects.bulk_create(rows, ignore_conflicts=True)
    counters = CodeCounter.objects.select_for_update().order_by("unit_part", "day")
    counters = counters.filter(unit_part__in={part for part, _day in wanted}, day__in={day for _part, day in wanted})
    return {(counter.unit_part, counter.day): counter.last for counter in counters}
