"""The page of one procedure: its facts, what is not known, and codes that lead on or end."""

import datetime
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from procedures.models import Channel, Field, Procedure

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 8, 28)
BEFORE = DAY - datetime.timedelta(days=1)
AFTER = DAY + datetime.timedelta(days=1)


def address(code):
    return f"/en/procedures/{code}/"


@pytest.fixture
def make():
    """A procedure that never stood in the catalogue."""

    def made(code, **values):
        values = {"name": f"Thủ tục {code}", "field": Field.objects.first(), "level_province": True} | values
        return Procedure.objects.create(code=code, **values)

    return made


class Text(HTMLParser):
    """The texts of a page, each with the language it is marked with."""

    VOID = {"meta", "link", "img", "input", "br", "hr"}
    UNSEEN = {"title", "script"}  # a title takes no mark for a part of it

    def __init__(self, page):
        super().__init__()
        self.open = [("", "")]
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append((tag, dict(attrs).get("lang") or self.open[-1][1]))

    def handle_startendtag(self, tag, attrs):
        """`<input />`, as crispy writes it, opens nothing."""

    def handle_endtag(self, tag):
        while self.open[-1][0] != tag:
            self.open.pop()
        self.open.pop()

    def handle_data(self, data):
        if data.strip() and self.open[-1][0] not in self.UNSEEN:
            self.found.append((self.open[-1][1], data.strip()))


VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1EA0-\u1EF9]")


def unmarked(page):
    """Vietnamese words of an English page that no lang="vi" announces; the currency is no word."""
    texts = [(language, text) for language, text in Text(page).found if text]
    return [text for language, text in texts if language != "vi" and VIETNAMESE.search(re.sub(r"[\d,. ]+đ", "", text))]


# What is known, and what is not ------------------------------------------------------------------


def test_a_procedure_shows_its_facts_and_what_to_bring(client):
    response = client.get(address("1.001193"))
    procedure = response.context["procedure"]
    assert f'<h1 class="procedure-title" lang="vi">{procedure.name}</h1>' in response.text
    assert procedure.name_en in response.text
    papers = [paper.name for paper in procedure.documents.all()]
    assert papers
    assert response.text.count('<th scope="row" lang="vi">') == len(papers)
    for law in procedure.legal_basis.all():
        assert law.number in response.text
    assert procedure.national_url.replace("&", "&amp;") in response.text


def test_the_same_page_in_vietnamese_says_the_same(client):
    response = client.get("/procedures/1.001193/")
    assert '<html lang="vi">' in response.text
    assert response.context["procedure"].name in response.text


def test_facts_that_are_not_known_are_shown_as_such_with_a_way_to_find_out(client):
    name_only = Procedure.objects.get(code="1.000662")
    response = client.get(address(name_only.code))
    facts = re.search(r'<dl class="facts">.*?</dl>', response.text, re.S)[0]
    assert facts.count('<span class="unknown">') >= 3
    assert f'href="{name_only.national_url}"' in response.text
    assert 'class="table checklist"' not in response.text


def test_without_a_national_code_nothing_claims_to_lead_to_the_national_page(client):
    response = client.get(address("BG-BQL-KCN-01"))
    assert response.status_code == 200
    assert '<span class="unknown">' in response.text
    assert "ma_thu_tuc" not in response.text


def test_a_fee_of_nothing_is_free_and_a_fee_not_known_is_not(client, make):
    make("9.000001")
    procedure = Procedure.objects.get(code="9.000001")
    Channel.objects.create(procedure=procedure, position=1, kind="in_person", fee_vnd=0, time=3, unit="working_day")
    Channel.objects.create(procedure=procedure, position=2, kind="online")
    table = re.search(r"<tbody>.*?</tbody>", client.get(address("9.000001")).text, re.S)[0]
    free, unknown = table.split("</tr>")[:2]
    assert "Free" in free
    assert "3 working days" in free
    assert "Free" not in unknown
    assert unknown.count('class="unknown"') == 2


def test_a_new_procedure_is_found_at_once(client, make):
    client.get("/en/procedures/")
    make("9.000001", name="Cấp phép thả diều ban đêm")
    assert "9.000001" in client.get("/en/procedures/", {"q": "tha dieu ban dem"}).text


