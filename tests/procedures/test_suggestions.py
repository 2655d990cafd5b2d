"""What the search box offers while somebody types: searches, procedures, fields of work, agencies."""

import html
import re
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from procedures.models import EverydayName, Procedure, Synonym
from procedures.search import current, find, suggest
from procedures.text import words

pytestmark = pytest.mark.django_db

BIRTH = "1.001193"
GROUPS = ["Common searches", "Procedures", "Fields of work", "Agencies"]


class Option(NamedTuple):
    text: str
    href: str
    id: str
    language: str


@pytest.fixture
def offered(client):
    """The options for what was typed, by the heading of their group."""

    def typed(text, language="/en"):
        response = client.get(f"{language}/procedures/suggest/", {"q": text})
        assert response.status_code == 200
        return options(response.text)

    return typed


def options(text: str) -> dict[str, list[Option]]:
    groups = re.findall(r'<div role="group" aria-label="([^"]+)"><div [^>]+>\1</div>(.*?)</div>', text, re.S)
    return {heading: [option(found) for found in re.findall(r"<a (.*?)</a>", inner)] for heading, inner in groups}


def option(found: str) -> Option:
    attributes, text = found.split(">", 1)
    value = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
    assert (value["role"], value["tabindex"], value["aria-selected"]) == ("option", "-1", "false")
    shown = html.unescape(re.sub(r"<[^>]+>", "", text))
    return Option(shown, html.unescape(value["href"]), value["id"], value.get("lang", ""))


# What is offered -------------------------------------------------------------------------------


def test_the_groups_stand_in_order_and_only_those_that_have_something(offered):
    everything = offered("so")
    assert list(everything) == [heading for heading in GROUPS if heading in everything]
    assert "Agencies" in everything
    assert "Agencies" not in offered("khai sinh")
    assert list(offered(BIRTH)) == ["Procedures"]


def test_an_id_is_given_once(offered):
    ids = [option.id for group in offered("so").values() for option in group]
    assert len(ids) == len(set(ids)) > 5


@pytest.mark.parametrize("typed", ["", "k", " k ", "đ", "?!", ".", "\x00", "\u200bk"])
def test_before_the_second_letter_nothing_is_offered(client, typed):
    assert client.get("/procedures/suggest/", {"q": typed}).content == b""


@pytest.mark.parametrize("typed", ["kh", " kh", "kế"])
def test_from_the_second_letter_on_something_is_offered(client, typed):
    assert 'role="option"' in client.get("/procedures/suggest/", {"q": typed}).text


def test_without_a_question_nothing_is_offered(client):
    assert client.get("/procedures/suggest/").content == b""


@pytest.mark.parametrize("typed", ["xyzzyqq", "xyzzyqq vogrunt frelbix", "👶👶", "9.999999"])
def test_what_matches_nothing_offers_nothing(client, typed):
    assert client.get("/procedures/suggest/", {"q": typed}).content == b""


@pytest.mark.parametrize(
    "typed", ["khai si", "giay khai", "làm hộ ch", "ket ho", "birth certif", "khai sjnh", "giaays khai sinh"]
)
def test_procedures_are_the_first_hits_of_the_search(offered, typed):
    shown = offered(typed)["Procedures"]
    assert [option.href for option in shown] == [f"/en/procedures/{code}/" for code in find(typed).codes[:5]]
    assert all(option.text.endswith(code) for option, code in zip(shown, find(typed).codes, strict=False))


@pytest.mark.parametrize("code", [BIRTH, "1.001193.H56", "1.001193.000.00.00.h56"])
def test_a_code_offers_its_procedure_alone(offered, code):
    assert [option.href for option in offered(code)["Procedures"]] == [f"/en/procedures/{BIRTH}/"]


@pytest.mark.parametrize("typed", ["khai sinh", "KHAI SI", "hộ ch", "sang ten", "civil st"])
def test_common_searches_are_everyday_names_that_begin_so(offered, typed):
    searches = offered(typed)["Common searches"]
    assert 1 <= len(searches) <= 3
    names = set(EverydayName.objects.filter(procedure__everyday_rank__gte=3).values_list("name", flat=True))
    for search in searches:
        assert search.text in names
        assert " ".join(words(search.text)).startswith(" ".join(words(typed)))
        assert search.href == f"/en/procedures/?{urlencode({'q': search.text})}"


def test_a_common_search_finds_its_procedure(offered, client):
    search = offered("khai sinh")["Common searches"][0]
    assert f'/en/procedures/{BIRTH}/"' in client.get(search.href).text


def test_what_is_typed_already_is_not_offered_again(offered):
    name = EverydayName.objects.filter(procedure__everyday_rank=4, language="vi").first().name
    assert name not in [option.text for option in offered(name).get("Common searches", [])]


@pytest.mark.parametrize(
    ("typed", "slug"), [("ho tich", "ho-tich"), ("Hộ tị", "ho-tich"), ("dat d", "dat-dai"), ("civil st", "ho-tich")]
)
def test_a_field_of_work_is_offered_by_its_name_in_either_language(offered, typed, slug):
    found = offered(typed)["Fields of work"]
    assert f"/en/procedures/?field={slug}" in [option.href for option in found]


