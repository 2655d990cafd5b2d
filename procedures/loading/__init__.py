"""Loading a catalogue as a reviewed change: read → check → diff → apply, in that order and in one transaction.

`propose` does the first three, for every door; `export` writes what a load reads.
"""

from .apply import apply
from .check import check
from .diff import Difference, Scope, diff
from .export import export
from .faults import Fault
from .propose import Proposal, propose
from .read import SHIPPED, read
from .report import Change, changes

__all__ = [
    "SHIPPED",
    "Change",
    "Difference",
    "Fault",
    "Proposal",
    "Scope",
    "apply",
    "changes",
    "check",
    "diff",
    "export",
    "propose",
    "read",
]
