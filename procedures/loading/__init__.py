"""Loading a catalogue as a reviewed change: read → check → diff → apply, in that order and in one transaction."""

from .apply import apply
from .check import check
from .diff import Difference, Scope, diff
from .faults import Fault
from .propose import Proposal, propose
from .read import SHIPPED, read
from .undo import Refused, take_back
from .versions import Cause, fingerprint

__all__ = [
    "SHIPPED",
    "Cause",
    "Difference",
    "Fault",
    "Proposal",
    "Refused",
    "Scope",
    "apply",
    "check",
    "diff",
    "fingerprint",
    "propose",
    "read",
    "take_back",
]
