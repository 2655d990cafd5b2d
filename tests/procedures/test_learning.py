"""What people search for and open, counted so that stewards learn; nobody is counted with it. And words learnt."""

import datetime
import re
import runpy
from html import unescape

import pytest
from django.db import Error
from django.urls import reverse

from organisation import stamp
from procedures.learning import counting
from procedures.models import (
    DaySalt,
    EverydayName,
    Origin,
    Procedure,
    SearchCount,
    SearchOpened,
    Synonym,
    Visit,
)
from procedures.search import find

pytestmark = pytest.mark.django_db

BIRTH, MARRIAGE = "1.001193", "1.000894"
LIST, LEARN = "admin:procedures_searchcount_changelist", "admin:procedures_searchcount_learn"
FROM = "http://testserver/procedures/?q=khai+sinh"


def counted() -> dict[str, int]:
    counting.flush()
    return dict(SearchCount.objects.values_list("query", "count"))


def opened() -> list[tuple]:
    counting.flush()
    return sorted(SearchOpened.objects.values_list("query", "procedure__code", "count", "addresses"))


@pytest.fixture(params=["page", "fragment", "API"])
def search(request, client):
    """The same search wherever people and programs search."""

    def searched(text, **filters):
        address = "/api/v1/procedures" if request.param == "API" else "/en/procedures/"
        headers = {"HX-Request": "true"} if request.param == "fragment" else {}
        response = client.get(address, {"q": text, **filters}, headers=headers)
        assert response.status_code == 200

    return searched


# What is counted -------------------------------------------------------------------------------


@pytest.mark.database
def test_a_search_is_counted_by_its_folded_words_and_day_with_what_it_finds(search, catalogue_day):
    search("Khái sính")
    search("  khai, SINH ")
    counting.flush()
    only = SearchCount.objects.get()
    assert (only.query, only.day, only.count) == ("khai sinh", catalogue_day, 2)
    assert only.hits == len(find("khai sinh").codes)


def test_a_search_in_vain_finds_nothing(search):
    search("Xyzzyqq vogrúnt")
    counting.flush()
    assert SearchCount.objects.values_list("query", "count", "hits").get() == ("xyzzyqq vogrunt", 1, 0)


def test_there_is_no_place_for_who_asked_or_when():
    assert {field.name for field in SearchCount._meta.get_fields()} == {"id", "query", "day", "count", "hits"}
    assert SearchCount._meta.get_field("day").get_internal_type() == "DateField"
    names = {field.name for field in SearchOpened._meta.get_fields()}
    assert names == {"id", "query", "day", "procedure", "count", "addresses"}


def test_a_page_that_is_kept_counts_each_time_also_for_who_has_it(client):
    first = client.get("/procedures/?q=khai+sinh")
    client.get("/procedures/?q=khai+sinh")
    assert client.get("/procedures/?q=khai+sinh", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert counted() == {"khai sinh": 3}


def test_filters_leave_the_hits_as_they_are(search):
    assert find("khai sinh", {"agency": "so-y-te"}).codes == []
    search("khai sinh", agency="so-y-te")
    counting.flush()
    assert SearchCount.objects.get().hits > 0


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/procedures/", {}),
        ("/procedures/?q=khai+sinh&page=2", {}),
        ("/procedures/?q=khai+sinh&page=99", {}),
        ("/procedures/?q=1.001193", {}),
        ("/procedures/?q=khai+sinh", {"Sec-Purpose": "prefetch;prerender"}),
        ("/procedures/suggest/?q=xyzzyqq", {}),
        ("/api/v1/procedures?q=khai+sinh&offset=20", {}),
        ("/api/v1/procedures?q=xyzzyqq&agency=khong-co", {}),
        ("/api/v1/procedures?q=xyzzyqq&limit=0", {}),
    ],
)
def test_what_is_no_search_of_words_is_not_counted(client, address, headers):
    client.get(address, headers=headers)
    client.head("/procedures/?q=khai+sinh")
    assert counted() == {}


