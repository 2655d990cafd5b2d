"""`manage.py apply_scheduled_loads`: what a timer runs at midnight, so that the first citizen need not wait for it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import clock
from procedures import loads
from procedures.models import LoadState


class Command(BaseCommand):
    help = "Applies the loads of the catalogue whose day has come. Without a timer, the first page of the day does it."

    def handle(self, **options: Any) -> None:
        decided = loads.apply_due(clock.today())
        failed = [load for load in decided if load.state == LoadState.FAILED]
        for load in decided:
            if load.version:
                self.stdout.write(f"{load}: applied as version {load.version}.")
        for load in failed:
            self.stderr.write(f"{load}: not applied. {load.notice}")
        if failed:
            raise CommandError(f"{len(failed)} load(s) did not fit the catalogue any more.")
