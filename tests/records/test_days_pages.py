"""The table of days in the admin: what follows is shown before anything is saved, and done after."""

import datetime

import psycopg
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from organisation.roles import Role
from procedures.models import TimeUnit
from records import days
from records.deadlines import Limit
from records.models import DayException, Recomputation

from .factories import administrator, moment, officer, receive

pytestmark = pytest.mark.django_db
LIST = reverse("admin:records_dayexception_changelist")
ADD = reverse("admin:records_dayexception_add")
STORM = {"day": "2024-08-30", "kind": "off", "name": "bão số 3", "source": "Công điện"}
CONFIRMED = {**STORM, "confirmed": "1", "_save": "1"}


@pytest.fixture
def desk(client):
    client.force_login(administrator())
    return client


@pytest.fixture
def record():
    """Due on 4 September."""
    return receive(limit=Limit(5, TimeUnit.WORKING_DAY), at=moment("2024-08-26 09:00"))


@pytest.fixture
def holiday():
    return DayException.objects.get(day="2024-09-02")


def due(record):
    record.refresh_from_db()
    return timezone.localtime(record.promised_at).date().isoformat()


def change(day, page="change"):
    return reverse(f"admin:records_dayexception_{page}", args=[day.pk])


def test_a_new_day_is_shown_with_what_follows_then_saved_and_followed(desk, record):
    shown = desk.post(ADD, {**STORM, "_save": "1"})
    assert (shown.context["impact"].running, shown.context["impact"].moved) == (1, 1)
    html = shown.content.decode()
    assert record.code in html
    assert all(f'name="{name}" value="{value}"' in html for name, value in CONFIRMED.items())
    assert not DayException.objects.filter(day="2024-08-30").exists()
    assert due(record) == "2024-09-04"

    done = desk.post(ADD, CONFIRMED, follow=True)
    job = Recomputation.objects.get()
    assert done.redirect_chain == [(reverse("admin:records_dayexception_recomputation", args=[job.pk]), 302)]
    assert (done.context["left"], done.context["job"].changed) == (0, 1)
    assert (due(record), record.events.get(sequence=2).actor) == ("2024-09-05", administrator())


def test_a_changed_day_is_shown_then_saved_and_followed(desk, record, holiday):
    data = {"day": "2024-09-02", "kind": "worked", "name": holiday.name, "source": ""}
    shown = desk.post(change(holiday), {**data, "_save": "1"})
    assert shown.context["impact"].moved == 1
    holiday.refresh_from_db()
    assert holiday.kind == "off"
    desk.post(change(holiday), {**data, "_save": "1", "confirmed": "1"}, follow=True)
    assert due(record) == "2024-09-02"


def test_a_deleted_day_is_shown_then_deleted_and_followed(desk, record, holiday):
    shown = desk.get(change(holiday, "delete"))
    assert shown.context["impact"].moved == 1
    assert record.code in shown.content.decode()
    assert DayException.objects.filter(pk=holiday.pk).exists()
    desk.post(change(holiday, "delete"), {"post": "yes"}, follow=True)
    assert not DayException.objects.filter(pk=holiday.pk).exists()
    assert due(record) == "2024-09-02"


def test_a_change_that_moves_nothing_goes_back_to_the_table(desk, record, holiday):
    data = {"day": "2024-09-02", "kind": "off", "name": "Quốc khánh", "source": "", "_save": "1", "confirmed": "1"}
    assert desk.post(change(holiday), data)["Location"] == LIST
    assert not Recomputation.objects.exists()


def test_the_button_that_was_pressed_is_remembered(desk):
    assert desk.post(ADD, {**STORM, "_addanother": "1"}).context["buttons"] == ["_addanother"]


@pytest.mark.parametrize(
    "changes", [{"day": ""}, {"day": "30 tháng 8"}, {"kind": "moon"}, {"name": ""}, {"day": "2024-09-02"}]
)
def test_a_fault_is_named_at_its_field_and_nothing_is_saved(desk, changes):
    before = DayException.objects.count()
    for data in (STORM, CONFIRMED):
        refused = desk.post(ADD, {**data, **changes})
        assert list(refused.context["adminform"].form.errors) == list(changes)
    assert DayException.objects.count() == before


@pytest.mark.parametrize(("role", "reads"), [(Role.OFFICER, 200), (Role.SUPERVISOR, 200), (Role.STEWARD, 403)])
def test_others_read_the_table_at_most(client, holiday, role, reads):
    client.force_login(officer(role=role))
    job = days.begin_all(by=None)
    assert client.get(LIST).status_code == reads
    for address, data in ((ADD, STORM), (ADD, CONFIRMED), (change(holiday), CONFIRMED)):
        assert client.post(address, data).status_code == 403
    assert client.post(change(holiday, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:records_dayexception_recomputation", args=[job.pk])).status_code == 403
    assert DayException.objects.filter(pk=holiday.pk, kind="off").exists()
    assert not DayException.objects.filter(day="2024-08-30").exists()


def test_a_day_that_does_not_exist_leads_back(desk):
    assert desk.post(f"{LIST}999999/change/", STORM).status_code == 302
    assert desk.get(f"{LIST}999999/delete/").status_code == 302
    assert desk.get(f"{LIST}recomputation/999999/").status_code == 404


def test_days_go_one_at_a_time(desk, holiday):
    data = {"action": "delete_selected", "_selected_action": [holiday.pk], "post": "yes"}
    desk.post(LIST, data)
    assert DayException.objects.filter(pk=holiday.pk).exists()


def test_long_work_goes_on_with_each_look_and_is_offered_in_the_table(desk, monkeypatch):
    monkeypatch.setattr(days, "SLICE", 0)
    monkeypatch.setattr(days, "BATCH", 1)
    records = [receive(limit=Limit(5, TimeUnit.WORKING_DAY), at=moment("2024-08-26 09:00")) for _number in range(3)]
    page = desk.post(ADD, CONFIRMED)["Location"]
    assert page in desk.get(LIST).content.decode()
    first = desk.get(page)
    assert (first.context["done"], first.context["total"]) == (1, 3)
    assert 'http-equiv="refresh"' in first.content.decode()
    assert page in desk.get(LIST).content.decode()
    desk.get(page)
    last = desk.get(page)
    assert (last.context["left"], last.context["job"].changed) == (0, 3)
    assert 'http-equiv="refresh"' not in last.content.decode()
    assert page not in desk.get(LIST).content.decode()
    assert {due(record) for record in records} == {"2024-09-05"}


def test_the_day_waits_for_those_who_compute_with_the_old_days_and_gives_up_in_time(desk, record):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT * FROM records_dayexception")
        refused = desk.post(ADD, CONFIRMED)
        assert "impact" in refused.context
        assert [str(message) for message in refused.context["messages"]]
        assert not DayException.objects.filter(day=datetime.date(2024, 8, 30)).exists()
        other.rollback()
        assert desk.post(ADD, CONFIRMED).status_code == 302
    assert DayException.objects.filter(day=datetime.date(2024, 8, 30)).exists()
