"""What the public reads of changes: at a procedure, in the list of all, in the feed; what is to come, too."""

import datetime
import xml.etree.ElementTree as ET

import pytest
from django.urls import reverse

from organisation.models import Agency, User
from procedures import loading, loads, search
from procedures.models import Channel, Document, Procedure
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


def test_a_procedure_says_when_it_changed_by_which_decision_and_what(client):
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


def test_the_same_in_vietnamese(client):
    apply(*new())
    apply(*changed(), decision=DECISION)
    page = client.get("/procedures/ZZ-1/")
    assert DECISION in page.text
    assert {line.label for line in page.context["changes"][0].lines} & {"Giấy tờ", "Thành phần hồ sơ", "Tên"}


def test_what_is_only_for_stewards_is_no_change_for_the_public(client):
    apply(*new())
    apply(*new(everyday_rank=3), ("everydayname", {"procedure": ["ZZ-1"], "name": "zoqua", "language": "vi"}))
    assert [entry.kind for entry in client.get(address("ZZ-1")).context["changes"]] == ["added"]


def test_a_long_history_goes_on_on_a_page_of_its_own(client):
    for number in range(5):
        apply(*new(name=f"Tên {number}"))
    page = client.get(address("ZZ-1"))
    assert page.text.count('class="change-title"') == 3
    assert f'href="{address("ZZ-1")}changes/"' in page.text
    history = client.get(f"{address('ZZ-1')}changes/")
    assert history.text.count('class="change-title"') == 5
    assert unmarked(history.text) == []


@pytest.mark.parametrize(("code", "status"), [("9.999999", 404), ("zz-1", 301), ("%00", 404)])
def test_a_history_has_one_address(client, code, status):
    apply(*new())
    assert client.get(f"/en/procedures/{code}/changes/").status_code == status


def test_a_withdrawn_procedure_says_since_when_and_by_which_decision(client):
    apply(*new())
    apply(*new(published=False), decision=DECISION)
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


@pytest.mark.parametrize("agency", ["nobody", "%3Cb%3E"])
def test_an_agency_that_does_not_exist_has_no_feed(client, agency):
    assert client.get(f"{FEED}?agency={agency}").status_code == 404
    assert client.get(f"/procedures/changes/?agency={agency}").status_code == 404


def test_what_the_public_does_not_see_is_not_told(client):
    apply(*new(published=False))
    assert feed(client)[1] == []


def test_a_withdrawal_is_told(client):
    apply(*new())
    apply(*new(published=False))
    page = client.get("/en/procedures/changes/")
    assert [entry.kind for entry in page.context["page"]] == ["withdrawn"]


def test_the_list_has_pages(client):
    apply(*(row for number in range(25) for row in new(code=f"ZZ-{number:02}")))
    assert len(client.get("/en/procedures/changes/").context["page"].object_list) == 20
    assert len(client.get("/en/procedures/changes/?page=2").context["page"].object_list) == 5
    assert client.get("/en/procedures/changes/?page=3").status_code == 404


def test_the_lists_need_a_fixed_number_of_queries(client, django_assert_num_queries):
    apply(*(row for number in range(25) for row in new(code=f"ZZ-{number:02}")))
    client.get("/en/procedures/")
    # The stamp, the names of units and fields, the changes; the first version; the agency.
    for path, count in (("/en/procedures/changes/", 5), (FEED, 5), (f"{FEED}?agency=so-tu-phap", 6)):
        with django_assert_num_queries(count):
            client.get(path)


# What is to come -------------------------------------------------------------------------------


@pytest.fixture
def steward():
    return User.objects.create_user("steward", role="steward")


def scheduled(steward, *entries, day=TOMORROW):
    load = loads.prepare(rows(*entries), by=steward, decision=DECISION, valid_from=day)
    from organisation import stamp

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


def test_a_withdrawal_to_come_is_told(client, steward):
    apply(*new())
    scheduled(steward, *new(published=False))
    assert "No longer in force from" in client.get(address("ZZ-1")).text


def test_search_finds_what_the_new_day_brings(steward, settings):
    scheduled(steward, *new(name="Cấp phép thả diều"))
    assert "ZZ-1" not in search.find("tha dieu").codes
    settings.PORTAL_TODAY = TOMORROW
    assert search.find("tha dieu").codes[0] == "ZZ-1"


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


def test_changes_of_one_day_are_applied_in_the_order_in_which_they_came(client, steward, settings):
    first, second = (scheduled(steward, *new(code=f"ZZ-{n}"), day=TOMORROW) for n in (1, 2))
    settings.PORTAL_TODAY = TOMORROW + datetime.timedelta(days=30)
    search.current()
    for load in (first, second):
        load.refresh_from_db()
    assert second.version.number == first.version.number + 1
    assert first.version.day == TOMORROW


def test_a_page_of_a_procedure_needs_no_more_queries_for_its_history(client, django_assert_num_queries):
    apply(*new())
    apply(*changed())
    Channel.objects.filter(procedure__code="ZZ-1").update(note="x")
    client.get("/en/procedures/")
    with django_assert_num_queries(13):
        client.get(address("ZZ-1"))
    assert reverse("procedures:history", args=["ZZ-1"])
