"""Loading in the admin: upload, faults or a look, confirmation, what became of it, and taking it back."""

import csv
import datetime
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from organisation.models import User
from procedures import loads
from procedures.models import CatalogueLoad, CatalogueVersion, LoadFile, LoadState, Procedure, Synonym
from tests.procedures.test_admin import change, tells
from tests.procedures.test_loading import BIRTH, GOOD, everything
from tests.procedures.test_versions import apply, as_row, rows

pytestmark = pytest.mark.django_db

START = reverse("admin:procedures_catalogueload_add")
DECISION = "1234/QĐ-UBND"
TOMORROW = datetime.date(2024, 8, 29)


def address(obj, page="change"):
    return reverse(f"admin:procedures_{obj._meta.model_name}_{page}", args=[obj.pk])


def person(name, role="steward"):
    return User.objects.create_user(name, role=role, is_staff=True, last_name=name.title())


@pytest.fixture
def steward(client):
    client.force_login(person("steward"))
    return client


@pytest.fixture
def second():
    client = Client()
    client.force_login(person("second"))
    return client


def file(*entries, name="rows.json"):
    [(_name, content)] = rows(*entries)
    return SimpleUploadedFile(name, content)


def sent(*entries, **values):
    return {"contents": [file(*entries)], "scope": "none", "decision": "", "valid_from": "", **values}


def uploaded(client, *entries, **values):
    response = client.post(START, sent(*entries, **values), follow=True)
    assert response.redirect_chain, response.context["form"].errors
    return response, CatalogueLoad.objects.first()


def confirm(client, page, load, **values):
    return client.post(address(load, "apply"), {"seen": page.context["seen"], **values}, follow=True)


def told(response):
    """The messages of the page, in its language."""
    with translation.override(response.headers["content-language"]):
        return [str(message) for message in response.context["messages"]]


# The way through -------------------------------------------------------------------------------


def test_a_steward_uploads_looks_confirms_and_takes_back(steward):
    before = {label: found for label, found in everything().items() if "Load" not in label and "Version" not in label}
    page, load = uploaded(
        steward, ("procedure", {**as_row(BIRTH), "name": "Khai sinh mới"}), ("procedure", GOOD), decision=DECISION
    )
    assert [count for _value, _label, count in page.context["filters"]] == [2, 1, 1, 0]
    assert "Khai sinh mới" in page.text
    assert not Procedure.objects.filter(code="ZZ-1").exists()

    applied = confirm(steward, page, load)
    load.refresh_from_db()
    version = CatalogueVersion.objects.first()
    assert (load.state, load.version) == (LoadState.APPLIED, version)
    assert (version.decision, version.made_by.username, version.files) == (DECISION, "steward", load.files)
    assert address(version) in applied.text
    assert not LoadFile.objects.exists()
    assert Procedure.objects.get(code=BIRTH).name == "Khai sinh mới"

    assert "Khai sinh mới" in steward.get(address(version)).text
    undo = steward.get(address(version, "undo"))
    assert [count for _value, _label, count in undo.context["filters"]] == [2, 0, 1, 1]
    taken = steward.post(address(version, "undo"), {"decision": "5/QĐ"}, follow=True)
    assert CatalogueVersion.objects.first().undoes == version
    assert CatalogueVersion.objects.first().decision == "5/QĐ"
    assert address(version) not in taken.context["messages"]
    after = {label: found for label, found in everything().items() if label in before and label != "procedures.Change"}
    del before["procedures.Change"]
    assert after == before


def test_the_look_shows_each_field_before_and_after_by_kind(steward):
    page, load = uploaded(
        steward,
        ("procedure", {**as_row(BIRTH), "name": "Khai sinh mới"}),
        *(("procedure", {**GOOD, "code": f"ZZ-{number}"}) for number in range(60)),
    )
    assert len(page.context["entries"]) == 50
    assert len(steward.get(address(load), {"page": 2}).context["entries"]) == 11
    (entry,) = steward.get(address(load), {"show": "changed"}).context["entries"]
    lines = {(line.old, line.new) for line in entry.lines}
    assert (Procedure.objects.get(code=BIRTH).name, "Khai sinh mới") in lines
    assert steward.get(address(load), {"show": "gone"}).context["entries"] == []
    assert steward.get(address(load), {"show": "x", "page": "x"}).status_code == 200


