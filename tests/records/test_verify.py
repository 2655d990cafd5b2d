"""What anybody does who is shown a result: scans its QR code or gives its PDF, and reads what it is worth."""

import datetime
import html
import io
import itertools
import re
import tempfile
import time
import tracemalloc
from pathlib import Path

import hypothesis
import pytest
from django.db.models import F
from django.test import Client
from django.urls import resolve
from django.utils import translation
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from organisation.models import Agency
from portal import clock
from records import actions, guards, lookup, signatures
from records.models import Event, LookupFailure, Record, Result, ResultStep, Signatory, StepKind
from records.results import register, rules, steps, storage, verifying
from records.results.attempts import MOST_FILES
from records.results.verdict_words import WORDS, Tone
from records.results.verdicts import Facts, Known, Verdict, verdict
from records.signatures import FaultKind, signers
from records.signatures import Verdict as S
from records.signatures.signing import SignerAt

from .authority import Authority
from .factories import (
    APPLICANT,
    CENTER,
    MAKE,
    NINE,
    any_procedure,
    blank_pdf,
    officer,
    signer_of,
    supervisor,
    through,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("results_folder")]

UNCHANGED = {Verdict.GENUINE, Verdict.PAPER, Verdict.SIGNED, Verdict.BEFORE_SEAL, Verdict.PRINT}
ELSEWHERE = "203.0.113.7"
AT = NINE + datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def far_from_the_next_quarter():
    """Counts begin anew with each quarter of an hour: no test may run across that moment."""
    left = 900 - time.time() % 900
    if left < 10:
        time.sleep(left + 0.1)


@pytest.fixture
def agency_key(authority):
    """The name of the key of the agency that settles the electronic procedure of the tests; real, of the authority."""
    center = Agency.objects.get(code=CENTER)
    code = actions.settling_agency(any_procedure(electronic=True), center, NINE.date()).code
    authority.agency = authority.issue(code, "Người ký của sở")
    return code


@pytest.fixture
def record(agency_key):
    """Signed and sealed."""
    return through(StepKind.STAMP)


@pytest.fixture
def sealed(record):
    return content_of(record, StepKind.STAMP)


def content_of(record: Record, kind: StepKind) -> bytes:
    step = ResultStep.objects.filter(result__record=record, kind=kind).latest("pk")
    return storage.read(step.file)


def judged(content: bytes) -> Verdict:
    return verifying.of_file(content).verdict


def upload(client: Client, content: bytes, language: str = "/en", **extra):
    file = io.BytesIO(content)
    file.name = "Kết quả của Nguyễn Văn Bí Mật.pdf"
    return client.post(f"{language}/verify/", {"file": file}, **extra)


def heading(response) -> str:
    return html.unescape(re.search(r'<h2 id="verdict">(.*?)</h2>', response.text)[1])


def words(response) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", response.text.split("<main")[1].split("</main>")[0]))
    return " ".join(text.split())


def scan(client: Client, result: Result, language: str = "/en", **extra):
    return client.get(f"{language}{register.address_of(result)}", **extra)


def living(record: Record) -> Result:
    return rules.standing(Record.objects.get(pk=record.pk)).living


def kept_anew(record: Record) -> Record:
    return Record.objects.get(pk=record.pk)


# Genuine ---------------------------------------------------------------------------------------


@pytest.mark.database
def test_a_sealed_result_is_genuine_and_the_page_says_what_it_is(client, record, sealed):
    response = upload(client, sealed)
    assert response.status_code == 200
    assert heading(response) == "Genuine: signed, sealed and unchanged"
    told = words(response)
    for fact in (record.procedure.name, record.code, "Người ký của sở", "Con dấu thử nghiệm"):
        assert fact in told
    assert record.agency.name_en in told
    assert Agency.objects.get(code=CENTER).name_en in told
    assert "10:10, 28 August 2024" in told


def test_the_page_is_there_in_both_languages(client, sealed):
    assert 'id="verdict"' in upload(client, sealed, "").text
    for language in ("", "/en"):
        assert client.get(f"{language}/verify/").status_code == 200


def test_nothing_of_the_applicant_is_told_and_nobody_stores_the_page(client, record, sealed):
    for response in (upload(client, sealed), scan(client, living(record)), upload(client, sealed + b"\n")):
        assert response["Cache-Control"] == "no-store"
        for secret in (APPLICANT.name, APPLICANT.identity, APPLICANT.phone, record.masked_name, "Bí Mật"):
            assert secret not in html.unescape(response.text)


