"""The monitoring board: what it tells, that each number opens its records, who sees it, and what it costs."""

import datetime
import html
import re
from dataclasses import replace

import pytest
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from organisation.models import Agency
from organisation.roles import Role
from procedures.models import Procedure
from records import actions, listing
from records.clock import current_calendar
from records.models import Record
from records.statistics import board, movements, silence
from records.statistics.board import Load
from records.statuses import Status
from tests.records.factories import (
    CENTER,
    COMMUNE,
    DISTRICT,
    NINE,
    any_procedure,
    in_status,
    moment,
    multiply,
    officer,
    receive,
    supervisor,
)
from tests.records.test_admin_list import plan, tells, text

pytestmark = pytest.mark.django_db

BOARD, LIST = reverse("admin:records_record_board"), reverse("admin:records_record_changelist")
NOW = moment("2024-08-28 10:00")
TODAY = NOW.date()
NUMBER = re.compile(r'<a href="([^"#?]*\?[^"]+)">([\d.,]+)</a>')


def at_commune(**changes):
    procedure = Procedure.objects.filter(level_commune=True, level_province=False).first()
    return receive(unit=COMMUNE, procedure=procedure, **changes)


def days_ago(days, **changes):
    return receive(at=NINE - datetime.timedelta(days=days), **changes)


def ended_late(day, **changes):
    """Received on a day, and resolved a month later."""
    record = receive(at=moment(f"{day} 09:00"), **changes)
    for step, days in ((Status.IN_PROCESS, 1), (Status.RESOLVED, 30)):
        at = record.received_at + datetime.timedelta(days=days)
        record = actions.change_status(record, to=step, by=officer(), at=at)
    return record


def settler():
    """An officer of the department that settles the records of the Center."""
    agency = actions.settling_agency(any_procedure(), Agency.objects.get(code=CENTER), TODAY)
    return officer(agency.code)


@pytest.fixture
def busy():
    """Records in every state that the board tells of, at two desks, with and without an officer in charge."""
    actions.assign(days_ago(40), officer=officer(), by=officer())
    for at in ("2024-08-21 09:00", "2024-08-23 09:00", "2024-08-23 10:00", "2024-08-28 08:00"):
        receive(at=moment(at))
    actions.assign(receive(at=moment("2024-08-23 11:00")), officer=settler(), by=officer())
    in_status(Status.SUPPLEMENT, at=moment("2024-07-01 09:00"))
    in_status(Status.PAYMENT, at=moment("2024-08-20 09:00"))
    in_status(Status.RESOLVED, at=moment("2024-08-01 09:00"))
    in_status(Status.RESOLVED, at=moment("2024-08-26 09:00"))
    for _number in range(4):
        at_commune(at=moment("2024-08-16 09:00"))  # due on 23 August, and overdue
    ended_late("2024-07-20")


def opened(client, address):
    return client.get(html.unescape(address)).context["rows"]


# What is due -------------------------------------------------------------------------------------


def test_what_is_due_is_told_by_agency_and_by_officer(busy):
    found = board.due(supervisor(), NOW, current_calendar())
    assert found.total == Load(overdue=5, today=1, soon=4)
    commune = Agency.objects.get(code=COMMUNE)
    assert found.agencies[commune.pk] == Load(overdue=4)
    assert found.officers == {
        None: Load(overdue=4, today=1, soon=3), officer().pk: Load(1), settler().pk: Load(soon=1)
    }  # fmt: skip
    assert next(iter(found.agencies)) == commune.pk


def test_due_dates_are_told_by_working_day_with_the_days_off_before_it(busy):
    ahead = board.due(supervisor(), NOW, current_calendar()).ahead
    assert len(ahead) == board.DAYS_AHEAD
    assert (ahead[0].first, ahead[0].last, ahead[0].records) == (None, TODAY, 1)
    days = {stretch.last: stretch for stretch in ahead}
    assert days[datetime.date(2024, 8, 30)].records == 3
    after_holidays = days[datetime.date(2024, 9, 4)]  # a Saturday, a Sunday, and the holiday
    assert after_holidays.first == datetime.date(2024, 8, 31)
    assert sum(stretch.records for stretch in ahead) == 5


def test_on_a_day_off_the_days_ahead_begin_with_the_next_working_day():
    first, last = next(board.days_ahead(datetime.date(2024, 8, 31), current_calendar()))
    assert (first, last) == (datetime.date(2024, 9, 1), datetime.date(2024, 9, 4))


