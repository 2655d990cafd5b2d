"""Pages kept until the catalogue or the day changes: never stale, never somebody else's, never sent twice."""

import datetime
import re

import pytest

from organisation.models import Agency
from procedures.models import EverydayName, Procedure
from procedures.search import current

pytestmark = pytest.mark.django_db

BIRTH = "1.001193"
HTMX = {"HX-Request": "true"}
PAGES = [
    "/",
    "/en/",
    "/about/",
    "/procedures/",
    "/procedures/?q=dang+ky+khai+sinh",
    "/en/procedures/?q=khai+sinh&level=commune",
    "/procedures/?q=xyzzyqq",
    "/procedures/suggest/?q=khai",
    f"/procedures/{BIRTH}/",
    "/agencies/",
    "/en/agencies/so-tu-phap/",
    "/fields/",
]


def rename(name: str) -> None:
    Procedure.objects.filter(code=BIRTH).update(name=name)


def first_hit(text: str) -> str:
    return re.search(r'class="result-title"><a href="[^"]*/procedures/([^/]+)/"', text)[1]


# Kept ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_the_second_request_asks_for_the_stamp_alone_and_gets_the_same_bytes(client, django_assert_num_queries, page):
    first = client.get(page)
    assert first.status_code == 200
    with django_assert_num_queries(1):
        second = client.get(page)
    assert second.content == first.content
    assert second["ETag"] == first["ETag"]
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Vary"] == first["Vary"]


@pytest.mark.parametrize("page", PAGES)
def test_who_has_the_page_already_is_told_so_without_it(client, page):
    first = client.get(page)
    again = client.get(page, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert {"HX-Request", "HX-History-Restore-Request"} <= set(again["Vary"].split(", "))
    # To be kept by browsers, and asked for each time.
    assert first["Cache-Control"] == "no-cache"


def test_who_has_another_state_of_the_page_gets_it_whole(client):
    assert client.get("/", headers={"If-None-Match": '"of another day"'}).status_code == 200


def test_head_has_the_etag_and_not_the_page(client):
    head, page = client.head("/"), client.get("/")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == page["ETag"]


@pytest.mark.parametrize("page", ["/procedures/?q=1.001193", "/procedures/9.999999/", "/procedures/?page=999"])
def test_what_is_no_page_is_not_kept(client, page):
    first = client.get(page)
    assert first.status_code != 200
    assert "ETag" not in first
    assert client.get(page, headers={"If-None-Match": "*"}).status_code == first.status_code


# Never stale -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", ["/", "/procedures/?q=khai+sinh", "/procedures/suggest/?q=khai+sinh", f"/procedures/{BIRTH}/"]
)
def test_a_changed_title_shows_at_once_also_to_who_has_the_page(client, page):
    before = client.get(page)
    assert "Đăng ký khai sinh" in re.sub("</?mark>", "", before.text)
    rename("Khai sinh kiểu mới")
    after = client.get(page, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "Khai sinh kiểu mới" in re.sub("</?mark>", "", after.text)


def test_a_new_everyday_name_is_found_though_the_search_was_kept(client):
    address = "/procedures/?q=lam+con+dau+cho+be"
    client.get(address)
    EverydayName.objects.create(procedure=Procedure.objects.get(code=BIRTH), name="làm con dấu cho bé", language="vi")
    assert first_hit(client.get(address).text) == BIRTH


def test_a_renamed_agency_shows_at_once(client):
    client.get("/agencies/")
    Agency.objects.filter(code="so-tu-phap").update(name="Sở Thử")
    assert "Sở Thử" in client.get("/agencies/").text


def test_a_withdrawn_procedure_is_gone_though_its_page_was_kept(client):
    assert client.get(f"/procedures/{BIRTH}/").status_code == 200
    Procedure.objects.filter(code=BIRTH).update(published=False)
    assert client.get(f"/procedures/{BIRTH}/").status_code == 410


def test_what_was_changed_back_is_shown_as_before(client):
    name = Procedure.objects.get(code=BIRTH).name
    before = client.get("/")
    rename("Khai sinh kiểu mới")
    assert client.get("/").content != before.content
    rename(name)
    assert client.get("/").content == before.content


def test_another_day_has_pages_of_its_own(client, settings):
    before = client.get("/en/agencies/")
    settings.PORTAL_TODAY = datetime.date(2026, 11, 23)
    after = client.get("/en/agencies/", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "/en/agencies/so-nn-mt/" in after.text
    assert "/en/agencies/so-nn-mt/" not in before.text


# Never somebody else's -------------------------------------------------------------------------


def test_the_languages_do_not_mix(client):
    for path in ("", "procedures/?q=khai+sinh", "procedures/suggest/?q=khai", "agencies/"):
        vietnamese, english = client.get(f"/{path}"), client.get(f"/en/{path}")
        assert vietnamese["ETag"] != english["ETag"]
        assert client.get(f"/{path}").content == vietnamese.content != english.content
        assert client.get(f"/en/{path}").content == english.content


def test_the_language_of_the_browser_changes_nothing(client):
    first = client.get("/", headers={"Accept-Language": "vi"})
    assert client.get("/", headers={"Accept-Language": "en"}).content == first.content


@pytest.mark.parametrize("fragment_first", [True, False])
def test_a_fragment_and_its_page_do_not_mix(client, fragment_first):
    address = "/en/procedures/?q=khai+sinh"
    asked = [HTMX, {}] if fragment_first else [{}, HTMX]
    for headers in (*asked, *asked, {**HTMX, "HX-History-Restore-Request": "true"}):
        whole = not headers or len(headers) > 1
        response = client.get(address, headers=headers)
        assert ("<html" in response.text) is whole
        assert {"HX-Request", "HX-History-Restore-Request"} <= set(response["Vary"].split(", "))
    page, fragment = client.get(address), client.get(address, headers=HTMX)
    assert client.get(address, headers={**HTMX, "If-None-Match": page["ETag"]}).content == fragment.content


def test_hosts_do_not_mix(client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "other.example"]
    one = client.get("/", headers={"host": "one.example"})
    other = client.get("/", headers={"host": "other.example", "If-None-Match": one["ETag"]})
    assert other.status_code == 200
    assert other["ETag"] != one["ETag"]


def test_addresses_that_differ_in_their_questions_do_not_mix(client):
    addresses = ["q=khai+sinh", "q=ket+hon", "q=khai+sinh&page=2", "q=khai+sinh&level=province", "level=province", ""]
    first = [client.get(f"/procedures/?{address}") for address in addresses]
    assert len({response["ETag"] for response in first}) == len(addresses)
    again = [client.get(f"/procedures/?{address}").content for address in addresses]
    assert again == [response.content for response in first]
    assert len(set(again)) == len(addresses)


# A search in vain ------------------------------------------------------------------------------


def test_a_search_in_vain_has_a_fragment_and_a_page_too(client):
    fragment = client.get("/procedures/?q=xyzzyqq", headers=HTMX)
    assert "<html" not in fragment.text
    assert {"HX-Request", "HX-History-Restore-Request"} <= set(fragment["Vary"].split(", "))
    assert "<html" in client.get("/procedures/?q=xyzzyqq").text


def test_what_is_kept_is_made_from_the_state_that_its_etag_names(client):
    response = client.get("/procedures/")
    index = current()
    rename("Khai sinh kiểu mới")
    assert current() is not index
    assert client.get("/procedures/")["ETag"] != response["ETag"]
