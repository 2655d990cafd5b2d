"""What the chain of a record's events tells when somebody passed by the guards of the database."""

import datetime

import pytest
from django.db import connection
from django.db.models import F

from records import actions, guards, history
from records.models import Event, EventKind, EventNote, Record
from records.statuses import Status

from .factories import NINE, broken, in_status, moment, officer, receive

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def tamper():
    """Somebody with the rights of the database's owner: the guards are lifted until the test's end."""
    connection.check_constraints()  # PostgreSQL lifts no trigger while others of the transaction wait
    guards.remove_guards()


def a_long_history() -> Record:
    """Six events: received, in process, payment, in process, resolved, returned."""
    way = [Status.IN_PROCESS, Status.PAYMENT, Status.IN_PROCESS, Status.RESOLVED, Status.RETURNED]
    record = receive()
    for number, to in enumerate(way, start=1):
        record = actions.change_status(record, to=to, by=officer(), reason="lệ phí", at=NINE + number * HOUR)
    connection.check_constraints()
    return record


def test_every_event_carries_the_hash_of_the_one_before():
    events = list(a_long_history().events.order_by("sequence"))
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event.previous_hash for event in events] == ["", *[event.hash for event in events[:-1]]]
    assert len({event.hash for event in events}) == 6


def test_the_hash_is_the_same_after_the_database_has_kept_the_event():
    record = a_long_history()
    assert [history.hash_of(event, record.code) for event in record.events.all()] == [
        event.hash for event in record.events.all()
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at", NINE),
        ("actor", None),
        ("kind", EventKind.CORRECTED),
        ("to_status", Status.STOPPED),
        ("from_status", None),
        ("due_before", None),
        ("due_after", NINE),
        ("details", {}),
        ("reason_digest", "0" * 64),
    ],
)
def test_a_changed_event_is_found(tamper, name, value):
    record = a_long_history()
    record.events.filter(sequence=3).update(**{name: value})
    found = broken(record)
    assert (found.code, found.sequence) == (record.code, 3)
    assert found.why == "its content was changed"


def test_a_changed_event_with_a_new_hash_is_found_at_the_next(tamper):
    record = a_long_history()
    event = record.events.get(sequence=3)
    event.at = NINE
    record.events.filter(sequence=3).update(at=event.at, hash=history.hash_of(event, record.code))
    assert broken(record) == history.Broken(record.code, 4, "it does not continue the event before it")


def test_an_event_taken_out_is_found(tamper):
    record = a_long_history()
    EventNote.objects.filter(event__sequence=3).delete()
    for model in (record.messages.model, Event):
        key = "event__sequence" if model is not Event else "sequence"
        model.objects.filter(**{key: 3}).delete()
    assert broken(record) == history.Broken(record.code, 4, "event 3 is missing")


def test_the_last_event_taken_out_is_found_by_the_record(tamper):
    record = a_long_history()
    record.messages.filter(event__sequence=6).delete()
    record.events.filter(sequence=6).delete()
    assert broken(record) == history.Broken(record.code, 5, "the record's status is not that of its last event")


def test_events_in_another_order_are_found(tamper):
    record = a_long_history()
    for before, after in ((4, 100), (2, 4), (100, 2)):
        record.events.filter(sequence=before).update(sequence=after)
    assert broken(record).sequence == 2


def test_an_event_put_in_at_the_end_is_found(tamper):
    record = in_status(Status.RETURNED)
    last = record.events.latest("sequence")
    forged = Event(record=record, sequence=last.sequence + 1, kind=EventKind.STATUS, at=NINE)
    forged.from_status, forged.to_status = Status.RETURNED, Status.RESOLVED
    forged.previous_hash, forged.hash = last.hash, "f" * 64
    forged.save()
    assert broken(record) == history.Broken(record.code, forged.sequence, "its content was changed")


def test_events_moved_to_another_record_are_found(tamper):
    first, second = receive(), a_long_history()
    first.messages.all().delete()
    first.events.all().delete()
    second.events.update(record=first)
    assert broken(first).why == "its content was changed"
    assert broken(second) == history.Broken(second.code, 0, "no event")


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", Status.RESOLVED), ("sequence", 7), ("last_hash", "0" * 64), ("due_at", moment("2030-01-01 17:00"))],
)
def test_a_record_that_says_another_thing_than_its_last_event_is_found(tamper, name, value):
    record = a_long_history()
    Record.objects.filter(pk=record.pk).update(**{name: value})
    assert broken(record) == history.Broken(record.code, 6, f"the record's {name} is not that of its last event")


def test_a_changed_code_is_found(tamper):
    record = a_long_history()
    Record.objects.filter(pk=record.pk).update(code="H02.15-240828-9998")
    record.refresh_from_db()
    assert broken(record) == history.Broken("H02.15-240828-9998", 1, "its content was changed")


def test_a_whole_chain_written_anew_is_found_where_the_statuses_do_not_follow(tamper):
    record = a_long_history()
    previous = ""
    for event in record.events.order_by("sequence"):
        event.from_status = Status.SUBMITTED if event.sequence == 4 else event.from_status
        event.previous_hash = previous
        previous = event.hash = history.hash_of(event, record.code)
        event.save()
    Record.objects.filter(pk=record.pk).update(last_hash=previous)
    assert broken(record) == history.Broken(record.code, 4, "it starts from another status")


def test_a_status_that_changes_in_another_kind_of_event_is_found(tamper):
    record = receive()
    actions.assign(record, officer=officer(), by=officer())
    event = record.events.get(sequence=2)
    event.to_status = Status.RETURNED
    event.hash = history.hash_of(event, record.code)
    event.save()
    assert broken(record) == history.Broken(record.code, 2, "it changes the status without saying so")


def test_a_history_that_does_not_begin_with_a_reception_is_found(tamper):
    record = receive()
    event = record.events.get()
    event.kind = EventKind.ASSIGNED
    event.hash = history.hash_of(event, record.code)
    event.save()
    assert broken(record) == history.Broken(record.code, 1, "it is no reception")


def test_only_the_first_broken_link_is_named(tamper):
    record = a_long_history()
    record.events.filter(sequence__gte=2).update(at=F("at") + HOUR)
    assert broken(record).sequence == 2


def test_erasing_personal_facts_leaves_the_chain_valid_and_writing_them_anew_does_not_fit(settings):
    record = actions.erase(in_status(Status.STOPPED), by=None)
    assert broken(record) is None
    event = record.events.get(to_status=Status.STOPPED, kind=EventKind.STATUS)
    assert event.reason_digest == actions.personal.digest("lý do") != actions.personal.digest("một lý do khác")


def test_records_are_walked_together_with_their_events():
    made = [receive(), a_long_history(), receive()]
    records = Record.objects.order_by("pk").values("id", "code", *history.FACTS)
    events = Event.objects.order_by("record_id", "sequence")
    walked = [(row["code"], len(own)) for row, own in history.chains(records, events)]
    assert walked == [(record.code, record.sequence) for record in made]
    # A record written after the list of records was read does not hide the events of those behind it.
    without_the_first = records.exclude(pk=made[0].pk)
    assert [len(own) for _row, own in history.chains(without_the_first, events)] == [6, 1]


def test_the_last_standing_change_is_the_one_to_undo():
    record = receive()
    assert history.undoable(record) is None
    record = actions.change_status(record, to=Status.IN_PROCESS, by=officer())
    record = actions.assign(record, officer=officer(), by=officer())
    assert history.undoable(record).sequence == 2
    record = actions.correct(record, by=officer(), reason="nhầm")
    assert history.undoable(record) is None
