"""What is checked of a result's signatures: that each is valid, and that it is one of somebody competent."""

import contextlib
import datetime
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.models import User
from records import pdf, signatures
from records.actions import NotYours, Refused
from records.models import Signatory, SignatoryKind

from .storage import StorageFault


class CheckFailed(Refused):
    """A file, a signature, a key or the storage that does not do; `str()` says what was found."""


class Competent(NamedTuple):
    """A valid signature of somebody who is competent."""

    signature: signatures.Signature
    signatory: Signatory

    @property
    def verdict(self) -> dict[str, Any]:
        """As a step and its event hold it."""
        return {
            "verdict": str(self.signature.verdict),
            "bottom_line": self.signature.bottom_line,
            "modification_level": self.signature.modification_level,
        }


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """What a file, a key or the storage says against a step is the reason of its refusal."""
    try:
        yield
    except (signatures.Fault, StorageFault, pdf.Missing) as fault:
        raise CheckFailed(str(fault)) from fault


def check_holder(key: str, by: User | None) -> None:
    """Refuse somebody else than the person who holds the key, where one does; `by` is None for the portal itself."""
    fingerprint = signatures.certificate_of(key).fingerprint
    known = Signatory.objects.filter(fingerprint=fingerprint).exclude(holder=None).first()
    if known and by and known.holder_id != by.pk:
        raise NotYours(_("With this key only %(name)s signs.") % {"name": known.name})


def signature_of(content: bytes, at: datetime.datetime, units: Collection[int]) -> Competent:
    """The last signature of somebody competent for one of these agencies; `CheckFailed` when there is none, or when
    any signature of the file is not valid at `at`, or forbids the seal."""
    found = holding(read(content, at))
    if any(signature.forbids for signature in found):
        raise CheckFailed(_("Its signature forbids any further one: the Center's seal could not follow."))
    known = signatories(found, at, Q(kind=SignatoryKind.SIGNATURE, unit__in=units))
    return last_competent(found, known, _("Nobody who is competent at the agency has signed it."))


def seal_of(content: bytes, at: datetime.datetime, signed_at: datetime.datetime) -> Competent:
    """The last signature, which must be the Center's seal; `CheckFailed` as above. Those before it are judged as of
    `signed_at`: their certificates may have expired since."""
    found = holding([*read(content, signed_at)[:-1], *read(content, at)[-1:]])[-1:]
    return last_competent(found, signatories(found, at, Q(kind=SignatoryKind.SEAL)), _("The seal is not registered."))


def read(content: bytes, at: datetime.datetime) -> list[signatures.Signature]:
    with refusing():
        return signatures.read(content, at=at)


def holding(found: list[signatures.Signature]) -> list[signatures.Signature]:
    """The signatures of a file when there is one at least, and all are valid."""
    if not found:
        raise CheckFailed(_("The file is not signed."))
    for signature in found:
        if signature.verdict != signatures.Verdict.VALID:
            raise CheckFailed(
                _("The signature of “%(name)s” does not hold: %(why)s.")
                % {"name": signature.certificate.name, "why": signature.verdict.label}
            )
    return found


def signatories(found: Collection[signatures.Signature], at: datetime.datetime, which: Q) -> dict[str, Signatory]:
    """Those who are registered with a certificate of these signatures and competent on the day, by fingerprint."""
    day = timezone.localtime(at).date()
    known = Signatory.objects.filter(which, fingerprint__in=[one.certificate.fingerprint for one in found])
    return {signatory.fingerprint: signatory for signatory in known if signatory.is_valid(day)}


def last_competent(found: Collection[signatures.Signature], known: dict[str, Signatory], why_not: str) -> Competent:
    for signature in reversed([*found]):
        if signatory := known.get(signature.certificate.fingerprint):
            return Competent(signature, signatory)
    raise CheckFailed(why_not)
