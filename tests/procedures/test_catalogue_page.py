"""The list of procedures: searching, filtering, turning pages, and whatever else arrives in the address."""

import datetime
import html
import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from procedures.models import EverydayName, Procedure
from procedures.search import FILTERS, current, find

pytestmark = pytest.mark.django_db

LIST = "/en/procedures/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def listed(client):
    """The list for these parameters."""

    def get(**parameters):
        return client.get(LIST, parameters)

    return get


def codes(response):
    return re.findall(r'<h3 class="result-title"><a href="/en/procedures/([^/]+)/"', response.text)


def total(response):
    """The number that the heading of the results says."""
    title = re.search(r'id="results-title"[^>]*>(.*?)</h2>', response.text, re.S)[1]
    return int(re.match(r"\s*([\d.,]+)", title)[1].replace(",", "").replace(".", ""))


def facts(response, name):
    """What each procedure of the list says of itself under this heading."""
    return re.findall(rf"<dt>{name}</dt><dd[^>]*>(.*?)</dd>", response.text)


def pages_after(response):
    """The number of the last page."""
    return max(map(int, re.findall(r'class="page-link"[^>]*>(\d+)</a>', response.text)), default=1)


def option_counts(response, name):
    """The numbers in the options of a filter, by value."""
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', response.text, re.S)[0]
    found = re.findall(r'<option value="([^"]+)"[^>]*>[^<]*\((\d+)\)</option>', select)
    return {value: int(count) for value, count in found}


# Searching ---------------------------------------------------------------------------------------


def test_a_search_without_accents_finds_and_marks_the_words(listed):
    response = listed(q="dang ky khai sinh")
    assert codes(response)[0] == "1.001193"
    assert "<mark>Đăng ký khai sinh</mark>" in response.text
    assert total(response) >= 5


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Zoqua (bemli), thử", "<mark>Zoqua</mark> (<mark>bemli</mark>), thử"),
        ("Zoqua/bemli thử", "<mark>Zoqua</mark>/<mark>bemli</mark> thử"),
        ("Zoqua  bemli thử", "<mark>Zoqua  bemli</mark> thử"),
        ("Zoqua bemli <b>&", "<mark>Zoqua bemli</mark> &lt;b&gt;&amp;"),
        ("Zoqua thử Bemli, Zoqua", "<mark>Zoqua</mark> thử <mark>Bemli</mark>, <mark>Zoqua</mark>"),
    ],
)
def test_words_are_marked_whatever_stands_beside_them(listed, name, shown):
    EverydayName.objects.create(procedure=Procedure.objects.get(code="1.001193"), name=name, language="vi")
    assert f"{shown}</span>" in listed(q="zoqua bemli").text


def test_accents_and_their_absence_find_the_same_first(listed):
    assert codes(listed(q="Đăng ký khai sinh"))[0] == codes(listed(q="DANG KY KHAI SINH"))[0]


def test_without_words_the_list_has_everything(listed):
    response = listed()
    assert total(response) == len(find().codes)
    assert len(codes(response)) == 20


def test_a_search_that_finds_nothing_leads_on(listed):
    response = listed(q="qqqxxx zzzyyy")
    assert response.status_code == 200
    assert codes(response) == []
    assert total(response) == 0
    nothing = response.text.split('<div class="nothing">')[1]
    assert 'href="/en/fields/"' in nothing
    assert 'href="/en/agencies/"' in nothing


def test_nothing_found_with_filters_offers_the_search_without_them(listed):
    found = listed(q="qqqxxx zzzyyy", level="commune")
    assert 'href="/en/procedures/?q=qqqxxx%20zzzyyy"' in found.text


def test_a_hit_by_another_name_says_which(listed):
    response = listed(q="giay khai sinh")
    assert 'class="result-reason"' in response.text


def test_a_hit_that_lacks_words_says_which(listed):
    response = listed(q="khai sinh qqqxxx")
    assert codes(response)[0] == "1.001193"
    assert "No procedure has all of your words" in response.text
    assert response.text.count('<p class="result-missing">Without: <s>qqqxxx</s></p>') == len(codes(response))


