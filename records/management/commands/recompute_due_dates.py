"""`manage.py recompute_due_dates`: bring the due dates of open records in step with the table of days."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from procedures.progress import Progress
from records import days
from records.models import Recomputation

SECONDS = 1.0  # between two looks at how far it is


class Command(BaseCommand):
    help = (
        "Finishes the recomputations that changes of the table of days have begun, then looks at every open "
        "record. Only what differs is written, each with its event. May be stopped and run again at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unfinished", action="store_true", help="only finish what was begun")

    def handle(self, **options: Any) -> None:
        for job in days.unfinished():
            self.run_to_the_end(job, quiet=not options["verbosity"])
        if not options["unfinished"]:
            self.run_to_the_end(days.begin_all(by=None), quiet=not options["verbosity"])

    def run_to_the_end(self, job: Recomputation, *, quiet: bool) -> None:
        total = job.looked_at + len(days.left_keys(job))
        progress = Progress(self.stdout, total, "records")
        while left := days.run_slice(job, seconds=SECONDS):
            if not quiet:
                progress(total - left)
        if not quiet:
            progress(total)
            about = ", ".join(job.days) or "all open records"
            self.stdout.write(f"{about}: {job.looked_at} looked at, {job.changed} due dates changed")
