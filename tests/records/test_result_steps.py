"""The five electronic steps: each once, in order, by whose work it is, with its evidence; back only with a reason."""

import datetime
import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NameObject, NullObject, NumberObject, TextStringObject

from organisation.models import Agency, User
from organisation.roles import Role
from procedures.models import ChannelKind, pin
from records import actions, signatures
from records.actions import NotYours, ReasonMissing, Refused, StepsMissing
from records.chronicle import Chronicle, Reception
from records.clock import current_calendar
from records.history import hash_of
from records.models import EventKind, Record, Result, ResultStep, Signatory, SignatoryKind, StepKind
from records.results import register, rules, steps, storage
from records.results.checking import CheckFailed
from records.statuses import Status
from records.writing import write

from .factories import (
    APPLICANT,
    CENTER,
    FIVE_DAYS,
    MAKE,
    NINE,
    administrator,
    any_procedure,
    blank_pdf,
    broken,
    in_status,
    officer,
    signatory,
    signer_of,
    stranger,
    supervisor,
    through,
    to_be_signed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("results_folder", "english")]
KINDS = list(StepKind)


def now_of(record: Record) -> rules.Standing:
    return rules.standing(Record.objects.get(pk=record.pk))


def state_of(record: Record) -> tuple:
    """What a refused step must leave as it was."""
    stored = Record.objects.values().get(pk=record.pk)
    return stored, list(record.events.values_list("hash", flat=True)), list(ResultStep.objects.values())


# Forward ---------------------------------------------------------------------------------------


def test_five_steps_lead_from_in_process_to_returned_and_each_leaves_its_evidence():
    record = through(StepKind.RETURN)
    assert record.status == Status.RETURNED
    now = now_of(record)
    assert list(now.steps) == KINDS
    signed, _transferred, printed, sealed, returned = now.steps.values()
    assert signed.signer == f"Người ký trình diễn ({record.agency.code})"
    assert signed.actor == signer_of(record)
    assert sealed.fingerprint == signatures.certificate_of("seal").fingerprint
    for step in now.steps.values():
        event = step.event
        assert (event.kind, event.record_id, event.actor, event.at) == (EventKind.STEP, record.pk, step.actor, step.at)
        assert event.details.items() >= step.facts.items()
        assert event.hash == hash_of(event, record.code)
        assert storage.hash_of(storage.read(step.file)) == step.file_id == event.details["file"]
    for step in (signed, now.steps[StepKind.TRANSFER], sealed):
        assert step.verdict["verdict"] == "valid"
        assert step.verdict["bottom_line"] is True
        assert "BEGIN CERTIFICATE" in step.certificate
    assert now.steps[StepKind.TRANSFER].file == signed.file
    assert returned.file == sealed.file
    assert len({signed.file_id, printed.file_id, sealed.file_id}) == 3
    assert broken(record) is None


def test_nine_comes_with_the_transfer_and_ten_with_the_return():
    record = to_be_signed()
    expected = [Status.IN_PROCESS, *[Status.RESOLVED] * 3, Status.RETURNED]
    for kind, status in zip(KINDS, expected, strict=True):
        MAKE[kind](record)
        record.refresh_from_db()
        assert record.status == status
    assert record.resolved_at
    assert record.returned_at


def test_the_sealed_file_begins_with_the_signed_one_and_both_signatures_hold():
    now = now_of(through(StepKind.STAMP))
    signed, sealed = (storage.read(now.steps[kind].file) for kind in (StepKind.SIGN, StepKind.STAMP))
    assert sealed.startswith(signed)
    found = signatures.read(sealed, at=now.steps[StepKind.STAMP].at)
    assert [one.verdict for one in found] == [signatures.Verdict.VALID] * 2


def test_to_whom_a_result_was_returned_is_a_note_that_can_be_erased():
    record = through(StepKind.STAMP)
    step = MAKE[StepKind.RETURN](record, to_whom="Trần Thị Được Ủy Quyền", how="post")
    assert step.event.details["way"] == "post"
    assert str(step.event.note) == "Trần Thị Được Ủy Quyền"
    assert "Ủy Quyền" not in str(step.event.details)


def test_a_file_that_was_signed_elsewhere_is_accepted():
    record = to_be_signed()
    content = signatures.sign(blank_pdf(600), record.agency.code, at=NINE)
    step = steps.accept_signed(record, content, by=signer_of(record), at=NINE + datetime.timedelta(hours=2))
    assert storage.read(step.file) == content
    assert step.event.details["way"] == "file"


