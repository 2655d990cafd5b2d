"""Digital signatures in PDFs: bytes in, bytes and facts out; no models and no requests.

A result is signed by an agency and sealed by the Center (PAdES B-B, or B-T with a timestamp service), with keys from
files or tokens (`keys`), judged against the portal's own list of authorities (`trust`).
"""

from typing import TYPE_CHECKING

from organisation.lazy import lazy

from .certificates import Certificate
from .faults import Fault, FaultKind
from .keys import is_demonstration, key_names
from .verdicts import Signature, Verdict

if TYPE_CHECKING:
    from .with_pyhanko import certificate_of, inspect, parsing, read, seal, sign
else:
    __getattr__ = lazy(__name__, with_pyhanko=["certificate_of", "inspect", "parsing", "read", "seal", "sign"])

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
    "parsing",
    "read",
    "seal",
    "sign",
]
