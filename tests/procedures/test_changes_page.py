"""What the public reads of changes: at a procedure, in the list of all, in the feed; what is to come, too."""

import datetime
import xml.etree.ElementTree as ET

import pytest
from django.core.cache import cache

from organisation import stamp
from organisation.models import Agency, User
from procedures import loading, loads, search
from procedures.models import Document, Procedure
from tests.procedures.test_loading import BIRTH, GOOD
from tests.procedures.test_procedure_page import address, unmarked
from tests.procedures.test_versions import apply, as_row, rows

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 8, 28)
TOMORROW = DAY + datetime.timedelta(days=1)
DECISION = "1234/QĐ-UBND"
ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/en/procedures/changes.atom"


def new(code="ZZ-1", **values):
    """A load that adds a procedure with a paper and a way to hand it in."""
    return [
        ("procedure", {**GOOD, "code": code, **values}),
        ("document", {"procedure": [code], "position": 1, "name": "Tờ khai", "copies": 1}),
        ("channel", {"procedure": [code], "position": 1, "kind": "online", "time": 3, "unit": "working_day"}),
    ]


def changed(**values):
    """The same with another fee and time, a law, and another paper before the one that was there."""
    return [
        ("legaldocument", {"number": "1/2024/NĐ-CP", "kind": "decree"}),
        ("procedure", {**GOOD, "name": "Đổi tên", "legal_basis": [["1/2024/NĐ-CP"]], **values}),
        ("document", {"procedure": ["ZZ-1"], "position": 1, "name": "Ảnh 4×6", "originals": 2}),
        ("document", {"procedure": ["ZZ-1"], "position": 2, "name": "Tờ khai", "copies": 2}),
        ("channel", {
            "procedure": ["ZZ-1"], "position": 1, "kind": "online", "time": 5, "unit": "working_day", "fee_vnd": 50000,
        }),
    ]  # fmt: skip


def text(response):
    return " ".join(response.text.split())


def lines(entry):
    return {(line.subject, line.label, line.old, line.new) for line in entry.lines}


# At the procedure ------------------------------------------------------------------------------


def test_a_procedure_of_the_first_version_tells_since_when_it_is_there(client):
    page = client.get(address(BIRTH))
    assert "In this catalogue since" in page.text
    assert [entry.kind for entry in page.context["changes"]] == ["first"]


def test_a_procedure_says_in_both_languages_when_it_changed_by_which_decision_and_what(client):
    apply(*new())
    apply(*changed(), decision=DECISION)
    page = client.get(address("ZZ-1"))
    last, added = page.context["changes"]
    assert (last.kind, added.kind) == ("changed", "added")
    assert lines(last) == {
        ("", "Name", "Zoqua", "Đổi tên"),
        ("", "Legal basis", "", "1/2024/NĐ-CP"),
        ("", "Document", "", "Ảnh 4×6"),
        ("Document: Tờ khai", "Copies", "1", "2"),
        ("Channel: Online", "Time", "3 working days", "5 working days"),
        ("Channel: Online", "Fee", "", "50,000 đ"),
    }
    assert f'Changed on 28 August 2024 by decision <span lang="vi">{DECISION}</span>' in text(page)
    assert "<del" in page.text
    assert unmarked(page.text) == []
    vietnamese = client.get("/procedures/ZZ-1/")
    assert DECISION in vietnamese.text
    assert "Tên" in {line.label for line in vietnamese.context["changes"][0].lines}


def test_what_is_only_for_stewards_is_no_change_for_the_public(client):
    apply(*new())
    apply(*new(everyday_rank=3), ("everydayname", {"procedure": ["ZZ-1"], "name": "zoqua", "language": "vi"}))
    assert [entry.kind for entry in client.get(address("ZZ-1")).context["changes"]] == ["added"]


def test_a_long_history_goes_on_on_a_page_of_its_own(client, django_assert_num_queries):
    for number in range(5):
        apply(*new(name=f"Tên {number}"))
    page = client.get(address("ZZ-1"))
    assert page.text.count('class="change-title"') == 3
    assert f'href="{address("ZZ-1")}changes/"' in page.text
    cache.clear()
    with django_assert_num_queries(13):  # as of a procedure that never changed
        client.get(address("ZZ-1"))
    history = client.get(f"{address('ZZ-1')}changes/")
    assert history.text.count('class="change-title"') == 5
    assert unmarked(history.text) == []


