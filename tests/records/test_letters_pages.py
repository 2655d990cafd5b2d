"""Letters on the pages: by a click of the officer, of a whole desk, and for who has looked the record up."""

import re

import pytest
from django.urls import reverse
from django.utils.translation import gettext as _

from organisation.models import Agency
from organisation.roles import Role
from records import actions, apologies, opened
from records.admin import log
from records.letters import issuing
from records.models import IssuedLetter, LetterForm
from records.pdf import qr
from records.statuses import Status

from .factories import APPLICANT, CENTER, COMMUNE, NINE, in_status, moment, officer, receive, stranger, supervisor
from .test_letters import LONG, drawn
from .test_papers import said

pytestmark = pytest.mark.django_db
DESK = reverse("admin:records_record_letters")
NOWHERE = reverse("admin:records_record_letter", args=[0, "receipt", 1])


@pytest.fixture
def counter(client):
    client.force_login(officer())
    return client


def page_of(record):
    return reverse("admin:records_record_change", args=[record.pk])


def address(record, kind="receipt", number=1):
    return reverse("admin:records_record_letter", args=[record.pk, kind, number])


# One click -------------------------------------------------------------------------------------


def test_the_page_of_a_record_has_a_button_for_each_letter_that_applies(counter):
    record = in_status(Status.SUPPLEMENT)
    page = counter.get(page_of(record)).content.decode()
    found = re.findall(r'formaction="([^"]+)"', page)
    assert found == [address(record), address(record, "supplement", 2), address(record, "control", 0)]
    for one in found:
        answer = counter.post(one)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert "no-store" in answer["Cache-Control"]
        assert answer.content.startswith(b"%PDF-")


def test_the_letter_leads_to_the_look_up_on_this_host(counter, monkeypatch):
    asked = {}
    monkeypatch.setattr(issuing, "drawn", lambda form, letters: asked.update(letters[0]) or b"%PDF-")
    record = receive()
    counter.post(address(record), headers={"accept-language": "en"})
    assert asked["picture"] == qr(f"http://testserver/records/#{record.code}")


def test_what_was_issued_stands_on_the_page_with_who_did_it(counter):
    record = receive()
    counter.post(address(record))
    page = counter.get(page_of(record)).content.decode()
    assert "01 Giấy tiếp nhận hồ sơ và hẹn trả kết quả</span>, Cán bộ ttpvhcc" in page


def test_a_letter_is_made_by_a_button_not_by_a_link(counter):
    record = receive()
    assert counter.get(address(record)).status_code == 405
    assert not IssuedLetter.objects.exists()


@pytest.mark.parametrize(
    ("kind", "number"), [("receipt", 2), ("supplement", 1), ("refusal", 1), ("apology", 0), ("register", 0), ("x", 1)]
)
def test_a_letter_that_the_record_has_not_is_not_there(counter, kind, number):
    assert counter.post(address(receive(), kind, number)).status_code == 404
    assert not IssuedLetter.objects.exists()


def test_a_record_of_another_unit_looks_as_if_it_did_not_exist(client):
    record = receive()
    client.force_login(stranger())
    answers = [client.post(one) for one in (address(record), address(record, "control", 0), NOWHERE)]
    assert {answer.status_code for answer in answers} == {404}
    alike = {answer.content.decode().replace(answer.request["PATH_INFO"], "") for answer in answers}
    assert len(alike) == 1
    assert not IssuedLetter.objects.exists()


@pytest.mark.parametrize("role", [Role.STEWARD, Role.ADMINISTRATOR])
def test_who_reads_no_records_issues_no_letters(client, role):
    client.force_login(officer(role=role))
    assert client.post(address(receive())).status_code == 404
    assert client.get(DESK).status_code == 403


def test_a_supervisor_issues_letters_of_every_unit(client):
    client.force_login(supervisor())
    assert client.post(address(receive(unit=COMMUNE))).status_code == 200


