"""What is said of a signature."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from .certificates import Certificate


class Verdict(models.TextChoices):
    """What a signature is worth. The last four say the same of a certificate alone."""

    VALID = "valid", _("valid")
    ALTERED = "altered", _("the signed content was changed")
    EXTENDED = "extended", _("something was added after signing")
    BROKEN = "broken", _("the signature does not cover the file")
    UNTRUSTED = "untrusted", _("the certificate is not trusted here")
    NOT_YET = "not_yet", _("the certificate was not valid yet")
    EXPIRED = "expired", _("the certificate had expired")
    REVOKED = "revoked", _("the certificate had been revoked")


@dataclass(frozen=True)
class Signature:
    """`verdict` is the answer; `bottom_line` and `modification_level` (a name of pyHanko's `ModificationLevel`) are
    what it rests on. `covers` is the number of bytes, from the first, that were there when it was made (0 when the
    signature leaves bytes out); `claimed_at` is the signer's own word, `stamped_at` that of a trusted timestamp.
    `forbids`: no seal may follow it."""

    field: str
    certificate: Certificate
    claimed_at: datetime | None
    stamped_at: datetime | None
    verdict: Verdict
    bottom_line: bool
    modification_level: str
    covers: int
    forbids: bool
