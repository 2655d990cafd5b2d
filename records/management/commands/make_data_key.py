"""`manage.py make_data_key`: a new key for the personal facts of records."""

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Prints a new key for PORTAL_DATA_KEYS. Put it in front of the others, separated by a comma, restart every "
        "process, run rotate_data_keys, and only then take the old key away."
    )
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        self.stdout.write(Fernet.generate_key().decode())
