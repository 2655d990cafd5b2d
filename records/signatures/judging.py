"""What a certificate is worth at a moment, against the trust list."""

import asyncio
import functools
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from . import trust
from .verdicts import Verdict

# A signature that binds whoever made it, as the law wants it, needs this use in its certificate (RFC 5280, 4.2.1.3).
USE = {"non_repudiation"}


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
    trusted = trust.current()
    roots, others = map(as_asn1, trusted.roots), map(as_asn1, trusted.others)
    return ValidationContext(trust_roots=list(roots), other_certs=list(others), moment=at)


def is_revoked(path: ValidationPath, at: datetime) -> bool:
    """Whether a list of revoked certificates, whatever its own date, names one of the path as revoked by then."""
    chain = [x509.load_der_x509_certificate(certificate.dump()) for certificate in path]
    return any(
        names(revocations, certificate, issuer, at)
        for issuer, certificate in pairwise(chain)
        for revocations in trust.current().revocations
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


@functools.lru_cache(maxsize=256)
def as_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