def test_a_signed_result_waits_for_its_seal(client, agency_key):
    record = through(StepKind.TRANSFER)
    assert heading(upload(client, content_of(record, StepKind.SIGN))) == "Genuine and signed, but not sealed yet"


def test_the_signed_file_of_a_sealed_result_has_no_seal(record):
    assert judged(content_of(record, StepKind.SIGN)) == Verdict.BEFORE_SEAL


def test_the_copy_for_printing_leads_to_the_page_of_its_qr_code(client, record):
    response = upload(client, content_of(record, StepKind.PRINT))
    assert heading(response) == "The copy for printing: genuine, but not signed itself"
    address = f"/en/verify/{living(record).token}/"
    assert f'href="{address}"' in response.text
    assert client.get(address).status_code == 200


def test_a_genuine_result_stays_genuine_after_its_certificates_have_expired(record, sealed, settings):
    for settings.PORTAL_TODAY in (datetime.date(2027, 2, 1), datetime.date(2060, 1, 1)):
        assert {one.verdict for one in signatures.read(sealed, at=clock.now())} == {S.EXPIRED}
        assert judged(sealed) == Verdict.GENUINE
        assert verifying.of_token(living(record).token).verdict == Verdict.PAPER


def test_a_genuine_result_stays_genuine_after_its_certificate_was_revoked(authority, record, sealed, settings):
    signed = ResultStep.objects.get(kind=StepKind.SIGN)
    authority.revoke(authority.agency, at=signed.at + datetime.timedelta(minutes=1))  # before the seal
    settings.PORTAL_TODAY = datetime.date(2025, 1, 1)
    assert judged(sealed) == Verdict.GENUINE
    assert verifying.of_token(living(record).token).verdict == Verdict.PAPER


def test_a_genuine_result_stays_genuine_when_its_authority_has_left_the_trust_list(record, sealed, tmp_path, settings):
    settings.PORTAL_TRUST = str(Authority(tmp_path / "others", "Khác").trust)
    assert judged(sealed) == Verdict.GENUINE


@pytest.mark.database
def test_a_result_whose_file_was_erased_is_still_known(client, record, sealed, django_capture_on_commit_callbacks):
    record = steps.give_back(record, to_whom="x", how="desk", by=officer()).result.record
    with django_capture_on_commit_callbacks(execute=True):
        actions.erase(record, by=supervisor())
    assert judged(sealed) == Verdict.GENUINE
    assert scan(client, living(record)).status_code == 200


# Over ------------------------------------------------------------------------------------------


@pytest.mark.database
def test_a_withdrawn_result_says_since_when(client, record, sealed):
    at = NINE + 5 * HOUR
    steps.withdraw(record, by=supervisor(), reason="Nguyễn Văn Bí Mật", at=at)
    for response in (upload(client, sealed), scan(client, Result.objects.get())):
        assert heading(response) == "Withdrawn: this result does not count any more"
        assert "Withdrawn 14:00, 28 August 2024" in words(response)


@pytest.mark.database
def test_a_replaced_result_says_when_the_newer_one_was_signed(client, record, sealed):
    first = living(record)
    record = steps.withdraw(record, by=supervisor(), reason="sai", at=NINE + 5 * HOUR)
    steps.draft(record, blank_pdf(630), by=signer_of(record))
    MAKE[StepKind.SIGN](record, at=NINE + 6 * HOUR)
    for response in (upload(client, sealed), scan(client, first)):
        assert heading(response) == "Replaced: a newer result counts instead"
        assert "signed at 15:00, 28 August 2024" in words(response)
    assert judged(content_of(record, StepKind.SIGN)) == Verdict.SIGNED


def test_a_signature_that_was_a_mistake_is_taken_back(client, agency_key):
    record = through(StepKind.SIGN)
    content = content_of(record, StepKind.SIGN)
    steps.undo(record, by=signer_of(record), reason="nhầm")
    assert heading(upload(client, content)) == "Taken back: this does not count"
    assert heading(scan(client, Result.objects.get())) == "Taken back: this does not count"


@pytest.mark.database
def test_a_seal_that_was_a_mistake_is_taken_back_and_the_next_one_counts(record, sealed):
    steps.undo(record, by=officer(), reason="nhầm")
    assert judged(sealed) == Verdict.TAKEN_BACK
    assert judged(content_of(record, StepKind.SIGN)) == Verdict.SIGNED
    MAKE[StepKind.STAMP](kept_anew(record), at=NINE + 6 * HOUR)
    assert judged(sealed) == Verdict.TAKEN_BACK
    assert judged(content_of(record, StepKind.STAMP)) == Verdict.GENUINE