# Codes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["1.001193.000.00.00.H56", "1.001193.H56", "1.001193.000.00.00.h56", " 1.001193"])
def test_a_code_with_the_suffix_of_a_province_moved_for_good(client, typed):
    response = client.get(f"/en/procedures/{quote(typed)}/")
    assert response.status_code == 301
    assert response["Location"] == address("1.001193")


def test_a_code_in_small_letters_moved_for_good(client):
    assert client.get(address("bg-bql-kcn-01"))["Location"] == address("BG-BQL-KCN-01")


@pytest.mark.parametrize("code", ["9.999999", "9.999999.H56", "x", "1.00119", "1.001193.H56.H56", "%00", "💍"])
def test_a_code_that_nothing_has_is_404(client, code):
    response = client.get(address(code))
    assert response.status_code == 404
    assert 'role="search"' in response.text


@rules(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(code=st.text(min_size=1, max_size=60).filter(lambda text: "/" not in text and text not in (".", "..")))
def test_no_code_breaks_the_page(client, code):
    assert client.get(f"/en/procedures/{quote(code.encode('utf-8', 'replace'))}/").status_code in (301, 404)


def test_a_replaced_procedure_leads_on_and_the_page_says_so(client, make):
    make("9.000002", replaced_by=make("9.000001"), valid_to=BEFORE)
    response = client.get(address("9.000002"))
    assert response.status_code == 302
    assert response["Location"] == f"{address('9.000001')}?from=9.000002"
    assert "The code 9.000002 was replaced" in client.get(response["Location"]).text


@pytest.mark.parametrize("claimed", ["9.000003", "1.001193", "<b>", "\x00", "9" * 3000])
def test_only_a_code_that_was_replaced_is_said_to_have_been(client, make, claimed):
    make("9.000001")
    response = client.get(address("9.000001"), {"from": claimed})
    assert response.status_code == 200
    assert 'class="notice"' not in response.text


def test_a_procedure_replaced_from_tomorrow_on_is_still_shown_today(client, make):
    make("9.000002", replaced_by=make("9.000001", valid_from=AFTER), valid_to=DAY)
    assert client.get(address("9.000002")).status_code == 200


@pytest.mark.parametrize("values", [{"valid_to": BEFORE}, {"published": False}])
def test_a_withdrawn_procedure_is_gone_with_a_way_on(client, make, values):
    make("9.000001", **values)
    response = client.get(address("9.000001"))
    assert response.status_code == 410
    assert f'href="/en/procedures/?field={Field.objects.first().slug}"' in response.text
    assert 'class="facts"' not in response.text
    assert "/en/procedures/9.000001/" not in client.get("/en/procedures/", {"q": "9.000001"}).text


def test_a_procedure_replaced_by_a_withdrawn_one_is_gone(client, make):
    make("9.000002", replaced_by=make("9.000001", published=False), valid_to=BEFORE)
    assert client.get(address("9.000002")).status_code == 410


def test_a_procedure_that_does_not_apply_yet_is_not_said_to_apply_no_longer(client, make):
    make("9.000001", valid_from=AFTER)
    assert client.get(address("9.000001")).status_code == 404


# Cost and language -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["1.001193", "BG-BQL-KCN-01"])
def test_a_procedure_needs_a_fixed_number_of_queries(client, django_assert_num_queries, code):
    client.get("/en/procedures/")  # builds the index
    with django_assert_num_queries(14):
        client.get(address(code))


@pytest.mark.parametrize(
    "page",
    [
        "/en/",
        "/en/about/",
        "/en/procedures/",
        "/en/procedures/?q=dang+ky+khai+sinh",
        "/en/procedures/1.001193/",
        "/en/procedures/1.000662/",
        "/en/procedures/BG-BQL-KCN-01/",
        "/en/procedures/1.001193/changes/",
        "/en/procedures/changes/",
        "/en/agencies/",
        "/en/agencies/so-tu-phap/",
        "/en/agencies/d-213/",
        "/en/fields/",
        "/en/nothing",
    ],
)
def test_vietnamese_on_an_english_page_is_marked_as_such(client, page):
    assert unmarked(client.get(page).text) == []
