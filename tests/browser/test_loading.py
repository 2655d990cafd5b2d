"""Loading a catalogue in the admin, with a real browser: from the upload to the public page, and back."""

import json

import pytest

from tests.browser.staff import sign_in
from tests.browser.test_accessibility import too_wide, violations
from tests.browser.test_bulk import is_fine, press

START = "/admin/procedures/catalogueload/add/"
CODE = "ZZ-BROWSER"
ROW = {"code": CODE, "field": ["ho-tich"], "level_province": True, "name": "Cấp phép thả diều"}
DECISION = "1234/QĐ-UBND"
# The newest load that nothing has taken back yet.
FIRST_LEFT = "#result_list tbody tr:has(td.field-takes_back:text-is('-')) th a >> nth=0"


def upload(page, row, name="rows.json", **fields):
    page.goto(START)
    content = json.dumps([{"model": "procedures.procedure", "fields": row}]).encode()
    page.locator("#id_contents").set_input_files({"name": name, "mimeType": "application/json", "buffer": content})
    for field, value in fields.items():
        page.locator(f"#id_{field}").fill(value)
    is_fine(page)
    press(page, "form .default")


def test_a_steward_uploads_looks_applies_and_takes_back(page, phone):
    sign_in(page, "demo-steward")
    upload(page, ROW, decision=DECISION)
    assert page.locator(".load-entry").count() == 1
    is_fine(page)
    press(page, ".bulk-buttons .default")
    is_fine(page)
    upload(page, {**ROW, "name": "Cấp phép thả diều ban đêm"}, decision=DECISION)
    press(page, ".bulk-buttons .default")

    phone.goto(f"/procedures/{CODE}/")
    assert DECISION in phone.locator(".changes").inner_text()
    assert phone.locator(".change-lines ins").first.inner_text() == "Cấp phép thả diều ban đêm"
    for address in (f"/procedures/{CODE}/", f"/en/procedures/{CODE}/changes/", "/procedures/changes/"):
        phone.goto(address)
        assert (too_wide(phone), violations(phone)) == ([], "")

    for _version in range(2):  # the last one first
        page.goto("/admin/procedures/catalogueversion/?kind__exact=load")
        press(page, FIRST_LEFT)
        is_fine(page)
        press(page, ".bulk-buttons .button")
        is_fine(page)
        press(page, ".bulk-buttons .default")
        assert page.locator(".messagelist .success").count() == 1
    assert phone.goto(f"/procedures/{CODE}/").status == 404


@pytest.mark.parametrize("size", ["page", "phone"])
def test_faults_are_a_table_that_can_be_read_and_downloaded(request, size):
    page = request.getfixturevalue(size)
    sign_in(page, "demo-steward")
    upload(page, {**ROW, "code": "zz 1", "everyday_rank": 9})
    assert page.locator(".bulk-table tbody tr").count() >= 1
    is_fine(page)
    with page.expect_download() as download:
        page.locator(".bulk-buttons .button").click()
    assert download.value.suggested_filename.startswith("faults-")
    press(page, ".bulk-buttons [type=submit]")
    is_fine(page)


def test_what_is_scheduled_is_shown_and_cancelled(phone):
    sign_in(phone, "demo-steward")
    upload(phone, {**ROW, "code": "ZZ-LATER"}, valid_from="2024-12-01")
    press(phone, ".bulk-buttons .default")
    assert phone.locator(".load-entry").count() == 1
    is_fine(phone)
    press(phone, ".bulk-buttons [type=submit]")
    assert phone.locator(".load-entry").count() == 0
    phone.goto("/admin/procedures/catalogueload/export/")
    is_fine(phone)