def test_a_table_is_loaded_as_well_as_a_fixture(steward):
    content = "Mã thủ tục;Tên thủ tục\nZZ-1;Zoqua\n".encode()
    response = steward.post(START, sent(contents=[SimpleUploadedFile("bảng.csv", content)]), follow=True)
    assert response.redirect_chain
    assert CatalogueLoad.objects.get().files[0]["name"] == "bảng.csv"


def test_a_load_that_changes_nothing_says_so(steward):
    apply(("procedure", GOOD))
    page, load = uploaded(steward, ("procedure", GOOD))
    assert tells(page, "The catalogue holds all of it already: there is nothing to load.")
    confirm(steward, page, load)
    load.refresh_from_db()
    assert load.state == LoadState.PREPARED
    assert CatalogueVersion.objects.count() == 2


# Faults ----------------------------------------------------------------------------------------


def test_faults_are_a_table_and_a_file_and_nothing_can_be_confirmed(steward):
    before = everything()["procedures.Procedure"]
    page, load = uploaded(
        steward, ("procedure", {**GOOD, "code": "zz 1"}), ("procedure", {**GOOD, "everyday_rank": 9})
    )
    assert len(page.context["faults"]) == page.context["proposal"].fault_count == 2
    assert address(load, "apply") not in page.text
    answer = steward.get(address(load, "faults"))
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(table) == 3
    assert "zz 1" in table[1]
    refused = steward.post(address(load, "apply"), {"seen": "x"}, follow=True)
    assert told(refused)
    load.refresh_from_db()
    assert load.state == LoadState.PREPARED
    assert everything()["procedures.Procedure"] == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contents": []}, "contents"),
        ({"contents": [SimpleUploadedFile("a.json", b"")]}, "contents"),
        ({"contents": [SimpleUploadedFile("a.json", b"[]"), SimpleUploadedFile("a.json", b"[]")]}, "contents"),
        ({"scope": "agency=nobody"}, "scope"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"decision": "x" * 161}, "decision"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(steward, changes, field):
    response = steward.post(START, {**sent(("procedure", GOOD)), **changes})
    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert not CatalogueLoad.objects.exists()


def test_files_that_are_too_large_are_refused_with_a_message_or_before_they_are_read(steward, settings, monkeypatch):
    monkeypatch.setattr(loads, "LARGEST", 10)
    response = steward.post(START, sent(("procedure", GOOD)))
    assert response.context["form"].errors["contents"]
    settings.LARGEST_UPLOAD = 100
    assert steward.post(START, sent(("procedure", GOOD))).status_code == 400
    assert not CatalogueLoad.objects.exists()


# Refusals of the confirmation ------------------------------------------------------------------


def test_a_look_that_is_stale_is_looked_at_again_and_not_applied(steward):
    page, load = uploaded(steward, ("procedure", GOOD))
    Procedure.objects.filter(code=BIRTH).update(name="Zoqua")
    again = confirm(steward, page, load)
    assert tells(again, "The catalogue has changed since you looked. This is what the load would do now.")
    assert not Procedure.objects.filter(code="ZZ-1").exists()
    confirm(steward, again, load)
    assert Procedure.objects.filter(code="ZZ-1").exists()


def test_many_withdrawals_go_only_with_their_number(steward):
    page, load = uploaded(steward, ("procedure", as_row(BIRTH)), scope="field=ho-tich")
    proposal = page.context["proposal"]
    assert proposal.needs_confirmation
    assert 'id="id_withdrawals"' in page.text
    for number in ("", "1", "x", "9" * 30):
        assert told(confirm(steward, page, load, withdrawals=number))
        assert CatalogueVersion.objects.count() == 1
    confirm(steward, page, load, withdrawals=proposal.withdrawals)
    load.refresh_from_db()
    assert load.state == LoadState.APPLIED


def test_a_load_is_applied_once(steward):
    page, load = uploaded(steward, ("procedure", GOOD))
    confirm(steward, page, load)
    again = confirm(steward, page, load)
    assert told(again)
    assert CatalogueVersion.objects.count() == 2