def test_what_lies_is_counted_from_the_day_on_which_it_has_lain_too_long(busy):
    counts = {name: count for name, (_filters, count) in board.counted_alone(supervisor(), NOW).items()}
    assert counts == {"received": 1, "waiting-long": 1, "uncollected": 2}
    last_day = {"uncollected": datetime.date(2024, 8, 8), "waiting-long": datetime.date(2024, 7, 31)}
    for due, day in last_day.items():
        for later, expected in ((0, 0), (1, 1)):
            now = moment(f"{day + datetime.timedelta(days=later)} 10:00")
            filters = listing.Filters(everything=True, due=due)
            found = [row for strand in listing.listed(supervisor(), filters, now) for row in strand]
            assert len([row for row in found if row.status_since < moment("2024-08-02 00:00")]) == expected


# Each number opens its records -------------------------------------------------------------------


@pytest.mark.parametrize(
    "person",
    [supervisor, officer, lambda: officer(COMMUNE), settler],
    ids=["supervisor", "officer", "of a commune", "who settles"],
)
def test_each_number_opens_exactly_its_records(client, busy, person):
    client.force_login(person())
    links = NUMBER.findall(client.get(BOARD, {"whole": 1}).content.decode())
    assert len(links) >= (1 if person is not supervisor else 15)
    for address, number in links:
        rows = opened(client, address)
        assert len(rows) == int(number), address
        assert not client.get(html.unescape(address)).context["form"].errors


def test_every_kind_of_number_is_among_them(client, busy):
    client.force_login(supervisor())
    page = client.get(BOARD, {"whole": 1}).content.decode()
    addresses = " ".join(html.unescape(address) for address, _number in NUMBER.findall(page))
    for part in (
        "due=overdue&scope", "due=soon", "due=waiting-long", "due=uncollected", "due=late", "due_from=", "status=any",
        "agency=", "officer=nobody", f"officer={settler().pk}", "unit=",
    ):  # fmt: skip
        assert part in addresses, part


def test_what_opens_has_no_end_before_its_time(client, busy, monkeypatch):
    """Results lie for longer than the three months of other lists of ended records."""
    in_status(Status.RESOLVED, at=moment("2024-01-08 09:00"))
    client.force_login(supervisor())
    page = client.get(LIST, {"due": "uncollected", "scope": "all"})
    assert len(page.context["rows"]) == 3
    assert page.context["period"] is None
    assert page.context["rows"][0].record.received_at == moment("2024-01-08 09:00")  # what lies longest
    assert tells(page, "Results not collected")


def test_records_of_an_ended_agency_stand_with_the_one_that_follows_it(client, settings):
    """The Department of Natural Resources has become one with that of Agriculture on 1 March 2025."""
    settings.PORTAL_TODAY = datetime.date(2025, 6, 16)
    old, new = (Agency.objects.get(code=code) for code in ("so-tnmt", "so-nn-mt"))
    assert old.has_ended(settings.PORTAL_TODAY)
    record = receive(at=moment("2025-02-20 09:00"))
    Record.objects.filter(pk=record.pk).update(agency=old)
    client.force_login(supervisor())
    page = client.get(BOARD).content.decode()
    assert new.name in page
    assert old.name not in page
    (address,) = [address for address, _number in NUMBER.findall(page) if "agency=" in address]
    assert "with_former=on" in address
    assert [line.record for line in opened(client, address)] == [record]
    assert opened(client, address.replace("with_former=on", "")) == []


def test_an_ended_agency_that_several_follow_is_told_with_its_last_day(client, settings):
    settings.PORTAL_TODAY = datetime.date(2025, 6, 16)
    old = Agency.objects.get(code="so-ldtbxh")
    Record.objects.filter(pk=receive(at=moment("2025-02-20 09:00")).pk).update(agency=old)
    client.force_login(supervisor())
    page = client.get(BOARD)
    assert old.name in text(page)
    assert "28/02/2025" in text(page)


# Who is silent -----------------------------------------------------------------------------------


def silent(person=supervisor, today=TODAY):
    return {one.office.code: one for one in silence.silent(person(), today, current_calendar())}


def test_an_office_without_records_for_a_working_week_is_silent_since_the_last_one():
    at_commune(at=moment("2024-08-20 16:00"))
    receive(at=moment("2024-08-21 08:00"))
    found = silent()
    assert (found[COMMUNE].since, found[COMMUNE].days) == (datetime.date(2024, 8, 20), 5)
    assert CENTER not in found  # four complete working days
    assert CENTER in silent(today=datetime.date(2024, 8, 29))


def test_days_off_are_no_silence():
    receive(at=moment("2024-08-28 08:00"))
    assert CENTER not in silent(today=datetime.date(2024, 9, 6))  # Thursday, Friday, the holiday, then two days
    assert CENTER in silent(today=datetime.date(2024, 9, 9))


def test_an_office_that_never_received_anything_is_said_so(client):
    receive()
    found = silent()[DISTRICT]
    assert (found.since, found.days) == (None, None)
    client.force_login(supervisor())
    assert tells(client.get(BOARD, {"whole": 1}), "never received anything")


