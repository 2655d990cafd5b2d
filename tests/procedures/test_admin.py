"""What a steward does in the admin, and what others may not."""

import datetime
import html

import pytest
from django import forms
from django.urls import reverse
from django.utils import translation

from organisation.models import Agency
from procedures.models import Channel, Document, EverydayName, Field, FieldOwner, LegalDocument, Procedure, Synonym
from procedures.search import find

pytestmark = pytest.mark.django_db

LIST = "admin:procedures_procedure_changelist"
CHANGE = "admin:procedures_procedure_change"


@pytest.fixture
def procedure():
    """One with parts of every kind, and at least two documents."""
    full = Procedure.objects.filter(online="full", channels__isnull=False, legal_basis__isnull=False)
    return full.filter(documents__position=2).distinct().first()


@pytest.fixture
def steward(sign_in):
    return sign_in("steward", "steward")


@pytest.fixture
def officer(sign_in):
    return sign_in("officer", "officer")


@pytest.fixture
def stranger(sign_in):
    return sign_in("", "stranger")


def posted(response):
    """What a browser would send back for the form of `response`, unchanged."""
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    every = [response.context["adminform"].form]
    for formset in formsets:
        every += [formset.management_form, *formset.initial_forms, *formset.extra_forms]
    return {bound.html_name: value for form in every for bound in form if (value := sent(bound)) is not None}


def sent(bound):
    value = bound.value()
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return "on" if value else None
    if isinstance(bound.field.widget, forms.widgets.Input | forms.Textarea):
        return bound.field.widget.format_value(value) or ""
    return value