def test_what_is_cancelled_leaves_no_files(steward):
    page, load = uploaded(steward, ("procedure", GOOD))
    steward.post(address(load, "cancel"))
    assert not LoadFile.objects.exists()
    assert told(confirm(steward, page, load))
    assert not Procedure.objects.filter(code="ZZ-1").exists()


def test_an_upload_that_nobody_decides_on_is_forgotten(steward):
    _page, load = uploaded(steward, ("procedure", GOOD))
    CatalogueLoad.objects.update(made_at=load.made_at - datetime.timedelta(days=15))
    uploaded(steward, ("procedure", GOOD))
    load.refresh_from_db()
    assert load.state == LoadState.CANCELLED
    assert LoadFile.objects.count() == 1


# Two persons, and who may ----------------------------------------------------------------------


def test_where_two_persons_are_asked_for_the_second_confirms(steward, second, settings):
    settings.PORTAL_SECOND_PERSON = True
    page, load = uploaded(steward, ("procedure", GOOD))
    assert address(load, "apply") not in page.text
    refused = confirm(steward, page, load)
    assert tells(refused, "Somebody else has to confirm what you brought.")
    assert not Procedure.objects.filter(code="ZZ-1").exists()
    confirm(second, second.get(address(load)), load)
    version = CatalogueVersion.objects.first()
    assert (version.made_by.username, version.confirmed_by.username) == ("steward", "second")


@pytest.mark.parametrize("role", ["officer", "supervisor", ""])
def test_others_neither_bring_nor_see_nor_take_back(client, role):
    load = loads.prepare(rows(("procedure", GOOD)), by=person("steward"))
    version = apply(("procedure", GOOD))
    client.force_login(person("other", role))
    assert client.get(START).status_code == 403
    assert client.post(START, sent(("procedure", GOOD))).status_code == 403
    for page in ("change", "apply", "cancel", "faults"):
        assert client.post(address(load, page)).status_code == 403
    assert client.post(address(version, "undo")).status_code == 403
    assert Procedure.objects.filter(code="ZZ-1").exists()


def test_an_administrator_may_and_a_supervisor_reads_versions(client):
    version = apply(("procedure", GOOD))
    client.force_login(person("boss", "administrator"))
    assert client.get(START).status_code == 200
    client.force_login(person("watcher", "supervisor"))
    assert client.get(reverse("admin:procedures_catalogueversion_changelist")).status_code == 200
    page = client.get(address(version))
    assert page.status_code == 200
    assert address(version, "undo") not in page.text


@pytest.mark.parametrize("page", ["change", "apply", "cancel", "faults"])
def test_without_signing_in_every_page_leads_to_the_sign_in(client, page):
    load = loads.prepare(rows(("procedure", GOOD)), by=person("steward"))
    assert client.post(address(load, page)).url.startswith(reverse("admin:login"))


@pytest.mark.parametrize("name", ["catalogueload_apply", "catalogueload_cancel"])
def test_looking_decides_nothing(steward, name):
    load = loads.prepare(rows(("procedure", GOOD)), by=person("other"))
    assert steward.get(reverse(f"admin:procedures_{name}", args=[load.pk])).status_code == 405


def test_the_lists_ask_a_fixed_number_of_queries(steward, django_assert_num_queries):
    for number in range(3):
        page, load = uploaded(steward, ("procedure", {**GOOD, "code": f"ZZ-{number}"}))
        confirm(steward, page, load)
    for model in ("catalogueload", "catalogueversion"):
        with django_assert_num_queries(4):  # session, user, count, rows
            assert steward.get(reverse(f"admin:procedures_{model}_changelist")).status_code == 200


# On its day ------------------------------------------------------------------------------------


def test_a_load_for_a_day_to_come_is_scheduled_shown_and_can_be_cancelled(steward, settings):
    page, load = uploaded(steward, ("procedure", GOOD), valid_from="2024-08-29", decision=DECISION)
    assert tells(page, "Schedule these changes")
    scheduled = confirm(steward, page, load)
    assert tells(scheduled, "The load is scheduled.")
    assert len(scheduled.context["entries"]) == 1
    assert not LoadFile.objects.exists()
    steward.post(address(load, "cancel"))
    settings.PORTAL_TODAY = TOMORROW
    assert loads.apply_due(TOMORROW) == []
    load.refresh_from_db()
    assert load.state == LoadState.CANCELLED
    assert not load.planned.exists()


