"""A citizen says what is wrong on a procedure's page: a text, and nothing about who wrote it."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organisation import stamp
from procedures import corrections
from procedures.models import Correction, DaySalt, Procedure

pytestmark = pytest.mark.django_db

BIRTH = "1.001193"
PAGE = f"/en/procedures/{BIRTH}/correction/"
TEXT = "The fee is 8.000 đồng since July, see decision 12/2024/QĐ-UBND."
LIST = "admin:procedures_correction_changelist"


def send(client, text=TEXT, **more):
    return client.post(PAGE, {"text": text, "website": "", **more})


# Sending ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_page_of_a_procedure_leads_to_the_form_and_the_form_to_a_thank_you(client, language, catalogue_day):
    address = f"{language}/procedures/{BIRTH}/correction/"
    assert f'href="{address}"' in client.get(f"{language}/procedures/{BIRTH}/").text
    assert client.get(address)["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    before = stamp.current()
    sent = client.post(address, {"text": f"  {TEXT} ", "website": ""})
    assert (sent.status_code, sent["Location"]) == (302, f"{address}?sent")
    thanks = client.get(sent["Location"])
    assert 'role="status"' in thanks.text
    assert "<form" not in thanks.text.split("<main")[1]
    kept = Correction.objects.get()
    assert (kept.procedure.code, kept.text, kept.day, kept.state) == (BIRTH, TEXT, catalogue_day, "open")
    assert stamp.current() == before


def test_there_is_no_place_for_who_wrote_it():
    names = {field.name for field in Correction._meta.get_fields()}
    assert names == {"id", "procedure", "text", "day", "state", "answer", "answered_by"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wrong",
        "x" * 1_001,
        "Please write to somebody@example.vn about the fee",
        "Please call 0912 345 678 about the fee",
        "Please call +84 912.345.678 about the fee",
        "My card 024001012345 was refused",
        "My old card 123456789 was refused",
    ],
)
def test_what_says_nothing_or_names_a_person_is_refused_and_said(client, text):
    response = send(client, text)
    assert response.status_code == 200
    assert response.context["form"].errors["text"]
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    "text", ["The fee is 200.000.000 đồng now", "See 1.001193 and Decree 123/2015/NĐ-CP of 2015-11-15"]
)
def test_fees_codes_and_numbers_of_decrees_are_no_persons(client, text):
    assert send(client, text).status_code == 302


def test_a_program_that_fills_in_every_box_is_thanked_and_not_kept(client):
    assert send(client, website="http://spam.example").status_code == 302
    assert not Correction.objects.exists()


def test_an_address_sends_five_a_day_and_another_one_still_may(client):
    assert [send(client).status_code for _time in range(6)] == [302] * 5 + [429]
    assert client.post(PAGE, {"text": TEXT}, REMOTE_ADDR="198.51.100.7").status_code == 302
    assert Correction.objects.count() == 6
    DaySalt.objects.update(day=timezone.localdate() - datetime.timedelta(days=1))
    assert send(client).status_code == 302


def test_what_was_refused_stands_in_the_box_still(client, monkeypatch):
    monkeypatch.setattr(corrections, "MOST_A_DAY", 0)
    response = send(client)
    assert response.status_code == 429
    assert 'role="alert"' in response.text
    assert TEXT in response.text
    assert not Correction.objects.exists()


def test_a_form_without_its_token_is_refused():
    assert Client(enforce_csrf_checks=True).post(PAGE, {"text": TEXT}).status_code == 403


def test_a_procedure_that_is_not_public_has_no_form(client):
    Procedure.objects.filter(code=BIRTH).update(published=False)
    assert client.get(PAGE).status_code == 404
    assert send(client).status_code == 404
    assert client.get("/en/procedures/9.999999/correction/").status_code == 404


# Answering -------------------------------------------------------------------------------------


@pytest.fixture
def correction(catalogue_day):
    return Correction.objects.create(procedure=Procedure.objects.get(code=BIRTH), text=TEXT, day=catalogue_day)


def change(correction):
    return reverse("admin:procedures_correction_change", args=[correction.pk])


def test_the_list_leads_to_the_edit_page_of_the_procedure(sign_in, correction):
    page = sign_in("steward").get(reverse(LIST), {"state__exact": "open"})
    assert reverse("admin:procedures_procedure_change", args=[correction.procedure_id]) in page.text
    assert page.context["cl"].result_count == 1


def test_an_answer_has_its_author_and_an_open_one_has_none(sign_in, correction):
    client = sign_in("steward")
    answer = {"state": "done", "answer": "Fee corrected.", "text": "another text"}
    assert client.post(change(correction), answer).status_code == 302
    correction.refresh_from_db()
    assert (correction.state, correction.answer, correction.text) == ("done", "Fee corrected.", TEXT)
    assert correction.answered_by.username == "person"
    client.post(change(correction), answer | {"state": "open"})
    correction.refresh_from_db()
    assert correction.answered_by is None


def test_the_list_asks_a_fixed_number_of_queries(sign_in, correction, django_assert_num_queries):
    client = sign_in("steward")
    client.get(reverse(LIST))
    for procedure in Procedure.objects.all()[:10]:
        Correction.objects.create(procedure=procedure, text=TEXT, day=correction.day)
    with django_assert_num_queries(4):
        client.get(reverse(LIST))


@pytest.mark.parametrize("role", ["officer", "supervisor", ""])
def test_others_do_not_read_them(sign_in, correction, role):
    client = sign_in(role)
    assert client.get(reverse(LIST)).status_code == 403
    assert client.post(change(correction), {"state": "done", "answer": ""}).status_code == 403


def test_nobody_adds_one_in_the_admin(sign_in):
    assert sign_in("administrator").get(reverse("admin:procedures_correction_add")).status_code == 403
