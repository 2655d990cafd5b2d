"""What the database itself refuses, whoever asks and by whatever way."""

import pytest
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations import AlterField, Migration
from django.db.migrations.loader import MigrationLoader

from procedures.models import Procedure
from records import actions, guards
from records.models import Event, Record
from records.personal import seal
from records.statuses import Status

from .factories import broken, in_status, officer, receive

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite knows this statement")
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL knows this statement")

WORDS = "|".join([guards.NEVER_CHANGED, guards.NEVER_DELETED, guards.NEEDS_EVENT, guards.KEPT])
REFUSED = {
    "an event's content": "UPDATE records_event SET kind = 'status'",
    "an event's time": "UPDATE records_event SET at = at",
    "an event's hash": "UPDATE records_event SET hash = '0'",
    "an event moved to another record": "UPDATE records_event SET record_id = record_id + 1",
    "an event deleted": "DELETE FROM records_event WHERE sequence = 2",
    "all events deleted": "DELETE FROM records_event",
    "a record deleted": "DELETE FROM records_record",
    "a status alone": "UPDATE records_record SET status = 10, returned_at = received_at",
    "a number alone": "UPDATE records_record SET sequence = sequence + 1",
    "a hash alone": "UPDATE records_record SET last_hash = ''",
    "a status with another event's number": "UPDATE records_record SET status = 9, sequence = 1",
    "back to an earlier event": """UPDATE records_record SET status = 2, sequence = 1,
        last_hash = (SELECT hash FROM records_event e WHERE e.record_id = records_record.id AND e.sequence = 1)""",
    "another code": "UPDATE records_record SET code = 'H02.15-240828-0002'",
}


def refuse(statement: str) -> None:
    """Try it by plain SQL: past every model, queryset and action."""
    with pytest.raises(IntegrityError, match=WORDS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def record():
    made = in_status(Status.RESOLVED)
    connection.check_constraints()
    return made


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses(record, statement):
    refuse(statement)
    assert broken(record) is None


@on_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO records_event SELECT * FROM records_event WHERE sequence = 2",
        "REPLACE INTO records_record SELECT * FROM records_record",
        "UPDATE OR REPLACE records_event SET sequence = 1 WHERE sequence = 2",
        "UPDATE OR IGNORE records_record SET status = 4",
        """INSERT INTO records_event SELECT * FROM records_event WHERE true
           ON CONFLICT (record_id, sequence) DO UPDATE SET kind = 'status'""",
    ],
)
def test_sqlite_refuses_to_replace_what_it_refuses_to_change(record, statement):
    refuse(statement)
    assert broken(record) is None


@on_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE records_event CASCADE",
        "TRUNCATE records_record CASCADE",
        """INSERT INTO records_event SELECT * FROM records_event
           ON CONFLICT (record_id, sequence) DO UPDATE SET kind = 'status'""",
        """MERGE INTO records_record r USING records_record s ON r.id = s.id
           WHEN MATCHED THEN UPDATE SET status = 4""",
    ],
)
def test_postgresql_refuses_to_empty_and_to_overwrite(record, statement):
    refuse(statement)
    assert broken(record) is None


def test_models_and_querysets_are_refused_too(record):
    event = record.events.get(sequence=2)
    for write in (
        lambda: Record.objects.update(status=Status.IN_PROCESS),
        lambda: Event.objects.update(details={}),
        lambda: Record.objects.bulk_update([Record(pk=record.pk, status=Status.IN_PROCESS)], ["status"]),
        event.save,
        lambda: Event.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    record.status = Status.IN_PROCESS
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()


def test_what_history_does_not_own_may_be_written(record):
    """Keys are rotated, and facts of no event completed, without an event."""
    assert Record.objects.update(sealed=seal({}), papers=[]) == 1
    stored = Record.objects.get(pk=record.pk)
    stored.save()
    assert broken(stored) is None


def test_an_event_that_does_not_fit_lets_no_status_pass(record):
    with transaction.atomic():
        forged = {"kind": "status", "at": record.received_at, "to_status": 10, "hash": "a" * 64}
        Event.objects.create(record=record, sequence=4, **forged)
        refuse("UPDATE records_record SET status = 10, returned_at = received_at, sequence = 4, last_hash = 'b'")
        refuse(f"UPDATE records_record SET status = 4, sequence = 4, last_hash = '{'a' * 64}'")
        transaction.set_rollback(True)


# Migrations ------------------------------------------------------------------------------------


def triggers() -> set[str]:
    """The guards on tables of this room."""
    if connection.vendor == "sqlite":
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'records_%' AND name "
    else:
        found = "SELECT tgname FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'records_%' AND tgname "
    with connection.cursor() as cursor:
        cursor.execute(found + "LIKE 'guard_%'")
        return {name for (name,) in cursor.fetchall()}


def every_guard() -> set[str]:
    return set(guards.SQLITE_GUARDS if connection.vendor == "sqlite" else guards.POSTGRESQL_GUARDS)


def test_migrate_installs_the_guards():
    assert triggers() == every_guard()


def make_wider(model: type[models.Model], name: str) -> None:
    """A migration that changes a column: on SQLite a new table takes the place of the old one."""
    old = model._meta.get_field(name)
    migration = Migration("0999_wider", model._meta.app_label)
    field = models.CharField(max_length=old.max_length + 1, choices=old.choices)
    migration.operations = [AlterField(model._meta.model_name, name, field)]
    state = MigrationLoader(connection).project_state()
    plan = [(migration, False)]
    emit_pre_migrate_signal(0, False, "default", plan=plan)
    with connection.schema_editor(atomic=True) as editor:
        migration.apply(state, editor)
    if connection.vendor == "sqlite":
        assert triggers() != every_guard()
    emit_post_migrate_signal(0, False, "default", plan=plan)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("model", "name"), [(Record, "channel"), (Event, "kind"), (Procedure, "decision")])
def test_the_guards_survive_a_later_migration_that_rebuilds_the_table(model, name):
    record = in_status(Status.RESOLVED)
    make_wider(model, name)
    assert triggers() == every_guard()
    for statement in REFUSED.values():
        refuse(statement)
    assert broken(actions.change_status(record, to=Status.RETURNED, by=officer())) is None


@pytest.mark.django_db(transaction=True)
def test_a_test_s_own_guards_can_be_lifted_and_put_back():
    receive()
    guards.remove_guards()
    assert triggers() == set()
    guards.install_guards()
    guards.install_guards()
    assert triggers() == every_guard()
    refuse("DELETE FROM records_event")
