"""What the record page says to the person who waits: after each step, and when it goes wrong."""

import datetime
import re

import pytest
from django.utils import timezone, translation

from procedures.models import TimeUnit
from records import actions, explain
from records.clock import current_calendar, deadline
from records.deadlines import Limit, Pause, compute
from records.models import Collection, DayException
from records.statuses import Status
from tests.records.factories import NINE, in_status, moment, officer, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(settings, monkeypatch):
    """Makes the portal's clock show a moment."""

    def set_clock(text):
        shown = moment(text)
        settings.PORTAL_TODAY = shown.date()
        monkeypatch.setattr(timezone, "now", lambda: shown)

    return set_clock


@pytest.fixture
def page(client):
    """What the record page of a record says, as words with single spaces."""

    def read(record, language="/en"):
        client.post(f"{language}/records/", {"code": record.code, "digits": "5678"})
        return client.get(f"{language}/records/view/")

    return read


def words(response):
    main = response.text.split("<main")[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def current_step(response):
    return re.search(r'aria-current="step">\s*<span class="step-label">([^<]+)<', response.text)[1]


def change(record, to, reason="", at=None):
    return actions.change_status(record, to=to, by=officer(), reason=reason, at=at)


# Step by step ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "step", "headline"),
    [
        (Status.SUBMITTED, "Submitted", "Your application has arrived."),
        (Status.RECEIVED, "Received", "Your record was accepted."),
        (Status.REFUSED, "Refused at reception", "Your record was not accepted."),
        (Status.IN_PROCESS, "In process", "Your record is being worked on."),
        (Status.SUPPLEMENT, "In process", "Papers are missing. The work waits for you."),
        (Status.PAYMENT, "In process", "A payment is due. The work waits for you."),
        (Status.WITHDRAWAL, "In process", "You asked to take your record back."),
        (Status.STOPPED, "Stopped", "The work on your record has ended without a result."),
        (Status.RESOLVED, "Resolved", "The result is ready."),
        (Status.RETURNED, "Returned", "You have received the result."),
    ],
)
def test_every_status_is_told_in_plain_words_with_the_step_marked(page, status, step, headline):
    response = page(in_status(status))
    assert response.status_code == 200
    assert response.text.count('aria-current="step"') == 1
    assert current_step(response) == step
    assert headline in words(response)


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_page_in_vietnamese(page, status):
    assert page(in_status(status), language="").status_code == 200


@pytest.mark.parametrize("status", Status)
def test_something_to_do_is_told_only_when_there_is_something(page, status):
    to_do = status in (Status.SUPPLEMENT, Status.PAYMENT, Status.RESOLVED)
    assert ("What you must do now" in page(in_status(status)).text) == to_do


def test_missing_papers_stand_as_a_list_with_the_place_to_bring_them(page):
    record = actions.request_supplement(
        receive(), missing="- Bản sao giấy khai sinh\n\n• Tờ khai <mẫu 01>", by=officer()
    )
    text = page(record).text
    act = text.split('class="act"')[1].split("</div>")[0]
    assert "<li>Bản sao giấy khai sinh</li><li>Tờ khai &lt;mẫu 01&gt;</li>" in act
    assert record.unit.name_en in act


def test_the_list_of_before_is_gone_when_the_file_is_complete(page):
    record = actions.request_supplement(receive(), missing="Bản sao giấy khai sinh", by=officer())
    response = page(change(record, Status.IN_PROCESS))
    assert 'class="act"' not in response.text
    assert "Bản sao giấy khai sinh" in response.text.split('id="timeline"')[1]  # it happened


def test_a_request_that_was_undone_and_made_again_shows_its_own_reason(page):
    record = actions.request_supplement(receive(), missing="Giấy thứ nhất", by=officer())
    record = change(record, Status.IN_PROCESS)
    record = actions.correct(record, by=officer(), reason="bấm nhầm nút")
    response = page(record)
    assert "Giấy thứ nhất" in response.text.split('class="act"')[1].split("</div>")[0]
    assert "A mistaken entry was corrected. Now: Supplement requested." in words(response)
    assert "bấm nhầm nút" not in response.text  # the office's own business


@pytest.mark.parametrize(
    ("collection", "told"),
    [
        (Collection.DESK, "Come for the result to the place where you handed your papers in."),
        (Collection.POST, "The result comes to you by post."),
        (Collection.ONLINE, "Open the result in your account at the National Public Service Portal."),
    ],
)
def test_the_result_is_collected_as_it_was_asked_for(page, collection, told):
    record = in_status(Status.RESOLVED, request=actions.Request(collection=collection))
    assert told in words(page(record))


def test_no_officer_is_named(page):
    record = in_status(Status.RETURNED)
    assert officer().last_name not in page(record).text


def test_papers_that_were_handed_in_are_listed_with_their_counts(page):
    papers = [{"name": "Đơn đề nghị", "originals": 1, "copies": 2}]
    assert "Đơn đề nghị (originals: 1, copies: 2)" in words(page(receive(request=actions.Request(papers=papers))))


