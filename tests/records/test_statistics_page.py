"""The figures for everybody: a period, a place, and each figure with its meaning."""

import datetime
import re

import pytest
from django.utils import timezone

from procedures.models import ChannelKind
from records import actions
from records.models import ChannelFigure, FigureChange
from records.statistics import frozen, rebuild
from records.statistics.cells import Measure
from records.statuses import Status

from .factories import COMMUNE, DISTRICT, in_status, moment, officer, receive, supervisor
from .figures import AUGUST, JULY, headline, lines, resolved

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    """The page in English, for the parameters that are given; `from` is a word of Python's."""

    def asked(**query):
        response = client.get("/en/statistics/", {name.rstrip("_"): value for name, value in query.items()})
        assert response.status_code == 200
        return response

    return asked


# The whole ---------------------------------------------------------------------------------------


def test_what_was_received_and_resolved_at_the_center_is_counted_from_january_to_this_month(ask):
    resolved(2, at=JULY)
    receive(at=AUGUST, channel=ChannelKind.ONLINE)
    in_status(Status.REFUSED, at=AUGUST)
    receive(at=moment("2023-12-29 09:00"))
    told = headline(ask())
    assert (told["Received"], told["Not accepted"], told["Resolved"]) == ("4", "1", "2")
    assert (told["Ahead of time"], told["On time"], told["Late"]) == ("2", "0", "0")
    assert told["In process at the end"] == "2"  # one of them since last year
    assert (told["Share on time"], told["Share online"]) == ("100.00\u00a0%", "0.00\u00a0%")
    assert told["Half within"] == "2 office hours"


def test_the_balance_holds_for_every_period(ask):
    receive(at=moment("2024-06-03 09:00"))
    resolved(1, at=JULY)
    in_status(Status.STOPPED, at=AUGUST)
    in_status(Status.REFUSED, at=AUGUST)
    for first, last in (("2024-06", "2024-06"), ("2024-07", "2024-08"), ("2024-08", "2024-08")):
        whole = ask(from_=first, to=last).context["whole"]
        assert whole.at_start + whole.received == whole.resolved + whole.refused + whole.in_process
    assert (whole.at_start, whole.in_process) == (1, 1)


def test_of_nothing_a_share_is_not_available_and_not_zero(ask):
    told = headline(ask())
    assert (told["Received"], told["Share on time"], told["Nine in ten within"]) == ("0", "N/A", "N/A")
    assert "Nothing was received or resolved" in ask().text


def test_a_change_shows_at_once_and_an_unchanged_page_is_not_made_again(client, ask, django_assert_num_queries):
    record = receive(at=AUGUST)
    first = ask()
    assert headline(first)["Resolved"] == "0"
    with django_assert_num_queries(3):  # whether changes wait, the state of the figures, the state of the catalogue
        again = client.get("/en/statistics/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    for status in (Status.IN_PROCESS, Status.RESOLVED):
        actions.change_status(record, to=status, by=officer())
    assert headline(ask())["Resolved"] == "1"


def test_figures_that_were_counted_anew_are_shown(ask):
    receive(at=AUGUST)
    assert headline(ask())["Received"] == "1"
    FigureChange.objects.all().delete()
    receive(at=AUGUST)
    rebuild.rebuild(lambda _done: None)
    assert headline(ask())["Received"] == "2"


def test_a_place_is_counted_for_itself(ask):
    resolved(1, at=AUGUST)
    receive(unit=DISTRICT, at=AUGUST)
    receive(unit=COMMUNE, at=AUGUST)
    counts = {scope: headline(ask(scope=scope))["Received"] for scope in ("center", "district", "commune", "all")}
    assert counts == {"center": "1", "district": "1", "commune": "1", "all": "3"}


# Months ------------------------------------------------------------------------------------------


def test_each_month_of_the_period_has_a_line_also_one_without_records(ask):
    resolved(1, at=moment("2024-06-03 09:00"))
    receive(at=moment("2024-06-03 09:00"))
    receive(at=AUGUST)
    told = lines(ask(from_="2024-06"), "months")
    assert list(told) == ["06/2024", "07/2024", "08/2024"]
    assert [cells[0] for cells in told.values()] == ["2", "0", "1"]
    assert [cells[6] for cells in told.values()] == ["1", "1", "2"]  # in process at the end


def test_a_frozen_month_says_so_and_what_corrections_have_changed(ask):
    record = in_status(Status.RESOLVED, at=JULY)
    assert "Frozen on" not in ask().text
    frozen.freeze(JULY.date(), by=supervisor())
    assert "Frozen on 28 Aug 2024; nothing has changed since." in ask().text
    actions.correct(record, by=supervisor(), reason="Nhầm hồ sơ của ông Mẫu")
    page = ask()
    assert "corrections since: −1 resolved ahead of time." in page.text
    assert "Mẫu" not in page.text
    assert supervisor().get_full_name() not in page.text
    assert "corrections since" not in ask(scope="district").text


# What is asked wrongly -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "left_out"),
    [
        ({"from": "2024-13"}, "From month"),
        ({"from": "08/2024"}, "From month"),
        ({"to": "2024-09"}, "To month"),  # to come
        ({"to": "2024-08\n"}, None),
        ({"to": "٢٠٢٤-08"}, "To month"),
        ({"scope": "moon"}, "Received at"),
        ({"by": "colour"}, "Grouped by"),
        ({"of": "1802"}, "Units"),
        ({"from": "2024-08", "to": "2024-07"}, "From month"),
        ({"from": "2010-01"}, "From month"),  # too many months
    ],
)
def test_what_cannot_be_chosen_is_said_and_left_out(client, query, left_out):
    page = client.get("/en/statistics/", query)
    assert page.status_code == 200
    assert ("it was left out" in page.text) == bool(left_out)
    if left_out:
        assert f"cannot be chosen for “{left_out}”" in page.text
        assert page.context["query"][:2] == (datetime.date(2024, 1, 1), datetime.date(2024, 8, 1))


