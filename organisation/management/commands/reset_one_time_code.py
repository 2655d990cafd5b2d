"""`manage.py reset_one_time_code NAME`: for the last administrator, whom nobody else can let in again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from organisation import two_factor
from organisation.models import User


class Command(BaseCommand):
    help = "Forgets the one-time code of a person, who sets it up anew at the next sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {username}.")
        if not two_factor.reset(user):
            raise CommandError(f"{username} has set up no one-time code.")
        self.stdout.write(f"The one-time code of {username} is set up anew at the next sign-in.")