def test_a_draft_is_made_from_the_template_and_another_takes_its_place(results_folder):
    record = to_be_signed()
    made = steps.draft_from_template(record, title="Quyết định", content="Nội dung", by=signer_of(record))
    assert storage.read(made.file).startswith(b"%PDF")
    assert Record.objects.get(pk=record.pk).draft.file == made.file


# What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("standing", range(6))
def test_no_step_is_made_twice_and_none_is_skipped(standing):
    record = through(KINDS[standing - 1]) if standing else to_be_signed()
    before = state_of(record)
    for kind in [*KINDS[:standing], *KINDS[standing + 1 :]]:
        with pytest.raises(StepsMissing):
            MAKE[kind](record)
    assert state_of(record) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_the_work_of_its_own_office(kind):
    record = through(KINDS[KINDS.index(kind) - 1]) if kind != StepKind.SIGN else to_be_signed()
    others = [supervisor(), administrator(), stranger()]
    others.append(officer() if kind == StepKind.SIGN else signer_of(record))
    before = state_of(record)
    for person in others:
        with pytest.raises(NotYours):
            MAKE[kind](record, by=person)
    assert state_of(record) == before


@pytest.mark.parametrize("to", [Status.RESOLVED, Status.RETURNED])
def test_a_status_of_a_result_is_not_reached_by_a_plain_move(to):
    record = to_be_signed() if to == Status.RESOLVED else through(StepKind.STAMP)
    with pytest.raises(StepsMissing, match="missing"):
        actions.change_status(record, to=to, by=officer())
    assert actions.change_status(in_status(Status.IN_PROCESS), to=Status.RESOLVED, by=officer()).resolved_at


@pytest.mark.parametrize("to", [Status.SUPPLEMENT, Status.PAYMENT, Status.STOPPED])
def test_a_record_goes_nowhere_else_with_a_signed_result(to):
    record = through(StepKind.SIGN)
    with pytest.raises(StepsMissing, match="undo the signature"):
        actions.change_status(record, to=to, by=officer(), reason="lý do")
    record = steps.undo(record, by=signer_of(record), reason="ký nhầm")
    assert actions.change_status(record, to=to, by=officer(), reason="lý do").status == to


def test_a_result_of_a_plain_procedure_is_not_signed():
    record = in_status(Status.IN_PROCESS)
    with pytest.raises(StepsMissing, match="not made in electronic steps"):
        steps.draft(record, blank_pdf(), by=signer_of(record))


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.SUPPLEMENT, Status.STOPPED])
def test_a_result_is_signed_only_while_its_record_is_in_process(status):
    record = in_status(status, procedure=any_procedure(electronic=True))
    with pytest.raises(StepsMissing, match="in process"):
        steps.draft(record, blank_pdf(), by=signer_of(record))


def came_resolved() -> Record:
    """A record that comes with 9 from another system, as an import writes it."""
    procedure, unit = any_procedure(electronic=True), Agency.objects.get(code=CENTER)
    agency = actions.settling_agency(procedure, unit, NINE.date())
    places = {"procedure": procedure, "version": pin(procedure), "unit": unit, "agency": agency}
    request = {"applicant": APPLICANT, "request": actions.Request(), "limit": FIVE_DAYS, "status": Status.RECEIVED}
    reception = Reception(**places, **request, channel=ChannelKind.ONLINE, at=NINE)
    chronicle = Chronicle("H02.15-240828-0007", reception, current_calendar())
    for status in (Status.IN_PROCESS, Status.RESOLVED):
        chronicle.move(status, NINE)
    write([chronicle])
    return chronicle.record


def test_a_result_that_came_from_elsewhere_is_returned_by_a_plain_move():
    record = actions.change_status(came_resolved(), to=Status.RETURNED, by=officer())
    record = actions.correct(record, by=officer(), reason="nhầm")
    assert record.status == Status.RESOLVED
    assert actions.change_status(record, to=Status.RETURNED, by=officer()).status == Status.RETURNED


def test_a_draft_that_nobody_looked_at_is_not_signed():
    record = to_be_signed()
    seen = record.draft.file_id
    steps.draft(record, blank_pdf(700), by=signer_of(record))
    with pytest.raises(Refused, match="not the one that you looked at"):
        MAKE[StepKind.SIGN](record, seen=seen)


