"""`manage.py verify_history`: walk the history of every record, and name the first link that does not hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from procedures.progress import Progress
from records import history
from records.models import Record


class Command(BaseCommand):
    help = (
        "Walks the chain of events of every record and compares its end with the record itself. Names the first "
        "broken link of each record that has one, and then fails. May run beside the portal."
    )

    def handle(self, **options: Any) -> None:
        progress = Progress(self.stderr, Record.objects.count(), "records")
        records = events = broken = 0
        for of_page, events_of_page, faults in history.walk():
            records, events, broken = records + of_page, events + events_of_page, broken + len(faults)
            for fault in faults:
                self.stdout.write(f"{fault.code}, event {fault.sequence}: {fault.why}")
            if options["verbosity"] > 0:
                progress(records)
        if broken:
            raise CommandError(f"{broken:,} of {records:,} records have a broken history.")
        if options["verbosity"] > 0:
            self.stdout.write(f"{records:,} records with {events:,} events: every chain holds.")
