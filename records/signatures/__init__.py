"""Digital signatures in PDFs: bytes in, bytes and facts out; no models and no requests.

A result is signed by an agency and sealed by the Center (PAdES B-B, or B-T with a timestamp service), with keys from
files or tokens (`keys`), judged against the portal's own list of authorities (`trust`).
"""

from .certificates import Certificate
from .documents import inspect
from .faults import Fault, FaultKind
from .keys import certificate_of, is_demonstration, key_names
from .reading import Signature, read
from .signing import seal, sign
from .trust import Verdict

__all__ = [
    "Certificate",
    "Fault",
    "FaultKind",
    "Signature",
    "Verdict",
    "certificate_of",
    "inspect",
    "is_demonstration",
    "key_names",
    "read",
    "seal",
    "sign",
]
