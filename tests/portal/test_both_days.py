"""The portal on 28 August 2024 and today: the units of the day, an owner for everything, and no dead page."""

import datetime
import re

import pytest

from organisation import succession
from organisation.models import OWNER_KINDS, PROVINCIAL_KINDS, Agency, AgencyKind
from procedures import search
from procedures.models import FieldOwner, Procedure
from records import keyset, listing, lookup
from tests.records.factories import CENTER, COMMUNE, DISTRICT, NINE, officer, receive
from tests.records.test_admin_list import plan

pytestmark = pytest.mark.django_db

REPORT, TODAY = datetime.date(2024, 8, 28), datetime.date(2026, 11, 25)
DAYS = [REPORT, TODAY]
ONE_DAY = datetime.timedelta(days=1)


@pytest.fixture(params=DAYS, ids=str)
def day(request, on_day):
    on_day(request.param)
    return request.param


def count(day, *kinds):
    return Agency.objects.valid_on(day).filter(kind__in=kinds).count()


@pytest.mark.parametrize(
    ("day", "provincial", "districts", "communes", "centers"), [(REPORT, 22, 10, 192, 1), (TODAY, 14, 0, 58, 1)]
)
def test_the_units_of_the_day(client, on_day, day, provincial, districts, communes, centers):
    on_day(day)
    assert count(day, *PROVINCIAL_KINDS) == provincial
    counted = [count(day, kind) for kind in (AgencyKind.DISTRICT, AgencyKind.COMMUNE, AgencyKind.CENTER)]
    assert counted == [districts, communes, centers]
    page = client.get("/en/agencies/")
    assert len(page.context["provincial"]) == provincial
    assert len(page.context["districts"]) == districts
    assert page.context["commune_count"] == communes


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("duong-bo", "so-gtvt", "so-xay-dung-2025"),
        ("dat-dai", "so-tnmt", "so-nn-mt"),
        ("ho-tich", "so-tu-phap", "so-tu-phap"),
    ],
)
def test_who_owns_a_field_on_the_day(on_day, field, before, after):
    for day, owner in zip(DAYS, (before, after), strict=True):
        on_day(day)
        assert FieldOwner.objects.valid_on(day).get(field__slug=field).agency.code == owner


def test_every_public_procedure_has_an_owner_who_exists(day):
    index = search.current()
    valid = set(Agency.objects.valid_on(day).filter(kind__in=OWNER_KINDS).values_list("code", flat=True))
    assert len(index.codes) == Procedure.objects.public(day).count() > 1_800
    assert set(index.owners) <= valid


def test_the_page_of_every_unit_is_served_and_leads_on(client, day):
    """Also of those that have ended and of those to come; every link of an ended one leads to a unit of the day."""
    units = succession.units(succession.state(day))
    for agency in Agency.objects.all():
        page = client.get(f"/en/agencies/{agency.code}/")
        assert page.status_code == 200, agency.code
        if agency.is_valid(day):
            assert 'class="notice"' not in page.text
            continue
        notice = re.search(r'<p class="notice">.*?</p>', page.text, re.S)[0]
        linked = re.findall(r'href="/en/agencies/([^/"]+)/"', notice)
        if agency.has_ended(day):
            assert sorted(linked) == sorted(
                Agency.objects.filter(pk__in=units.heirs(agency.pk)).values_list("code", flat=True)
            )
            assert linked
            assert str(units.since(agency.pk).year) in notice
        assert all(Agency.objects.get(code=code).is_valid(day) for code in linked)
        assert "href=" in notice


def test_every_code_of_a_unit_filters_the_catalogue_and_the_api(client, day):
    units = Agency.objects.order_by("code")
    communes = list(units.filter(kind=AgencyKind.COMMUNE).values_list("code", flat=True))
    others = units.exclude(kind=AgencyKind.COMMUNE).values_list("code", flat=True)
    for code in [*others, *communes[::20]]:  # one commune is served as the other
        assert client.get("/api/v1/procedures", {"agency": code, "limit": 1}).status_code == 200, code
        assert client.get("/en/procedures/", {"agency": code}).status_code == 200, code
    found = {code: search.find("", {"agency": code}) for code in communes}
    assert all(answer.codes for code, answer in found.items() if not answer.dropped)
    assert sum(bool(answer.dropped) for answer in found.values()) == (58 if day == REPORT else 0)