def test_what_was_typed_is_no_part_of_the_page(client):
    page = client.get("/en/statistics/", {"by": "<script>"})
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


def test_the_form_shows_what_was_asked_for(ask):
    receive(at=moment("2024-05-06 09:00"))
    page = ask(from_="2024-06", to="2024-07", scope="all", by="field", of="now")
    chosen = re.findall(r'<option value="([^"]+)" selected>', page.text)
    assert chosen == ["2024-06", "2024-07", "all", "field", "now"]
    months = re.search(r'<select name="from".*?</select>', page.text, re.S)[0]
    assert re.findall(r'value="([^"]+)"', months) == ["2024-05", "2024-06", "2024-07", "2024-08"]


# Meaning, charts, cost ---------------------------------------------------------------------------


def test_every_figure_links_to_its_definition(ask):
    page = ask()
    targets = re.findall(r'href="#([^"]+)"', page.text)
    assert {f"def-{column.definition}" for column in page.context["columns"]} <= set(targets)
    for target in targets:
        assert page.text.count(f'id="{target}"') == 1
    assert "Decision 766/QĐ-TTg" in page.text


def test_records_are_told_apart_from_the_procedures_of_the_catalogue(ask):
    page = ask()
    total = f"{page.context['procedures']:,} procedures"
    assert total in page.text
    assert 'href="#def-catalogue"' in page.text


def test_a_demonstration_says_that_its_figures_are_invented(ask, settings):
    assert "are invented" in ask().text
    settings.PORTAL_TODAY = None
    assert "are invented" not in ask().text


def test_each_chart_says_in_words_what_it_draws_and_needs_no_colour(ask):
    resolved(5, at=AUGUST)
    page = ask()
    drawn = re.findall(r'<figure class="chart">.*?</figure>', page.text, re.S)
    assert len(drawn) == 5
    for chart in drawn:
        name = re.search(r'role="img" aria-labelledby="([^"]+)" aria-describedby="([^"]+)"', chart)
        assert f'<title id="{name[1]}">' in chart
        assert re.search(rf'<desc id="{name[2]}">[^<]+\.</desc>', chart)
        width = int(re.search(r'aria-describedby="[^"]+" viewBox="0 0 (\d+)', chart)[1])
        assert width <= 360
        assert all(float(x) < width for x in re.findall(r'<text x="([\d.]+)"', chart))
    assert "08/2024: 5 received, 5 resolved" in drawn[0]
    assert 'fill="url(#stripes-flow)"' in drawn[0]
    assert "style=" not in page.text


def test_a_long_period_is_drawn_in_part_and_told_in_full(ask):
    page = ask(from_="2020-01")
    assert len(lines(page, "months")) == 56
    assert "The charts show 09/2022 – 08/2024" in page.text


@pytest.mark.parametrize(
    ("query", "queries"),
    [({}, 12), ({"by": "unit", "of": "now", "scope": "all"}, 12), ({"by": "channel"}, 11), ({"by": "field"}, 12)],
)
def test_the_page_asks_a_fixed_number_of_queries(client, django_assert_num_queries, query, queries):
    resolved(5, at=AUGUST)
    client.get("/en/statistics/", {"by": "level", "of": "now"})  # builds the index, settles, knows who follows whom
    with django_assert_num_queries(queries):
        client.get("/en/statistics/", query)


def test_both_languages_are_there(client):
    assert '<html lang="vi">' in client.get("/statistics/").text
    assert timezone.get_current_timezone_name() == "Asia/Ho_Chi_Minh"


def test_what_was_open_before_is_the_same_however_many_years_have_passed_and_after_a_correction(ask):
    for day in ("2022-03-01", "2022-11-01", "2023-02-01"):
        receive(at=moment(f"{day} 09:00"))
    ended = receive(at=moment("2023-03-01 09:00"))
    for status in (Status.IN_PROCESS, Status.RESOLVED):
        ended = actions.change_status(ended, to=status, by=None, at=moment("2023-04-03 10:00"))
    starts = {"2022-12": 2, "2023-01": 2, "2023-05": 3, "2024-01": 3, "2024-08": 3}
    assert {first: ask(from_=first, to="2024-08").context["whole"].at_start for first in starts} == starts
    actions.correct(ended, by=supervisor(), reason="Nhầm hồ sơ")
    assert ask(from_="2024-01", to="2024-08").context["whole"].at_start == 4
    assert list(rebuild.differences(lambda _done: None)) == []
    ChannelFigure.objects.filter(measure=Measure.BALANCE, month__year=2022).update(count=0)
    (difference,) = rebuild.differences(lambda _done: None)
    assert difference.cell.startswith("2022-01, place center, channel ")
    assert (difference.stored, difference.counted) == (0, 2)