# Changed ---------------------------------------------------------------------------------------


def noted(content: bytes) -> bytes:
    """With a note on the first page, as any PDF program adds it."""
    writer, changed = PdfWriter(io.BytesIO(content), incremental=True), io.BytesIO()
    writer.add_annotation(0, FreeText(text="Đã sửa", rect=(50, 550, 200, 650)))
    writer.write(changed)
    assert changed.getvalue().startswith(content)
    return changed.getvalue()


def with_script(content: bytes) -> bytes:
    writer, changed = PdfWriter(io.BytesIO(content), incremental=True), io.BytesIO()
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.write(changed)
    return changed.getvalue()


EDITS = {
    "a note": noted,
    "a script": with_script,
    "a blank line": lambda content: content + b"\n",
    "a byte": lambda content: content + b"x",
    "rubbish": lambda content: content + bytes(100_000),
    "another signature": lambda content: signatures.sign(content, "vp-ubnd", at=AT),
}


def test_whatever_is_added_to_a_registered_file_is_told(record, subtests):
    for kind, edit in itertools.product((StepKind.SIGN, StepKind.PRINT, StepKind.STAMP), EDITS):
        with subtests.test(kind=kind, edit=edit):
            answer = verifying.of_file(EDITS[edit](content_of(record, kind)))
            assert (answer.verdict, answer.result) == (Verdict.EXTENDED, living(record))


def test_an_extended_file_that_nobody_registered_is_changed_as_well(agency_key):
    assert judged(noted(signatures.sign(blank_pdf(601), agency_key, at=AT))) == Verdict.EXTENDED


def test_a_changed_byte_is_told(client, sealed):
    changed = sealed.replace(b"/MediaBox", b"/MediaBux", 1)
    changed = sealed[:20] + sealed[20:].replace(b"842", b"843", 1) if changed == sealed else changed
    assert heading(upload(client, changed)) == "Changed: the signature does not fit the content"


def test_a_change_behind_the_signature_and_in_the_seal_is_told(record, sealed):
    end = sealed.index(b">", sealed.rindex(b"/Contents <"))
    place = len(sealed[:end].rstrip(b"0")) - 1  # the last digit of the seal itself, before the padding
    changed = sealed[:place] + (b"2" if sealed[place : place + 1] == b"1" else b"1") + sealed[place + 1 :]
    assert changed.startswith(content_of(record, StepKind.SIGN))
    assert judged(changed) == Verdict.ALTERED


@hypothesis.settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=3))
@example([(0.0, 1)])
@example([(0.9999999, 7)])
def test_no_flipped_byte_of_a_sealed_result_is_ever_called_unchanged(sealed, flips):
    changed = bytearray(sealed)
    for place, change in flips:
        changed[int(place * len(changed))] ^= change
    hypothesis.assume(changed != sealed)
    answer = verifying.of_file(bytes(changed))
    assert answer.verdict not in UNCHANGED
    assert answer.words.tone == Tone.BAD


def test_half_a_result_is_never_called_unchanged(sealed):
    for share in (0.3, 0.9, 0.999):
        assert judged(sealed[: int(len(sealed) * share)]) not in UNCHANGED


# Signed by others, or at the wrong time ---------------------------------------------------------


def test_a_foreign_certificate_is_told_with_the_name_that_nobody_confirms(client, record, tmp_path, settings):
    content = signatures.sign(blank_pdf(601), "vp-ubnd", at=AT)
    settings.PORTAL_TRUST = str(Authority(tmp_path / "strangers", "Khác").trust)
    response = upload(client, content)
    assert heading(response) == "Signed by somebody whom the Center does not know"
    assert "Người ký thử nghiệm" in words(response)
    assert "Nobody has confirmed them" in words(response)


def test_a_trusted_certificate_of_nobody_who_is_registered_is_a_stranger_s(authority):
    assert not Signatory.objects.exists()
    assert judged(signatures.sign(blank_pdf(601), "vp-ubnd", at=AT)) == Verdict.STRANGER


def test_a_file_signed_by_an_officer_but_never_issued_is_not_genuine(record, agency_key):
    assert judged(signatures.sign(blank_pdf(601), agency_key, at=AT)) == Verdict.UNREGISTERED


