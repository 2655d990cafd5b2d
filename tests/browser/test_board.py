"""The monitoring board and the comparison of one-stop shops with a real browser: read, without scripts, on paper."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.staff import sign_in
from tests.browser.test_accessibility import too_wide, violations

BOARD, SHOPS = "/admin/records/record/board/", "/admin/records/record/board/shops/"
RECORDS = """
import datetime
from records.models import UnitFigure
from records.statistics.cells import Measure
for day in ("2024-08-14", "2024-08-15", "2024-08-16", "2024-08-26"):
    receive(at=moment(day + " 09:00"))
in_status(Status.RESOLVED, at=moment("2024-08-05 09:00"))
in_status(Status.SUPPLEMENT, at=moment("2024-07-05 09:00"))
for code, ahead, late in ((CENTER, 990, 10), (DISTRICT, 58, 2), (COMMUNE, 3, 0)):
    for measure, count in ((Measure.AHEAD, ahead), (Measure.LATE, late)):
        figure, _made = UnitFigure.objects.get_or_create(
            month=datetime.date(2024, 7, 1), unit=Agency.objects.get(code=code).pk, measure=measure
        )
        figure.count = count
        figure.save()
"""


@pytest.fixture(scope="module")
def busy(in_portal):
    """Records in every state that the board tells of, and figures of July."""
    in_portal(RECORDS)


@pytest.mark.parametrize("address", [BOARD, f"{BOARD}?whole=1", SHOPS, f"{SHOPS}?start=2024-07&end=2024-06"])
@pytest.mark.parametrize("place", ["phone", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_to_the_side(request, busy, place, address):
    page: Page = request.getfixturevalue(place)
    sign_in(page, "demo-supervisor")
    page.goto(address)
    for details in page.locator(".board details").all():
        details.evaluate("element => { element.open = true; }")
    assert too_wide(page) == []
    assert violations(page) == ""


def test_without_scripts_the_index_leads_to_the_board_and_its_numbers_to_their_records(busy, no_script_page):
    page = no_script_page
    sign_in(page, "demo-supervisor")
    page.goto("/admin/")
    page.locator(f"main a[href='{BOARD}'], #content a[href='{BOARD}']").first.click()
    page.wait_for_url(f"**{BOARD}")
    number = page.locator(".board-tiles a[href*='due=uncollected']")
    expected = int(number.inner_text())
    number.click()
    page.wait_for_url("**due=uncollected**")
    expect(page.locator(".record-list tbody tr")).to_have_count(expected)


def test_the_filters_of_what_was_opened_are_seen_and_can_be_changed(busy, page):
    sign_in(page, "demo-supervisor")
    page.goto(BOARD)
    link = page.locator("#ahead ~ .board-beside a[href*='due_from']").first  # whatever other tests have received here
    first_day = parse_qs(urlsplit(link.get_attribute("href")).query)["due_from"][0]
    link.click()
    expect(page.locator("#id_due_from")).to_have_value(first_day)
    page.locator("[data-quick=overdue]").click()
    page.wait_for_url("**due=overdue*")
    assert "due_from" not in page.url


def test_a_period_is_chosen_by_the_keyboard(busy, page):
    sign_in(page, "demo-supervisor")
    page.goto(f"{SHOPS}?start=2024-07&end=2024-07")
    page.locator("#id_start").focus()
    for _stop in range(2):
        page.keyboard.press("Tab")
    expect(page.locator(".board-period button")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("start=2024-07&end=2024-07")
    expect(page.locator(".board-interval svg[role=img]")).to_have_count(2)


def test_on_paper_the_frame_of_the_admin_is_left_out(busy, page):
    sign_in(page, "demo-supervisor")
    page.goto(f"{BOARD}?whole=1")
    page.emulate_media(media="print")
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    expect(page.locator(".board-chart")).to_be_visible()
    assert page.locator(".board details").count() == 0
