"""The statutory letters: which a record has, and what stands on them."""

import datetime
import io
import re

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from organisation.models import Agency
from records import actions, apologies
from records.letters import control, issuing, offers, periods
from records.letters.filling import filled
from records.models import Collection, DayException, Event, IssuedLetter, LetterForm, LetterKind, Record
from records.pdf import qr
from records.statuses import Status

from .factories import APPLICANT, CENTER, COMMUNE, NINE, administrator, in_status, moment, officer, receive, supervisor
from .test_papers import said

pytestmark = pytest.mark.django_db
LOOKUP = "https://example.org/records/"
LONG = actions.Applicant(
    "Công ty Trách nhiệm hữu hạn Một thành viên Đầu tư Xây dựng và Thương mại Dịch vụ Nguyễn Phước Hưng Thịnh",
    identity="024099001234",
    phone="0912 345 678",
    email="ten.rat.dai.khong.co.khoang.trang.nao.ca@congtyxaydung-thuongmai.example.org",
    address="Số 123, đường Hoàng Văn Thụ, tổ dân phố số 5, phường Ngô Quyền, thành phố Bắc Giang",
    owner="Đặng Thị Ưởng Quỳnh",
)
PAPERS = [
    {"name": "Tờ khai theo Mẫu số 01", "originals": 1, "copies": 0},
    {"name": "Bản vẽ", "originals": 2, "copies": 3},
]


def events_of(record):
    return list(record.events.select_related("actor", "note").order_by("sequence"))


def offered(record):
    """Kind → the last offer of it."""
    record = Record.objects.get(pk=record.pk)
    return {str(one.kind): one for one in offers.offers(record, events_of(record))}


def letter(record, kind, **options):
    """The facts that stand on a letter of a record as it is now."""
    record = Record.objects.get(pk=record.pk)
    form = LetterForm.objects.get(kind=kind)
    return filled(form, record, offered(record)[kind], lookup=LOOKUP, **options)


def drawn(record, kind, by=None):
    record = Record.objects.get(pk=record.pk)
    return issuing.issue(record, offered(record)[kind], by=by or officer(), lookup=LOOKUP)


def move(record, to, at, reason=""):
    return actions.change_status(record, to=to, by=officer(), reason=reason, at=moment(at))


# Which letters there are -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        (Status.SUBMITTED, ["control"]),
        (Status.REFUSED, ["refusal", "control"]),
        (Status.RECEIVED, ["receipt", "control"]),
        (Status.SUPPLEMENT, ["receipt", "supplement", "control"]),
        (Status.STOPPED, ["receipt", "refusal", "control"]),
        (Status.RETURNED, ["receipt", "control"]),
    ],
)
def test_a_record_has_the_letters_that_follow_from_its_events(status, kinds):
    assert list(offered(in_status(status))) == kinds


def test_what_was_corrected_has_no_letter_any_more():
    record = actions.correct(in_status(Status.SUPPLEMENT), by=officer(), reason="nhầm")
    assert list(offered(record)) == ["receipt", "control"]


@pytest.mark.database
def test_each_request_for_a_supplement_has_a_letter_of_its_own():
    record = move(in_status(Status.SUPPLEMENT), Status.IN_PROCESS, "2024-08-29 09:00")
    record = actions.request_supplement(record, missing="Tờ khai", by=supervisor(), at=moment("2024-08-30 09:00"))
    found = offers.offers(record, events_of(record))
    assert [one.number for one in found if one.kind == LetterKind.SUPPLEMENT] == [2, 4]


def test_a_prepared_apology_is_a_draft_until_it_is_sent():
    record = receive()
    apologies.prepare(moment("2024-09-05 16:00"))
    draft = offered(record)["apology"]
    assert draft.is_draft
    assert draft not in offers.told(record, events_of(record))
    text = said(drawn(record, "apology"))
    assert "DỰ THẢO" in text
    assert apologies.BLANK in text
    actions.reappoint(record, due=moment("2024-09-20 17:00"), by=officer(), reason="Phải đo lại.", at=NINE)
    sent = offered(record)["apology"]
    assert not sent.is_draft
    assert sent in offers.told(record, events_of(record))


