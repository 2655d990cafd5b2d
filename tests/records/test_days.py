"""A change of the table of days: which open records it touches, and what becomes of their due dates."""

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from organisation.roles import Role
from procedures.models import TimeUnit
from records import actions, days
from records.clock import current_calendar
from records.deadlines import Limit
from records.models import DayException, EventKind, Recomputation
from records.statuses import Status

from .factories import administrator, broken, in_status, moment, officer, receive

pytestmark = pytest.mark.django_db
RECEIVED = moment("2024-08-26 09:00")  # a Monday; the office is closed from Saturday 31 August to 3 September
FRIDAY = datetime.date(2024, 8, 30)
SATURDAY = datetime.date(2024, 8, 31)


def storm(day=FRIDAY):
    return DayException(day=day, kind=DayException.Kind.OFF, name="bão")


def due(record):
    record.refresh_from_db()
    return timezone.localtime(record.promised_at).date().isoformat()


def follow(job):
    while days.run_slice(job, seconds=9):
        pass
    return job


def waiting(value=5, unit=TimeUnit.WORKING_DAY, **changes):
    return receive(limit=Limit(value, unit), **{"at": RECEIVED, **changes})


# What a change would do ------------------------------------------------------------------------


def test_a_day_off_moves_the_records_that_run_over_it_and_no_others():
    over, until, before = waiting(5), waiting(4), waiting(3)
    assert [due(record) for record in (over, until, before)] == ["2024-09-04", "2024-08-30", "2024-08-29"]
    impact = days.impact(days.with_day(storm()))
    assert (impact.running, impact.moved, impact.is_exact) == (2, 2, True)
    assert {row.record: timezone.localtime(row.after).date().isoformat() for row in impact.sample} == {
        over: "2024-09-05",
        until: "2024-09-04",
    }
    assert due(over) == "2024-09-04"
    assert current_calendar().is_working(FRIDAY)

    job = follow(days.keep(storm(), administrator()))
    assert (job.looked_at, job.changed) == (2, 2)
    assert [due(record) for record in (over, until, before)] == ["2024-09-05", "2024-09-04", "2024-08-29"]


@pytest.mark.parametrize(
    ("day", "kind", "limit", "before", "after"),
    [
        (SATURDAY, "worked", Limit(5, TimeUnit.WORKING_DAY), "2024-09-04", "2024-08-31"),
        (SATURDAY, "worked", Limit(5, TimeUnit.DAY), "2024-09-04", "2024-08-31"),
        (FRIDAY, "off", Limit(4, TimeUnit.DAY), "2024-08-30", "2024-09-04"),
        (FRIDAY, "off", Limit(32, TimeUnit.HOUR), "2024-08-30", "2024-09-04"),
        (datetime.date(2024, 8, 26), "off", Limit(4, TimeUnit.HOUR), "2024-08-26", "2024-08-27"),
        (datetime.date(2024, 9, 26), "off", Limit(1, TimeUnit.MONTH), "2024-09-26", "2024-09-27"),
    ],
)
def test_every_kind_of_limit_follows_as_a_record_received_under_the_new_days(day, kind, limit, before, after):
    record = receive(limit=limit, at=RECEIVED)
    assert due(record) == before
    follow(days.keep(DayException(day=day, kind=kind, name="đổi ngày"), administrator()))
    assert due(record) == after == due(receive(limit=limit, at=RECEIVED))


def test_a_day_taken_back_moves_the_dates_back():
    record, holiday = waiting(), DayException.objects.get(day="2024-09-02")
    impact = days.impact(days.without_day(holiday))
    assert (impact.running, impact.moved) == (1, 1)
    follow(days.remove(holiday, administrator()))
    assert due(record) == "2024-09-02"


def test_a_day_moved_to_another_date_counts_at_both():
    record, holiday = waiting(), DayException.objects.get(day="2024-09-02")
    holiday.day = FRIDAY
    assert days.changed_days(current_calendar(), days.with_day(holiday)) == [FRIDAY, datetime.date(2024, 9, 2)]
    job = follow(days.keep(holiday, administrator()))
    assert (job.looked_at, job.changed, due(record)) == (1, 0, "2024-09-04")


@pytest.mark.parametrize(
    "day",
    [
        DayException(day=datetime.date(2024, 9, 8), kind="off", name="a Sunday"),
        DayException(day=datetime.date(2024, 9, 5), kind="worked", name="a Thursday"),
    ],
)
def test_a_day_that_counts_as_before_asks_for_nothing(day):
    waiting(20)
    assert days.impact(days.with_day(day)) == days.Impact()
    assert days.keep(day, administrator()) is None


