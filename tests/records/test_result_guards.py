"""What the database itself refuses of results, whoever asks and by whatever way."""

import pytest
from django.db import IntegrityError, connection, transaction

from records.models import Event, EventKind, Record, Result, ResultStep, StepKind, StoredFile
from records.results import steps
from records.results.guards import KEPT, NEEDS_STEPS
from records.statuses import Status

from .factories import broken, in_status, officer, supervisor, through, to_be_signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("results_folder")]
WORDS = f"{KEPT}|{NEEDS_STEPS}|result_step_once"
CHANGED = {
    "another file of a step": "UPDATE records_resultstep SET file_id = (SELECT max(sha256) FROM records_storedfile)",
    "another time of a step": "UPDATE records_resultstep SET at = '2024-01-01 00:00:00+00:00'",
    "another certificate": "UPDATE records_resultstep SET certificate = 'x', fingerprint = 'y'",
    "another verdict": "UPDATE records_resultstep SET verdict = '{}'",
    "a step undone by the event of another": "UPDATE records_resultstep SET undone_by_id = event_id",
    "a step deleted": "DELETE FROM records_resultstep",
    "another token": "UPDATE records_result SET token = 'x'",
    "a result withdrawn by no withdrawal": """UPDATE records_result SET withdrawn_at = made_at,
        withdrawal_id = (SELECT max(id) FROM records_event)""",
    "a result deleted": "DELETE FROM records_result",
    "another hash": "UPDATE records_storedfile SET size = size + 1",
    "a signed file deleted": "DELETE FROM records_storedfile WHERE kind = 'signed'",
}


def refuse(statement: str, parameters: tuple = (), words: str = WORDS) -> None:
    """Try it by plain SQL: past every model, queryset and action."""
    with pytest.raises(IntegrityError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def pushed(record: Record, to: Status) -> None:
    """Write an event of a change and the status with it, as the door does, but past its checks."""
    with transaction.atomic():
        facts = {"sequence": record.sequence + 1, "at": record.received_at, "from_status": record.status}
        Event.objects.create(record=record, kind="status", to_status=to, hash="a" * 64, **facts)
        Record.objects.filter(pk=record.pk).update(
            status=to, sequence=record.sequence + 1, last_hash="a" * 64, returned_at=record.received_at
        )


@pytest.mark.parametrize("statement", CHANGED.values(), ids=CHANGED)
def test_the_evidence_of_a_step_is_never_changed(statement):
    record = through(StepKind.TRANSFER)
    refuse(statement)
    assert broken(record) is None


def test_an_undone_step_and_a_withdrawn_result_stay_so():
    record = through(StepKind.PRINT)
    record = steps.undo(record, by=officer(), reason="nhầm")
    refuse("UPDATE records_resultstep SET undone_by_id = NULL WHERE kind = 'print'")
    steps.withdraw(record, by=supervisor(), reason="sai")
    refuse("UPDATE records_result SET withdrawn_at = NULL, withdrawal_id = NULL")


def test_nine_and_ten_need_their_steps_past_every_check_too():
    record = to_be_signed()
    with pytest.raises(IntegrityError, match=NEEDS_STEPS):
        pushed(record, Status.RESOLVED)
    with pytest.raises(IntegrityError, match=NEEDS_STEPS):
        pushed(record, Status.RETURNED)
    signed = through(StepKind.SIGN, record)
    with pytest.raises(IntegrityError, match=NEEDS_STEPS):
        pushed(signed, Status.RESOLVED)
    stamped = through(StepKind.STAMP)
    with pytest.raises(IntegrityError, match=NEEDS_STEPS):
        pushed(stamped, Status.RETURNED)


def test_a_plain_procedure_needs_no_steps():
    record = in_status(Status.IN_PROCESS)
    pushed(record, Status.RESOLVED)
    assert Record.objects.get(pk=record.pk).status == Status.RESOLVED


def test_a_step_needs_its_own_event_and_the_step_before_it():
    record = through(StepKind.SIGN)
    signed = ResultStep.objects.get()
    facts = {"result": signed.result, "file": signed.file, "at": signed.at}
    made = Event.objects.create(
        record=record, sequence=9, kind=EventKind.STEP, at=signed.at, to_status=record.status, hash="b" * 64
    )
    other = Event.objects.create(
        record=in_status(Status.RECEIVED), sequence=9, kind=EventKind.STEP, at=signed.at, to_status=2, hash="b" * 64
    )
    reception = record.events.get(sequence=1)
    for kind, event in (
        (StepKind.TRANSFER, reception),  # of another kind
        (StepKind.TRANSFER, other),  # of another record
        (StepKind.PRINT, made),  # out of order
        (StepKind.SIGN, made),  # twice
    ):
        with pytest.raises(IntegrityError, match=WORDS), transaction.atomic():
            ResultStep.objects.create(kind=kind, event=event, **facts)
    ResultStep.objects.create(kind=StepKind.TRANSFER, event=made, **facts)
    pushed(Record.objects.get(pk=record.pk), Status.RESOLVED)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite knows this statement")
@pytest.mark.parametrize("table", ["records_result", "records_resultstep", "records_storedfile"])
def test_sqlite_refuses_to_replace_what_it_refuses_to_change(table):
    through(StepKind.SIGN)
    refuse(f"REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL knows this statement")
@pytest.mark.parametrize("table", ["records_result", "records_resultstep", "records_storedfile"])
def test_postgresql_refuses_to_empty(table):
    through(StepKind.SIGN)
    connection.check_constraints()
    refuse(f"TRUNCATE {table} CASCADE")


def test_a_file_is_erased_once_and_a_draft_may_go():
    to_be_signed()
    draft = StoredFile.objects.get()
    draft.erased_at = draft.kept_at
    draft.save()
    refuse("UPDATE records_storedfile SET erased_at = NULL")
    Record.objects.get().draft.delete()
    draft.delete()
    assert not StoredFile.objects.exists()
    assert not Result.objects.exists()
