"""Who keeps the people of the staff, and what nobody can give."""

import datetime

import pytest
from django.urls import reverse

from organisation import succession
from organisation.models import Agency, Reorganisation, StaffMove, User
from organisation.roles import Role

pytestmark = pytest.mark.django_db

LIST = "admin:organisation_user_changelist"
ADD = "admin:organisation_user_add"
CHANGE = "admin:organisation_user_change"
PASSWORD = "mot-cau-dai-de-nho"


@pytest.fixture
def sign_in(client):
    def signed_in(role):
        client.force_login(User.objects.create_user(f"the-{role}", role=role, is_staff=True, last_name="Nguyễn Đức"))
        return client

    return signed_in


@pytest.fixture
def colleague():
    return User.objects.create_user("colleague", password=PASSWORD, last_name="Đặng Thị", first_name="Hoà")


def changed(**values):
    return {"username": "colleague", "last_name": "Đặng Thị", "first_name": "Hoà", "is_active": "on", **values}


def test_an_administrator_adds_a_person_with_unit_and_role(sign_in):
    unit = Agency.objects.get(code="ttpvhcc")
    data = {
        "username": "new", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD,
        "unit": unit.pk, "role": Role.STEWARD, "is_staff": "on",
    }  # fmt: skip
    assert sign_in(Role.ADMINISTRATOR).post(reverse(ADD), data).status_code == 302
    new = User.objects.get(username="new")
    assert (new.unit, new.role, new.is_staff, new.is_superuser) == (unit, Role.STEWARD, True, False)
    assert new.check_password(PASSWORD)


def test_an_administrator_changes_a_role_but_makes_nobody_a_superuser(sign_in, colleague):
    client = sign_in(Role.ADMINISTRATOR)
    page = client.get(reverse(CHANGE, args=[colleague.pk]))
    assert not {"is_superuser", "groups", "user_permissions"} & set(page.context["adminform"].form.fields)
    data = changed(role=Role.OFFICER, is_staff="on", is_superuser="on", user_permissions=["1"])
    assert client.post(reverse(CHANGE, args=[colleague.pk]), data).status_code == 302
    colleague.refresh_from_db()
    assert (colleague.role, colleague.is_staff, colleague.is_superuser) == (Role.OFFICER, True, False)
    assert not colleague.user_permissions.exists()


def test_an_unknown_role_is_an_error_of_the_form(sign_in, colleague):
    refused = sign_in(Role.ADMINISTRATOR).post(reverse(CHANGE, args=[colleague.pk]), changed(role="king"))
    assert refused.status_code == 200
    assert "role" in refused.context["adminform"].form.errors


def test_an_administrator_sets_a_new_password(sign_in, colleague):
    data = {"password1": "mot-cau-khac-de-nho", "password2": "mot-cau-khac-de-nho", "usable_password": "true"}
    address = reverse("admin:auth_user_password_change", args=[colleague.pk])
    assert sign_in(Role.ADMINISTRATOR).post(address, {**data, "set-password": "1"}).status_code == 302
    colleague.refresh_from_db()
    assert colleague.check_password("mot-cau-khac-de-nho")


def test_nobody_deletes_a_person(sign_in, colleague):
    client = sign_in(Role.ADMINISTRATOR)
    assert client.post(reverse("admin:organisation_user_delete", args=[colleague.pk])).status_code == 403


def test_a_supervisor_sees_people_but_cannot_change_them(sign_in, colleague):
    client = sign_in(Role.SUPERVISOR)
    page = client.get(reverse(CHANGE, args=[colleague.pk]))
    assert page.status_code == 200
    assert colleague.password not in page.content.decode()
    assert client.post(reverse(CHANGE, args=[colleague.pk]), changed(role=Role.ADMINISTRATOR)).status_code == 403
    address = reverse("admin:auth_user_password_change", args=[colleague.pk])
    assert client.post(address, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 403


@pytest.mark.parametrize("role", [Role.OFFICER, Role.STEWARD, ""])
def test_others_do_not_see_people(sign_in, colleague, role):
    client = sign_in(role)
    for address in (reverse(LIST), reverse(ADD), reverse(CHANGE, args=[colleague.pk])):
        assert client.get(address).status_code == 403


def test_people_are_found_without_accents(sign_in, colleague):
    page = sign_in(Role.ADMINISTRATOR).get(reverse(LIST), {"q": "dang hoa"})
    assert [*page.context["cl"].result_list] == [colleague]


def test_the_unit_is_looked_up_without_accents(sign_in):
    asked = {"app_label": "organisation", "model_name": "user", "field_name": "unit", "term": "so tu phap"}
    assert sign_in(Role.ADMINISTRATOR).get(reverse("admin:autocomplete"), asked).json()["results"]


def test_an_agency_is_not_its_own_parent_and_ends_after_it_begins(sign_in):
    client = sign_in(Role.STEWARD)
    agency = Agency.objects.get(code="ttpvhcc")
    address = reverse("admin:organisation_agency_change", args=[agency.pk])
    data = {name: getattr(agency, name) for name in ("name", "name_en", "short_name", "kind", "basis", "source_note")}
    for wrong in ({"parent": agency.pk}, {"valid_from": "2024-05-02", "valid_to": "2024-05-01"}):
        refused = client.post(address, {**data, **wrong})
        assert refused.status_code == 200
        assert refused.context["errors"]
    assert client.post(address, {**data, "source_note": "Quyết định thử", "code": "other"}).status_code == 302
    agency.refresh_from_db()
    assert (agency.code, agency.source_note) == ("ttpvhcc", "Quyết định thử")


def test_the_unit_of_today_is_shown_and_what_is_chosen_then_holds(sign_in, settings):
    settings.PORTAL_TODAY = datetime.date(2026, 11, 25)
    somebody = User.objects.create_user("colleague", unit=Agency.objects.get(code="so-ldtbxh"))
    health, labour = Agency.objects.get(code="so-y-te"), Agency.objects.get(code="so-noi-vu-2025")
    entry = Reorganisation.objects.get(number=2)
    StaffMove.objects.create(reorganisation=entry, user=somebody, start=somebody.unit, end=health)
    client = sign_in(Role.ADMINISTRATOR)
    page = client.get(reverse(CHANGE, args=[somebody.pk]))
    assert page.context["adminform"].form.initial["unit"] == health.pk
    for chosen in (health, labour):
        client.post(reverse(CHANGE, args=[somebody.pk]), changed(unit=chosen.pk))
        somebody.refresh_from_db()
        assert somebody.unit == chosen
        assert succession.units(succession.state()).unit_of(somebody) == chosen.pk
    assert not StaffMove.objects.exists()


def test_a_person_is_named_in_the_vietnamese_order_or_by_the_name_to_sign_in_with(colleague):
    assert colleague.display_name == "Đặng Thị Hoà"
    assert User(username="nobody").display_name == "nobody"