@pytest.mark.database
def test_of_an_erased_record_the_control_sheet_alone_is_left():
    record = actions.erase(in_status(Status.STOPPED), by=supervisor())
    assert list(offered(record)) == ["control"]
    assert APPLICANT.name not in said(drawn(record, "control"))


# What stands on them ---------------------------------------------------------------------------


def test_the_receipt_says_what_was_handed_in_and_when_the_result_is_there(settings):
    settings.PORTAL_HOTLINE = "0204 3 555 555"
    request = actions.Request("Xin cấp lại giấy phép", papers=PAPERS, collection=Collection.DESK)
    record = receive(applicant=LONG, request=request)
    text = said(drawn(record, "receipt"), "-layout")
    for words in (
        "Mẫu số 01 – Thông tư số 01/2018/TT-VPCP",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        record.code,
        "ngày 28 tháng 08 năm 2024",
        "0204 3 555 555",
        LONG.identity,
        LONG.phone,
        "Đặng Thị Ưởng Quỳnh",
        record.procedure.code,
        "Xin cấp lại giấy phép",
        "Tờ khai theo Mẫu số 01 1",
        "Bản vẽ 2 3",
        "01 (bộ)",
        "5 ngày làm việc",
        "09 giờ 00 phút, ngày 28/08/2024",
        "17 giờ 00 phút, ngày 06/09/2024",
        "NGƯỜI NỘP HỒ SƠ NGƯỜI TIẾP NHẬN HỒ SƠ",
        officer().display_name,
    ):
        assert words in text
    assert "Dịch vụ Nguyễn Phước Hưng Thịnh" in text


def test_the_receipt_after_a_supplement_is_of_the_day_when_everything_was_in():
    record = move(in_status(Status.SUPPLEMENT), Status.IN_PROCESS, "2024-08-29 09:00")
    facts = letter(record, "receipt")
    assert facts["received"] == "09 giờ 00 phút, ngày 29/08/2024"
    assert facts["promised"] == "17 giờ 00 phút, ngày 09/09/2024"


def test_the_receipt_keeps_its_date_while_the_clock_stands_still():
    record = in_status(Status.SUPPLEMENT)
    assert letter(record, "receipt")["promised"] == "17 giờ 00 phút, ngày 06/09/2024"


def test_the_receipt_follows_days_off_that_were_changed():
    record = receive()
    DayException.objects.create(day="2024-08-30", kind="off", name="Nghỉ bù")
    actions.recompute([record], by=None)
    assert letter(record, "receipt")["promised"] == "17 giờ 00 phút, ngày 09/09/2024"


def test_a_supplement_lists_everything_that_is_missing():
    record = move(receive(), Status.SUPPLEMENT, "2024-08-28 10:00", "- Bản sao căn cước\n- Tờ khai chưa ký")
    assert letter(record, "supplement")["points"] == ["Bản sao căn cước", "Tờ khai chưa ký"]
    text = said(drawn(record, "supplement"))
    assert "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ" in text
    assert "1. Bản sao căn cước 2. Tờ khai chưa ký" in text


def test_a_refusal_gives_the_reason_and_tells_before_acceptance_from_after():
    refused, stopped = in_status(Status.REFUSED), in_status(Status.STOPPED)
    for record, words in ((refused, "không tiếp nhận, giải quyết hồ sơ này"), (stopped, "dừng giải quyết hồ sơ này")):
        text = said(drawn(record, "refusal"))
        assert f"{words} với lý do cụ thể như sau: 1. lý do" in text


def test_an_apology_names_the_old_day_the_reason_and_the_new_day():
    record = actions.reappoint(
        receive(), due=moment("2024-09-20 17:00"), by=officer(), reason="Phải đo lại thửa đất.", at=NINE
    )
    facts = letter(record, "apology")
    assert (facts["before"], facts["after"]) == ("17 giờ 00 phút, ngày 06/09/2024", "17 giờ 00 phút, ngày 20/09/2024")
    text = said(drawn(record, "apology"))
    assert "1. Phải đo lại thửa đất." in text
    assert record.agency.name.upper() in text


