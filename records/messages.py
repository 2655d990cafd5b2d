"""E-mails to the citizen: a row in the transaction of the event, sent once, tried again; only the code is personal."""

import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock

from . import personal
from .models import Event, EventKind, OutboxMessage, Record
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
FIRST_WAIT = datetime.timedelta(minutes=1)  # before the second try; doubled with each


def prepare(record: Record, event: Event) -> None:
    """Put the message about an event in the outbox, when an address was given and the step matters."""
    changed = event.kind in (EventKind.RECEIVED, EventKind.STATUS) and event.to_status in WORTH_A_MESSAGE
    if not (changed or event.kind == EventKind.REAPPOINTED) or not record.sealed:
        return
    address = record.personal.get("email", "")
    if not address:
        return
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Record %(code)s: %(status)s") % {"code": record.code, "status": Status(event.to_status).label}
        body = _(
            "Your record %(code)s has moved on: %(status)s.\n\n"
            "Look it up on the portal with its code and the last four digits of your phone or ID number.\n\n%(name)s"
        ) % {"code": record.code, "status": Status(event.to_status).label, "name": settings.PORTAL_NAME}
    now = clock.now()
    OutboxMessage.objects.create(
        record=record,
        event=event,
        sealed_to=personal.seal(address),
        subject=subject,
        body=body,
        made_at=now,
        next_try_at=now,
    )


def send_waiting(now: datetime.datetime | None = None, most: int = 500) -> dict[str, int]:
    """Send what waits; how many were sent and how many will be tried again. Safe to run twice at the same time."""
    now, told = now or clock.now(), {"sent": 0, "failed": 0}
    waiting = OutboxMessage.objects.filter(next_try_at__lte=now).order_by("next_try_at").values_list("pk", flat=True)
    for pk in list(waiting[:most]):
        with transaction.atomic():
            message = locked(pk, now)
            if message:
                told["sent" if deliver(message, now) else "failed"] += 1
    return told


def locked(pk: int, now: datetime.datetime) -> OutboxMessage | None:
    """The message with its row locked, unless another sender has it or had it."""
    rows: Any = OutboxMessage.objects.select_for_update(skip_locked=True)
    return rows.filter(pk=pk, next_try_at__lte=now, sealed_to__isnull=False).first()


def deliver(message: OutboxMessage, now: datetime.datetime) -> bool:
    """One try. A failure is told by its kind alone: an error's text may hold the address."""
    message.tries += 1
    try:
        to = personal.unseal(message.sealed_to)  # type: ignore[arg-type]
        EmailMessage(message.subject, message.body, to=[to]).send()
    except Exception:  # whatever the backend says, the message waits
        given_up = message.tries >= OutboxMessage.MOST_TRIES
        message.next_try_at = None if given_up else now + FIRST_WAIT * 2 ** (message.tries - 1)
        message.save()
        return False
    message.sent_at, message.next_try_at, message.sealed_to = now, None, None
    message.save()
    return True
