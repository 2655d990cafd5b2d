"""`manage.py rotate_data_keys`: seal all personal facts with the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import models

from procedures.progress import Progress
from records.rotation import rotate, sealed_columns


class Command(BaseCommand):
    help = (
        "Seals the personal facts of records, reasons and messages with the first key of PORTAL_DATA_KEYS. Every "
        "process must have that key already. May run beside the portal; a run that was interrupted goes on with the "
        "next. When it ends without an error, the other keys are not needed any more."
    )

    def handle(self, **options: Any) -> None:
        unreadable = 0
        for model, column in sealed_columns():
            unreadable += self.rotate(model, column, quiet=options["verbosity"] < 1)
        if unreadable:
            raise CommandError(
                f"{unreadable:,} rows cannot be read with any key of PORTAL_DATA_KEYS: put the missing one back."
            )

    def rotate(self, model: type[models.Model], column: str, *, quiet: bool) -> int:
        """Seal one column anew; how many rows could not be read."""
        name = f"{model._meta.label}.{column}"
        progress = Progress(self.stderr, model._default_manager.exclude(**{column: None}).count(), name)
        looked_at = sealed_anew = unreadable = 0
        for page in rotate(model, column):
            looked_at, sealed_anew = looked_at + page.looked_at, sealed_anew + page.sealed_anew
            unreadable += len(page.unreadable)
            for key in page.unreadable:
                self.stderr.write(f"{name} {key} cannot be read.")
            if not quiet:
                progress(looked_at)
        if not quiet:
            self.stdout.write(f"{name}: {sealed_anew:,} of {looked_at:,} sealed anew.")
        return unreadable
