"""Reception at the counter: the procedure, the form, the code; and what is told when something is wrong."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import translation

from organisation.models import Agency
from organisation.roles import Role
from procedures.models import Channel, Procedure
from records.models import CodeCounter, Record, RecordRead
from tests.records.factories import COMMUNE, broken, officer, supervisor

pytestmark = pytest.mark.django_db

ADD = reverse("admin:records_record_add")
SUGGEST = reverse("admin:records_record_procedures")
FACTS = {
    "channel": "in_person",
    "kind": "citizen",
    "name": "Nguyễn Văn Mẫu",
    "phone": "0912 345 678",
    "identity": "",
    "email": "mau@example.org",
    "address": "1 Phố Thử",
    "owner": "",
    "content": "Cấp mới",
    "collection": "desk",
    "place": "",
}


@pytest.fixture
def counter(client):
    client.force_login(officer())
    return client


@pytest.fixture
def procedure():
    """One with a known time and at least three papers."""
    return Procedure.objects.filter(channels__unit="working_day", documents__position=3).order_by("code").first()


@pytest.fixture
def timeless():
    """One of which the catalogue knows no time."""
    return Procedure.objects.exclude(channels__time__isnull=False).order_by("code").first()


def form_of(procedure):
    return f"{ADD}?procedure={procedure.code}"


def papers_of(page):
    """What the checklist sends back when nothing was ticked."""
    rows = page.context["papers"].rows
    return {field.html_name: field.value() or "" for row in rows for field in row if field.name != "handed_in"}


def fill(client, procedure, **changes):
    page = client.get(form_of(procedure))
    once = page.context["form"]["once"].value()
    return client.post(form_of(procedure), {**FACTS, **papers_of(page), "once": once, **changes})


def tells(page, message):
    with translation.override(page.headers["content-language"]):
        return translation.gettext(message) in html.unescape(page.content.decode())


def errors(page):
    return set(page.context["form"].errors)


# The procedure -----------------------------------------------------------------------------------


def test_the_procedure_is_found_by_words(counter):
    page = counter.get(ADD, {"q": "dang ky khai sinh"})
    assert page.context["rows"][0][0] == "1.001193"
    assert f'href="{ADD}?procedure=1.001193"' in page.content.decode()


@pytest.mark.parametrize("typed", ["1.001193", "1.001193.000.00.00.H02", " 1.001193 "])
def test_a_code_leads_straight_to_the_form(counter, typed):
    assert counter.get(ADD, {"q": typed}).url == f"{ADD}?procedure=1.001193"


def test_suggestions_lead_to_the_form(counter):
    fragment = counter.get(SUGGEST, {"q": "khai sinh"}).content.decode()
    assert 'role="option"' in fragment
    assert f'href="{ADD}?procedure=1.001193"' in fragment
    assert counter.get(SUGGEST, {"q": "k"}).content.strip() == b""


def test_words_that_find_nothing_say_so(counter):
    assert tells(counter.get(ADD, {"q": "qqqxxx zzzyyy"}), "No procedure was found.")


@pytest.mark.parametrize("code", ["9.999999", "x", "%FF"])
def test_a_procedure_that_does_not_exist_leads_to_the_choice(counter, code):
    page = counter.get(f"{ADD}?procedure={code}")
    assert page.status_code == 200
    assert tells(page, "The catalogue has no procedure with this code that is in force today.")


def test_a_withdrawn_procedure_is_not_received(counter, procedure):
    Procedure.objects.filter(pk=procedure.pk).update(published=False)
    page = fill_blindly(counter, procedure)
    assert tells(page, "The catalogue has no procedure with this code that is in force today.")
    assert not Record.objects.exists()


def fill_blindly(client, procedure):
    return client.post(form_of(procedure), FACTS)


# The form ----------------------------------------------------------------------------------------


def test_the_form_shows_time_limit_and_checklist(counter, procedure):
    page = counter.get(form_of(procedure))
    assert [row.document for row in page.context["papers"].listed] == list(procedure.documents.all())
    assert "limit_value" not in page.context["form"].fields
    shown = html.unescape(page.content.decode())
    assert all(document.name in shown for document in procedure.documents.all())


def test_a_record_is_received_and_its_code_shown_large(counter, procedure):
    answer = fill(counter, procedure)
    record = Record.objects.get()
    assert answer.url == reverse("admin:records_record_received", args=[record.pk])
    page = counter.get(answer.url).content.decode()
    assert re.search(rf'class="record-code"[^>]*>{record.code}<', page)
    assert reverse("admin:records_record_change", args=[record.pk]) in page
    assert record.unit.code == "ttpvhcc"
    assert record.procedure == procedure
    assert record.personal == {
        "name": "Nguyễn Văn Mẫu", "identity": "", "phone": "0912 345 678", "email": "mau@example.org",
        "address": "1 Phố Thử", "owner": "", "content": "Cấp mới", "place": "",
    }  # fmt: skip
    assert record.events.get().actor == officer()
    assert broken(record) is None
    assert not RecordRead.objects.exists()  # the page of the code shows nothing personal


def test_papers_that_were_handed_in_are_kept_with_their_counts(counter, procedure):
    first, _second, third = procedure.documents.all()[:3]
    fill(
        counter, procedure,
        **{f"paper-{first.position}-handed_in": "on", f"paper-{first.position}-originals": "2"},
        **{f"paper-{third.position}-handed_in": "on", f"paper-{third.position}-copies": "3"},
        **{"other-1-name": "Giấy ủy quyền", "other-1-originals": "1"},
    )  # fmt: skip
    assert Record.objects.get().papers == [
        {"name": first.name, "originals": 2, "copies": first.copies},
        {"name": third.name, "originals": third.originals, "copies": 3},
        {"name": "Giấy ủy quyền", "originals": 1, "copies": 0},
    ]


def test_business_by_post_with_another_owner(counter, procedure):
    changes = {"kind": "business", "channel": "postal", "collection": "post", "owner": "Lê Thị Chủ"}
    fill(counter, procedure, **changes, phone="", identity="2400123456", email="")
    record = Record.objects.get()
    assert (record.applicant_kind, record.channel, record.collection) == ("business", "postal", "post")
    assert record.personal["place"] == "1 Phố Thử"
    assert record.personal["owner"] == "Lê Thị Chủ"


# The time limit ----------------------------------------------------------------------------------


def test_the_limit_of_the_catalogue_holds_whatever_is_sent(counter, procedure):
    fill(counter, procedure, limit_value="99", limit_unit="month")
    record = Record.objects.get()
    known = procedure.channels.filter(time__isnull=False).exclude(unit="")
    promise = known.filter(kind="in_person").first() or known.first()
    assert (record.limit_value, record.limit_unit) == (promise.time, promise.unit)


def test_where_the_catalogue_knows_no_limit_the_officer_gives_it(counter, timeless):
    page = fill(counter, timeless)
    assert errors(page) == {"limit_value", "limit_unit"}
    fill(counter, timeless, limit_value="7", limit_unit="working_day")
    record = Record.objects.get()
    assert (record.limit_value, record.limit_unit) == (7, "working_day")


@pytest.mark.parametrize("value", ["0", "-1", "x", "1001", ""])
def test_a_limit_that_is_none_is_refused(counter, timeless, value):
    assert errors(fill(counter, timeless, limit_value=value, limit_unit="day")) == {"limit_value"}


def test_where_the_catalogue_knows_several_limits_one_of_them_may_be_chosen(counter, procedure):
    Channel.objects.create(procedure=procedure, position=50, kind="in_person", time=44, unit="day", note="phức tạp")
    page = counter.get(form_of(procedure))
    assert "phức tạp" in page.content.decode()
    assert errors(fill(counter, procedure, limit="45 day")) == {"limit"}
    fill(counter, procedure, limit="44 day")
    fill(counter, procedure, limit="")
    chosen, promised = Record.objects.order_by("id")
    assert (chosen.limit_value, chosen.limit_unit) == (44, "day")
    assert promised.limit_value != 44


# What is refused, at its field -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": " "}, "name", None),
        ({"phone": ""}, "phone", "A phone or an ID number is needed: with its last digits the record is looked up."),
        ({"phone": "12345"}, "phone", None),
        ({"identity": "12 34"}, "identity", None),
        ({"email": "nobody"}, "email", None),
        ({"channel": "pigeon"}, "channel", None),
        ({"kind": ""}, "kind", None),
        ({"collection": "post", "address": ""}, "place", "The result cannot be sent without an address."),
        ({"once": "x"}, "once", None),
    ],
    ids=str,
)
def test_a_fault_is_told_at_its_field_and_what_was_typed_stays(counter, procedure, changes, field, message):
    page = fill(counter, procedure, content="Nội dung đã gõ", **changes)
    assert page.status_code == 200
    assert errors(page) == {field}
    assert "Nội dung đã gõ" in page.content.decode()
    assert message is None or tells(page, message)
    assert not Record.objects.exists()


def test_all_faults_are_told_at_once_and_the_first_has_the_focus(counter, procedure):
    first = procedure.documents.first()
    page = fill(counter, procedure, name="", email="x", **{f"paper-{first.position}-originals": "-1"})
    assert errors(page) == {"name", "email"}
    assert page.context["papers"].listed[0].errors
    assert page.content.decode().count("autofocus") == 1
    assert re.search(r'<input[^>]*name="name"[^>]*autofocus', page.content.decode())
    assert 'aria-describedby="id_name_error"' in page.content.decode()


def test_a_checklist_that_changed_in_the_meantime_is_told(counter, procedure):
    first = procedure.documents.first()
    page = fill(counter, procedure, **{f"paper-{first.position}-name": "Tờ khai cũ"})
    assert tells(page, "The checklist was changed in the meantime.")
    assert not Record.objects.exists()


def test_a_day_whose_codes_are_used_up_is_told(counter, procedure, catalogue_day):
    CodeCounter.objects.create(unit_part=officer().unit.record_part, day=catalogue_day, last=9_999)
    page = fill(counter, procedure)
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert "Nguyễn Văn Mẫu" in page.content.decode()
    assert not Record.objects.exists()


def test_the_same_form_sent_twice_makes_one_record(counter, procedure):
    page = counter.get(form_of(procedure))
    data = {**FACTS, **papers_of(page), "once": page.context["form"]["once"].value()}
    answers = [counter.post(form_of(procedure), data).url for _time in range(2)]
    assert answers[0] == answers[1]
    assert Record.objects.count() == 1


# Who receives ------------------------------------------------------------------------------------


def test_at_a_commune_records_get_the_communes_codes(client):
    client.force_login(officer(COMMUNE))
    procedure = Procedure.objects.get(code="1.001193")
    fill(client, procedure)
    assert Record.objects.get().code.startswith(Agency.objects.get(code=COMMUNE).record_part)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.STEWARD, Role.ADMINISTRATOR, ""])
def test_others_than_officers_receive_nothing(client, procedure, role):
    client.force_login(officer(role=role))
    for address in (ADD, form_of(procedure), SUGGEST):
        assert client.get(address).status_code == 403
    assert fill_blindly(client, procedure).status_code == 403
    assert not Record.objects.exists()


def test_the_officer_of_a_unit_without_a_desk_receives_nothing(client, procedure):
    client.force_login(officer("so-tu-phap"))
    assert client.get(form_of(procedure)).status_code == 403
    assert fill_blindly(client, procedure).status_code == 403
    assert b"records/record/add" not in client.get(reverse("admin:records_record_changelist")).content


def test_the_list_offers_reception_to_officers_only(client):
    for person, offered in ((officer(), True), (supervisor(), False)):
        client.force_login(person)
        page = client.get(reverse("admin:records_record_changelist")).content.decode()
        assert (f'href="{ADD}"' in page) == offered
