"""The comparison of one-stop shops: from the cells of the months, by level, with those apart that are too few."""

import datetime

import pytest
from django.urls import reverse

from organisation.models import Agency, AgencyKind
from organisation.roles import Role
from records.models import UnitFigure
from records.statistics import shops
from records.statistics.cells import Measure
from records.statuses import Status
from tests.records.factories import CENTER, COMMUNE, DISTRICT, in_status, moment, officer, supervisor
from tests.records.test_admin_list import tells, text

pytestmark = pytest.mark.django_db

SHOPS = reverse("admin:records_record_shops")
JULY, JUNE = datetime.date(2024, 7, 1), datetime.date(2024, 6, 1)
JULY_2025 = datetime.date(2025, 7, 1)


def cells(code, month=JULY, **counts):
    unit = Agency.objects.get(code=code).pk
    for name, count in counts.items():
        UnitFigure.objects.create(month=month, unit=unit, measure=Measure[name.upper()], count=count)


def level(kind, first=JULY, last=JULY):
    return next(level for level in shops.levels(first, last) if level.kind == kind)


def placed(kind, first=JULY, last=JULY):
    """code → (resolved, in time), in the order of the comparison."""
    found = level(kind, first, last)
    return {
        found.offices[place.tally.office].code: (place.tally.resolved, place.tally.in_time)
        for place in found.comparison.places
    }


def apart(kind, first=JULY, last=JULY):
    found = level(kind, first, last)
    return {found.offices[tally.office].code: tally.resolved for tally in found.comparison.apart}


@pytest.fixture
def three():
    cells("d-213", received=50, ahead=30, on_time=9, late=1)
    cells("d-215", received=900, ahead=700, on_time=90, late=10)
    cells("d-216", received=9, ahead=5)
    cells(CENTER, received=2000, ahead=1990, late=4)


def test_shops_of_a_level_stand_by_what_is_certain_of_them(three):
    assert placed(AgencyKind.DISTRICT) == {"d-215": (800, 790), "d-213": (40, 39)}
    assert placed(AgencyKind.CENTER) == {CENTER: (1994, 1990)}
    assert apart(AgencyKind.DISTRICT)["d-216"] == 5


def test_months_are_added_up(three):
    cells("d-213", month=JUNE, ahead=60, late=2)
    assert placed(AgencyKind.DISTRICT, JUNE, JULY)["d-213"] == (102, 99)
    assert placed(AgencyKind.DISTRICT, JUNE, JUNE) == {"d-213": (62, 60)}


def test_what_waits_for_the_cells_is_among_the_figures():
    in_status(Status.RETURNED, at=moment("2024-07-01 09:00"))
    assert apart(AgencyKind.CENTER) == {CENTER: 1}


def test_a_shop_that_has_ended_stands_there_as_long_as_it_existed_or_had_work_left(three):
    commune, later = "n-07210", datetime.date(2025, 8, 1)
    cells("d-213", month=JULY_2025, ahead=40)
    cells(commune, month=JULY_2025, received=1)
    assert COMMUNE in apart(AgencyKind.COMMUNE)
    assert commune not in apart(AgencyKind.COMMUNE)
    assert apart(AgencyKind.DISTRICT, JULY_2025, JULY_2025) == {}
    assert placed(AgencyKind.DISTRICT, JULY_2025, JULY_2025) == {"d-213": (40, 40)}
    assert level(AgencyKind.DISTRICT, later, later).offices == {}
    assert COMMUNE not in apart(AgencyKind.COMMUNE, JULY_2025, later)
    assert commune in apart(AgencyKind.COMMUNE, JULY_2025, later)
    assert DISTRICT in level_codes(datetime.date(2025, 6, 1), later)


def level_codes(first, last):
    return {office.code for office in level(AgencyKind.DISTRICT, first, last).offices.values()}


def test_the_page_draws_each_interval_beside_its_numbers(client, three):
    client.force_login(supervisor())
    page = client.get(SHOPS, {"start": "2024-07", "end": "2024-07"})
    shop = next(one for one in page.context["sections"][1].shops if one.tally.resolved == 40)
    assert shop.share == "97,50\N{NO-BREAK SPACE}%"
    assert shop.interval.replace("\N{NO-BREAK SPACE}", " ").count("87,1 %") == 1
    assert shop.interval in page.content.decode()
    assert page.context["sections"][1].axis == "80\N{NO-BREAK SPACE}%"
    assert 0 < shop.drawing.low < shop.drawing.share < shop.drawing.high < 400
    assert page.content.decode().count("<svg viewBox") == 3
    assert b"board-invented" in page.content


def test_too_few_and_no_data_are_told_apart(client, three):
    client.force_login(supervisor())
    page = client.get(SHOPS, {"start": "2024-07", "end": "2024-07"})
    section = page.context["sections"][1]
    assert [one.tally.resolved for one in section.apart] == [5]
    assert len(section.silent) == len(level_codes(JULY, JULY)) - 3
    assert tells(page, "%(in_time)s of %(resolved)s on time", in_time=5, resolved=5)
    assert section.silent[0].name in text(page)


def test_an_ended_shop_is_told_with_its_last_day_once_that_has_passed(client, three, settings):
    client.force_login(supervisor())
    assert "30/06/2025" not in text(client.get(SHOPS))
    settings.PORTAL_TODAY = datetime.date(2025, 7, 2)
    assert "30/06/2025" in text(client.get(SHOPS, {"start": "2024-07", "end": "2024-07"}))


def test_the_page_opens_on_the_last_three_complete_months(client, three):
    for month in (4, 5, 6, 8):
        cells("d-213", month=datetime.date(2024, month, 1), ahead=1)
    client.force_login(supervisor())
    page = client.get(SHOPS)
    assert (page.context["first"], page.context["last"]) == (datetime.date(2024, 5, 1), JULY)


@pytest.mark.parametrize(
    ("query", "field"),
    [({"start": "2019-01"}, "start"), ({"end": "soon"}, "end"), ({"start": "2024-07", "end": "2024-06"}, "end")],
    ids=str,
)
def test_a_wrong_month_is_told_at_its_field(client, three, query, field):
    cells("d-213", month=JUNE, ahead=1)
    client.force_login(supervisor())
    page = client.get(SHOPS, query)
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {field}
    assert (page.context["first"], page.context["last"]) == (JUNE, JULY)


def test_without_figures_the_page_says_so(client):
    client.force_login(supervisor())
    assert tells(client.get(SHOPS), "There are no figures yet.")


@pytest.mark.parametrize(
    ("role", "status"), [(Role.SUPERVISOR, 200), (Role.OFFICER, 403), (Role.STEWARD, 403), (Role.ADMINISTRATOR, 403)]
)
def test_the_comparison_is_for_those_who_see_all_units(client, role, status):
    client.force_login(officer(role=role))
    assert client.get(SHOPS).status_code == status
    assert (SHOPS in client.get(reverse("admin:index")).content.decode()) == (status == 200)


def test_the_comparison_asks_few_queries_however_many_shops_there_are(client, three, django_assert_max_num_queries):
    client.force_login(supervisor())
    client.get(SHOPS)
    with django_assert_max_num_queries(6):
        client.get(SHOPS)
