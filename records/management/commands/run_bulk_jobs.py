"""`manage.py run_bulk_jobs`: finish bulk moves and letters of desks that were left unfinished."""

from typing import Any

from django.core.management.base import BaseCommand

from procedures.progress import Progress
from records import bulk
from records.letters import batches
from records.models import BulkJob, LetterBatch

SECONDS = 1.0  # between two looks at how far it is


class Command(BaseCommand):
    help = (
        "Finishes what somebody let run and then left, in the name of who asked for it: bulk moves, each record with "
        "its event, and the letters of a day or a period of a desk. Deletes the files of such letters after three "
        "days. May be stopped and run again at any time, and beside the pages that do the same."
    )

    def handle(self, **options: Any) -> None:
        quiet = not options["verbosity"]
        jobs, letters = bulk.unfinished(), batches.unfinished()
        for job in jobs:
            self.run_to_the_end(job, quiet=quiet)
        for batch in letters:
            self.draw_to_the_end(batch, quiet=quiet)
        deleted = batches.tidy()
        if quiet:
            return
        if not (jobs or letters):
            self.stdout.write("Nothing was left unfinished.")
        if deleted:
            self.stdout.write(f"{deleted} files of letters deleted")

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

    def draw_to_the_end(self, batch: LetterBatch, *, quiet: bool) -> None:
        progress = Progress(self.stdout, batch.total, "records")
        while batches.run_slice(batch, seconds=SECONDS):
            if not quiet:
                progress(batch.done)
        if not quiet:
            self.stdout.write(f"{batch}: {batch.fault or f'{batch.done} records'}")
