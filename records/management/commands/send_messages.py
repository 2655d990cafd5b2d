"""`manage.py send_messages`: send what waits in the outbox; meant to be called every minute."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from records.messages import send_waiting

PRINTED = "django.core.mail.backends.console.EmailBackend"


class Command(BaseCommand):
    help = "Sends the e-mails that wait; what fails is tried again later. Safe to run twice at the same time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=500, metavar="N", help="of one run (default: 500)")

    def handle(self, *, most: int, **options: Any) -> None:
        if settings.IN_SERVICE and settings.EMAIL_BACKEND == PRINTED:
            raise CommandError("EMAIL_URL is not set: messages would be printed with the addresses they go to.")
        told = send_waiting(most=most)
        if options["verbosity"] > 0:
            self.stdout.write(f"{told['sent']} sent, {told['failed']} failed.")
