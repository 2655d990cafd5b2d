"""Reminding the staff: officers of what is due soon, supervisors of what is overdue, of each thing once."""

import datetime
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.utils import translation

from organisation.models import User
from organisation.roles import Role
from procedures.models import Procedure
from records import actions, messages, reminders
from records.deadlines import Limit
from records.models import Record, Reminder, StaffMessage
from records.personal import unseal
from records.statuses import Status

from .factories import APPLICANT, COMMUNE, NINE, in_status, moment, officer, receive, supervisor

pytestmark = pytest.mark.django_db
Kind = Reminder.Kind
# Received on Wednesday, 28 August, due in five working days: Monday and Tuesday are a holiday.
DUE = moment("2024-09-06 17:00")
THREE_BEFORE, TWO_BEFORE, ONE_BEFORE = (moment(f"2024-09-0{day} 06:30") for day in (3, 4, 5))
AFTER = moment("2024-09-09 06:30")


@pytest.fixture
def desk():
    """The officer of the Center, with an address, in charge of what `received` makes."""
    return addressed(officer(), "can.bo@example.gov.vn")


@pytest.fixture
def record(desk):
    made = actions.assign(receive(), officer=desk, by=officer(), at=NINE)
    assert made.due_at == DUE
    return made


def addressed(user, email):
    user.email = email
    user.save()
    return user


def kinds():
    return list(Reminder.objects.order_by("pk").values_list("kind", flat=True))


def texts():
    return [message.body for message in StaffMessage.objects.order_by("pk")]


# What is due -----------------------------------------------------------------------------------


def test_an_officer_is_reminded_three_working_days_before_and_one_before_and_each_time_once(record, desk):
    assert reminders.make(moment("2024-08-30 06:30")) == (1, 1, 0)  # the holiday lies between
    assert reminders.make(TWO_BEFORE) == (0, 0, 0)
    assert reminders.make(ONE_BEFORE) == (1, 1, 0)
    assert reminders.make(ONE_BEFORE) == (0, 0, 0)
    assert kinds() == [Kind.DAYS, Kind.DAY]
    assert {message.person for message in StaffMessage.objects.all()} == {desk}


def test_nobody_is_reminded_earlier(record):
    assert reminders.make(moment("2024-08-29 06:30")) == (0, 0, 0)


def test_a_run_that_was_missed_is_made_up_for(record):
    assert reminders.make(THREE_BEFORE) == (1, 1, 0)  # on the holiday: two working days are left
    assert reminders.make(moment("2024-09-06 06:30")) == (1, 1, 0)
    assert kinds() == [Kind.DAYS, Kind.DAY]


def test_the_digest_names_code_procedure_and_date_and_nothing_personal(record):
    second = receive(applicant=actions.Applicant("Trần Thị Lạ", phone="0987 654 321"))
    actions.assign(second, officer=officer(), by=officer(), at=NINE)
    assert reminders.make(ONE_BEFORE) == (2, 1, 0)
    (text,) = texts()
    for one in (record, second):
        assert f"{one.code} · {one.procedure.name} · 06/09/2024" in text
        for fact in one.personal.values():
            assert not fact or fact not in text
    message = StaffMessage.objects.get()
    with translation.override("vi"):
        assert message.subject == reminders._("Records that are due soon: %(count)d") % {"count": 2}


def test_where_nobody_is_in_charge_the_officers_of_the_settling_agency_are_reminded(desk):
    record = receive()
    settler = addressed(officer(record.agency.code), "so@example.gov.vn")
    assert reminders.make(ONE_BEFORE) == (1, 1, 0)
    assert StaffMessage.objects.get().person == settler


def test_where_the_agency_has_no_officers_those_of_the_desk_are_reminded(desk):
    receive()
    reminders.make(ONE_BEFORE)
    assert StaffMessage.objects.get().person == desk


def test_an_officer_who_has_left_is_not_reminded_but_the_unit_is(record, desk):
    User.objects.filter(pk=desk.pk).update(is_active=False)
    other, _made = User.objects.get_or_create(
        username="other", defaults={"unit": desk.unit, "role": Role.OFFICER, "email": "khac@example.gov.vn"}
    )
    reminders.make(ONE_BEFORE)
    assert StaffMessage.objects.get().person == other


@pytest.mark.parametrize("status", [Status.SUPPLEMENT, Status.PAYMENT, Status.RESOLVED, Status.SUBMITTED])
def test_what_waits_for_the_citizen_or_is_over_needs_no_reminder(desk, status):
    in_status(status)
    assert reminders.make(ONE_BEFORE).reminders == 0


def test_another_due_date_is_another_thing(record, desk):
    reminders.make(ONE_BEFORE)
    due = moment("2024-09-12 17:00")
    actions.reappoint(record, due=due, by=desk, reason="Nhiều hồ sơ", at=ONE_BEFORE)
    assert reminders.make(moment("2024-09-11 06:30")) == (1, 1, 0)
    assert [reminder.due for reminder in Reminder.objects.order_by("pk")] == [DUE.date(), due.date()]


def test_a_limit_in_hours_that_ends_today_is_told_once(desk):
    record = receive(limit=Limit(4, "hour"))
    actions.assign(record, officer=desk, by=officer(), at=NINE)
    assert reminders.make(NINE) == (1, 1, 0)
    assert kinds() == [Kind.DAY]


