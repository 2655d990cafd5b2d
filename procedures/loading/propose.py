"""What files would change, before anything is written: the one way in for the command and for the admin's page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from procedures.progress import Tell, quiet
from procedures.uncollected import uncollected

from . import reorganised
from .check import check
from .diff import Difference, Scope, diff, known_keys, totals
from .faults import Fault
from .read import File, read_all
from .shape import stored

SHARE_WITHOUT_ASKING = 0.05  # of the procedures in scope may be withdrawn without a confirmed number


@dataclass(frozen=True)
class Proposal:
    """What loading some files would do. With faults there are no differences, and nothing may be written."""

    scope: Scope
    faults: list[Fault]  # the first thousand
    fault_count: int  # all of them
    differences: list[Difference] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # what was guessed or left out, a sentence each
    in_scope: int = 0  # published procedures that may be withdrawn

    @property
    def totals(self) -> list[tuple[str, int, int, int, int]]:
        """Per model: label, added, changed, unchanged, removed or withdrawn."""
        return list(totals(self.differences))

    @property
    def withdrawals(self) -> int:
        return sum(len(difference.withdrawn) for difference in self.differences)

    @property
    def needs_confirmation(self) -> bool:
        return self.withdrawals > SHARE_WITHOUT_ASKING * self.in_scope

    @property
    def changes_nothing(self) -> bool:
        return not any(added or changed or gone for _label, added, changed, _same, gone in self.totals)

    def is_confirmed(self, withdrawals: int | None) -> bool:
        """Whether the number that somebody confirmed, or none, is enough to write this."""
        return not self.needs_confirmation if withdrawals is None else withdrawals == self.withdrawals


@uncollected()
def propose(files: Sequence[File], scope: Scope, tell: Tell = quiet, is_shipped: bool = False) -> Proposal:
    """Read, check and compare `files`. Nothing is written: `apply(proposal.differences)` does that, in the same
    transaction as this where nothing else may come between. With `is_shipped` what reorganisations have moved
    is left alone."""
    present = cache(stored)
    reading = read_all(files, present, tell)
    checked, faults = check(reading.rows, known_keys, reading.faults, tell)
    if reading.faults.total:
        return Proposal(scope, faults, reading.faults.total, [], reading.remarks)
    if is_shipped:
        reading.remarks += reorganised.keep(checked, present)
    differences = diff(checked, scope, reading.spared, present, tell)
    return Proposal(scope, [], 0, differences, reading.remarks, len(scope.codes()))
