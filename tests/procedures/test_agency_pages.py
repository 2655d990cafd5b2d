"""Agencies and fields of work: true numbers, and who does the work of a unit that ended."""

import datetime
import re

import pytest

from organisation.models import Agency, AgencyKind
from procedures.search import find

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 23)


@pytest.fixture
def after_the_reform(on_day):
    on_day(TODAY)
    return TODAY


def units(page):
    """The units a page links to with a number, and the number."""
    found = re.findall(r'href="/en/agencies/([^/"]+)/"[^>]*>[^<]*</a> <span class="count">([\d.,]+)<', page)
    return {code: int(re.sub(r"\D", "", count)) for code, count in found}


def total(page):
    """The number that the heading of a list of procedures says."""
    title = re.search(r'id="results-title"[^>]*>([\d,.]+) ', page)[1]
    return int(re.sub(r"\D", "", title))


def fields(page, address="field="):
    found = re.findall(
        rf'href="/en/procedures/\?{address}([^"&]+)"[^>]*>[^<]*</a> <span class="count">([\d.,]+)<', page
    )
    return {slug: int(re.sub(r"\D", "", count)) for slug, count in found}


def test_exactly_22_departments_and_branches_on_the_day_of_the_demonstration(client):
    response = client.get("/en/agencies/")
    assert len(response.context["provincial"]) == 22
    assert "(22)" in response.text


@pytest.mark.parametrize("day", [datetime.date(2024, 8, 28), TODAY])
def test_every_unit_of_the_day_is_listed_once(client, on_day, day):
    on_day(day)
    page = client.get("/en/agencies/").text
    expected = Agency.objects.valid_on(day).exclude(kind=AgencyKind.PROVINCE).values_list("code", flat=True)
    listed = re.findall(r'<li><a href="/en/agencies/([^/"]+)/"', page)
    assert sorted(listed) == sorted(expected)


@pytest.mark.parametrize("day", [datetime.date(2024, 8, 28), TODAY])
def test_every_number_shown_is_what_the_filter_finds(client, on_day, day):
    on_day(day)
    shown = units(client.get("/en/agencies/").text)
    assert len(shown) > 50
    found = {code: find("", {"agency": code}) for code in shown}
    assert all(not answer.dropped for answer in found.values())
    assert shown == {code: len(answer.codes) for code, answer in found.items()}
    # And the page of the list says the same, one of each kind.
    for kind in AgencyKind.values:
        unit = Agency.objects.valid_on(day).filter(kind=kind, code__in=shown).first()
        if unit:
            listed = client.get("/en/procedures/", {"agency": unit.code})
            assert total(listed.text) == shown[unit.code]


def test_every_number_of_a_field_is_what_the_filter_finds(client):
    shown = fields(client.get("/en/fields/").text)
    assert len(shown) > 100
    assert shown == {slug: len(find("", {"field": slug}).codes) for slug in shown}
    assert sum(shown.values()) == len(find().codes)


def test_the_numbers_of_an_agency_are_those_of_its_fields(client):
    page = client.get("/en/agencies/so-tu-phap/").text
    shown = fields(page, "agency=so-tu-phap&amp;field=")
    assert shown
    for slug, count in shown.items():
        assert len(find("", {"agency": "so-tu-phap", "field": slug}).codes) == count
    assert sum(shown.values()) == len(find("", {"agency": "so-tu-phap"}).codes)


def test_a_department_a_district_and_a_commune_have_pages_with_a_way_to_their_procedures(client):
    commune = Agency.objects.valid_on(datetime.date(2024, 8, 28)).filter(kind=AgencyKind.COMMUNE).first()
    for code in ("ttpvhcc", "so-tu-phap", "d-213", commune.code):
        response = client.get(f"/en/agencies/{code}/")
        assert response.status_code == 200
        assert f'href="/en/procedures/?agency={code}"' in response.text


def test_a_former_agency_says_when_it_ended_and_who_does_its_work(client, after_the_reform):
    page = client.get("/en/agencies/so-tnmt/").text
    notice = re.search(r'<p class="notice">.*?</p>', page, re.S)[0]
    assert "existed until" in notice
    assert "2025" in notice
    assert 'href="/en/agencies/so-nn-mt/"' in notice
    assert 'href="/en/procedures/?agency=so-tnmt"' in page


def test_the_button_of_a_former_agency_leads_to_what_it_settled(client, after_the_reform):
    page = client.get("/en/procedures/", {"agency": "so-tnmt"}).text
    listed = re.findall(r'<h3 class="result-title"><a href="/en/procedures/([^/]+)/"', page)
    assert listed == find("", {"agency": "so-tnmt"}).codes[: len(listed)]
    assert listed
    assert total(page) == len(find("", {"agency": "so-tnmt"}).codes)
    assert set(listed) <= set(find("", {"agency": "so-nn-mt"}).codes)


def test_a_former_district_names_its_communes(client, after_the_reform):
    page = client.get("/en/agencies/d-215/").text
    for code in Agency.objects.get(code="d-215").successors.values_list("code", flat=True):
        assert f'href="/en/agencies/{code}/"' in page


def test_a_chain_of_successors_ends_with_those_of_today(client, after_the_reform):
    page = client.get("/en/agencies/d-221/").text  # went into d-213, which ended itself
    for code in Agency.objects.get(code="d-213").successors.values_list("code", flat=True):
        assert f'href="/en/agencies/{code}/"' in page


def test_an_agency_names_those_whose_work_it_took_over(client, after_the_reform):
    page = client.get("/en/agencies/so-nn-mt/").text
    assert 'href="/en/agencies/so-tnmt/"' in page
    assert 'href="/en/agencies/so-nn-ptnt/"' in page


def test_an_agency_before_its_end_is_not_called_former(client):
    assert 'class="notice"' not in client.get("/en/agencies/so-tnmt/").text


def test_an_agency_to_come_says_when_and_who_does_its_work_until_then(client):
    page = client.get("/en/agencies/so-nn-mt/").text
    notice = re.search(r'<p class="notice">.*?</p>', page, re.S)[0]
    assert "begins its work on" in notice
    assert "2025" in notice
    assert 'href="/en/agencies/so-tnmt/"' in notice
    assert 'href="/en/agencies/so-nn-ptnt/"' in notice


@pytest.mark.parametrize("code", ["nobody", "SO-TU-PHAP", "%00", "💍", "a" * 2000])
def test_an_agency_that_nobody_knows_is_404(client, code):
    assert client.get(f"/en/agencies/{code}/").status_code == 404


@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("/en/agencies/", 6),
        ("/en/agencies/so-tu-phap/", 4),
        ("/en/agencies/d-213/", 4),
        ("/en/fields/", 2),
    ],
)
def test_pages_of_agencies_and_fields_need_a_fixed_number_of_queries(client, django_assert_num_queries, page, queries):
    client.get("/en/procedures/")  # builds the index
    with django_assert_num_queries(queries):
        client.get(page)
