"""`manage.py create_demo_users`: one invented person of the staff for each role, and one of a department."""

from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from organisation import demonstration
from organisation.models import Agency, User
from organisation.roles import Role

# Known to everybody: the command refuses a portal in service, and the demonstration listens on loopback only.
PASSWORD = "demo-bac-giang"  # noqa: S105
CENTER, DEPARTMENT = "ttpvhcc", "so-tu-phap"


class Person(NamedTuple):
    username: str
    role: Role
    last_name: str
    first_name: str
    unit: str = CENTER


# The names are invented. Nobody is a superuser: what each may do follows from the role alone.
PEOPLE = [
    Person("demo-officer", Role.OFFICER, "Nguyễn Thị", "Mẫu"),
    Person("demo-supervisor", Role.SUPERVISOR, "Trần Văn", "Thử"),
    Person("demo-steward", Role.STEWARD, "Lê Thị", "Ví Dụ"),
    Person("demo-administrator", Role.ADMINISTRATOR, "Phạm Văn", "Minh Họa"),
    Person(
        "demo-signer", Role.OFFICER, "Hoàng Thị", "Ký Thử", DEPARTMENT
    ),  # results are signed where they are decided
]


class Command(BaseCommand):
    help = (
        "Creates one invented account for each role, and invented signatories of results, for demonstration; refused "
        "when the portal is in service."
    )

    def handle(self, **options: Any) -> None:
        if settings.IN_SERVICE:
            raise CommandError("The portal is in service: accounts with a known password are not created.")
        # Looked at first, because hashing four passwords again would slow every start down.
        existing = set(
            User.objects.filter(username__in=[p.username for p in PEOPLE]).values_list("username", flat=True)
        )
        units = {agency.code: agency for agency in Agency.objects.filter(code__in={p.unit for p in PEOPLE})}
        for person in PEOPLE:
            if person.username not in existing:
                facts = {**person._asdict(), "unit": units.get(person.unit)}
                User.objects.create_user(**facts, password=PASSWORD, is_staff=True)
        demonstration.make()
        if options["verbosity"] > 0:
            self.report()

    def report(self) -> None:
        self.stdout.write(f"Demonstration accounts, password {PASSWORD}:")
        for person in PEOPLE:
            self.stdout.write(f"  {person.username:<20} {person.role.value}")