def test_a_hit_that_has_every_word_lacks_none(listed):
    response = listed(q="tôi muốn đăng ký khai sinh thì cần những gì")
    assert "No procedure has all of your words" not in response.text
    assert "result-missing" not in response.text.split("</article>")[0]


def test_words_that_were_corrected_are_offered_as_they_are_written(listed):
    assert '<a lang="vi" href="/en/procedures/?q=khai%20sinh">khai sinh</a>' in listed(q="khai sjnh").text
    assert 'class="meant"' not in listed(q="khai sinh").text


@pytest.mark.parametrize("typed", ["1.001193", " 1.001193 ", "1.001193.000.00.00.H56", "1.001193.H56"])
def test_a_code_leads_to_its_procedure(listed, typed):
    response = listed(q=typed)
    assert response.status_code == 302
    assert response["Location"] == "/en/procedures/1.001193/"


def test_a_code_that_nothing_has_stays_in_the_list(listed):
    assert listed(q="9.999999").status_code == 200


# As a fragment -----------------------------------------------------------------------------------


def test_htmx_gets_the_part_below_the_box_and_caches_know(client):
    fragment = client.get(LIST, {"q": "khai sinh"}, headers=HTMX)
    page = client.get(LIST, {"q": "khai sinh"})
    assert "<html" not in fragment.text
    assert codes(fragment) == codes(page)
    assert "HX-Request" in fragment["Vary"]
    assert "HX-Request" in page["Vary"]
    assert fragment.text.strip() in page.text


def test_going_back_with_htmx_gets_the_whole_page(client):
    assert "<html" in client.get(LIST, headers={**HTMX, "HX-History-Restore-Request": "true"}).text


def test_htmx_is_not_led_away_by_a_code(client):
    response = client.get(LIST, {"q": "1.001193"}, headers=HTMX)
    assert response.status_code == 200
    assert codes(response) == ["1.001193"]


# Filters -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILTERS)
def test_the_number_on_every_option_is_what_choosing_it_leaves(listed, name):
    counted = option_counts(listed(q="dang ky"), name)
    assert counted
    for value, count in list(counted.items())[:12]:
        assert total(listed(**{"q": "dang ky", name: value})) == count > 0


def test_filters_narrow_each_other(listed):
    both = listed(q="dang ky", level="commune", online="partial")
    assert 0 < total(both) < min(total(listed(q="dang ky", level="commune")), total(listed(q="dang ky")))
    assert len(facts(both, "Level")) == len(facts(both, "Online level")) == len(codes(both))
    assert all("Commune" in level for level in facts(both, "Level"))
    assert all("badge-partial" in level for level in facts(both, "Online level"))


def test_what_is_not_known_can_be_filtered_too(listed):
    unknown = listed(online="unknown")
    assert codes(unknown)
    assert facts(unknown, "Online level") == []


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_value_that_does_not_exist_is_dropped_and_told(listed, name):
    response = listed(**{"q": "khai sinh", name: "the<moon>"})
    assert response.status_code == 200
    assert total(response) == total(listed(q="khai sinh"))
    notice = html.unescape(re.search(r'<p class="notice">(.*?)</p>', response.text)[1])
    assert "the<moon>" in notice
    assert "<moon>" not in response.text
    pages = re.findall(r'class="page-link"[^>]*href="([^"]*)"', response.text)
    assert pages
    assert not [address for address in pages if f"{name}=" in address]


def test_a_former_agency_filters_by_those_that_do_its_work_today(listed, settings):
    settings.PORTAL_TODAY = datetime.date(2026, 11, 23)
    response = listed(agency="so-tnmt")
    assert 0 < total(response) <= total(listed(agency="so-nn-mt"))
    assert 'href="/en/agencies/so-nn-mt/"' in re.search(r'class="notice">.*?</p>', response.text, re.S)[0]


# Pages -------------------------------------------------------------------------------------------


