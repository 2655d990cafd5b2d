"""Pages for what went wrong: they say so, and lead on."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError

from procedures import listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    client.raise_request_exception = False
    return client


def fail_with(error):
    def fail(*args, **kwargs):
        raise error

    return fail


def leads_on(response):
    return 'href="/en/"' in response.text and 'href="/en/procedures/"' in response.text


def test_an_unknown_address_offers_the_search_and_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/en/no/such/page")
    assert response.status_code == 404
    assert 'role="search"' in response.text
    assert leads_on(response)


def test_an_unknown_address_answers_in_the_language_of_the_address(client):
    assert '<html lang="en">' in client.get("/en/nothing").text
    assert '<html lang="vi">' in client.get("/nothing").text


def test_an_unknown_host_gets_400_with_a_page(client):
    response = client.get("/en/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert leads_on(response)


def test_a_fault_of_ours_gets_500_with_a_page_that_tells_nothing_of_the_inside(client, monkeypatch):
    monkeypatch.setattr(listing, "everyday", fail_with(RuntimeError("the inside")))
    response = client.get("/en/")
    assert response.status_code == 500
    assert leads_on(response)
    assert "the inside" not in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("gone")])
def test_a_database_that_does_not_answer_a_view_gets_503(client, monkeypatch, error):
    monkeypatch.setattr(listing, "everyday", fail_with(error))
    response = client.get("/en/")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response["Cache-Control"] == "no-store"
    assert leads_on(response)


def test_a_database_that_does_not_answer_a_session_gets_503_too(client, monkeypatch):
    client.cookies["sessionid"] = "somebody"
    monkeypatch.setattr(SessionStore, "load", fail_with(OperationalError("gone")))
    response = client.get("/admin/")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0


def test_a_form_without_its_token_gets_403_and_changes_nothing(client):
    client.handler.enforce_csrf_checks = True
    response = client.post("/admin/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert 'href="/"' in response.text or 'href="/en/"' in response.text


@pytest.mark.parametrize(
    "page", ["/en/", "/en/about/", "/en/procedures/", "/en/procedures/1.001193/", "/en/agencies/"]
)
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_public_pages_are_for_reading_only(client, page, method):
    response = getattr(client, method)(page)
    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("page", ["/en/", "/en/procedures/", "/en/procedures/1.001193/"])
def test_head_answers_like_get_without_a_body(client, page):
    response = client.head(page)
    assert response.status_code == 200
    assert response.content == b""
