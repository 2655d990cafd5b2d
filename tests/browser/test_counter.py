"""What an officer does at the counter, with the keyboard alone: reception → supplement → completion → resolved →
returned; and that the pages are accessible on a desk and on a telephone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.staff import sign_in
from tests.browser.test_accessibility import too_wide, violations
from tests.browser.test_find_a_procedure import tab_to

LIST = "/admin/records/record/"
CODE = "1.001193"
MOST_STOPS = 120  # of the Tab key on a page


def reach(page: Page, selector: str) -> None:
    tab_to(page, selector, MOST_STOPS)


def press(page: Page, selector: str) -> None:
    """Reach a link or button with the Tab key, and press it."""
    reach(page, selector)
    page.keyboard.press("Enter")


def choose_procedure(page: Page) -> None:
    """From the list to the form; the box has the focus."""
    page.goto(LIST)
    press(page, "main a[href$='/add/']")
    page.wait_for_url("**/add/")
    expect(page.locator("#procedure-search")).to_be_focused()
    page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/add/?procedure={CODE}")


def receive(page: Page) -> str:
    """Fill the form in and send it; the code that is read out. The focus is on the link to the record."""
    expect(page.locator("#id_channel_0")).to_be_focused()
    for field, text in (("name", "Trần Thị Bàn Phím"), ("phone", "0987 000 111"), ("address", "1 Phố Thử")):
        reach(page, f"#id_{field}")
        page.keyboard.type(text)
    reach(page, "[name$=handed_in]")
    page.keyboard.press("Space")
    press(page, ".record-form button[type=submit]")
    page.wait_for_url("**/received/")
    return page.locator("[data-code]").inner_text()


def move(page: Page, status: int, reason: str = "") -> None:
    """Press the button of a move, after its reason, and see the record in its new status."""
    if reason:
        reach(page, "#id_move_reason")
        page.keyboard.type(reason)
    press(page, f"button[name=to][value='{status}']")
    expect(page.locator(f"[data-status='{status}']")).to_be_visible()


@pytest.fixture(params=["desk", "without scripts"])
def counter(request):
    page = request.getfixturevalue({"desk": "page", "without scripts": "no_script_page"}[request.param])
    sign_in(page)
    return page


def test_a_record_goes_from_reception_to_its_return_by_the_keyboard_alone(counter):
    page = counter
    choose_procedure(page)
    code = receive(page)
    assert re.fullmatch(r"H02\.15-240828-\d{4}", code)
    expect(page.locator("main .record-buttons a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    expect(page.get_by_text("Trần Thị Bàn Phím")).to_be_visible()
    expect(page.locator(".record-checklist li").first).to_contain_text("✓")
    move(page, 5, "Thiếu giấy chứng sinh")
    expect(page.locator(".due-waiting")).to_be_visible()
    expect(page.get_by_text("Thiếu giấy chứng sinh")).to_be_visible()
    move(page, 4)
    move(page, 9)
    move(page, 10)
    expect(page.locator("button[name=to]")).to_have_count(0)
    expect(page.locator(".record-events > li")).to_have_count(5)


def test_a_scanned_code_opens_its_record(page):
    sign_in(page)
    choose_procedure(page)
    code = receive(page)
    page.goto(LIST)
    expect(page.locator("#record-search")).to_be_focused()
    page.keyboard.type(code.lower())  # as a scanner does: characters, then Enter
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    expect(page.locator("h1")).to_have_text(code)
    # From one record to the next without going back.
    reach(page, "#record-search")
    page.keyboard.type("tran thi ban phim")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?search=*")
    expect(page.get_by_role("link", name=code)).to_be_visible()
    assert "ban" not in page.url


def test_suggestions_lead_to_the_form_of_reception(page):
    sign_in(page)
    page.goto(f"{LIST}add/")
    page.keyboard.type("dang ky khai sinh")
    expect(page.get_by_role("option").first).to_be_visible()
    assert violations(page) == ""
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/add/?procedure=*")


def test_a_missing_reason_is_told_and_the_field_named(page):
    sign_in(page)
    choose_procedure(page)
    receive(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    press(page, "button[name=to][value='5']")
    expect(page.locator("#id_move_reason_error")).to_be_visible()
    expect(page.locator("#id_move_reason")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == ""


def test_the_filters_and_the_quick_ones_by_the_keyboard(page):
    sign_in(page)
    choose_procedure(page)
    receive(page)
    page.goto(LIST)
    press(page, "[data-quick=soon]")
    page.wait_for_url("**due=soon*")
    expect(page.locator("[data-quick=soon]")).to_have_attribute("aria-current", "page")
    reach(page, ".record-filters summary")
    page.keyboard.press("Enter")
    reach(page, "#id_procedure")
    page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**procedure={CODE}*")
    assert page.locator(".record-list tbody tr").count() >= 1
    assert "due=soon" in page.url


def test_the_ticked_records_go_to_a_bulk_move(page):
    sign_in(page)
    choose_procedure(page)
    code = receive(page)
    page.goto(LIST)
    page.locator(f"input[name=codes][value='{code}']").check()
    page.locator("#record-bulk button").click()
    page.wait_for_url("**/bulkjob/add/")
    expect(page.locator("[name=codes]")).to_have_value(re.compile(re.escape(code)))


@pytest.fixture(params=["phone", "dark"])
def anywhere(request):
    page = request.getfixturevalue(request.param)
    sign_in(page)
    return page


def accessible(page: Page) -> None:
    assert too_wide(page) == []
    assert violations(page) == ""


def test_axe_finds_nothing_on_the_pages_of_the_counter(anywhere):
    page = anywhere
    page.goto(f"{LIST}add/?q=khai+sinh")
    accessible(page)
    page.goto(f"{LIST}add/?procedure={CODE}")
    accessible(page)
    page.locator(".record-form button[type=submit]").click()
    expect(page.locator("#id_name_error")).to_be_visible()
    accessible(page)
    page.locator("#id_name").fill("Trần Thị Màn Hình")
    page.locator("#id_phone").fill("0987000222")
    page.locator(".record-form button[type=submit]").click()
    page.wait_for_url("**/received/")
    accessible(page)
    page.locator("main .record-buttons a").first.click()
    page.wait_for_url("**/change/")
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")
    accessible(page)
    page.locator("#id_move_reason").fill("Thiếu ảnh\nThiếu tờ khai")
    page.locator("button[name=to][value='5']").click()
    expect(page.locator("[data-status='5']")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize("query", ["", "?due=soon", "?status=any&start=2024-08-01", "?procedure=9.999999&due=waiting"])
def test_axe_finds_nothing_on_the_list(anywhere, query):
    anywhere.goto(LIST + query)
    accessible(anywhere)


def test_axe_finds_nothing_on_the_list_of_readings(page):
    sign_in(page, "demo-supervisor")
    page.goto("/admin/records/recordread/?code=x")
    accessible(page)
