"""The figures by groups: whose they are, then and now, and that none of them points at a person."""

import datetime
import re

import pytest

from organisation.models import Agency
from procedures.models import ChannelKind, FieldOwner, Procedure

from .factories import COMMUNE, DISTRICT, any_procedure, receive
from .figures import AUGUST, lines, resolved

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    """The page in English, for the parameters that are given; `from` is a word of Python's."""

    def asked(**query):
        response = client.get("/en/statistics/", {name.rstrip("_"): value for name, value in query.items()})
        assert response.status_code == 200
        return response

    return asked


# Groups ------------------------------------------------------------------------------------------


def test_groups_are_agencies_units_levels_fields_and_ways(ask):
    procedure = any_procedure()
    day = datetime.date(2024, 8, 28)
    owner = FieldOwner.objects.valid_on(day).get(field=procedure.field)
    resolved(5, at=AUGUST, channel=ChannelKind.ONLINE)
    names = {
        "agency": owner.agency.name_en,
        "unit": Agency.objects.get(code="ttpvhcc").name_en,
        "level": "Province",
        "field": procedure.field.display_name,
        "channel": "Online",
    }
    for by, name in names.items():
        told = lines(ask(by=by))
        assert [text.replace("&#x27;", "'") for text in told] in ([name], [procedure.field.name_en or name])
        assert next(iter(told.values()))[:3] == ["5", "0", "5"]


def test_what_the_receiving_units_settle_themselves_stands_by_level(ask):
    resolved(5, unit=COMMUNE, at=AUGUST, procedure=Procedure.objects.filter(level_commune=True)[0])
    resolved(6, unit=DISTRICT, at=AUGUST, procedure=Procedure.objects.filter(level_district=True)[0])
    page = ask(scope="all")
    assert page.text.count("the receiving units themselves") >= 2
    assert [row.group.level for row in page.context["shown"].rows] == ["district", "commune"]


def test_today_s_structure_gives_a_unit_s_figures_to_the_one_that_stands_there_now(ask, settings):
    former, heir = Agency.objects.get(code="ttpvhcc"), Agency.objects.get(code="ttpvhcc-bac-ninh")
    resolved(5, at=AUGUST)
    settings.PORTAL_TODAY = datetime.date(2025, 7, 2)
    period = {"from_": "2024-08", "to": "2024-08", "by": "unit"}
    assert list(lines(ask(**period))) == [former.name_en]
    assert list(lines(ask(of="now", **period))) == [heir.name_en]


def test_today_s_structure_gives_a_field_s_figures_to_its_owner_today(ask, settings):
    then_day, day = datetime.date(2024, 8, 28), datetime.date(2025, 7, 2)
    procedure = Procedure.objects.filter(field__slug="duong-bo", at_center=True, level_province=True)[0]
    owners = FieldOwner.objects.filter(field=procedure.field)
    then, today = owners.valid_on(then_day).get().agency, owners.valid_on(day).get().agency
    assert today != then
    resolved(5, at=AUGUST, procedure=procedure)
    settings.PORTAL_TODAY = day
    period = {"from_": "2024-08", "to": "2024-08", "by": "agency"}
    assert list(lines(ask(**period))) == [then.name_en]
    assert list(lines(ask(of="now", **period))) == [today.name_en]


def test_the_figures_of_units_that_are_one_group_are_added_up(ask):
    resolved(5, unit=DISTRICT, at=AUGUST)
    resolved(6, unit="d-215", at=AUGUST)
    told = lines(ask(scope="all", by="level", of="now"))
    assert {name: cells[:3] for name, cells in told.items()} == {"District": ["11", "0", "11"]}


def test_a_unit_an_agency_and_a_field_lead_to_their_pages(ask, client):
    resolved(5, at=AUGUST)
    for by in ("unit", "agency", "field"):
        page = ask(by=by)
        code = page.context["shown"].rows[0].group.code
        address = re.search(r'<th scope="row"><a href="(/en/[^"]*)"', page.text)[1]
        assert code in address
        assert client.get(address).status_code == 200


# Small groups ------------------------------------------------------------------------------------


def test_a_group_with_fewer_than_five_records_cannot_be_told_from_the_others(ask):
    resolved(9, unit=DISTRICT, at=AUGUST)
    resolved(6, unit="d-215", at=AUGUST)
    resolved(2, unit="d-216", at=AUGUST)
    told = lines(ask(scope="district", by="unit"))
    # Alone in the last line it would be what the others leave of the whole: so the next smallest stands there too.
    assert next(iter(told.values()))[:3] == ["9", "0", "9"]
    assert told["2 groups with few records, together"][:3] == ["8", "0", "8"]
    assert len(told) == 2


def test_a_group_that_received_many_but_resolved_few_is_small(ask):
    resolved(3, unit=DISTRICT, at=AUGUST)
    for _number in range(5):
        receive(unit=DISTRICT, at=AUGUST)
    resolved(9, unit="d-215", at=AUGUST)
    assert list(lines(ask(scope="district", by="unit"))) == ["2 groups with few records, together"]


def test_where_all_groups_together_are_too_few_no_outcome_is_told(ask):
    resolved(2, unit=DISTRICT, at=AUGUST)
    resolved(2, unit="d-215", at=AUGUST)
    told = lines(ask(scope="district", by="unit"))
    assert told == {"2 groups with few records, together": ["fewer than 5", *["–"] * 10]}
