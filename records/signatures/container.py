"""The bytes that a signature cannot vouch for: those that hold the signature itself.

Nothing there changes what a page shows, but "unchanged" must mean it of every byte. So the container is held to the
form in which it was written: hexadecimal digits of one case, nothing but zeros behind the signature, and no
certificate inside that nobody has signed. What a timestamp's token says beside its signature is not looked at.
"""

import re

from asn1crypto import cms
from asn1crypto.core import Sequence
from cryptography import x509
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from . import trust

NO_PARAMETERS = (b"", b"\x05\x00")
HEXADECIMAL = re.compile(rb"<([0-9a-f]*|[0-9A-F]*)>")


def is_exact(signature: EmbeddedPdfSignature, content: bytes) -> bool:
    start, end = signature.byte_range[1], signature.byte_range[2]
    written = HEXADECIMAL.fullmatch(content[start:end])
    if not written or len(written[1]) % 2:
        return False
    raw = bytes.fromhex(written[1].decode())
    message = cms.ContentInfo.load(raw)
    full = len(message.contents) == len(message["content_type"].dump()) + len(message["content"].dump())
    return full and not raw[len(message.dump()) :].strip(b"\0") and is_standard(signature)


def are_signed(signature: EmbeddedPdfSignature) -> bool:
    """Whether each certificate beside the signer's was issued by one that is there or trusted."""
    inside = [
        x509.load_der_x509_certificate(certificate.dump())
        for certificate in (signature.signer_cert, *signature.other_embedded_certs)
    ]
    trusted = trust.current()
    issuers = (*inside, *trusted.roots, *trusted.others)
    return all(any(issued(certificate, issuer) for issuer in issuers) for certificate in inside[1:])


def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # one error for each kind of key and of mistake
        return False
    return True


def is_standard(signature: EmbeddedPdfSignature) -> bool:
    """Whether what stands outside of the signed attributes is what the standard prescribes (RFC 5652, 5.1 and 5.3)."""
    signed, signer, signer_id = signature.signed_data, signature.signer_info, signature.signer_info["sid"]
    by_issuer = signer_id.name == "issuer_and_serial_number"
    if by_issuer and signer_id.chosen["issuer"].dump() != signature.signer_cert.issuer.dump():
        return False
    digests = [signer["digest_algorithm"], *signed["digest_algorithms"]]
    return (
        signed["version"].native == signer["version"].native == ("v1" if by_issuer else "v3")
        and len({digest["algorithm"].native for digest in digests}) == 1
        and all(is_plain(algorithm) for algorithm in (*digests, signer["signature_algorithm"]))
    )


def is_plain(algorithm: Sequence) -> bool:
    return algorithm["parameters"].dump() in NO_PARAMETERS or algorithm["algorithm"].native == "rsassa_pss"
