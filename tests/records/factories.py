"""People, moments and records for tests; every record comes in through the same door as in service."""

import copy
import datetime
import io
from typing import Any

from django.db import connection
from django.utils import timezone
from pypdf import PdfWriter

from organisation.models import Agency, User
from organisation.roles import Role
from procedures.models import ChannelKind, Procedure, TimeUnit
from records import actions, history, signatures
from records.deadlines import Limit
from records.models import Collection, Record, Signatory, SignatoryKind, StepKind
from records.results import steps
from records.statuses import Status

CENTER, DISTRICT, COMMUNE = "ttpvhcc", "d-213", "x-07201"
FIVE_DAYS = Limit(5, TimeUnit.WORKING_DAY)
APPLICANT = actions.Applicant(
    "Nguyễn Văn Mẫu", identity="024099001234", phone="0912 345 678", email="mau@example.org", address="1 Phố Thử"
)

# The shortest legal way from reception to each status.
WAYS = {
    Status.RECEIVED: [],
    Status.IN_PROCESS: [Status.IN_PROCESS],
    Status.SUPPLEMENT: [Status.SUPPLEMENT],
    Status.PAYMENT: [Status.IN_PROCESS, Status.PAYMENT],
    Status.WITHDRAWAL: [Status.WITHDRAWAL],
    Status.STOPPED: [Status.IN_PROCESS, Status.STOPPED],
    Status.RESOLVED: [Status.IN_PROCESS, Status.RESOLVED],
    Status.RETURNED: [Status.IN_PROCESS, Status.RESOLVED, Status.RETURNED],
}


def moment(text: str) -> datetime.datetime:
    """ "2024-08-28 09:00", the wall clock of Vietnam."""
    return timezone.make_aware(datetime.datetime.fromisoformat(text))


NINE = moment("2024-08-28 09:00")  # a Wednesday; the Monday and Tuesday after it are a holiday


def officer(unit: str = CENTER, role: str = Role.OFFICER) -> User:
    """The person of this role at this unit; made when first asked for."""
    user, _made = User.objects.get_or_create(
        username=f"{role}-of-{unit}",
        defaults={
            "unit": Agency.objects.get(code=unit),
            "role": role,
            "is_staff": True,
            "last_name": f"Cán bộ {unit}",
        },
    )
    return user


def supervisor() -> User:
    return officer(role=Role.SUPERVISOR)


def administrator() -> User:
    return officer(role=Role.ADMINISTRATOR)


def stranger() -> User:
    """An officer of a unit that has nothing to do with the records of the Center."""
    return officer(DISTRICT)


def any_procedure(electronic: bool = False) -> Procedure:
    """A procedure of the Center that a department settles; its result is made in five electronic steps or not."""
    settled = {"at_center": True, "level_province": True, "level_commune": False}
    return Procedure.objects.filter(electronic_process=electronic, **settled).order_by("code")[0]


def receive(**changes: Any) -> Record:
    """A record received at the Center by its officer on Wednesday, 28 August 2024, at nine; due in five working days.

    `unit` is a code; whatever else `actions.receive` takes may be given.
    """
    unit = changes.pop("unit", CENTER)
    given = {
        "procedure": changes.get("procedure") or any_procedure(),
        "unit": Agency.objects.get(code=unit),
        "channel": ChannelKind.IN_PERSON,
        "applicant": APPLICANT,
        "by": officer(unit),
        "limit": FIVE_DAYS,
        "at": NINE,
    }
    return actions.receive(**{**given, **changes})


def in_status(status: Status, **changes: Any) -> Record:
    """A record that has come to `status`, an hour a step."""
    if status in (Status.SUBMITTED, Status.REFUSED):
        record, way = receive(status=Status.SUBMITTED, **changes), [status] if status == Status.REFUSED else []
    else:
        record, way = receive(**changes), WAYS[status]
    for number, step in enumerate(way, start=1):
        at = record.received_at + datetime.timedelta(hours=number)
        record = actions.change_status(record, to=step, by=officer(), reason="lý do", at=at)
    return record


# Results ---------------------------------------------------------------------------------------


def signatory(unit: str, kind: SignatoryKind = SignatoryKind.SIGNATURE, **changes: Any) -> Signatory:
    """Who signs for a unit, or seals, with a key of the demonstration; made when first asked for."""
    key = "seal" if kind == SignatoryKind.SEAL else unit
    certificate = signatures.certificate_of(key)
    facts = {"unit": Agency.objects.get(code=unit), "name": certificate.name, "kind": kind, "key": key, **changes}
    made, _new = Signatory.objects.get_or_create(
        fingerprint=certificate.fingerprint, defaults={**facts, "certificate": certificate.pem}
    )
    return made


def blank_pdf(width: int = 595) -> bytes:
    """A PDF with one empty page; another width is another file."""
    writer, content = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width, 842)
    writer.write(content)
    return content.getvalue()


def signer_of(record: Record) -> User:
    """The officer of the agency that settles it."""
    return officer(record.agency.code)


def to_be_signed(content: bytes | None = None) -> Record:
    """A record in process whose result is made in electronic steps, with a draft, and people who may sign and seal."""
    record = in_status(Status.IN_PROCESS, procedure=any_procedure(electronic=True))
    signatory(record.agency.code)
    signatory(CENTER, SignatoryKind.SEAL)
    steps.draft(record, content or blank_pdf(), by=signer_of(record))
    return record


MAKE = {
    StepKind.SIGN: lambda record, **given: steps.sign(record, **{"by": signer_of(record), **given}),
    StepKind.TRANSFER: lambda record, **given: steps.transfer(record, **{"by": officer(), **given}),
    StepKind.PRINT: lambda record, **given: steps.print_copy(
        record, **{"by": officer(), "root": "https://example.org", **given}
    ),
    StepKind.STAMP: lambda record, **given: steps.stamp(record, **{"by": officer(), **given}),
    StepKind.RETURN: lambda record, **given: steps.give_back(
        record, **{"by": officer(), "to_whom": "chính chủ", "how": Collection.DESK, **given}
    ),
}


def through(last: StepKind, record: Record | None = None) -> Record:
    """A record whose result has come through the electronic steps until `last`, ten minutes each."""
    record = record or to_be_signed()
    start = record.events.get(sequence=record.sequence).at
    kinds = list(StepKind)
    for number, kind in enumerate(kinds[: kinds.index(last) + 1], start=1):
        MAKE[kind](record, at=start + number * datetime.timedelta(minutes=10))
    return Record.objects.get(pk=record.pk)


def multiply(*moments: str, count: int = 4_000) -> None:
    """So many copies of the records, without events, that it matters to PostgreSQL how it reads them.

    Their `moments` lie an hour apart. SQLite chooses by the indexes alone: it has counted nothing, and gets no copies.
    """
    if connection.vendor == "sqlite":
        return
    copies, models = [], list(Record.objects.all())
    for number in range(count):
        record = copy.copy(models[number % len(models)])
        record.pk, record.code = None, f"{record.code}-{number}"
        for name in moments:
            if (moment := getattr(record, name)) and moment.year < 9999:
                setattr(record, name, moment - datetime.timedelta(hours=number))
        copies.append(record)
    Record.objects.bulk_create(copies)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE records_record")


def broken(record: Record) -> history.Broken | None:
    """What a walk along the history of a record finds, as the database holds both."""
    stored = Record.objects.values(*history.FACTS).get(pk=record.pk)
    return history.verify(record.code, record.events.order_by("sequence"), stored)
