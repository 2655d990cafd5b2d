"""Closed by default, and what the browser is told to refuse."""

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, get_resolver, path

from portal.urls import urlpatterns as portal_urls

pytestmark = pytest.mark.django_db

# Everything that is open to anybody, outside the admin and the API (whose own tests follow its document).
OPEN = {
    "health/live": "/health/live",
    "health/ready": "/health/ready",
    "robots.txt": "/robots.txt",
    "api/docs": "/api/docs",
    "": "/en/",
    "about/": "/en/about/",
    "procedures/": "/en/procedures/",
    "procedures/suggest/": "/en/procedures/suggest/?q=khai",
    "procedures/<str:code>/": "/en/procedures/1.001193/",
    "procedures/<str:code>/changes/": "/en/procedures/1.001193/changes/",
    "procedures/changes/": "/en/procedures/changes/",
    "procedures/changes.atom": "/en/procedures/changes.atom",
    "procedures/<str:code>/correction/": "/en/procedures/1.001193/correction/",
    "agencies/": "/en/agencies/",
    "agencies/<str:code>/": "/en/agencies/so-tu-phap/",
    "fields/": "/en/fields/",
    "records/": "/en/records/",
    "statistics/": "/en/statistics/",
    "verify/": "/en/verify/",
}
# Open as well, but of use only after a look-up, with a link from one, or with the QR code of a result.
AFTER_LOOKUP = {
    *("records/view/", "records/view/result.pdf", "records/view/link.svg"),
    "records/view/letters/<str:kind>/<int:number>/",
    *("records/t/<str:token>/", "records/end/", "verify/<str:token>/"),
}
WITH_FORM = {
    "/en/records/",
    "/en/verify/",
    "/en/procedures/1.001193/correction/",
}  # a form that is posted needs the cookie of its token
FEED = "/en/procedures/changes.atom"  # no page: its addresses are whole, and nothing of it is loaded
PAGES = [*(address for address in OPEN.values() if address != FEED), "/en/nothing"]
PAGES += ["/en/procedures/?q=khai+sinh", "/en/procedures/?page=999"]


def forgotten(request: HttpRequest) -> HttpResponse:
    """A view whose writer said nothing about who may open it."""
    return HttpResponse("inside")


urlpatterns = [*portal_urls, path("forgotten/", forgotten)]


def every_view(patterns, prefix=""):
    """The address and the view of each pattern; the language before the address left out."""
    for pattern in patterns:
        route = getattr(pattern.pattern, "_route", "")
        if isinstance(pattern, URLPattern):
            yield prefix + route, pattern.callback
        else:
            yield from every_view(pattern.url_patterns, prefix + route)


def is_open(view):
    return not getattr(view, "login_required", True)


@pytest.mark.urls(__name__)
def test_a_view_that_does_not_say_that_it_is_open_asks_to_sign_in(client):
    response = client.get("/forgotten/")
    assert response.status_code == 302
    assert response["Location"] == "/admin/login/?next=/forgotten/"


def test_the_open_pages_are_exactly_those_of_the_list():
    views = dict(every_view(get_resolver().url_patterns))
    outside = {route: view for route, view in views.items() if not re.match(r"admin/|api/(?!docs)", route)}
    assert {route for route, view in outside.items() if is_open(view)} == {*OPEN, *AFTER_LOOKUP}
    assert set(outside) == {*OPEN, *AFTER_LOOKUP}


def test_of_the_admin_only_signing_in_is_open(client):
    routes = [route for route, view in every_view(get_resolver().url_patterns) if route.startswith("admin/")]
    plain = [f"/{route}" for route in routes if "<" not in route and "(" not in route]
    assert len(plain) > 10
    answers = {address: client.get(address).status_code for address in plain}
    assert [address for address, status in answers.items() if status != 302] == ["/admin/login/"]


@pytest.mark.parametrize("address", OPEN.values())
def test_an_open_page_opens_without_signing_in(client, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_a_public_page_allows_no_unsafe_source_and_sets_no_cookie(client, address):
    response = client.get(address)
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";") if part)
    assert "unsafe" not in response["Content-Security-Policy"]
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert set(response.cookies) == ({"csrftoken"} if address in WITH_FORM else set())
    assert "Set-Cookie" not in response


@pytest.mark.parametrize("address", PAGES)
def test_a_public_page_carries_nothing_that_the_policy_would_block(client, address):
    text = client.get(address).text
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)
    assert not re.search(r'(?:src|<link[^>]+href)="(?:https?:)?//', text)


@pytest.mark.parametrize("address", PAGES)
def test_a_public_page_tells_the_browser_to_be_careful(client, address):
    response = client.get(address)
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
