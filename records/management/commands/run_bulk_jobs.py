"""`manage.py run_bulk_jobs`: finish bulk moves that were left unfinished."""

from typing import Any

from django.core.management.base import BaseCommand

from procedures.progress import Progress
from records import bulk
from records.models import BulkJob

SECONDS = 1.0  # between two looks at how far it is


class Command(BaseCommand):
    help = (
        "Finishes the bulk moves that somebody let run and then left: each record with its event, in the name of "
        "who made the list. May be stopped and run again at any time, and beside the pages that do the same."
    )

    def handle(self, **options: Any) -> None:
        jobs = bulk.unfinished()
        for job in jobs:
            self.run_to_the_end(job, quiet=not options["verbosity"])
        if not jobs and options["verbosity"]:
            self.stdout.write("No bulk move was left unfinished.")

    def run_to_the_end(self, job: BulkJob, *, quiet: bool) -> None:
        total = job.items.count()
        progress = Progress(self.stdout, total, "records")
        while left := bulk.run_slice(job, seconds=SECONDS):
            if not quiet:
                progress(total - left)
        moved = job.items.filter(outcome=bulk.Outcome.MOVED).count()
        if not quiet:
            progress(total)
            self.stdout.write(f"{job}: {moved} of {total} moved")