def test_each_day_counts_anew(client, monkeypatch, settings):
    tomorrow = datetime.date(2024, 8, 29)
    monkeypatch.setattr(SearchCount, "MOST_A_DAY", 1)  # of each day
    client.get("/procedures/?q=xyzzyqq")
    settings.PORTAL_TODAY = tomorrow
    client.get("/procedures/?q=xyzzyqq")
    counting.flush()
    days = SearchCount.objects.values_list("query", "day", "count")
    assert list(days) == [("xyzzyqq", tomorrow, 1), ("xyzzyqq", datetime.date(2024, 8, 28), 1)]


@pytest.mark.database
def test_counts_that_were_written_are_added_to(search):
    for times in (1, 2, 3):
        search("xyzzyqq")
        assert counted() == {"xyzzyqq": times}


# What is not -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "xyzzyqq@vogrunt",
        "xyzzyqq 0912345678",
        "xyzzyqq 0912 345 678",
        "xyzzyqq 091.234.5678",
        "khai sinh 024-001-012345",
        "xyzzyqq 123456",
        "!!! ???",
    ],
)
def test_what_may_name_a_person_and_what_has_no_words_is_not_counted(search, client, text):
    search(text)
    client.get(f"/procedures/{BIRTH}/", headers={"Referer": f"http://testserver/procedures/?q={text}"})
    assert counted() == {}
    assert opened() == []


def test_a_short_number_is_nobodys(search):
    search("xyzzyqq 12345")
    assert counted() == {"xyzzyqq 12345": 1}


def test_a_long_text_is_counted_by_its_beginning(search):
    search("xyzzyqqs " * 22)
    assert counted() == {("xyzzyqqs " * 22)[:120]: 1}


@pytest.mark.database
def test_when_the_list_of_the_day_is_full_other_words_are_counted_together(search, monkeypatch):
    monkeypatch.setattr(SearchCount, "MOST_A_DAY", 2)
    for text in ("xyzzyqq", "vogrunt", "frelbix", "xyzzyqq", "frelbix"):
        search(text)
        counting.flush()
    assert counted() == {"xyzzyqq": 2, "vogrunt": 1, "": 2}


def test_a_flood_of_words_between_two_writings_is_counted_together(client, monkeypatch):
    monkeypatch.setattr(counting, "MOST_SEARCHES", 2)
    for text in ("xyzzyqq", "vogrunt", "frelbix", "frolbax", "xyzzyqq"):
        client.get("/procedures/", {"q": text})
    assert counted() == {"xyzzyqq": 2, "vogrunt": 1, "": 2}


def test_counting_does_not_move_the_stamp(search, client):
    before = stamp.current()
    search("xyzzyqq")
    client.get(f"/procedures/{BIRTH}/", headers={"Referer": FROM})
    assert counted() == {"xyzzyqq": 1}
    assert len(opened()) == 1
    assert stamp.current() == before


@pytest.mark.database
def test_what_the_database_refuses_is_lost_and_hinders_nobody(client, monkeypatch, caplog):
    def refuse(*_arguments):
        raise Error("away")

    client.get("/procedures/?q=khai+sinh")
    with monkeypatch.context() as patch:
        patch.setattr(counting, "write_searches", refuse)
        counting.flush()
    assert "not counted" in caplog.text
    assert counted() == {}


def test_a_worker_that_ends_writes_what_it_has_counted(client, settings):
    client.get("/procedures/?q=khai+sinh")
    assert not SearchCount.objects.exists()  # no request waits for a count
    runpy.run_path(str(settings.BASE_DIR / "deploy/gunicorn.conf.py"))["worker_exit"](None, None)
    assert SearchCount.objects.get().count == 1


@pytest.mark.database
def test_counts_are_kept_for_400_days(client, catalogue_day):
    for days in (400, 401):
        day = catalogue_day - datetime.timedelta(days=days)
        SearchCount.objects.create(query="xyzzyqq", day=day, count=1)
        SearchOpened.objects.create(query="xyzzyqq", day=day, count=1, procedure=Procedure.objects.get(code=BIRTH))
    client.get("/procedures/?q=khai+sinh")
    counting.flush()
    kept = catalogue_day - datetime.timedelta(days=400)
    assert set(SearchCount.objects.values_list("day", flat=True)) == {kept, catalogue_day}
    assert set(SearchOpened.objects.values_list("day", flat=True)) == {kept}