def test_a_history_has_one_address(client):
    asked = {"9.999999": 404, "%00": 404, "bg-bql-kcn-01": 301, "1.001193.H56": 301, BIRTH: 200}
    assert {code: client.get(f"/en/procedures/{code}/changes/").status_code for code in asked} == asked


def test_a_withdrawn_procedure_says_since_when_and_by_which_decision(client):
    apply(*new())
    apply(*new(published=False), decision=DECISION)
    told = client.get("/en/procedures/changes/")
    assert [entry.kind for entry in told.context["page"]] == ["withdrawn"]
    page = client.get(address("ZZ-1"))
    assert page.status_code == 410
    assert "Withdrawn on" in page.text
    assert DECISION in page.text
    assert client.get(f"{address('ZZ-1')}changes/")["Location"] == address("ZZ-1")


def test_what_was_taken_back_is_said_to_have_been(client):
    apply(*new())
    loading.take_back(apply(*changed()))
    page = client.get(address("ZZ-1"))
    assert "An earlier change was taken back." in page.text
    assert [entry.kind for entry in page.context["changes"]] == ["changed", "changed", "added"]


def test_markup_in_a_change_is_shown_as_it_was_written(client):
    apply(*new(name="<b>x</b>"))
    apply(*new(name="<script>y</script>"), decision="<i>")
    page = client.get(address("ZZ-1"))
    assert "&lt;b&gt;x&lt;/b&gt;" in page.text
    assert "<script>y" not in page.text
    assert "<i>" not in page.text


# Of all, and as a feed -------------------------------------------------------------------------


def feed(client, path=FEED):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(response.content)  # our own
    return root, [(entry.find(f"{ATOM}title").text, entry) for entry in root.iter(f"{ATOM}entry")]


def test_the_list_and_the_feed_tell_the_newest_first_and_leave_the_first_version_out(client):
    apply(*new())
    apply(("procedure", {**as_row(BIRTH), "name": "Khai sinh mới"}), decision=DECISION)
    page = client.get("/en/procedures/changes/")
    assert [entry.code for entry in page.context["page"]] == [BIRTH, "ZZ-1"]
    assert unmarked(page.text) == []
    root, entries = feed(client)
    assert [title for title, _entry in entries] == [f"{BIRTH} Khai sinh mới", "ZZ-1 Zoqua"]
    first = entries[0][1]
    assert DECISION in first.find(f"{ATOM}summary").text
    assert first.find(f"{ATOM}link").get("href") == f"http://testserver{address(BIRTH)}"
    assert len({entry.find(f"{ATOM}id").text for _title, entry in entries}) == 2
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_a_change_of_the_papers_alone_is_told_with_the_name_of_its_procedure(client):
    apply(*new())
    _procedure, paper, channel = new()
    apply(("procedure", as_row("ZZ-1")), ("document", {**paper[1], "copies": 2}), channel)
    assert client.get("/en/procedures/changes/").text.count(">ZZ-1 Zoqua</a>") == 2
    assert [title for title, _entry in feed(client)[1]] == ["ZZ-1 Zoqua", "ZZ-1 Zoqua"]


def test_the_feed_is_in_vietnamese_too_and_knows_what_did_not_change(client):
    apply(*new())
    root, entries = feed(client, "/procedures/changes.atom")
    assert len(entries) == 1
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "vi"
    response = client.get(FEED)
    assert client.get(FEED, headers={"If-None-Match": response["ETag"]}).status_code == 304
    apply(*new(name="Khác"))
    assert client.get(FEED, headers={"If-None-Match": response["ETag"]}).status_code == 200


def test_a_feed_without_changes_is_a_feed(client):
    _root, entries = feed(client)
    assert entries == []
    assert "Nothing has changed yet." in client.get("/en/procedures/changes/").text


