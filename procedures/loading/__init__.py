"""Loading a catalogue as a reviewed change: read → check → diff → apply, in that order and in one transaction."""

from .apply import apply
from .check import check
from .diff import Difference, Scope, diff
from .faults import Fault
from .propose import Proposal, propose
from .read import SHIPPED, read

__all__ = ["SHIPPED", "Difference", "Fault", "Proposal", "Scope", "apply", "check", "diff", "propose", "read"]
