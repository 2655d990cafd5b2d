"""What the signatures of a file say, and what they are worth at a moment."""

import asyncio
from datetime import datetime

from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from .certificates import facts
from .container import are_signed, is_exact
from .documents import opened, parsing
from .faults import Fault, FaultKind
from .judging import context, judge
from .verdicts import Signature, Verdict

# What may come between a signature and the next: proofs and timestamps about it, and the field of the next.
BETWEEN = (ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)

MOST_SIGNATURES = 10  # of a file: each is compared with all that comes behind it


def read(content: bytes, *, at: datetime) -> list[Signature]:
    """Every signature of the file, in the order in which they were made, each judged as if `at` were now, against the
    trust list. An empty list: the file bears none, which is no good sign either. Raises Fault as `documents.opened`.
    """
    reader = opened(content)
    with parsing():
        found = embedded(reader)
        return [judged(signature, at, content, last=signature is found[-1]) for signature in found]


def embedded(reader: PdfFileReader) -> list[EmbeddedPdfSignature]:
    """The signatures, but not the timestamps of the whole file, in the order in which they were made. Raises Fault:
    too_large, when there are more than `MOST_SIGNATURES`."""
    found = [EmbeddedPdfSignature(reader, field, name) for name, _value, field in enumerate_sig_fields(reader, True)]
    if len(found) > MOST_SIGNATURES:
        raise Fault(FaultKind.TOO_LARGE)
    return sorted(
        (signature for signature in found if signature.sig_object_type != "/DocTimeStamp"),
        key=lambda signature: signature.signed_revision,
    )


def forbids(signature: EmbeddedPdfSignature) -> bool:
    """Whether it certifies the file: then at most fields that are there already may be filled in, and the seal needs
    a new one on the page (ISO 32000-2, table 257)."""
    return signature.docmdp_level is not None


def judged(signature: EmbeddedPdfSignature, at: datetime, content: bytes, last: bool) -> Signature:
    certificate = facts(x509.load_der_x509_certificate(signature.signer_cert.dump()))
    status = validated(signature, at)
    verdict = verdict_of(signature, status, at, content, last)
    timestamp = status.timestamp_validity if status else None
    level = status.modification_level if status else None
    return Signature(
        field=signature.field_name,
        certificate=certificate,
        claimed_at=signature.self_reported_timestamp,
        stamped_at=timestamp.timestamp if timestamp and timestamp.trusted else None,
        verdict=verdict,
        bottom_line=bool(status and status.bottom_line) and verdict is not Verdict.REVOKED,
        modification_level=(level or ModificationLevel.OTHER).name,
        covers=covered(signature),
        forbids=forbids(signature),
    )


def validated(signature: EmbeddedPdfSignature, at: datetime) -> PdfSignatureStatus | None:
    """pyHanko's judgement; none when the signature is not one that it knows."""
    try:
        return asyncio.run(async_validate_pdf_signature(signature, context(at)))
    except SignatureValidationError:
        return None


def verdict_of(
    signature: EmbeddedPdfSignature, status: PdfSignatureStatus | None, at: datetime, content: bytes, last: bool
) -> Verdict:
    if status is None:
        return Verdict.BROKEN
    if not (status.intact and status.valid and is_exact(signature, content)):
        return Verdict.ALTERED
    if not covered(signature):
        return Verdict.BROKEN
    if not status.docmdp_ok or not is_explained(status, last, behind=len(content) - covered(signature)):
        return Verdict.EXTENDED
    verdict = judge(signature.signer_cert, signature.other_embedded_certs, at)
    if verdict is Verdict.VALID and not status.bottom_line:
        return Verdict.UNTRUSTED  # its timestamp
    return Verdict.ALTERED if verdict is Verdict.VALID and not are_signed(signature) else verdict


def is_explained(status: PdfSignatureStatus, last: bool, behind: int) -> bool:
    """Whether what stands behind a signature, `behind` bytes, may stand there: behind the last one only proofs."""
    if last:
        return behind == 0 or status.modification_level == ModificationLevel.LTA_UPDATES
    return status.modification_level in BETWEEN


def covered(signature: EmbeddedPdfSignature) -> int:
    """The end of what it signed; 0 when that is not everything from the first byte on but its own place."""
    if signature.coverage not in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION):
        return 0
    return int(signature.byte_range[2] + signature.byte_range[3])
