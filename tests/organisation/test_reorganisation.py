"""Who follows whom: the shipped reorganisations, units and people on any day, and what the database refuses."""

import datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from organisation import stamp, succession
from organisation.models import Agency, Reorganisation, ReorganisationKind, StaffMove, User

pytestmark = pytest.mark.django_db

ONE_DAY = datetime.timedelta(days=1)
BEFORE, TODAY = datetime.date(2024, 8, 28), datetime.date(2026, 11, 25)


def unit(code):
    return Agency.objects.get(code=code)


def on(day):
    return succession.units(succession.state(day))


def codes(keys):
    return sorted(Agency.objects.filter(pk__in=keys).values_list("code", flat=True))


def person(code, name="somebody"):
    return User.objects.create_user(name, unit=unit(code))


def moved(user, start, end, day, number=50):
    entry = Reorganisation.objects.create(number=number, kind=ReorganisationKind.HAND_OVER, day=day)
    return StaffMove.objects.create(reorganisation=entry, user=user, start=unit(start), end=unit(end))


# The shipped ones --------------------------------------------------------------------------------


def test_every_shipped_unit_that_ended_did_so_in_a_reorganisation_of_the_next_day():
    told = {
        (source.code, entry.day): set(entry.targets.values_list("code", flat=True))
        for entry in Reorganisation.objects.all()
        for source in entry.sources.all()
    }
    ended = Agency.objects.filter(valid_to__isnull=False).prefetch_related("successors")
    assert sorted(told) == sorted((agency.code, agency.valid_to + ONE_DAY) for agency in ended)
    for agency in ended:
        assert {heir.code for heir in agency.successors.all()} <= told[agency.code, agency.valid_to + ONE_DAY]


@pytest.mark.parametrize(
    ("number", "day", "sources", "targets", "decision"),
    [
        (2, datetime.date(2025, 3, 1), 15, 11, ""),
        (5, datetime.date(2025, 7, 1), 10, 58, ""),
        (6, datetime.date(2025, 7, 1), 192, 58, "1658/NQ-UBTVQH15"),
    ],
    ids=["departments", "districts", "communes"],
)
def test_the_three_great_ones_are_shipped(number, day, sources, targets, decision):
    entry = Reorganisation.objects.get(number=number)
    assert (entry.day, entry.sources.count(), entry.targets.count()) == (day, sources, targets)
    assert (entry.decision, entry.applied_at, entry.moved) == (decision, None, {})


def test_loading_the_catalogue_again_leaves_what_was_entered_alone():
    Reorganisation.objects.filter(number=2).update(decision="corrected")
    call_command("load_catalog", verbosity=0)
    assert Reorganisation.objects.get(number=2).decision == "corrected"


# Units -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [BEFORE, datetime.date(2025, 3, 1), datetime.date(2025, 7, 1), TODAY], ids=str)
def test_every_unit_that_has_ended_leads_to_units_that_exist(day):
    units = on(day)
    for agency in Agency.objects.all():
        heirs = units.heirs(agency.pk)
        if agency.has_ended(day):
            assert heirs, agency.code
            assert agency.valid_to < units.since(agency.pk) <= day
            assert units.desk_heirs(agency.pk)
        else:
            assert heirs == ([agency.pk] if agency.is_valid(day) else [])
        assert all(Agency.objects.get(pk=heir).is_valid(day) for heir in heirs[:1])


def test_a_chain_is_followed_to_its_end():
    units = on(TODAY)
    assert codes(units.heirs(unit("d-221").pk)) == codes(units.heirs(unit("d-213").pk))
    assert units.since(unit("d-221").pk) == datetime.date(2025, 7, 1)
    assert codes(on(datetime.date(2025, 1, 1)).heirs(unit("d-221").pk)) == ["d-213"]


def test_a_circle_has_no_heir_and_no_end_of_the_search():
    Agency.objects.filter(code__in=["so-y-te", "so-gd-dt"]).update(valid_to=BEFORE - ONE_DAY)
    unit("so-y-te").successors.add(unit("so-gd-dt"))
    unit("so-gd-dt").successors.add(unit("so-y-te"))
    assert on(BEFORE).heirs(unit("so-y-te").pk) == []
    assert on(BEFORE).unit_of(person("so-y-te")) in (unit("so-y-te").pk, unit("so-gd-dt").pk)


def test_what_is_kept_follows_every_change():
    before = on(TODAY)
    assert on(TODAY) is before
    unit("so-y-te").successors.add(unit("so-gd-dt"))
    assert on(TODAY) is not before


# People ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "today"),
    [
        ("ttpvhcc", "ttpvhcc-bac-ninh"),
        ("so-tnmt", "so-nn-mt"),
        ("x-07201", "n-07210"),
        ("so-tu-phap", "so-tu-phap"),
        ("so-ldtbxh", "so-ldtbxh"),  # five follow: an administrator says who goes where
    ],
)
def test_people_go_on_at_the_only_unit_that_follows(code, today):
    somebody = person(code)
    assert on(BEFORE).unit_of(somebody) == unit(code).pk
    assert on(TODAY).unit_of(somebody) == unit(today).pk
    assert set(User.objects.filter(on(TODAY).staff([unit(today).pk]))) == {somebody}


def test_people_go_where_they_were_sent_from_the_day_on():
    somebody = person("so-ldtbxh")
    moved(somebody, "so-ldtbxh", "so-y-te", datetime.date(2025, 3, 1))
    moved(somebody, "so-y-te", "so-gd-dt", datetime.date(2026, 1, 1), number=51)
    moved(somebody, "so-gd-dt", "so-y-te", datetime.date(2026, 6, 1), number=52)
    days = [datetime.date(2025, 2, 28), datetime.date(2025, 3, 1), datetime.date(2026, 1, 1), TODAY]
    assert [codes([on(day).unit_of(somebody)]) for day in days] == [
        ["so-ldtbxh"], ["so-y-te"], ["so-gd-dt"], ["so-y-te"]
    ]  # fmt: skip
    for day in days:
        here = on(day).unit_of(somebody)
        assert set(User.objects.filter(on(day).staff([here]))) == {somebody}
        assert not User.objects.filter(on(day).staff([unit("so-tu-phap").pk]))


def test_a_move_of_staff_moves_the_stamp():
    somebody = person("so-y-te")
    before = stamp.current()
    moved(somebody, "so-y-te", "so-gd-dt", TODAY)
    assert stamp.current() != before


# What the database refuses -----------------------------------------------------------------------


def test_the_database_refuses_what_makes_no_sense():
    user, day = person("so-y-te"), TODAY
    moved(user, "so-y-te", "so-gd-dt", day)
    entry = Reorganisation.objects.get(number=50)
    ways = [
        lambda: Reorganisation.objects.create(number=50, kind=ReorganisationKind.END, day=day),
        lambda: Reorganisation.objects.create(number=51, kind="explode", day=day),
        lambda: Reorganisation.objects.filter(pk=entry.pk).update(undone_at="2026-11-25T00:00Z"),
        lambda: StaffMove.objects.create(reorganisation=entry, user=user, start=unit("so-y-te"), end=unit("so-y-te")),
    ]
    for way in ways:
        with pytest.raises(IntegrityError), transaction.atomic():
            way()
