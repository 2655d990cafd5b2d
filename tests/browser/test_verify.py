"""Whoever is shown a result: on paper, with its QR code, or as a file; with a real browser."""

import base64
import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import too_wide, violations

STAMPED = """
import base64, json
from records.models import ResultStep
from records.results import storage
record = through(StepKind.STAMP)
step = ResultStep.objects.get(kind=StepKind.STAMP, result__record=record)
print(json.dumps([record.code, step.result.token, base64.b64encode(storage.read(step.file)).decode()]))
"""
WITHDRAW = "steps.withdraw(Record.objects.get(code={code!r}), by=supervisor(), reason='sai')"


@pytest.fixture
def stamped(in_portal):
    """The code, the token and the bytes of a sealed result."""
    code, token, content = json.loads(in_portal(STAMPED))
    return code, token, base64.b64decode(content)


def check(page: Page, content: bytes, expected: str) -> None:
    page.goto("/en/verify/")
    file = {"name": "result.pdf", "mimeType": "application/pdf", "buffer": content}
    page.get_by_label("The PDF file of the result").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#verdict")).to_contain_text(expected)
    assert violations(page) == ""
    assert too_wide(page) == []


def test_a_file_is_checked_from_the_home_page_on_with_and_without_scripts(page, no_script_page, stamped):
    code, _token, content = stamped
    page.goto("/en/")
    page.get_by_role("link", name="Check whether it is genuine").click()
    page.wait_for_url("**/en/verify/")
    check(page, content, "Genuine")
    expect(page.locator(".verdict")).to_contain_text(code)
    no_script_page.goto("/en/verify/")
    file = {"name": "result.pdf", "mimeType": "application/pdf", "buffer": content + b"\n"}
    no_script_page.locator("#id_file").set_input_files(file)
    no_script_page.get_by_role("button", name="Check the file").click()
    expect(no_script_page.locator("#verdict")).to_contain_text("Changed after signing")


def test_verdicts_are_readable_at_a_desk_and_on_a_telephone(page, phone, stamped):
    _code, _token, content = stamped
    for screen in (page, phone):
        check(screen, content, "Genuine")
        check(screen, content.replace(b"842", b"843", 1), "Changed")
        check(screen, b"GIF89a", "not a PDF")


def test_the_qr_code_tells_what_to_compare_until_the_result_is_withdrawn(page, phone, in_portal, stamped):
    code, token, _content = stamped
    for screen in (page, phone):
        screen.goto(f"/en/verify/{token}/")
        expect(screen.get_by_role("heading", name="Compare with the paper")).to_be_visible()
        assert violations(screen) == ""
        assert too_wide(screen) == []
    in_portal(WITHDRAW.format(code=code))
    phone.reload()
    expect(phone.locator("#verdict")).to_contain_text("Withdrawn")
    assert violations(phone) == ""


def test_a_file_of_two_hundred_megabytes_is_answered(page, tmp_path):
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    page.goto("/en/verify/")
    page.locator("#id_file").set_input_files(large)
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#verdict")).to_contain_text("too large")
