"""`manage.py make_reports`: finish reports that somebody asked for and left."""

from typing import Any

from django.core.management.base import BaseCommand

from procedures.progress import Progress
from records import reports
from records.models import Report

SECONDS = 1.0  # between two looks at how far it is


class Command(BaseCommand):
    help = (
        "Makes the reports that somebody asked for in the admin and that are not done. May be stopped and run again "
        "at any time, and beside the pages that do the same."
    )

    def handle(self, **options: Any) -> None:
        found = reports.unfinished()
        for report in found:
            self.make(report, quiet=not options["verbosity"])
        if not found and options["verbosity"]:
            self.stdout.write("No report was left unfinished.")

    def make(self, report: Report, *, quiet: bool) -> None:
        progress = Progress(self.stdout, report.until, "records")
        while reports.run_slice(report, seconds=SECONDS):
            if not quiet:
                progress(report.reached)
        if not quiet:
            self.stdout.write(f"{report}: {report.fault or 'made'}")
