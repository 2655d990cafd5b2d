"""What a citizen does: find a procedure, read what to bring, print it. On a desk, on a telephone, without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

TYPED = "dang ky khai sinh"
CODE = "1.001193"


@pytest.fixture(params=["desk", "telephone", "without scripts"])
def anywhere(request):
    """The same way has to work everywhere."""
    names = {"desk": "page", "telephone": "phone", "without scripts": "no_script_page"}
    return request.getfixturevalue(names[request.param])


def search_from_home(page: Page, typed: str = TYPED) -> None:
    page.goto("/en/")
    page.locator("#id_q").fill(typed)
    page.locator("#id_q").press("Enter")
    page.wait_for_url(re.compile(r"/en/procedures/\?q="))


def results(page: Page):
    return page.get_by_role("list").locator("article h3 a")


def number_of_results(page: Page) -> int:
    return int(re.search(r"\d+", page.locator("#results-title").inner_text())[0])


def open_filters(page: Page) -> None:
    """On a small screen the filters are folded away."""
    if not page.get_by_label("Level", exact=True).is_visible():
        page.locator("details.filters summary").click()


def number_of_option(page: Page, value: str) -> int:
    text = page.locator(f"#id_level option[value={value}]").inner_text()
    return int(re.search(r"\((\d+)\)", text)[1])


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_from_home_to_what_to_bring(anywhere):
    page = anywhere
    search_from_home(page)
    expect(results(page).first).to_have_attribute("href", f"/en/procedures/{CODE}/")
    expect(page.locator("mark").first).to_be_visible()
    assert fits(page)
    results(page).first.click()
    page.wait_for_url(f"**/en/procedures/{CODE}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("dl.facts dt")).to_have_count(9)
    expect(page.get_by_role("heading", name="What to bring")).to_be_visible()
    assert page.locator("table.checklist tbody tr").count() >= 3
    expect(page.locator("table.checklist tbody tr").first).to_be_visible()
    assert fits(page)


def test_the_title_of_a_procedure_and_its_first_facts_stand_on_the_first_screen(phone):
    phone.goto(f"/en/procedures/{CODE}/")
    assert phone.get_by_role("heading", level=1).bounding_box()["y"] < 500
    assert phone.locator("dl.facts").bounding_box()["y"] < 740


def test_the_box_is_announced_as_one_that_suggests_and_without_scripts_as_a_search_box(page, no_script_page):
    page.goto("/en/")
    expect(page.get_by_role("combobox", name="Search for a procedure")).to_be_focused()
    no_script_page.goto("/en/")
    expect(no_script_page.get_by_role("searchbox", name="Search for a procedure")).to_be_focused()


def test_home_waits_for_words(page):
    page.goto("/")
    expect(page.locator("#id_q")).to_be_focused()
    page.keyboard.type(TYPED)
    page.keyboard.press("Enter")
    page.wait_for_url("**/procedures/?q=dang+ky+khai+sinh*")
    expect(results(page).first).to_have_attribute("href", f"/procedures/{CODE}/")


def test_a_filter_changes_the_list_and_the_address_and_keeps_the_focus(page):
    search_from_home(page)
    before, promised = number_of_results(page), number_of_option(page, "commune")
    level = page.get_by_label("Level", exact=True)
    level.focus()
    level.select_option("commune")
    page.wait_for_url(re.compile(r"level=commune"))
    expect(page.locator("#results-title")).to_contain_text(re.compile(rf"^\s*{promised} "))
    assert promised < before
    expect(page.get_by_label("Level", exact=True)).to_be_focused()
    expect(page.get_by_label("Level", exact=True)).to_have_value("commune")
    expect(page.locator("#id_q")).to_have_value(TYPED)
    assert "q=dang" in page.url
    # The address alone gives the same list.
    page.reload()
    assert number_of_results(page) == promised


def test_a_filter_asks_for_a_part_of_the_page_only(page):
    search_from_home(page)
    with page.expect_response(re.compile("level=commune")) as answer:
        page.get_by_label("Level", exact=True).select_option("commune")
    assert "<html" not in answer.value.text()


def test_filters_work_on_a_telephone(phone):
    search_from_home(phone)
    expect(phone.get_by_label("Level", exact=True)).not_to_be_visible()
    open_filters(phone)
    promised = number_of_option(phone, "commune")
    phone.get_by_label("Level", exact=True).select_option("commune")
    phone.wait_for_url(re.compile(r"level=commune"))
    expect(phone.locator("#results-title")).to_contain_text(re.compile(rf"^\s*{promised} "))
    assert fits(phone)


def test_filters_work_without_scripts(no_script_page):
    page = no_script_page
    search_from_home(page)
    promised = number_of_option(page, "commune")
    page.get_by_label("Level", exact=True).select_option("commune")
    page.get_by_role("button", name="Apply the filters").click()
    page.wait_for_url(re.compile(r"level=commune"))
    assert number_of_results(page) == promised
    expect(page.get_by_label("Level", exact=True)).to_have_value("commune")


def test_without_scripts_nothing_is_offered_that_does_not_work(no_script_page):
    no_script_page.goto(f"/en/procedures/{CODE}/")
    expect(no_script_page.locator("[data-print]")).not_to_be_visible()


def test_back_restores_the_list_of_before(page):
    search_from_home(page)
    before = number_of_results(page)
    promised = number_of_option(page, "commune")
    page.get_by_label("Level", exact=True).select_option("commune")
    page.wait_for_url(re.compile(r"level=commune"))
    expect(page.locator("#results-title")).to_contain_text(re.compile(rf"^\s*{promised} "))
    results(page).first.click()
    page.wait_for_url("**/en/procedures/*/")
    page.go_back()
    page.wait_for_url(re.compile(r"level=commune"))
    expect(page.locator("#results-title")).to_contain_text(re.compile(rf"^\s*{promised} "))
    expect(page.get_by_label("Level", exact=True)).to_have_value("commune")
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"level=commune"))
    expect(page.locator("#results-title")).to_contain_text(re.compile(rf"^\s*{before} "))
    expect(page.get_by_label("Level", exact=True)).to_have_value("")
    expect(page.locator("#id_q")).to_have_value(TYPED)


def test_a_new_search_from_the_list_replaces_the_old_one(page):
    search_from_home(page)
    page.locator("#id_q").fill("ket hon")
    page.locator("#id_q").press("Enter")
    page.wait_for_url(re.compile(r"q=ket"))
    expect(page.locator("mark").filter(has_text=re.compile("kết", re.IGNORECASE)).first).to_be_visible()
    expect(page.locator("main h1")).to_have_count(1)


def tab_to(page: Page, is_there: str, most: int = 60) -> None:
    """Press Tab until the focused element matches the selector; every stop on the way shows where it is."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", is_there):
            break
        seen = page.evaluate(
            "() => { const style = getComputedStyle(document.activeElement);"
            " return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }"
        )
        assert seen, page.evaluate("document.activeElement.outerHTML")
    else:
        pytest.fail(f"{is_there} was not reached with the keyboard")


