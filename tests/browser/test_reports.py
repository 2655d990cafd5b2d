"""Months and reports of a period, and the draft of an apology, with a real browser."""

import pytest

from tests.browser.staff import sign_in
from tests.browser.test_bulk import is_fine, press

MONTHS, REPORTS = "/admin/records/frozenmonth/", "/admin/records/report/"
RECEIVE = """
for day in (8, 9, 10):
    record = in_status(Status.RESOLVED, at=moment(f"2024-{month:02}-{{day:02}} 09:00"))
print(record.pk)
"""
CORRECT = """
reason = "Bấm nhầm hồ sơ của người khác; kết quả chưa về Trung tâm"
actions.correct(Record.objects.get(pk={key}), by=None, reason=reason)
"""
DRAFT = """
from records import apologies
from records.models import ApologyDraft
record = in_status(Status.IN_PROCESS, at=moment("2024-08-21 08:00"))
apologies.prepare(moment("2024-08-27 06:30"))
print(record.pk, ApologyDraft.objects.filter(record=record).count())
"""


def test_a_supervisor_freezes_a_month_and_reads_its_corrections(phone, in_portal):
    key, page = in_portal(RECEIVE.format(month=6)), phone
    sign_in(page, "demo-supervisor")
    page.goto(MONTHS)
    is_fine(page)
    press(page, "a[href$='/2024-6/freeze/']")
    is_fine(page)
    press(page, ".bulk-buttons .default")
    is_fine(page)
    assert page.locator("#month-corrections").is_visible()
    in_portal(CORRECT.format(key=key))
    page.reload()
    assert page.locator(f"a[href='/admin/records/record/{key}/change/']").count() == 1
    is_fine(page)
    press(page, f"a[href='/admin/records/record/{key}/change/']")
    page.goto(MONTHS)
    is_fine(page)


@pytest.mark.parametrize("size", ["page", "no_script_page"])
def test_a_supervisor_makes_a_report_and_downloads_it(request, in_portal, size):
    in_portal(RECEIVE.format(month=7))
    page = request.getfixturevalue(size)
    sign_in(page, "demo-supervisor")
    page.goto(REPORTS)
    if size != "no_script_page":  # where axe cannot run
        is_fine(page)
    page.goto(f"{REPORTS}add/")
    page.locator("#id_first").select_option("2024-07-01")
    if size != "no_script_page":
        is_fine(page)
    page.locator(".submit-row .default").click()
    page.locator("a[href$='/pdf/file/']").wait_for(timeout=60_000)  # the page asks again by itself
    if size != "no_script_page":
        is_fine(page)
    for kind in ("xlsx", "pdf"):
        with page.expect_download() as download:
            page.locator(f"a[href$='/{kind}/file/']").click()
        assert download.value.suggested_filename == f"bao-cao-2024-07-2024-07-center.{kind}"


def test_a_wrong_period_is_told_on_a_telephone(phone, in_portal):
    in_portal(RECEIVE.format(month=4))
    sign_in(phone, "demo-supervisor")
    phone.goto(f"{REPORTS}add/")
    phone.locator("#id_first").select_option("2024-08-01")
    phone.locator("#id_last").select_option("2024-04-01")
    press(phone, ".submit-row .default")
    assert phone.locator(".errorlist").count() == 1
    is_fine(phone)


def test_a_report_under_way_shows_how_far_it_is(page, phone, in_portal):
    program = (
        "from records import reports\nimport datetime\nfrom records.models import Scope\n"
        "day = datetime.date(2024, 7, 1)\n"
        "job = reports.ask(day, day, Scope.ALL, User.objects.get(username='demo-supervisor'))\n"
        "job.until = 10**9\njob.save()\nprint(job.pk)"  # more than a slice can look at
    )
    key = in_portal(program)
    for shown in (page, phone):
        sign_in(shown, "demo-supervisor")
        shown.goto(f"{REPORTS}{key}/change/")
        assert shown.locator("progress").evaluate("bar => bar.value") > 0
        is_fine(shown)
    in_portal(f"from records.models import Report\nReport.objects.filter(pk={key}).update(state='done')")


def test_the_officer_finds_the_draft_of_an_apology_and_has_to_fill_it_in(phone, in_portal):
    page = phone
    key, drafts = in_portal(DRAFT).split()
    assert drafts == "1"
    sign_in(page, "demo-officer")
    page.goto(f"/admin/records/record/{key}/change/")
    assert "[…]" in page.locator("#id_reappoint_reason").input_value()
    is_fine(page)
    press(page, "details[open] .record-buttons button")
    assert page.locator("#id_reappoint_reason").locator("xpath=..").locator(".errorlist").count() == 1
    is_fine(page)
    page.locator("#id_reappoint_reason").fill("Chúng tôi xin lỗi: còn chờ ý kiến của Sở Tài chính.")
    press(page, "details[open] .record-buttons button")
    assert page.locator(".messagelist .success").count() == 1
    assert page.locator("details[open] #id_reappoint_reason").count() == 0
