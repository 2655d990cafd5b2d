"""Reminders to the staff: what is due within 3 working days and within 1, and what is overdue; each told once.

Officers read what is theirs: whoever is in charge, else the officers of the unit that settles it today. Supervisors
read what is overdue, unit by unit. The rows that say who was reminded of what and the e-mails are one transaction:
whoever comes second finds them. An e-mail names codes, procedures and dates, and nothing personal.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import TruncDate
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisation import succession
from organisation.models import Agency, User
from organisation.roles import Deed, Role, can
from portal import clock

from . import keepers, personal, scope
from .clock import current_calendar, local
from .due import day_of, day_text
from .models import Record, RecordQuerySet, Reminder, StaffMessage
from .statistics import locks
from .working_days import ONE_DAY, Calendar

Kind = Reminder.Kind
DAYS_AHEAD = {Kind.DAY: 1, Kind.DAYS: 3}  # working days
MOST_LINES = 200  # of one kind in one e-mail
WATCHERS = [role for role in Role if can(role, Deed.MONITOR)]
SHOWN = ("code", "unit", "agency", "officer", "urgency", "procedure__name", "procedure__field")
TITLES = {
    Kind.OVERDUE: gettext_lazy("Overdue, unit by unit"),
    Kind.DAY: gettext_lazy("Due within 1 working day"),
    Kind.DAYS: gettext_lazy("Due within 3 working days"),
}


class Made(NamedTuple):
    """What was made: reminders, e-mails, and the people who have no address and were told nothing."""

    reminders: int
    letters: int
    unreachable: int


Digest = dict[Kind, list[Record]]


@transaction.atomic
def make(now: datetime.datetime | None = None) -> Made:
    """Write the reminders of now and the e-mails that tell them. Safe to run twice at the same time.

    What nobody with an address could be told is not written: it is told when somebody has one.
    """
    locks.have_reminders()
    now = now or clock.now()
    digests: dict[User, Digest] = defaultdict(lambda: defaultdict(list))
    unreachable: set[User] = set()
    told = []
    for kind, records in waiting(now, current_calendar()):
        for record, people in addressed(kind, records):
            reachable = [person for person in people if person.email]
            unreachable.update(person for person in people if not person.email)
            for person in reachable:
                digests[person][kind].append(record)
            if reachable:
                told.append(Reminder(record=record, kind=kind, due=day_of(record.urgency), made_at=now))
    Reminder.objects.bulk_create(told, batch_size=1_000)
    letters = list(letters_of(digests, now))
    StaffMessage.objects.bulk_create(letters, batch_size=100)
    return Made(len(told), len(letters), len(unreachable))


# Of what ---------------------------------------------------------------------------------------


def waiting(now: datetime.datetime, calendar: Calendar) -> Iterator[tuple[Kind, Sequence[Record]]]:
    """The open records of each kind that nobody was reminded of, the most urgent first."""
    after, opened = now, Record.objects.open()
    yield Kind.OVERDUE, untold(opened.filter(urgency__lt=now), Kind.OVERDUE)
    for kind, days in DAYS_AHEAD.items():
        before = end_of(days, now, calendar)
        yield kind, untold(opened.filter(urgency__gte=after, urgency__lt=before), kind)
        after = before


def end_of(days: int, now: datetime.datetime, calendar: Calendar) -> datetime.datetime:
    """The midnight at which so many working days after the present day are over."""
    following = calendar.days_after(local(now).date())
    day = [next(following) for _number in range(days)][-1] + ONE_DAY
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def untold(records: RecordQuerySet, kind: Kind) -> Sequence[Record]:
    told = Reminder.objects.filter(record=OuterRef("pk"), kind=kind, due=OuterRef("due_day"))
    records = records.annotate(due_day=TruncDate("urgency"))
    return list(records.exclude(Exists(told)).select_related("procedure").only(*SHOWN).order_by("urgency", "pk"))


# To whom ---------------------------------------------------------------------------------------


def addressed(kind: Kind, records: Sequence[Record]) -> Iterator[tuple[Record, Iterable[User]]]:
    """Each record with the people who are reminded of it."""
    if kind == Kind.OVERDUE:
        watchers = list(User.objects.filter(is_active=True, role__in=WATCHERS).order_by("pk"))
        yield from ((record, watchers) for record in records)
        return
    in_charge = User.objects.in_bulk({record.officer_id for record in records if record.officer_id})
    state, people = succession.state(), {}
    for record in records:
        officer = in_charge.get(record.officer_id or 0)
        if officer and scope.may(officer, Deed.MOVE, record):
            yield record, [officer]
            continue
        units = tuple(keepers.settlers_of(record, state)), tuple(keepers.desks_of(record, state))
        if units not in people:
            people[units] = officers_of_one(units, state)
        yield record, people[units]


def officers_of_one(units: Sequence[Sequence[int]], state: succession.State) -> Sequence[User]:
    """The officers of the first of these groups of units that has any."""
    found = (list(keepers.officers(group, state).order_by("pk")) for group in units)
    return next(filter(None, found), [])


# In which words --------------------------------------------------------------------------------


def letters_of(digests: dict[User, Digest], now: datetime.datetime) -> Iterator[StaffMessage]:
    agencies = Agency.objects.in_bulk()
    state = succession.state()
    with translation.override(settings.LANGUAGE_CODE):
        for person, digest in digests.items():
            parts = [
                part for kind in TITLES if digest.get(kind) for part in section(kind, digest[kind], agencies, state)
            ]
            yield StaffMessage(
                person=person,
                sealed_to=personal.seal(person.email),
                subject=subject(digest),
                body="\n\n".join([*parts, settings.PORTAL_NAME]),
                made_at=now,
                next_try_at=now,
            )


def subject(digest: Digest) -> str:
    overdue = len(digest.get(Kind.OVERDUE, []))
    if overdue:
        return _("Records that are overdue: %(count)d") % {"count": overdue}
    return _("Records that are due soon: %(count)d") % {"count": sum(map(len, digest.values()))}


def section(
    kind: Kind, records: Sequence[Record], agencies: dict[int, Agency], state: succession.State
) -> Iterator[str]:
    """A heading and its lines; what is overdue under the name of the unit that settles it today."""
    yield f"{TITLES[kind]}: {len(records)}"
    shown = records[:MOST_LINES]
    if kind == Kind.OVERDUE:
        units: dict[int, list[Record]] = defaultdict(list)
        for record in shown:
            units[keepers.settlers_of(record, state)[0]].append(record)
        for unit, rows in sorted(units.items(), key=lambda item: -len(item[1])):
            yield "\n".join([f"{agencies[unit].name}: {len(rows)}", *map(line, rows)])
    else:
        yield "\n".join(map(line, shown))
    if kind == Kind.DAY:
        yield _("Where a date cannot be kept, the draft of an apology waits on the record's page.")
    if len(records) > len(shown):
        yield _("And %(count)d more: the list of records shows them.") % {"count": len(records) - len(shown)}


def line(record: Record) -> str:
    return f"- {record.code} · {record.procedure.name} · {day_text(record.urgency)}"