def test_a_result_of_another_portal_s_seal_is_not_genuine(record):
    content = signatures.sign(content_of(record, StepKind.PRINT), "seal", at=AT)
    assert judged(content) == Verdict.EXTENDED


def signed_without_asking(content: bytes, key: str, at: datetime.datetime) -> bytes:
    """As somebody signs whose program does not look at the certificate."""
    metadata = PdfSignatureMetadata("Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    with signers.signer(key) as opened:
        signer = SignerAt(metadata, opened)
        signer.at = at
        return signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content))).getvalue()


@pytest.mark.parametrize(
    ("validity", "expected"),
    [
        ({"until": NINE - DAY}, Verdict.EXPIRED),
        ({"since": NINE + DAY}, Verdict.NOT_YET),
        ({}, Verdict.STRANGER),
    ],
)
def test_a_certificate_is_judged_at_the_moment_that_its_signature_names(authority, settings, validity, expected):
    authority.issue("so-xd", "Người ký", **validity)
    content = signed_without_asking(blank_pdf(601), "so-xd", AT)
    for day in ("2024-08-29", "2026-01-01"):
        settings.PORTAL_TODAY = datetime.date.fromisoformat(day)
        assert judged(content) == expected


def test_a_certificate_that_was_revoked_when_it_signed_is_told(authority, settings):
    officer = authority.issue("so-xd", "Người đã thôi việc")
    content = signatures.sign(blank_pdf(601), "so-xd", at=AT)
    authority.revoke(officer, at=AT - HOUR)
    settings.PORTAL_TODAY = datetime.date(2024, 9, 1)
    assert judged(content) == Verdict.REVOKED


def test_a_registered_result_whose_certificate_proves_to_have_been_revoked_before_is_told(
    authority, client, record, sealed
):
    authority.revoke(authority.agency, at=NINE)
    assert heading(upload(client, sealed)) == "Signed with a revoked certificate"
    assert heading(scan(client, living(record))) == "Signed with a revoked certificate"
    assert judged(content_of(record, StepKind.PRINT)) == Verdict.REVOKED


# No result at all ------------------------------------------------------------------------------


def changed_by(change) -> bytes:
    writer, content = PdfWriter(clone_from=io.BytesIO(blank_pdf())), io.BytesIO()
    change(writer)
    writer.write(content)
    return content.getvalue()


NO_RESULTS = {
    "no PDF": (lambda: b"GIF89a", "This is not a PDF file"),
    "nothing": (lambda: b"", "This is not a PDF file"),
    "encrypted": (lambda: changed_by(lambda writer: writer.encrypt("mật khẩu")), "The file is encrypted"),
    "scripts": (lambda: with_script(blank_pdf()), "The file contains scripts"),
    "files": (
        lambda: changed_by(lambda writer: writer.add_attachment("a.txt", b"a")),
        "The file contains other files",
    ),
    "damaged": (lambda: blank_pdf()[:200], "The file is damaged"),
    "unsigned": (blank_pdf, "Not signed, and not known to the Center"),
    "a million words": (lambda: b"%PDF-1.7" + bytes(20_000_001), "The file is too large"),
}


@pytest.mark.parametrize("name", NO_RESULTS)
def test_what_is_no_result_is_told_in_its_own_words(client, name):
    make, expected = NO_RESULTS[name]
    assert heading(upload(client, make())) == expected


def test_a_draft_is_known_to_nobody(record):
    assert judged(storage.read(kept_anew(record).draft.file)) == Verdict.UNSIGNED


def test_a_file_with_more_signatures_than_any_result_is_not_read(authority):
    content = blank_pdf()
    for _number in range(10):
        content = signatures.sign(content, "vp-ubnd", at=AT)
    assert judged(content) == Verdict.STRANGER
    assert judged(signatures.sign(content, "vp-ubnd", at=AT)) == Verdict.TOO_LARGE


def test_without_a_file_it_is_asked_for(client):
    assert "Choose the PDF file." in client.post("/en/verify/").text


# Nothing is kept --------------------------------------------------------------------------------


class Endless:
    """The body of a request; counts what is read of it."""

    def __init__(self, start: bytes) -> None:
        self.start, self.count = start, 0

    def read(self, size: int = 65536) -> bytes:
        self.count += size
        start, self.start = self.start[:size], self.start[size:]
        return start + bytes(size - len(start))

    readline = read


