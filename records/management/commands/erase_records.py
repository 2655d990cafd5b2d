"""`manage.py erase_records`: erase the personal facts of closed records whose term is over."""

import datetime
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.clock import today
from records import actions
from records.models import Record, RecordQuerySet
from records.statuses import FINAL

REPORTED_EVERY = 1_000


class Command(BaseCommand):
    help = (
        "Erases the names, numbers and reasons of records that were closed before a day; what happened to them stays "
        "and verifies. Cannot be undone. A run that was interrupted goes on with the next."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--before",
            type=datetime.date.fromisoformat,
            metavar="DATE",
            help="like 2019-01-01; default: PORTAL_RETENTION_YEARS before today, which is the latest allowed",
        )
        parser.add_argument("--dry-run", action="store_true", help="say how many it would be, and erase nothing")

    def handle(self, *, before: datetime.date | None, dry_run: bool, **options: Any) -> None:
        latest = years_before(today(), settings.PORTAL_RETENTION_YEARS)
        before = before or latest
        if before > latest:
            raise CommandError(
                f"Records closed on {latest} or later are kept: PORTAL_RETENTION_YEARS is "
                f"{settings.PORTAL_RETENTION_YEARS}. Nothing was erased."
            )
        records = closed_before(before)
        total = records.count()
        if dry_run:
            self.stdout.write(f"{total:,} records closed before {before} would be erased. Nothing was erased.")
            return
        erased, refused = self.erase(records, total, options["verbosity"])
        self.stdout.write(f"{erased:,} records closed before {before} erased.")
        if refused:
            raise CommandError(f"{len(refused):,} were not erased, among them {', '.join(refused[:10])}.")

    def erase(self, records: RecordQuerySet, total: int, verbosity: int) -> tuple[int, list[str]]:
        """Each in a transaction of its own; how many were erased, and the codes of those that were refused."""
        erased, refused = 0, []
        keys = list(records.order_by("pk").values_list("pk", flat=True))
        for number, key in enumerate(keys, start=1):
            record = Record(pk=key)
            try:
                actions.erase(record, by=None)
                erased += 1
            except actions.Refused:
                refused.append(Record.objects.values_list("code", flat=True).get(pk=key))
            if verbosity > 0 and number % REPORTED_EVERY == 0:
                self.stderr.write(f"{number:,} of {total:,} ({number / total:.0%})")
        return erased, refused


def years_before(day: datetime.date, years: int) -> datetime.date:
    """The same day of that year; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def closed_before(day: datetime.date) -> RecordQuerySet:
    """Records that nothing follows any more since before the day, and that still hold personal facts."""
    start = timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
    return Record.objects.filter(status__in=FINAL, status_since__lt=start, sealed__isnull=False)
