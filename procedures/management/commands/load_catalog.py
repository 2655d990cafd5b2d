"""`manage.py load_catalog`: load a catalogue, the shipped one or a file, as one reviewed change."""

from argparse import ArgumentParser
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from organisation import stamp
from organisation.models import Reorganisation
from procedures import loading
from procedures.loading import faults
from procedures.loading.propose import SHARE_WITHOUT_ASKING
from procedures.models import Procedure
from procedures.progress import Phases

LONGEST_DECISION = 160
CHANGES_SHOWN = 200  # lines of a dry run; -v 2 shows all


class Command(BaseCommand):
    help = (
        "Loads the shipped catalogue, or FILE: a fixture, plain JSON, CSV or XLSX (docs/loading.md). Every row is "
        "checked first, and the catalogue changes as a whole or not at all. A second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: the shipped fixtures")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument(
            "--scope",
            metavar="SCOPE",
            help="what may be withdrawn when the file lacks it: all, none, agency=CODE or field=SLUG "
            "(default: none for a file, all for the shipped catalogue)",
        )
        parser.add_argument("--allow-withdrawals", type=int, metavar="N", help="confirm that N procedures go")
        parser.add_argument("--faults", type=Path, metavar="FILE", help="write the faults to a CSV file as well")
        parser.add_argument("--decision", default="", metavar="NUMBER", help="the decision that orders the change")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are procedures already")

    def handle(self, *, files: list[Path], **options: Any) -> None:
        if options["if_empty"] and Procedure.objects.exists():
            self.say(options, "The catalogue is not empty: left as it is.")
            return
        try:
            scope = loading.Scope.parse(options["scope"] or ("none" if files else "all"))
        except ValueError as error:
            raise CommandError(str(error)) from None
        tell = Phases(self.stderr if options["verbosity"] > 0 else None)
        with transaction.atomic():
            stamp.hold()
            proposal = loading.propose(files or loading.SHIPPED, scope, tell, is_shipped=not files)
            tell.finish()
            for remark in proposal.remarks:
                self.say(options, remark)
            self.stop_on_faults(proposal, options["faults"])
            self.report(options, proposal)
            self.confirm(proposal, options["allow_withdrawals"])
            if not options["dry_run"]:
                self.apply(options, proposal, self.cause(files or loading.SHIPPED, options["decision"]), tell)
                if not (files or Reorganisation.objects.exists()):
                    call_command("loaddata", "reorganisations", verbosity=0)

    def stop_on_faults(self, proposal: loading.Proposal, file: Path | None) -> None:
        if not proposal.fault_count:
            return
        for line in faults.table(proposal.faults):
            self.stderr.write(line)
        if proposal.fault_count > len(proposal.faults):
            self.stderr.write(f"… and {proposal.fault_count - len(proposal.faults):,} more.")
        if file:
            try:
                with file.open("w", encoding="utf-8", newline="") as out:
                    faults.write(proposal.faults, proposal.fault_count, out)
            except OSError as error:
                self.stderr.write(f"{file}: {error.strerror or error}")
        raise CommandError(f"{proposal.fault_count} fault(s); nothing was changed.")

    def report(self, options: Any, proposal: loading.Proposal) -> None:
        if options["dry_run"]:
            shown = None if options["verbosity"] > 1 else CHANGES_SHOWN
            changes = loading.changes(proposal.differences)
            for change in islice(changes, shown):
                self.say(options, str(change))
            if left := sum(1 for _change in changes):
                self.say(options, f"… and {left:,} more changes; -v 2 shows all.")
        self.say(options, f"{'':28}{'added':>10}{'changed':>10}{'unchanged':>11}{'withdrawn':>11}")
        for label, added, changed, unchanged, gone in proposal.totals:
            self.say(options, f"{label:28}{added:>10,}{changed:>10,}{unchanged:>11,}{gone:>11,}")

    def confirm(self, proposal: loading.Proposal, allowed: int | None) -> None:
        if proposal.is_confirmed(allowed):
            return
        count = f"{proposal.withdrawals} procedures would be withdrawn"
        if allowed is not None:
            raise CommandError(f"{count}, not {allowed}; nothing was changed.")
        raise CommandError(
            f"{count}, more than {SHARE_WITHOUT_ASKING:.0%} of the scope. "
            f"Confirm with --allow-withdrawals {proposal.withdrawals}. Nothing was changed."
        )

    def cause(self, files: list[Path], decision: str) -> loading.Cause:
        """What the version keeps of why it was made."""
        if len(decision) > LONGEST_DECISION:
            raise CommandError(f"A decision has at most {LONGEST_DECISION} characters.")
        return loading.Cause(
            decision=decision, files=[loading.fingerprint(file.name, file.read_bytes()) for file in files]
        )

    def apply(self, options: Any, proposal: loading.Proposal, cause: loading.Cause, tell: Phases) -> None:
        try:
            loading.apply(proposal.differences, tell, cause)
        except IntegrityError as error:
            raise CommandError(f"The database refused the change: {error}. Nothing was changed.") from error
        self.say(options, "The catalogue is loaded.")

    def say(self, options: Any, text: str) -> None:
        if options["verbosity"] > 0:
            self.stdout.write(text)
