"""Whom the portal trusts: the folder `settings.PORTAL_TRUST`, or the demonstration authority's.

Any file of the folder may hold certificates and lists of revoked certificates (CRLs), in PEM, or one of them in DER.
Certificates that sign themselves are roots, all others only help to find the way to one. Nothing is fetched from
outside: whoever runs the portal puts the authorities' lists there, and a new one counts from the next question on.
"""

import asyncio
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext_lazy as _
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from . import demonstration

BLOCKS = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.+?-----END \1-----", re.DOTALL)
# A signature that binds whoever made it, as the law wants it, needs this use in its certificate (RFC 5280, 4.2.1.3).
USE = {"non_repudiation"}


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
class TrustList:
    roots: tuple[asn1.Certificate, ...]
    others: tuple[asn1.Certificate, ...]
    revocations: tuple[x509.CertificateRevocationList, ...]


def judge(certificate: asn1.Certificate, others: Iterable[asn1.Certificate], at: datetime) -> Verdict:
    """Whether this certificate could sign at that moment; `others` may stand between it and a root.

    Outside of its validity it is judged at the nearest moment inside, so that a stranger's stays a stranger's.
    """
    moment = min(max(at, certificate.not_valid_before), certificate.not_valid_after)
    path = path_to_root(certificate, others, moment)
    if path is None:
        return Verdict.UNTRUSTED
    if is_revoked(path, at):
        return Verdict.REVOKED
    if at < moment:
        return Verdict.NOT_YET
    return Verdict.EXPIRED if at > moment else Verdict.VALID


def path_to_root(
    certificate: asn1.Certificate, others: Iterable[asn1.Certificate], at: datetime
) -> ValidationPath | None:
    validator = CertificateValidator(certificate, others, context(at))
    try:
        return asyncio.run(validator.async_validate_usage(USE))
    except (PathError, ValidationError):
        return None


def context(at: datetime) -> ValidationContext:
    """pyHanko's view of the trust list at a moment. Revocations are not given to it: it passes over lists that are
    older or newer than the moment, but a certificate that was revoked before stays revoked (see `is_revoked`)."""
    trusted = current()
    return ValidationContext(trust_roots=list(trusted.roots), other_certs=list(trusted.others), moment=at)


def is_revoked(path: ValidationPath, at: datetime) -> bool:
    """Whether a list of revoked certificates, whatever its own date, names one of the path as revoked by then."""
    chain = [x509.load_der_x509_certificate(certificate.dump()) for certificate in path]
    return any(
        names(revocations, certificate, issuer, at)
        for issuer, certificate in pairwise(chain)
        for revocations in current().revocations
    )


def names(
    revocations: x509.CertificateRevocationList, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> bool:
    if revocations.issuer != certificate.issuer:
        return False
    entry = revocations.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None or entry.revocation_date_utc > at:
        return False
    return revocations.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]


def current() -> TrustList:
    """The trust list as it lies in its folder now."""
    folder = Path(settings.PORTAL_TRUST) if settings.PORTAL_TRUST else demonstration.folder()
    files = sorted(file for file in folder.glob("*") if file.suffix in (".pem", ".crt", ".cer", ".crl"))
    return read_list(tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@functools.lru_cache(maxsize=4)
def read_list(files: tuple[tuple[Path, int, int], ...]) -> TrustList:
    """What the files hold. Raises ImproperlyConfigured with the name of a file that holds neither."""
    certificates: list[x509.Certificate] = []
    revocations: list[x509.CertificateRevocationList] = []
    for file, _changed, _size in files:
        try:
            read_file(file.read_bytes(), certificates, revocations)
        except ValueError as error:
            raise ImproperlyConfigured(f"{file}: neither certificates nor lists of revoked ones.") from error
    itself = [certificate for certificate in certificates if signs_itself(certificate)]
    others = [certificate for certificate in certificates if certificate not in itself]
    return TrustList(tuple(map(as_asn1, itself)), tuple(map(as_asn1, others)), tuple(revocations))


def read_file(
    content: bytes, certificates: list[x509.Certificate], revocations: list[x509.CertificateRevocationList]
) -> None:
    blocks = list(BLOCKS.finditer(content))
    for block in blocks:
        if block[1] == b"CERTIFICATE":
            certificates.append(x509.load_pem_x509_certificate(block[0]))
        else:
            revocations.append(x509.load_pem_x509_crl(block[0]))
    if not blocks:
        try:
            certificates.append(x509.load_der_x509_certificate(content))
        except ValueError:
            revocations.append(x509.load_der_x509_crl(content))


def signs_itself(certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(certificate)
    except Exception:  # one error for each kind of key and of mistake
        return False
    return True


def as_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
