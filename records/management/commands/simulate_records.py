"""`manage.py simulate_records`: invented records with their whole histories, to see the portal with."""

import datetime
from argparse import ArgumentParser
from dataclasses import fields
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from organisation.models import Agency, AgencyKind
from portal import clock
from procedures.progress import Progress
from records.actions import Refused
from records.clock import aware
from records.models import Record
from records.simulation.run import Tally, simulate
from records.simulation.shares import Shares
from records.simulation.volume import Order, TooMany
from records.working_days import CLOSING

SHARES = fields(Shares)
SHORTEST = datetime.timedelta(days=90)  # of a period that is not told: a year that has just begun shows little


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


class Command(BaseCommand):
    help = (
        "Writes COUNT invented records with their whole histories over the catalogue and units of the period. The "
        "same seed, period and shares make the same records but for their encryption; a period that ends today ends "
        "now. Refused when the portal is in service."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, required=True, metavar="N", help="how many records")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other records")
        parser.add_argument(
            "--from", type=day, dest="first", metavar="DATE", help="default: 1 January, or 90 days before"
        )
        parser.add_argument("--to", type=day, dest="last", metavar="DATE", help="default: today")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are records already")
        parser.add_argument("--processes", type=int, choices=[1, 2, 3, 4], help="default: 2 for many, on PostgreSQL")
        for share in SHARES:
            parser.add_argument(
                f"--{share.name.replace('_', '-')}",
                type=float,
                default=share.default,
                metavar="%",
                help=f"{share.metadata['about']} (%(default)g)",
            )

    def handle(self, **options: Any) -> None:
        if settings.IN_SERVICE:
            raise CommandError("The portal is in service: invented records are not written among real ones.")
        if options["if_empty"] and Record.objects.exists():
            self.say(options, "There are records already: left as they are.")
            return
        order = self.order(options)
        progress = Progress(self.stderr, order.count, "records")
        quiet = options["verbosity"] < 1
        try:
            told = simulate(order, options["processes"], (lambda _done: None) if quiet else progress)
        except (ValueError, TooMany, Refused) as error:
            raise CommandError(str(error)) from error
        self.say(options, summary(told, order))

    def order(self, options: dict[str, Any]) -> Order:
        last = options["last"] or clock.today()
        first = options["first"] or min(last.replace(month=1, day=1), last - SHORTEST)
        if options["count"] < 1:
            raise CommandError("--count is at least 1.")
        if first > last:
            raise CommandError("--from lies after --to.")
        if last > clock.today():
            raise CommandError("--to lies in the future.")
        if not Agency.objects.valid_on(first).filter(kind=AgencyKind.CENTER, receives_records=True).exists():
            raise CommandError("There is no Center on the first day: load the catalogue first (load_catalog).")
        try:
            shares = Shares(**{share.name: options[share.name] for share in SHARES})
        except ValueError as error:
            raise CommandError(str(error)) from error
        end = min(aware(datetime.datetime.combine(last, CLOSING)), clock.now())
        return Order(options["count"], options["seed"], first, last, end, shares)

    def say(self, options: dict[str, Any], text: str) -> None:
        if options["verbosity"] > 0:
            self.stdout.write(text)


def summary(told: Tally, order: Order) -> str:
    lines = [
        f"{told.records:,} invented records with {told.events:,} events from {order.first} to {order.last}; "
        f"{told.open:,} are open.",
    ]
    if told.ended:
        lines.append(
            f"Received at the Center: {told.at_center:,}, ended {told.ended:,}, of these on time "
            f"{100 * told.on_time / told.ended:.2f} %, online {100 * told.online / told.ended:.2f} %."
        )
    return "\n".join(lines)
