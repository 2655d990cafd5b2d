"""Steps in bulk: many results signed or stamped in one action, each reported, and drafts that come together."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from records import actions, bulk
from records.models import BulkJob, Record, ResultStep, StepKind
from records.results import bulk_steps, steps
from records.statuses import Status

from .factories import (
    COMMUNE,
    MAKE,
    any_procedure,
    blank_pdf,
    broken,
    in_status,
    officer,
    receive,
    signer_of,
    supervisor,
    through,
    to_be_signed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("results_folder", "english")]


def add() -> str:
    return reverse("admin:records_bulkjob_add")


def run(codes: list[str], kind: StepKind, by) -> BulkJob:
    job = bulk.prepare(codes, to=kind, reason="", by=by, root="https://example.org")
    bulk.start(job)
    while bulk.run_slice(job, seconds=60):
        pass
    return job


def outcomes(job: BulkJob) -> dict[str, str]:
    return dict(job.items.values_list("code", "message"))


def test_many_results_go_from_the_signature_to_the_stamp_in_four_jobs():
    records = [to_be_signed(blank_pdf(600 + number)) for number in range(4)]
    codes = [record.code for record in records]
    for kind in bulk_steps.IN_BULK:
        job = run(codes, kind, signer_of(records[0]) if kind == StepKind.SIGN else officer())
        assert (job.state, set(outcomes(job).values())) == (bulk.State.DONE, {""})
    assert ResultStep.objects.count() == 4 * len(records)
    for record in Record.objects.all():
        assert record.status == Status.RESOLVED
        assert broken(record) is None
    addresses = BulkJob.objects.filter(step=StepKind.PRINT).values_list("root", flat=True)
    assert list(addresses) == ["https://example.org"]


def test_a_draft_that_came_after_the_list_is_not_signed():
    record = to_be_signed()
    job = bulk.prepare([record.code], to=StepKind.SIGN, reason="", by=signer_of(record))
    draft = steps.draft(record, blank_pdf(640), by=signer_of(record))
    draft.made_at = job.made_at + datetime.timedelta(seconds=1)
    draft.save()
    assert "not the one" in bulk.preview(job)[0].why
    bulk.start(job)
    bulk.run_slice(job, seconds=60)
    assert "not the one" in outcomes(job)[record.code]
    assert not ResultStep.objects.exists()


def test_what_cannot_be_stamped_is_told_before_and_stops_nobody_else():
    good, signed, plain = through(StepKind.PRINT), through(StepKind.SIGN), receive()
    foreign = receive(unit=COMMUNE)
    job = bulk.prepare(
        [good.code, signed.code, plain.code, foreign.code, "H02.15-240828-9999"],
        to=StepKind.STAMP,
        reason="",
        by=officer(),
    )
    before = {verdict.item.code: verdict.why for verdict in bulk.preview(job)}
    assert before[good.code] == ""
    assert "missing" in before[signed.code]
    assert "not made in electronic steps" in before[plain.code]
    assert before[foreign.code]
    bulk.start(job)
    bulk.run_slice(job, seconds=60)
    assert outcomes(job) == before
    assert list(ResultStep.objects.filter(kind=StepKind.STAMP).values_list("result__record", flat=True)) == [good.pk]


def test_a_record_that_changed_since_the_list_was_made_is_not_signed():
    record = to_be_signed()
    job = bulk.prepare([record.code], to=StepKind.SIGN, reason="", by=signer_of(record))
    actions.assign(record, officer=officer(), by=officer())
    bulk.start(job)
    bulk.run_slice(job, seconds=60)
    assert "changed after" in outcomes(job)[record.code]


def test_who_signs_nothing_makes_no_job_of_signatures():
    record = to_be_signed()
    for kind in bulk_steps.IN_BULK:
        with pytest.raises(actions.NotYours):
            bulk.prepare([record.code], to=kind, reason="", by=supervisor())


def test_a_preview_of_many_costs_no_more_queries_than_one_of_few(django_assert_max_num_queries):
    jobs = []
    for count in (1, 4):
        records = [through(StepKind.PRINT) for _number in range(count)]
        codes = [record.code for record in records]
        jobs.append(bulk.prepare(codes, to=StepKind.STAMP, reason="", by=officer()))
    for job in jobs:
        with django_assert_max_num_queries(14):
            assert {verdict.why for verdict in bulk.preview(job)} == {""}


def test_moves_to_nine_in_bulk_tell_what_is_missing():
    electronic, plain = to_be_signed(), in_status(Status.IN_PROCESS)
    job = bulk.prepare([electronic.code, plain.code], to=Status.RESOLVED, reason="", by=officer())
    why = {verdict.item.code: verdict.why for verdict in bulk.preview(job)}
    assert "Still missing: Digital signature, Electronic transfer" in why[electronic.code]
    assert why[plain.code] == ""


# Drafts that come together ----------------------------------------------------------------------


def pdf(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or blank_pdf(len(name) + 500), "application/pdf")


def test_pdfs_that_are_named_by_their_records_are_kept_and_signed_together(client):
    first, second = (in_status(Status.IN_PROCESS, procedure=any_procedure(electronic=True)) for _twice in range(2))
    done = through(StepKind.SIGN)
    client.force_login(signer_of(first))
    files = [
        pdf(f"{first.code}.pdf"),
        pdf(f"{second.code.lower()}.PDF"),
        pdf(f"{done.code}.pdf"),
        pdf("Nguyễn Văn A.pdf"),
    ]
    files.append(pdf("H02.15-240828-9998.pdf"))
    page = client.post(add(), {"to": "sign", "codes": "", "reason": "", "drafts": files}, follow=True)
    job = BulkJob.objects.get()
    told = outcomes(job)
    assert (job.step, len(told)) == (StepKind.SIGN, 5)
    assert told[first.code] == told[second.code] == ""
    assert "already" in told[done.code]
    assert "Nguyễn" not in str(told)
    assert page.status_code == 200
    client.post(reverse("admin:records_bulkjob_apply", args=[job.pk]))
    client.get(reverse("admin:records_bulkjob_change", args=[job.pk]))
    for record in (first, second):
        assert ResultStep.objects.get(result__record=record).kind == StepKind.SIGN


def test_a_draft_that_is_no_pdf_is_told_in_the_report(client):
    record = in_status(Status.IN_PROCESS, procedure=any_procedure(electronic=True))
    client.force_login(signer_of(record))
    client.post(add(), {"to": "sign", "codes": "", "reason": "", "drafts": [pdf(f"{record.code}.pdf", b"GIF89a")]})
    assert "PDF" in outcomes(BulkJob.objects.get())[record.code]
    assert not hasattr(Record.objects.get(pk=record.pk), "draft")


def test_drafts_are_for_signing(client):
    record = through(StepKind.PRINT)
    client.force_login(officer())
    page = client.post(add(), {"to": "stamp", "codes": "", "reason": "", "drafts": [pdf(f"{record.code}.pdf")]})
    assert page.context["form"].errors["drafts"]
    assert not BulkJob.objects.exists()


def test_a_return_is_not_made_in_bulk(client):
    record = through(StepKind.STAMP)
    client.force_login(officer())
    page = client.post(add(), {"to": "return", "codes": record.code, "reason": ""})
    assert page.context["form"].errors["to"]
    MAKE[StepKind.RETURN](record)