def test_what_did_not_take_effect_is_told_to_stewards_until_they_have_read_it(steward, settings):
    apply(("procedure", GOOD))
    page, load = uploaded(steward, ("procedure", {**GOOD, "name": "Khác"}), valid_from="2024-08-29")
    confirm(steward, page, load)
    Procedure.objects.filter(code="ZZ-1").update(name="Bemli")
    loads.apply_due(TOMORROW)
    index = reverse("admin:index")
    assert address(load) in steward.get(index).text
    assert "ZZ-1" in steward.get(address(load)).text
    steward.post(address(load, "cancel"))
    assert address(load) not in steward.get(index).text


# Edits in the forms of the admin ---------------------------------------------------------------


def test_an_edit_in_the_form_is_one_version_with_its_decision(steward):
    procedure = Procedure.objects.get(code=BIRTH)
    rows_ = [("documents", {"name": "Tờ khai thử", "originals": "1", "copies": "0"})]
    assert change(steward, procedure, name="Zoqua", change_decision=DECISION, rows=rows_).status_code == 302
    version = CatalogueVersion.objects.first()
    assert (version.kind, version.decision, version.made_by.username) == ("edit", DECISION, "steward")
    assert sorted(change.model for change in version.changes.all()) == [
        "procedures.document", "procedures.procedure",
    ]  # fmt: skip
    steward.post(address(version, "undo"))
    procedure.refresh_from_db()
    assert procedure.name != "Zoqua"
    assert not procedure.documents.filter(name="Tờ khai thử").exists()


def test_a_form_sent_back_unchanged_makes_no_version(steward):
    assert change(steward, Procedure.objects.get(code=BIRTH), change_decision=DECISION).status_code == 302
    assert CatalogueVersion.objects.count() == 1


def test_a_synonym_that_is_deleted_comes_back(steward):
    synonym = Synonym.objects.first()
    chosen = {"action": "delete_selected", "_selected_action": [synonym.pk], "post": "yes"}
    steward.post(reverse("admin:procedures_synonym_changelist"), chosen)
    assert not Synonym.objects.filter(pk=synonym.pk).exists()
    version = CatalogueVersion.objects.first()
    assert version.kind == "edit"
    steward.post(address(version, "undo"))
    assert Synonym.objects.get(pk=synonym.pk).everyday == synonym.everyday


def test_an_undo_that_is_refused_says_why(steward):
    version = apply(("procedure", GOOD))
    Procedure.objects.filter(code="ZZ-1").update(name="Bemli")
    assert "ZZ-1" in steward.get(address(version, "undo")).context["reason"]
    refused = steward.post(address(version, "undo"))
    assert "ZZ-1" in told(refused)[0]
    assert Procedure.objects.get(code="ZZ-1").name == "Bemli"
    assert json.dumps(version.files) == "[]"


# Downloading -----------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["xlsx", "csv", "json", "fixture"])
def test_what_is_downloaded_loads_back_without_a_change(steward, format):
    address = reverse("admin:procedures_catalogueload_export")
    assert steward.get(address).status_code == 200
    answer = steward.get(address, {"format": format, "scope": "field=ho-tich"})
    name = answer["Content-Disposition"].partition("filename=")[2].strip('"')
    sheet = SimpleUploadedFile(name, b"".join(answer.streaming_content))
    page = steward.post(START, sent(contents=[sheet], scope="field=ho-tich"), follow=True)
    assert page.context["proposal"].changes_nothing


@pytest.mark.parametrize("query", [{"format": "pdf", "scope": "all"}, {"format": "csv", "scope": "agency=nobody"}])
def test_a_download_that_does_not_exist_is_a_message(steward, query):
    answer = steward.get(reverse("admin:procedures_catalogueload_export"), query)
    assert answer.status_code == 200
    assert answer.context["form"].errors
