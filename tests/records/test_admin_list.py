"""The counter's list: what it opens on, its filters with their counts, its pages, and what it costs."""

import datetime
import html
import itertools
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from organisation.models import Agency
from organisation.roles import Role
from procedures.models import ChannelKind, Procedure
from records import actions, due, keyset, listing
from records.models import Record
from records.statuses import Status
from tests.records.factories import (
    COMMUNE,
    DISTRICT,
    NINE,
    in_status,
    moment,
    multiply,
    officer,
    receive,
    supervisor,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:records_record_changelist")
NOW = moment("2024-08-28 10:00")


@pytest.fixture
def counter(client):
    client.force_login(officer())
    return client


def days_ago(days, **changes):
    """A record received so many days before Wednesday, 28 August 2024; due in five working days from then."""
    return receive(at=NINE - datetime.timedelta(days=days), **changes)


def codes(response):
    return [line.record.code for line in response.context["rows"]]


def text(response):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def tells(response, message, **values):
    with translation.override(response.headers["content-language"]):
        return translation.gettext(message) % values in text(response)


def found(user, now=NOW, **filters):
    return [row.code for strand in listing.listed(user, listing.Filters(**filters), now) for row in strand]


# What it opens on --------------------------------------------------------------------------------


def test_the_list_opens_on_my_units_open_records_the_most_urgent_first(counter):
    later, late, middle = days_ago(0), days_ago(30), days_ago(2)
    waiting = in_status(Status.SUPPLEMENT)
    in_status(Status.RETURNED)
    receive(unit=COMMUNE, procedure=Procedure.objects.filter(level_commune=True, level_province=False).first())
    assert codes(counter.get(LIST)) == [late.code, middle.code, later.code, waiting.code]


def test_the_officer_of_a_department_sees_what_the_department_settles(client):
    record = receive()
    assert record.agency != record.unit
    client.force_login(officer(record.agency.code))
    assert codes(client.get(LIST)) == [record.code]


def test_a_record_received_and_settled_at_one_unit_is_listed_once(client):
    procedure = Procedure.objects.filter(level_commune=True, level_province=False).first()
    record = receive(unit=COMMUNE, procedure=procedure)
    assert record.agency == record.unit
    client.force_login(officer(COMMUNE))
    assert codes(client.get(LIST)) == [record.code]


def test_a_supervisor_begins_with_the_own_unit_and_may_ask_for_all(client):
    procedure = Procedure.objects.filter(level_commune=True, level_province=False).first()
    near, far = days_ago(2), receive(unit=COMMUNE, procedure=procedure)
    client.force_login(supervisor())
    assert codes(client.get(LIST)) == [near.code]
    assert codes(client.get(LIST, {"scope": "all"})) == [near.code, far.code]


def test_an_officer_who_asks_for_all_units_gets_the_own(client):
    receive()
    client.force_login(officer(DISTRICT))
    assert codes(client.get(LIST, {"scope": "all"})) == []


def test_the_strands_of_the_list_are_the_scope(client):
    records = [receive(), in_status(Status.SUBMITTED)]
    for person in (officer(), officer(records[0].agency.code), officer(DISTRICT), officer(role=Role.STEWARD)):
        strands = listing.strands(person, everything=False)
        listed = [record for strand in strands for record in strand]
        assert len(listed) == len(set(listed))
        assert set(listed) == set(actions.scope.visible_to(person))


def test_somebody_without_a_unit_has_an_empty_list(client):
    person = officer()
    person.unit = None
    person.save()
    receive(by=None)
    client.force_login(person)
    assert codes(client.get(LIST)) == []


def test_names_are_masked_and_nothing_else_personal_is_there(counter):
    receive()
    page = counter.get(LIST)
    assert "N***** V** M**" in text(page)
    for secret in ("Nguyễn Văn Mẫu", "0912", "024099001234", "mau@example.org", "Phố Thử"):
        assert secret not in page.content.decode()


def test_a_record_whose_facts_were_erased_or_cannot_be_read_is_listed_all_the_same(counter, settings):
    record = receive()
    settings.DATA_KEYS = ["d" * 43 + "="]
    page = counter.get(LIST)
    assert codes(page) == [record.code]
    assert tells(page, "unreadable: its key is missing")


# How urgent a record is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "kind", "words"),
    [
        ("2024-09-06 10:00", "later", "in 7 days"),
        ("2024-09-09 10:00", "later", "in 4 days"),
        ("2024-09-10 10:00", "soon", "in 3 days"),
        ("2024-09-12 18:00", "soon", "in 1 day"),
        ("2024-09-13 10:00", "today", "due today, 17:00"),
        ("2024-09-13 17:01", "overdue", "overdue since 17:00 today"),
        ("2024-09-14 08:00", "overdue", "overdue by 1 day"),
        ("2024-09-23 08:00", "overdue", "overdue by 10 days"),
    ],
)
def test_the_due_date_is_told_in_words_and_by_a_symbol(day, kind, words):
    record = receive()
    record.due_at = moment("2024-09-13 17:00")
    with translation.override("en"):
        state = due.due_of(record, moment(day))
    assert (state.kind, state.text) == (kind, words)
    assert state.symbol


