"""An administrator enters a reorganisation, looks at what moves, and takes it back, with a real browser."""

import pytest

from tests.browser.staff import sign_in
from tests.browser.test_bulk import is_fine, press

ADD = "/admin/organisation/reorganisation/add/"
COUNT = """
from procedures.models import FieldOwner
print(FieldOwner.objects.filter(agency__code="so-y-te", valid_from="2024-10-01").count())
"""


def fill(page, kind, sources, targets):
    page.goto(ADD)
    page.locator("#id_kind").select_option(kind)
    page.locator("#id_day").fill("2024-10-01")
    for name, codes in (("sources", sources), ("targets", targets)):
        options = page.locator(f"#id_{name} option")
        page.locator(f"#id_{name}").select_option(
            [
                options.filter(has_text=f"({code})").first.get_attribute("value")  # the code ends the line
                for code in codes
            ]
        )
    page.locator("#id_decision").fill("12/NQ-HĐND")


@pytest.mark.parametrize("size", ["page", "no_script_page"])
def test_a_split_is_looked_at_entered_and_undone(request, in_portal, size):
    in_portal("officer('so-cong-thuong')")
    page = request.getfixturevalue(size)
    sign_in(page, "demo-administrator")
    page.goto(ADD)
    if size != "no_script_page":
        is_fine(page)
    fill(page, "split", ["so-cong-thuong"], ["so-y-te", "so-gd-dt"])
    press(page, "form .default")
    if size != "no_script_page":
        is_fine(page)
    assert in_portal(COUNT) == "0"
    page.locator("select[name^=fields-]").first.select_option(index=1)
    press(page, ".bulk-buttons .default")
    if size != "no_script_page":
        is_fine(page)
    assert in_portal(COUNT) == "1"  # the one that was chosen; the others go to the first that was named
    press(page, "form[action$='/undo/'] [type=submit]")
    if size != "no_script_page":
        is_fine(page)
    assert in_portal(COUNT) == "0"
    assert page.locator("form[action$='/undo/']").count() == 0


def test_the_list_and_a_shipped_one_are_fine(page, phone):
    for shown in (page, phone):
        sign_in(shown, "demo-administrator")
        shown.goto("/admin/organisation/reorganisation/")
        is_fine(shown)
        press(shown, "#result_list th a >> nth=-1")
        is_fine(shown)


def test_what_cannot_be_is_told(page):
    sign_in(page, "demo-administrator")
    fill(page, "merge", ["so-gtvt"], ["so-y-te"])
    press(page, "form .default")
    assert page.locator(".errorlist li").count() == 1
    is_fine(page)


@pytest.mark.parametrize("code", ["so-nn-mt", "d-224"])
def test_the_page_of_a_unit_to_come_is_fine(page, phone, code):
    for shown in (page, phone):
        shown.goto(f"/agencies/{code}/")
        is_fine(shown)
        assert shown.locator(".notice a").count() > 0
