"""Searches in vain, counted so that stewards learn which words are missing; nobody is counted with them."""

import datetime

import pytest
from django.urls import reverse

from organisation import stamp
from organisation.models import User
from procedures.models import FailedSearch
from procedures.search import find

pytestmark = pytest.mark.django_db

LIST = "admin:procedures_failedsearch_changelist"


def counted() -> dict[str, int]:
    return dict(FailedSearch.objects.values_list("query", "count"))


@pytest.fixture(params=["page", "fragment", "API"])
def search(request, client):
    """The same search wherever people and programs search."""

    def searched(text, **filters):
        address = "/api/v1/procedures" if request.param == "API" else "/en/procedures/"
        headers = {"HX-Request": "true"} if request.param == "fragment" else {}
        response = client.get(address, {"q": text, **filters}, headers=headers)
        assert response.status_code == 200

    return searched


# What is counted -------------------------------------------------------------------------------


def test_a_search_in_vain_is_counted_by_its_folded_words_and_day(search, catalogue_day):
    search("Xyzzyqq vogrúnt")
    search("  xyzzyqq, VOGRUNT ")
    only = FailedSearch.objects.get()
    assert (only.query, only.day, only.count) == ("xyzzyqq vogrunt", catalogue_day, 2)


def test_there_is_no_place_for_who_asked_or_when():
    names = {field.name for field in FailedSearch._meta.get_fields()}
    assert names == {"id", "query", "day", "count"}
    assert FailedSearch._meta.get_field("day").get_internal_type() == "DateField"


def test_a_search_that_finds_is_not_counted(search):
    search("khai sinh")
    search("khai sinh xyzzyqq")  # found without one of its words
    search("")
    assert counted() == {}


def test_a_search_that_only_the_filters_leave_empty_is_not_counted(search):
    assert find("khai sinh", {"agency": "so-y-te"}).codes == []
    search("khai sinh", agency="so-y-te")
    assert counted() == {}


def test_what_is_suggested_while_typing_is_not_counted(client):
    assert client.get("/procedures/suggest/", {"q": "xyzzyqq"}).content == b""
    assert counted() == {}


def test_each_day_counts_anew(search, settings):
    search("xyzzyqq")
    settings.PORTAL_TODAY = datetime.date(2024, 8, 29)
    search("xyzzyqq")
    assert list(FailedSearch.objects.values_list("day", "count")) == [
        (datetime.date(2024, 8, 29), 1),
        (datetime.date(2024, 8, 28), 1),
    ]


# What is not -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "xyzzyqq@vogrunt",
        "xyzzyqq 0912345678",
        "xyzzyqq 0912 345 678",
        "xyzzyqq 091.234.5678",
        "024-001-012345",
        "xyzzyqq 123456",
        "!!! ???",
    ],
)
def test_what_may_name_a_person_and_what_has_no_words_is_not_counted(search, text):
    assert find(text).in_vain
    search(text)
    assert counted() == {}


def test_a_short_number_is_nobodys(search):
    search("xyzzyqq 12345")
    assert counted() == {"xyzzyqq 12345": 1}


def test_a_long_text_is_counted_by_its_beginning(search):
    search("xyzzyqqs " * 22)
    assert counted() == {("xyzzyqqs " * 22)[:120]: 1}


def test_when_the_list_of_the_day_is_full_only_known_words_are_counted_on(search, monkeypatch, settings):
    monkeypatch.setattr(FailedSearch, "MOST_A_DAY", 2)
    for text in ("xyzzyqq", "vogrunt", "frelbix", "xyzzyqq"):
        search(text)
    assert counted() == {"xyzzyqq": 2, "vogrunt": 1}
    settings.PORTAL_TODAY = datetime.date(2024, 8, 29)
    search("frelbix")
    assert counted() == {"xyzzyqq": 2, "vogrunt": 1, "frelbix": 1}


def test_counting_does_not_move_the_stamp(search):
    before = stamp.current()
    search("xyzzyqq")
    search("xyzzyqq")
    assert counted() == {"xyzzyqq": 2}
    assert stamp.current() == before


def test_a_refused_search_of_the_api_is_not_counted(client):
    assert client.get("/api/v1/procedures", {"q": "xyzzyqq", "agency": "khong-co"}).status_code == 422
    assert client.get("/api/v1/procedures", {"q": "xyzzyqq", "limit": "0"}).status_code == 422
    assert counted() == {}


# In the admin ----------------------------------------------------------------------------------


@pytest.fixture
def sign_in(client):
    def signed_in(role):
        client.force_login(User.objects.create_user("person", role=role, is_staff=True))
        return client

    return signed_in


@pytest.fixture
def row(catalogue_day):
    return FailedSearch.objects.create(query="xyzzyqq", day=catalogue_day, count=7)


@pytest.mark.parametrize("role", ["steward", "administrator"])
def test_who_keeps_the_catalogue_reads_them_and_changes_nothing(sign_in, row, role):
    client = sign_in(role)
    page = client.get(reverse(LIST))
    assert page.status_code == 200
    assert "xyzzyqq" in page.text
    assert "/add/" not in page.text.split('id="changelist"')[0].split('id="content"')[1]
    assert client.get(reverse("admin:procedures_failedsearch_add")).status_code == 403
    assert client.post(reverse("admin:procedures_failedsearch_delete", args=[row.pk])).status_code == 403
    change = client.post(reverse("admin:procedures_failedsearch_change", args=[row.pk]), {"query": "x", "count": "0"})
    assert change.status_code == 403
    delete = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(reverse(LIST), delete)
    assert counted() == {"xyzzyqq": 7}


def test_they_are_searched_by_word_and_filtered_by_day(sign_in, row):
    client = sign_in("steward")
    assert client.get(reverse(LIST), {"q": "xyz"}).context["cl"].result_count == 1
    assert client.get(reverse(LIST), {"q": "abc"}).context["cl"].result_count == 0
    assert client.get(reverse(LIST), {"day__gte": "2024-08-28"}).context["cl"].result_count == 1
    assert client.get(reverse(LIST), {"day__gte": "2024-08-29"}).context["cl"].result_count == 0


def test_a_stranger_and_a_visitor_do_not_see_them(client, sign_in, row):
    assert client.get(reverse(LIST)).status_code == 302
    assert sign_in("").get(reverse(LIST)).status_code == 403
