"""E-mails to the citizen: a row in the transaction of the event, sent once, tried again; only the code is personal.

Those to the staff (`reminders.py`) are sent in the same way.
"""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock

from . import personal
from .models import Event, EventKind, Letter, OutboxMessage, Record, StaffMessage
from .standing import WITHDRAWN, WORDS
from .statuses import Status

# The steps that matter to a citizen; the rest is the office's own.
WORTH_A_MESSAGE = {
    Status.RECEIVED,
    Status.REFUSED,
    Status.SUPPLEMENT,
    Status.PAYMENT,
    Status.STOPPED,
    Status.RESOLVED,
    Status.RETURNED,
}
TO_DO = {Status.SUPPLEMENT, Status.PAYMENT, Status.RESOLVED}  # the next step is the citizen's

FIRST_WAIT = datetime.timedelta(minutes=1)  # before the second try
GROWTH = 4  # of the wait with each try: eight of them outlast a mail server that is away over a weekend
KINDS: Sequence[type[Letter]] = (OutboxMessage, StaffMessage)
LEASE = datetime.timedelta(minutes=10)  # how long a sender has a message to itself: far longer than one try takes
MOST_IN_A_ROW = 5  # failures after which the server is taken to be away, and the rest waits for the next run


# Writing ---------------------------------------------------------------------------------------


def prepare(record: Record, event: Event) -> None:
    """Put the message about an event in the outbox, when an address was given and the step matters."""
    address = record.personal.get("email", "") if record.sealed and is_worth_a_message(event) else ""
    if address:
        message_about(record, event, address).save(force_insert=True)


def is_worth_a_message(event: Event) -> bool:
    """Whether it matters to the citizen; a correction does when it takes back what a message said."""
    if event.kind == EventKind.CORRECTED:
        return event.from_status in WORTH_A_MESSAGE
    changed = event.kind in (EventKind.RECEIVED, EventKind.STATUS) and event.to_status in WORTH_A_MESSAGE
    return changed or event.kind in (EventKind.REAPPOINTED, EventKind.WITHDRAWN)


def message_about(record: Record, event: Event, address: str) -> OutboxMessage:
    """The message before it is saved, to be sent at once."""
    with translation.override(settings.LANGUAGE_CODE):
        is_void = event.kind == EventKind.WITHDRAWN
        status = EventKind.WITHDRAWN.label if is_void else Status(event.to_status).label
        subject = _("Record %(code)s: %(status)s") % {"code": record.code, "status": status}
        how = _("Type the code and the last four digits of your phone or ID number on the portal to see more.")
        body = "\n\n".join([*sentences(event), how, settings.PORTAL_NAME])
    now = clock.now()
    return OutboxMessage(
        record=record,
        event=event,
        sealed_to=personal.seal(address),
        subject=subject,
        body=body,
        made_at=now,
        next_try_at=now,
    )


def sentences(event: Event) -> Iterator[str]:
    """What a message says about an event; what exactly is missing or due stands on the record page alone."""
    status = Status(event.to_status)
    if event.kind == EventKind.REAPPOINTED:
        yield _("We are sorry: your record takes longer than we promised.")
        yield _("A new day was named. You see it when you look your record up.")
        return
    if event.kind == EventKind.WITHDRAWN:
        yield str(WITHDRAWN)
        return
    if event.kind == EventKind.CORRECTED:
        yield _("Our last message was a mistake. We are sorry.")
    yield str(WORDS[status].headline)
    if status in TO_DO:
        yield _("You have to do something. You see what when you look your record up.")


# Sending ---------------------------------------------------------------------------------------


def send_waiting(
    now: datetime.datetime | None = None, most: int = 500, kinds: Sequence[type[Letter]] = KINDS
) -> dict[str, int]:
    """Send what waits, at most so many of each kind; how many were sent and how many failed. Safe to run twice at the
    same time.

    No lock is held while a server is spoken to: a sender takes a message by moving its next try on, which only one
    can do. When it dies before it says what became of the message, the message is tried again after `LEASE`.
    """
    told, in_a_row = {"sent": 0, "failed": 0}, 0
    connection = get_connection()
    waiting = [message for kind in kinds for message in due(kind, now or clock.now())[:most]]
    for message in waiting:
        moment = now or clock.now()
        if not take(message, moment):
            continue
        sent = deliver(message, connection, moment)
        told["sent" if sent else "failed"] += 1
        in_a_row = 0 if sent else in_a_row + 1
        if in_a_row == MOST_IN_A_ROW:
            break
    connection.close()
    return told


def due(kind: type[Letter], now: datetime.datetime) -> QuerySet[Any]:
    """What waits and may be tried, the oldest first."""
    return kind._default_manager.filter(next_try_at__lte=now).order_by("next_try_at", "pk")


def same(message: Letter, **facts: Any) -> QuerySet[Any]:
    """The row of a message, as long as these facts hold."""
    return type(message)._default_manager.filter(pk=message.pk, **facts)


def take(message: Letter, now: datetime.datetime) -> bool:
    """Whether this sender has the message now: not when another has, nor when it was withdrawn in the meantime."""
    as_it_was = same(message, next_try_at=message.next_try_at, sealed_to__isnull=False)
    message.next_try_at, message.tries = now + LEASE, message.tries + 1
    return bool(as_it_was.update(next_try_at=message.next_try_at, tries=F("tries") + 1))


def deliver(message: Letter, connection: BaseEmailBackend, now: datetime.datetime) -> bool:
    """One try. What a server says is not kept: the text of an error may hold the address."""
    mine = same(message, next_try_at=message.next_try_at)
    try:
        to = personal.unseal(message.sealed_to)  # type: ignore[arg-type]
        EmailMessage(message.subject, message.body, to=[to], connection=connection).send()
    except Exception:  # whatever the server or the key says, the message waits
        if message.tries >= Letter.MOST_TRIES:
            mine.update(next_try_at=None, sealed_to=None)
        else:
            mine.update(next_try_at=now + FIRST_WAIT * GROWTH ** (message.tries - 1))
        connection.close()  # the next one begins with a new connection
        return False
    same(message).update(sent_at=now, next_try_at=None, sealed_to=None)
    return True