def test_the_unit_that_works_on_it_and_the_contact_of_the_center_are_named(page, settings):
    settings.PORTAL_HOTLINE, settings.PORTAL_EMAIL = "0204 123 456", "hoi@example.org"
    record = receive()
    text = page(record).text
    assert f'href="/en/agencies/{record.agency.code}/"' in text
    assert 'href="tel:0204 123 456"' in text
    assert 'href="mailto:hoi@example.org"' in text


# The date --------------------------------------------------------------------------------------


def test_the_day_of_the_result_and_how_it_was_computed(page):
    text = words(page(receive()))
    assert "At the latest: 17:00, 6 September 2024" in text
    assert "The time limit started at 09:00, 28 August 2024." in text
    assert "5 working days, counted from the following day: until 6 September 2024." in text
    assert "4 days off in between (weekends and holidays) do not count." in text


def test_while_the_work_waits_no_day_is_named(page):
    record = actions.request_supplement(receive(), missing="giấy", by=officer(), at=moment("2024-08-29 10:00"))
    text = words(page(record))
    assert "No day can be named yet: since 29 August 2024 the time does not count" in text
    assert "At the latest" not in text


def test_a_late_record_is_told_so_with_an_apology(page, now):
    record = change(receive(), Status.IN_PROCESS, at=NINE)
    now("2024-09-06 16:59")
    assert "We are sorry" not in words(page(record))
    now("2024-09-06 17:01")
    text = words(page(record))
    assert "We are sorry: your record is late. It should have been ready on 6 September 2024." in text
    assert "At the latest" not in text


def test_a_new_day_stands_with_the_apology_and_its_reason(page, now):
    record = actions.reappoint(
        receive(), due=moment("2024-09-20 17:00"), by=officer(), reason="Phải đo lại thửa đất.", at=NINE
    )
    text = words(page(record))
    assert "your record will not be ready on 6 September 2024. The new day is 20 September 2024." in text
    assert text.count("Phải đo lại thửa đất.") == 2  # with the apology, and in the timeline
    assert "How the first day was computed" in text
    now("2024-09-21 08:00")
    assert "It should have been ready on 20 September 2024." in words(page(record))


def test_a_result_that_came_late_says_sorry_and_one_in_time_does_not(page):
    record = change(receive(), Status.IN_PROCESS, at=NINE)
    late = change(record, Status.RESOLVED, at=moment("2024-09-09 08:00"))
    text = words(page(late))
    assert "The result was ready on 9 September 2024. It was promised for 6 September 2024." in text
    assert "We are sorry that it took longer." in text
    assert "We are sorry" not in words(page(in_status(Status.RESOLVED)))


def test_a_changed_day_off_is_told_and_a_closed_record_is_not_explained_by_the_days_of_today(page):
    closed, open_record = in_status(Status.RETURNED), receive()
    DayException.objects.create(day="2024-08-30", kind="off", name="Nghỉ bù")
    actions.recompute([open_record], by=None)
    text = words(page(open_record))
    assert "Days off have changed. The record is now due on 9 September 2024." in text
    assert "At the latest: 17:00, 9 September 2024" in text
    assert "How this day was computed" not in words(page(closed))


def test_a_page_needs_few_queries(client, page, django_assert_max_num_queries):
    record = in_status(Status.RETURNED)
    page(record)
    with django_assert_max_num_queries(9):  # one of them: the sealed result
        client.get("/en/records/view/")


# Sentences -------------------------------------------------------------------------------------


def explained(start, limit, *pauses):
    with translation.override("en"):
        read = datetime.datetime.fromisoformat
        return explain.sentences(
            compute(read(start), limit, [Pause(*map(read, pause)) for pause in pauses], current_calendar())
        )


def test_calendar_days_that_end_on_a_day_off_go_on_to_the_next_working_day():
    assert explained("2024-08-28 09:00", Limit(3, TimeUnit.DAY)) == [
        "The time limit started at 09:00, 28 August 2024.",
        "3 days, counted from the following day: until 31 August 2024.",
        "That is a day off: the next working day is 4 September 2024.",
        "So the record is due at 17:00, 4 September 2024.",
    ]


def test_months_hours_and_pauses_are_told_in_their_own_words():
    assert "1 month later: 28 September 2024." in explained("2024-08-28 09:00", Limit(1, TimeUnit.MONTH))
    hours = explained("2024-08-28 09:00", Limit(4, TimeUnit.HOUR), ("2024-08-28 10:00", "2024-08-28 11:00"))
    assert "4 office hours: until 15:30, 28 August 2024." in hours
    assert any(sentence.startswith("1 office hour in which the office waited") for sentence in hours)
    days = explained("2024-08-05 09:00", Limit(5, TimeUnit.WORKING_DAY), ("2024-08-06 09:00", "2024-08-08 09:00"))
    assert any(sentence.startswith("2 days on which the office waited for the applicant") for sentence in days)


def test_a_clock_that_stands_still_has_no_due_date():
    assert explained("2024-08-28 09:00", Limit(5, TimeUnit.WORKING_DAY), ("2024-08-29 10:00",))[-1] == (
        "Since 10:00, 29 August 2024 the clock stands still: the office waits for the applicant."
    )


def test_the_explanation_ends_with_the_date_of_the_record():
    record = receive()
    with translation.override("en"):
        told = explain.sentences(deadline(record, current_calendar()))
    assert told[-1] == "So the record is due at 17:00, 6 September 2024."