def test_a_new_name_asks_for_nothing():
    holiday = DayException.objects.get(day="2024-09-02")
    holiday.name = "Ngày Quốc khánh"
    assert days.keep(holiday, administrator()) is None
    assert DayException.objects.filter(name="Ngày Quốc khánh").exists()


def test_ended_records_and_those_that_wait_for_the_citizen_stay_as_they_are():
    resolved, paused = in_status(Status.RESOLVED, at=RECEIVED), in_status(Status.SUPPLEMENT, at=RECEIVED)
    promised = resolved.promised_at
    job = follow(days.keep(storm(), administrator()))
    assert job.looked_at == 0
    resolved.refresh_from_db()
    paused.refresh_from_db()
    assert (resolved.promised_at, paused.due_at) == (promised, None)


def test_a_reappointed_record_keeps_its_new_date_while_its_promise_moves():
    record = waiting()
    again = moment("2024-09-12 17:00")
    actions.reappoint(record, due=again, by=officer(), reason="thiếu người", at=moment("2024-08-27 09:00"))
    follow(days.keep(storm(), administrator()))
    assert due(record) == "2024-09-05"
    assert record.due_at == again


def test_a_preview_looks_at_a_bounded_number_and_says_so(monkeypatch):
    monkeypatch.setattr(days, "LOOKED_AT", 2)
    for _number in range(3):
        waiting()
    impact = days.impact(days.with_day(storm()))
    assert (impact.running, impact.looked_at, impact.moved, impact.is_exact) == (3, 2, 2, False)


# Who and how -----------------------------------------------------------------------------------


def test_each_change_of_a_date_is_an_event_of_who_changed_the_day():
    record = waiting()
    follow(days.keep(storm(), administrator()))
    event = record.events.get(sequence=2)
    assert (event.kind, event.actor, event.to_status) == (EventKind.RECOMPUTED, administrator(), Status.RECEIVED)
    assert event.due_before < event.due_after
    assert broken(record) is None


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.STEWARD])
def test_only_administrators_change_the_days(role):
    with pytest.raises(actions.NotYours):
        days.keep(storm(), officer(role=role))
    assert not DayException.objects.filter(day=FRIDAY).exists()
    assert not Recomputation.objects.exists()


def test_what_was_begun_is_finished_after_the_administrator_has_left():
    record, person = waiting(), administrator()
    job = days.keep(storm(), person)
    person.is_active = False
    person.save()
    follow(job)
    assert due(record) == "2024-09-05"
    assert record.events.get(sequence=2).actor is None


# In slices -------------------------------------------------------------------------------------


def test_the_work_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(days, "BATCH", 2)
    records = [waiting() for _number in range(5)]
    job = days.keep(storm(), administrator())
    assert [days.run_slice(job, seconds=0) for _slice in range(3)] == [3, 1, 0]
    assert (job.looked_at, job.changed) == (5, 5)
    assert job.done_at
    assert {due(record) for record in records} == {"2024-09-05"}
    assert days.run_slice(job, seconds=9) == 0
    assert {record.events.count() for record in records} == {2}


def test_two_changes_at_a_time_end_in_the_days_as_they_are_then(monkeypatch):
    monkeypatch.setattr(days, "BATCH", 1)
    records = [waiting() for _number in range(3)]
    first = days.keep(storm(), administrator())
    days.run_slice(first, seconds=0)
    second = days.keep(storm(datetime.date(2024, 9, 5)), administrator())  # a day that only the new dates run over
    follow(second)
    follow(first)
    assert {due(record) for record in records} == {"2024-09-06"}


def test_the_command_finishes_what_was_begun_and_then_looks_at_every_open_record(capsys):
    begun, behind = waiting(), waiting(20)
    days.keep(storm(), administrator())
    DayException.objects.create(day=datetime.date(2024, 9, 12), kind="off", name="past the portal's own door")
    call_command("recompute_due_dates")
    assert [line for line in capsys.readouterr().out.splitlines() if "looked at" in line] == [
        "2024-08-30: 2 looked at, 2 due dates changed",
        "all open records: 2 looked at, 0 due dates changed",
    ]
    assert (due(begun), due(behind)) == ("2024-09-05", "2024-09-27")
    DayException.objects.filter(day=datetime.date(2024, 9, 12)).delete()
    call_command("recompute_due_dates", "--unfinished")
    assert due(behind) == "2024-09-27"
    call_command("recompute_due_dates")
    assert due(behind) == "2024-09-26"