def test_two_hundred_megabytes_are_refused_before_they_are_read(client):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
    body = Endless(head)
    tracemalloc.start()
    try:
        response = client.generic(
            "POST",
            "/en/verify/",
            CONTENT_TYPE="multipart/form-data; boundary=x",
            CONTENT_LENGTH="200000000",
            **{"wsgi.input": body},
        )
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert response.status_code == 413
    assert heading(response) == "The file is too large"
    assert body.count == 0
    assert peak < 20_000_000


def test_a_file_is_never_on_a_disk_and_its_name_in_no_log(client, sealed, results_folder, settings, tmp_path, caplog):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "is not there")  # whoever writes there fails
    places = [results_folder, Path(tempfile.gettempdir())]

    def files():
        return [sorted(results_folder.rglob("*")), {path.name for path in places[1].glob("*.upload*")}]

    before, rows = files(), [model.objects.count() for model in (Event, ResultStep, Result)]
    with caplog.at_level("DEBUG"):
        for content in (sealed, sealed + b"\n", b"%PDF-1.7" + bytes(15_000_000)):
            assert upload(client, content).status_code == 200
    assert files() == before
    assert [model.objects.count() for model in (Event, ResultStep, Result)] == rows
    assert "Bí Mật" not in caplog.text


def test_a_form_without_its_token_is_refused(sealed):
    assert upload(Client(enforce_csrf_checks=True), sealed).status_code == 403


# The address in the QR code ---------------------------------------------------------------------


def test_the_qr_code_of_the_print_leads_to_what_has_to_be_compared(client, record):
    response = scan(client, living(record))
    assert response.status_code == 200
    assert heading(response) == "The Center has issued this result, and it is in force"
    told = words(response)
    for fact in (
        record.procedure.name,
        record.code,
        "Người ký của sở",
        "Con dấu thử nghiệm",
        "Compare with the paper",
    ):
        assert fact in told
    assert 'content="noindex"' in response.text


def test_the_address_on_the_print_is_the_one_of_the_page(record):
    with translation.override("vi"):
        assert resolve(register.address_of(living(record))).view_name == "records:verified"


@pytest.mark.database
def test_a_wrong_address_and_a_locked_one_look_like_a_missing_one(client, record, settings):
    result = living(record)
    missing = client.get("/en/verify/" + "A" * 22 + "/")
    assert missing.status_code == 404
    assert "Check a PDF file" in missing.text
    answers = [
        client.get(f"/en/verify/{token}/") for token in ("x", result.token[:-1], f"{result.token}a", "%00", "ề")
    ]
    settings.PORTAL_LOOKUP_LIMIT_ADDRESS = 3
    answers.append(scan(client, result))
    assert {answer.status_code for answer in answers} == {404}
    assert {main(answer) for answer in answers} == {main(missing)}
    assert scan(client, result, REMOTE_ADDR=ELSEWHERE).status_code == 200


def main(response) -> str:
    return response.text.split("<main")[1].split("</main>")[0]


def test_who_scans_results_that_are_there_is_never_locked(client, record, settings):
    settings.PORTAL_LOOKUP_LIMIT_ADDRESS = 3
    for _time in range(6):
        assert scan(client, living(record)).status_code == 200


@pytest.mark.database
def test_wrong_addresses_do_not_lock_the_look_up_and_the_lock_ends(client, record, settings):
    settings.PORTAL_LOOKUP_LIMIT_ADDRESS = 2
    for _time in range(3):
        client.get("/en/verify/x/")
    assert scan(client, living(record)).status_code == 404
    assert lookup.find(record.code, "5678", "127.0.0.1") == record.pk
    LookupFailure.objects.update(window=F("window") - lookup.WINDOW)
    assert scan(client, living(record)).status_code == 200


@pytest.mark.database
def test_one_address_gives_a_limited_number_of_files(client):
    answers = [upload(client, b"x").status_code for _time in range(MOST_FILES + 1)]
    assert answers == [200] * MOST_FILES + [429]
    assert upload(client, b"x", REMOTE_ADDR=ELSEWHERE).status_code == 200


# The register and the history --------------------------------------------------------------------


@pytest.fixture
def tamper(record):
    """Somebody with the rights of the database's owner: the guards are lifted until the test's end."""
    guards.remove_guards()