def test_names_are_set_as_text_and_never_as_markup():
    applicant = actions.Applicant("<b>Nguyễn</b> & Sơn", phone="0912345678")
    assert "<b>Nguyễn</b> & Sơn" in said(drawn(receive(applicant=applicant), "receipt"))


def test_the_qr_leads_to_the_look_up_with_the_code_behind_the_hash():
    record = receive()
    assert letter(record, "receipt")["picture"] == qr(f"{LOOKUP}#{record.code}")


def test_a_demonstration_says_on_each_letter_that_it_is_invented(settings):
    record = receive()
    assert "DỮ LIỆU GIẢ ĐỊNH" in said(drawn(record, "receipt"))
    assert letter(record, "receipt")["is_invented"]
    settings.PORTAL_TODAY = None
    assert not letter(record, "receipt")["is_invented"]


def test_a_letter_is_of_the_units_of_its_day():
    """The Center's successor is on what is issued after it; what was issued before keeps its head."""
    record = receive()
    Agency.objects.filter(code=CENTER).update(valid_to=datetime.date(2024, 8, 29))
    before = letter(record, "receipt")
    assert before["unit"].code == CENTER
    assert before["house"] == record.unit.name


# Paper -----------------------------------------------------------------------------------------


def pages(content):
    """The size of each page in millimetres."""
    reader = PdfReader(io.BytesIO(content))
    return [tuple(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]) for page in reader.pages]


def test_a_letter_is_a5_and_a_plain_receipt_is_one_page():
    record = receive(request=actions.Request(papers=PAPERS))
    assert pages(drawn(record, "receipt")) == [(148, 210)]
    assert set(pages(drawn(receive(applicant=LONG, request=actions.Request(papers=PAPERS * 9)), "receipt"))) == {
        (148, 210)
    }


def test_a_form_says_its_paper_its_number_and_its_title():
    LetterForm.objects.filter(kind="receipt").update(paper="A4", number="07", title="Giấy biên nhận")
    content = drawn(receive(), "receipt")
    assert pages(content) == [(210, 297)]
    assert "Mẫu số 07" in said(content)
    assert "GIẤY BIÊN NHẬN" in said(content)


def test_letters_are_accessible_pdfs():
    reader = PdfReader(io.BytesIO(drawn(receive(), "receipt")))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "vi"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả H02.15-" in reader.metadata.title


# The control sheet and the register ------------------------------------------------------------


def busy():
    """A record to which nearly everything has happened."""
    record = move(receive(), Status.SUPPLEMENT, "2024-08-28 10:00", "Tờ khai")
    record = move(record, Status.IN_PROCESS, "2024-08-29 08:00")
    record = actions.assign(record, officer=officer(), by=officer(), at=moment("2024-08-29 09:00"))
    record = move(record, Status.PAYMENT, "2024-08-29 10:00", "Lệ phí")
    record = actions.correct(record, by=officer(), reason="nhầm", at=moment("2024-08-29 11:00"))
    record = move(record, Status.RESOLVED, "2024-08-30 09:00")
    return move(record, Status.RETURNED, "2024-08-30 10:00")


@pytest.mark.database
def test_the_control_sheet_is_exactly_the_events():
    record = busy()
    events, rows = events_of(record), control.rows(record)
    assert [(row.number, row.at) for row in rows] == [(event.sequence, event.at) for event in events]
    text = said(drawn(record, "control"))
    assert len(re.findall(r"\d\d/08/2024", text)) == len(events)


def test_each_hand_over_says_from_whom_to_whom():
    record = busy()
    name, desk, agency = officer().display_name, record.unit.name, record.agency.name
    rows = [(row.agency, row.giver, row.receiver) for row in control.rows(record)]
    assert rows == [
        (desk, control.APPLICANT, name),
        (desk, name, control.APPLICANT),
        (f"{desk} → {agency}", control.APPLICANT, name),
        (agency, name, name),
        (agency, name, control.APPLICANT),
        (agency, name, ""),
        (f"{agency} → {desk}", name, desk),
        (desk, name, control.APPLICANT),
    ]


