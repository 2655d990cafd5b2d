"""The result on the page of its record: the five steps, who may make which, its files; and the citizen's download."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from organisation.models import Agency
from records import actions, signatures
from records.models import EventKind, OutboxMessage, Record, RecordRead, ResultStep, Signatory, StepKind
from records.results import register, rules, steps, storage
from records.statuses import Status

from .factories import (
    MAKE,
    administrator,
    any_procedure,
    blank_pdf,
    in_status,
    officer,
    receive,
    signatory,
    signer_of,
    stranger,
    supervisor,
    through,
    to_be_signed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("results_folder", "english")]


def page_of(record) -> str:
    return reverse("admin:records_record_change", args=[record.pk])


def file_of(record, name) -> str:
    return reverse("admin:records_record_result", args=[record.pk, name])


def text(page) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())))


def fresh(record) -> Record:
    return Record.objects.get(pk=record.pk)


@pytest.fixture
def desk(client):
    client.force_login(officer())
    return client


def as_signer(client, record):
    client.force_login(signer_of(record))
    return client


def do(client, record, action, **values):
    return client.post(page_of(record), {"action": action, "version": fresh(record).sequence, **values}, follow=True)


def pdf(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("result.pdf", content, "application/pdf")


# The way of a result ---------------------------------------------------------------------------


@pytest.mark.database
def test_a_result_goes_its_whole_way_by_the_buttons_of_the_page(client):
    record = in_status(Status.IN_PROCESS, procedure=any_procedure(electronic=True))
    signatory(record.agency.code)
    signatory("ttpvhcc", "seal")
    as_signer(client, record)
    assert "Look at it before you sign" in text(do(client, record, "draft", file=pdf(blank_pdf())))
    page = do(client, record, "sign", seen=fresh(record).draft.file_id)
    assert "the result is signed" in text(page)
    assert "Done at the desk of the record" in text(page)
    client.force_login(officer())
    for action in ("transfer", "print", "stamp"):
        assert "✓ done" in text(do(client, record, action))
    assert fresh(record).status == Status.RESOLVED
    page = do(client, record, "return", to_whom="Nguyễn Văn Mẫu", how="desk")
    assert fresh(record).status == Status.RETURNED
    shown = text(page)
    assert shown.count("✓ done") == 5
    for step in rules.standing(record).steps.values():
        assert step.file_id in shown
        assert step.fingerprint in shown
    assert f"Người ký trình diễn ({record.agency.code}): valid" in shown


def test_a_draft_is_made_from_the_template(client):
    record = to_be_signed()
    before = record.draft.file_id
    do(as_signer(client, record), record, "draft", title="Quyết định", content="Đồng ý cấp phép.")
    assert fresh(record).draft.file_id != before
    assert client.get(file_of(record, "draft")).content.startswith(b"%PDF")


def test_a_file_that_was_signed_elsewhere_is_accepted(client):
    record = to_be_signed()
    content = signatures.sign(blank_pdf(600), record.agency.code, at=record.received_at)
    assert "holds and is kept" in text(do(as_signer(client, record), record, "accept", file=pdf(content)))


# What is refused -------------------------------------------------------------------------------


def test_a_refused_file_says_why_and_the_record_stays(client):
    record = to_be_signed()
    before = fresh(record).sequence
    page = do(as_signer(client, record), record, "accept", file=pdf(b"GIF89a"))
    assert "This is not a PDF file" in text(page)
    assert "Nothing was changed" in text(page)
    assert fresh(record).sequence == before


def test_a_file_of_200_mb_is_refused_before_it_is_read(client):
    record = to_be_signed()
    before = fresh(record).sequence
    given = {"action": "accept", "version": before, "file": pdf(blank_pdf())}
    answer = as_signer(client, record).post(page_of(record), given, CONTENT_LENGTH="200000000")
    assert answer.status_code == 400
    assert "too large: at most 20 MB" in text(answer)
    assert fresh(record).sequence == before


@pytest.mark.parametrize(("action", "field"), [("draft", "file"), ("accept", "file"), ("return", "to_whom")])
def test_what_is_missing_is_told_at_its_field(client, action, field):
    record = through(StepKind.STAMP) if action == "return" else to_be_signed()
    client.force_login(officer() if action == "return" else signer_of(record))
    page = do(client, record, action)
    assert page.context["forms"][action].errors[field]


def test_who_may_not_make_a_step_sees_whose_work_it_is_and_is_refused(desk):
    record = to_be_signed()
    page = desk.get(page_of(record))
    assert "Signed by an officer of the agency" in text(page)
    assert 'value="sign"' not in page.content.decode()
    assert "does not allow this" in text(do(desk, record, "sign", seen=record.draft.file_id))
    assert not ResultStep.objects.exists()


@pytest.mark.database
def test_a_stale_page_overwrites_nothing(desk):
    record = through(StepKind.SIGN)
    answer = desk.post(page_of(record), {"action": "transfer", "version": record.sequence - 1})
    assert answer.status_code == 409
    assert fresh(record).status == Status.IN_PROCESS


def test_moves_that_need_steps_have_no_buttons(desk):
    record = through(StepKind.SIGN)
    offered = {
        int(value) for value in re.findall(r'name="to" value="(\d+)"', desk.get(page_of(record)).content.decode())
    }
    assert offered == {Status.WITHDRAWAL}
    plain = desk.get(page_of(in_status(Status.IN_PROCESS))).content.decode()
    assert f'name="to" value="{Status.RESOLVED.value}"' in plain
    assert "result-title" not in plain


# Back ------------------------------------------------------------------------------------------


def test_a_step_is_undone_with_a_reason(desk):
    record = through(StepKind.PRINT)
    assert do(desk, record, "undo_step", reason="").context["forms"]["undo_step"].errors["reason"]
    assert "the step is undone" in text(do(desk, record, "undo_step", reason="in nhầm"))
    assert StepKind.PRINT not in rules.standing(record).steps


def test_a_supervisor_withdraws_with_a_reason_that_the_citizen_reads(client):
    record = through(StepKind.RETURN)
    client.force_login(officer())
    assert 'value="withdraw"' not in client.get(page_of(record)).content.decode()
    client.force_login(supervisor())
    page = do(client, record, "withdraw", reason="Sai số thửa đất")
    assert "A result was withdrawn on" in text(page)
    message = OutboxMessage.objects.order_by("pk").last()
    assert message.event.kind == EventKind.WITHDRAWN
    assert "Sai số thửa" not in message.body


# Files -----------------------------------------------------------------------------------------


@pytest.mark.database
def test_each_file_is_handed_out_as_it_was_kept_and_read_by_nobody_else(client):
    record = through(StepKind.STAMP)
    names = {"signed": StepKind.SIGN, "print": StepKind.PRINT, "sealed": StepKind.STAMP}
    for person in (officer(), signer_of(record), supervisor()):
        client.force_login(person)
        for name, kind in names.items():
            answer = client.get(file_of(record, name))
            assert storage.hash_of(answer.content) == rules.standing(record).steps[kind].file_id
            assert "no-store" in answer["Cache-Control"]
            assert answer["Content-Disposition"] == f'attachment; filename="{record.code}-{name}.pdf"'
        assert RecordRead.objects.filter(reader=person, record=record).exists()
    for person in (stranger(), administrator()):
        client.force_login(person)
        assert client.get(file_of(record, "sealed")).status_code in (403, 404)
    client.logout()
    assert client.get(file_of(record, "sealed")).status_code == 302


@pytest.mark.parametrize("name", ["print", "sealed", "other", "../signed"])
def test_a_file_that_is_not_there_is_not_found(desk, name):
    record = through(StepKind.SIGN)
    address = page_of(record).replace("change/", f"result/{name}.pdf")
    assert desk.get(address).status_code == 404


def test_a_file_that_is_not_the_one_that_was_kept_is_not_handed_out(desk, results_folder):
    record = through(StepKind.SIGN)
    file = results_folder / storage.name_of(ResultStep.objects.get().file_id)
    file.write_bytes(b"%PDF altered")
    page = desk.get(file_of(record, "signed"), follow=True)
    assert "not the one that was kept" in text(page)


@pytest.mark.parametrize(("last", "queries"), [(None, 14), (StepKind.RETURN, 14)])
def test_the_page_asks_a_fixed_number_of_queries(desk, last, queries, django_assert_max_num_queries):
    record = through(last) if last else to_be_signed()
    desk.get(page_of(record))
    with django_assert_max_num_queries(queries):
        desk.get(page_of(record))


# The citizen -----------------------------------------------------------------------------------


def open_record(client, record) -> None:
    answer = client.post("/records/", {"code": record.code, "digits": "5678"})
    assert answer.status_code == 302


RESULT = "/records/view/result.pdf"


def test_a_citizen_downloads_the_sealed_result_of_the_record_that_is_open(client):
    record = through(StepKind.STAMP)
    assert client.get(RESULT).status_code == 302
    open_record(client, record)
    page = client.get("/records/view/")
    assert RESULT in page.content.decode()
    shown = text(page)
    assert "The result was signed." in shown
    assert "The result was stamped with the seal." in shown
    answer = client.get(RESULT)
    assert storage.hash_of(answer.content) == register.sealed(record).file_id
    assert "no-store" in answer["Cache-Control"]


def test_before_the_stamp_and_after_the_withdrawal_there_is_nothing_to_download(client):
    record = through(StepKind.PRINT)
    open_record(client, record)
    assert client.get(RESULT).status_code == 404
    assert RESULT not in client.get("/records/view/").content.decode()
    MAKE[StepKind.STAMP](record)
    steps.withdraw(record, by=supervisor(), reason="Sai số thửa đất")
    assert client.get(RESULT).status_code == 404
    shown = text(client.get("/records/view/"))
    assert "The result was withdrawn" in shown
    assert "Sai số thửa đất" in shown


def test_the_result_of_another_record_is_not_handed_out(client):
    through(StepKind.STAMP)
    open_record(client, receive())
    assert client.get(RESULT).status_code == 404


def test_a_result_that_was_harmed_is_told_and_not_given_out(client, results_folder):
    record = through(StepKind.STAMP)
    (results_folder / storage.name_of(register.sealed(record).file_id)).write_bytes(b"%PDF")
    open_record(client, record)
    answer = client.get(RESULT)
    assert answer.status_code == 503
    assert "Please ask at the desk" in text(answer)


def test_an_undone_signature_is_told_in_plain_words(client):
    record = through(StepKind.SIGN)
    steps.undo(record, by=signer_of(record), reason="lý do riêng")
    open_record(client, record)
    shown = text(client.get("/records/view/"))
    assert "The signature of the result was taken back" in shown
    assert "lý do riêng" not in shown


# Signatories -----------------------------------------------------------------------------------


def add_signatory(client, **values):
    unit = Agency.objects.get(code="so-tu-phap").pk
    given = {"unit": unit, "kind": "signature", "certificate": "", "key": "", "name": "", "title": "", **values}
    return client.post(reverse("admin:records_signatory_add"), {"valid_from": "", "valid_to": "", **given})


@pytest.mark.database
def test_administrators_register_signatories_by_certificate_or_key(client):
    client.force_login(administrator())
    certificate = signatures.certificate_of("so-tu-phap")
    assert add_signatory(client, certificate=certificate.pem, title="Giám đốc").status_code == 302
    made = Signatory.objects.get()
    assert (made.fingerprint, made.name) == (certificate.fingerprint, certificate.name)
    again = add_signatory(client, key="so-tu-phap")
    assert "registered already" in text(again)
    assert add_signatory(client, key="seal", kind="seal").status_code == 302
    assert "no certificate in PEM" in text(add_signatory(client, certificate="x"))
    change = client.get(reverse("admin:records_signatory_change", args=[made.pk])).content.decode()
    assert 'name="certificate"' not in change
    assert 'name="valid_to"' in change


@pytest.mark.parametrize("person", [officer, supervisor])
def test_nobody_else_registers_signatories(client, person):
    client.force_login(person())
    assert add_signatory(client, key="so-tu-phap").status_code == 403
    assert client.get(reverse("admin:records_signatory_changelist")).status_code == 403


def test_a_record_of_a_plain_procedure_is_corrected_as_before():
    record = in_status(Status.RETURNED)
    assert actions.correct(record, by=officer(), reason="nhầm").status == Status.RESOLVED
