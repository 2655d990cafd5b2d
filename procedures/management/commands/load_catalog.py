"""`manage.py load_catalog`: load a catalogue, the shipped one or a file, as one reviewed change."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from organisation.models import Reorganisation
from procedures import loading
from procedures.loading.diff import Difference, known_keys, totals
from procedures.models import Procedure

SHARE_WITHOUT_ASKING = 0.05  # of the procedures in scope may be withdrawn without --allow-withdrawals


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
        rows, faults = loading.read(files or loading.SHIPPED)
        checked, more = loading.check(rows, known_keys)
        self.stop_on([*faults, *more])
        with transaction.atomic():
            differences = loading.diff(checked, scope)
            self.report(options, differences)
            self.confirm(differences, scope, options["allow_withdrawals"])
            if not options["dry_run"]:
                self.apply(options, differences)
                if not (files or Reorganisation.objects.exists()):
                    call_command("loaddata", "reorganisations", verbosity=0)

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

    def report(self, options: Any, differences: list[Difference]) -> None:
        self.say(options, f"{'':28}{'added':>10}{'changed':>10}{'unchanged':>11}{'withdrawn':>11}")
        for label, *counts in totals(differences):
            added, changed, unchanged, gone = counts
            self.say(options, f"{label:28}{added:>10,}{changed:>10,}{unchanged:>11,}{gone:>11,}")

    def confirm(self, differences: list[Difference], scope: loading.Scope, allowed: int | None) -> None:
        withdrawn = sum(len(difference.withdrawn) for difference in differences)
        if allowed is not None and allowed != withdrawn:
            raise CommandError(f"{withdrawn} procedures would be withdrawn, not {allowed}; nothing was changed.")
        if allowed is None and withdrawn > SHARE_WITHOUT_ASKING * len(scope.codes()):
            raise CommandError(
                f"{withdrawn} procedures would be withdrawn, more than {SHARE_WITHOUT_ASKING:.0%} of the scope. "
                f"Confirm with --allow-withdrawals {withdrawn}. Nothing was changed."
            )

    def apply(self, options: Any, differences: list[Difference]) -> None:
        try:
            loading.apply(differences, lambda item: self.say(options, f"{item.shape.label} written", minimum=2))
        except IntegrityError as error:
            raise CommandError(f"The database refused the change: {error}. Nothing was changed.") from error
        self.say(options, "The catalogue is loaded.")

    def say(self, options: Any, text: str, minimum: int = 1) -> None:
        if options["verbosity"] >= minimum:
            self.stdout.write(text)
