"""Moving many records in one go: the list, the look before, the work record by record."""

import pytest
from django.core.management import call_command
from django.utils.translation import gettext as _

from organisation.roles import Role
from records import actions, bulk, codes
from records.models import BulkItem, BulkJob, Event, Record
from records.statuses import Status

from .factories import COMMUNE, broken, in_status, moment, officer, receive, stranger, supervisor

pytestmark = pytest.mark.django_db
YESTERDAY = moment("2024-08-27 09:00")
UNKNOWN = "H02.15-240827-9999"


def job_of(records, to=Status.IN_PROCESS, reason="", by=None, more=()):
    entries = [*(record.code for record in records), *more]
    return bulk.prepare(entries, to=to, reason=reason, by=by or officer())


def run(job):
    bulk.start(job)
    while bulk.run_slice(job, seconds=9):
        pass
    return [(item.outcome, item.message) for item in job.items.all()]


@pytest.fixture
def three():
    return [receive(at=YESTERDAY) for _number in range(3)]


# The list --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("H02.15-240828-0001\nH02.15-240828-0002", ["H02.15-240828-0001", "H02.15-240828-0002"]),
        ("h02.15 – 240828 – 0001, 000.00.15.H02-240828-0002", ["H02.15-240828-0001", "H02.15-240828-0002"]),
        ("H02.15-240828-0001 H02.15-240828-0002", ["H02.15-240828-0001", "H02.15-240828-0002"]),
        ("\ufeffMã hồ sơ;Họ tên\r\n\r\nH02.15-240828-0001;Nguyễn Văn A;0912345678\r\n", ["H02.15-240828-0001"]),
        ('="H02.15-240828-0001"\n"H02.15-240828-0002"', ["H02.15-240828-0001", "H02.15-240828-0002"]),
        ("", []),
        (" \n\t\n", []),
    ],
)
def test_codes_are_read_from_any_list(text, found):
    assert [codes.parse(entry) for entry in bulk.read_list(text)] == found


def test_a_line_without_a_code_is_named_by_its_number_and_what_it_says_is_not_kept():
    entries = bulk.read_list("H02.15-240828-0001\nNguyễn Văn A, 0912345678, Lô A12-3\n")
    assert entries == ["H02.15-240828-0001", _("line %(number)d") % {"number": 2}]


def test_a_code_with_an_impossible_day_stays_on_the_list():
    assert bulk.read_list("H02.15-240828-0001, H02.15-240832-0001") == ["H02.15-240828-0001", "H02.15-240832-0001"]


# Making a job ----------------------------------------------------------------------------------


def test_each_record_is_on_the_list_once_in_whatever_spelling(three):
    first = three[0].code
    job = bulk.prepare([first, first.lower(), codes.full(first)], to=Status.IN_PROCESS, reason="", by=officer())
    assert [item.code for item in job.items.all()] == [first]


def test_what_is_no_code_of_a_record_stays_on_the_list_and_says_so(three):
    job = job_of(three, more=[UNKNOWN, "H02.15-240832-0001"])
    assert [(item.code, item.message) for item in job.items.filter(outcome=BulkItem.Outcome.REFUSED)] == [
        (UNKNOWN, _("No record has this code.")),
        ("H02.15-240832-0001", _("This is not the code of a record.")),
    ]


def test_nothing_moves_while_a_job_is_made_and_looked_at(three):
    events = Event.objects.count()
    bulk.preview(job_of(three))
    assert Event.objects.count() == events


@pytest.mark.parametrize(("entries", "to"), [([], Status.IN_PROCESS), (["x"], Status.STOPPED)])
def test_no_job_without_codes_or_without_the_reason_that_the_move_needs(entries, to):
    with pytest.raises(actions.Refused):
        bulk.prepare(entries, to=to, reason=" ", by=officer())
    assert not BulkJob.objects.exists()


def test_at_most_ten_thousand_codes():
    entries = [f"H02.15-2408{day:02}-{order:04}" for day in (26, 27) for order in range(1, 5002)]
    with pytest.raises(actions.Refused, match=r"10002"):
        bulk.prepare(entries, to=Status.IN_PROCESS, reason="", by=officer())
    assert bulk.prepare(entries[:10_000], to=Status.IN_PROCESS, reason="", by=officer()).items.count() == 10_000


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.STEWARD, Role.ADMINISTRATOR])
def test_only_those_who_move_records_make_a_job(three, role):
    with pytest.raises(actions.NotYours):
        job_of(three, by=officer(role=role))


def test_a_long_list_costs_few_queries(django_assert_max_num_queries):
    entries = [f"H02.15-240827-{order:04}" for order in range(1, 1001)]
    with django_assert_max_num_queries(20):  # SQLite takes some 140 rows at a time
        job = bulk.prepare(entries, to=Status.IN_PROCESS, reason="", by=officer())
    with django_assert_max_num_queries(6):
        bulk.preview(job)


# Looking before --------------------------------------------------------------------------------


