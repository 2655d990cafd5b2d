"""`manage.py check_result_files`: compare the storage of results with the tables, and name what does not fit."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from records.results import auditing


class Command(BaseCommand):
    help = (
        "Reads every file of the storage of results. Names files that are missing or altered, that no record holds, "
        "or that no table knows (left by a process that was killed), and then fails. Deletes nothing."
    )

    def handle(self, **options: Any) -> None:
        count = 0
        for count, fault in enumerate(auditing.faults(), start=1):  # noqa: B007  (the number of the last one)
            self.stdout.write(f"{fault.name}: {fault.why}")
        if count:
            raise CommandError(f"{count:,} files are not as they should be.")
        if options["verbosity"] > 0:
            self.stdout.write(f"{auditing.kept().count():,} files: each is the one that was kept.")
