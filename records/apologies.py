"""Drafts of apologies: of a record that will not make its date, a day before it (Art. 19 Decree 61/2018/NĐ-CP).

A draft proposes a new date and a text whose reason the officer fills in; nothing is sent before somebody confirms it
as any other re-appointment. It is of one due date: when that is gone, because the record has ended, waits for the
citizen or was re-appointed, so is the draft.
"""

import datetime
import math

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock
from procedures.models import TimeUnit

from .clock import current_calendar, local
from .deadlines import months_later
from .models import ApologyDraft, Record
from .reminders import end_of
from .statuses import OPEN
from .working_days import Calendar

KNOWN = ("urgency", "limit_value", "limit_unit")
BLANK = "[…]"  # where the officer writes the reason: an apology that still holds it is refused
MOST_DAYS = 10  # working days that a draft proposes


def prepare(now: datetime.datetime | None = None) -> int:
    """Drafts for open records that are due within one working day; how many. Those that became pointless go."""
    now = now or clock.now()
    calendar = current_calendar()
    with transaction.atomic():
        ApologyDraft.objects.exclude(WITH_A_POINT).delete()
        records = Record.objects.open().filter(
            urgency__gte=now, urgency__lt=end_of(1, now, calendar), reappointed_to=None, apology=None
        )
        drafts = [draft(record, now, calendar) for record in records.only(*KNOWN)]
        # Another run may have made some of them meanwhile.
        before = ApologyDraft.objects.count()
        ApologyDraft.objects.bulk_create(drafts, batch_size=500, ignore_conflicts=True)
        return ApologyDraft.objects.count() - before


WITH_A_POINT = Q(record__status__in=OPEN, record__reappointed_to=None, record__due_at=F("due"))


def draft(record: Record, now: datetime.datetime, calendar: Calendar) -> ApologyDraft:
    return ApologyDraft(
        record=record, due=record.urgency, new_day=proposed(record, now, calendar), reason=template(), made_at=now
    )


def template() -> str:
    """The text in the applicants' language, with the place of the reason left blank."""
    with translation.override(settings.LANGUAGE_CODE):
        return _(
            "We are sorry: the result of your record will not be ready on the promised day. The reason: %(blank)s"
        ) % {"blank": BLANK}


def proposed(record: Record, now: datetime.datetime, calendar: Calendar) -> datetime.date:
    """The due day and half of the limit in working days more: one day at least, `MOST_DAYS` at most."""
    last = max(local(record.urgency).date(), local(now).date())
    following = calendar.days_after(last)
    more = min(max(math.ceil(working_days(record, last, calendar) / 2), 1), MOST_DAYS)
    return [next(following) for _number in range(more)][-1]


def working_days(record: Record, day: datetime.date, calendar: Calendar) -> int:
    """About how many working days the limit of a record is."""
    value = record.limit_value
    if record.limit_unit == TimeUnit.WORKING_DAY:
        return value
    if record.limit_unit == TimeUnit.HOUR:
        return math.ceil(value / 8)
    if record.limit_unit == TimeUnit.MONTH:
        return calendar.count(day, months_later(day, min(value, 12)))
    return calendar.count(day, day + datetime.timedelta(days=min(value, 366)))


def draft_of(record: Record) -> ApologyDraft | None:
    """The draft for a record as it stands; None when there is none that has a point."""
    found: ApologyDraft | None = getattr(record, "apology", None)
    is_due = record.status in OPEN and not record.reappointed_to
    return found if found and is_due and found.due == record.due_at else None
