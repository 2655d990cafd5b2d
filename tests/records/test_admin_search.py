"""The search box of the counter: a code opens its record; names and numbers are found by their hashes."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from records import actions, finding, listing
from records.models import Record, RecordRead
from records.statuses import Status
from tests.records.factories import COMMUNE, DISTRICT, moment, officer, receive, supervisor

pytestmark = pytest.mark.django_db

LIST = reverse("admin:records_record_changelist")
NAMES = ["Nguyễn Văn Mẫu", "Nguyễn Thị Hòa", "Trần Văn Mẫu", "Công ty TNHH Mẫu Đơn 36"]


@pytest.fixture
def counter(client):
    client.force_login(officer())
    return client


def named(name, **changes):
    phone = changes.pop("phone", "0912 345 678")
    return receive(applicant=actions.Applicant(name, phone=phone, **changes))


def search(client, typed):
    return client.post(LIST, {"q": typed}, follow=True)


def names(response):
    return {line.record.personal["name"] for line in response.context["rows"]}


def page_of(record):
    return reverse("admin:records_record_change", args=[record.pk])


# Codes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        "{}", " {} ", "{}\n", "lower", "H02.15–240828–0001", "h02.15 - 240828 - 0001", "000.00.15.H02-240828-0001",
    ],
)  # fmt: skip
def test_a_code_in_any_spelling_opens_its_record(counter, spelling):
    record = receive()
    assert record.code == "H02.15-240828-0001"
    typed = record.code.lower() if spelling == "lower" else spelling.format(record.code)
    assert search(counter, typed).redirect_chain == [(page_of(record), 302)]


def test_a_code_that_nobody_has_and_one_of_another_unit_get_the_same_answer(client):
    record = receive(unit=COMMUNE, procedure=actions.Procedure.objects.filter(level_province=False)[0])
    client.force_login(officer(DISTRICT))
    unknown = f"{record.code[:-4]}9999"
    answers = []
    for code in (record.code, unknown):
        with CaptureQueriesContext(connection) as asked:
            page = search(client, code)
        name = page.redirect_chain[0][0].partition("search=")[2]
        html = page.content.decode().replace(code, "CODE").replace(name, "NAME")
        answers.append((page.status_code, len(asked), re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)))
    assert answers[0] == answers[1]
    assert "CODE" in answers[0][2]
    assert not RecordRead.objects.exists()


def test_a_supervisor_opens_any_record_by_its_code(client):
    record = receive(unit=COMMUNE, procedure=actions.Procedure.objects.filter(level_province=False)[0])
    client.force_login(supervisor())
    assert search(client, record.code).redirect_chain == [(page_of(record), 302)]


# Names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Nguyễn Văn Mẫu", {"Nguyễn Văn Mẫu"}),
        ("nguyen van mau", {"Nguyễn Văn Mẫu"}),
        ("MẪU NGUYỄN", {"Nguyễn Văn Mẫu"}),
        ("mau", {"Nguyễn Văn Mẫu", "Trần Văn Mẫu", "Công ty TNHH Mẫu Đơn 36"}),
        ("hoà", {"Nguyễn Thị Hòa"}),
        ("hoa", {"Nguyễn Thị Hòa"}),
        ("mẫu đơn", {"Công ty TNHH Mẫu Đơn 36"}),
        ("mau don 36", {"Công ty TNHH Mẫu Đơn 36"}),
        ("nguyen mau hoa", set()),
        ("ngu", set()),  # whole words
        ("nobody", set()),
    ],
)
def test_a_record_is_found_by_whole_words_of_its_name_with_or_without_accents(counter, typed, expected):
    for name in NAMES:
        named(name)
    page = search(counter, typed)
    assert names(page) == expected
    assert typed in page.content.decode()  # what was searched for is told


def test_the_owner_is_found_as_well_as_the_applicant(counter):
    named("Trần Văn Mẫu", owner="Lý Thị Quýt")
    assert names(search(counter, "ly thi quyt")) == {"Trần Văn Mẫu"}


def test_ended_records_are_found_too_the_newest_first(counter):
    first, second = named("Nguyễn Thị Hòa"), named("Nguyễn Thị Hòa")
    actions.change_status(first, to=Status.IN_PROCESS, by=officer())
    actions.change_status(first, to=Status.RESOLVED, by=officer())
    page = search(counter, "hoa")
    assert [line.record for line in page.context["rows"]] == [second, first]
    query = page.redirect_chain[0][0].partition("?")[2]
    assert [line.record for line in counter.get(f"{LIST}?{query}&status=9").context["rows"]] == [first]
    assert [line.record for line in counter.get(f"{LIST}?{query}&due=soon").context["rows"]] == []


def test_records_of_others_are_not_found(client):
    named("Nguyễn Thị Hòa")
    client.force_login(officer(DISTRICT))
    for typed in ("hoa", "0912345678"):
        assert names(search(client, typed)) == set()


def test_a_supervisor_finds_in_the_own_unit_first_and_everywhere_on_demand(client):
    procedure = actions.Procedure.objects.filter(level_province=False)[0]
    receive(unit=COMMUNE, procedure=procedure, applicant=actions.Applicant("Trần Thị Xa", phone="0912345678"))
    client.force_login(supervisor())
    assert names(search(client, "tran thi xa")) == set()
    page = client.post(LIST, {"q": "tran thi xa", "scope": "all"}, follow=True)
    assert names(page) == {"Trần Thị Xa"}


@pytest.mark.parametrize("status", ["", "2", "10"])
def test_very_common_words_are_looked_for_within_a_bounded_list(counter, monkeypatch, status):
    monkeypatch.setattr(finding, "RARE", 1)
    old, new = receive(at=moment("2024-03-04 09:00")), receive()
    page = search(counter, "nguyen van mau")
    query = page.redirect_chain[0][0].partition("?")[2]
    page = counter.get(f"{LIST}?{query}&status={status}")
    expected = {"": [new], "2": [old, new], "10": []}[status]
    assert [line.record for line in page.context["rows"]] == expected
    assert bool(page.context["period"]) == (status != "2")
    page = counter.get(f"{LIST}?{query}&status=any&start=2024-03-01&end=2024-03-31")
    assert [line.record for line in page.context["rows"]] == [old]


def test_the_found_records_come_in_pages(counter, monkeypatch):
    monkeypatch.setattr(listing, "PER_PAGE", 3)
    made = [named("Nguyễn Thị Hòa") for _number in range(7)]
    page, seen = search(counter, "hoa"), []
    address = page.redirect_chain[0][0]
    while True:
        seen += [line.record for line in page.context["rows"]]
        if not page.context["page"].after:
            break
        page = counter.get(f"{address}&after={page.context['page'].after}")
    assert seen == made[::-1]


# Numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["0912345678", "0912 345 678", "0912.345.678", "+84 912 345 678", "(0912) 345-678"])
def test_a_phone_number_in_any_spelling_finds_its_records(counter, typed):
    record = receive()
    receive(applicant=actions.Applicant("Trần Văn Khác", phone="0987654321"))
    assert [line.record for line in search(counter, typed).context["rows"]] == [record]


def test_an_identity_number_finds_its_records_each_once(counter):
    record = receive()
    both = receive(applicant=actions.Applicant("Lê Thị Cả Hai", phone="024099001234", identity="024099001234"))
    assert [line.record for line in search(counter, "024099001234").context["rows"]] == [both, record]
    assert search(counter, "024099001235").context["rows"] == []


# What may not be seen ----------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Nguyễn Văn Mẫu", "0912345678", "024099001234"])
def test_what_was_typed_stands_in_no_address_and_not_readable_in_the_session(counter, typed):
    receive()
    answer = counter.post(LIST, {"q": typed})
    assert re.fullmatch(rf"{LIST}\?search=[\w-]+", answer.url)
    kept = str(dict(counter.session.items()))
    assert typed not in kept
    assert typed in counter.get(answer.url).content.decode()


def test_the_search_of_somebody_else_or_of_yesterday_is_forgotten(counter, client):
    record = receive()
    address = counter.post(LIST, {"q": "hoa"}).url
    client.logout()
    client.force_login(officer())
    page = client.get(address)
    assert page.context["forgotten"]
    assert [line.record for line in page.context["rows"]] == [record]


def test_only_the_last_searches_are_kept(counter):
    addresses = [counter.post(LIST, {"q": f"name {number}"}).url for number in range(25)]
    assert counter.get(addresses[0]).context["forgotten"]
    assert not counter.get(addresses[-1]).context["forgotten"]


@pytest.mark.parametrize("typed", ["", "  ", "!!!", "\x00", "-–-"])
def test_nothing_typed_finds_nothing_and_says_what_to_type(counter, typed):
    page = search(counter, typed)
    with translation.override(page.headers["content-language"]):
        message = translation.gettext("Type a record's code, words of a name, or a phone or ID number.")
    assert [str(told) for told in page.context["messages"]] == [message]


def test_a_very_long_text_is_cut(counter):
    record = receive()
    assert search(counter, "nguyen " * 10_000).status_code == 200
    assert [line.record for line in search(counter, "nguyen " * 60).context["rows"]] == [record]


def test_a_search_changes_nothing(counter):
    receive()
    before = list(Record.objects.values())
    for typed in ("mau", "0912345678", "H02.15-240828-0001"):
        search(counter, typed)
    assert list(Record.objects.values()) == before


def test_a_search_asks_a_fixed_number_of_queries(counter, django_assert_max_num_queries):
    for name in NAMES:
        named(name)
    for typed in ("nguyen van mau", "0912345678", "H02.15-240828-9999"):
        address = counter.post(LIST, {"q": typed}).url
        with django_assert_max_num_queries(12):
            counter.get(address)
