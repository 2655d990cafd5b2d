"""Who may do what with which record, at every address and with every action of the record's admin."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.urls.resolvers import URLPattern

from organisation.roles import Role
from records.models import Record, RecordRead
from records.statuses import Status
from tests.records.factories import CENTER, DISTRICT, in_status, officer

pytestmark = pytest.mark.django_db

OK, NO, HIDDEN = 200, 403, 404
# person → status of: list, search, reception, suggestions, page of the code, page, short address
PEOPLE = {
    "officer of the unit": (OK, OK, OK, OK, OK, OK),
    "officer of the settling agency": (OK, OK, NO, NO, OK, OK),
    "officer of another unit": (OK, OK, OK, OK, HIDDEN, HIDDEN),
    "supervisor": (OK, OK, NO, NO, OK, OK),
    "supervisor of another unit": (OK, OK, NO, NO, OK, OK),
    "steward": (NO, NO, NO, NO, HIDDEN, HIDDEN),
    "administrator": (NO, NO, NO, NO, HIDDEN, HIDDEN),
    "without a role": (NO, NO, NO, NO, HIDDEN, HIDDEN),
    "officer without a unit": (OK, OK, NO, NO, HIDDEN, HIDDEN),
    "officer who left": (302, 302, 302, 302, 302, 302),
    "not of the staff": (302, 302, 302, 302, 302, 302),
    "nobody": (302, 302, 302, 302, 302, 302),
}
# person → the actions that change the record
DOERS = {
    "officer of the unit": {"move", "assign", "reappoint", "correct"},
    "officer of the settling agency": {"move", "assign", "reappoint", "correct"},
    "supervisor": {"correct"},
    "supervisor of another unit": {"correct"},
}
ACTIONS = {
    "move": {"to": Status.WITHDRAWAL.value},
    "assign": {},
    "reappoint": {"day": "2024-10-01", "reason": "Đông hồ sơ"},
    "correct": {"reason": "Nhầm hồ sơ"},
}


@pytest.fixture
def record():
    return in_status(Status.IN_PROCESS)


def person_called(name, record):
    match name:
        case "officer of the unit":
            return officer()
        case "officer of the settling agency":
            return officer(record.agency.code)
        case "officer of another unit":
            return officer(DISTRICT)
        case "supervisor of another unit":
            return officer(DISTRICT, Role.SUPERVISOR)
        case "without a role":
            return officer(CENTER, "")
        case "officer without a unit" | "officer who left" | "not of the staff":
            person = officer(CENTER, Role.OFFICER)
            person.pk, person.username = None, "other"
            person.unit = None if name == "officer without a unit" else person.unit
            person.is_active, person.is_staff = name != "officer who left", name != "not of the staff"
            person.save()
            return person
    return officer(CENTER, name)


@pytest.fixture
def signed_in(client, record):
    def sign_in(name):
        if name != "nobody":
            client.force_login(person_called(name, record))
        return client

    return sign_in


def address(name, *keys):
    return reverse(f"admin:records_record_{name}", args=keys)


def test_the_table_below_names_every_address():
    """A new address needs its line in these tests; others have the board, results and letters."""
    urls = admin.site.get_model_admin(Record).get_urls()
    assert all(isinstance(url, URLPattern) for url in urls)
    names = ["changelist", "add", "procedures", "letters", "letter_batch", "letter_file", "board", "shops", None]
    names += ["received", "result", "letter", "change"]
    assert [url.name for url in urls] == [name and f"records_record_{name}" for name in names]


@pytest.mark.parametrize("name", PEOPLE)
def test_every_address_opens_for_those_it_is_meant_for(signed_in, record, name):
    client = signed_in(name)
    answers = (
        client.get(address("changelist")),
        client.post(address("changelist"), {"q": "nobody"}, follow=name != "nobody"),
        client.get(address("add"), {"procedure": "1.001193"}),
        client.get(address("procedures"), {"q": "khai sinh"}),
        client.get(address("received", record.pk)),
        client.get(address("change", record.pk)),
    )
    expected = PEOPLE[name]
    if 302 in expected:
        assert all(
            "/login/" in (one.redirect_chain[0][0] if hasattr(one, "redirect_chain") else one.url) for one in answers
        )
        return
    assert tuple(one.status_code for one in answers) == expected


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", PEOPLE)
def test_every_action_is_for_those_it_is_meant_for(signed_in, record, name, action):
    client = signed_in(name)
    values = ACTIONS[action] or {"officer": officer(record.agency.code).pk}
    answer = client.post(address("change", record.pk), {"action": action, "version": record.sequence, **values})
    may = action in DOERS.get(name, ())
    assert Record.objects.get().sequence == record.sequence + may
    if may or PEOPLE[name][-1] == 302:
        assert answer.status_code == 302
    else:
        assert answer.status_code == PEOPLE[name][-1]


@pytest.mark.parametrize("name", PEOPLE)
def test_a_record_that_does_not_exist_is_like_one_that_may_not_be_seen(signed_in, record, name):
    client = signed_in(name)
    for key in (record.pk + 1, 0, 10**30):
        for page in ("change", "received"):
            status = client.get(address(page, key)).status_code
            assert status == (302 if PEOPLE[name][-1] == 302 else 404)
        assert client.post(address("change", key), {"action": "move"}).status_code == status


@pytest.mark.parametrize("name", [name for name, expected in PEOPLE.items() if expected[-1] != OK])
def test_who_may_not_see_a_record_leaves_no_reading(signed_in, record, name):
    client = signed_in(name)
    client.get(address("change", record.pk))
    client.get(f"/admin/records/record/{record.pk}/")
    assert not RecordRead.objects.exists()


def test_the_short_address_leads_to_the_page(signed_in, record):
    answer = signed_in("supervisor").get(f"/admin/records/record/{record.pk}/")
    assert answer.url == address("change", record.pk)


@pytest.mark.parametrize("page", ["history/", "delete/", "change/delete/"])
def test_the_pages_of_djangos_own_are_not_there(signed_in, record, page):
    client = signed_in("officer of the unit")
    for method in (client.get, client.post):
        assert method(f"/admin/records/record/{record.pk}/{page}").status_code == 404


@pytest.mark.parametrize("name", PEOPLE)
def test_the_index_of_the_admin_offers_records_to_those_who_read_them(signed_in, name):
    page = signed_in(name).get(reverse("admin:index"))
    if page.status_code == 200:
        assert (address("changelist") in page.content.decode()) == (PEOPLE[name][0] == OK)
        assert (address("add") in page.content.decode()) == (PEOPLE[name][2] == OK)


def test_the_admin_keeps_its_log_free_of_records(signed_in, record):
    """Django's own log would hold a second history, which nobody verifies."""
    signed_in("officer of the unit").post(address("change", record.pk), {"action": "move", "version": 2, "to": 7})
    assert not admin.models.LogEntry.objects.exists()
