"""Chronicles written to the database in bulk: records, events, reasons, words of names, messages, code counters.

The caller holds the transaction. PostgreSQL copies, which takes a third of the time of INSERT.
"""

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _
from psycopg import sql

from . import codes, messages, personal
from .actions import Refused
from .chronicle import Chronicle
from .models import CodeCounter, Event, EventNote, OutboxMessage, Record, RecordWord

ROWS_OF_AN_INSERT = 1_000
as_text = json.JSONEncoder(ensure_ascii=False).encode
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


# Rows ------------------------------------------------------------------------------------------


def insert(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Insert rows that are all new, and give each its key."""
    if rows and connection.vendor == "postgresql":
        copy(model, rows)
    elif rows:
        model._default_manager.bulk_create(rows, batch_size=ROWS_OF_AN_INSERT)


def copy(model: type[models.Model], rows: Sequence[Any]) -> None:
    """As `bulk_create`, by PostgreSQL's COPY."""
    fields, table = model._meta.concrete_fields, model._meta.db_table
    as_json = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    read = attrgetter(*(field.attname for field in fields))
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if isinstance(model._meta.pk, models.AutoField | models.BigAutoField):
            number(cursor, table, rows)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
        with cursor.copy(statement) as lines:
            for row in rows:
                values = list(read(row))
                for place in as_json:
                    values[place] = as_text(values[place])
                lines.write_row(values)


def number(cursor: Any, table: str, rows: Sequence[Any]) -> None:
    """Give rows the next keys of their table."""
    cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)])
    for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
        row.pk = key
