"""The draft of an apology: prepared a day before a date that will be missed, filled in and confirmed by an officer."""

import html

import pytest
from django.urls import reverse
from django.utils.translation import gettext as _

from procedures.models import TimeUnit
from records import actions, apologies
from records.deadlines import Limit
from records.models import ApologyDraft, Event, EventKind, Record
from records.statuses import Status

from .factories import NINE, in_status, moment, officer, receive, stranger, supervisor

pytestmark = pytest.mark.django_db
# Received on Wednesday, 28 August, due in five working days: Monday and Tuesday are a holiday.
DUE = moment("2024-09-06 17:00")
DAY_BEFORE = moment("2024-09-05 06:30")


@pytest.fixture
def record():
    made = in_status(Status.IN_PROCESS)
    assert made.due_at == DUE
    return made


@pytest.fixture
def desk(client, settings):
    settings.PORTAL_TODAY = DAY_BEFORE.date()
    client.force_login(officer())
    return client


def page_of(record):
    return reverse("admin:records_record_change", args=[record.pk])


def form_of(client, record):
    return client.get(page_of(record)).context["forms"]["reappoint"]


def confirm(client, record, **values):
    sent = {"action": "reappoint", "version": record.sequence, **values}
    return client.post(page_of(record), sent)


# Preparing -------------------------------------------------------------------------------------


def test_a_draft_is_there_a_day_before_the_due_date_and_not_earlier(record):
    assert apologies.prepare(moment("2024-09-04 06:30")) == 0
    assert apologies.prepare(DAY_BEFORE) == 1
    assert apologies.prepare(DAY_BEFORE) == 0
    draft = ApologyDraft.objects.get()
    assert (draft.record, draft.due) == (record, DUE)
    assert draft.new_day.isoformat() == "2024-09-11"  # half of five days more, rounded up, on a working day
    assert apologies.BLANK in draft.reason


def test_a_weekend_before_the_due_date_is_no_working_day(record):
    monday = receive(at=moment("2024-08-29 09:00"))
    assert monday.due_at == moment("2024-09-09 17:00")
    apologies.prepare(moment("2024-09-06 06:30"))
    assert set(ApologyDraft.objects.values_list("record", flat=True)) == {record.pk, monday.pk}


def test_nothing_is_sent_and_nothing_changes_by_itself(record):
    before = Event.objects.count(), record.messages.count()
    apologies.prepare(DAY_BEFORE)
    assert (Event.objects.count(), record.messages.count()) == before
    assert Record.objects.get(pk=record.pk).reappointed_to is None


@pytest.mark.parametrize("status", [Status.SUPPLEMENT, Status.PAYMENT, Status.RESOLVED, Status.STOPPED])
def test_what_waits_or_is_over_gets_no_draft(status):
    in_status(status)
    assert apologies.prepare(DAY_BEFORE) == 0


def test_what_was_re_appointed_gets_no_second_apology(record):
    actions.reappoint(record, due=moment("2024-09-10 17:00"), by=officer(), reason="Đông", at=DAY_BEFORE)
    assert apologies.prepare(moment("2024-09-09 06:30")) == 0


@pytest.mark.parametrize(
    ("limit", "more"),
    [
        (Limit(1, TimeUnit.WORKING_DAY), 1),
        (Limit(15, TimeUnit.WORKING_DAY), 8),
        (Limit(90, TimeUnit.WORKING_DAY), 10),
        (Limit(6, TimeUnit.HOUR), 1),
        (Limit(10, TimeUnit.DAY), 4),
        (Limit(1, TimeUnit.MONTH), 10),
    ],
)
def test_the_new_date_follows_the_limit_and_lies_on_a_working_day(limit, more):
    record = receive(limit=limit)
    calendar = apologies.current_calendar()
    day = apologies.proposed(record, NINE, calendar)
    assert calendar.is_working(day)
    assert calendar.count(apologies.local(record.due_at).date(), day) == more


# Vanishing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [Status.RESOLVED, Status.PAYMENT, Status.SUPPLEMENT])
def test_a_draft_that_became_pointless_is_shown_no_more_and_goes_with_the_next_run(desk, record, to):
    apologies.prepare(DAY_BEFORE)
    assert form_of(desk, record).draft
    record = actions.change_status(record, to=to, by=officer(), reason="lý do", at=DAY_BEFORE)
    assert form_of(desk, record).draft is None
    apologies.prepare(DAY_BEFORE)
    assert not ApologyDraft.objects.exists()


def test_with_another_due_date_there_is_another_draft_in_its_time(desk, record):
    apologies.prepare(DAY_BEFORE)
    record = actions.change_status(record, to=Status.PAYMENT, by=officer(), reason="phí", at=DAY_BEFORE)
    record = actions.change_status(record, to=Status.IN_PROCESS, by=officer(), at=moment("2024-09-09 09:00"))
    assert record.due_at > DUE
    assert form_of(desk, record).draft is None
    assert apologies.prepare(record.due_at.replace(hour=1)) == 1
    assert ApologyDraft.objects.get().due == record.due_at


# Confirming ------------------------------------------------------------------------------------


def test_the_officer_fills_in_the_reason_and_confirms(desk, record):
    apologies.prepare(DAY_BEFORE)
    page = desk.get(page_of(record))
    form = page.context["forms"]["reappoint"]
    draft = ApologyDraft.objects.get()
    assert form.initial == {"reason": draft.reason, "day": draft.new_day}
    text = html.unescape(page.content.decode())
    assert draft.reason in text
    assert f'value="{draft.new_day.isoformat()}"' in text
    assert 'class="record-action" open' in text
    reason = draft.reason.replace(apologies.BLANK, "chờ ý kiến của Sở Tài chính.")
    assert confirm(desk, record, day="2024-09-12", reason=reason).status_code == 302
    record.refresh_from_db()
    assert record.due_at == moment("2024-09-12 17:00")
    event = record.events.get(kind=EventKind.REAPPOINTED)
    assert str(event.note) == reason
    assert form_of(desk, record).draft is None


def test_a_draft_whose_reason_was_not_filled_in_is_refused(desk, record):
    apologies.prepare(DAY_BEFORE)
    draft = ApologyDraft.objects.get()
    page = confirm(desk, record, day=draft.new_day.isoformat(), reason=draft.reason)
    wanted = _("Write the reason in the place of %(blank)s.") % {"blank": apologies.BLANK}
    assert page.context["forms"]["reappoint"].errors["reason"] == [wanted]
    assert Record.objects.get(pk=record.pk).reappointed_to is None
    # The officer's own words stand, not the draft's.
    page = confirm(desk, record, day="", reason="Lý do riêng")
    assert "Lý do riêng" in page.content.decode()


def test_a_proposed_date_that_has_passed_is_not_proposed(desk, record, settings):
    apologies.prepare(DAY_BEFORE)
    settings.PORTAL_TODAY = moment("2024-09-20 09:00").date()
    assert form_of(desk, record).initial["day"] is None


def test_without_a_draft_the_form_is_empty_as_ever(desk, record):
    form = form_of(desk, record)
    assert (form.draft, form.initial) == (None, {})


def test_who_may_not_move_the_record_reads_no_draft(client, record):
    apologies.prepare(DAY_BEFORE)
    client.force_login(supervisor())
    assert apologies.BLANK not in client.get(page_of(record)).content.decode()
    client.force_login(stranger())
    assert client.get(page_of(record)).status_code == 404
