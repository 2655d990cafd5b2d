"""The record that a visitor may see: in the session of a look-up, or of a link from it, for half an hour."""

import time
from typing import cast

from django.contrib.sessions.backends.base import SessionBase
from django.core import signing

from .models import Record

IDLE = 30 * 60  # seconds; the real time, also in a demonstration whose day stands still
LINK = 30 * 60
KEY = "opened_record"
SALT = "records.link"


def remember(session: SessionBase, record_id: int) -> None:
    """Open a record in this session, under a new session key: what somebody planted before is worth nothing."""
    session.cycle_key()
    session[KEY] = {"record": record_id, "at": time.time()}


def current(session: SessionBase) -> Record | None:
    """The record that is open in this session; None when none is, when it was left alone, or when it was erased."""
    opened = session.get(KEY)
    if opened is None:
        return None
    record = None
    if 0 <= time.time() - opened["at"] <= IDLE:
        records = Record.objects.select_related("procedure", "unit", "agency")
        record = records.filter(pk=opened["record"], sealed__isnull=False).first()
    if record is None:
        forget(session)
        return None
    session[KEY] = {"record": record.pk, "at": time.time()}
    return record


def forget(session: SessionBase) -> None:
    """Close the record; a session that held nothing else ends, one of a signed-in officer goes on."""
    session.pop(KEY, None)
    if not session.keys():
        session.flush()


def token_for(record: Record) -> str:
    """For a link that opens the record for half an hour: its number, signed; nothing about anybody."""
    return signing.dumps(record.pk, salt=SALT)


def record_of(token: str) -> int | None:
    """The key of the record of a token; None when it is too old or was touched."""
    try:
        return cast(int, signing.loads(token, salt=SALT, max_age=LINK))
    except signing.BadSignature:
        return None
