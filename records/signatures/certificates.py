"""What people read in a certificate."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """`serial` and `fingerprint` (SHA-256 of the DER form) in small hexadecimal; times are aware."""

    name: str
    organisation: str
    serial: str
    issuer: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    pem: str


def facts(certificate: x509.Certificate) -> Certificate:
    return Certificate(
        name=name_part(certificate.subject, NameOID.COMMON_NAME),
        organisation=name_part(certificate.subject, NameOID.ORGANIZATION_NAME),
        serial=f"{certificate.serial_number:x}",
        issuer=name_part(certificate.issuer, NameOID.COMMON_NAME) or certificate.issuer.rfc4514_string(),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
    )


def name_part(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """The last part of this kind, which is the most particular one; empty when there is none."""
    parts = name.get_attributes_for_oid(oid)
    return str(parts[-1].value) if parts else ""
