"""`manage.py import_records`: take over the records of another system from a CSV or XLSX file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import clock
from procedures.progress import Progress
from procedures.tables import Unreadable
from records.exchange.arrivals import Fault, Faults, Registers
from records.exchange.checking import Checker
from records.exchange.importing import ROWS_OF_A_BATCH, Changed, Importer, check
from records.exchange.reading import Source, missing_columns, open_source

HEADERS = Fault(0, "column", "value", "what is wrong")


class Command(BaseCommand):
    help = (
        "Takes over the records of another system from a CSV or XLSX file (columns: docs/exchange.md). The whole file "
        "is checked before anything is written. What was taken over already is left as it is, so that a run that was "
        "interrupted is completed by another one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="check the file, and write nothing")
        parser.add_argument("--batch", type=int, default=ROWS_OF_A_BATCH, metavar="N", help="records a transaction")

    def handle(self, *, file: Path, **options: Any) -> None:
        self.quiet = options["verbosity"] < 1
        now, registers = clock.now(), Registers()
        try:
            source = self.open(file)
            checker = Checker(source, registers, now)
            new, there = check(checker, self.lines_checked)
            self.stop_on(checker.faults)
            self.say(f"{new:,} new record(s), {there:,} taken over already.")
            if options["dry_run"]:
                self.say("Dry run: nothing was written.")
                return
            progress = (lambda _done: None) if self.quiet else Progress(self.stderr, new, "records")
            written = Importer(Checker(source, registers, now)).run(progress, options["batch"])
        except (Unreadable, Changed) as error:
            raise CommandError(f"{file.name}: {error}") from error
        self.say(f"{written:,} record(s) written.")

    def open(self, file: Path) -> Source:
        source = open_source(file)
        if missing := missing_columns(source):
            raise Unreadable(f"columns are missing: {', '.join(missing)}.")
        if source.unread:
            self.say(f"Columns that are not read: {', '.join(source.unread)}.")
        return source

    def lines_checked(self, line: int) -> None:
        if self.stderr.isatty() and not self.quiet:
            self.stderr.write(f"\rline {line:,} checked", ending="")
            self.stderr.flush()

    def stop_on(self, faults: Faults) -> None:
        if not faults.count:
            return
        table = [HEADERS, *faults.told]
        widths = [max(len(str(fault[place])) for fault in table) for place in range(3)]
        for fault in table:
            line = str(fault.line or "line").rjust(max(widths[0], 4))
            self.stderr.write(f"{line}  {fault.column:<{widths[1]}}  {fault.value:<{widths[2]}}  {fault.message}")
        if faults.count > len(faults.told):
            self.stderr.write(f"… and {faults.count - len(faults.told):,} more.")
        raise CommandError(f"{faults.count:,} fault(s); nothing was written.")

    def say(self, text: str) -> None:
        if not self.quiet:
            self.stdout.write(text)
