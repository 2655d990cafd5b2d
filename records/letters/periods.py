"""Letters of a unit and a period: the receipts of a day, and the register of records.

Both come in the order of reception, so many records at a time: no request draws without end.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.models import Agency
from records.actions import Refused
from records.listing import LONGEST_PERIOD, ONE_DAY, midnight
from records.models import Event, EventKind, LetterForm, LetterKind, Record, RecordQuerySet
from records.papers import letterhead
from records.personal import Unreadable
from records.statuses import Status

from .offers import standing

SIZE = {LetterKind.RECEIPT: 50, LetterKind.REGISTER: 200}  # records that are drawn in one go
ERASED, UNREADABLE = "(đã xóa)", "(không đọc được)"


def of(unit: Agency, first: datetime.date, last: datetime.date) -> RecordQuerySet:
    """What was received at a unit from one day to another, both included."""
    return Record.objects.filter(unit=unit, received_at__gte=midnight(first), received_at__lt=midnight(last + ONE_DAY))


def with_receipts(unit: Agency, day: datetime.date) -> RecordQuerySet:
    """What was received at a desk on a day and accepted; of erased records there is no receipt."""
    return of(unit, day, day).filter(clock_from__isnull=False, sealed__isnull=False)


def meant(kind: LetterKind, unit: Agency, first: datetime.date, last: datetime.date) -> RecordQuerySet:
    """The records whose letters of a kind, a receipt or the register, are meant, in the order of reception."""
    records = of(unit, first, last) if kind == LetterKind.REGISTER else with_receipts(unit, first)
    return records.order_by("received_at", "pk")


def beyond(records: RecordQuerySet, reached: int) -> RecordQuerySet:
    """Those of `meant` that come after the record with the key `reached`."""
    at = Record.objects.values_list("received_at", flat=True).get(pk=reached)
    return records.filter(Q(received_at__gt=at) | Q(received_at=at, pk__gt=reached))


def with_facts(records: RecordQuerySet) -> RecordQuerySet:
    """The same records with what their letters are filled from, in few queries."""
    events = Event.objects.select_related("actor").order_by("sequence")
    related = records.select_related("procedure", "version", "unit__parent", "agency__parent")
    return related.prefetch_related(Prefetch("events", events))


def check(first: datetime.date, last: datetime.date) -> None:
    """Refuse a period that nobody can make a register of."""
    if last < first:
        raise Refused(_("The last day lies before the first."))
    if (last - first).days >= LONGEST_PERIOD:
        raise Refused(_("At most %(count)d days at a time.") % {"count": LONGEST_PERIOD})


# The register ----------------------------------------------------------------------------------


class Row(NamedTuple):
    """A line of the register; days are empty where nothing of the kind happened."""

    number: int
    record: Record
    name: str
    contact: str
    received: datetime.datetime
    promised: datetime.datetime | None
    handed_over: datetime.datetime | None
    resolved: datetime.datetime | None
    returned: datetime.datetime | None
    note: str


def rows(records: Iterable[Record], start: int = 1) -> list[Row]:
    """Each record once, its days as its events say; the first has the number `start`."""
    return [row(number, record) for number, record in enumerate(records, start=start)]


def row(number: int, record: Record) -> Row:
    events = list(record.events.all())
    moves = [event for event in standing(events) if event.kind == EventKind.STATUS]
    reached = {event.to_status: timezone.localtime(event.at) for event in reversed(moves)}  # the first time of each
    name, contact = people(record)
    return Row(
        number=number,
        record=record,
        name=name,
        contact=contact,
        received=timezone.localtime(events[0].at),
        promised=timezone.localtime(record.promised_at) if record.promised_at else None,
        handed_over=reached.get(Status.IN_PROCESS),
        resolved=reached.get(Status.RESOLVED),
        returned=reached.get(Status.RETURNED),
        note="" if record.status == Status.RETURNED else str(record.get_status_display()),
    )


def people(record: Record) -> tuple[str, str]:
    """Name, and how to reach the applicant."""
    if not record.sealed:
        return ERASED, ""
    try:
        facts = record.personal
    except Unreadable:
        return UNREADABLE, ""
    return facts.get("name", ""), ", ".join(filter(None, (facts.get("address"), facts.get("phone"))))


def register(
    form: LetterForm, unit: Agency, first: datetime.date, last: datetime.date, lines: Sequence[Row]
) -> dict[str, Any]:
    """What the template of the register needs."""
    above, house = letterhead(unit)
    return {
        "form": form,
        "template": "records/letters/_register.html",
        "above": above,
        "house": house,
        "province": settings.PORTAL_PROVINCE,
        "day": last,
        "is_invented": bool(settings.PORTAL_TODAY),
        "first": first,
        "last": last,
        "rows": lines,
    }
