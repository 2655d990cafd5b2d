"""A result on its way through the five electronic steps, and the citizen who downloads it, with a real browser."""

import json

from tests.browser.staff import sign_in
from tests.browser.test_bulk import is_fine, press
from tests.browser.test_follow_a_record import look_up

BEGIN = """
import json
from organisation.models import Agency
from procedures.models import Procedure
of_justice = Procedure.objects.filter(electronic_process=True, field__owners__agency__code="so-tu-phap")
justice = of_justice.order_by("code")[0]
record = in_status(Status.IN_PROCESS, procedure=justice)
print(json.dumps([record.pk, record.code, record.agency.code]))
"""
STAMPED = "record = through(StepKind.STAMP)\nprint(record.code)"


def open_page(page, key):
    page.goto(f"/admin/records/record/{key}/change/")


def button(action):
    return f"form:has(input[name=action][value={action}]) button[type=submit]"


def test_a_result_is_signed_on_a_telephone_and_given_out_at_a_desk_without_scripts(phone, no_script_page, in_portal):
    key, _code, agency = json.loads(in_portal(BEGIN))
    assert agency == "so-tu-phap"
    sign_in(phone, "demo-signer")
    open_page(phone, key)
    is_fine(phone)
    press(phone, button("draft"))
    assert phone.locator(".record-result .errorlist").count() == 1
    is_fine(phone)
    phone.locator("#id_draft_title").fill("Quyết định về việc cấp phép")
    phone.locator("#id_draft_content").fill("Đồng ý cấp phép theo đề nghị.")
    press(phone, button("draft"))
    is_fine(phone)
    with phone.expect_download() as download:
        phone.locator("a[href$='/result/draft.pdf']").click()
    assert download.value.suggested_filename.endswith("-draft.pdf")
    press(phone, button("sign"))
    assert phone.locator("li[data-state=done]").count() == 1
    is_fine(phone)

    desk = no_script_page
    sign_in(desk, "demo-officer")
    open_page(desk, key)
    for done, action in enumerate(["transfer", "print", "stamp", "return"], start=2):
        press(desk, button(action))
        assert desk.locator("li[data-state=done]").count() == done
    assert desk.locator(".record-now [data-status='10']").count() == 1
    with desk.expect_download() as download:
        desk.locator("a[href$='/result/sealed.pdf']").click()
    assert download.value.suggested_filename.endswith("-sealed.pdf")


def test_a_supervisor_withdraws_a_result_and_the_whole_evidence_is_readable(page, in_portal):
    code = in_portal(STAMPED)
    key = in_portal(f"print(Record.objects.get(code='{code}').pk)")
    sign_in(page, "demo-supervisor")
    open_page(page, key)
    is_fine(page)
    page.locator("details:has(#id_withdraw_reason) summary").click()
    page.locator("#id_withdraw_reason").fill("Sai số thửa đất")
    press(page, button("withdraw"))
    assert page.locator(".messagelist .success").count() == 1
    is_fine(page)


def test_a_citizen_downloads_the_sealed_result(phone, in_portal):
    code = in_portal(STAMPED)
    look_up(phone, code)
    phone.wait_for_url("**/records/view/")
    is_fine(phone)
    with phone.expect_download() as download:
        phone.locator("a[href$='/records/view/result.pdf']").click()
    assert download.value.suggested_filename == f"{code}.pdf"
