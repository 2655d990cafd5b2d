"""What `manage.py check` says about the configuration of signatures; nothing is signed, and no token is asked."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from . import keys, trust
from .faults import Fault

HINT = "Set PORTAL_TRUST (a folder with the trusted authorities) and PORTAL_KEYS (a file that names the keys)."


@register(Tags.security)
def signatures(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    if keys.is_demonstration():
        text = "Results are signed by the project's own demonstration authority: they prove nothing."
        return [Warning(text, hint=HINT, id="records.W001")]
    return [*configured_keys(), *configured_trust()]


@register(Tags.security, deploy=True)
def signatures_in_service(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    if not keys.is_demonstration():
        return []
    return [Error("A service must not sign with the demonstration authority.", hint=HINT, id="records.E001")]


def configured_keys() -> list[CheckMessage]:
    try:
        names = keys.key_names()
    except Fault as fault:
        return [Error(f"PORTAL_KEYS cannot be read: {fault.__cause__}", id="records.E002")]
    if "seal" in names:
        return []
    return [Error("PORTAL_KEYS names no key `seal`: nothing can be sealed.", id="records.E003")]


def configured_trust() -> list[CheckMessage]:
    try:
        trusted = trust.current()
    except ImproperlyConfigured as error:
        return [Error(f"PORTAL_TRUST: {error}", id="records.E004")]
    if not trusted.roots:
        return [Error("PORTAL_TRUST holds no root: no signature would be trusted.", id="records.E005")]
    now = timezone.now()
    return [
        Warning(f"A list of revoked certificates is out of date: {old.issuer.rfc4514_string()}", id="records.W002")
        for old in trusted.revocations
        if old.next_update_utc and old.next_update_utc < now
    ]
