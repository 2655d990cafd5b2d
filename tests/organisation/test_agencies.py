"""Who settles what, on which day: the units of the province before and after the reorganisations."""

import datetime

import pytest
from django.db import connection

from organisation.models import OWNER_KINDS, PROVINCIAL_KINDS, Agency, AgencyKind
from procedures.models import Field, FieldOwner, Procedure
from procedures.search import current

DEPARTMENTS = [
    "vp-ubnd", "so-noi-vu", "so-tu-phap", "so-khdt", "so-tai-chinh", "so-cong-thuong", "so-nn-ptnt",
    "so-gtvt", "so-xay-dung", "so-tnmt", "so-tttt", "so-ldtbxh", "so-vhttdl", "so-khcn", "so-gd-dt",
    "so-y-te", "so-ngoai-vu", "thanh-tra-tinh",
]  # fmt: skip
BRANCHES = ["ban-dan-toc", "bql-kcn", "ban-ton-giao", "ban-tdkt"]
CENTRAL = ["cong-an-tinh", "bhxh-tinh", "cuc-thue", "hai-quan", "kho-bac", "nhnn", "bch-quan-su", "cuc-thads"]
DAYS = [datetime.date(2024, 8, 28), datetime.date(2025, 2, 28), datetime.date(2025, 3, 1), datetime.date(2026, 11, 23)]

pytestmark = pytest.mark.django_db


def codes(day: datetime.date, *kinds: str) -> list[str]:
    return sorted(Agency.objects.valid_on(day).filter(kind__in=kinds).values_list("code", flat=True))


def count(condition: str, day: datetime.date) -> int:
    """Public procedures of `day` that meet `condition`, asked of the tables themselves."""
    query = f"""
        SELECT count(DISTINCT p.id) FROM procedures_procedure p
        JOIN procedures_fieldowner o ON o.field_id = p.field_id
        JOIN organisation_agency a ON a.id = o.agency_id
        WHERE p.published AND (p.valid_from IS NULL OR p.valid_from <= %s) AND (p.valid_to IS NULL OR p.valid_to >= %s)
        AND (o.valid_from IS NULL OR o.valid_from <= %s) AND (o.valid_to IS NULL OR o.valid_to >= %s)
        AND {condition}"""
    with connection.cursor() as cursor:
        cursor.execute(query, [day] * 4)
        return cursor.fetchone()[0]


def test_on_the_day_of_the_catalogue_there_are_22_departments_and_branches(catalogue_day):
    assert codes(catalogue_day, *PROVINCIAL_KINDS) == sorted([*DEPARTMENTS, *BRANCHES])
    assert len(codes(catalogue_day, *PROVINCIAL_KINDS)) == 22


def test_beside_them_stand_the_center_one_enterprise_and_eight_central_agencies(catalogue_day):
    assert codes(catalogue_day, AgencyKind.CENTER) == ["ttpvhcc"]
    assert codes(catalogue_day, AgencyKind.ENTERPRISE) == ["dien-luc-bac-giang"]
    assert codes(catalogue_day, AgencyKind.CENTRAL) == sorted(CENTRAL)
    assert codes(catalogue_day, AgencyKind.PROVINCE) == ["ubnd-tinh"]


def test_each_of_them_counts_the_procedures_that_sql_counts(catalogue_day):
    index = current()
    owners = codes(catalogue_day, *OWNER_KINDS)
    counted = {code: index.count("agency", code) for code in owners}
    assert counted == {code: count(f"a.code = '{code}'", catalogue_day) for code in owners}
    # One owner for each procedure: together they hold the whole catalogue.
    assert sum(counted.values()) == Procedure.objects.public(catalogue_day).count() > 1000
    assert set(owners) <= set(index.labels["agency"])


def test_the_center_counts_what_is_received_there(catalogue_day):
    assert current().count("agency", "ttpvhcc") == count("p.at_center", catalogue_day) > 0


@pytest.mark.parametrize(("kind", "level"), [("district", "p.level_district"), ("commune", "p.level_commune")])
def test_each_district_and_commune_counts_what_is_handed_in_at_its_level(kind, level, catalogue_day):
    units = codes(catalogue_day, kind)
    assert len(units) >= 10
    expected = count(level, catalogue_day)
    assert {current().count("agency", code) for code in units} == {expected}
    assert expected > 0


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_field_has_exactly_one_owner_who_exists_that_day(day):
    owners = FieldOwner.objects.valid_on(day).select_related("agency")
    assert sorted(owner.field_id for owner in owners) == sorted(Field.objects.values_list("pk", flat=True))
    assert [owner for owner in owners if not owner.agency.is_valid(day)] == []
    assert {owner.agency.kind for owner in owners} <= set(OWNER_KINDS)


@pytest.mark.parametrize(
    ("start", "end", "valid"),
    [
        (None, None, True),
        (datetime.date(2024, 8, 28), datetime.date(2024, 8, 28), True),
        (datetime.date(2024, 8, 29), None, False),
        (None, datetime.date(2024, 8, 27), False),
    ],
)
def test_the_first_and_the_last_day_belong_to_the_period(start, end, valid, catalogue_day):
    Agency.objects.filter(code="so-y-te").update(valid_from=start, valid_to=end)
    assert Agency.objects.get(code="so-y-te").is_valid(catalogue_day) is valid
    assert Agency.objects.valid_on(catalogue_day).filter(code="so-y-te").exists() is valid


def test_who_has_come_to_an_end_has_a_successor():
    ended = Agency.objects.filter(valid_to__isnull=False)
    assert ended.count() > 20
    assert list(ended.filter(successors=None)) == []


def test_a_successor_begins_no_later_than_the_day_after():
    for agency in Agency.objects.filter(valid_to__isnull=False).prefetch_related("successors"):
        next_day = agency.valid_to + datetime.timedelta(days=1)
        assert [heir for heir in agency.successors.all() if not heir.is_valid(next_day)] == [], agency.code