def test_the_preview_says_what_the_move_will_say():
    records = [
        receive(at=YESTERDAY),
        in_status(Status.RETURNED, at=YESTERDAY),
        receive(at=YESTERDAY, unit=COMMUNE),
        in_status(Status.PAYMENT, at=YESTERDAY),
    ]
    job = job_of(records, more=[UNKNOWN])
    foretold = [verdict.why for verdict in bulk.preview(job)]
    assert [bool(why) for why in foretold] == [False, True, True, False, True]
    assert [message for _outcome, message in run(job)] == foretold


def test_a_record_of_another_agency_is_refused_without_telling_its_status():
    other = in_status(Status.RESOLVED, at=YESTERDAY)
    job = job_of([other], by=stranger())
    (verdict,) = bulk.preview(job)
    assert verdict.why
    assert str(Status.RESOLVED.label) not in verdict.why
    assert run(job) == [(BulkItem.Outcome.REFUSED, verdict.why)]
    other.refresh_from_db()
    assert other.status == Status.RESOLVED


def test_a_record_that_changed_after_the_list_was_made_is_left_alone(three):
    job = job_of(three, to=Status.SUPPLEMENT, reason="thiếu bản sao")
    actions.change_status(three[1], to=Status.IN_PROCESS, by=officer())  # from there the move is legal too
    assert [verdict.why for verdict in bulk.preview(job)] == ["", bulk.changed_meanwhile(), ""]
    assert [outcome for outcome, _message in run(job)] == ["moved", "refused", "moved"]
    three[1].refresh_from_db()
    assert three[1].status == Status.IN_PROCESS


def test_equal_reasons_are_counted_together():
    assert bulk.grouped(["b", "", "a", "b"]) == [("b", 2), ("a", 1)]


# Moving ----------------------------------------------------------------------------------------


def test_each_record_is_moved_with_its_own_event_and_reason(three):
    assert run(job_of(three, to=Status.SUPPLEMENT, reason="thiếu bản sao")) == [("moved", "")] * 3
    for record in three:
        event = record.events.get(sequence=2)
        assert (event.actor, event.to_status, str(event.note)) == (officer(), Status.SUPPLEMENT, "thiếu bản sao")
        assert broken(record) is None


def test_one_bad_record_never_blocks_the_rest(three):
    """Its personal facts cannot be opened, so that the message to the citizen fails in the middle of the move."""
    Record.objects.filter(pk=three[1].pk).update(sealed=b"nothing that a key opens")
    job = job_of(three, to=Status.SUPPLEMENT, reason="thiếu bản sao")
    assert [outcome for outcome, _message in run(job)] == ["moved", "refused", "moved"]
    three[1].refresh_from_db()
    assert (three[1].status, three[1].events.count()) == (Status.RECEIVED, 1)


def test_a_job_that_nobody_let_run_moves_nothing(three):
    job = job_of(three)
    assert bulk.run_slice(job, seconds=9) == 3
    assert not Record.objects.filter(status=Status.IN_PROCESS).exists()


def test_work_is_done_in_slices_and_goes_on_where_it_stopped(three):
    job = job_of(three)
    bulk.start(job)
    assert [bulk.run_slice(job, seconds=0) for _slice in range(3)] == [2, 1, 0]
    assert job.state == BulkJob.State.DONE


def test_a_job_that_is_done_does_nothing_more_and_keeps_no_reason(three):
    job = job_of(three, to=Status.SUPPLEMENT, reason="thiếu bản sao")
    assert bulk.reason_of(job) == "thiếu bản sao"
    run(job)
    assert not bulk.start(job)
    assert (bulk.run_slice(job, seconds=9), job.state, job.sealed_reason) == (0, BulkJob.State.DONE, None)


def test_what_waits_can_be_stopped_and_what_was_moved_stays_moved(three):
    job = job_of(three)
    bulk.start(job)
    bulk.run_slice(job, seconds=0)
    assert bulk.stop(job) == 2
    assert [item.outcome for item in job.items.all()] == ["moved", "refused", "refused"]
    assert job.state == BulkJob.State.DONE


def test_who_left_in_the_meantime_moves_nothing_more(three):
    job = job_of(three)
    bulk.start(job)
    bulk.run_slice(job, seconds=0)
    maker = officer()
    maker.is_active = False
    maker.save()
    bulk.run_slice(job, seconds=9)
    assert [item.outcome for item in job.items.all()] == ["moved", "refused", "refused"]


def test_the_command_finishes_what_was_left(three, capsys):
    job, prepared = job_of(three), job_of([receive(at=YESTERDAY)])
    bulk.start(job)
    bulk.run_slice(job, seconds=0)
    call_command("run_bulk_jobs")
    assert "3 of 3 moved" in capsys.readouterr().out
    job.refresh_from_db()
    prepared.refresh_from_db()
    assert (job.state, prepared.state) == (BulkJob.State.DONE, BulkJob.State.PREPARED)
    call_command("run_bulk_jobs")
    assert "Nothing was left unfinished" in capsys.readouterr().out


def test_jobs_are_seen_by_their_maker_and_by_supervisors(three):
    job = job_of(three)
    assert list(bulk.visible_to(officer())) == list(bulk.visible_to(supervisor())) == [job]
    assert not bulk.visible_to(stranger()).exists()
    assert not bulk.visible_to(officer(role=Role.ADMINISTRATOR)).exists()
