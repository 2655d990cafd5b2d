"""The pages of a bulk move in the admin: from a list of codes to the report."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import gettext as _

from organisation.roles import Role
from records import bulk
from records.models import BulkItem, BulkJob, Record
from records.statuses import Status

from .factories import moment, officer, receive, stranger, supervisor

pytestmark = pytest.mark.django_db
YESTERDAY = moment("2024-08-27 09:00")
START = reverse("admin:records_bulkjob_add")
LIST = reverse("admin:records_bulkjob_changelist")


def address(job, page="change"):
    return reverse(f"admin:records_bulkjob_{page}", args=[job.pk])


@pytest.fixture
def three():
    return [receive(at=YESTERDAY) for _number in range(3)]


@pytest.fixture
def desk(client):
    client.force_login(officer())
    return client


@pytest.fixture
def job(three):
    return bulk.prepare([*(record.code for record in three), "x"], to=Status.IN_PROCESS, reason="", by=officer())


def sent(**changes):
    return {"codes": "", "to": Status.IN_PROCESS.value, "reason": "", **changes}


# Making a job ----------------------------------------------------------------------------------


def test_an_officer_pastes_codes_looks_applies_and_reads_the_report(desk, three):
    codes = "\n".join([*(record.code for record in three), "H02.15-240827-9999"])
    looked = desk.post(START, sent(codes=codes), follow=True)
    job = BulkJob.objects.get()
    assert looked.redirect_chain == [(address(job), 302)]
    html = looked.content.decode()
    assert all(record.code in html for record in three)
    assert _("No record has this code.") in html
    assert [count for _value, _label, count in looked.context["filters"]] == [4, 3, 1]
    assert not Record.objects.filter(status=Status.IN_PROCESS).exists()

    report = desk.post(address(job, "apply"), follow=True)
    assert [count for _value, _label, count in report.context["filters"]] == [4, 3, 1]
    assert set(Record.objects.values_list("status", flat=True)) == {Status.IN_PROCESS}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_codes_come_from_a_file_in_any_encoding(desk, three, encoding):
    text = "Mã;Tên\n" + "\n".join(f"{record.code};Thủ Đức" for record in three)
    content = text.encode(encoding, errors="replace")
    desk.post(START, sent(file=SimpleUploadedFile("codes.csv", content)))
    assert BulkItem.objects.filter(outcome="waiting").count() == BulkItem.objects.count() == 3


@pytest.mark.parametrize("content", [b"PK\x03\x04 a workbook", b"\0\1\2\3", b"x" * 2_000_001])
def test_a_file_that_is_no_text_or_too_large_is_refused_with_a_message(desk, content):
    refused = desk.post(START, sent(file=SimpleUploadedFile("codes.csv", content)))
    assert refused.status_code == 200
    assert refused.context["form"].errors["file"]
    assert not BulkJob.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "codes"),
        ({"codes": "H02.15-240827-0001", "to": Status.STOPPED.value}, "reason"),
        ({"codes": "H02.15-240827-0001", "to": ""}, "to"),
        ({"codes": "H02.15-240827-0001", "to": "99"}, "to"),
        ({"codes": "\n".join(f"H02.15-240827-{n:04}\nH02.15-240826-{n:04}" for n in range(1, 5002))}, "codes"),
    ],
)
def test_what_is_missing_or_wrong_is_named_at_its_field(desk, changes, field):
    refused = desk.post(START, sent(**changes))
    assert refused.status_code == 200
    assert list(refused.context["form"].errors) == [field]
    assert not BulkJob.objects.exists()


def test_a_list_of_records_brings_its_selection_along(desk, three):
    codes = [record.code for record in three]
    assert desk.post(START, {"codes": codes}).context["form"].initial["codes"] == "\n".join(codes)
    keys = [three[0].pk, "nonsense"]
    assert desk.post(START, {"_selected_action": keys}).context["form"].initial["codes"] == codes[0]
    assert not BulkJob.objects.exists()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.STEWARD, Role.ADMINISTRATOR])
def test_others_make_no_bulk_moves(client, role):
    client.force_login(officer(role=role))
    assert client.get(START).status_code == 403
    assert client.post(START, sent(codes="x")).status_code == 403


# Whose job it is -------------------------------------------------------------------------------


def test_a_supervisor_looks_at_every_job_and_moves_none(client, job):
    client.force_login(supervisor())
    assert address(job) in client.get(LIST).content.decode()
    looked = client.get(address(job))
    assert looked.status_code == 200
    assert address(job, "apply") not in looked.content.decode()
    assert client.post(address(job, "apply")).status_code == 403
    assert client.post(address(job, "stop")).status_code == 403
    bulk.start(job)
    watched = client.get(address(job)).content.decode()
    assert 'http-equiv="refresh"' not in watched
    assert job.items.filter(outcome="waiting").count() == 3


@pytest.mark.parametrize("person", [stranger, lambda: officer(role=Role.STEWARD)])
def test_a_job_of_somebody_else_is_hidden(client, job, person):
    client.force_login(person())
    assert client.get(LIST).status_code in (200, 403)
    assert client.get(address(job)).status_code in (403, 404)
    assert client.get(address(job, "download")).status_code in (403, 404)
    assert client.post(address(job, "apply")).status_code in (403, 404)
    assert client.post(address(job, "stop")).status_code in (403, 404)
    job.refresh_from_db()
    assert job.state == BulkJob.State.PREPARED


def test_nobody_reads_a_job_without_signing_in(client, job):
    assert client.get(address(job)).status_code == 302
    assert client.post(address(job, "apply")).status_code == 302


@pytest.mark.parametrize("page", ["apply", "stop"])
def test_a_link_alone_lets_no_job_run_nor_stops_it(desk, job, page):
    assert desk.get(address(job, page)).status_code == 405


@pytest.mark.parametrize("key", ["0", "999999", "x", "-1"])
def test_a_job_that_does_not_exist_is_not_found(desk, key):
    assert desk.get(f"{LIST}{key}/change/").status_code == 404


def test_the_status_of_a_record_of_another_agency_is_not_shown(client, three):
    client.force_login(stranger())
    job = bulk.prepare([three[0].code], to=Status.IN_PROCESS, reason="", by=stranger())
    assert client.get(address(job)).context["rows"][0][2] is None


# The work --------------------------------------------------------------------------------------


def test_the_page_of_a_running_job_does_a_slice_and_asks_for_the_next(desk, job, monkeypatch):
    monkeypatch.setattr(bulk, "SLICE", 0)
    bulk.start(job)
    first = desk.get(address(job))
    assert (first.context["done"], first.context["total"]) == (2, 4)
    html = first.content.decode()
    assert '<noscript><meta http-equiv="refresh" content="0"></noscript>' in html
    assert "<progress" in html
    assert desk.get(address(job)).context["done"] == 3
    assert "filters" in desk.get(address(job)).context  # the report


def test_a_job_is_stopped_by_its_maker(desk, job):
    desk.post(address(job, "stop"))
    job.refresh_from_db()
    assert (job.state, job.items.filter(outcome="moved").count()) == (BulkJob.State.DONE, 0)


# The report ------------------------------------------------------------------------------------


@pytest.fixture
def report(job):
    bulk.start(job)
    while bulk.run_slice(job, seconds=9):
        pass
    return job


def test_the_report_is_narrowed_to_an_outcome(desk, report):
    assert len(desk.get(address(report)).context["rows"]) == 4
    assert [row[0] for row in desk.get(f"{address(report)}?outcome=refused").context["rows"]] == ["x"]
    assert len(desk.get(f"{address(report)}?outcome=nonsense&page=99").context["rows"]) == 4


def test_the_report_is_downloaded_as_a_table(desk, report, three):
    response = desk.get(f"{address(report, 'download')}?outcome=moved")
    assert response["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [record.code for record in three]


@pytest.mark.parametrize("begin", "=+-@")
def test_no_cell_of_the_table_is_taken_for_a_formula(desk, begin):
    job = bulk.prepare([f"{begin}1+1"], to=Status.IN_PROCESS, reason="", by=officer())
    rows = list(csv.reader(io.StringIO(desk.get(address(job, "download")).content.decode("utf-8-sig"))))
    assert rows[1][0] == f"'{begin}1+1"


def test_the_pages_cost_few_queries_however_long_the_list(desk, django_assert_max_num_queries):
    codes = [f"H02.15-240827-{order:04}" for order in range(1, 401)]
    job = bulk.prepare(codes, to=Status.IN_PROCESS, reason="", by=officer())
    with django_assert_max_num_queries(10):
        desk.get(address(job))
    bulk.stop(job)
    with django_assert_max_num_queries(10):
        desk.get(address(job))
