"""The project's own certificate authority: for development, demonstration and tests, never for results that count.

Made when it is first needed, in `settings.DEMONSTRATION_AUTHORITY`, like the development keys of the settings: a root
with its list of revoked certificates, and a key with its certificate for every name that is asked for.
"""

import contextlib
import os
import re
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

# Wide enough for any day that a demonstration shows.
SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)
UNIT = "Trình diễn, không có giá trị pháp lý"
ROOT, KEY, REVOKED, PASSWORD = "root.pem", "root.key", "revoked.crl", "password"
Key = ec.EllipticCurvePrivateKey


def folder() -> Path:
    """Where the authority lies; it is made when it is not there. Two processes may do so at once: one wins."""
    place: Path = settings.DEMONSTRATION_AUTHORITY
    if not (place / ROOT).exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as made:
            make_root(Path(made))
            with contextlib.suppress(OSError):  # the other one's is there: not empty
                Path(made).rename(place)
    return place


def make_root(place: Path) -> None:
    """Write the root's certificate, its key, its (empty) list of revoked certificates, and the keys' password."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = subject("Chứng thư gốc trình diễn")
    usage = key_usage(key_cert_sign=True, crl_sign=True)
    root = (
        certificate_of(name, name, key.public_key(), usage)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    crl = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(SINCE).next_update(UNTIL)
    (place / ROOT).write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (place / REVOKED).write_bytes(crl.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (place / PASSWORD).write_text(secrets.token_urlsafe())
    plain = serialization.NoEncryption()
    (place / KEY).write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))


def key_file(name: str) -> Path | None:
    """The PKCS#12 file of this name, made when it is not there; none when the name cannot be one of a file."""
    if not re.fullmatch(r"[\w-]{1,80}", name):
        return None
    place = folder()
    file = place / f"{name}.p12"
    if not file.exists():
        made = place / f".{secrets.token_hex(8)}"
        made.write_bytes(new_key(place, name))
        with contextlib.suppress(FileExistsError):
            os.link(made, file)  # unlike a renaming, this never replaces what another process has made
        made.unlink()
    return file


def new_key(place: Path, name: str) -> bytes:
    """A PKCS#12 file with a key, its certificate and the root's."""
    key = ec.generate_private_key(ec.SECP256R1())
    root = x509.load_pem_x509_certificate((place / ROOT).read_bytes())
    root_key = serialization.load_pem_private_key((place / KEY).read_bytes(), None)
    assert isinstance(root_key, Key)  # noqa: S101 (made above)
    title = "Con dấu trình diễn" if name == "seal" else f"Người ký trình diễn ({name})"
    usage = key_usage(digital_signature=True, content_commitment=True)
    certificate = (
        certificate_of(root.subject, subject(title), key.public_key(), usage)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    password = (place / PASSWORD).read_bytes()
    return pkcs12.serialize_key_and_certificates(
        name.encode(), key, certificate, [root], serialization.BestAvailableEncryption(password)
    )


def subject(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, settings.PORTAL_NAME[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, UNIT),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )


def certificate_of(
    issuer: x509.Name, name: x509.Name, key: ec.EllipticCurvePublicKey, usage: x509.KeyUsage
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer_name=issuer, subject_name=name, public_key=key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(UNTIL)
        .add_extension(usage, critical=True)
    )


def key_usage(**uses: bool) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: uses.get(name, False) for name in names.split()})
