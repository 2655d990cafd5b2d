"""What operators run: the walk along every history, and new keys for personal facts."""

import subprocess
import sys
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from records import actions, guards, history, personal, rotation
from records.models import BulkJob, EventNote, OutboxMessage, Record
from records.statuses import Status
from tests.portals import ROOT

from .factories import APPLICANT, broken, in_status, officer, receive

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(name: str, **options) -> tuple[str, str]:
    """What the command writes to its output and to its errors, a terminal."""
    out, err = StringIO(), Terminal()
    call_command(name, stdout=out, stderr=err, no_color=True, **options)
    return out.getvalue(), err.getvalue()


# verify_history --------------------------------------------------------------------------------


def test_a_whole_history_is_walked_with_a_progress_bar():
    for status in (Status.RECEIVED, Status.RETURNED, Status.REFUSED):
        in_status(status)
    out, err = run("verify_history")
    assert out == "3 records with 7 events: every chain holds.\n"
    assert "3 of 3 records" in err


def test_nothing_is_walked_where_there_is_nothing():
    assert run("verify_history")[0] == "0 records with 0 events: every chain holds.\n"


def test_the_first_broken_link_of_each_record_is_named_and_the_command_fails(monkeypatch):
    monkeypatch.setattr(history, "PAGE", 2)
    sound, first, second, third = receive(), in_status(Status.RETURNED), receive(), in_status(Status.STOPPED)
    connection.check_constraints()
    guards.remove_guards()
    first.events.filter(sequence__gte=2).update(kind="corrected")
    second.messages.all().delete()
    second.events.all().delete()
    Record.objects.filter(pk=third.pk).update(status=Status.IN_PROCESS)
    out = StringIO()
    with pytest.raises(CommandError, match="3 of 4 records have a broken history"):
        call_command("verify_history", stdout=out, stderr=StringIO())
    assert out.getvalue().splitlines() == [
        f"{first.code}, event 2: its content was changed",
        f"{second.code}, event 0: no event",
        f"{third.code}, event 3: the record's status is not that of its last event",
    ]
    assert sound.code not in out.getvalue()


def test_a_record_that_changes_during_the_walk_is_not_called_broken(monkeypatch):
    record, walked = receive(), history.chains

    def chains_while_an_officer_works(records, events):
        actions.change_status(record, to=Status.IN_PROCESS, by=officer())
        yield from walked(records, events)

    monkeypatch.setattr(history, "chains", chains_while_an_officer_works)
    assert run("verify_history", verbosity=0) == ("", "")
    assert record.events.count() == 2


def test_a_page_needs_two_queries(django_assert_num_queries):
    for _number in range(5):
        receive()
    with django_assert_num_queries(3):  # and one that finds nothing behind the last page
        assert [(records, events) for records, events, _broken in history.walk()] == [(5, 5)]


# Keys ------------------------------------------------------------------------------------------

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_new_key_seals_and_is_another_each_time(settings):
    keys = {run("make_data_key")[0].strip() for _twice in range(2)}
    assert len(keys) == 2
    settings.DATA_KEYS = [*keys]
    assert personal.unseal(personal.seal("x")) == "x"


def test_a_key_is_made_before_anything_else_is_there(tmp_path):
    made = subprocess.run(
        [sys.executable, "manage.py", "make_data_key"],
        cwd=ROOT,
        env={"DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(made.stdout.strip()) == 44


@pytest.fixture
def sealed_with_the_old_key(settings):
    """A record with a reason and a message, and a bulk job; then a new key was put in front."""
    settings.DATA_KEYS = [OLD]
    record = actions.request_supplement(receive(), missing="bản sao", by=officer())
    BulkJob.objects.create(
        made_by=officer(), made_at=record.received_at, to_status=Status.STOPPED, sealed_reason=personal.seal("hết hạn")
    )
    settings.DATA_KEYS = [NEW, OLD]
    return record


def test_every_sealed_column_is_known():
    columns = {f"{model.__name__}.{column}" for model, column in rotation.sealed_columns()}
    assert columns >= {"Record.sealed", "EventNote.sealed", "OutboxMessage.sealed_to", "BulkJob.sealed_reason"}
    assert "StaffMessage.sealed_to" in columns
    binary = {
        f"{model.__name__}.{column.attname}"
        for model in apps.get_app_config("records").get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, models.BinaryField)
    }
    assert binary - columns == {"ReportFile.content"}  # figures only


def test_rotation_seals_everything_with_the_newest_key(sealed_with_the_old_key, settings):
    record = sealed_with_the_old_key
    out, err = run("rotate_data_keys")
    assert "records.Record.sealed: 1 of 1 sealed anew." in out
    assert "records.OutboxMessage.sealed_to: 2 of 2 sealed anew." in out
    assert "1 of 1 records.Record.sealed" in err
    settings.DATA_KEYS = [NEW]
    stored = Record.objects.get(pk=record.pk)
    assert stored.personal["name"] == APPLICANT.name
    assert str(EventNote.objects.get()) == "bản sao"
    assert {personal.unseal(message.sealed_to) for message in OutboxMessage.objects.all()} == {APPLICANT.email}
    assert personal.unseal(BulkJob.objects.get().sealed_reason) == "hết hạn"
    assert broken(stored) is None
    assert stored.sequence == record.sequence
    assert actions.change_status(stored, to=Status.IN_PROCESS, by=officer()).personal["phone"] == APPLICANT.phone


def test_a_second_run_writes_nothing(sealed_with_the_old_key, django_assert_num_queries):
    run("rotate_data_keys")
    sealed = bytes(Record.objects.get().sealed)
    out, _err = run("rotate_data_keys")
    assert "records.Record.sealed: 0 of 1 sealed anew." in out
    assert bytes(Record.objects.get().sealed) == sealed


def test_an_interrupted_run_goes_on_with_the_next(sealed_with_the_old_key, monkeypatch, settings):
    settings.DATA_KEYS = [OLD]
    for _number in range(4):
        receive()
    settings.DATA_KEYS = [NEW, OLD]
    monkeypatch.setattr(rotation, "PAGE", 2)
    pages = rotation.rotate(Record, "sealed")
    assert (next(pages).sealed_anew, next(pages).sealed_anew) == (2, 2)
    pages.close()
    out, _err = run("rotate_data_keys")
    assert "records.Record.sealed: 1 of 5 sealed anew." in out


def test_erased_facts_stay_erased(settings):
    settings.DATA_KEYS = [OLD]
    record = actions.erase(in_status(Status.STOPPED), by=None)
    settings.DATA_KEYS = [NEW, OLD]
    assert "records.Record.sealed: 0 of 0" in run("rotate_data_keys")[0]
    assert Record.objects.get(pk=record.pk).sealed is None


def test_a_row_that_no_key_opens_is_told_and_the_others_are_sealed_all_the_same(settings):
    settings.DATA_KEYS = [OLD]
    lost = receive()
    settings.DATA_KEYS = [NEW]
    receive()
    err = StringIO()
    with pytest.raises(CommandError, match="cannot be read with any key"):
        call_command("rotate_data_keys", stdout=StringIO(), stderr=err)
    assert f"records.Record.sealed {lost.pk} cannot be read." in err.getvalue()
    assert APPLICANT.name not in err.getvalue()
