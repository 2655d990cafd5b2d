"""What a citizen does after handing papers in: look the record up, read what to do, until the result is there."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import too_wide, violations
from tests.browser.test_find_a_procedure import tab_to

DIGITS = "5678"
MOVE = """
record = Record.objects.get(code={code!r})
actions.change_status(record, to=Status.{to}, by=officer(), reason={reason!r}, at=moment({at!r}))
"""
WAY = [
    # status, day, the officer's words, the step shown, the headline
    ("IN_PROCESS", "2024-08-28 10:00", "", "In process", "Your record is being worked on."),
    ("SUPPLEMENT", "2024-08-28 11:00", "- Bản sao căn cước\n- Tờ khai", "In process", "Papers are missing."),
    ("IN_PROCESS", "2024-08-29 09:00", "", "In process", "Your record is being worked on."),
    ("RESOLVED", "2024-08-30 09:00", "", "Resolved", "The result is ready."),
    ("RETURNED", "2024-08-30 15:00", "", "Returned", "You have received the result."),
]


@pytest.fixture(scope="module")
def received(in_portal):
    """Codes of records that were received at the Center at nine; all at once, a process for each takes seconds."""
    return iter(in_portal("for _number in range(40): print(receive().code)").split())


@pytest.fixture
def code(received):
    """The code of a record that no other test knows."""
    return next(received)


@pytest.fixture
def move(in_portal, code):
    def move_on(to, at, reason=""):
        in_portal(MOVE.format(code=code, to=to, reason=reason, at=at))

    return move_on


@pytest.fixture(params=["desk", "telephone without scripts"])
def anywhere(request):
    """The same way has to work everywhere."""
    names = {"desk": "page", "telephone without scripts": "no_script_page"}
    return request.getfixturevalue(names[request.param])


def look_up(page: Page, code: str, digits: str = DIGITS) -> None:
    page.goto("/en/records/")
    page.get_by_label("Code of the record").fill(code)
    page.get_by_label("Last four digits").fill(digits)
    page.get_by_role("button", name="See where it stands").click()


def open_record(page: Page, code: str) -> None:
    look_up(page, code)
    page.wait_for_url("**/en/records/view/")


def test_from_the_receipt_to_the_result(anywhere, code, move):
    page = anywhere
    open_record(page, code)
    expect(page.locator("[aria-current=step]")).to_contain_text("Received")
    expect(page.get_by_text("17:00, 6 September 2024").first).to_be_visible()
    for to, at, reason, step, headline in WAY:
        move(to, at, reason)
        page.reload()
        expect(page.locator("[aria-current=step]")).to_contain_text(step)
        expect(page.locator("#standing")).to_contain_text(headline)
        act = page.get_by_role("heading", name="What you must do now")
        expect(act).to_have_count(1 if to in ("SUPPLEMENT", "RESOLVED") else 0)
        if to == "SUPPLEMENT":
            expect(page.locator(".act li")).to_have_text(["Bản sao căn cước", "Tờ khai"])
            expect(page.get_by_text("No day can be named yet")).to_be_visible()
        assert too_wide(page) == []
    expect(page.locator(".timeline > li")).to_have_count(1 + len(WAY))


def test_the_date_is_new_when_the_file_is_complete(page, code, move):
    move("SUPPLEMENT", "2024-08-28 11:00", "Tờ khai")
    move("IN_PROCESS", "2024-08-29 09:00")
    open_record(page, code)
    expect(page.locator(".due-date")).to_contain_text("17:00, 9 September 2024")
    page.get_by_text("How this day was computed").click()
    expect(page.get_by_text("The time limit started at 09:00, 29 August 2024.")).to_be_visible()


def test_wrong_digits_and_a_record_that_does_not_exist_show_the_same(anywhere, code):
    page = anywhere
    shown = []
    for typed_code, digits in ((code, "0000"), ("H02.15-240828-9990", DIGITS)):
        look_up(page, typed_code, digits)
        expect(page.get_by_role("alert")).to_contain_text("Nothing was found")
        expect(page.get_by_label("Code of the record")).to_have_value(typed_code)
        # Blanks at the ends of lines come and go with the layout.
        shown.append(page.locator("main").inner_text().split())
        assert page.url.endswith("/en/records/")
    assert shown[0] == shown[1]


def test_the_keyboard_alone_is_enough(page, code):
    page.goto("/en/")
    tab_to(page, ".follow a[href$='/records/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/records/")
    tab_to(page, "#id_code")
    page.keyboard.type(code.lower())
    page.keyboard.press("Tab")
    page.keyboard.type(DIGITS)
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/records/view/")
    tab_to(page, "form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/records/?again=closed")
    expect(page.get_by_role("status")).to_contain_text("closed on this screen")


def test_a_code_typed_into_the_search_arrives_in_its_field_and_not_in_the_address(page, code):
    for start in ("/en/", "/en/procedures/?q=khai"):
        page.goto(start)
        page.locator("#id_q").fill(code.lower())
        page.locator("#id_q").press("Enter")
        page.wait_for_url(re.compile(r"/en/records/$"))
        expect(page.get_by_label("Code of the record")).to_have_value(code)
        expect(page.get_by_label("Last four digits")).to_be_focused()


def test_without_scripts_a_code_typed_into_the_search_leads_to_the_form(no_script_page, code):
    no_script_page.goto("/en/")
    no_script_page.locator("#id_q").fill(code)
    no_script_page.locator("#id_q").press("Enter")
    expect(no_script_page.get_by_label("Code of the record")).to_be_visible()


def test_from_a_procedure_to_the_look_up_and_from_the_record_back_to_its_procedure(page, code):
    page.goto("/en/procedures/1.001193/")
    page.locator(".apply").get_by_role("link", name="Follow your record").click()
    page.wait_for_url("**/en/records/")
    open_record(page, code)
    page.locator(".record-of a").click()
    page.wait_for_url("**/en/procedures/*/")


def test_the_square_to_scan_is_drawn_when_it_is_asked_for(anywhere, code):
    page = anywhere
    open_record(page, code)
    picture = page.get_by_alt_text("QR code with a link to this page")
    expect(picture).not_to_be_visible()
    page.get_by_text("Show the square to scan").click()
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    assert too_wide(page) == []


def test_a_link_opens_the_record_on_the_phone_and_leaves_the_address(phone, in_portal, code):
    token = in_portal(f"from records import opened\nprint(opened.token_for(Record.objects.get(code={code!r})))")
    phone.goto(f"/en/records/t/{token}/")
    assert phone.url.endswith("/en/records/view/")
    expect(phone.locator(".record-code")).to_have_text(code)


def test_after_the_end_the_button_back_shows_nothing_of_the_record(page, code):
    open_record(page, code)
    page.get_by_role("button", name="Close this record").click()
    page.wait_for_url("**/en/records/?again=closed")
    page.go_back()
    expect(page.locator(".record-code")).to_have_count(0)
    expect(page.get_by_label("Code of the record")).to_be_visible()


def test_on_paper_the_record_is_short_and_without_what_paper_cannot_do(page, code, move):
    move("SUPPLEMENT", "2024-08-28 11:00", "Tờ khai")
    open_record(page, code)
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation").first).not_to_be_visible()
    expect(page.get_by_role("button", name="Close this record")).not_to_be_visible()
    expect(page.get_by_text("Take it along on your phone")).not_to_be_visible()
    expect(page.locator(".act")).to_be_visible()
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2


@pytest.mark.parametrize("language", ["", "/en"])
def test_axe_finds_nothing_on_the_record_page(page, phone, code, move, language):
    move("SUPPLEMENT", "2024-08-28 11:00", "- Tờ khai\n- Bản sao")
    for screen in (page, phone):
        screen.goto(f"{language}/records/")
        screen.locator("#id_code").fill(code)
        screen.locator("#id_digits").fill("0000")
        screen.keyboard.press("Enter")
        expect(screen.get_by_role("alert")).to_be_visible()
        assert violations(screen) == ""
        screen.locator("#id_digits").fill(DIGITS)
        screen.keyboard.press("Enter")
        screen.wait_for_url("**/records/view/")
        for summary in screen.locator("main summary").all():
            summary.click()
        assert violations(screen) == ""
        assert too_wide(screen) == []


def test_what_a_finger_touches_is_large_enough(phone, code):
    open_record(phone, code)
    for element in phone.locator("main button, main summary").all():
        if element.is_visible():
            assert element.bounding_box()["height"] >= 40