def test_what_stands_in_the_way_is_told_on_the_page(counter):
    LetterForm.objects.all().update(valid_to="2024-08-01")
    record = receive()
    page = counter.post(address(record), follow=True)
    assert page.redirect_chain == [(page_of(record), 302)]
    assert _("No form “%(kind)s” is in force on %(day)s.").split("“")[0] in page.content.decode()


def test_a_letter_needs_a_fixed_number_of_queries(counter, django_assert_max_num_queries):
    record = in_status(Status.SUPPLEMENT)
    counter.post(address(record))
    with django_assert_max_num_queries(13):
        counter.post(address(record))


# A desk ----------------------------------------------------------------------------------------


def ask(client, what, **given):
    days = {"day": "2024-08-28"} if what == "receipts" else {"first": "2024-08-01", "last": "2024-08-28"}
    return client.post(DESK, {"what": what, **days, **given})


def test_an_officer_gets_the_days_receipts_and_the_register_of_the_own_desk(counter):
    record, other = receive(), receive(unit=COMMUNE)
    for what in ("receipts", "register"):
        answer = ask(counter, what, unit=Agency.objects.get(code=COMMUNE).pk)  # not asked for, not heard
        text = said(answer.content)
        assert record.code in text
        assert other.code not in text
    assert IssuedLetter.objects.filter(unit__code=CENTER).count() == 1


def test_a_supervisor_chooses_the_unit(client):
    client.force_login(supervisor())
    receive()
    record = receive(unit=COMMUNE)
    page = client.get(DESK)
    assert page.context["sheets"]["receipts"].fields["unit"].initial == Agency.objects.get(code=CENTER).pk
    text = said(ask(client, "register", unit=Agency.objects.get(code=COMMUNE).pk).content)
    assert record.code in text
    assert text.count("240828-0001") == 1  # and nothing of the Center
    assert ask(client, "register", unit="").context["sheets"]["register"].errors["unit"]


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("receipts", {"day": "2024-08-27"}),
        ("receipts", {"day": "x"}),
        ("register", {"first": "2024-08-29"}),
        ("register", {"first": "2023-08-29"}),
        ("register", {"last": ""}),
        ("register", {"first": "2024-08-01", "last": "2024-08-02"}),
    ],
)
def test_what_makes_no_sense_is_told_and_makes_nothing(counter, what, given):
    receive()
    page = ask(counter, what, **given)
    assert page.status_code == 200
    assert page["Content-Type"].startswith("text/html")
    assert page.context["sheets"][what].errors
    assert not IssuedLetter.objects.exists()


def test_what_is_no_form_shows_the_page(counter):
    assert ask(counter, "nonsense").status_code == 200


def test_an_agency_without_a_desk_has_no_such_page(client):
    department = receive().agency
    assert not department.receives_records
    client.force_login(officer(department.code))
    assert client.get(DESK).status_code == 403


def test_the_list_leads_to_the_letters_of_the_desk(counter):
    assert DESK in counter.get(reverse("admin:records_record_changelist")).content.decode()


def test_administrators_keep_the_forms_and_delete_none(client):
    client.force_login(officer(role=Role.ADMINISTRATOR))
    form = LetterForm.objects.get(kind="receipt")
    change = reverse("admin:records_letterform_change", args=[form.pk])
    sent = {
        **{name: getattr(form, name) for name in ("kind", "title", "basis", "paper")},
        "number": "07",
        "valid_from": "",
        "valid_to": "",
    }
    assert client.post(change, sent).status_code == 302
    assert LetterForm.objects.get(pk=form.pk).number == "07"
    assert client.post(reverse("admin:records_letterform_delete", args=[form.pk])).status_code == 403
    client.force_login(officer())
    assert client.get(change).status_code == 403


# The log ---------------------------------------------------------------------------------------

LOG = reverse("admin:records_issuedletter_changelist")


