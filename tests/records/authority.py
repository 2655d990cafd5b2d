"""An invented certificate authority with real signatures: a root, an authority under it that issues, and keys.

`python -m tests.records.authority FOLDER` writes one as a service would have it: FOLDER/trust and FOLDER/keys.toml.
"""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SINCE, UNTIL = datetime(2023, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
PEM = serialization.Encoding.PEM
PASSWORD = b"for nothing but these tests"
USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


class Authority:
    def __init__(self, folder: Path, name: str = "Thử nghiệm"):
        self.at(folder)
        self.trust.mkdir(parents=True)
        (folder / "password").write_bytes(PASSWORD + b"\n")
        self.root, root_key = certificate(f"Gốc {name}", ca=True)
        self.issuer, self.issuer_key = certificate(f"Cấp {name}", ca=True, by=(self.root, root_key))
        (self.trust / "authorities.pem").write_bytes(self.root.public_bytes(PEM) + self.issuer.public_bytes(PEM))

    def at(self, folder: Path) -> None:
        self.folder, self.revoked = folder, []
        self.trust, self.toml = folder / "trust", folder / "keys.toml"

    def issue(self, key: str, name: str, **options) -> x509.Certificate:
        """A key of this name in the configuration, with its certificate."""
        made, private = certificate(name, by=(self.issuer, self.issuer_key), **options)
        self.add(key, f'pkcs12 = "{key}.p12"\npassword_file = "password"')
        (self.folder / f"{key}.p12").write_bytes(packed(made, private, [self.issuer]))
        return made

    def add(self, key: str, lines: str) -> None:
        with self.toml.open("a", encoding="utf-8") as file:
            file.write(f"[keys.{key}]\n{lines}\n")

    def revoke(self, certificate: x509.Certificate, at: datetime, listed: datetime = UNTIL) -> None:
        """Put the certificate on the list of revoked ones, dated `listed`, in DER as authorities publish it."""
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(at).build()
        self.revoked.append(entry)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.issuer.subject)
        builder = builder.last_update(listed).next_update(listed.replace(month=12, day=31))
        for one in self.revoked:
            builder = builder.add_revoked_certificate(one)
        crl = builder.sign(self.issuer_key, hashes.SHA256())
        (self.trust / "revoked.crl").write_bytes(crl.public_bytes(serialization.Encoding.DER))


def certificate(name, *, ca=False, by=None, since=SINCE, until=UNTIL, large=False, uses=None, timestamps=False):
    """A certificate and its private key; it signs itself unless `by` says who does."""
    key = rsa.generate_private_key(65537, 2048) if large else ec.generate_private_key(ec.SECP256R1())
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cơ quan thử nghiệm")
    subject = x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, issuer_key = (by[0].subject, by[1]) if by else (subject, key)
    wanted = uses or (("key_cert_sign", "crl_sign") if ca else ("digital_signature", "content_commitment"))
    builder = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), since, until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{use: use in wanted for use in USES}), critical=True)
    )
    if timestamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256()), key


def packed(made, private, others) -> bytes:
    protection = serialization.BestAvailableEncryption(PASSWORD)
    return pkcs12.serialize_key_and_certificates(b"key", private, made, others, protection)


def main(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    authority = Authority(folder)
    authority.issue("vp-ubnd", "Người ký thử nghiệm")
    authority.issue("seal", "Con dấu thử nghiệm")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