def add_row(data, prefix, **values):
    """One more row of the inline `prefix`."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = number + 1
    data.update({f"{prefix}-{number}-{name}": value for name, value in values.items()})


def change(client, obj, **changes):
    """Open the form of `obj`; what it would send is changed by `changes`; `rows` are added to its inlines."""
    address = reverse(f"admin:{obj._meta.label_lower.replace('.', '_')}_change", args=[obj.pk])
    rows = changes.pop("rows", [])
    data = posted(client.get(address)) | changes
    for prefix, values in rows:
        add_row(data, prefix, **values)
    return client.post(address, data)


def refused(response, message=""):
    """Whether the form came back with errors and tells `message`, in the language of the page."""
    return response.status_code == 200 and bool(response.context["errors"]) and tells(response, message)


def tells(response, message):
    with translation.override(response.headers["content-language"]):
        return not message or translation.gettext(message) in html.unescape(response.content.decode())


# Who may enter ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["index", "procedures_procedure_changelist", "procedures_synonym_add"])
def test_without_signing_in_every_page_leads_to_the_sign_in(client, name):
    response = client.get(reverse(f"admin:{name}"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


def test_the_sign_in_page_opens_in_the_portals_colours(client):
    page = client.get(reverse("admin:login"))
    assert page.status_code == 200
    assert b"admin-portal.css" in page.content


def test_a_stranger_without_a_role_enters_nothing(stranger, procedure):
    assert stranger.get(reverse(LIST)).status_code == 403
    assert stranger.get(reverse(CHANGE, args=[procedure.pk])).status_code == 403
    assert stranger.get(reverse("admin:organisation_agency_changelist")).status_code == 403
    assert stranger.get(reverse("admin:index")).context["app_list"] == []


def test_an_officer_sees_a_procedure_but_cannot_change_it(officer, procedure):
    page = officer.get(reverse(CHANGE, args=[procedure.pk]))
    assert page.status_code == 200
    assert procedure.documents.first().name in page.content.decode()
    assert b'name="_save"' not in page.content
    assert officer.post(reverse(CHANGE, args=[procedure.pk]), {"name": "Khác"}).status_code == 403
    assert officer.get(reverse("admin:procedures_procedure_add")).status_code == 403
    procedure.refresh_from_db()
    assert procedure.name != "Khác"


def test_a_steward_does_not_delete_a_procedure(steward, procedure):
    assert steward.post(reverse("admin:procedures_procedure_delete", args=[procedure.pk])).status_code == 403


# Lists and search ------------------------------------------------------------------------------


def test_the_list_of_procedures_asks_a_fixed_number_of_queries(steward, django_assert_num_queries):
    steward.get(reverse(LIST))
    for query in ({}, {"p": "3"}, {"q": "ho tich"}):
        # Session, user, agencies of the filter, two counts, the rows, channels, documents, owners; one for a search.
        with django_assert_num_queries(9 + ("q" in query)):
            assert steward.get(reverse(LIST), query).status_code == 200


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("procedures_procedure", "dang ky khai sinh"),
        ("procedures_procedure", "ĐĂNG KÝ khai sinh"),
        ("procedures_procedure", "giay khai sinh"),
        ("procedures_field", "ho tich"),
        ("procedures_legaldocument", "123/2015/nd-cp"),
        ("procedures_synonym", "so do"),
        ("organisation_agency", "so tu phap"),
    ],
)
def test_searching_without_accents_finds(steward, model, query):
    page = steward.get(reverse(f"admin:{model}_changelist"), {"q": query})
    assert page.context["cl"].result_count > 0


def test_searching_for_what_is_not_there_finds_nothing(steward):
    page = steward.get(reverse(LIST), {"q": "xyzxyz khai sinh"})
    assert page.context["cl"].result_count == 0


@pytest.mark.parametrize(
    "query",
    [
        *({"missing": fact} for fact in ("time", "fee", "documents", "online", "legal_basis")),
        {"online_level": "unknown"},
        {"online_level": "full"},
        {"agency": "so-tu-phap"},
        {"validity": "now"},
        {"validity": "ended"},
        {"validity": "future"},
        {"level_commune__exact": "1"},
    ],
    ids=str,
)
def test_every_filter_opens_and_narrows(steward, query):
    ended, future = Procedure.objects.values_list("pk", flat=True)[:2]
    Procedure.objects.filter(pk=ended).update(valid_to=datetime.date(2024, 8, 27))
    Procedure.objects.filter(pk=future).update(valid_from=datetime.date(2024, 8, 29))
    if "agency" in query:
        owner = FieldOwner.objects.valid_on(datetime.date(2024, 8, 28)).filter(field__procedures__isnull=False).first()
        query = {"agency": owner.agency.code}
    page = steward.get(reverse(LIST), query)
    assert page.status_code == 200
    assert 0 < page.context["cl"].result_count < Procedure.objects.count()


def test_the_filter_of_missing_facts_shows_what_lacks_them(steward):
    page = steward.get(reverse(LIST), {"missing": "documents"})
    assert all(not row.documents.exists() for row in page.context["cl"].result_list)
    page = steward.get(reverse(LIST), {"missing": "time"})
    assert not Channel.objects.filter(procedure__in=page.context["cl"].result_list).exclude(unit="").exists()


@pytest.mark.parametrize(
    ("model", "field", "term"),
    [
        ("procedure", "field", "ho tich"),
        ("procedure", "replaced_by", "khai sinh"),
        ("procedure", "legal_basis", "123/2015/nd-cp"),
        ("fieldowner", "agency", "so tu phap"),
    ],
)
def test_autocompletes_answer_without_accents(steward, model, field, term):
    asked = {"app_label": "procedures", "model_name": model, "field_name": field, "term": term}
    answer = steward.get(reverse("admin:autocomplete"), asked)
    assert answer.status_code == 200
    assert answer.json()["results"]


# Changing a procedure --------------------------------------------------------------------------


def test_a_form_sent_back_unchanged_changes_nothing(steward, procedure):
    before = list(procedure.documents.values()), list(procedure.channels.values()), list(procedure.names.values())
    assert change(steward, procedure).status_code == 302
    assert before == (
        list(procedure.documents.values()), list(procedure.channels.values()), list(procedure.names.values())
    )  # fmt: skip


def test_a_new_everyday_name_is_found_at_once(steward, procedure):
    assert find("quẩy bánh tráng").codes[:1] != [procedure.code]
    rows = [
        ("names", {"name": "quẩy bánh tráng", "language": "vi"}),
        ("documents", {"name": "Tờ khai thử", "originals": "1", "copies": "0"}),
        ("channels", {"kind": "postal", "time": "5", "unit": "working_day", "fee_vnd": "0"}),
        ("results", {"name": "Giấy thử"}),
    ]
    assert change(steward, procedure, rows=rows).status_code == 302
    assert find("quẩy bánh tráng").codes[0] == procedure.code
    assert procedure.names.get(name="quẩy bánh tráng").origin == "steward"
    assert procedure.documents.last().name == "Tờ khai thử"
    assert procedure.channels.last().fee_vnd == 0
    assert procedure.results.last().name == "Giấy thử"


def test_a_new_procedure_is_entered_under_its_national_code(steward):
    address = reverse("admin:procedures_procedure_add")
    data = posted(steward.get(address)) | {
        "code": "9.999999.000.00.00.h56", "name": "Thủ tục thử", "level_commune": "on",
        "field": Field.objects.first().pk, "replaced_by": Procedure.objects.first().pk,
    }  # fmt: skip
    add_row(data, "documents", name="Hai", originals="1", copies="0", place="2")
    add_row(data, "documents", name="Một", originals="1", copies="0", place="1")
    assert steward.post(address, data).status_code == 302
    entered = Procedure.objects.get(code="9.999999")
    assert entered.source == "steward"
    assert [document.name for document in entered.documents.all()] == ["Một", "Hai"]


def test_documents_change_places(steward, procedure):
    before = [document.name for document in procedure.documents.all()]
    places = {"documents-0-place": "2", "documents-1-place": "1"}
    assert change(steward, procedure, **places).status_code == 302
    after = [document.name for document in procedure.documents.all()]
    assert after == [before[1], before[0], *before[2:]]


def test_places_stay_without_gaps_when_a_document_goes(steward, procedure):
    before = [document.name for document in procedure.documents.all()]
    assert change(steward, procedure, **{"documents-0-DELETE": "on"}).status_code == 302
    assert [document.name for document in procedure.documents.all()] == before[1:]
    assert [document.position for document in procedure.documents.all()] == list(range(1, len(before)))


def test_the_legal_basis_and_the_field_are_changed(steward, procedure):
    law, field = LegalDocument.objects.last(), Field.objects.last()
    assert change(steward, procedure, legal_basis=[law.pk], field=field.pk).status_code == 302
    procedure.refresh_from_db()
    assert [*procedure.legal_basis.all()] == [law]
    assert procedure.field == field


def test_a_withdrawn_procedure_is_told_in_the_list(steward, procedure):
    Procedure.objects.filter(pk=procedure.pk).update(published=False)
    page = steward.get(reverse(LIST), {"q": procedure.code})
    assert tells(page, "Not published")


# What is refused, as an error of the form --------------------------------------------------------


def test_a_unit_without_a_time_is_refused(steward, procedure):
    rows = [("channels", {"kind": "online", "unit": "working_day"})]
    answer = change(steward, procedure, rows=rows)
    assert refused(answer, "A unit needs a time, and must be a known one.")


def test_a_reversed_period_is_refused(steward, procedure):
    answer = change(steward, procedure, valid_from="2024-05-02", valid_to="2024-05-01")
    assert refused(answer, "The last day lies before the first.")


def test_an_electronic_process_that_is_not_fully_online_is_refused(steward, procedure):
    answer = change(steward, procedure, online="partial", electronic_process="on")
    assert refused(answer, "The electronic process needs a fully online procedure.")


def test_a_procedure_without_a_level_is_refused(steward, procedure):
    none = {"level_province": "", "level_district": "", "level_commune": ""}
    answer = change(steward, procedure, **none)
    assert refused(answer, "At least one level.")


def test_a_procedure_that_replaces_itself_is_refused(steward, procedure):
    answer = change(steward, procedure, replaced_by=procedure.pk)
    assert refused(answer, "A procedure does not replace itself.")


@pytest.mark.parametrize("name", ["", "  "])
def test_an_everyday_name_that_says_nothing_is_refused(steward, procedure, name):
    assert refused(change(steward, procedure, rows=[("names", {"name": name, "language": "vi"})]))


def test_an_everyday_name_given_twice_is_refused(steward, procedure):
    row = ("names", {"name": "tên thử", "language": "vi"})
    assert refused(change(steward, procedure, rows=[row, row]))
    assert not EverydayName.objects.filter(name="tên thử").exists()


def test_a_code_that_is_taken_is_refused(steward, procedure):
    other = Procedure.objects.exclude(pk=procedure.pk).filter(code__startswith="1.").first()
    assert refused(change(steward, procedure, code=f"{other.code}.000.00.00.H56"))


def test_a_part_that_is_wrong_leaves_everything_as_it_was(steward, procedure):
    rows = [("documents", {"name": "", "originals": "1", "copies": "0"})]
    assert refused(change(steward, procedure, name="Tên khác", rows=rows))
    procedure.refresh_from_db()
    assert procedure.name != "Tên khác"
    assert Document.objects.filter(procedure=procedure, name="").count() == 0


# Fields and their owners, words ------------------------------------------------------------------


@pytest.fixture
def field():
    """One that has a single owner without an end."""
    owner = FieldOwner.objects.filter(valid_to=None, valid_from=None).first()
    return owner.field


def test_a_field_goes_from_one_agency_to_the_next_in_one_step(steward, field):
    heir = Agency.objects.exclude(fields__field=field).first()
    rows = [("owners", {"agency": heir.pk, "valid_from": "2030-01-01"})]
    assert change(steward, field, rows=rows, **{"owners-0-valid_to": "2029-12-31"}).status_code == 302
    assert [owner.agency for owner in FieldOwner.objects.filter(field=field, valid_to=None)] == [heir]


def test_the_open_end_goes_from_one_row_to_another(steward, field):
    first = field.owners.get()
    first.valid_to = datetime.date(2024, 1, 1)
    first.save()
    second = FieldOwner.objects.create(
        field=field, agency=Agency.objects.exclude(pk=first.agency.pk).first(), valid_from=datetime.date(2024, 1, 2)
    )
    assert change(
        steward, field,
        **{"owners-0-valid_from": "2024-02-01", "owners-0-valid_to": "",
           "owners-1-valid_from": "", "owners-1-valid_to": "2024-01-31"},
    ).status_code == 302  # fmt: skip
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.valid_to, second.valid_from) == (None, None)


def test_two_owners_on_one_day_are_refused(steward, field):
    agencies = Agency.objects.exclude(fields__field=field)[:2]
    rows = [("owners", {"agency": agency.pk}) for agency in agencies]
    answer = change(steward, field, rows=rows)
    assert refused(answer, "On one day a field has one owner: the periods overlap.")


def test_a_synonym_that_a_steward_rewrites_is_the_stewards(steward):
    synonym = Synonym.objects.filter(origin="shipped").first()
    assert change(steward, synonym, official="chữ mới").status_code == 302
    synonym.refresh_from_db()
    assert (synonym.official, synonym.origin) == ("chữ mới", "steward")


def test_a_synonym_of_itself_is_refused(steward):
    synonym = Synonym.objects.first()
    answer = change(steward, synonym, official=synonym.everyday)
    assert refused(answer, "Both sides are needed, and must differ.")


@pytest.mark.parametrize(
    "model", ["procedures_field", "procedures_legaldocument", "procedures_synonym", "organisation_agency"]
)
def test_every_list_and_every_form_opens(steward, model):
    assert steward.get(reverse(f"admin:{model}_changelist")).status_code == 200
    assert steward.get(reverse(f"admin:{model}_add")).status_code == 200
