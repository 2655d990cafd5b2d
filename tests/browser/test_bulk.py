"""Moving many records in one go, and changing the table of days, with a real browser."""

import json

import pytest

from tests.browser.staff import sign_in
from tests.browser.test_accessibility import too_wide, violations

START = "/admin/records/bulkjob/add/"
RECEIVE = """
from django.db import transaction
with transaction.atomic():
    codes = [receive(at=moment("2024-08-27 09:00")).code for number in range({count})]
import json
print(json.dumps(codes))
"""


@pytest.fixture
def received(in_portal):
    return lambda count: json.loads(in_portal(RECEIVE.format(count=count)))


def is_fine(page):
    assert page.locator("h1").count() == 1
    assert too_wide(page) == []
    assert violations(page) == ""


def press(page, selector):
    with page.expect_navigation():
        page.locator(selector).click()


def fill(page, codes, to, reason=""):
    page.goto(START)
    page.locator("#id_codes").fill("\n".join(codes))
    page.locator("#id_to").select_option(to)
    page.locator("#id_reason").fill(reason)


def statuses(in_portal, codes):
    return in_portal(f"print(sorted(set(Record.objects.filter(code__in={codes}).values_list('status', flat=True))))")


def test_an_officer_moves_many_and_reads_what_became_of_each(page, received, in_portal):
    codes = received(40)
    sign_in(page, "demo-officer")
    fill(page, [*codes, "H02.15-240827-9999"], "4")
    is_fine(page)
    press(page, "form .default")
    assert page.locator(".bulk-reasons li").count() == 1
    is_fine(page)
    press(page, ".bulk-buttons .default")
    page.locator(".bulk-filter").wait_for(timeout=60_000)  # the page asks again by itself until the report is there
    assert "40" in page.locator(".bulk-sum").inner_text()
    is_fine(page)
    press(page, ".bulk-filter a:last-child")
    assert page.locator(".bulk-table tbody tr").count() == 1
    assert statuses(in_portal, codes) == "[4]"


def test_without_scripts_it_goes_the_same_way(no_script_page, received, in_portal):
    codes = received(5)
    sign_in(no_script_page, "demo-officer")
    fill(no_script_page, codes, "5", "thiếu bản sao")
    press(no_script_page, "form .default")
    press(no_script_page, ".bulk-buttons .default")
    no_script_page.locator(".bulk-filter").wait_for(timeout=60_000)
    assert statuses(in_portal, codes) == "[5]"


def test_what_is_missing_is_said_on_a_telephone(phone):
    sign_in(phone, "demo-officer")
    fill(phone, [], "8")
    press(phone, "form .default")
    assert phone.locator(".errorlist").count() == 2
    is_fine(phone)


def test_records_ticked_in_the_list_are_brought_along(page, received):
    received(2)
    sign_in(page, "demo-officer")
    page.goto("/admin/records/record/")
    boxes = page.locator("input[name=codes]")
    ticked = [boxes.nth(number).get_attribute("value") for number in range(2)]
    for number in range(2):
        boxes.nth(number).check()
    press(page, "#record-bulk [type=submit]")
    assert page.locator("#id_codes").input_value().split() == ticked


@pytest.mark.parametrize("size", ["page", "phone"])
def test_a_supervisor_watches_a_job_that_runs(request, received, in_portal, size):
    codes = received(2)
    key = in_portal(
        "from records import bulk\n"
        "officer = User.objects.get(username='demo-officer')\n"
        f"job = bulk.prepare({codes}, to=Status.IN_PROCESS, reason='', by=officer)\n"
        "bulk.start(job)\nbulk.run_slice(job, seconds=0)\nprint(job.pk)"
    )
    page = request.getfixturevalue(size)
    sign_in(page, "demo-supervisor")
    page.goto(f"/admin/records/bulkjob/{key}/change/")
    assert page.locator("progress").evaluate("bar => [bar.value, bar.max]") == [1, 2]
    is_fine(page)


def test_an_administrator_sees_what_a_day_off_does_before_it_is_saved(page, phone, received, in_portal):
    (code,) = received(1)
    day = "2024-08-30"
    for shown in (page, phone):
        sign_in(shown, "demo-administrator")
        shown.goto("/admin/records/dayexception/add/")
        shown.locator("#id_day").fill(day)
        shown.locator("#id_kind").select_option("off")
        shown.locator("#id_name").fill("bão số 3")
        press(shown, "[name=_save]")
        assert shown.locator("[data-impact] tbody tr").count() > 0
        is_fine(shown)
    ask = f"record = Record.objects.get(code='{code}'); print(record.promised_at, record.events.count())"
    before = in_portal(ask)
    press(page, ".bulk-buttons .default")
    page.locator("progress").wait_for(state="detached", timeout=60_000)
    page.locator("a[href='/admin/records/dayexception/'] >> nth=-1").wait_for()
    is_fine(page)
    after = in_portal(ask)
    assert after.endswith(" 2")
    assert after[:10] > before[:10]
    # Taken back, for the tests that share this portal.
    page.goto("/admin/records/dayexception/")
    press(page, f"#result_list a:text-is('{'/'.join(reversed(day.split('-')))}')")
    press(page, ".deletelink")
    is_fine(page)
    press(page, "#content form [type=submit]")
    page.locator("progress").wait_for(state="detached", timeout=60_000)
    assert in_portal(ask).startswith(before[:10])