def test_every_state_has_a_symbol_of_its_own():
    assert len(set(due.SYMBOLS.values())) == len(due.DueKind)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.SUPPLEMENT, "waits for the citizen since 28 Aug 2024"),
        (Status.PAYMENT, "waits for the citizen since 28 Aug 2024"),
        (Status.SUBMITTED, "not accepted yet"),
        (Status.REFUSED, "ended on 28 Aug 2024"),
        (Status.RESOLVED, "ended on 28 Aug 2024, in time"),
        (Status.RETURNED, "ended on 28 Aug 2024, in time"),
        (Status.STOPPED, "ended on 28 Aug 2024, in time"),
    ],
)
def test_where_no_date_runs_it_is_told_why(status, words):
    record = in_status(status)
    with translation.override("en"):
        assert due.due_of(record, NOW).text == words


def test_a_promise_that_was_not_kept_is_told():
    record = in_status(Status.IN_PROCESS)
    record = actions.change_status(record, to=Status.RESOLVED, by=officer(), at=moment("2024-10-01 10:00"))
    with translation.override("en"):
        assert due.due_of(record, NOW).text.endswith("late")


def test_the_list_shows_the_words_and_the_symbol(counter):
    days_ago(30)
    page = counter.get(LIST)
    assert page.context["rows"][0].due.text in text(page)
    assert due.SYMBOLS[due.DueKind.OVERDUE] in text(page)


# Filters and their counts ------------------------------------------------------------------------


@pytest.fixture
def mixed():
    """Open records of the Center, one of each urgency at ten o'clock of 28 August 2024; and an ended one."""
    made = {
        "overdue": days_ago(30),
        "today": receive(at=moment("2024-08-21 09:00")),
        "soon": receive(at=moment("2024-08-23 09:00")),
        "later": receive(at=NINE),
        "waiting": in_status(Status.SUPPLEMENT),
    }
    in_status(Status.RETURNED)
    assert timezone.localtime(made["today"].due_at).date() == NOW.date()
    assert timezone.localtime(made["soon"].due_at).date() == datetime.date(2024, 8, 30)
    return {name: record.code for name, record in made.items()}


def test_quick_filters_narrow_by_due_date(mixed):
    assert found(officer(), due="overdue") == [mixed["overdue"]]
    assert found(officer(), due="today") == [mixed["today"]]
    assert set(found(officer(), due="soon")) == {mixed["today"], mixed["soon"]}
    assert found(officer(), due="waiting") == [mixed["waiting"]]


def test_each_quick_filter_says_how_many_open_records_it_would_leave(mixed):
    counts = listing.counts(officer(), listing.Filters(), NOW)
    assert counts == {"": 5, "overdue": 1, "today": 1, "soon": 2, "waiting": 1}


