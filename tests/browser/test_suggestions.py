"""The list under the search box, with the keyboard alone, by touch, and where no scripts run."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_accessibility import too_wide, violations

CODE = "1.001193"
SEARCHED = re.compile(r"/en/procedures/\?q=")


def options(page: Page) -> Locator:
    return page.locator("#id_q_suggestions [role=option]")


def chosen(page: Page) -> Locator:
    return page.locator("#id_q_suggestions [aria-selected=true]")


def type_in(page: Page, text: str, address: str = "/en/") -> None:
    """Open a page and type; the list is open afterwards."""
    page.goto(address)
    page.locator("#id_q").focus()
    page.keyboard.type(text)
    expect_open(page)


def expect_open(page: Page) -> None:
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(page.locator("#id_q")).to_have_attribute("aria-expanded", "true")


def expect_closed(page: Page) -> None:
    expect(page.locator("#id_q_suggestions")).to_be_hidden()
    expect(page.locator("#id_q")).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#id_q")).not_to_have_attribute("aria-activedescendant", re.compile("."))


def expect_chosen(page: Page, number: int) -> None:
    """The option `number` is chosen, alone, told to screen readers and in sight; the box keeps the focus."""
    option = options(page).nth(number)
    expect(option).to_have_attribute("aria-selected", "true")
    expect(chosen(page)).to_have_count(1)
    expect(page.locator("#id_q")).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    expect(option).to_be_in_viewport()
    expect(page.locator("#id_q")).to_be_focused()


# With the keyboard -----------------------------------------------------------------------------


def test_the_second_letter_opens_the_list_and_the_first_does_not(page):
    page.goto("/en/")
    page.keyboard.type("k")
    page.wait_for_timeout(400)  # more than the box waits
    expect_closed(page)
    with page.expect_response(re.compile(r"/en/procedures/suggest/\?q=kh$")):
        page.keyboard.type("h")
    expect_open(page)
    assert options(page).count() > 3
    expect(page.get_by_role("group", name="Procedures")).to_be_visible()
    expect(page.locator("#id_q")).to_be_focused()
    expect(chosen(page)).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="suggestions")).to_have_text(
        f"{options(page).count()} suggestions"
    )


def test_the_arrows_go_through_the_list_and_back_to_the_box_at_either_end(page):
    type_in(page, "khai sinh")
    count = options(page).count()
    for number in range(count):
        page.keyboard.press("ArrowDown")
        expect_chosen(page, number)
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_have_count(0)
    expect(page.locator("#id_q")).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowUp")
    expect_chosen(page, count - 1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect_chosen(page, 0)
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_have_count(0)
    expect(page.locator("#id_q")).to_have_value("khai sinh")


def test_enter_opens_the_chosen_procedure(page):
    type_in(page, CODE)
    page.keyboard.press("ArrowDown")
    expect_chosen(page, 0)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/en/procedures/{CODE}/")


def test_enter_on_a_common_search_searches_for_it(page):
    type_in(page, "khai sinh")
    page.keyboard.press("ArrowDown")
    text = chosen(page).inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(SEARCHED)
    expect(page.locator("#id_q")).to_have_value(text)


def test_enter_without_a_choice_searches_for_what_was_typed(page):
    type_in(page, "khai sinh")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"q=khai\+sinh$"))
    expect(page.locator("#id_q")).to_have_value("khai sinh")
    expect_closed(page)


def test_escape_closes_the_list_and_an_arrow_opens_it_again(page):
    type_in(page, "khai sinh")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect_closed(page)
    expect(page.locator("#id_q")).to_have_value("khai sinh")
    expect(page.locator("#id_q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect_open(page)
    expect_chosen(page, 0)


def test_leaving_the_box_closes_the_list_and_the_next_stop_is_no_option(page):
    type_in(page, "khai sinh")
    page.keyboard.press("Tab")
    expect_closed(page)
    assert page.evaluate("document.activeElement.getAttribute('role')") != "option"


def test_words_that_nothing_begins_close_the_list(page):
    type_in(page, "khai")
    page.keyboard.type("xyzzyqq")
    expect_closed(page)
    page.locator("#id_q").fill("")
    expect_closed(page)


def test_what_was_typed_on_replaces_the_list(page):
    type_in(page, "kh")
    page.keyboard.type("ai sinh lai", delay=20)
    expect(options(page).filter(has_text="1.004884")).to_be_visible()
    expect(page.get_by_role("group", name="Agencies")).to_have_count(0)


def test_the_list_is_there_beside_results_too(page):
    type_in(page, "ket hon", "/en/procedures/?level=commune")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"q=ket(\+|%20)hon"))
    expect(page.locator("#results-title")).to_contain_text("ket hon")
    expect_closed(page)
    page.locator("#id_q").fill("khai sinh")
    expect_open(page)
    page.keyboard.press("ArrowDown")
    expect_chosen(page, 0)


# By touch, and seen ----------------------------------------------------------------------------


def test_a_touch_opens_an_option(phone):
    type_in(phone, "khai sinh")
    options(phone).filter(has_text=CODE).tap()
    phone.wait_for_url(f"**/en/procedures/{CODE}/")


@pytest.mark.parametrize("typed", ["khai sinh", "giay phep moi truong"])
def test_on_a_telephone_nothing_reaches_beyond_the_screen(phone, typed):
    type_in(phone, typed, "/")
    assert too_wide(phone) == []
    box = phone.locator("#id_q_suggestions").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    small = [
        option.bounding_box()["height"] for option in options(phone).all() if option.bounding_box()["height"] < 44
    ]
    assert small == []


@pytest.mark.parametrize("address", ["/", "/en/procedures/"])
@pytest.mark.parametrize("size", ["page", "phone"])
def test_axe_finds_nothing_while_the_list_is_open(request, size, address):
    page = request.getfixturevalue(size)
    type_in(page, "khai sinh", address)
    assert violations(page) == ""
    page.keyboard.press("ArrowDown")
    expect_chosen(page, 0)
    assert violations(page) == ""


# Without scripts -------------------------------------------------------------------------------


def test_without_scripts_the_box_simply_searches(no_script_page):
    page = no_script_page
    page.goto("/en/")
    box = page.get_by_role("searchbox")
    box.fill("khai sinh")
    expect(page.locator("[role=listbox], [role=option]")).to_have_count(0)
    box.press("Enter")
    page.wait_for_url(SEARCHED)
    expect(page.locator("article h3 a").first).to_have_attribute("href", f"/en/procedures/{CODE}/")