def test_an_agency_has_a_feed_of_its_own(client):
    apply(*new())
    apply(*new(code="ZZ-2", field=["an-toan-thuc-pham"]))
    codes = {}
    for code in ("so-tu-phap", "so-y-te", Agency.objects.filter(kind="commune")[0].code):
        _root, entries = feed(client, f"{FEED}?agency={code}")
        codes[code] = [title.split()[0] for title, _entry in entries]
        page = client.get("/en/procedures/changes/", {"agency": code})
        assert [entry.code for entry in page.context["page"]] == codes[code]
        assert unmarked(page.text) == []
    assert list(codes.values()) == [["ZZ-1"], ["ZZ-2"], []]


def test_an_agency_that_does_not_exist_has_no_feed(client):
    for agency in ("nobody", "%3Cb%3E"):
        assert client.get(f"{FEED}?agency={agency}").status_code == 404
        assert client.get(f"/procedures/changes/?agency={agency}").status_code == 404


def test_what_the_public_does_not_see_is_not_told(client):
    apply(*new(published=False))
    assert feed(client)[1] == []


def test_the_list_has_pages_and_needs_a_fixed_number_of_queries(client, django_assert_num_queries):
    apply(*(row for number in range(25) for row in new(code=f"ZZ-{number:02}")))
    client.get("/en/procedures/")
    # The stamp, the names of units and fields, the changes; the first version; the agency.
    for path, count in (("/en/procedures/changes/", 5), (FEED, 5), (f"{FEED}?agency=so-tu-phap", 6)):
        with django_assert_num_queries(count):
            client.get(path)
    pages = [client.get(f"/en/procedures/changes/?page={number}") for number in (1, 2, 3)]
    assert [len(page.context["page"].object_list) for page in pages[:2]] == [20, 5]
    assert pages[2].status_code == 404


# What is to come -------------------------------------------------------------------------------


@pytest.fixture
def steward():
    return User.objects.create_user("steward", role="steward")


def scheduled(steward, *entries, day=TOMORROW):
    load = loads.prepare(rows(*entries), by=steward, decision=DECISION, valid_from=day)
    return loads.confirm(load, by=steward, seen=stamp.current())


def test_a_change_to_come_is_told_at_the_procedure_and_takes_effect_by_itself(client, steward, settings):
    apply(*new())
    client.get(address("ZZ-1"))  # kept until something changes
    load = scheduled(steward, *changed())
    page = client.get(address("ZZ-1"))
    assert "In force from" in page.text
    assert DECISION in page.text
    assert Procedure.objects.get(code="ZZ-1").name == "Zoqua"
    assert unmarked(page.text) == []
    settings.PORTAL_TODAY = TOMORROW
    page = client.get(address("ZZ-1"))
    assert "In force from" not in page.text
    assert "Đổi tên" in page.context["procedure"].name
    assert page.context["changes"][0].day == TOMORROW
    load.refresh_from_db()
    assert (load.state, load.version.decision, load.version.made_by) == ("applied", DECISION, steward)


def test_a_change_that_does_not_fit_any_more_is_set_aside_whole_with_a_notice(client, steward, settings):
    apply(*new())
    load = scheduled(steward, *changed(), *new(code="ZZ-2"))
    Document.objects.filter(procedure__code="ZZ-1").update(name="Đơn")
    settings.PORTAL_TODAY = TOMORROW
    assert client.get(address("ZZ-1")).context["procedure"].name == "Zoqua"
    load.refresh_from_db()
    assert load.state == "failed"
    assert "ZZ-1" in load.notice
    assert not Procedure.objects.filter(code="ZZ-2").exists()
    assert not load.planned.exists()


def test_changes_of_one_day_are_applied_in_the_order_in_which_they_came_and_are_found(client, steward, settings):
    first = scheduled(steward, *new(name="Cấp phép thả diều"))
    second = scheduled(steward, *new(code="ZZ-2"))
    third = scheduled(steward, ("procedure", {**as_row(BIRTH), "published": False}))
    assert "No longer in force from" in client.get(address(BIRTH)).text
    settings.PORTAL_TODAY = TOMORROW + datetime.timedelta(days=30)
    assert search.find("tha dieu").codes[0] == "ZZ-1"
    for load in (first, second, third):
        load.refresh_from_db()
    assert (second.version.number, third.version.number) == (first.version.number + 1, first.version.number + 2)
    assert first.version.day == TOMORROW