def test_the_end_says_whether_it_was_in_time():
    assert [row.result for row in control.rows(busy())][-2:] == ["Đã xử lý xong, trước hạn", "Đã trả kết quả"]
    late = move(in_status(Status.IN_PROCESS), Status.RESOLVED, "2024-09-20 09:00")
    assert control.rows(late)[-1].result == "Đã xử lý xong, quá hạn"
    assert control.rows(in_status(Status.REFUSED))[-1].result == "Không được tiếp nhận"


def register_of(unit, first, last):
    return periods.rows(periods.with_facts(periods.meant(LetterKind.REGISTER, unit, first, last)))


@pytest.mark.database
def test_the_register_is_exactly_the_receptions_of_a_unit_and_a_period_with_the_days_of_their_events():
    record, other = busy(), receive(at=moment("2024-08-30 09:00"))
    receive(unit=COMMUNE)
    receive(at=moment("2024-08-31 09:00"))
    rows = register_of(record.unit, NINE.date(), datetime.date(2024, 8, 30))
    assert [(row.number, row.record.code) for row in rows] == [(1, record.code), (2, other.code)]
    first = rows[0]
    assert [first.received, first.handed_over, first.resolved, first.returned] == [
        NINE,
        moment("2024-08-29 08:00"),
        moment("2024-08-30 09:00"),
        moment("2024-08-30 10:00"),
    ]
    assert (first.name, first.contact) == (APPLICANT.name, "1 Phố Thử, 0912 345 678")
    assert [rows[1].handed_over, rows[1].resolved, rows[1].returned] == [None] * 3


@pytest.mark.database
def test_a_move_that_was_undone_stands_in_no_register():
    record = actions.correct(in_status(Status.RESOLVED), by=officer(), reason="nhầm")
    (row,) = register_of(record.unit, NINE.date(), NINE.date())
    assert row.resolved is None
    assert row.handed_over is not None


def test_the_register_is_a4_on_its_side():
    busy()
    content = issuing.issue_register(Agency.objects.get(code=CENTER), NINE.date(), NINE.date(), by=officer())
    assert pages(content) == [(297, 210)]
    assert "SỔ THEO DÕI HỒ SƠ" in said(content)
    assert "từ ngày 28/08/2024 đến ngày 28/08/2024" in said(content)


# The forms as data -----------------------------------------------------------------------------


def test_all_six_forms_are_shipped():
    shipped = LetterForm.objects.values_list("number", "kind", "paper")
    assert [number for number, _kind, _paper in shipped] == ["01", "02", "03", "04", "05", "06"]
    assert {kind for _number, kind, _paper in shipped} == set(LetterKind.values)
    assert {paper for _number, kind, paper in shipped if kind != "register"} == {"A5"}


def test_a_successor_circular_is_an_edit():
    """What happened before its first day keeps the form of its day."""
    old = LetterForm.objects.get(kind="receipt")
    LetterForm.objects.filter(pk=old.pk).update(valid_to=datetime.date(2024, 8, 28))
    new = LetterForm(kind="receipt", number="02", title="Mẫu mới", basis="Thông tư mới", valid_from="2024-08-29")
    new.full_clean()
    new.save()
    before, after = receive(), receive(at=moment("2024-08-29 09:00"))
    for record, form in ((before, old), (after, new)):
        drawn(record, "receipt")
        assert IssuedLetter.objects.get(record=record).form == form


@pytest.mark.database
def test_two_forms_of_a_kind_on_the_same_day_are_refused():
    new = LetterForm(kind="receipt", number="02", title="Mẫu mới", basis="Thông tư mới", valid_from="2024-08-29")
    with pytest.raises(ValidationError):
        new.full_clean()


