"""The content stamp moves with every way of writing what pages show, and with nothing else."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from organisation import stamp
from organisation.copying import copy
from organisation.models import Agency, ContentStamp
from portal import clock
from procedures.models import Field, LegalDocument, Procedure, Synonym
from procedures.search import find, index

BIRTH = "1.001193"

pytestmark = pytest.mark.django_db


def execute(statement: str, *parameters) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def save_as_the_admin_does() -> None:
    synonym = Synonym(everyday="zoqua", official="khai sinh")
    synonym.full_clean()
    synonym.save()


WAYS = {
    "save of a new row": save_as_the_admin_does,
    "save of a row that exists": lambda: Procedure.objects.get(code=BIRTH).save(),
    "update": lambda: Procedure.objects.filter(code=BIRTH).update(name="Zoqua"),
    "bulk_create": lambda: Field.objects.bulk_create([Field(slug="zoqua", name="Zoqua")]),
    "bulk_update": lambda: Agency.objects.bulk_update([Agency.objects.get(code="so-y-te")], ["name"]),
    "raw SQL": lambda: execute("UPDATE procedures_channel SET note = note WHERE position = 1"),
    "delete of a row": lambda: Synonym.objects.all()[0].delete(),
    "delete of many": lambda: Procedure.objects.get(code=BIRTH).documents.all().delete(),
    "raw delete": lambda: execute("DELETE FROM procedures_result WHERE position = 1"),
    "a legal basis taken away": lambda: Procedure.objects.exclude(legal_basis=None)[0].legal_basis.clear(),
}


@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_every_way_of_writing_moves_the_stamp(write):
    before = stamp.current()
    write()
    assert stamp.current() not in ("", before)


@pytest.mark.parametrize(
    "write",
    [
        lambda: Agency.objects.get(code="so-y-te").successors.add(Agency.objects.get(code="so-nn-mt")),
        lambda: Procedure.objects.get(code=BIRTH).legal_basis.add(
            LegalDocument.objects.exclude(procedures__code=BIRTH)[0]
        ),
        lambda: Synonym.objects.bulk_create([Synonym(everyday="zoqua", official="x")], ignore_conflicts=True),
    ],
    ids=["successors", "legal basis", "bulk_create"],
)
def test_an_insert_that_ignores_conflicts_moves_the_stamp(write):
    before = stamp.current()
    write()
    assert stamp.current() != before


def test_each_write_gives_a_stamp_of_its_own():
    seen = [stamp.current()]
    for _round in range(3):
        Procedure.objects.filter(code=BIRTH).update(name="Zoqua")
        seen.append(stamp.current())
    assert len(set(seen)) == 4


def test_there_is_one_row_whatever_happens():
    for write in (WAYS["update"], WAYS["bulk_create"], WAYS["raw SQL"]):
        write()
    assert ContentStamp.objects.count() == 1


def test_reading_does_not_move_the_stamp():
    before = stamp.current()
    assert list(Procedure.objects.with_parts()[:5])
    assert find("khai sinh").codes
    assert Agency.objects.count()
    assert stamp.current() == before


def test_what_a_rolled_back_change_wrote_is_forgotten_with_it():
    before = stamp.current()
    with transaction.atomic():
        WAYS["update"]()
        assert stamp.current() != before
        transaction.set_rollback(True)
    assert stamp.current() == before


def test_people_who_come_and_go_do_not_move_the_stamp():
    before = stamp.current()
    user = get_user_model().objects.create_user("officer", password="invented")
    user.last_name = "Zoqua"
    user.save()
    user.delete()
    assert stamp.current() == before


def test_everything_that_pages_show_is_stamped_and_nothing_of_the_staff():
    tables = {model._meta.db_table for model in stamp.stamped_models()}
    assert {"organisation_agency", "organisation_agency_successors", "procedures_procedure_legal_basis"} <= tables
    assert {Procedure._meta.db_table, LegalDocument._meta.db_table, Synonym._meta.db_table} <= tables
    assert not {"organisation_user", "organisation_contentstamp"} & tables


# Asked for now and then ------------------------------------------------------------------------


@pytest.fixture
def rarely(monkeypatch, transactional_db):
    """Pages ask once a minute, and nothing has been asked for yet; outside of any transaction."""
    monkeypatch.setattr(stamp, "ASKED_EVERY", 60)
    stamp.forget()


def write_elsewhere() -> None:
    """As another process does: past Django's connection."""
    connection.connection.execute("UPDATE procedures_channel SET note = note WHERE position = 1")


def another_thread_asked(value: str) -> None:
    """What is not committed yet it does not see."""
    stamp._seen = stamp.Seen(value, time.monotonic())


