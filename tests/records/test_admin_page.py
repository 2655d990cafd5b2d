"""One record on one page: what is read there, what is done there, and what is told when it cannot be done."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from organisation.roles import Role
from procedures.models import Document
from records import actions
from records.models import Event, Record, RecordRead
from records.statuses import MOVES, Status, moves_from
from tests.records.factories import CENTER, broken, in_status, moment, officer, receive, supervisor

pytestmark = pytest.mark.django_db

READINGS = reverse("admin:records_recordread_changelist")


@pytest.fixture
def counter(client):
    client.force_login(officer())
    return client


def page_of(record):
    return reverse("admin:records_record_change", args=[record.pk])


def do(client, record, action, follow=False, **values):
    return client.post(page_of(record), {"action": action, "version": record.sequence, **values}, follow=follow)


def text(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())))


def tells(page, message, **values):
    with translation.override(page.headers["content-language"]):
        return translation.gettext(message) % values in html.unescape(page.content.decode())


def buttons(page):
    return {int(value) for value in re.findall(r'name="to" value="(\d+)"', page.content.decode())}


def fresh(record):
    return Record.objects.get(pk=record.pk)


# What is read ------------------------------------------------------------------------------------


def test_the_page_shows_the_facts_readable(counter):
    request = actions.Request(content="Cấp mới", place="2 Phố Nhận")
    shown = text(counter.get(page_of(receive(request=request))))
    for fact in ("Nguyễn Văn Mẫu", "0912 345 678", "024099001234", "mau@example.org", "1 Phố Thử", "Cấp mới"):
        assert fact in shown
    assert "2 Phố Nhận" in shown


def test_the_title_and_the_address_hold_nothing_personal(counter):
    record = receive()
    page = counter.get(page_of(record)).content.decode()
    assert record.code in re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]
    assert "Mẫu" not in re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]


def test_the_checklist_says_what_was_handed_in_and_what_was_not(counter):
    document = Document.objects.filter(procedure__at_center=True, procedure__level_province=True)[0]
    given = [{"name": document.name, "originals": 1, "copies": 2}, {"name": "Ảnh", "originals": 3, "copies": 0}]
    record = receive(procedure=document.procedure, request=actions.Request(papers=given))
    Document.objects.filter(procedure=document.procedure).update(name="Tên mới của giấy tờ")  # after reception
    papers = counter.get(page_of(record)).context["papers"]
    assert [paper.given for paper in papers if paper.name == document.name] == [given[0]]
    assert papers[-1].name == "Ảnh"
    assert "Tên mới của giấy tờ" not in {paper.name for paper in papers}


def test_how_the_date_was_computed_is_told_step_by_step(counter):
    sentences = counter.get(page_of(receive())).context["sentences"]
    assert len(sentences) >= 3
    assert "09/2024" in sentences[-1]


def test_a_record_that_was_not_accepted_has_no_date_to_compute(counter):
    page = counter.get(page_of(in_status(Status.SUBMITTED)))
    assert tells(page, "The clock has not started: the record was not accepted.")


def test_the_timeline_tells_who_when_from_where_to_where_why_and_what_became_of_the_date(counter):
    record = in_status(Status.IN_PROCESS)
    record = actions.request_supplement(record, missing="Thiếu bản sao", by=officer(), at=moment("2024-08-29 08:15"))
    record = actions.assign(record, officer=officer(), by=officer())
    record = actions.correct(record, by=supervisor(), reason="Nhầm hồ sơ")
    lines = counter.get(page_of(record)).context["events"]
    assert [line.event.sequence for line in lines] == [1, 2, 3, 4, 5]
    assert lines[2].reason == "Thiếu bản sao"
    assert lines[2].due_moved
    assert lines[3].officer == f"{officer().last_name} {officer().first_name}".strip()
    assert (lines[4].undoes, lines[4].reason) == (3, "Nhầm hồ sơ")
    shown = text(counter.get(page_of(record)))
    assert "08:15 29/08/2024" in shown
    assert officer().last_name in shown


def test_erased_facts_are_told_as_such(counter):
    record = in_status(Status.STOPPED)
    actions.erase(record, by=None)
    page = counter.get(page_of(record))
    assert tells(page, "The personal facts were erased.")
    assert tells(page, "The reason was erased.")
    assert "Nguyễn Văn Mẫu" not in page.content.decode()


def test_facts_whose_key_is_missing_are_told_as_such(counter, settings):
    record = in_status(Status.SUPPLEMENT)
    settings.DATA_KEYS = ["d" * 43 + "="]
    page = counter.get(page_of(record))
    assert page.status_code == 200
    assert tells(page, "The personal facts cannot be read: their key is missing.")


def test_the_page_asks_a_fixed_number_of_queries(counter, django_assert_num_queries):
    few, much = receive(), in_status(Status.IN_PROCESS)
    for number in range(5):
        much = actions.request_supplement(much, missing=f"{number}", by=supervisor() if number else officer())
        much = actions.change_status(much, to=Status.IN_PROCESS, by=officer())
    for record in (few, much):
        counter.get(page_of(record))
        # Session, person, stamp, record, results, reading, days, events, letters, what can be undone, unit, stamp,
        # officers.
        with django_assert_num_queries(13):
            counter.get(page_of(record))


# Moves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", Status)
def test_the_legal_next_moves_are_buttons_and_no_others(counter, status):
    page = counter.get(page_of(in_status(status)))
    again = {Status.SUPPLEMENT} if status == Status.SUPPLEMENT else set()
    assert buttons(page) == {move.to for move in moves_from(status)} - again


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.start.name}-{move.to.name}")
def test_every_legal_move_is_made_by_its_button(counter, move):
    record = in_status(move.start)
    if move.to == Status.SUPPLEMENT and record.supplements:
        pytest.skip("asked for by a supervisor")
    page = do(counter, record, "move", to=move.to.value, reason="Có lý do" if move.needs_reason else "", follow=True)
    assert page.redirect_chain == [(page_of(record), 302)]
    moved = fresh(record)
    assert (moved.status, moved.sequence) == (move.to, record.sequence + 1)
    assert record.code in str(next(iter(page.context["messages"])))
    assert broken(moved) is None


@pytest.mark.parametrize("move", [move for move in MOVES if move.needs_reason], ids=str)
def test_a_missing_reason_is_told_at_its_field(counter, move):
    record = in_status(move.start)
    page = do(counter, record, "move", to=move.to.value, reason="  ")
    assert page.status_code == 200
    assert set(page.context["forms"]["move"].errors) == {"reason"}
    assert 'id="id_move_reason_error"' in page.content.decode()
    assert fresh(record).sequence == record.sequence


@pytest.mark.parametrize("to", [Status.RETURNED, Status.SUBMITTED, Status.RESOLVED, 77, "x", ""])
def test_a_move_that_the_table_does_not_know_is_refused_and_what_was_typed_stays(counter, to):
    record = receive()
    page = do(counter, record, "move", to=to, reason="Lý do đã gõ")
    assert page.status_code == 200
    assert tells(page, "Nothing was changed.")
    assert "Lý do đã gõ" in page.content.decode()
    assert fresh(record).status == Status.RECEIVED
    assert record.events.count() == 1


def test_a_reason_that_is_too_long_is_refused_at_its_field(counter):
    record = receive()
    page = do(counter, record, "move", to=5, reason="x" * 2_001)
    assert set(page.context["forms"]["move"].errors) == {"reason"}


def test_a_second_supplement_is_asked_for_by_a_supervisor(client):
    record = in_status(Status.SUPPLEMENT)
    record = actions.change_status(record, to=Status.IN_PROCESS, by=officer())
    client.force_login(officer())
    page = client.get(page_of(record))
    assert Status.SUPPLEMENT not in buttons(page)
    assert tells(page, "A second supplement is asked for by a supervisor.")
    do(client, record, "move", to=5, reason="Thiếu nữa")
    assert fresh(record).status == Status.IN_PROCESS
    client.force_login(supervisor())
    assert buttons(client.get(page_of(record))) == {Status.SUPPLEMENT}
    do(client, record, "move", to=5, reason="Thiếu nữa")
    assert fresh(record).status == Status.SUPPLEMENT


def test_a_supervisor_moves_nothing_else(client):
    record = receive()
    client.force_login(supervisor())
    page = do(client, record, "move", to=4)
    assert tells(page, "Your role or your unit does not allow this with this record.")
    assert fresh(record).status == Status.RECEIVED


# Two officers ------------------------------------------------------------------------------------


def test_who_comes_second_is_told_what_happened_and_keeps_what_was_typed(counter):
    shown = receive()
    actions.request_supplement(shown, missing="Thiếu ảnh", by=officer())
    page = do(counter, shown, "move", to=5, reason="Thiếu tờ khai")
    assert page.status_code == 409
    assert [line.reason for line in page.context["stale"]] == ["Thiếu ảnh"]
    assert tells(page, "Somebody changed this record in the meantime; nothing was overwritten.")
    assert ">Thiếu tờ khai</textarea>" in page.content.decode().replace("\n", "")
    assert 'data-status="5"' in page.content.decode()
    assert buttons(page) == {4, 7, 8}
    assert record_reasons(shown) == ["Thiếu ảnh"]
    # The form now carries what was seen: pressing again is a decision.
    again = counter.post(page_of(shown), {"action": "move", "version": version_in(page), "to": 8, "reason": "Dừng"})
    assert again.status_code == 302
    assert fresh(shown).status == Status.STOPPED


def record_reasons(record):
    return [str(event.note) for event in Event.objects.filter(record=record, note__isnull=False)]


def version_in(page):
    (version,) = set(re.findall(r'name="version" value="(\d+)"', page.content.decode()))
    return version


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("assign", {}),
        ("reappoint", {"day": "2024-10-01", "reason": "Đông hồ sơ"}),
        ("correct", {"reason": "Nhầm hồ sơ"}),
    ],
)
def test_no_action_overwrites_what_somebody_else_did(counter, action, values):
    shown = in_status(Status.IN_PROCESS)
    actions.change_status(shown, to=Status.WITHDRAWAL, by=officer())
    values = values or {"officer": officer().pk}
    page = do(counter, shown, action, **values)
    assert page.status_code == 409
    assert fresh(shown).sequence == shown.sequence + 1
    if "reason" in values:
        assert values["reason"] in page.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", None])
def test_a_form_without_its_version_does_nothing(counter, version):
    record = receive()
    data = {"action": "move", "to": 4} | ({} if version is None else {"version": version})
    page = counter.post(page_of(record), data)
    assert page.status_code == 200
    assert fresh(record).status == Status.RECEIVED


def test_a_form_that_names_no_action_does_nothing(counter):
    record = receive()
    for data in ({}, {"action": "erase", "version": 1}, {"to": 4, "version": 1}):
        assert counter.post(page_of(record), data).status_code == 200
    assert fresh(record).sequence == 1


# The other actions -------------------------------------------------------------------------------


def test_an_officer_is_put_in_charge(counter):
    record = receive()
    settling = officer(record.agency.code)
    choice = counter.get(page_of(record)).context["forms"]["assign"].fields["officer"].queryset
    assert set(choice) == {officer(), settling}
    do(counter, record, "assign", officer=settling.pk)
    assert fresh(record).officer == settling


def test_nobody_of_another_unit_or_role_is_put_in_charge(counter):
    record = receive()
    for person in (officer("d-213"), supervisor()):
        page = do(counter, record, "assign", officer=person.pk)
        assert set(page.context["forms"]["assign"].errors) == {"officer"}
    assert fresh(record).officer is None


def test_a_new_date_is_appointed_once(counter):
    record = receive()
    do(counter, record, "reappoint", day="2024-10-01", reason="Đông hồ sơ")
    record = fresh(record)
    assert record.due_at == record.reappointed_to == moment("2024-10-01 17:00")
    page = counter.get(page_of(record))
    assert not page.context["next"].reappoint
    page = do(counter, record, "reappoint", day="2024-10-08", reason="Nữa")
    assert fresh(record).sequence == record.sequence


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": "2024-10-01", "reason": ""}, "reason"),
        ({"day": "", "reason": "Đông"}, "day"),
        ({"day": "someday", "reason": "Đông"}, "day"),
        ({"day": "2024-08-30", "reason": "Đông"}, "__all__"),  # before the promise
        ({"day": "2024-10-05", "reason": "Đông"}, "__all__"),  # a Saturday
    ],
    ids=str,
)
def test_a_new_date_that_is_none_is_refused(counter, values, field):
    record = receive()
    page = do(counter, record, "reappoint", **values)
    assert set(page.context["forms"]["reappoint"].errors) == {field}
    assert re.search(r'<details class="record-action"\s+open', page.content.decode())
    assert fresh(record).reappointed_to is None


def test_a_mistake_is_undone_with_its_reason(counter):
    record = in_status(Status.IN_PROCESS)
    page = counter.get(page_of(record))
    assert page.context["next"].undo.to_status == Status.IN_PROCESS
    do(counter, record, "correct", reason="Nhầm hồ sơ")
    corrected = fresh(record)
    assert corrected.status == Status.RECEIVED
    assert broken(corrected) is None


def test_a_correction_needs_its_reason(counter):
    record = in_status(Status.IN_PROCESS)
    page = do(counter, record, "correct", reason=" ")
    assert set(page.context["forms"]["correct"].errors) == {"reason"}
    assert fresh(record).status == Status.IN_PROCESS


def test_where_only_the_reception_is_left_nothing_can_be_undone(counter):
    record = receive()
    assert counter.get(page_of(record)).context["next"].undo is None
    page = do(counter, record, "correct", reason="Nhầm")
    assert tells(page, "Nothing was changed.")


def test_the_way_back_to_the_list_keeps_its_filters(counter):
    record = receive()
    address = f"{page_of(record)}?list=due%3Doverdue%26channel%3Dpostal"
    assert "?due=overdue&amp;channel=postal" in counter.get(address).content.decode()
    answer = counter.post(address, {"action": "move", "version": 1, "to": 4})
    assert answer.url == f"{page_of(record)}?list=due%3Doverdue%26channel%3Dpostal"
    hostile = counter.get(f"{page_of(record)}?list=//elsewhere.example").content.decode()
    assert 'href="//elsewhere' not in hostile


# Safety ------------------------------------------------------------------------------------------


def test_without_the_token_of_the_form_nothing_is_done():
    client, record = Client(enforce_csrf_checks=True), receive()
    client.force_login(officer())
    assert do(client, record, "move", to=4).status_code == 403
    assert client.post(reverse("admin:records_record_changelist"), {"q": "mau"}).status_code == 403
    assert client.post(reverse("admin:records_record_add") + "?procedure=1.001193").status_code == 403
    assert fresh(record).sequence == 1


def test_asking_for_the_page_writes_nothing_but_the_reading(counter):
    record = receive()
    with CaptureQueriesContext(connection) as asked:
        counter.get(page_of(record), {"action": "move", "version": 1, "to": 4})
    written = [one["sql"] for one in asked if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(written) == 1
    assert "records_recordread" in written[0]


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(counter, method):
    assert getattr(counter, method)(page_of(receive())).status_code == 405


def test_what_was_typed_is_escaped(counter):
    record = receive(applicant=actions.Applicant("<b>Mẫu</b>", phone="0912345678"))
    page = do(counter, record, "move", to=10, reason="<script>alert(1)</script>")
    assert "<script>alert" not in page.content.decode()
    assert "<b>Mẫu" not in page.content.decode()


# Who read it -------------------------------------------------------------------------------------


def test_opening_a_record_is_noted_once_in_an_hour_for_each_reader(client):
    record = receive()
    for person in (officer(), officer(record.agency.code), officer()):
        client.force_login(person)
        client.get(page_of(record))
        client.get(page_of(record))
    assert [reading.reader for reading in RecordRead.objects.order_by("id")] == [
        officer(),
        officer(record.agency.code),
    ]
    RecordRead.objects.update(at=moment("2024-08-27 09:00"))
    client.get(page_of(record))
    assert RecordRead.objects.filter(reader=officer()).count() == 2


def test_supervisors_see_on_the_page_who_read_the_record_and_officers_do_not(client):
    record = receive()
    client.force_login(officer())
    assert client.get(page_of(record)).context["readings"] is None
    client.force_login(supervisor())
    readings = client.get(page_of(record)).context["readings"]
    assert {name for _at, name in readings} == {officer().last_name, supervisor().last_name}
    assert READINGS in client.get(page_of(record)).content.decode()


@pytest.fixture
def readings():
    first, second = receive(), receive()
    made = [(first, officer(), "2024-08-20"), (first, supervisor(), "2024-08-22"), (second, officer(), "2024-08-27")]
    for record, reader, day in made:
        RecordRead.objects.create(record=record, reader=reader, at=moment(f"{day} 09:00"))
    return first, second


def read(page):
    return [(reading.record, reading.reader) for reading, _name in page.context["rows"]]


def test_the_list_of_readings_is_narrowed_by_reader_record_and_period(client, readings):
    first, second = readings
    client.force_login(supervisor())
    everything = [(second, officer()), (first, supervisor()), (first, officer())]
    for query, expected in [
        ({}, everything),
        ({"reader": officer().pk}, [everything[0], everything[2]]),
        ({"code": f" {first.code.lower()}"}, everything[1:]),
        ({"start": "2024-08-22"}, everything[:2]),
        ({"end": "2024-08-22"}, everything[1:]),
        ({"code": first.code, "reader": supervisor().pk, "start": "2024-08-22", "end": "2024-08-22"}, everything[1:2]),
        ({"code": "H02.15-240828-7777"}, everything),
        ({"reader": "999999"}, everything),
    ]:
        assert read(client.get(READINGS, query)) == expected, query


def test_the_list_of_readings_comes_in_pages_and_counts_nothing(client, monkeypatch, readings):
    monkeypatch.setattr("records.admin.log.PER_PAGE", 2)
    client.force_login(supervisor())
    with CaptureQueriesContext(connection) as asked:
        page = client.get(READINGS)
    assert not any("COUNT" in one["sql"] or "OFFSET" in one["sql"] for one in asked)
    last = client.get(READINGS, {"after": page.context["page"].after})
    assert len(read(page)) == 2
    assert len(read(last)) == 1
    assert read(client.get(READINGS, {"before": last.context["page"].before})) == read(page)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.STEWARD, Role.ADMINISTRATOR, ""])
def test_only_supervisors_see_the_list_of_readings(client, role):
    client.force_login(officer(CENTER, role))
    assert client.get(READINGS).status_code == 403


def test_readings_are_not_changed_or_deleted(client, readings):
    client.force_login(supervisor())
    assert client.post(READINGS, {"action": "delete_selected"}).status_code == 405
    for address in ("add/", "1/change/", "1/delete/"):
        assert client.get(READINGS + address).status_code == 404