def test_those_whose_silence_is_strangest_stand_first_and_those_who_never_spoke_last():
    for number in range(3):
        receive(unit=DISTRICT, at=moment(f"2024-07-{10 + number} 09:00"))
    at_commune(at=moment("2024-07-10 09:00"))
    found = silence.silent(supervisor(), TODAY, current_calendar())
    assert [(one.office.code, one.usual) for one in found[:2]] == [(DISTRICT, 3), (COMMUNE, 1)]
    assert {one.since for one in found[2:]} == {None}


def test_an_ended_office_is_not_silent_and_a_new_one_not_before_its_time():
    receive(unit=DISTRICT, at=moment("2024-07-10 09:00"))
    early, late = silent(today=datetime.date(2025, 7, 4)), silent(today=datetime.date(2025, 7, 15))
    for found in (early, late):
        assert DISTRICT not in found
        assert COMMUNE not in found
    assert early == {}
    assert late["n-07210"].since is None
    assert late["n-07210"].days == 10  # since it began


def test_an_officer_is_told_of_the_own_office_only():
    assert set(silent(lambda: officer(COMMUNE))) == {COMMUNE}
    at_commune()
    assert silent(lambda: officer(COMMUNE)) == {}


# What got worse ----------------------------------------------------------------------------------


def worst(person=supervisor, now=NOW):
    return movements.worst(person(), now, current_calendar())


def test_a_movement_tells_from_what_to_what(client):
    for _number in range(4):
        at_commune(at=moment("2024-08-16 09:00"))  # due on 23 August
    at_commune(at=moment("2024-07-26 09:00"))  # due on 2 August
    (found,) = worst()
    assert (found.kind, found.place) == ("unit", Agency.objects.get(code=COMMUNE).pk)  # once, though it settles too
    assert (found.movement.before, found.movement.recent) == (1, 4)
    assert (found.movement.days_before, found.movement.days) == (20, 5)
    client.force_login(supervisor())
    page = client.get(BOARD)
    numbers = {html.unescape(a): n for a, n in NUMBER.findall(page.content.decode()) if "due=late" in a}
    assert list(numbers.values()) == ["1", "4"]
    assert "0,80" in text(page)  # a working day
    assert "0,05" in text(page)


def test_what_ended_late_counts_like_what_is_overdue_and_what_was_in_time_does_not():
    for _number in range(3):
        record = at_commune(at=moment("2024-08-16 09:00"))
        record = actions.change_status(record, to=Status.IN_PROCESS, by=officer(COMMUNE), at=NINE)
        actions.change_status(record, to=Status.RESOLVED, by=officer(COMMUNE), at=NINE)
    in_status(Status.RESOLVED, at=moment("2024-08-20 09:00"))
    (found,) = worst()
    assert (found.movement.before, found.movement.recent) == (0, 3)


def test_what_fell_due_today_or_long_ago_is_no_movement():
    for _number in range(4):
        at_commune(at=moment("2024-08-21 09:00"))  # due today
        at_commune(at=moment("2024-06-03 09:00"))
    assert worst(now=moment("2024-08-28 23:00")) == []


def test_the_list_of_late_records_has_open_and_ended_ones_once_by_their_promise(client):
    ended, still = ended_late("2024-07-20"), days_ago(30)
    in_status(Status.RESOLVED)
    receive()
    client.force_login(supervisor())
    lines = client.get(LIST, {"due": "late", "scope": "all"}).context["rows"]
    assert [line.record for line in lines] == [ended, still]
    query = {"due": "late", "scope": "all", "due_from": "2024-08-01", "due_to": "2024-08-31"}
    assert [line.record for line in client.get(LIST, query).context["rows"]] == [still]


def test_a_stop_after_a_second_supplement_is_late_as_the_formula_says():
    record = in_status(Status.STOPPED)
    late = Record.objects.filter(listing.ENDED_LATE)
    assert not late.exists()
    Record.objects.filter(pk=record.pk).update(supplements=2)
    assert late.get() == record


# Who sees it -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [(Role.OFFICER, 200), (Role.SUPERVISOR, 200), (Role.STEWARD, 403), (Role.ADMINISTRATOR, 403)]
)
def test_the_board_opens_for_those_who_read_records_and_the_index_leads_there(client, role, status):
    client.force_login(officer(role=role))
    assert client.get(BOARD).status_code == status
    assert (BOARD in client.get(reverse("admin:index")).content.decode()) == (status == 200)


def test_whoever_is_not_signed_in_signs_in_first(client):
    assert client.get(BOARD).status_code == 302


