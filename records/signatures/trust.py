"""Whom the portal trusts: the folder `settings.PORTAL_TRUST`, or the demonstration authority's.

Any file of the folder may hold certificates and lists of revoked certificates (CRLs), in PEM, or one of them in DER.
Certificates that sign themselves are roots, all others only help to find the way to one. Nothing is fetched from
outside: whoever runs the portal puts the authorities' lists there, and a new one counts from the next question on.
"""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from . import demonstration

BLOCKS = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.+?-----END \1-----", re.DOTALL)


@dataclass(frozen=True)
class TrustList:
    roots: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...]
    revocations: tuple[x509.CertificateRevocationList, ...]


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
    return TrustList(tuple(itself), tuple(others), tuple(revocations))


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