def test_counts_keep_the_other_filters_and_speak_of_open_records_only(mixed):
    person = officer()
    assert listing.counts(person, listing.Filters(channel=ChannelKind.POSTAL), NOW)[""] == 0
    assert listing.counts(person, listing.Filters(status="5"), NOW) == {
        "": 1, "overdue": 0, "today": 0, "soon": 0, "waiting": 1
    }  # fmt: skip
    assert listing.counts(person, listing.Filters(status="10"), NOW)[""] == 5


def test_nothing_is_counted_beyond_a_thousand(mixed):
    strands = listing.listed(officer(), listing.Filters(), NOW)
    assert listing.counted({"all": strands}, most=2) == {"all": 3}
    with translation.override("en"):
        assert listing.count_text(1_000) == "1,000"
        assert listing.count_text(1_001) == "1,000+"


def test_the_page_shows_the_quick_filters_with_their_counts(counter):
    days_ago(30)
    page = counter.get(LIST, {"due": "overdue"})
    assert [count for _due, _label, count in page.context["quick"]][:2] == ["1", "1"]
    assert len(codes(page)) == 1
    assert b'aria-current="page"' in page.content


def test_filters_narrow_alone_and_together(counter):
    mine = receive(channel=ChannelKind.POSTAL)
    mine = actions.assign(mine, officer=officer(), by=officer())
    other_procedure = Procedure.objects.filter(at_center=True, level_province=True).order_by("-code")[0]
    other = receive(procedure=other_procedure, at=NINE - datetime.timedelta(days=10))
    for query, expected in [
        ({"channel": "postal"}, [mine]),
        ({"officer": "me"}, [mine]),
        ({"officer": officer().pk}, [mine]),
        ({"officer": "nobody"}, [other]),
        ({"procedure": other_procedure.code}, [other]),
        ({"procedure": f"{other_procedure.code}.000.00.00.H02"} if other_procedure.code[1] == "." else {}, None),
        ({"agency": mine.agency.code}, [mine] if other.agency != mine.agency else None),
        ({"unit": "ttpvhcc"}, [other, mine]),
        ({"unit": COMMUNE}, []),
        ({"status": "2"}, [other, mine]),
        ({"status": "4"}, []),
        ({"start": "2024-08-20"}, [mine]),
        ({"end": "2024-08-20"}, [other]),
        ({"start": "2024-08-18", "end": "2024-08-18"}, [other]),
        ({"channel": "postal", "officer": "nobody"}, []),
        ({"channel": "postal", "officer": "me", "start": "2024-08-28", "status": "2"}, [mine]),
    ]:
        page = counter.get(LIST, query)
        assert page.status_code == 200, query
        if expected is not None:
            assert codes(page) == [record.code for record in expected], query


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"procedure": "9.123456"}, "The catalogue has no procedure with this code."),
        ({"status": "77"}, None),
        ({"unit": "no-such-unit"}, None),
        ({"officer": "999999"}, None),
        ({"channel": "pigeon"}, None),
        ({"start": "yesterday"}, None),
        ({"start": "2024-08-02", "end": "2024-08-01"}, "The last day lies before the first."),
    ],
    ids=str,
)
def test_a_value_that_does_not_exist_is_told_at_its_field_and_dropped(counter, query, message):
    record = receive()
    page = counter.get(LIST, query)
    assert page.status_code == 200
    name = list(query)[-1]
    assert page.context["form"].errors.keys() == {name}
    assert b'class="errorlist"' in page.content
    assert message is None or tells(page, message)
    assert codes(page) == [record.code]


def test_a_due_date_that_does_not_exist_is_dropped(counter):
    record = receive()
    assert codes(counter.get(LIST, {"due": "someday", "scope": "moon"})) == [record.code]