@pytest.mark.parametrize("typed", ["so tu phap", "sở tư ph", "department of jus", "Justice"])
def test_an_agency_is_offered_by_its_name_in_either_language(offered, typed):
    first = offered(typed)["Agencies"][0]
    assert first.href == "/en/procedures/?agency=so-tu-phap"
    count = len(find("", {"agency": "so-tu-phap"}).codes)
    assert first.text == f"Department of Justice {count} procedures"


def test_with_accents_typed_a_whole_word_of_a_name_must_have_them(offered):
    assert "Agencies" in offered("sở tư phá")
    assert "Agencies" not in offered("sờ tư phá")


def test_an_option_leads_to_a_page_that_exists(offered, client):
    for group in offered("dat").values():
        for option in group:
            assert client.get(option.href).status_code == 200


# Live, cheap and safe --------------------------------------------------------------------------


def test_a_new_name_is_offered_at_once(offered):
    assert offered("vogrunt") == {}
    EverydayName.objects.create(procedure=Procedure.objects.get(code=BIRTH), name="vogrunt frelbix", language="vi")
    found = offered("vogr")
    assert [option.text for option in found["Common searches"]] == ["vogrunt frelbix"]
    assert found["Procedures"][0].href == f"/en/procedures/{BIRTH}/"


def test_a_withdrawn_procedure_is_no_longer_offered(offered):
    assert offered(BIRTH)
    Procedure.objects.filter(code=BIRTH).update(published=False)
    assert BIRTH not in str(offered("khai sinh"))


def test_it_asks_the_database_for_the_stamp_alone(client, django_assert_num_queries):
    current()
    for typed in ("khai", "so tu", "dat dai", "xyzzyqq"):
        with django_assert_num_queries(1):
            client.get("/procedures/suggest/", {"q": typed})


def test_the_same_answer_is_not_sent_twice_and_a_changed_one_is(client):
    first = client.get("/procedures/suggest/", {"q": "khai"})
    again = client.get("/procedures/suggest/", {"q": "khai"}, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Synonym.objects.create(everyday="khai", official="karaoke")
    changed = client.get("/procedures/suggest/", {"q": "khai"}, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_it_is_for_reading_only(client):
    assert client.post("/procedures/suggest/", {"q": "khai"}).status_code == 405


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>khai",
        '"><img src=x onerror=alert(1)> khai',
        "khai' OR 1=1 --",
        "khai\x00sinh",
        "{{ settings.SECRET_KEY }} khai",
        "khai sinh " * 500,
    ],
)
def test_hostile_text_is_only_words(client, typed):
    response = client.get("/procedures/suggest/", {"q": typed})
    assert response.status_code == 200
    assert "<script" not in response.text
    assert "<img" not in response.text
    assert "\x00" not in response.text


def test_what_a_steward_typed_is_shown_as_text(client):
    name = 'vogrunt <b onmouseover="alert(1)">&amp;</b> "frelbix"'
    Procedure.objects.filter(code=BIRTH).update(name=name, name_en="", everyday_rank=4)
    EverydayName.objects.create(procedure=Procedure.objects.get(code=BIRTH), name=f"{name}!", language="vi")
    text = client.get("/en/procedures/suggest/", {"q": "vogrunt"}).text
    assert "<b" not in text
    shown = options(text)
    assert [option.text for option in shown["Common searches"]] == [f"{name}!"]
    assert shown["Procedures"][0].text == f"{name} {BIRTH}"
    assert shown["Common searches"][0].href == f"/en/procedures/?{urlencode({'q': f'{name}!'})}"


# A test client holds no state between these examples.
@rules(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=220))
def test_no_text_breaks_it(client, typed):
    response = client.get("/procedures/suggest/", {"q": typed.encode("utf-8", "replace")})
    assert response.status_code == 200
    assert response.text.count("<a ") == response.text.count('role="option"') <= 12


# Language --------------------------------------------------------------------------------------


def test_on_an_english_page_procedures_have_their_english_names_and_vietnamese_is_marked(offered):
    english, vietnamese = offered("khai sinh"), offered("khai sinh", language="")
    procedure = Procedure.objects.get(code=BIRTH)
    assert (english["Procedures"][0].text, english["Procedures"][0].language) == (f"{procedure.name_en} {BIRTH}", "en")
    first = next(iter(vietnamese.values()))[0]
    assert all(option.href.startswith("/procedures/") for group in vietnamese.values() for option in group)
    assert first.language == "vi"
    assert all(option.language == "vi" for option in english["Common searches"])


def test_a_procedure_without_an_english_name_keeps_its_vietnamese_one_marked_as_such(offered):
    Procedure.objects.filter(code=BIRTH).update(name_en="")
    first = next(option for option in offered("đăng ký khai sinh")["Procedures"] if BIRTH in option.text)
    assert (first.text, first.language) == (f"Đăng ký khai sinh {BIRTH}", "vi")


def test_the_headings_are_in_the_language_of_the_page(client):
    english = client.get("/en/procedures/suggest/", {"q": "so tu"}).text
    vietnamese = client.get("/procedures/suggest/", {"q": "so tu"}).text
    assert 'aria-label="Agencies"' in english
    assert 'aria-label="Agencies"' not in vietnamese


def test_without_the_web_the_same_is_suggested():
    found = suggest(current(), "khai sinh")
    assert found.codes == find("khai sinh").codes[:5]
    assert found.searches
    assert suggest(current(), "k") == suggest(current(), "") == type(found)()
