"""The administrator's pages: what moves is shown, choices are asked for, confirmed, undone."""

import json

import pytest
from django.urls import reverse

from organisation import reorganisation as of_units
from organisation.models import Reorganisation, StaffMove
from organisation.roles import Role
from portal import reorganisation
from procedures.models import Field, Procedure
from tests.portal.reorganising import (
    ADD,
    DAY,
    EVE,
    HAND_OVER,
    HEALTH,
    MERGE,
    SCHOOLS,
    SPLIT,
    TRADE,
    entered,
    everything,
    fields_of,
    plan,
    procedure_of,
    unit,
)
from tests.records.factories import administrator, officer, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(administrator())
    return client


def sent(kind=MERGE, sources=(TRADE,), targets=(HEALTH,), **more):
    keys = {name: [unit(code).pk for code in codes] for name, codes in (("sources", sources), ("targets", targets))}
    return {"kind": kind.value, "day": DAY.isoformat(), **keys, "decision": "12/NQ", "note": "", **more}


def test_what_moves_is_shown_and_nothing_is_written(office):
    receive(procedure=procedure_of(TRADE))
    officer(TRADE)
    before = everything()
    page = office.post(ADD, sent())
    counts = page.context["preview"].counts
    public = Procedure.objects.public(EVE).filter(field__slug__in=fields_of(TRADE)).count()
    assert counts == {"fields": len(fields_of(TRADE)), "procedures": public, "records": 1, "people": 1}
    assert everything() == before


def test_confirmed_it_is_entered_and_its_page_tells_what_moved(office):
    officer(TRADE)
    page = office.post(ADD, sent(looked="1", confirmed="1"), follow=True)
    entry = Reorganisation.objects.get(number=7)
    assert page.redirect_chain[-1][0] == reverse("admin:organisation_reorganisation_change", args=[entry.pk])
    assert page.context["entry"].moved["counts"]["fields"] == len(page.context["fields"])
    assert b"undo/" in page.content


def test_a_split_asks_for_each_field_person_and_desk(office):
    person = officer(TRADE)
    data = sent(SPLIT, targets=(HEALTH, SCHOOLS))
    form = office.post(ADD, data).context["shares"]
    asked = {name: field.initial for name, field in form.fields.items()}
    fields = Field.objects.filter(slug__in=fields_of(TRADE))
    assert {f"fields-{field.pk}" for field in fields} | {f"people-{person.pk}"} <= set(asked)
    chosen = {name: unit(SCHOOLS).pk for name in asked}
    office.post(ADD, {**data, **chosen, "looked": "1", "confirmed": "1"})
    assert set(fields_of(TRADE)) <= set(fields_of(SCHOOLS, DAY))
    assert StaffMove.objects.get().end == unit(SCHOOLS)


def test_a_choice_that_is_missing_is_asked_for_again(office):
    data = sent(SPLIT, targets=(HEALTH, SCHOOLS), looked="1", confirmed="1")
    page = office.post(ADD, data)
    assert page.status_code == 200
    assert page.context["shares"].errors
    assert Reorganisation.objects.count() == 6


@pytest.mark.parametrize(
    "change",
    [
        {"day": "x"},
        {"kind": "explode"},
        {"sources": []},
        {"targets": [999_999]},
        {"procedures": "9.999999"},
        {"day": ""},
    ],
    ids=json.dumps,
)
def test_a_wrong_value_is_told_at_the_form(office, change):
    page = office.post(ADD, {**sent(), **change})
    assert page.context["form"].errors
    assert Reorganisation.objects.count() == 6


def test_what_cannot_be_is_told_at_the_form(office):
    page = office.post(ADD, sent(sources=("so-gtvt",)))
    assert page.context["form"].non_field_errors()


def test_it_is_undone_from_its_page_until_its_day(office, settings):
    before = everything()
    for day, undone in ((DAY, False), (EVE, True)):
        settings.PORTAL_TODAY = EVE
        office.post(ADD, sent(looked="1", confirmed="1"))
        entry = Reorganisation.objects.order_by("-number")[0]
        settings.PORTAL_TODAY = day
        undo = reverse("admin:organisation_reorganisation_undo", args=[entry.pk])
        page = office.post(undo, follow=True)
        assert (everything() == before) == undone
        assert bool(page.context["why_not"])
        if not undone:
            settings.PORTAL_TODAY = EVE
            reorganisation.undo(entry, administrator())


def test_the_list_costs_the_same_however_many_there_are(office, django_assert_max_num_queries):
    entered(HAND_OVER, [TRADE], [HEALTH], fields={procedure_of(TRADE).field_id: unit(HEALTH).pk})
    with django_assert_max_num_queries(7):
        page = office.get(reverse("admin:organisation_reorganisation_changelist"))
    assert page.context["cl"].result_count == 7


@pytest.mark.parametrize(
    ("role", "looks", "enters"),
    [
        (Role.ADMINISTRATOR, 200, 200),
        (Role.STEWARD, 200, 403),
        (Role.OFFICER, 403, 403),
        (Role.SUPERVISOR, 403, 403),
    ],
)
def test_only_an_administrator_enters_and_undoes(client, role, looks, enters):
    entry = entered(MERGE, [TRADE], [HEALTH])
    client.force_login(officer(role=role))
    assert client.get(reverse("admin:organisation_reorganisation_changelist")).status_code == looks
    assert client.get(reverse("admin:organisation_reorganisation_change", args=[entry.pk])).status_code == looks
    assert client.get(ADD).status_code == enters
    undone = client.post(reverse("admin:organisation_reorganisation_undo", args=[entry.pk]))
    assert undone.status_code == (302 if enters == 200 else 403)
    assert bool(Reorganisation.objects.get(pk=entry.pk).undone_at) == (enters == 200)
    assert client.post(reverse("admin:organisation_reorganisation_delete", args=[entry.pk])).status_code == 403


def test_the_faults_of_units_are_told_one_by_one():
    found = [*of_units.faults(plan(MERGE, ["so-gtvt", "so-nn-mt"], ["so-nn-mt"]))]
    assert len(found) == 4  # it follows itself, has an end; does not exist on the eve, nor on the day
