"""The clock of a record: when it started, where it stood still, and the date that follows."""

import datetime
from typing import Any

from django.utils import timezone

from procedures.models import TimeUnit

from .deadlines import Deadline, Limit, Pause, compute, without
from .history import utc
from .models import FAR, DayException, Record
from .statuses import BEFORE_THE_CLOCK, STANDING_STILL, STARTS_ANEW_AFTER, Status
from .working_days import ONE_DAY, Calendar, office_minutes


def current_calendar() -> Calendar:
    """The days that deviate, as they stand in the database now."""
    days: dict[str, set[datetime.date]] = {"off": set(), "worked": set()}
    for day, kind in DayException.objects.values_list("day", "kind"):
        days[kind].add(day)
    return Calendar(frozenset(days["off"]), frozenset(days["worked"]))


def local(moment: datetime.datetime) -> datetime.datetime:
    """The wall clock of Vietnam at `moment`."""
    return timezone.localtime(moment).replace(tzinfo=None)


def aware(moment: datetime.datetime) -> datetime.datetime:
    return timezone.make_aware(moment)


def pauses_of(record: Record) -> list[Pause]:
    read = datetime.datetime.fromisoformat
    pauses = [Pause(local(read(start)), local(read(end))) for start, end in record.pauses]
    return [*pauses, Pause(local(record.still_since))] if record.still_since else pauses


def deadline(record: Record, calendar: Calendar) -> Deadline | None:
    """When the record is due by its limit, and how that is computed; None before the clock has started."""
    if record.clock_from is None:
        return None
    limit = Limit(record.limit_value, TimeUnit(record.limit_unit))
    return compute(local(record.clock_from), limit, pauses_of(record), calendar)


def move_clock(record: Record, start: Status | None, to: Status, at: datetime.datetime) -> None:
    """What a change of status does to the clock."""
    if to not in BEFORE_THE_CLOCK and record.clock_from is None:
        record.clock_from = at
    if start in STANDING_STILL and record.still_since:
        if start in STARTS_ANEW_AFTER and to == Status.IN_PROCESS:
            record.earlier = [*record.earlier, *stretches(record, record.still_since)]
            record.clock_from, record.pauses = at, []  # Art. 19.4 Decree 61/2018: the limit starts anew
        else:
            record.pauses = [*record.pauses, [utc(record.still_since), utc(at)]]
            if record.reappointed_to:
                record.reappointed_to += (local(at).date() - local(record.still_since).date()).days * ONE_DAY
        record.still_since = None
    if to in STANDING_STILL:
        record.still_since = at


def set_dates(record: Record, calendar: Calendar) -> None:
    """Bring the promise, the due date and the urgency in step with the clock."""
    computed = deadline(record, calendar)
    record.promised_at = aware(computed.due) if computed and computed.due else None
    record.due_at = latest_promise(record, calendar)
    record.urgency = record.due_at or FAR


def latest_promise(record: Record, calendar: Calendar) -> datetime.datetime | None:
    """The promise, or the date of a re-appointment where that is later: on a working day."""
    if record.promised_at is None or record.reappointed_to is None:
        return record.promised_at
    wall = local(record.reappointed_to)
    return max(record.promised_at, aware(wall.combine(calendar.on_or_after(wall.date()), wall.time())))


def stretches(record: Record, until: datetime.datetime) -> list[list[str | None]]:
    """The stretches of this limit in which the clock ran, until a moment: [[start, end], …] ISO 8601 in UTC."""
    if record.clock_from is None:
        return []
    closed = pauses_of(record)[: len(record.pauses)]
    parts = without(local(record.clock_from), local(until), closed)
    return [[utc(aware(start)), utc(aware(stop))] for start, stop in parts]


def set_working_time(record: Record, calendar: Calendar) -> None:
    """Note for how long an ended record was worked on: office time from acceptance to the end, less the pauses."""
    ended = record.ended_at
    if ended is None or record.clock_from is None:
        record.working_minutes = None
    elif record.working_minutes is None:
        read = datetime.datetime.fromisoformat
        spans = [*record.earlier, *stretches(record, ended)]
        record.working_minutes = sum(
            office_minutes(local(read(str(start))), local(read(str(stop))), calendar) for start, stop in spans
        )


CLOCK_FIELDS = (
    "clock_from",
    "still_since",
    "pauses",
    "earlier",
    "reappointed_to",
    "resolved_at",
    "returned_at",
    "supplements",
)


def state(record: Record) -> dict[str, Any]:
    """The clock as plain data, for the event that may be undone later."""
    return {
        name: utc(value) if isinstance(value, datetime.datetime) else value
        for name, value in ((name, getattr(record, name)) for name in CLOCK_FIELDS)
    }


def restore(record: Record, saved: dict[str, Any]) -> None:
    """Put the clock back; a re-appointment that was made since stays, because there is only one."""
    for name in CLOCK_FIELDS:
        value = saved.get(name, [])  # events from before it was kept say nothing of `earlier`
        if name == "reappointed_to" and value is None:
            continue
        is_moment = isinstance(value, str)
        setattr(record, name, datetime.datetime.fromisoformat(value) if is_moment else value)
