"""Whose records somebody sees: by role and unit, the same whether asked for one or for all."""

import pytest

from organisation.models import Agency
from organisation.roles import Role
from procedures.models import Procedure
from records import scope
from records.models import Record

from .factories import CENTER, COMMUNE, DISTRICT, any_procedure, officer, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def records():
    """One that the Center received for a department, and one that a commune received for itself."""
    own_procedure = Procedure.objects.filter(level_commune=True, level_province=False).order_by("code")[0]
    return {"center": receive(), "commune": receive(unit=COMMUNE, procedure=own_procedure)}


def seen_by(user) -> set[str]:
    found = set(scope.visible_to(user).values_list("pk", flat=True))
    assert found == {record.pk for record in Record.objects.all() if scope.may_read(user, record)}
    return found


def expected(records, *names):
    return {records[name].pk for name in names}


def test_officers_see_what_their_unit_received_or_settles(records):
    department = records["center"].agency.code
    assert department not in (CENTER, COMMUNE)
    assert seen_by(officer(CENTER)) == expected(records, "center")
    assert seen_by(officer(department)) == expected(records, "center")
    assert seen_by(officer(COMMUNE)) == expected(records, "commune")
    assert seen_by(officer(DISTRICT)) == set()


def test_the_center_does_not_see_what_another_desk_received_for_the_same_department(records):
    procedure = any_procedure()
    at_the_district = receive(unit=DISTRICT, procedure=procedure)
    assert at_the_district.agency == records["center"].agency
    assert seen_by(officer(CENTER)) == expected(records, "center")
    assert seen_by(officer(records["center"].agency.code)) == {records["center"].pk, at_the_district.pk}


def test_supervisors_see_all_wherever_they_work(records):
    for unit in (CENTER, DISTRICT):
        assert seen_by(officer(unit, Role.SUPERVISOR)) == expected(records, "center", "commune")


@pytest.mark.parametrize("role", [Role.STEWARD, Role.ADMINISTRATOR, ""])
def test_others_see_none(records, role):
    assert seen_by(officer(CENTER, role)) == set()


def test_nobody_sees_any_after_they_left_or_without_a_unit(records):
    for change in ({"is_active": False}, {"unit": None}):
        user = officer(CENTER)
        for name, value in change.items():
            setattr(user, name, value)
        assert seen_by(user) == set()
    left = officer(CENTER, Role.SUPERVISOR)
    left.is_active = False
    assert seen_by(left) == set()


def test_an_officer_who_moves_to_another_unit_sees_the_records_of_that_one(records):
    user = officer(CENTER)
    user.unit = Agency.objects.get(code=COMMUNE)
    assert seen_by(user) == expected(records, "commune")