# What is overdue -------------------------------------------------------------------------------


def test_supervisors_read_what_is_overdue_unit_by_unit(record):
    boss = addressed(supervisor(), "giam.sat@example.gov.vn")
    own = Procedure.objects.filter(level_commune=True, level_province=False, level_district=False).order_by("code")[0]
    commune = receive(unit=COMMUNE, procedure=own)
    assert commune.agency == commune.unit
    assert reminders.make(AFTER) == (2, 1, 0)
    (text,) = texts()
    assert StaffMessage.objects.get().person == boss
    for one in (record, commune):
        assert f"{one.agency.name}: 1\n- {one.code} · {one.procedure.name}" in text
    assert reminders.make(AFTER + datetime.timedelta(days=1)) == (0, 0, 0)


def test_of_very_many_the_rest_is_a_number(record, monkeypatch):
    monkeypatch.setattr(reminders, "MOST_LINES", 2)
    addressed(supervisor(), "giam.sat@example.gov.vn")
    for _number in range(3):
        receive()
    assert reminders.make(AFTER) == (4, 1, 0)
    (text,) = texts()
    assert text.count("H02.15-") == 2
    with translation.override("vi"):
        assert reminders._("And %(count)d more: the list of records shows them.") % {"count": 2} in text


def test_many_records_cost_no_more_queries_than_few(desk, django_assert_max_num_queries):
    for _number in range(12):
        receive()
    with django_assert_max_num_queries(25):
        reminders.make(ONE_BEFORE)


# Who cannot be told ----------------------------------------------------------------------------


def test_people_without_an_address_are_a_number_and_what_nobody_was_told_is_told_later(record, desk):
    addressed(desk, "")
    assert reminders.make(ONE_BEFORE) == (0, 0, 1)
    addressed(desk, "can.bo@example.gov.vn")
    assert reminders.make(ONE_BEFORE) == (1, 1, 0)


def test_the_database_refuses_a_second_reminder_of_the_same_thing(record):
    reminders.make(ONE_BEFORE)
    with pytest.raises(IntegrityError):
        Reminder.objects.create(record=record, kind=Kind.DAY, due=DUE.date(), made_at=NINE)


# Sending ---------------------------------------------------------------------------------------


def run(**options):
    out = io.StringIO()
    call_command("send_reminders", stdout=out, **options)
    return out.getvalue()


def test_the_command_makes_sends_and_says_what(record, desk, settings):
    settings.PORTAL_TODAY = ONE_BEFORE.date()
    mail.outbox.clear()
    assert run() == "1 drafts of apologies, 1 reminders in 1 e-mails; 1 sent, 0 failed.\n"
    assert [letter.to for letter in mail.outbox] == [[desk.email]]
    assert APPLICANT.name not in mail.outbox[0].body
    assert run() == "0 drafts of apologies, 0 reminders in 0 e-mails; 0 sent, 0 failed.\n"
    assert run(verbosity=0) == ""
    sent = StaffMessage.objects.get()
    assert (sent.sealed_to, sent.next_try_at, sent.tries) == (None, None, 1)


def test_the_command_says_how_many_have_no_address(record, desk, settings):
    settings.PORTAL_TODAY = ONE_BEFORE.date()
    addressed(desk, "")
    assert "1 people have no e-mail address and were told nothing." in run()


def test_the_address_is_sealed_while_it_waits(record, desk):
    reminders.make(ONE_BEFORE)
    waiting = StaffMessage.objects.get()
    assert desk.email.encode() not in bytes(waiting.sealed_to)
    assert unseal(waiting.sealed_to) == desk.email


def test_what_could_not_be_sent_is_sent_by_the_timer_of_all_messages(record, settings):
    settings.EMAIL_BACKEND = "tests.records.test_messages.Stubborn"
    from .test_messages import Stubborn

    Stubborn.refuses, Stubborn.got = ("everybody",), []
    reminders.make(ONE_BEFORE)
    only = [StaffMessage]
    assert messages.send_waiting(ONE_BEFORE, kinds=only) == {"sent": 0, "failed": 1}
    Stubborn.refuses = ()
    assert messages.send_waiting(ONE_BEFORE, kinds=only) == {"sent": 0, "failed": 0}  # not before its time
    later = ONE_BEFORE + messages.FIRST_WAIT
    messages.send_waiting(later)
    assert StaffMessage.objects.get().sent_at == later
    assert reminders.make(later) == (0, 0, 0)


def test_in_service_reminders_are_never_printed(settings):
    settings.IN_SERVICE, settings.EMAIL_BACKEND = True, "django.core.mail.backends.console.EmailBackend"
    with pytest.raises(CommandError, match="EMAIL_URL"):
        call_command("send_reminders")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="the test's database in memory has one connection only")
def test_many_at_the_same_time_remind_of_each_thing_once(desk):
    for _number in range(10):
        receive()

    def work(_number):
        try:
            return reminders.make(ONE_BEFORE).reminders
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 10
    assert Reminder.objects.count() == Record.objects.count() == 10
    assert StaffMessage.objects.count() == 1
