"""How the records stood that were open at a past moment: judged by the one formula, a range of keys at a time.

The record as it is now may have gone on since. What its clock was at that moment stands in the first change of status
after it, which keeps the clock before; changes that were undone, and their corrections, are as if they had not been.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from django.db.models import Q
from django.utils import timezone

from records.clock import aware, current_calendar, deadline, restore
from records.history import undone_by
from records.models import Event, EventKind, Record
from records.statuses import OPEN, Status
from records.working_days import Calendar

from .formula import Facts, Verdict, judge

NOT_JUDGED = "none"  # filed, not accepted yet
KNOWN = ("status", "limit_value", "limit_unit", "clock_from", "still_since", "pauses", "promised_at", "supplements")
KEYS_OF_A_QUERY = 500


def open_at(at: datetime.datetime) -> Q:
    """Which records were received and had not ended at a moment (see `cells.ended`)."""
    later = Q(resolved_at__gt=at) | Q(resolved_at=None, returned_at__gt=at)
    later |= Q(status__in=[Status.REFUSED, Status.STOPPED], status_since__gt=at)
    return Q(received_at__lte=at) & (Q(status__in=OPEN) | later)


def tally(first: int, last: int, at: datetime.datetime, kinds: Collection[str]) -> Counter[str]:
    """Verdict, or `NOT_JUDGED` → how many records with keys after `first` up to `last` were open at `at`."""
    rows = Record.objects.filter(open_at(at), pk__gt=first, pk__lte=last, unit__kind__in=list(kinds))
    records, calendar = list(rows.order_by("pk").only(*KNOWN)), current_calendar()
    later = events_after(at, [record.pk for record in records])
    return Counter(str(verdict(record, later[record.pk], at, calendar) or NOT_JUDGED) for record in records)


def events_after(at: datetime.datetime, keys: Sequence[int]) -> dict[int, list[Event]]:
    """The events of these records after a moment, in order."""
    found: dict[int, list[Event]] = defaultdict(list)
    for start in range(0, len(keys), KEYS_OF_A_QUERY):
        some = keys[start : start + KEYS_OF_A_QUERY]
        for event in Event.objects.filter(record__in=some, at__gt=at).order_by("record", "sequence"):
            found[event.record_id].append(event)
    return found


def verdict(record: Record, later: Sequence[Event], at: datetime.datetime, calendar: Calendar) -> Verdict | None:
    """How a record stood that was open at `at`; None when it was not accepted yet. `later` are its events since."""
    change = next(standing(later), None)
    was = as_before(record, change) if change else record
    if was.clock_from is None:
        return None
    still, promised = was.still_since, None if change or was.still_since else was.promised_at
    if promised is None:
        was.still_since = None  # what would be due if it went on at that moment
        computed = deadline(was, calendar)
        promised = aware(computed.due) if computed and computed.due else None
    zone = timezone.get_current_timezone()
    facts = Facts(
        promised.astimezone(zone) if promised else None,
        ended=None,
        has_result=False,
        supplements=was.supplements,
        still=still.astimezone(zone) if still else None,
    )
    return judge(facts, at)


def standing(events: Sequence[Event]) -> Iterator[Event]:
    """The changes of status among these events that were not undone by one of them."""
    undone = undone_by(events)
    return (event for event in events if event.kind == EventKind.STATUS and event.sequence not in undone)


def as_before(record: Record, change: Event) -> Record:
    """The clock of a record as it was before one of its changes."""
    was = Record(limit_value=record.limit_value, limit_unit=record.limit_unit)
    restore(was, change.details["clock_before"])
    return was
