"""`manage.py create_demo_users`: one invented person of the staff for each role."""

from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from organisation.models import Agency, User
from organisation.roles import Role

# Known to everybody: the command refuses a portal in service, and the demonstration listens on loopback only.
PASSWORD = "demo-bac-giang"  # noqa: S105
CENTER = "ttpvhcc"


class Person(NamedTuple):
    username: str
    role: Role
    last_name: str
    first_name: str


# The names are invented. Nobody is a superuser: what each may do follows from the role alone.
PEOPLE = [
    Person("demo-officer", Role.OFFICER, "Nguyễn Thị", "Mẫu"),
    Person("demo-supervisor", Role.SUPERVISOR, "Trần Văn", "Thử"),
    Person("demo-steward", Role.STEWARD, "Lê Thị", "Ví Dụ"),
    Person("demo-administrator", Role.ADMINISTRATOR, "Phạm Văn", "Minh Họa"),
]


class Command(BaseCommand):
    help = "Creates one invented account for each role, for demonstration; refused when the portal is in service."

    def handle(self, **options: Any) -> None:
        if settings.IN_SERVICE:
            raise CommandError("The portal is in service: accounts with a known password are not created.")
        # Looked at first, because hashing four passwords again would slow every start down.
        existing = set(
            User.objects.filter(username__in=[p.username for p in PEOPLE]).values_list("username", flat=True)
        )
        unit = Agency.objects.filter(code=CENTER).first()
        for person in PEOPLE:
            if person.username not in existing:
                User.objects.create_user(**person._asdict(), password=PASSWORD, is_staff=True, unit=unit)
        if options["verbosity"] > 0:
            self.report()

    def report(self) -> None:
        self.stdout.write(f"Demonstration accounts, password {PASSWORD}:")
        for person in PEOPLE:
            self.stdout.write(f"  {person.username:<20} {person.role.value}")