def test_ended_records_are_listed_by_period_the_newest_first(counter):
    old = in_status(Status.RETURNED, at=moment("2024-03-04 09:00"))
    new, open_one = in_status(Status.RETURNED), receive()
    page = counter.get(LIST, {"status": "10"})
    assert codes(page) == [new.code]
    assert page.context["period"] == (datetime.date(2024, 5, 28), datetime.date(2024, 8, 28))
    assert b"28/05/2024" in page.content
    assert codes(counter.get(LIST, {"status": "any"})) == [open_one.code, new.code]
    assert codes(counter.get(LIST, {"status": "10", "start": "2024-03-01"})) == [old.code]
    assert codes(counter.get(LIST, {"status": "10", "start": "2023-01-01", "end": "2024-03-31"})) == [old.code]


# Pages -------------------------------------------------------------------------------------------


@pytest.fixture
def many():
    """Thirty records of the Center: in groups of the same urgency, some waiting, settled by two departments."""
    procedures = list(Procedure.objects.filter(at_center=True, level_province=True).order_by("code")[:40:20])
    for number in range(30):
        days_ago(number // 6, procedure=procedures[number % 2])
    for record in Record.objects.order_by("id")[:5]:
        actions.request_supplement(record, missing="giấy", by=officer(), at=NINE)


ORDERS = [listing.BY_URGENCY, listing.BY_RECEPTION, keyset.Order(("id",), descending=True)]


def test_pages_forwards_and_back_show_each_record_once(many, subtests):
    for order, size in itertools.product(ORDERS, [1, 4, 7, 29, 30, 31]):
        with subtests.test(order=order, size=size):
            turn_forwards_and_back(order, size)


def turn_forwards_and_back(order, size):
    strands = listing.strands(officer(), everything=False)
    expected = list(Record.objects.order_by(*order.names()))
    page, seen, before = keyset.turn(strands, order, size), [], ""
    assert page.before == ""
    while True:
        seen += page.rows
        if not page.after:
            break
        previous, page = page, keyset.turn(strands, order, size, after=page.after)
        before = keyset.turn(strands, order, size, before=page.before)
        assert before.rows == previous.rows
    assert seen == expected
    assert bool(page.before) == (size < 30)


def test_pages_go_across_strands(many):
    first, second = Record.objects.values_list("agency", flat=True).distinct()[:2]
    strands = [Record.objects.filter(agency=first), Record.objects.filter(agency=second)]
    expected, seen, page = list(Record.objects.order_by("urgency", "id")), [], None
    while page is None or page.after:
        page = keyset.turn(strands, listing.BY_URGENCY, 4, after=page.after if page else "")
        seen += page.rows
    assert seen == expected


def test_a_record_that_becomes_urgent_between_two_pages_moves_nothing_else(many):
    strands = listing.strands(officer(), everything=False)
    page = keyset.turn(strands, listing.BY_URGENCY, 10)
    expected = keyset.turn(strands, listing.BY_URGENCY, 10, after=page.after).rows
    days_ago(60)
    assert keyset.turn(strands, listing.BY_URGENCY, 10, after=page.after).rows == expected


@pytest.mark.parametrize("place", ["x", "1", "1-2-3", "-", "1-x", "9" * 40 + "-1", "1-" + "9" * 40, "-1-5", "١-٢"])
def test_a_place_that_nobody_wrote_leads_to_the_beginning(counter, place):
    record = receive()
    for name in ("after", "before"):
        assert codes(counter.get(LIST, {name: place})) == [record.code]


def test_behind_the_last_record_the_list_says_so(counter):
    record = receive()
    page = counter.get(LIST, {"after": keyset.place_of(Record.objects.get(), listing.BY_URGENCY)})
    assert codes(page) == []
    assert tells(page, "There is nothing more.")
    assert record.code not in page.content.decode()


def test_the_page_leads_on_and_back_and_keeps_the_filters(counter, monkeypatch, many):
    monkeypatch.setattr(listing, "PER_PAGE", 10)
    first = counter.get(LIST, {"channel": "in_person"})
    link = html.unescape(re.search(r'rel="next" href="([^"]+)"', first.content.decode())[1])
    assert "channel=in_person" in link
    second = counter.get(LIST + link)
    assert not set(codes(first)) & set(codes(second))
    back = html.unescape(re.search(r'rel="prev" href="([^"]+)"', second.content.decode())[1])
    assert codes(counter.get(LIST + back)) == codes(first)


# What it costs -----------------------------------------------------------------------------------

QUERIES = [{}, {"due": "overdue"}, {"status": "10"}, {"status": "any", "channel": "online"}, {"officer": "me"}]


def test_the_list_asks_at_most_nine_queries_however_many_records_there_are(
    counter, many, django_assert_max_num_queries
):
    code = Procedure.objects.first().code
    counter.get(LIST)
    for query in QUERIES:
        # Session, person, unit, stamp; units and officers of the filters; keys, rows; all counts in one.
        with django_assert_max_num_queries(9):
            assert counter.get(LIST, query).status_code == 200
        with django_assert_max_num_queries(10):  # and the procedure
            counter.get(LIST, {**query, "procedure": code})


def test_nothing_counts_or_skips_the_rows_of_the_table(counter, many):
    with CaptureQueriesContext(connection) as asked:
        for query in (*QUERIES, {"after": "0-0"}):
            counter.get(LIST, query)
    for query in (one["sql"].upper() for one in asked.captured_queries):
        assert "OFFSET" not in query
        if "RECORDS_RECORD" in query:
            assert query.count("COUNT(") <= query.count("LIMIT 1001")
            assert "LIMIT" in query


def plan(queryset, sorting="off"):
    """How the database would answer, without falling back to reading all of a table that is small now."""
    sql, params = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; "
                f"SET LOCAL enable_sort = {sorting}; SET LOCAL enable_incremental_sort = off"
            )
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}", params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.parametrize("due_name", listing.QUICK)
@pytest.mark.parametrize("place", [None, [NOW, 5]])
def test_open_records_are_read_along_their_own_index(due_name, place):
    here, elsewhere = listing.listed(officer(), listing.Filters(due=due_name), NOW)
    (all_units,) = listing.listed(supervisor(), listing.Filters(due=due_name, everything=True), NOW)
    for strand, index in [
        (here, "record_open_of_unit"), (elsewhere, "record_open_of_agency"), (all_units, "record_open")
    ]:  # fmt: skip
        found = plan(keyset.ahead(strand, listing.BY_URGENCY, 50, place, backwards=False))
        assert re.search(rf"{index}\b", found), found
        assert "TEMP B-TREE" not in found
        assert re.search(rf"{index}\b", plan(strand.order_by("urgency", "id").values("pk")[:1001]))


def test_ended_records_are_read_along_the_time_of_reception():
    for unit in (DISTRICT, COMMUNE) * 10:
        receive(unit=unit)
    in_status(Status.RETURNED)
    multiply("received_at", count=2_000)
    here, elsewhere = listing.listed(officer(), listing.Filters(status="10"), NOW)
    (all_units,) = listing.listed(supervisor(), listing.Filters(status="10", everything=True), NOW)
    for strand, index in [
        (here, "record_received_at_unit"), (elsewhere, "record_received_by_agency"), (all_units, "record_received")
    ]:  # fmt: skip
        found = plan(keyset.ahead(strand, listing.BY_RECEPTION, 50, [NOW, 5], backwards=False))
        assert re.search(rf"{index}\b", found), found
        assert "TEMP B-TREE" not in found


def test_the_choice_of_units_has_every_unit_with_a_desk(counter):
    page = counter.get(LIST)
    assert page.content.decode().count("<option value='x-07201'") == 2
    with_desk = Agency.objects.filter(receives_records=True).count()
    assert sum(len(rows) for _kind, rows in page.context["form"].fields["unit"].choices[1:]) == with_desk