def test_pages_ask_for_the_stamp_now_and_then(rarely, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert stamp.recent() == stamp.recent() != ""


def test_what_another_process_writes_is_seen_when_they_ask_again(rarely, monkeypatch):
    before = stamp.recent()
    write_elsewhere()
    assert stamp.recent() == before
    monkeypatch.setattr(stamp, "ASKED_EVERY", 0)
    assert stamp.recent() == stamp.current() != before


def test_they_ask_again_within_a_tenth_of_a_second():
    assert 0 < stamp.ASKED_EVERY <= 0.1


def test_who_writes_reads_what_it_wrote(rarely):
    for name, write in WAYS.items():
        before = stamp.recent()
        write()
        assert stamp.recent() == stamp.current() != before, name


def test_what_is_written_in_a_transaction_is_read_within_it_and_after_it(rarely):
    before = stamp.recent()
    with transaction.atomic():
        WAYS["update"]()
        within = stamp.recent()
        another_thread_asked(before)
    assert stamp.recent() == stamp.current() == within != before


def test_what_was_read_in_a_transaction_that_failed_is_forgotten(rarely):
    before = stamp.recent()
    with transaction.atomic():
        WAYS["update"]()
        assert stamp.recent() != before
        transaction.set_rollback(True)
    assert stamp.recent() == before


def test_what_is_written_after_somebody_else_s_hook_is_forgotten_too(rarely):
    before = stamp.recent()
    with transaction.atomic():
        transaction.on_commit(lambda: None)
        WAYS["update"]()
        another_thread_asked(before)
    assert stamp.recent() == stamp.current() != before


def test_what_is_written_after_a_part_that_was_taken_back_is_forgotten_too(rarely):
    before = stamp.recent()
    with transaction.atomic():
        with transaction.atomic():
            WAYS["raw SQL"]()
            transaction.set_rollback(True)
        WAYS["update"]()
        another_thread_asked(before)
    assert stamp.recent() == stamp.current() != before


def test_what_was_asked_before_another_thread_wrote_is_not_remembered(rarely):
    def meanwhile(execute, *statement):
        answer = execute(*statement)
        stamp.forget()
        return answer

    with connection.execute_wrapper(meanwhile):
        before = stamp.recent()
    write_elsewhere()
    assert stamp.recent() == stamp.current() != before


def test_a_connection_that_opens_within_somebody_s_wrapper_keeps_its_own(rarely):
    connection.execute_wrappers.remove(stamp.forget_after)
    with connection.execute_wrapper(lambda execute, *statement: execute(*statement)):
        stamp.forget_with_changes(connection)
    assert connection.execute_wrappers == [stamp.forget_after]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has COPY")
def test_what_is_copied_is_forgotten_too(rarely):
    before = stamp.recent()
    copy(Synonym, [*Synonym._meta.concrete_fields][1:], [("zoqua", "khai sinh", "steward")])
    assert stamp.recent() == stamp.current() != before


def test_an_index_that_is_newer_than_what_is_remembered_stays(rarely, monkeypatch):
    stamp.recent()
    write_elsewhere()
    newer = index.build(stamp.current(), clock.today())
    monkeypatch.setattr(index, "_current", newer)
    assert index.current() is newer


def triggers() -> set[str]:
    """The triggers on stamped tables, as "table event"."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT event_object_table || ' ' || event_manipulation FROM information_schema.triggers "
                "WHERE trigger_name LIKE 'stamp_%'"
            )
        else:
            cursor.execute(
                "SELECT tbl_name || ' ' || upper(replace(name, 'stamp_' || tbl_name || '_', '')) FROM sqlite_master "
                "WHERE type = 'trigger' AND name LIKE 'stamp_%'"
            )
        return {name for (name,) in cursor.fetchall()}


def test_every_stamped_table_has_its_triggers():
    expected = {
        f"{model._meta.db_table} {event}"
        for model in stamp.stamped_models()
        for event in ("INSERT", "UPDATE", "DELETE")
    }
    assert triggers() == expected


def test_triggers_that_are_gone_come_back_with_the_next_migrate():
    table = Synonym._meta.db_table
    if connection.vendor == "postgresql":
        execute(f'DROP TRIGGER "stamp_{table}" ON {table}')
    else:
        execute(f'DROP TRIGGER "stamp_{table}_INSERT"')
    before = stamp.current()
    Synonym.objects.create(everyday="zoqua", official="khai sinh")
    assert stamp.current() == before
    stamp.install_triggers()
    Synonym.objects.create(everyday="bemli", official="khai sinh")
    assert stamp.current() != before
