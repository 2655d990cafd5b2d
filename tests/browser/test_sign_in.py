"""Signing in with a real browser and a real one-time code, at a portal that asks for one."""

import contextlib
import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest

from tests import authenticator
from tests.browser.test_accessibility import too_wide, violations
from tests.conftest import watched_page
from tests.portals import running_portal

PASSWORD = "demo-bac-giang"
SIZES = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    "dark phone": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "without script": {"viewport": {"width": 1440, "height": 900}, "java_script_enabled": False},
}


@pytest.fixture(scope="module")
def portal_that_asks(tmp_path_factory, new_database):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_TWO_FACTOR", "on")
        with (
            new_database("asks") as database_url,
            running_portal(database_url, tmp_path_factory.mktemp("portal-that-asks")) as address,
        ):
            yield address


@pytest.fixture
def opened(browser, portal_that_asks):
    """A function that opens a page of one of the sizes, with cookies of its own."""
    with contextlib.ExitStack() as stack:
        yield lambda size: stack.enter_context(watched_page(browser, portal_that_asks, **SIZES[size]))


def send(page, box, text):
    page.locator(box).fill(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def give_password(page, name, password=PASSWORD):
    page.goto("/admin/procedures/field/")
    page.locator("#id_username").fill(name)
    send(page, "#id_password", password)


def is_fine(page, size):
    """Nothing that axe knows is wrong, nothing scrolls to the side. Without scripts there is no axe."""
    assert page.locator("h1").count() == 1
    if size != "without script":
        assert violations(page) == ""
        assert too_wide(page) == []


def set_up(page, size):
    """From the password to the recovery codes; the secret and those codes."""
    is_fine(page, size)
    picture = page.locator("img.qr")
    assert picture.evaluate("image => image.naturalWidth") > 100 if size != "without script" else picture.is_visible()
    secret = page.locator(".secret").inner_text()
    send(page, "#id_code", "12345")
    assert page.locator("#id_code").get_attribute("aria-invalid") == "true"
    is_fine(page, size)
    send(page, "#id_code", authenticator.code(secret))
    is_fine(page, size)
    return secret, page.locator(".recovery-codes code").all_inner_texts()


@pytest.mark.parametrize(
    ("size", "name"),
    [
        ("phone", "demo-supervisor"),
        ("dark phone", "demo-steward"),
        ("without script", "demo-administrator"),
    ],
)
def test_the_code_is_set_up_once_and_then_given_at_each_sign_in(opened, size, name):
    page = opened(size)
    give_password(page, name)
    assert "/admin/two-factor/set-up/" in page.url
    secret, codes = set_up(page, size)
    assert len(codes) == 10
    page.locator("a.button").click()
    page.wait_for_url("**/admin/procedures/field/")

    again = opened(size)
    give_password(again, name)
    assert "/admin/two-factor/?" in again.url
    is_fine(again, size)
    again.keyboard.type(authenticator.code(secret, later=1))  # the box has the focus
    with again.expect_navigation():
        again.keyboard.press("Enter")
    assert again.url.endswith("/admin/procedures/field/")

    lost = opened(size)
    give_password(lost, name)
    lost.locator("a[href*=recovery]").click()
    lost.wait_for_url("**/recovery/**")
    is_fine(lost, size)
    send(lost, "#id_code", codes[0])
    assert lost.url.endswith("/admin/procedures/field/")
    assert "9" in lost.locator(".messagelist .warning").inner_text()


def test_the_way_through_is_open_to_the_keyboard_alone(opened):
    page = opened("desk")
    give_password(page, "demo-officer")
    stops = []
    for _ in range(6):
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        page.keyboard.press("Tab")
    assert stops[0] == "id_code"
    assert len({*stops}) >= 4


@pytest.mark.parametrize("size", ["phone", "without script"])
def test_after_five_wrong_passwords_the_page_says_how_long_to_wait_whichever_process_answers(opened, size):
    page = opened(size)
    name = f"nobody-{size.replace(' ', '-')}"
    for _ in range(4):
        give_password(page, name, "wrong")
        assert page.locator(".errornote").count() == 1
    give_password(page, name, "wrong")
    is_fine(page, size)
    assert re.search(r"\b15\b", page.locator(".errornote").inner_text())
    give_password(page, name)
    assert re.search(r"\b15\b", page.locator(".errornote").inner_text())
    page.locator("#content-main a").click()
    page.locator("#id_username").wait_for()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_page_of_the_password_itself_is_fine(opened, size):
    page = opened(size)
    page.goto("/admin/")
    is_fine(page, size)
    give_password(page, "nobody", "wrong")
    is_fine(page, size)


def guess(address, password):
    """The status that a program gets for one password."""
    token = "a" * 32
    headers = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}
    form = urlencode({"csrfmiddlewaretoken": token, "username": "many-at-once", "password": password})
    with contextlib.closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)) as connection:
        connection.request("POST", "/admin/login/", form, headers)
        return connection.getresponse().status


def test_forty_guesses_at_once_get_no_further_than_the_few_that_were_already_being_looked_at(portal_that_asks):
    with ThreadPoolExecutor(40) as pool:
        answers = [*pool.map(lambda number: guess(portal_that_asks, f"guess {number}"), range(40))]
    assert {*answers} == {200, 429}
    # Four before the lock, and what the two processes of four threads each had begun by then.
    assert answers.count(200) <= 4 + 2 * 4
    assert guess(portal_that_asks, "one more") == 429
