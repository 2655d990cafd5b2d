"""E-mails to the citizen: written with the step, sent once, tried again, and never with more than the code."""

import datetime
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import translation

from records import actions, messages
from records.models import OutboxMessage
from records.personal import unseal
from records.statuses import Status
from tests.records.factories import APPLICANT, NINE, WAYS, in_status, moment, officer, receive

pytestmark = pytest.mark.django_db

LATER = moment("2024-08-29 09:00")
BACKEND = f"{__name__}.Stubborn"


class Stubborn(BaseEmailBackend):
    """A mail server that refuses what goes to the addresses it was told, and keeps the rest."""

    refuses = ()
    got = []
    opened_again = 0

    def send_messages(self, letters):
        for letter in letters:
            if "everybody" in self.refuses or letter.to[0] in self.refuses:
                raise ConnectionError(f"550 {letter.to[0]}: not today")
            type(self).got.append(letter)
        return len(letters)

    def close(self):
        type(self).opened_again += 1


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = BACKEND
    Stubborn.refuses, Stubborn.got, Stubborn.opened_again = (), [], 0
    return Stubborn


@pytest.fixture
def outbox():
    """What waits and what was sent, the oldest first."""
    return OutboxMessage.objects.order_by("pk")


def send(now=LATER, **options):
    return messages.send_waiting(now, **options)


def applicant(email):
    return actions.Applicant("Lê Thị Thử", phone="0912345678", email=email)


# Writing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", WAYS)
def test_steps_that_matter_are_told_and_the_others_are_the_office_s_own(outbox, status):
    record = in_status(status)
    told = [message.event.to_status for message in outbox.filter(record=record)]
    assert told == [step for step in [Status.RECEIVED, *WAYS[status]] if step in messages.WORTH_A_MESSAGE]


def test_what_waits_at_the_portal_s_door_is_not_told_before_it_is_accepted(outbox):
    record = receive(status=Status.SUBMITTED)
    assert not outbox.exists()
    actions.change_status(record, to=Status.REFUSED, by=officer(), reason="thiếu giấy")
    assert outbox.get().event.to_status == Status.REFUSED


def test_without_an_address_nothing_is_written(outbox):
    receive(applicant=applicant(""))
    assert not outbox.exists()


def test_a_message_holds_no_personal_fact_but_the_code(outbox, server):
    record = in_status(Status.RECEIVED)
    record = actions.request_supplement(record, missing="Bản sao căn cước của Nguyễn Văn Mẫu", by=officer())
    actions.reappoint(receive(), due=moment("2024-09-20 17:00"), by=officer(), reason="Chủ đất đi vắng", at=NINE)
    send()
    assert len(server.got) == 4
    for letter in server.got:
        text = f"{letter.subject}\n{letter.body}\n{letter.from_email}"
        for secret in ("Mẫu", "Bản sao", "đi vắng", "5678", "1234", APPLICANT.email, record.procedure.name):
            assert secret not in text
    assert all(record.code in letter.subject for letter in server.got[:2])


def test_a_message_says_whether_the_next_step_is_the_citizen_s(outbox):
    in_status(Status.RESOLVED)
    with translation.override("vi"):
        todo = messages._("You have to do something. You see what when you look your record up.")
    assert [todo in message.body for message in outbox] == [False, True]


def test_a_mistake_that_was_told_is_taken_back(outbox):
    record = in_status(Status.RESOLVED)
    actions.correct(record, by=officer(), reason="bấm nhầm")
    with translation.override("vi"):
        assert messages._("Our last message was a mistake. We are sorry.") in outbox.last().body
    before = outbox.count()
    actions.correct(in_status(Status.IN_PROCESS, applicant=applicant("")), by=officer(), reason="bấm nhầm")
    assert outbox.count() == before


def test_the_address_is_sealed_while_it_waits_and_gone_once_it_was_sent(outbox, server):
    receive()
    waiting = outbox.get()
    assert APPLICANT.email.encode() not in bytes(waiting.sealed_to)
    assert unseal(waiting.sealed_to) == APPLICANT.email
    send()
    assert outbox.get().sealed_to is None


def test_a_step_that_is_rolled_back_leaves_no_message(outbox):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        receive()
        raise ZeroDivisionError
    assert not outbox.exists()


# Sending ---------------------------------------------------------------------------------------


def test_each_message_is_sent_once(outbox):
    in_status(Status.RETURNED)
    assert send() == {"sent": 3, "failed": 0}
    assert send() == {"sent": 0, "failed": 0}
    assert len(mail.outbox) == 3
    assert {message.to[0] for message in mail.outbox} == {APPLICANT.email}
    assert [message.tries for message in outbox] == [1, 1, 1]
    assert all(message.sent_at == LATER and message.next_try_at is None for message in outbox)