TAMPERED = {
    "the status of an event": lambda: Event.objects.filter(kind="step").update(at=NINE),
    "the file of a step": lambda: ResultStep.objects.filter(kind=StepKind.STAMP).update(
        file=ResultStep.objects.get(kind=StepKind.PRINT).file
    ),
    "the moment of a step": lambda: ResultStep.objects.filter(kind=StepKind.STAMP).update(at=NINE),
    "the certificate of a step": lambda: ResultStep.objects.filter(kind=StepKind.SIGN).update(fingerprint="0" * 64),
}


@pytest.mark.database
@pytest.mark.parametrize("what", TAMPERED)
def test_a_register_that_does_not_agree_with_the_history_vouches_for_nothing(client, tamper, record, what, caplog):
    TAMPERED[what]()
    assert heading(scan(client, Result.objects.get())) == "Our register cannot say it"
    step = ResultStep.objects.get(kind=StepKind.STAMP)
    assert verifying.of_registered(step.result, Known.SEALED, step, b"").verdict == Verdict.UNCERTAIN
    assert record.code in caplog.text


@pytest.mark.database
def test_a_withdrawal_that_was_hidden_is_found_in_the_history(tamper, record, sealed):
    steps.withdraw(record, by=supervisor(), reason="sai")
    Result.objects.update(withdrawn_at=None, withdrawal=None)
    assert judged(sealed) == Verdict.UNCERTAIN


@pytest.mark.database
def test_an_undone_seal_that_was_hidden_is_found_in_the_history(tamper, record, sealed):
    steps.undo(record, by=officer(), reason="nhầm")
    ResultStep.objects.update(undone_by=None)
    assert judged(sealed) == Verdict.UNCERTAIN


# Cost ------------------------------------------------------------------------------------------


@pytest.mark.database
def test_an_answer_asks_a_fixed_number_of_queries(record, sealed, django_assert_num_queries):
    token = living(record).token
    with django_assert_num_queries(3):
        assert judged(sealed) == Verdict.GENUINE
    with django_assert_num_queries(3):
        assert verifying.of_token(token).verdict == Verdict.PAPER
    with django_assert_num_queries(2):
        assert judged(blank_pdf(777)) == Verdict.UNSIGNED
    with django_assert_num_queries(4):
        assert judged(sealed + b"x") == Verdict.EXTENDED


# The decision ----------------------------------------------------------------------------------


def test_what_the_register_does_not_know_is_never_unchanged():
    signed = [(), *((S.VALID, one) for one in S), *((one, S.VALID) for one in S)]
    choices = itertools.product((Known.NOTHING, Known.BEGINNING), (None, *FaultKind), signed, (False, True))
    for known, fault, found, is_known in choices:
        told = verdict(Facts(known=known, fault=fault, signatures=found, is_signer_known=is_known))
        assert told not in UNCHANGED
        assert WORDS[told].tone == Tone.BAD


@pytest.mark.parametrize("known", [Known.PAPER, Known.SIGNED, Known.PRINT, Known.SEALED])
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"agrees": False, "is_withdrawn": True}, Verdict.UNCERTAIN),
        ({"is_taken_back": True, "is_withdrawn": True, "is_replaced": True}, Verdict.TAKEN_BACK),
        ({"is_withdrawn": True}, Verdict.WITHDRAWN),
        ({"is_withdrawn": True, "is_replaced": True, "signatures": (S.REVOKED,)}, Verdict.REPLACED),
        ({"signatures": (S.REVOKED, S.VALID)}, Verdict.REVOKED),
        ({"signatures": (S.VALID, S.EXPIRED)}, Verdict.EXPIRED),
    ],
)
def test_what_is_over_goes_before_what_is_whole(known, facts, expected):
    assert verdict(Facts(known=known, **facts)) == expected


def test_every_verdict_has_words_of_its_own():
    assert set(WORDS) == set(Verdict)
    assert len({str(words.heading) for words in WORDS.values()}) == len(Verdict)
    assert {verdict for verdict, words in WORDS.items() if words.tone == Tone.GOOD} == {Verdict.GENUINE}


# The way there ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/en/", "/en/records/", "/en/procedures/"])
def test_the_check_is_linked_where_people_look_for_it(client, address):
    assert 'href="/en/verify/"' in client.get(address).text


def test_the_holder_of_a_result_reads_on_the_record_page_how_others_check_it(client, record):
    client.post("/en/records/", {"code": record.code, "digits": "5678"})
    assert "find out whether it is genuine" in client.get("/en/records/view/").text