def test_without_a_form_in_force_there_is_no_letter():
    LetterForm.objects.update(valid_to=datetime.date(2024, 8, 1))
    with pytest.raises(actions.Refused):
        drawn(receive(), "receipt")
    assert not IssuedLetter.objects.exists()


@pytest.mark.database
@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"first": NINE.date(), "last": NINE.date()},
        {"unit": True, "first": NINE.date()},
        {"unit": True, "first": datetime.date(2024, 8, 29), "last": NINE.date()},
        {"unit": True, "record": True, "first": NINE.date(), "last": NINE.date()},
    ],
)
def test_the_log_is_of_a_record_or_of_a_unit_and_a_period(wrong):
    record = receive()
    given = {**wrong}
    if "unit" in given:
        given["unit"] = record.unit
    if "record" in given:
        given["record"] = record
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedLetter.objects.create(form=LetterForm.objects.first(), issued_at=NINE, **given)


# Who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [lambda: officer("d-213"), administrator])
def test_nobody_else_issues_letters(who):
    record, by = receive(), who()
    with pytest.raises(actions.NotYours):
        drawn(record, "receipt", by=by)
    with pytest.raises(actions.NotYours):
        issuing.issue_register(record.unit, NINE.date(), NINE.date(), by=by)
    with pytest.raises(actions.NotYours):
        issuing.issue_receipts(record.unit, NINE.date(), by=by, lookup=LOOKUP)
    assert not IssuedLetter.objects.exists()


@pytest.mark.database
def test_each_issue_is_logged_with_who_when_and_of_what():
    record = receive()
    drawn(record, "receipt")
    issuing.issue_register(record.unit, NINE.date(), NINE.date(), by=supervisor())
    register, receipt = IssuedLetter.objects.order_by("-pk")
    assert (receipt.record, receipt.event.sequence, receipt.issued_by) == (record, 1, officer())
    assert (receipt.unit, receipt.form.kind) == (None, "receipt")
    assert (register.record, register.unit) == (None, record.unit)
    assert (register.first, register.last, register.issued_by) == (NINE.date(), NINE.date(), supervisor())


@pytest.mark.database
def test_the_receipts_of_a_day_are_one_pdf_and_each_is_logged(django_assert_max_num_queries):
    codes = [receive().code for _number in range(3)]
    in_status(Status.SUBMITTED)
    receive(at=moment("2024-08-29 09:00"))
    receive(unit=COMMUNE)
    unit, by = Agency.objects.select_related("parent").get(code=CENTER), officer()
    with django_assert_max_num_queries(9):
        content = issuing.issue_receipts(unit, NINE.date(), by=by, lookup=LOOKUP)
    text = said(content)
    assert [text.count(f"Mã hồ sơ: {code}") for code in codes] == [1, 1, 1]
    assert len(pages(content)) == 3
    assert set(IssuedLetter.objects.values_list("record__code", flat=True)) == set(codes)


def test_whose_facts_were_erased_has_no_receipt_among_those_of_the_day():
    kept, erased = receive(), actions.erase(in_status(Status.STOPPED), by=supervisor())
    assert list(periods.with_receipts(kept.unit, NINE.date())) == [kept]
    text = said(issuing.issue_receipts(kept.unit, NINE.date(), by=officer(), lookup=LOOKUP))
    assert erased.code not in text


def test_a_register_of_too_many_days_is_refused():
    unit = Agency.objects.get(code=CENTER)
    for first, last in (("2024-08-28", "2024-08-27"), ("2024-01-01", "2024-08-28")):
        with pytest.raises(actions.Refused):
            issuing.issue_register(unit, *map(datetime.date.fromisoformat, (first, last)), by=officer())


def test_without_the_key_of_the_personal_facts_there_is_no_letter(settings):
    record = receive()
    settings.DATA_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(actions.Refused) as refusal:
        drawn(record, "receipt")
    assert record.code in str(refusal.value)
    assert said(drawn(record, "control"))
    assert IssuedLetter.objects.count() == 1
    assert Event.objects.filter(record=record).count() == 1