def test_what_happened_in_the_meantime_is_told():
    record = through(StepKind.SIGN)
    with pytest.raises(actions.Stale):
        MAKE[StepKind.TRANSFER](record, version=record.sequence - 1)


def test_a_return_says_to_whom():
    record = through(StepKind.STAMP)
    with pytest.raises(ReasonMissing):
        MAKE[StepKind.RETURN](record, to_whom=" ")


# Signatures that do not do ----------------------------------------------------------------------


def elsewhere(record: Record, key: str | None = None, **given) -> bytes:
    return signatures.sign(blank_pdf(610), key or record.agency.code, at=given.get("at", NINE))


def altered(content: bytes) -> bytes:
    place = content.index(b"/MediaBox")
    return content[:place] + content[place:].replace(b"842", b"843", 1)


BAD = {
    "no signature": (lambda record: blank_pdf(), "not signed"),
    "no PDF": (lambda record: b"GIF89a", "not a PDF"),
    "another agency's": (lambda record: elsewhere(record, "so-khac"), "Nobody who is competent"),
    "the seal alone": (lambda record: elsewhere(record, "seal"), "Nobody who is competent"),
    "an altered file": (lambda record: altered(elsewhere(record)), "does not hold"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_does_not_do_is_refused_with_the_reason(name, results_folder):
    record = to_be_signed()
    before, files = state_of(record), sorted(results_folder.rglob("*"))
    make, why = BAD[name]
    with pytest.raises(CheckFailed, match=why):
        steps.accept_signed(record, make(record), by=signer_of(record), at=NINE)
    assert state_of(record) == before
    assert sorted(results_folder.rglob("*")) == files


def drawn_badly(**facts) -> bytes:
    """A PDF that can be read, but whose page has an entry of the wrong kind."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    page.update({NameObject(f"/{name}"): value for name, value in facts.items()})
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def test_a_draft_whose_page_takes_no_signature_is_refused_when_it_is_signed():
    record = to_be_signed(drawn_badly(Annots=TextStringObject("x")))
    before = state_of(record)
    with pytest.raises(CheckFailed, match="damaged"):
        MAKE[StepKind.SIGN](record)
    assert state_of(record) == before


@pytest.mark.parametrize(
    "page", [{"Annots": ArrayObject([NullObject()])}, {"MediaBox": ArrayObject([NumberObject(0)] * 4)}]
)
def test_a_result_whose_page_cannot_be_drawn_is_refused_when_it_is_printed(page):
    record = through(StepKind.TRANSFER, to_be_signed(drawn_badly(**page)))
    before = state_of(record)
    with pytest.raises(CheckFailed, match="damaged"):
        MAKE[StepKind.PRINT](record)
    assert state_of(record) == before


@pytest.mark.usefixtures("without_pango")
def test_without_pango_a_draft_from_the_template_is_refused_with_the_reason():
    record = to_be_signed()
    with pytest.raises(CheckFailed, match="libpango"):
        steps.draft_from_template(record, title="Quyết định", content="Nội dung", by=signer_of(record))


def test_a_signatory_whose_term_is_over_is_not_competent_any_more():
    record = to_be_signed()
    Signatory.objects.filter(kind=SignatoryKind.SIGNATURE).update(valid_to="2024-08-27")
    with pytest.raises(CheckFailed, match="Nobody who is competent"):
        MAKE[StepKind.SIGN](record, at=NINE)


def test_a_key_that_somebody_holds_signs_for_nobody_else():
    record = to_be_signed()
    holder = User.objects.create_user("holder", unit=record.agency, role=Role.OFFICER, is_staff=True)
    Signatory.objects.filter(kind=SignatoryKind.SIGNATURE).update(holder=holder)
    with pytest.raises(NotYours, match="only"):
        steps.sign(record, by=signer_of(record))
    assert not ResultStep.objects.exists()
    assert steps.sign(record, by=holder).actor == holder


def test_a_signatory_of_another_agency_is_not_competent():
    record = to_be_signed()
    Signatory.objects.filter(kind=SignatoryKind.SIGNATURE).update(unit=Agency.objects.get(code="so-tu-phap"))
    record.refresh_from_db()
    assert record.agency.code != "so-tu-phap"
    with pytest.raises(CheckFailed, match="Nobody who is competent"):
        MAKE[StepKind.SIGN](record)


def test_a_seal_that_is_not_registered_stamps_nothing():
    record = through(StepKind.PRINT)
    Signatory.objects.filter(kind=SignatoryKind.SEAL).delete()
    before = state_of(record)
    with pytest.raises(CheckFailed, match="seal is not registered"):
        MAKE[StepKind.STAMP](record)
    assert state_of(record) == before


def test_a_result_goes_on_when_its_signer_s_certificate_expires_on_the_way(authority):
    record = in_status(Status.IN_PROCESS, procedure=any_procedure(electronic=True))
    expires = NINE + datetime.timedelta(hours=3)
    authority.issue(record.agency.code, "Người ký", until=expires.astimezone(datetime.UTC))
    signatory(record.agency.code)
    signatory(CENTER, SignatoryKind.SEAL)
    steps.draft(record, blank_pdf(), by=signer_of(record))
    steps.sign(record, by=signer_of(record), at=expires - datetime.timedelta(hours=1))
    late = expires + datetime.timedelta(days=1)
    for kind in KINDS[1:]:
        MAKE[kind](record, at=late)
    assert list(now_of(record).steps) == KINDS


def test_one_signed_file_is_the_result_of_one_record():
    record = through(StepKind.SIGN)
    other = in_status(Status.IN_PROCESS, procedure=any_procedure(electronic=True))
    content = storage.read(now_of(record).steps[StepKind.SIGN].file)
    with pytest.raises(CheckFailed, match="another record"):
        steps.accept_signed(other, content, by=signer_of(other))


# Back ------------------------------------------------------------------------------------------


def test_steps_are_undone_one_by_one_the_last_first_each_with_its_reason():
    record = through(StepKind.RETURN)
    expected = [Status.RESOLVED, Status.RESOLVED, Status.RESOLVED, Status.IN_PROCESS, Status.IN_PROCESS]
    for kind, status in zip(reversed(KINDS), expected, strict=True):
        with pytest.raises(ReasonMissing):
            steps.undo(record, by=officer(), reason=" ")
        by = signer_of(record) if kind == StepKind.SIGN else officer()
        record = steps.undo(record, by=by, reason="nhầm")
        assert record.status == status
        assert kind not in now_of(record).steps
        undone = ResultStep.objects.get(kind=kind)
        assert undone.undone_by.kind == EventKind.STEP_UNDONE
        assert undone.undone_by.details["undoes"] == undone.event.sequence
    with pytest.raises(Refused, match="no step to undo"):
        steps.undo(record, by=officer(), reason="nhầm")
    assert broken(record) is None


def test_after_a_signature_was_undone_another_result_goes_the_whole_way():
    record = through(StepKind.SIGN)
    record = steps.undo(record, by=signer_of(record), reason="sai nội dung")
    first = Result.objects.get(record=record)
    assert first.was_taken_back
    steps.draft(record, blank_pdf(620), by=signer_of(record))
    record = through(StepKind.RETURN, record)
    assert record.status == Status.RETURNED
    assert register.replacement(first) == now_of(record).living
    assert broken(record) is None


@pytest.mark.parametrize(
    ("last", "left"),
    [(StepKind.TRANSFER, [StepKind.SIGN]), (StepKind.STAMP, [StepKind.SIGN]), (StepKind.RETURN, KINDS[:4])],
)
def test_a_corrected_status_undoes_the_steps_that_do_not_hold_without_it(last, left):
    record = actions.correct(through(last), by=officer(), reason="nhầm hồ sơ")
    assert list(now_of(record).steps) == left
    assert broken(record) is None


def test_no_correction_leads_back_before_the_work_while_a_signed_result_stands():
    record = through(StepKind.SIGN)
    before = state_of(record)
    with pytest.raises(StepsMissing, match="undo the signature first"):
        actions.correct(record, by=None, reason="nhầm")
    assert state_of(record) == before
    record = steps.undo(record, by=signer_of(record), reason="nhầm")
    assert actions.correct(record, by=None, reason="nhầm").status == Status.RECEIVED


def test_the_office_that_did_not_make_a_step_does_not_undo_it():
    record = through(StepKind.SIGN)
    for person in (officer(), stranger()):
        with pytest.raises(NotYours):
            steps.undo(record, by=person, reason="nhầm")


# Withdrawn -------------------------------------------------------------------------------------


def test_a_withdrawn_result_is_over_and_another_takes_its_place():
    record = through(StepKind.RETURN)
    first = now_of(record).living
    record = steps.withdraw(record, by=supervisor(), reason="sai số thửa")
    first.refresh_from_db()
    assert (first.withdrawal.kind, record.status) == (EventKind.WITHDRAWN, Status.RETURNED)
    assert not first.was_taken_back
    resolved = record.resolved_at
    steps.draft(record, blank_pdf(630), by=signer_of(record))
    record = through(StepKind.RETURN, record)
    assert list(now_of(record).steps) == KINDS
    assert register.replacement(first) == now_of(record).living
    assert (record.status, record.resolved_at) == (Status.RETURNED, resolved)
    assert broken(record) is None


@pytest.mark.parametrize("kind", [StepKind.SIGN, StepKind.STAMP])
def test_a_withdrawn_file_does_not_come_back_as_the_result_in_its_own_place(kind):
    record = through(StepKind.STAMP)
    made = now_of(record).steps[kind]
    record = steps.withdraw(record, by=supervisor(), reason="sai")
    before = state_of(record)
    with pytest.raises(CheckFailed, match="was withdrawn"):
        steps.accept_signed(record, storage.read(made.file), by=signer_of(record), at=made.at)
    assert state_of(record) == before


def test_a_record_whose_result_was_withdrawn_is_not_returned_without_another():
    record = steps.withdraw(through(StepKind.STAMP), by=supervisor(), reason="sai")
    with pytest.raises(StepsMissing, match="withdrawn"):
        actions.change_status(record, to=Status.RETURNED, by=officer())
    steps.draft(record, blank_pdf(640), by=signer_of(record))
    assert through(StepKind.RETURN, record).status == Status.RETURNED


@pytest.mark.parametrize("person", [officer, administrator, stranger])
def test_a_supervisor_alone_withdraws_with_a_reason(person):
    record = through(StepKind.TRANSFER)
    with pytest.raises(NotYours):
        steps.withdraw(record, by=person(), reason="sai")
    with pytest.raises(ReasonMissing):
        steps.withdraw(record, by=supervisor(), reason="")
    assert now_of(record).living


def test_what_is_only_signed_is_undone_and_not_withdrawn():
    with pytest.raises(Refused, match="no result that could be withdrawn"):
        steps.withdraw(through(StepKind.SIGN), by=supervisor(), reason="sai")


# The register ----------------------------------------------------------------------------------


def test_a_file_is_found_by_its_hash_its_token_and_its_beginning():
    record = through(StepKind.STAMP)
    now = now_of(record)
    sealed, signed = now.steps[StepKind.STAMP], now.steps[StepKind.SIGN]
    content = storage.read(sealed.file)
    assert register.by_hash(sealed.file_id) == sealed
    assert register.by_hash(signed.file_id) == signed
    assert register.by_hash("0" * 64) is None
    assert register.by_hash(record.draft.file_id) is None
    assert register.by_token(now.living.token).record == record
    assert register.by_token("x") is None
    assert register.by_prefix(content + b"\n%added\n%%EOF\n") == sealed
    assert register.by_prefix(content) == signed
    assert register.by_prefix(blank_pdf() + b"more") is None


def test_the_register_answers_with_few_queries(django_assert_num_queries):
    now = now_of(through(StepKind.STAMP))
    with django_assert_num_queries(1):
        found = register.by_hash(now.steps[StepKind.STAMP].file_id)
        assert (found.result.record.procedure.name, found.event.at, found.undone_by) == (
            found.result.record.procedure.name,
            found.at,
            None,
        )


# Cost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "queries"),
    [
        (StepKind.SIGN, 23),
        (StepKind.TRANSFER, 27),  # and the change of status
        (StepKind.PRINT, 18),
        (StepKind.STAMP, 19),
        (StepKind.RETURN, 25),  # and the change of status
    ],
)
def test_a_step_asks_a_fixed_number_of_queries(kind, queries, django_assert_max_num_queries):
    record = through(KINDS[KINDS.index(kind) - 1]) if kind != StepKind.SIGN else to_be_signed()
    with django_assert_max_num_queries(queries):
        MAKE[kind](record)
