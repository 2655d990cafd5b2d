"""Loading a catalogue as a reviewed change: read → check → diff → apply, in that order and in one transaction.

`propose` does the first three, for every door; `apply` is the only one that writes, and makes a version; `take_back`
turns a version around; `export` writes what a load reads.
"""

from .apply import apply
from .check import check
from .diff import Difference, Scope, diff
from .export import export
from .faults import Fault
from .propose import Proposal, propose
from .read import SHIPPED, read
from .report import Change, changes
from .undo import Refused, take_back
from .versions import Cause, fingerprint

__all__ = [
    "SHIPPED",
    "Cause",
    "Change",
    "Difference",
    "Fault",
    "Proposal",
    "Refused",
    "Scope",
    "apply",
    "changes",
    "check",
    "diff",
    "export",
    "fingerprint",
    "propose",
    "read",
    "take_back",
]