def test_the_filter_of_an_ended_unit_finds_what_it_settled(on_day):
    on_day(TODAY)
    for code in ("so-tnmt", "so-ldtbxh", "d-213", "d-221", "x-07201", "ttpvhcc"):
        found = search.find("", {"agency": code})
        assert found.codes, code
        assert not found.dropped


def test_a_living_unit_stands_below_a_living_one(client, on_day):
    on_day(TODAY)
    assert 'href="/en/agencies/ubnd-tinh-bac-ninh/"' in client.get("/en/agencies/so-tu-phap/").text
    parents = {item["code"]: item["parent"] for item in client.get("/api/v1/agencies").json()["items"]}
    assert parents["so-tu-phap"] == "ubnd-tinh-bac-ninh"


@pytest.mark.parametrize("unit", [CENTER, DISTRICT, COMMUNE])
def test_a_citizen_finds_the_record_of_a_unit_that_has_ended_and_reads_where_it_is(client, on_day, unit):
    record = receive(unit=unit, procedure=Procedure.objects.filter(level_province=True, level_district=False)[0])
    on_day(TODAY)
    page = client.post("/en/records/", {"code": record.code, "digits": "5678"}, follow=True)
    assert page.redirect_chain[-1][0] == "/en/records/view/"
    for keeper in (*page.context["desks"], *page.context["settlers"]):
        assert keeper.is_valid(TODAY)
        assert client.get(f"/en/agencies/{keeper.code}/").status_code == 200
    assert lookup.find(record.code, "5678", "127.0.0.1") == record.pk


@pytest.mark.parametrize(
    ("before", "after"), [(CENTER, "ttpvhcc-bac-ninh"), (DISTRICT, "n-07210"), (COMMUNE, "n-07210")]
)
def test_staff_of_the_unit_that_follows_see_the_records_of_the_one_that_ended(client, on_day, before, after):
    record = receive(unit=before, at=NINE)
    for day, sees in ((REPORT, False), (TODAY, True)):
        on_day(day)
        client.force_login(officer(after))
        page = client.get("/admin/records/record/")
        assert [line.record.code for line in page.context["rows"]] == ([record.code] if sees else [])
        assert client.get(f"/admin/records/record/{record.pk}/change/").status_code == (200 if sees else 404)


def test_the_page_of_a_record_says_who_has_settled_it_since_when(client, on_day):
    on_day(REPORT)
    procedure = Procedure.objects.filter(field__slug="dat-dai", level_province=True, level_commune=False)[0]
    record = receive(procedure=procedure)
    assert record.agency.code == "so-tnmt"
    on_day(TODAY)
    client.force_login(officer("so-nn-mt"))
    page = client.get(f"/admin/records/record/{record.pk}/change/")
    ((since, agency),) = page.context["handed_over"]
    assert (since, agency.code) == (datetime.date(2025, 3, 1), "so-nn-mt")
    assert agency.name in page.text


def test_the_list_of_a_unit_that_follows_many_asks_nine_queries(client, on_day, django_assert_max_num_queries):
    receive(unit=COMMUNE)
    on_day(TODAY)
    given = FieldOwner.objects.get(agency__code="so-cong-thuong", field__slug="dien", valid_to=None)
    FieldOwner.objects.filter(pk=given.pk).update(valid_to=REPORT)
    FieldOwner.objects.create(
        field=given.field, agency=Agency.objects.get(code="so-y-te"), valid_from=REPORT + ONE_DAY
    )
    for unit in ("so-tu-phap", "n-07210", "so-nn-mt", "so-y-te"):
        client.force_login(officer(unit))
        client.get("/admin/records/record/")
        with django_assert_max_num_queries(9):
            client.get("/admin/records/record/")


def test_the_records_of_a_unit_that_follows_three_are_read_along_their_indexes(on_day):
    on_day(TODAY)
    strands = listing.listed(officer("so-nn-mt"), listing.Filters(), NINE)
    assert len(strands) == 8
    for strand, index in zip(strands, [*["unit"] * 4, *["agency"] * 4], strict=True):
        found = plan(keyset.ahead(strand, listing.BY_URGENCY, 50, None, backwards=False))
        assert re.search(rf"record_open_of_{index}\b", found), found
        assert "TEMP B-TREE" not in found
