"""`manage.py load_catalog`: load a catalogue, the shipped one or a file, as one reviewed change."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from procedures import loading
from procedures.loading.propose import SHARE_WITHOUT_ASKING
from procedures.models import Procedure


class Command(BaseCommand):
    help = (
        "Loads the shipped catalogue, or the fixture FILE: every row is checked first, and the catalogue "
        "changes as a whole or not at all. A second run changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="fixtures; default: the shipped ones")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument(
            "--scope",
            metavar="SCOPE",
            help="what may be withdrawn when the file lacks it: all, none, agency=CODE or field=SLUG "
            "(default: none for a file, all for the shipped catalogue)",
        )
        parser.add_argument("--allow-withdrawals", type=int, metavar="N", help="confirm that N procedures go")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are procedures already")

    def handle(self, *, files: list[Path], **options: Any) -> None:
        if options["if_empty"] and Procedure.objects.exists():
            self.say(options, "The catalogue is not empty: left as it is.")
            return
        try:
            scope = loading.Scope.parse(options["scope"] or ("none" if files else "all"))
        except ValueError as error:
            raise CommandError(str(error)) from None
        with transaction.atomic():
            proposal = loading.propose(files or loading.SHIPPED, scope)
            self.stop_on(proposal.faults)
            self.report(options, proposal)
            self.confirm(proposal, options["allow_withdrawals"])
            if not options["dry_run"]:
                self.apply(options, proposal)

    def stop_on(self, faults: list[loading.Fault]) -> None:
        if not faults:
            return
        for fault in faults:
            place = ": ".join(
                part for part in (fault.file, f"row {fault.row}" if fault.row else "", fault.field) if part
            )
            value = f" “{fault.value}”" if fault.value else ""
            self.stderr.write(f"{place}:{value} {fault.message}")
        raise CommandError(f"{len(faults)} fault(s); nothing was changed.")

    def report(self, options: Any, proposal: loading.Proposal) -> None:
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

    def apply(self, options: Any, proposal: loading.Proposal) -> None:
        try:
            loading.apply(proposal.differences, lambda item: self.say(options, f"{item.shape.label} written", 2))
        except IntegrityError as error:
            raise CommandError(f"The database refused the change: {error}. Nothing was changed.") from error
        self.say(options, "The catalogue is loaded.")

    def say(self, options: Any, text: str, minimum: int = 1) -> None:
        if options["verbosity"] >= minimum:
            self.stdout.write(text)
