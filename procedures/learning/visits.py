"""Whether an address does a thing for the first time on a day: kept as a hash, and forgotten when the day is over.

The hash is keyed with a secret of the day that stands nowhere but in its row; when that is deleted, nobody can tell
any more which address a hash stood for. Days are the real ones, also in a demonstration whose day stands still.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone

from procedures.models import DaySalt, Visit

MOST_A_DAY = 200_000  # hashes; beyond them nothing is a first time, so that no stranger fills the table
What = tuple[str, ...]  # what was done, and the address


def todays_salt() -> DaySalt:
    """The secret of today, its row locked until the transaction ends; the days before are forgotten."""
    day = timezone.localdate()
    DaySalt.objects.exclude(day=day).delete()
    locked = DaySalt.objects.select_for_update()
    salt, _is_new = locked.get_or_create(day=day, defaults={"salt": secrets.token_bytes(32)})
    return salt


def digest(salt: DaySalt, what: Iterable[str]) -> bytes:
    return hmac.digest(bytes(salt.salt), "\0".join(what).encode(), hashlib.sha256)[:16]


def first_times(salt: DaySalt, what: Collection[What]) -> set[What]:
    """Those of `what` that were not done today; from now on they were."""
    if Visit.objects.filter(salt=salt).count() > MOST_A_DAY:
        return set()
    digests = {digest(salt, each): each for each in what}
    known = Visit.objects.filter(salt=salt, digest__in=list(digests)).values_list("digest", flat=True)
    for done in known:
        digests.pop(bytes(done))
    Visit.objects.bulk_create([Visit(salt=salt, digest=key) for key in digests])
    return set(digests.values())


def is_allowed(what: str, address: str, most: int) -> bool:
    """Count one more time that `address` does a thing today; False from the time after the `most`th on."""
    with transaction.atomic():
        salt = todays_salt()
        return any(first_times(salt, [(what, str(number), address)]) for number in range(most))
