"""`manage.py rebuild_statistics`: count the figures anew from the records, or compare them with a plain count."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from procedures.progress import Progress
from records.models import Record
from records.statistics import rebuild


class Command(BaseCommand):
    help = (
        "Counts the figures of the statistics anew from all records. With --check nothing is written: every cell that "
        "differs from a plain count is named, and then the command fails. May run beside the portal."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only")

    def handle(self, *, check: bool, **options: Any) -> None:
        self.quiet = options["verbosity"] < 1
        if check:
            self.compare()
            return
        before = Record.objects.filter(field=None).count()
        if before:
            rebuild.complete(self.progress(before))
        cells = rebuild.rebuild(self.progress(Record.objects.count()))
        self.say(f"{Record.objects.count():,} records counted into {cells:,} cells.")

    def compare(self) -> None:
        records = Record.objects.count()
        differing = 0
        for difference in rebuild.differences(self.progress(records)):
            differing += 1
            self.stdout.write(f"{difference.cell}: {difference.stored:,} stored, {difference.counted:,} counted.")
        if differing:
            raise CommandError(f"{differing:,} cells differ from a plain count over {records:,} records.")
        self.say(f"{records:,} records: every cell is what a plain count says.")

    def progress(self, total: int) -> rebuild.Progress:
        return (lambda _done: None) if self.quiet else Progress(self.stderr, total, "records")

    def say(self, text: str) -> None:
        if not self.quiet:
            self.stdout.write(text)
