"""What somebody does who wants to know how the Center works: look at the figures, and ask for others."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import too_wide, violations

# Records at the Center and at a commune, in two months, so that every part of the page has something to show.
MAKE = """
from records.statistics import frozen
for day in ("2024-07-01", "2024-08-01"):
    for number in range(6):
        in_status(Status.RESOLVED, at=moment(f"{day} 09:00"), channel="online" if number % 2 else "in_person")
    for _number in range(5):
        receive(unit=COMMUNE, at=moment(f"{day} 09:00"))
frozen.freeze(moment("2024-07-01 09:00").date(), by=supervisor())
"""
ASKED = "/en/statistics/?scope=all&by=unit"


@pytest.fixture(scope="module", autouse=True)
def records(in_portal):
    in_portal(MAKE)


@pytest.fixture(params=["desk", "telephone without scripts"])
def anywhere(request):
    names = {"desk": "page", "telephone without scripts": "no_script_page"}
    return request.getfixturevalue(names[request.param])


def test_somebody_finds_the_figures_and_asks_for_others(anywhere):
    anywhere.goto("/en/")
    anywhere.get_by_role("navigation", name="Main").get_by_role("link", name="Figures").click()
    expect(anywhere.get_by_role("heading", level=1)).to_have_text("Figures")
    anywhere.get_by_label("Received at").select_option("all")
    anywhere.get_by_label("Grouped by").select_option("unit")
    anywhere.get_by_role("button", name="Show").click()
    expect(anywhere).to_have_url(re.compile("scope=all&by=unit"))
    expect(anywhere.get_by_role("heading", name="By unit that receives")).to_be_visible()
    assert too_wide(anywhere) == []


def test_a_figure_leads_to_its_meaning(phone):
    phone.goto(ASKED)
    phone.locator("dl.figures").get_by_role("link", name="Late").click()
    expect(phone.locator("#def-late")).to_be_in_viewport()


@pytest.mark.parametrize("address", [ASKED, "/statistics/?by=channel"])
@pytest.mark.parametrize("size", ["page", "phone"])
def test_axe_finds_nothing_where_there_is_something_to_show(request, size, address):
    opened = request.getfixturevalue(size)
    opened.goto(address)
    assert opened.locator("figure svg[role=img]").count() == 5
    assert violations(opened) == ""
    assert too_wide(opened) == []


@pytest.mark.parametrize("media", [{"media": "print"}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_a_chart_can_be_read_on_paper_in_the_dark_and_in_forced_colours(page, media):
    """A bar stands out from the paper, and so does the text beside it."""
    page.emulate_media(**media)
    page.goto(ASKED)
    assert violations(page) == ""
    seen = page.evaluate(
        """() => {
            const paper = element => {
                const colour = getComputedStyle(element).backgroundColor;
                return colour == "rgba(0, 0, 0, 0)" && element.parentElement ? paper(element.parentElement) : colour;
            };
            const chart = document.querySelector("figure.chart > svg");
            return [paper(chart), getComputedStyle(chart.querySelector("rect.bar")).fill,
                    getComputedStyle(chart.querySelector("text")).fill];
        }"""
    )
    paper, bar, text = (brightness(colour) for colour in seen)
    assert contrast(paper, bar) >= 3
    assert contrast(paper, text) >= 4.5


def brightness(colour):
    """The relative luminance of "rgb(…)" (WCAG 2.2); a page without a colour of its own is white."""
    parts = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)]
    if len(parts) == 4 and parts[3] == 0:
        return 1.0
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
