"""What people search for and open, from their search to the steward who learns from it, with a real browser."""

import time

import pytest

from tests.browser.staff import sign_in
from tests.browser.test_accessibility import too_wide, violations
from tests.browser.test_bulk import is_fine, press

SEARCHES = "/admin/procedures/searchcount/"
QUALITY = "/admin/procedures/procedure/quality/"
COUNTED = """
from procedures.models import SearchCount, SearchOpened
print(list(SearchCount.objects.filter(query={query!r}).values_list("count", "hits")),
      list(SearchOpened.objects.filter(query={query!r}).values_list("procedure__code", "count", "addresses")))
"""


def written(in_portal, query, seconds=30):
    """What the running portal has counted of a query, once its processes have written search and opening."""
    end = time.monotonic() + seconds
    while "[]" in (counted := in_portal(COUNTED.format(query=query))) and time.monotonic() < end:
        time.sleep(1)
    return counted


def test_what_is_searched_for_and_opened_is_written_soon_without_a_name(no_script_page, in_portal):
    no_script_page.goto("/procedures/?q=cap+lai+khai+sinh")
    link = no_script_page.locator(".result-title a").first
    code = link.get_attribute("href").strip("/").split("/")[-1]
    with no_script_page.expect_navigation():
        link.click()
    searched, _space, opened = written(in_portal, "cap lai khai sinh").partition("] ")
    assert searched.startswith("[(1, ")
    assert opened == f"[('{code}', 1, 1)]"


@pytest.mark.parametrize(("name", "word"), [("page", "xyzzyqq"), ("no_script_page", "gwimpeluj")])
def test_a_steward_makes_a_name_of_a_query_in_vain(request, name, word, in_portal):
    page = request.getfixturevalue(name)
    page.goto(f"/procedures/?q={word}")  # counted, and written some seconds later
    assert page.locator(".result-title").count() == 0
    in_portal(
        f"from procedures.models import *\nSearchCount.objects.create(query={word!r}, day='2024-08-28', count=9)"
    )
    sign_in(page, "demo-steward")
    page.goto(SEARCHES)
    looks_fine(page, name)
    press(page, f"a[href*='kind=name'][href*='{word}']")
    looks_fine(page, name)
    page.locator("#look").fill("đăng ký khai sinh")
    press(page, "#look ~ input[type=submit]")
    press(page, ".bulk-reasons a >> nth=0")
    press(page, ".submit-row .default")
    assert page.locator("[data-places] tbody tr").first.inner_text().startswith("1.001193")
    looks_fine(page, name)
    press(page, ".bulk-buttons .default")
    looks_fine(page, name)
    press(page, ".messagelist a")
    assert page.locator(".result-title").first.inner_text() == "Đăng ký khai sinh"


def looks_fine(page, name):
    if name != "no_script_page":  # without scripts there is no axe
        is_fine(page)


def test_the_page_of_data_quality_is_read_on_a_telephone(phone):
    sign_in(phone, "demo-steward")
    phone.goto(QUALITY)
    is_fine(phone)
    press(phone, "[data-lacks] td a >> nth=1")
    assert phone.locator("#result_list tbody tr").count() > 0


def test_a_citizen_says_what_is_wrong_without_scripts(no_script_page):
    no_script_page.goto("/procedures/1.001193/")
    press(no_script_page, "a[href$='/correction/']")
    no_script_page.locator("#id_text").fill("Lệ phí đã thay đổi từ tháng 7.")
    press(no_script_page, "main [type=submit]")
    assert no_script_page.url.endswith("?sent")


def test_what_is_refused_is_said_on_a_telephone(phone):
    phone.goto("/en/procedures/1.001193/correction/")
    assert not phone.locator("#id_website").is_visible() or phone.locator("#id_website").bounding_box()["x"] < 0
    phone.locator("#id_text").fill("Please call 0912 345 678 about it")
    press(phone, "main [type=submit]")
    assert phone.locator("#error_1_id_text, .invalid-feedback").count() >= 1
    assert too_wide(phone) == []
    assert violations(phone) == ""