def test_what_fails_is_tried_again_later_and_does_not_hold_up_the_others(outbox, server):
    receive(applicant=applicant("lost@example.org"))
    receive(applicant=applicant("there@example.org"))
    server.refuses = ("lost@example.org",)
    assert send() == {"sent": 1, "failed": 1}
    assert send() == {"sent": 0, "failed": 0}  # not before its time
    server.refuses = ()
    assert send(LATER + messages.FIRST_WAIT) == {"sent": 1, "failed": 0}
    assert [letter.to for letter in server.got] == [["there@example.org"], ["lost@example.org"]]
    assert outbox.first().tries == 2


def test_the_waits_grow_and_after_the_last_try_the_address_is_forgotten(outbox, server):
    receive()
    server.refuses = ("everybody",)
    now, waits = LATER, []
    for _try in range(OutboxMessage.MOST_TRIES):
        assert send(now) == {"sent": 0, "failed": 1}
        message = outbox.get()
        if message.next_try_at:
            waits.append(message.next_try_at - now)
            now = message.next_try_at
    assert waits == sorted(set(waits))
    assert sum(waits, datetime.timedelta()) > datetime.timedelta(days=3)  # a server may be away over a weekend
    assert (message.tries, message.next_try_at, message.sealed_to, message.sent_at) == (8, None, None, None)
    server.refuses = ()
    assert send(now + datetime.timedelta(days=365)) == {"sent": 0, "failed": 0}


def test_a_server_that_is_away_is_not_asked_for_every_message(outbox, server):
    for _number in range(8):
        receive()
    server.refuses = ("everybody",)
    assert send() == {"sent": 0, "failed": messages.MOST_IN_A_ROW}
    assert outbox.filter(tries=0).count() == 3


def test_what_a_server_says_is_kept_nowhere(outbox, server, caplog):
    receive()
    server.refuses = ("everybody",)
    send()
    assert APPLICANT.email not in caplog.text
    assert server.opened_again == 2  # after the failure, and at the end


def test_a_run_sends_as_many_as_it_may_and_the_oldest_first(server):
    for number in range(3):
        receive(applicant=applicant(f"{number}@example.org"))
    assert send(most=2)["sent"] == 2
    assert [letter.to[0] for letter in server.got] == ["0@example.org", "1@example.org"]


def test_a_message_that_another_sender_has_is_left_alone(outbox, server):
    receive()
    message = outbox.get()
    assert messages.take(outbox.get(), LATER)
    assert not messages.take(message, LATER)
    assert send() == {"sent": 0, "failed": 0}


def test_a_sender_that_died_is_followed_by_another_after_a_while(outbox, server):
    receive()
    messages.take(outbox.get(), LATER)
    assert send(LATER + messages.LEASE)["sent"] == 1
    assert outbox.get().tries == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="the test's database in memory has one connection only")
def test_many_senders_at_the_same_time_send_each_message_once(server):
    for _number in range(30):
        receive()

    def run(_number):
        try:
            return send()["sent"]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(run, range(6))) == 30
    assert len(server.got) == 30


def test_messages_of_an_erased_record_are_not_sent_not_even_by_one_who_is_about_to(outbox, server):
    record = in_status(Status.RETURNED)
    about_to = outbox.first()
    actions.erase(record, by=None)
    assert not messages.take(about_to, LATER)
    assert send() == {"sent": 0, "failed": 0}
    assert not outbox.filter(sealed_to__isnull=False).exists()


def test_a_failure_after_the_record_was_erased_wakes_nothing_up(outbox, server):
    record = in_status(Status.RETURNED)
    message = outbox.first()
    messages.take(message, LATER)
    actions.erase(record, by=None)
    server.refuses = ("everybody",)
    assert not messages.deliver(message, Stubborn(), LATER)
    assert outbox.first().next_try_at is None


# The command -----------------------------------------------------------------------------------


def test_the_command_sends_and_says_how_many(server, settings):
    in_status(Status.RETURNED)
    out = io.StringIO()
    call_command("send_messages", stdout=out)
    assert out.getvalue() == "3 sent, 0 failed.\n"
    call_command("send_messages", stdout=out, verbosity=0)
    assert out.getvalue() == "3 sent, 0 failed.\n"


def test_in_service_messages_are_never_printed(settings):
    settings.IN_SERVICE, settings.EMAIL_BACKEND = True, "django.core.mail.backends.console.EmailBackend"
    with pytest.raises(CommandError, match="EMAIL_URL"):
        call_command("send_messages")
