"""Letters of a unit and a period: the receipts of a day, and the register of records.

Both are made in parts, so that no request draws without end: so many records a part, in the order of reception.
"""

import datetime
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.models import Agency
from records.actions import Refused
from records.listing import LONGEST_PERIOD, ONE_DAY, midnight
from records.models import Event, EventKind, LetterForm, Record, RecordQuerySet
from records.papers import letterhead
from records.personal import Unreadable
from records.statuses import Status

from .offers import standing

RECEIPTS, ROWS = 50, 200  # in one PDF
ERASED, UNREADABLE = "(đã xóa)", "(không đọc được)"


def of(unit: Agency, first: datetime.date, last: datetime.date) -> RecordQuerySet:
    """What was received at a unit from one day to another, both included."""
    return Record.objects.filter(unit=unit, received_at__gte=midnight(first), received_at__lt=midnight(last + ONE_DAY))


def with_receipts(unit: Agency, day: datetime.date) -> RecordQuerySet:
    """What was received at a desk on a day and accepted; of erased records there is no receipt."""
    return of(unit, day, day).filter(clock_from__isnull=False, sealed__isnull=False)


def received(unit: Agency, day: datetime.date, part: int) -> list[Record]:
    """A part of the receptions of a day, with their events and units."""
    records = with_receipts(unit, day).select_related("procedure", "version", "unit__parent", "agency__parent")
    events = Event.objects.select_related("actor").order_by("sequence")
    return cut(records.prefetch_related(Prefetch("events", events)), part, RECEIPTS)


def cut(records: RecordQuerySet, part: int, size: int) -> list[Record]:
    return list(records.order_by("received_at", "pk")[(part - 1) * size : part * size])


def parts(count: int, size: int) -> list[tuple[int, int, int]]:
    """Number, first and last of each part of so many records."""
    return [
        (number, (number - 1) * size + 1, min(number * size, count))
        for number in range(1, math.ceil(count / size) + 1)
    ]


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


def rows(unit: Agency, first: datetime.date, last: datetime.date, part: int) -> list[Row]:
    """A part of the register: each record of the period once, its days as its events say."""
    records = of(unit, first, last).select_related("version", "procedure", "agency")
    events = Event.objects.order_by("sequence")
    found = cut(records.prefetch_related(Prefetch("events", events)), part, ROWS)
    return [row(number, record) for number, record in enumerate(found, start=(part - 1) * ROWS + 1)]


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
