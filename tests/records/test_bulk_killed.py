"""Long work whose process is killed in the middle, and two that run at the same time: on real databases."""

import contextlib
import sqlite3
import time
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.programs import programs

COUNT = 160

SEED = f"""
import datetime
from django.db import transaction
from django.utils import timezone
from organisation.models import User
from procedures.models import Procedure
from records import actions, bulk
from records.deadlines import Limit
from records.statuses import Status
officer = User.objects.get(username="demo-officer")
procedure = Procedure.objects.filter(at_center=True, level_province=True).order_by("code")[0]
at = timezone.make_aware(datetime.datetime(2024, 8, 27, 9))
applicant = actions.Applicant("Nguyễn Văn Mẫu", phone="0912345678", email="mau@example.org")
with transaction.atomic():
    records = [
        actions.receive(procedure=procedure, unit=officer.unit, channel="in_person", applicant=applicant, by=officer,
                        limit=Limit(5, "working_day"), at=at)
        for number in range({COUNT})
    ]
    job = bulk.prepare([record.code for record in records], to=Status.SUPPLEMENT, reason="lý do", by=officer)
    bulk.start(job)
"""

# Every record is as its item says: moved with one event more, or untouched; and its history holds.
CHECK = f"""
from records import history
from records.models import BulkItem, BulkJob, OutboxMessage, Record
from records.statuses import Status
items = BulkJob.objects.latest("pk").items
moved = set(items.filter(outcome="moved").values_list("code", flat=True))
records = Record.objects.filter(code__in=items.values("code"))
assert (records.count(), items.filter(outcome="refused").count()) == ({COUNT}, 0)
for record in records:
    events = list(record.events.order_by("sequence"))
    assert len(events) == 1 + (record.code in moved), record.code
    assert record.status == events[-1].to_status == (Status.SUPPLEMENT if record.code in moved else Status.RECEIVED)
    stored = Record.objects.values(*history.FACTS).get(pk=record.pk)
    assert history.verify(record.code, events, stored) is None, record.code
assert OutboxMessage.objects.filter(record__in=records).count() == {COUNT} + len(moved)
print(len(moved))
"""


NEW_DAY = """
import datetime
from organisation.models import User
from records import days
from records.models import DayException
storm = DayException(day=datetime.date(2024, 8, 29), kind="off", name="bão")
days.keep(storm, User.objects.get(username="demo-administrator"))
"""

# Every date has moved with its event, or neither has; the job counts them.
CHECK_DATES = """
from records import history
from records.models import Event, Recomputation, Record
from records.statuses import Status
job = Recomputation.objects.latest("pk")
followed = Event.objects.filter(kind="recomputed").count()
assert job.changed == followed
for record in Record.objects.filter(status=Status.RECEIVED):
    events = list(record.events.order_by("sequence"))
    assert record.due_at == events[-1].due_after, record.code
    stored = Record.objects.values(*history.FACTS).get(pk=record.pk)
    assert history.verify(record.code, events, stored) is None, record.code
assert bool(job.done_at) == (Record.objects.filter(status=Status.RECEIVED).count() == followed)
print(followed)
"""

MOVED = """SELECT count(*) FROM records_bulkitem
    WHERE outcome = 'moved' AND job_id = (SELECT max(id) FROM records_bulkjob)"""
FOLLOWED = "SELECT count(*) FROM records_event WHERE kind = 'recomputed'"


class Place:
    """A database, and programs that work on it."""

    def __init__(self, url, think):
        self.url, self.think, self.start = url, think, think.command

    def run(self, *arguments):
        failed, out, errors = self.start(*arguments).wait()
        assert not failed, errors
        return out

    def count(self, sql):
        """A number, asked from outside while another program works."""
        if self.url.startswith("postgres"):
            with psycopg.connect(self.url) as connection:
                return connection.execute(sql).fetchone()[0]
        with contextlib.closing(sqlite3.connect(urlsplit(self.url).path, timeout=5)) as connection:
            return connection.execute(sql).fetchone()[0]


@pytest.fixture(scope="module")
def prepared_place(new_database):
    with new_database("bulk") as url, programs(url) as think:
        yield Place(url, think)


@pytest.fixture
def place(prepared_place):
    """With a new job that somebody let run."""
    prepared_place.think(SEED)
    return prepared_place


def wait_until(condition, process, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "The program ended too early."
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_killed_job_left_nothing_half_done_and_goes_on(place):
    for least in (5, 60):
        with place.start("run_bulk_jobs") as process:
            wait_until(lambda least=least: place.count(MOVED) >= least, process)
            process.kill()
        assert least <= int(place.think(CHECK)) < COUNT
    assert f"{COUNT} of {COUNT} moved" in place.run("run_bulk_jobs")
    assert int(place.think(CHECK)) == COUNT


def test_two_runners_move_each_record_once(place):
    with place.start("run_bulk_jobs") as one, place.start("run_bulk_jobs") as other:
        for process in (one, other):
            failed, _out, errors = process.wait()
            assert (failed, errors) == (0, "")
    assert int(place.think(CHECK)) == COUNT


def test_killed_while_due_dates_follow_a_new_day_it_goes_on(place):
    place.think(NEW_DAY)
    with place.start("recompute_due_dates", "--unfinished") as process:
        wait_until(lambda: place.count(FOLLOWED) > 0, process)
        process.kill()
    assert 0 < int(place.think(CHECK_DATES)) < COUNT
    place.run("recompute_due_dates", "--unfinished")
    assert int(place.think(CHECK_DATES)) == COUNT