def test_a_supervisor_reads_what_was_issued(client, monkeypatch, django_assert_max_num_queries):
    record = receive()
    drawn(record, "receipt")
    drawn(record, "control")
    issuing.issue_register(record.unit, NINE.date(), NINE.date(), by=supervisor())
    client.force_login(supervisor())
    assert [letter.form.kind for letter, _by in client.get(LOG).context["rows"]] == ["register", "control", "receipt"]
    with django_assert_max_num_queries(5):
        client.get(LOG)
    monkeypatch.setattr(log, "PER_PAGE", 2)
    page = client.get(LOG).context["page"]
    rest = client.get(LOG, {"after": page.after})
    assert [letter.form.kind for letter, _by in rest.context["rows"]] == ["receipt"]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.STEWARD, Role.ADMINISTRATOR])
def test_others_read_no_log(client, role):
    client.force_login(officer(role=role))
    assert client.get(LOG).status_code == 403


# The citizen -----------------------------------------------------------------------------------


@pytest.fixture
def open_for(client):
    """A function: opens a record in the session, as a look-up does."""

    def open_record(record):
        session = client.session
        opened.remember(session, record.pk)
        session.save()
        client.cookies["sessionid"] = session.session_key

    return open_record


def own(kind="receipt", number=1):
    return reverse("records:letter", args=[kind, number])


def test_the_applicant_reads_the_own_letters(client, open_for):
    record = in_status(Status.SUPPLEMENT)
    open_for(record)
    page = client.get(reverse("records:view")).content.decode()
    found = re.findall(r'href="([^"]+/letters/[^"]+)"', page)
    assert found == [own(), own("supplement", 2)]
    for one in found:
        answer = client.get(one)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert "no-store" in answer["Cache-Control"]
        assert record.code in said(answer.content)
    assert [one.issued_by for one in IssuedLetter.objects.all()] == [None, None]


def test_whoever_knows_code_and_digits_learns_no_more_from_a_letter(client, open_for):
    open_for(receive(applicant=LONG, request=actions.Request("Việc riêng", place="Nhà riêng")))
    text = said(client.get(own()).content)
    for words in (
        LONG.name,
        LONG.owner,
        LONG.identity,
        LONG.phone,
        LONG.email,
        LONG.address,
        "Việc riêng",
        "Nhà riêng",
    ):
        assert words not in text
    assert "*********234" in text
    assert "Đ*** T** Ư*** Q****" in text


def test_drafts_and_the_control_sheet_are_the_offices_own(client, open_for):
    record = receive()
    apologies.prepare(moment("2024-09-05 16:00"))
    open_for(record)
    for kind, number in (("control", 0), ("apology", 0), ("receipt", 2), ("supplement", 1)):
        assert client.get(own(kind, number)).status_code == 404
    assert not IssuedLetter.objects.exists()


def test_without_a_look_up_there_is_no_letter(client):
    receive()
    assert client.get(own()).status_code == 302
    assert not IssuedLetter.objects.exists()


def test_an_erased_record_has_no_letters_for_anybody(client, open_for):
    record = in_status(Status.STOPPED)
    open_for(record)
    assert client.get(own()).status_code == 200
    actions.erase(record, by=supervisor())
    assert client.get(own()).status_code == 302


def test_letters_are_not_drawn_without_end(client, open_for, monkeypatch):
    monkeypatch.setattr(issuing, "BY_APPLICANT", 2)
    record = receive()
    open_for(record)
    assert [client.get(own()).status_code for _time in range(3)] == [200, 200, 503]
    assert IssuedLetter.objects.count() == 2
    assert drawn(record, "receipt")  # the desk may


def test_the_name_of_the_file_says_nothing_personal(counter):
    record = receive()
    answer = counter.post(address(record))
    assert answer["Content-Disposition"] == f'inline; filename="receipt-{record.code}.pdf"'
    assert APPLICANT.name in said(answer.content)
