"""Letters with a real browser: the clerk prints a receipt and a register, the citizen opens the own receipt."""

from playwright.sync_api import expect

from tests.browser.staff import sign_in
from tests.browser.test_accessibility import too_wide, violations
from tests.browser.test_bulk import is_fine
from tests.browser.test_follow_a_record import open_record

RECEIVE = "record = receive(); print(record.pk, record.code)"


def test_the_clerk_opens_a_receipt_and_the_letters_of_the_desk(phone, in_portal):
    key, code = in_portal(RECEIVE).split()
    page = phone
    sign_in(page, "demo-officer")
    page.goto(f"/admin/records/record/{key}/change/")
    with page.expect_download() as download:  # Chromium without windows shows no PDF
        page.locator("[formaction*=receipt]").click()
    assert download.value.suggested_filename == f"receipt-{code}.pdf"
    page.reload()
    expect(page.locator("#letters-title ~ ul")).to_contain_text("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
    is_fine(page)
    page.goto("/admin/records/record/letters/")
    is_fine(page)
    page.locator("#id_register_first").fill("2024-08-29")
    page.locator("form:has(#id_register_first) .default").click()
    expect(page.locator(".errorlist")).to_be_visible()
    is_fine(page)


def test_the_citizen_opens_the_own_receipt(no_script_page, page, in_portal):
    _key, code = in_portal(RECEIVE).split()
    for one in (no_script_page, page):
        open_record(one, code)
        with one.expect_download() as download:
            one.locator("a[href*='/letters/receipt/']").click()
        assert download.value.suggested_filename == f"receipt-{code}.pdf"
        assert too_wide(one) == []
    assert violations(page) == ""


BUSY = """
from django.db import transaction
with transaction.atomic():
    for number in range(51):
        receive(at=moment("2024-08-21 09:00"))
"""


def test_a_busy_day_is_one_pdf_without_scripts_too(no_script_page, phone, in_portal):
    in_portal(BUSY)
    page = no_script_page
    sign_in(page, "demo-officer")
    page.goto("/admin/records/record/letters/")
    page.locator("#id_receipts_day").fill("2024-08-21")
    page.locator("form:has(#id_receipts_day) .default").click()
    page.wait_for_selector("a[href$='/file/']", timeout=60_000)
    address = page.url
    with page.expect_download() as download:
        page.locator("a[href$='/file/']").click()
    assert download.value.suggested_filename == "receipt-2024-08-21-2024-08-21.pdf"
    sign_in(phone, "demo-officer")
    for one in (address, "/admin/records/record/letters/"):
        phone.goto(one)
        is_fine(phone)