def test_pages_follow_each_other_and_keep_the_search(listed):
    first, second = listed(q="dang ky", level="province"), listed(q="dang ky", level="province", page=2)
    assert not set(codes(first)) & set(codes(second))
    following = re.search(r'rel="next" href="([^"]+)"', first.text)[1]
    assert html.unescape(following) == "?q=dang+ky&level=province&page=2"
    assert 'aria-current="page"' in second.text
    assert '<ol class="result-list" start="21">' in second.text


def test_every_procedure_stands_on_exactly_one_page(listed):
    first = listed(agency="so-tu-phap")
    pages = pages_after(first)
    assert pages > 2
    seen = [code for page in range(1, pages + 1) for code in codes(listed(agency="so-tu-phap", page=page))]
    assert len(seen) == len(set(seen)) == total(first)


@pytest.mark.parametrize("page", ["999999", "0", "-1", "abc", "1.5", "", "9" * 5000, "\x00"])
def test_a_page_that_does_not_exist_is_404_with_a_way_back(listed, page):
    response = listed(q="khai sinh", page=page)
    assert response.status_code == 404
    assert 'href="/en/procedures/?q=khai+sinh"' in response.text


# Whatever arrives in the address -----------------------------------------------------------------


def test_a_very_long_question_is_cut_and_the_reader_told(listed):
    response = listed(q="khai sinh " * 1000)
    assert response.status_code == 200
    assert "200" in re.search(r'<p class="notice">(.*?)</p>', response.text)[1]
    shown = re.search(r'<input[^>]*name="q"[^>]*>', response.text)[0]
    assert len(re.search(r'value="([^"]*)"', shown)[1]) == 200


def test_a_question_of_the_longest_length_is_not_called_long(listed):
    assert 'class="notice">Your question' not in listed(q="khai sinh".ljust(200, "x")).text


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' OR 1=1; DROP TABLE procedures_procedure; --",
        "khai\x00sinh",
        "\x00",
        "\x01\x02\x1b[31m",
        "‮evil‬",
        "{{ settings.SECRET_KEY }} {% debug %}",
        'title:khai AND (sinh OR "',
        '+-&&||!(){}[]^"~*?:\\/',
        "💍 👶",
        "%",
        "../../etc/passwd",
    ],
)
def test_hostile_words_are_only_words(listed, typed):
    response = listed(q=typed)
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert "<img src=x" not in response.text
    assert "\x00" not in response.text
    assert total(listed()) == len(find().codes)  # still all there


def test_what_was_typed_is_shown_again_as_typed(listed):
    response = listed(q='<b>"khai" & sinh</b>')
    assert 'value="&lt;b&gt;&quot;khai&quot; &amp; sinh&lt;/b&gt;"' in response.text


def test_control_characters_part_words_and_do_not_matter(listed):
    assert codes(listed(q="khai\x00sinh\x07")) == codes(listed(q="khai sinh"))


# A test client holds no state between these examples.
HAPPENING = rules(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@HAPPENING
@given(typed=st.one_of(st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")), st.binary()))
def test_no_question_breaks_the_list(client, typed):
    assert client.get(f"{LIST}?q={quote(typed)}").status_code in (200, 302)


@HAPPENING
@given(
    name=st.sampled_from([*FILTERS, "page", "unheard-of"]),
    value=st.one_of(st.sampled_from(["commune", "so-tu-phap", "full", "unknown", "2"]), st.binary(max_size=60)),
)
def test_no_filter_breaks_the_list(client, name, value):
    raw = value if isinstance(value, bytes) else value.encode()
    assert client.get(f"{LIST}?q=khai+sinh&{name}={quote(raw)}").status_code in (200, 404)


# Cost and language -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parameters", [{}, {"q": "dang ky khai sinh"}, {"q": "dang ky", "level": "commune", "page": 2}]
)
def test_a_list_asks_the_database_for_the_stamp_alone(listed, django_assert_num_queries, parameters):
    current()
    with django_assert_num_queries(1):
        listed(**parameters)


def test_official_names_on_an_english_list_are_marked_as_vietnamese(listed):
    titles = re.findall(r'<h3 class="result-title"><a [^>]*>', listed(q="khai sinh").text)
    assert titles
    assert all('lang="vi"' in title for title in titles)
