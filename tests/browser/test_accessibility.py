"""Every public page, in both languages: no violation that axe knows, and no scrolling to the side."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.conftest import watched_page

PAGES = {
    "home": "/",
    "list": "/procedures/",
    "list of a search": "/procedures/?q=dang+ky+khai+sinh",
    "list of a filter": "/procedures/?level=commune&online=full",
    "list with messages": "/procedures/?q=khai+sinh&level=moon",
    "nothing found": "/procedures/?q=qqqxxx+zzzyyy&level=commune",
    "no such page of the list": "/procedures/?page=999",
    "procedure": "/procedures/1.001193/",
    "procedure of which the name is known": "/procedures/1.000662/",
    "procedure without a national code": "/procedures/BG-BQL-KCN-01/",
    "history of a procedure": "/procedures/1.001193/changes/",
    "changes": "/procedures/changes/",
    "correction": "/procedures/1.001193/correction/",
    "correction that was sent": "/procedures/1.001193/correction/?sent",
    "agencies": "/agencies/",
    "department": "/agencies/so-tu-phap/",
    "district": "/agencies/d-213/",
    "commune": "/agencies/n-07210/",
    "fields": "/fields/",
    "about": "/about/",
    "look-up": "/records/",
    "look-up after a link that is over": "/records/?again=link",
    "check of a result": "/verify/",
    "check of a result that is not there": "/verify/x/",
    "figures": "/statistics/",
    "figures by unit": "/statistics/?scope=all&by=unit&of=now&from=2023-01",
    "figures asked for wrongly": "/statistics/?by=moon",
    "not found": "/no/such/page",
}
ADDRESSES = [*PAGES.values(), *(f"/en{address}" for address in PAGES.values()), "/api/docs"]
DESK = {"width": 1440, "height": 900}
# No `preload`: axe would load the style sheets that others import once more, as inline styles, which are refused.
RULES = {"preload": False, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page):
    """What axe finds, a line for each element; empty when there is nothing."""
    page.evaluate(AXE_SCRIPT)
    # Of its long report only this is brought over from the browser.
    program = "options => axe.run(options).then(report => report.violations)"
    violated = page.evaluate(program, {**RULES, "resultTypes": ["violations"]})
    return "\n".join(
        f"{found['id']}: {node['target']} {node['html'][:160]}" for found in violated for node in found["nodes"]
    )


def too_wide(page):
    """The elements that reach beyond the screen; empty when nothing scrolls to the side."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll("body *")]
                .filter(element => element.getBoundingClientRect().right > width + 1)
                .map(element => element.outerHTML.slice(0, 120));
        }"""
    )


# One page of each size goes to all the addresses: a new one would load styles and scripts anew each time.


@pytest.fixture(scope="module")
def desk(browser, portal_server):
    with watched_page(browser, portal_server, viewport=DESK) as page:
        yield page


@pytest.fixture(scope="module")
def telephone(browser, portal_server):
    size = {"width": 360, "height": 740}
    with watched_page(browser, portal_server, viewport=size, has_touch=True, is_mobile=True) as page:
        yield page


@pytest.fixture(scope="module")
def dark(browser, portal_server):
    with watched_page(browser, portal_server, viewport=DESK, color_scheme="dark") as page:
        yield page


def visit(page, address):
    """Open a page as somebody who was never here."""
    page.context.clear_cookies()
    if page.url != "about:blank":
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.goto(address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing_on_a_desk_and_at_200_per_cent_nothing_scrolls_to_the_side(desk, address):
    desk.set_viewport_size(DESK)
    visit(desk, address)
    assert too_wide(desk) == []
    assert violations(desk) == ""
    desk.set_viewport_size({side: pixels // 2 for side, pixels in DESK.items()})
    assert too_wide(desk) == []
    assert desk.locator("h1").first.is_visible()


@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing_on_a_telephone(telephone, address):
    visit(telephone, address)
    assert too_wide(telephone) == []
    if not address.startswith("/en"):  # what axe sees is the same in both languages; what is too wide is not
        assert violations(telephone) == ""


@pytest.mark.parametrize("address", list(PAGES.values())[::2])  # colours are those of the style sheet, for all pages
def test_axe_finds_nothing_in_the_dark(dark, address):
    visit(dark, address)
    assert dark.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 25, 30)"
    assert violations(dark) == ""


def test_filters_and_results_changed_in_place_stay_accessible(page):
    page.goto("/en/procedures/?q=dang+ky")
    with page.expect_response("**level=commune**"):
        page.locator("#id_level").select_option("commune")
    page.wait_for_url("**level=commune**")
    assert violations(page) == ""
    assert page.locator("[aria-live=polite] #results-title").count() == 1


@pytest.mark.parametrize("address", ["/", "/procedures/?q=dang+ky", "/procedures/1.001193/", "/agencies/"])
def test_what_a_finger_touches_is_large_enough(phone, address):
    """WCAG 2.5.8: 24 pixels, or a link inside a sentence."""
    phone.goto(address)
    small = phone.evaluate(
        """() => [...document.querySelectorAll("main button, main select, .unit-list a, .tile, .page-link")]
            .map(element => [element.outerHTML.slice(0, 100), element.getBoundingClientRect()])
            .filter(([_, box]) => box.width > 0 && box.height < 24)
            .map(([text, _]) => text)"""
    )
    assert small == []
