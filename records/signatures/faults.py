"""Why something cannot be signed, sealed or read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FaultKind(models.TextChoices):
    NOT_PDF = "not_pdf", _("This is not a PDF file.")
    ENCRYPTED = "encrypted", _("The file is encrypted. Save it without a password.")
    TOO_LARGE = "too_large", _("The file is larger than a result may be.")
    SCRIPTS = "scripts", _("The file contains scripts or actions, which a result must not.")
    ATTACHMENTS = "attachments", _("The file contains other files, which a result must not.")
    BROKEN = "broken", _("The file is damaged: it cannot be read as a PDF.")
    FORBIDS = "forbids", _("The file is locked by a signature that forbids any further one.")
    NO_KEY = "no_key", _("There is no key of this name, or it cannot be opened.")
    TOKEN_AWAY = "token_away", _("The token with the key does not answer. Is it plugged in?")
    NO_TIMESTAMP = "no_timestamp", _("The timestamp service does not answer.")
    UNTRUSTED = "untrusted", _("The certificate of the key is not trusted here.")
    NOT_YET = "not_yet", _("The certificate of the key is not valid yet.")
    EXPIRED = "expired", _("The certificate of the key has expired.")
    REVOKED = "revoked", _("The certificate of the key has been revoked.")


class Fault(Exception):
    """`kind` says what is wrong to programs (a value of `FaultKind`), `str()` to people, in the reader's language."""

    def __init__(self, kind: str) -> None:
        self.kind = FaultKind(kind)
        super().__init__(kind)

    def __str__(self) -> str:
        return str(self.kind.label)