# What was opened -------------------------------------------------------------------------------


@pytest.mark.database
@pytest.mark.parametrize(
    "referer", [FROM, "http://testserver/en/procedures/?level=commune&q=Khai%20Sinh", f"{FROM}&page=2"]
)
def test_a_procedure_opened_from_its_search_is_counted_with_the_words(client, referer):
    page = client.get(f"/procedures/{BIRTH}/", headers={"Referer": referer})
    assert page["Referrer-Policy"] == "same-origin"  # by which browsers tell the page they come from
    client.get(f"/procedures/{BIRTH}/", headers={"Referer": referer, "If-None-Match": page["ETag"]})
    assert opened() == [("khai sinh", BIRTH, 2, 1)]


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "http://testserver/procedures/",
        "http://testserver/procedures/?level=commune",
        "http://testserver/?q=khai+sinh",
        "http://elsewhere.example/procedures/?q=khai+sinh",
        "http://testserver/procedures/?q=hoa+don+dien",
        "http://testserver/procedures/?q=xyzzyqq",
        "http://[/procedures/?q=khai+sinh",
        "http://testserver/procedures/?" + "q=khai+sinh&" * 30,
    ],
)
def test_a_referer_that_is_no_search_of_ours_that_finds_it_counts_nothing(client, referer):
    assert client.get(f"/procedures/{BIRTH}/", headers={"Referer": referer}).status_code == 200
    assert opened() == []


def test_a_procedure_that_does_not_exist_and_a_look_ahead_count_nothing(client):
    client.get("/procedures/9.999999/", headers={"Referer": FROM})
    client.head(f"/procedures/{BIRTH}/", headers={"Referer": FROM})
    client.get(f"/procedures/{BIRTH}/", headers={"Referer": FROM, "Sec-Purpose": "prefetch"})
    assert opened() == []


@pytest.mark.database
def test_an_address_counts_once_a_day_whatever_it_searches_for(client):
    for words in ("khai sinh", "dang ky khai sinh", "khai sinh"):
        client.get(f"/procedures/{BIRTH}/", headers={"Referer": f"http://testserver/procedures/?q={words}"})
        counting.flush()
    client.get(f"/procedures/{BIRTH}/", headers={"Referer": FROM}, REMOTE_ADDR="198.51.100.7")
    assert sum(count for _query, _code, count, _addresses in opened()) == 4
    assert sum(addresses for *_what, addresses in opened()) == 2


@pytest.mark.database
def test_addresses_are_hashes_that_are_forgotten_with_the_day(client):
    client.get(f"/procedures/{BIRTH}/", headers={"Referer": FROM}, REMOTE_ADDR="198.51.100.7")
    counting.flush()
    salt, visit = DaySalt.objects.get(), Visit.objects.get()
    assert b"198.51.100.7" not in bytes(visit.digest)
    assert len(visit.digest) == 16
    yesterday = salt.day - datetime.timedelta(days=1)
    DaySalt.objects.update(day=yesterday)
    client.get("/procedures/?q=khai+sinh")
    counting.flush()
    assert not Visit.objects.exists()
    assert bytes(DaySalt.objects.get().salt) != bytes(salt.salt)


# The steward's page ----------------------------------------------------------------------------


def count(query, times, *, hits=0, ago=0, opened=0):
    day = datetime.date(2024, 8, 28) - datetime.timedelta(days=ago)
    SearchCount.objects.create(query=query, day=day, count=times, hits=hits)
    if opened:
        birth = Procedure.objects.get(code=BIRTH)
        SearchOpened.objects.create(query=query, day=day, procedure=birth, count=opened)


@pytest.fixture
def searched():
    count("lam so vang", 7)
    count("lam so vang", 5, ago=3)
    count("khai sinh", 100, hits=9, opened=80)
    count("ho khau", 40, hits=30, opened=2)
    count("nam ngoai", 4, ago=200)
    count("", 11)


def rows(response, name):
    return [(row.query, row.times) for row in response.context[name]]