def test_an_officer_sees_the_own_unit_alone(client, busy):
    client.force_login(officer(COMMUNE))
    page = client.get(BOARD, {"whole": 1})
    (_received, overdue, *_rest) = [number for _label, number, _note in page.context["tiles"]]
    assert overdue.text == "4"
    assert "scope=all" not in page.content.decode()
    assert board.due(officer(DISTRICT), NOW, current_calendar()).total == Load()


def test_somebody_without_a_unit_sees_an_empty_board(client, busy):
    person = officer()
    person.unit = None
    person.save()
    client.force_login(person)
    page = client.get(BOARD)
    assert tells(page, "You belong to no unit: there is nothing to show.")
    assert NUMBER.findall(page.content.decode()) == []


def test_an_officer_of_elsewhere_is_chosen_only_where_their_records_may_be_read(client, busy):
    other = settler()
    for person, errors in ((officer(), set()), (officer(DISTRICT), {"officer"})):
        client.force_login(person)
        page = client.get(LIST, {"officer": other.pk})
        assert page.context["form"].errors.keys() == errors
        assert (other.last_name in str(page.context["form"]["officer"])) == (not errors)


def test_the_board_says_that_its_records_are_invented(client, settings):
    client.force_login(supervisor())
    assert b"board-invented" in client.get(BOARD).content
    settings.PORTAL_TODAY = None
    assert b"board-invented" not in client.get(BOARD).content


def test_the_board_is_looked_at_only(client):
    client.force_login(supervisor())
    assert client.post(BOARD).status_code == 405


# Filters that are wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", [{"due_from": "yesterday"}, {"due_from": "2024-08-02", "due_to": "2024-08-01"}], ids=str
)
def test_a_wrong_day_is_told_at_its_field_and_dropped(client, query):
    record = receive()
    client.force_login(officer())
    page = client.get(LIST, query)
    assert page.context["form"].errors.keys() == {list(query)[-1]}
    assert [line.record for line in page.context["rows"]] == [record]


def test_counts_of_the_quick_filters_do_not_follow_the_days_of_the_due_date(busy):
    filters = listing.Filters(due="late", due_from=TODAY)
    plain = listing.counts(officer(), listing.Filters(), NOW)
    assert listing.counts(officer(), filters, NOW) == plain
    assert listing.counts(officer(), replace(filters, due="uncollected"), NOW) == plain


# What it costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("person", "most"), [(supervisor, 13), (officer, 15)])
def test_the_board_asks_few_queries_however_many_records_there_are(
    client, person, most, busy, django_assert_max_num_queries
):
    client.force_login(person())
    client.get(BOARD)
    with django_assert_max_num_queries(most):
        assert client.get(BOARD, {"whole": 1}).status_code == 200


@pytest.fixture
def thousands(busy):
    multiply("status_since", "promised_at", "resolved_at", "urgency")


def test_what_is_due_is_grouped_along_an_index_that_bears_all_it_asks_for(thousands):
    few = board.grouped(board.rows_of(supervisor()), [NOW - datetime.timedelta(hours=3_800)])
    assert "record_open" in plan(few, sorting="on")
    (index,) = [index for index in Record._meta.indexes if index.name == "record_open_on_board"]
    borne = {Record._meta.get_field(name).column for name in index.fields}
    # The status is what the index is for. Whether rows are read all the same depends on how tidy the table is.
    assert set(re.findall(r'"records_record"\."(\w+)"', str(few.query))) == (borne | {"status"}) - {"unit_id"}


def test_what_the_board_leads_to_follows_an_index(thousands, subtests):
    for due, indexes in {
        "waiting-long": ["record_waiting"],
        "uncollected": ["record_uncollected"],
        "late": ["record_open_on_board", "record_ended_late"],
    }.items():
        with subtests.test(due=due):
            follow_an_index(due, indexes)


def follow_an_index(due, indexes):
    filters = listing.Filters(due=due, everything=True, due_from=TODAY if due == "late" else None)
    strands = listing.listed(supervisor(), filters, NOW)
    for strand, index in zip(strands, indexes, strict=True):
        # Open ones follow the date that was appointed last, and are sorted by their promise.
        by_promise = index == "record_open_on_board"
        found = plan(strand.order_by(*filters.order.names())[:51], sorting="on" if by_promise else "off")
        assert re.search(rf"{index}\b|record_open\b" if by_promise else rf"{index}\b", found), found
        assert ("TEMP B-TREE" in found) <= by_promise


def test_the_last_reception_of_an_office_is_one_step_of_an_index(django_assert_num_queries):
    offices = Agency.objects.filter(receives_records=True).annotate(latest=Subquery(silence.latest_of(OuterRef("pk"))))
    assert "record_received_at_unit" in plan(offices)
    person = supervisor()
    with django_assert_num_queries(1):
        assert len(list(silence.last_receptions(person, TODAY))) > 100
