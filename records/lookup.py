"""The citizen's look-up: a code and four digits give a record, or nothing, and nothing looks the same for any reason.

Codes can be enumerated, so what protects a record are the digits and the limits here. Limits count in stretches of
a quarter of an hour that begin with the hour: whoever is locked out waits at most that long. They hold across
processes, because the database counts. Times are the real ones, also in a demonstration whose day stands still.
"""

import datetime
import hmac
import logging
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from . import codes
from .models import LookupFailure, Record
from .personal import LAST_DIGITS, Unreadable, digits, keyed_hash, seal, unseal

logger = logging.getLogger(__name__)

Kind = LookupFailure.Kind
WINDOW = datetime.timedelta(minutes=15)
ALARMS_KEPT = datetime.timedelta(days=30)
NOBODY = {"name": "N" * 24, "identity": "", "phone": "", "email": "", "address": "", "content": "N" * 80}


def find(code: str, typed: str, address: str | None) -> int | None:
    """The key of the record with this code whose phone or ID number ends with the `typed` digits; None otherwise.

    `address` is where the attempt comes from (`organisation.address`). Each attempt is counted before it is compared,
    so that a hundred at the same moment are no way past a limit; one that succeeds is taken back. Whatever the reason
    of None, the same work was done for it.
    """
    window, code = window_of(datetime.datetime.now(datetime.UTC)), codes.parse(code)
    keys = {Kind.ADDRESS: keyed_hash("address", address or ""), Kind.CODE: keyed_hash("code", code)}
    within = is_within_limits(count_attempt(keys, window), address)
    found = compared(code, typed)
    if found is None or not within:
        after_failure(window)
        return None
    counted(keys, window).update(count=F("count") - 1)
    return found


def compared(code: str, typed: str) -> int | None:
    """One query, one unsealing, two comparisons, also when there is no such record or its facts were erased."""
    rows = list(Record.objects.filter(code=code).order_by().values_list("pk", "sealed")[:1])
    key, sealed = rows[0] if rows else (None, None)
    knows = ends_with(facts_in(sealed or nobody(tuple(settings.DATA_KEYS))), typed)
    return key if knows and sealed else None


def facts_in(sealed: bytes | memoryview) -> dict[str, Any]:
    try:
        return unseal(sealed)
    except Unreadable:
        logger.error("The personal facts of a record cannot be opened: is a key missing in PORTAL_DATA_KEYS?")
        return {}


@lru_cache(maxsize=4)
def nobody(_keys: tuple[str, ...]) -> bytes:
    """Sealed facts of nobody, about as long as somebody's: what is opened when there is no record."""
    return seal(NOBODY)


def ends_with(facts: dict[str, Any], typed: str) -> bool:
    """Whether the phone or the ID number ends with the typed digits, compared in constant time."""
    known = [digits(facts.get(name, ""))[-LAST_DIGITS:].encode() for name in ("phone", "identity")]
    equal = [hmac.compare_digest(number, typed.encode()) for number in known]
    return len(typed) == LAST_DIGITS and any(equal)


# Limits ----------------------------------------------------------------------------------------


def window_of(moment: datetime.datetime) -> datetime.datetime:
    """The beginning of the quarter of an hour in which `moment` lies."""
    return moment - (moment - datetime.datetime.min.replace(tzinfo=datetime.UTC)) % WINDOW


def counted(keys: dict[Kind, int], window: datetime.datetime) -> Any:
    return LookupFailure.objects.filter(key__in=sorted(keys.values()), window=window)


def count_attempt(keys: dict[Kind, int], window: datetime.datetime) -> dict[str, int]:
    """Count an attempt for each key; its number, by kind. Keys in order, or two could wait for each other."""
    rows = [LookupFailure(kind=kind, key=key, window=window) for kind, key in keys.items()]
    with transaction.atomic():
        LookupFailure.objects.bulk_create(sorted(rows, key=lambda row: row.key), ignore_conflicts=True)
        counted(keys, window).update(count=F("count") + 1)
        return dict(counted(keys, window).values_list("kind", "count"))


def is_within_limits(counts: dict[str, int], address: str | None) -> bool:
    return counts[Kind.CODE] <= settings.PORTAL_LOOKUP_LIMIT_CODE and (
        is_exempt(address) or counts[Kind.ADDRESS] <= settings.PORTAL_LOOKUP_LIMIT_ADDRESS
    )


def is_exempt(address: str | None) -> bool:
    """Whether the address is one of the Center's own, such as a kiosk that many people use."""
    return address is not None and any(ip_address(address) in network for network in settings.PORTAL_LOOKUP_EXEMPT)


# Alarm -----------------------------------------------------------------------------------------


def after_failure(window: datetime.datetime) -> None:
    """Tidy what is over, and raise the alarm when many codes fail: somebody tries them one after the other."""
    LookupFailure.objects.exclude(kind=Kind.ALARM).filter(window__lt=window).delete()
    LookupFailure.objects.filter(kind=Kind.ALARM, window__lt=window - ALARMS_KEPT).delete()
    failing = LookupFailure.objects.filter(kind=Kind.CODE, window=window, count__gt=0).count()
    if failing > settings.PORTAL_LOOKUP_ALARM:
        raise_alarm(window, failing)


def raise_alarm(window: datetime.datetime, failing: int) -> None:
    """Once for each stretch, a line in the log; and a row that the admin shows. Neither says who or which."""
    alarm, is_new = LookupFailure.objects.get_or_create(
        kind=Kind.ALARM, key=keyed_hash("alarm", ""), window=window, defaults={"count": failing}
    )
    if is_new:
        logger.warning("Look-ups of more than %d record codes failed since %s.", settings.PORTAL_LOOKUP_ALARM, window)
    else:
        LookupFailure.objects.filter(pk=alarm.pk, count__lt=failing).update(count=failing)


# From the catalogue ----------------------------------------------------------------------------


def address_for(query: str) -> str:
    """The look-up's address when somebody typed a record's code into the search of procedures; else empty.

    The code stands behind the #, which browsers keep to themselves: no server, proxy or log sees it there.
    """
    code = codes.parse(query)
    return f"{reverse('records:lookup')}#{code}" if code else ""