@pytest.mark.database
def test_the_page_tells_what_was_looked_for_in_vain_and_what_was_not_opened(steward, searched):
    page = steward.get(reverse(LIST))
    assert rows(page, "in_vain") == [("lam so vang", 12)]
    assert [(row.query, row.times, row.opened) for row in page.context["not_opened"]] == [("ho khau", 40, 2)]
    assert page.context["sum_of"] == {"times": 163, "in_vain": 12, "opened": 82}
    assert [row["query"] for row in page.context["rising"]] == ["khai sinh", "ho khau", "lam so vang"]
    assert [(row["query"], row["procedure__code"]) for row in page.context["most_opened"]] == [
        ("khai sinh", BIRTH),
        ("ho khau", BIRTH),
    ]
    assert "lam so vang" in page.text


def test_the_period_is_chosen_and_a_wrong_one_is_the_usual(steward, searched):
    assert rows(steward.get(reverse(LIST), {"days": "365"}), "in_vain") == [("lam so vang", 12), ("nam ngoai", 4)]
    assert rows(steward.get(reverse(LIST), {"days": "7"}), "in_vain") == [("lam so vang", 12)]
    assert rows(steward.get(reverse(LIST), {"days": "moon"}), "in_vain") == [("lam so vang", 12)]


@pytest.mark.database
def test_the_chart_has_every_day_and_its_table_says_the_same(steward, searched):
    for days, bars in (("7", 7), ("30", 30), ("90", 13), ("365", 14)):
        page = steward.get(reverse(LIST), {"days": days})
        drawn = page.context["bars"]
        assert len(drawn) == bars
        assert page.text.count('<rect class="in-vain" x=') == bars
        assert drawn[-1].bar.last == datetime.date(2024, 8, 28)
        assert sum(place.bar.times for place in drawn) == page.context["sum_of"]["times"]
    assert all(place.top + place.height + place.vain_height == 140 for place in drawn)


def test_words_are_looked_up(steward, searched):
    page = steward.get(reverse(LIST), {"q": "Sổ"})
    assert rows(page, "matching") == [("lam so vang", 12)]
    assert rows(steward.get(reverse(LIST), {"q": "qqq"}), "matching") == []


def test_a_page_without_searches_opens(steward):
    assert steward.get(reverse(LIST)).status_code == 200


@pytest.mark.database
def test_the_page_asks_a_fixed_number_of_queries(steward, searched, django_assert_num_queries):
    steward.get(reverse(LIST))
    for number in range(20):
        count(f"xyzzyqq {number}", 3)
    with django_assert_num_queries(11):
        steward.get(reverse(LIST))


@pytest.mark.parametrize("role", ["steward", "administrator"])
def test_who_keeps_the_catalogue_reads_them_and_changes_nothing(sign_in, searched, role):
    client = sign_in(role)
    row = SearchCount.objects.first()
    assert "lam so vang" in client.get(reverse(LIST)).text
    assert client.get(reverse("admin:procedures_searchcount_add")).status_code == 403
    assert client.post(reverse("admin:procedures_searchcount_delete", args=[row.pk])).status_code == 403
    change = client.post(reverse("admin:procedures_searchcount_change", args=[row.pk]), {"query": "x", "count": "0"})
    assert change.status_code == 403
    assert client.get(reverse(LEARN)).status_code == 200


@pytest.mark.parametrize("role", ["officer", "supervisor", ""])
def test_others_see_neither_searches_nor_what_is_learnt(sign_in, searched, role):
    client = sign_in(role)
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse(LEARN)).status_code == 403
    assert client.post(reverse(LEARN), NAME | {"confirmed": "1"}).status_code == 403
    assert not EverydayName.objects.filter(name=NAME["words"]).exists()


def test_a_visitor_is_led_to_the_sign_in(client):
    assert client.get(reverse(LIST)).status_code == 302
    assert client.get(reverse(LEARN)).status_code == 302


# A word learnt ---------------------------------------------------------------------------------

NAME = {"query": "xyzzyqq", "kind": "name", "words": "làm xyzzyqq", "code": BIRTH, "language": "vi", "official": ""}
SYNONYM = {"query": "xyzzyqq", "kind": "synonym", "words": "xyzzyqq", "code": "", "language": "vi"} | {
    "official": "đăng ký kết hôn"
}


