"""The one-time code: what the staff sign in with besides the password (TOTP, RFC 6238).

A *device* is the secret that the portal shares with the app on somebody's phone. A code is taken once, and
after a wrong one the next is looked at only 1, 2, 4, 8 … seconds later (django-otp).
"""

import base64
import math
import secrets
from typing import Any

import django_otp
import segno
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from .models import User

DIGITS = 6
RECOVERY_CODES = 10
# Small letters and digits without those that are taken for one another: 8 of 31 are 39 bits.
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
RECOVERY_LENGTH = 8


def is_missing(user: Any) -> bool:
    """Whether `user`, signed in by password, has still to give a code."""
    return settings.PORTAL_TWO_FACTOR and user.is_authenticated and not user.is_verified()


def device_of(user: Any) -> TOTPDevice | None:
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).first()


def new_key() -> str:
    """A secret of 160 bits, in hexadecimal digits."""
    return secrets.token_hex(20)


def unsaved_device(user: Any, key: str) -> TOTPDevice:
    return TOTPDevice(user=user, name="TOTP", key=key, digits=DIGITS, confirmed=True)


def secret_to_type(device: TOTPDevice) -> str:
    """The secret as an app takes it by hand: base32, in groups of four."""
    text = base64.b32encode(device.bin_key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def qr_image(device: TOTPDevice) -> str:
    """The `data:` address of a picture: the QR code that an app scans. Light ground of its own, for dark screens."""
    return segno.make(device.config_url, error="m").svg_data_uri(scale=4, dark="#000", light="#fff")


def set_up(user: Any, key: str, code: str) -> TOTPDevice | None:
    """The new device of `user`, when `code` proves that their app holds `key`, and they have no other."""
    with transaction.atomic():
        # Locked: of two pages that confirm at once the second finds the device of the first.
        User.objects.select_for_update().get(pk=user.pk)
        if device_of(user):
            return None
        device = unsaved_device(user, key)
        device.save()
        if not device.verify_token(code):
            transaction.set_rollback(True)
            return None
    return device


def verify(user: Any, device: TOTPDevice | StaticDevice, code: str) -> bool:
    """Whether `code` is right for `device`, was never used, and comes no sooner than allowed."""
    return django_otp.verify_token(user, device.persistent_id, code) is not None


def seconds_to_wait(device: TOTPDevice | StaticDevice) -> int:
    """How long no code is looked at, after wrong ones; 0 when one may be tried."""
    allowed, why = device.verify_is_allowed()
    return 0 if allowed else math.ceil((why["locked_until"] - timezone.now()).total_seconds())


def let_in(request: HttpRequest, device: TOTPDevice | StaticDevice) -> None:
    """The session is that of a verified person from here on, under a new key."""
    django_otp.login(request, device)
    request.session.cycle_key()


# Recovery codes: for a lost phone --------------------------------------------------------------


def sealed(code: str) -> str:
    """The keyed hash of a recovery code: all that is kept of it, as long as the column is."""
    return salted_hmac("organisation.recovery", code.lower()).hexdigest()[:16]


def new_recovery_codes(user: Any) -> list[str]:
    """Ten codes, each good once, in place of those there were. Nobody can read them a second time."""
    codes = ["".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="recovery")
        device.token_set.bulk_create([device.token_set.model(device=device, token=sealed(code)) for code in codes])
    return codes


def recovery_device_of(user: Any) -> StaticDevice | None:
    return StaticDevice.objects.devices_for_user(user, confirmed=True).first()


def recovery_codes_left(user: Any) -> int:
    device = recovery_device_of(user)
    return device.token_set.count() if device else 0


def reset(user: Any) -> bool:
    """Forget the device and the recovery codes of `user`; whether there were any.

    Their open sessions need a code again at once, because a session names the device that let it in.
    """
    with transaction.atomic():
        gone = [model.objects.filter(user=user).delete()[0] for model in (TOTPDevice, StaticDevice)]
    return any(gone)
