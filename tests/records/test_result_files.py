"""The files of results: whole or not there, checked at each reading, and what is wrong with them is named."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import transaction
from moto.server import ThreadedMotoServer

from records import actions
from records.models import FileKind, Record, ResultStep, StepKind, StoredFile
from records.results import rules, steps, storage
from records.results.checking import CheckFailed
from tests.portals import ROOT

from .factories import MAKE, blank_pdf, broken, signer_of, supervisor, through, to_be_signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
PDF = blank_pdf()


@pytest.fixture(autouse=True)
def folder(results_folder):
    return results_folder


def files_in(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def state_of(record: Record) -> tuple:
    stored = Record.objects.values().get(pk=record.pk)
    return stored, record.events.count(), ResultStep.objects.count(), StoredFile.objects.count()


def told(capsys) -> list[str]:
    """What the command names; it fails when it names something."""
    with pytest.raises(CommandError):
        call_command("check_result_files")
    return capsys.readouterr().out.splitlines()


# Kept and read ---------------------------------------------------------------------------------


def test_a_file_is_named_by_its_hash_and_readable_by_its_owner_alone(folder):
    kept = storage.keep(PDF, FileKind.DRAFT)
    (name,) = files_in(folder)
    assert name == f"{kept.sha256[:2]}/{kept.sha256}.pdf"
    assert storage.read(kept) == PDF
    assert (folder / name).stat().st_mode & 0o077 == 0
    assert storage.keep(PDF, FileKind.DRAFT) == kept


@pytest.mark.parametrize("harm", ["altered", "shortened", "lengthened", "gone"])
def test_a_file_that_is_not_the_one_that_was_kept_is_not_handed_out(folder, harm):
    kept = storage.keep(PDF, FileKind.SIGNED)
    file = folder / storage.name_of(kept.sha256)
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes({"altered": PDF[:-1] + b"!", "shortened": PDF[:-1], "lengthened": PDF + b"!"}[harm])
    with pytest.raises(storage.StorageFault):
        storage.read(kept)


def test_a_signed_file_that_was_changed_in_the_storage_is_not_transferred(folder):
    record = through(StepKind.SIGN)
    file = folder / storage.name_of(ResultStep.objects.get().file_id)
    file.write_bytes(file.read_bytes() + b"\n")
    before = state_of(record)
    with pytest.raises(CheckFailed, match="not the one that was kept"):
        MAKE[StepKind.TRANSFER](record)
    assert state_of(record) == before


def test_a_replaced_draft_is_not_kept(folder, django_capture_on_commit_callbacks):
    record = to_be_signed()
    with django_capture_on_commit_callbacks(execute=True):
        steps.draft(record, blank_pdf(700), by=signer_of(record))
    assert len(files_in(folder)) == StoredFile.objects.count() == 1


def test_a_draft_that_comes_back_in_the_same_transaction_is_kept(folder, django_capture_on_commit_callbacks):
    record = to_be_signed()
    with django_capture_on_commit_callbacks(execute=True):
        for content in (PDF, blank_pdf(600), PDF):
            made = steps.draft(record, content, by=signer_of(record))
    assert storage.read(made.file) == PDF
    assert len(files_in(folder)) == 1


def test_a_file_that_cannot_be_deleted_keeps_no_other_from_going(folder, django_capture_on_commit_callbacks):
    record = through(StepKind.RETURN)
    stubborn = folder / storage.name_of(rules.standing(record).steps[StepKind.SIGN].file_id)
    stubborn.unlink()
    stubborn.mkdir()
    (stubborn / "within").touch()
    with django_capture_on_commit_callbacks(execute=True):
        actions.erase(record, by=supervisor())
    assert files_in(folder) == [str((stubborn / "within").relative_to(folder))]


# When it cannot be written ----------------------------------------------------------------------


@contextlib.contextmanager
def full_disk():
    """No file of this process grows beyond 400 bytes: what a full disk says to whoever writes, and no more. Within the
    block only: what pytest tells of the test may go into a file, too."""
    before, heard = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


def test_a_full_disk_leaves_nothing_behind(folder):
    content = b"%PDF" + b"x" * 5_000
    with full_disk(), pytest.raises(OSError, match="File too large"):
        storage.place().save("ab/x.pdf", ContentFile(content))
    assert files_in(folder) == []


def test_a_storage_that_cannot_write_stops_the_step_and_changes_nothing(folder):
    record = to_be_signed()
    before = state_of(record)
    place = folder.rename(folder.parent / "away")
    folder.write_text("no folder")
    with pytest.raises(CheckFailed, match="not in the storage"):
        MAKE[StepKind.SIGN](record)
    with pytest.raises(CheckFailed, match="could not be kept"):
        steps.draft(record, blank_pdf(701), by=signer_of(record))
    assert state_of(record) == before
    folder.unlink()
    place.rename(folder)
    assert MAKE[StepKind.SIGN](record).file


def test_a_key_that_does_not_answer_stops_the_step_and_changes_nothing(folder, settings, tmp_path):
    record = to_be_signed()
    keys = tmp_path / "keys.toml"
    token = {"pkcs11": "/nowhere/module.so", "token": "results", "label": "x", "pin_file": "pin"}
    words = "\n".join(f'{name} = "{value}"' for name, value in token.items())
    keys.write_text(f"[keys.{record.agency.code}]\n{words}\n")
    (tmp_path / "pin").write_text("1234")
    settings.PORTAL_KEYS, settings.PORTAL_TRUST = str(keys), str(tmp_path)
    before, files = state_of(record), files_in(folder)
    with pytest.raises(CheckFailed, match="token"):
        MAKE[StepKind.SIGN](record)
    assert (state_of(record), files_in(folder)) == (before, files)


# What the command names -------------------------------------------------------------------------


def test_a_whole_storage_is_called_whole(capsys):
    through(StepKind.STAMP)
    call_command("check_result_files")
    assert capsys.readouterr().out == "4 files: each is the one that was kept.\n"


def test_missing_altered_and_strange_files_are_named(folder, capsys):
    through(StepKind.STAMP)
    missing, altered = (ResultStep.objects.get(kind=kind).file_id for kind in (StepKind.PRINT, StepKind.STAMP))
    (folder / storage.name_of(missing)).unlink()
    (folder / storage.name_of(altered)).write_bytes(b"x")
    (folder / "ab").mkdir(exist_ok=True)
    (folder / "ab" / f"x{storage.UNFINISHED}").write_bytes(b"x")
    storage.keep(blank_pdf(702), FileKind.SIGNED)
    lines = told(capsys)
    assert {f"{missing}: missing", f"{altered}: altered", "ab/x.part: unfinished"} < set(lines)
    assert [line for line in lines if line.endswith("no record holds it")]
    assert len(lines) == 4


KILLED = """
import os, django; django.setup()
from records.models import FileKind, StoredFile
from records.results import storage
StoredFile.objects.get_or_create = lambda **_given: os._exit(9)
storage.keep(b"%PDF-1.7 killed", FileKind.SIGNED)
"""


@pytest.mark.django_db(transaction=True)
def test_whoever_is_killed_between_file_and_row_leaves_a_file_that_is_named(folder, capsys, new_database):
    with new_database("killed_file") as url:
        env = {**os.environ, "DATABASE_URL": url, "PORTAL_RESULTS": str(folder)}
        env["DJANGO_SETTINGS_MODULE"] = "portal.settings"
        done = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=env)
        assert done.returncode == 9
    name = storage.name_of(storage.hash_of(b"%PDF-1.7 killed"))
    assert told(capsys) == [f"{name}: orphan: no table knows it"]


# Erased ----------------------------------------------------------------------------------------


def test_with_a_record_s_personal_facts_its_files_are_erased(folder, django_capture_on_commit_callbacks, capsys):
    record, other = through(StepKind.RETURN), through(StepKind.SIGN)
    with django_capture_on_commit_callbacks(execute=True):
        actions.erase(record, by=supervisor())
    now = rules.standing(other)
    assert files_in(folder) == sorted(
        storage.name_of(key) for key in {now.steps[StepKind.SIGN].file_id, other.draft.file_id}
    )
    sealed = ResultStep.objects.get(kind=StepKind.STAMP).file
    with pytest.raises(storage.StorageFault, match="erased"):
        storage.read(sealed)
    assert broken(record) is None
    call_command("check_result_files")


def test_an_erasure_that_fails_erases_no_file(folder, django_capture_on_commit_callbacks):
    record = through(StepKind.RETURN)
    before = files_in(folder)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        actions.erase(record, by=supervisor())
        raise RuntimeError
    assert files_in(folder) == before


# Elsewhere -------------------------------------------------------------------------------------


@pytest.fixture
def bucket(settings, monkeypatch):
    """A storage that speaks S3, on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "y", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    address = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=address).create_bucket(Bucket="results")
    options = {"bucket_name": "results", "endpoint_url": address, "default_acl": "private", "file_overwrite": True}
    settings.STORAGES = {
        **settings.STORAGES,
        "results": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
    }
    yield
    server.stop()


def test_a_storage_that_speaks_s3_does_the_same(bucket, capsys):
    record = through(StepKind.STAMP)
    sealed = rules.standing(record).steps[StepKind.STAMP].file
    assert storage.hash_of(storage.read(sealed)) == sealed.sha256
    call_command("check_result_files", verbosity=0)
    storages["results"].save(storage.name_of(sealed.sha256), ContentFile(b"x"))
    storages["results"].save("ab/strange.pdf", ContentFile(b"x"))
    assert told(capsys) == [f"{sealed.sha256}: altered", "ab/strange.pdf: orphan: no table knows it"]


def test_a_storage_that_does_not_answer_stops_the_step(settings, monkeypatch):
    record = to_be_signed()
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "y", "MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    options = {"bucket_name": "results", "endpoint_url": "http://127.0.0.1:9"}
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "results": backend}
    before = state_of(record)
    with pytest.raises(CheckFailed):
        steps.draft(record, blank_pdf(703), by=signer_of(record))
    with pytest.raises(CheckFailed):
        MAKE[StepKind.SIGN](record)
    assert state_of(record) == before