def test_the_keyboard_alone_is_enough(page):
    page.goto("/en/")
    page.keyboard.type(TYPED)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/en/procedures/\?q="))
    tab_to(page, "#id_level")
    page.keyboard.type("C")  # the option that begins so: Commune
    page.wait_for_url(re.compile(r"level=commune"))
    expect(page.locator("#id_level")).to_be_focused()
    tab_to(page, ".result-title a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/en/procedures/{CODE}/")


def test_the_first_stop_of_the_keyboard_skips_to_the_content(page):
    page.goto(f"/en/procedures/{CODE}/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip-link")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("language", ["", "/en"])
def test_on_paper_a_procedure_is_short_and_without_what_paper_cannot_do(page, language):
    page.goto(f"{language}/procedures/{CODE}/")
    expect(page.get_by_role("navigation").first).to_be_visible()
    page.emulate_media(media="print")
    for navigation in page.get_by_role("navigation").all():
        expect(navigation).not_to_be_visible()
    expect(page.locator("aside.apply")).not_to_be_visible()
    expect(page.locator("dl.facts")).to_be_visible()
    expect(page.locator("table.checklist").first).to_be_visible()
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2


def test_the_print_button_prints(page):
    page.add_init_script("window.print = () => { document.title = 'printed'; };")
    page.goto(f"/en/procedures/{CODE}/")
    page.locator("[data-print]").click()
    expect(page).to_have_title("printed")


def test_the_other_language_keeps_the_place(page):
    page.goto(f"/en/procedures/?q={TYPED.replace(' ', '+')}&level=commune")
    page.locator("a.language").click()
    page.wait_for_url(re.compile(r"127\.0\.0\.1:\d+/procedures/\?q=dang\+ky\+khai\+sinh&level=commune"))
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.locator("#id_q")).to_have_value(TYPED)