def first(query: str) -> str:
    return next(iter(find(query).codes), "")


def test_one_click_opens_the_form_with_the_query_in_it(steward, searched):
    links = re.findall(r'href="([^"]+learn/[^"]+)"', steward.get(reverse(LIST)).text)
    form = steward.get(unescape(links[0]))
    assert form.context["form"]["words"].value() == "lam so vang"
    assert form.context["form"]["kind"].value() == "name"
    assert steward.get(unescape(links[1])).context["form"]["kind"].value() == "synonym"


def test_the_procedure_is_found_without_leaving_the_form(steward):
    form = steward.get(reverse(LEARN), {"query": "xyzzyqq", "kind": "name", "look": "dang ky khai sinh"})
    code, _name, address = form.context["offered"][0]
    assert code == BIRTH
    assert steward.get(address).context["form"]["code"].value() == BIRTH


@pytest.mark.parametrize(("word", "code"), [(NAME, BIRTH), (SYNONYM, MARRIAGE)])
def test_before_it_is_saved_the_results_are_shown_as_they_are_and_as_they_would_be(steward, word, code):
    before = stamp.current()
    effect = steward.post(reverse(LEARN), word).context["effect"]
    assert effect.found[0] == 0
    assert (effect.places[0].code, effect.places[0].before, effect.places[0].after) == (code, 0, 1)
    assert effect.places[0].name == Procedure.objects.get(code=code).name
    assert effect.means["success@1"][0] == effect.means["success@1"][1] > 0.9
    assert effect.changes == []
    assert stamp.current() == before
    assert find("xyzzyqq").codes == []


@pytest.mark.database
@pytest.mark.parametrize(("word", "code"), [(NAME, BIRTH), (SYNONYM, MARRIAGE)])
def test_what_is_confirmed_is_found_at_once_as_it_was_shown(steward, client, word, code):
    shown = steward.post(reverse(LEARN), word).context["effect"]
    response = steward.post(reverse(LEARN), word | {"confirmed": "1"})
    assert (response.status_code, response["Location"]) == (302, reverse(LIST))
    assert f"/procedures/{code}/" in client.get("/procedures/?q=xyzzyqq").text
    assert find("xyzzyqq").codes[:10] == [place.code for place in shown.places if place.after]
    saved = EverydayName.objects.filter(name="làm xyzzyqq") or Synonym.objects.filter(everyday="xyzzyqq")
    assert saved.get().origin == Origin.STEWARD


def test_a_word_that_harms_judged_queries_is_told_with_which(steward):
    harm = NAME | {"words": "đăng ký kết hôn", "code": "1.001022", "query": "dang ky ket hon"}
    assert Procedure.objects.filter(code=harm["code"]).exists()
    effect = steward.post(reverse(LEARN), harm).context["effect"]
    assert effect.changes
    assert effect.changes[0].after < effect.changes[0].before
    assert effect.means["ndcg@10"][1] < effect.means["ndcg@10"][0]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (NAME | {"code": "9.999999"}, "code"),
        (NAME | {"code": ""}, "code"),
        (NAME | {"words": "!!!"}, "words"),
        (NAME | {"words": "x" * 121}, "words"),
        (NAME | {"kind": "joke"}, "kind"),
        (SYNONYM | {"official": " "}, "official"),
        (SYNONYM | {"official": "xyzzyqq"}, "__all__"),
        (SYNONYM | {"words": "dài " * 25}, "__all__"),
    ],
)
def test_what_is_no_word_is_refused_and_said(steward, wrong, field):
    response = steward.post(reverse(LEARN), wrong | {"confirmed": "1"})
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert first("xyzzyqq") == ""


@pytest.mark.database
def test_a_name_that_the_procedure_has_already_is_refused(steward):
    name = EverydayName.objects.filter(procedure__code=BIRTH).first().name
    response = steward.post(reverse(LEARN), NAME | {"words": name, "confirmed": "1"})
    assert "__all__" in response.context["form"].errors
