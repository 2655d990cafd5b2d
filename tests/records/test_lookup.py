"""What a citizen does to find their record: the code, four digits; and what strangers get to see: the same nothing."""

import datetime
import logging
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_network

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from procedures.learning import counting
from procedures.models import SearchCount
from records import actions, codes, lookup, opened
from records.models import LookupFailure, RecordRead
from records.statuses import Status
from tests.records.factories import APPLICANT, in_status, officer, receive, supervisor

pytestmark = pytest.mark.django_db

DIGITS = "5678"  # of the phone of APPLICANT
ID_DIGITS = "1234"
ELSEWHERE = "203.0.113.7"
FAILED = "Nothing was found with this code and these four digits."


@pytest.fixture(autouse=True)
def far_from_the_next_quarter():
    """Counts begin anew with each quarter of an hour: no test may run across that moment."""
    left = 900 - time.time() % 900
    if left < 10:
        time.sleep(left + 0.1)


@pytest.fixture
def record():
    return receive()


def look_up(client, code, digits, **extra):
    return client.post("/en/records/", {"code": code, "digits": digits}, **extra)


def is_found(response):
    return response.status_code == 302 and response["Location"] == "/en/records/view/"


def without_what_was_typed(response):
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.text)
    return re.sub(r'(<input[^>]*name="(?:code|digits)"[^>]*) value="[^"]*"', r"\1", text)


def fail(client, code, times, digits="0000", **extra):
    for _time in range(times):
        assert FAILED in look_up(client, code, digits, **extra).text


def a_quarter_later():
    LookupFailure.objects.update(window=F("window") - lookup.WINDOW)


# Success ---------------------------------------------------------------------------------------


@pytest.mark.database
def test_the_code_and_the_end_of_the_phone_number_open_the_record(client, record):
    assert is_found(look_up(client, record.code, DIGITS))
    page = client.get("/en/records/view/")
    assert page.status_code == 200
    assert record.code in page.text


def test_the_end_of_the_id_number_does_as_well(client, record):
    assert is_found(look_up(client, record.code, ID_DIGITS))


def test_one_number_is_enough_whichever_was_given(client):
    phone_only = receive(applicant=actions.Applicant("Lê Thị Thử", phone="+84 912 345 670"))
    id_only = receive(applicant=actions.Applicant("Lê Thị Thử", identity="024099009999"))
    assert is_found(look_up(client, phone_only.code, "5670"))
    assert is_found(look_up(client, id_only.code, "9999"))
    assert not is_found(look_up(client, id_only.code, ""))


@pytest.mark.parametrize("typed", ["0912 345 678", "+84912345678", " 56 78 ", "５６７８"])
def test_the_whole_number_and_any_way_of_writing_it_do_as_well(client, record, typed):
    assert is_found(look_up(client, record.code, typed))


def test_any_spelling_of_the_code_is_read(client, record):
    for spelling in (record.code.lower(), f" {record.code} ", codes.full(record.code), record.code.replace("-", "–")):
        assert is_found(look_up(client, spelling, DIGITS))


def test_whoever_follows_a_record_is_no_reader_of_the_staff(client, record):
    look_up(client, record.code, DIGITS)
    client.get("/en/records/view/")
    assert not RecordRead.objects.exists()


def test_an_officer_who_follows_a_record_stays_signed_in(client, record):
    client.force_login(supervisor())
    look_up(client, record.code, DIGITS)
    client.post("/en/records/end/")
    assert "_auth_user_id" in client.session
    assert client.get("/en/records/view/").status_code == 302


# Refusals --------------------------------------------------------------------------------------


@pytest.fixture
def refusals(client, record):
    """For each reason an attempt that is refused for it: code, digits, settings."""
    erased = in_status(Status.RETURNED)
    actions.erase(erased, by=None)
    return {
        "wrong digits": (record.code, "0000"),
        "digits of somebody else": (record.code, "9999"),
        "no such record": ("H02.15-240828-9998", DIGITS),
        "no code at all": ("what my neighbour told me", DIGITS),
        "erased": (erased.code, DIGITS),
        "erased, with no digits to know": (erased.code, "0000"),
    }


def test_every_refusal_looks_the_same(client, refusals):
    answers = {why: look_up(client, *typed) for why, typed in refusals.items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert len({without_what_was_typed(answer) for answer in answers.values()}) == 1
    headers = [dict(answer.items()) for answer in answers.values()]
    assert all({**each, "Content-Length": ""} == {**headers[0], "Content-Length": ""} for each in headers)
    assert FAILED in answers["wrong digits"].text


def test_a_locked_record_and_a_locked_address_look_the_same_as_well(client, record, settings):
    settings.PORTAL_LOOKUP_LIMIT_CODE = 2
    plain = without_what_was_typed(look_up(client, record.code, "0000"))
    fail(client, record.code, 1)
    assert without_what_was_typed(look_up(client, record.code, DIGITS)) == plain
    settings.PORTAL_LOOKUP_LIMIT_CODE, settings.PORTAL_LOOKUP_LIMIT_ADDRESS = 100, 3
    assert without_what_was_typed(look_up(client, record.code, DIGITS)) == plain


@pytest.mark.database
def test_every_refusal_asks_the_database_the_same(client, refusals):
    look_up(client, "H02.15-240828-9997", DIGITS)
    asked = {}
    for why, (code, digits) in refusals.items():
        with connection.execute_wrapper(counter := Counter()):
            assert lookup.find(code, digits, ELSEWHERE) is None
        asked[why] = counter.asked
    assert len(set(asked.values())) == 1, asked
    of_records = [statement for statement in asked["no such record"] if '"records_record"' in statement]
    assert len(of_records) == 1


class Counter:
    """Collects the statements, without their values."""

    def __init__(self):
        self.asked = ()

    def __call__(self, execute, statement, values, many, context):
        self.asked += (re.sub(r"SAVEPOINT \S+", "SAVEPOINT", statement),)
        return execute(statement, values, many, context)


def test_every_refusal_takes_the_same_work(refusals, settings):
    """Counted, not timed: what else this machine does must not count."""
    settings.PORTAL_LOOKUP_LIMIT_ADDRESS = settings.PORTAL_LOOKUP_LIMIT_CODE = 10_000
    for code, digits in refusals.values():  # what is done once only
        lookup.find(code, digits, ELSEWHERE)
    calls = {why: calls_of(partial(lookup.find, code, digits, ELSEWHERE)) for why, (code, digits) in refusals.items()}
    assert max(calls.values()) < 1.3 * min(calls.values()), calls


def calls_of(work):
    """How many functions are called, those of C included."""
    events = []
    sys.setprofile(lambda _frame, event, _argument: events.append(event))
    try:
        work()
    finally:
        sys.setprofile(None)
    return sum(event in ("call", "c_call") for event in events)


@pytest.mark.parametrize("digits", ["", "567", "abcd"])
def test_too_few_digits_are_asked_for_again_and_count_as_no_attempt(client, record, digits):
    response = look_up(client, record.code, digits)
    assert "Type the last four digits." in response.text
    assert FAILED not in response.text
    assert not LookupFailure.objects.exists()


@pytest.mark.database
def test_a_null_character_or_an_endless_code_is_no_error_page(client):
    assert look_up(client, "H02\x00", DIGITS).status_code == 200
    assert look_up(client, "H" * 100_000, DIGITS).status_code == 200


def test_a_form_without_its_token_is_refused(record):
    assert look_up(Client(enforce_csrf_checks=True), record.code, DIGITS).status_code == 403


def test_personal_facts_that_no_key_opens_are_nobody_s_and_the_log_says_so(client, record, settings, caplog):
    settings.DATA_KEYS = ["bm90IHRoZSBrZXkgdGhhdCBzZWFsZWQgdGhlIGZhY3Q="]
    assert FAILED in look_up(client, record.code, DIGITS).text
    assert "PORTAL_DATA_KEYS" in caplog.text


# Limits ----------------------------------------------------------------------------------------


@pytest.mark.database
def test_after_ten_failures_a_record_is_locked_for_everybody_also_with_the_right_digits(client, record):
    fail(client, record.code, 10)
    assert FAILED in look_up(client, record.code, DIGITS, REMOTE_ADDR=ELSEWHERE).text
    assert is_found(look_up(client, receive().code, DIGITS, REMOTE_ADDR=ELSEWHERE))


@pytest.mark.database
def test_nine_failures_lock_nothing(client, record):
    fail(client, record.code, 9)
    assert is_found(look_up(client, record.code, DIGITS))


@pytest.mark.database
def test_all_spellings_of_a_code_count_together(client, record, settings):
    settings.PORTAL_LOOKUP_LIMIT_CODE = 2
    fail(client, record.code.lower(), 1)
    fail(client, codes.full(record.code), 1)
    assert FAILED in look_up(client, record.code, DIGITS).text


def test_after_twenty_failures_an_address_is_locked_for_every_record(client, record):
    for number in range(20):
        fail(client, f"H02.15-240828-{9000 + number}", 1)
    assert FAILED in look_up(client, record.code, DIGITS).text
    assert is_found(look_up(client, record.code, DIGITS, REMOTE_ADDR=ELSEWHERE))


@pytest.mark.database
def test_a_lock_ends_after_a_quarter_of_an_hour_whatever_is_tried_meanwhile(client, record, settings):
    settings.PORTAL_LOOKUP_LIMIT_CODE = 2
    fail(client, record.code, 30, REMOTE_ADDR=ELSEWHERE)
    assert FAILED in look_up(client, record.code, DIGITS).text
    a_quarter_later()
    assert is_found(look_up(client, record.code, DIGITS))


@pytest.mark.parametrize("moment", ["14:00:00", "14:07:30", "14:14:59.999999"])
def test_a_window_is_a_quarter_of_an_hour_that_begins_with_the_hour(moment):
    at = datetime.datetime.fromisoformat(f"2026-01-02T{moment}+00:00")
    assert lookup.window_of(at) == datetime.datetime(2026, 1, 2, 14, 0, tzinfo=datetime.UTC)


def test_success_counts_against_nobody(client, record):
    for _time in range(30):
        assert is_found(look_up(client, record.code, DIGITS))
    assert set(LookupFailure.objects.values_list("count", flat=True)) == {0}


def test_a_kiosk_of_the_center_has_no_limit_of_its_own_but_records_keep_theirs(client, record, settings):
    settings.PORTAL_LOOKUP_EXEMPT = [ip_network("203.0.113.0/28")]
    settings.PORTAL_LOOKUP_LIMIT_ADDRESS = 3
    for number in range(8):
        fail(client, f"H02.15-240828-{9000 + number}", 1, REMOTE_ADDR=ELSEWHERE)
    assert is_found(look_up(client, record.code, DIGITS, REMOTE_ADDR=ELSEWHERE))
    fail(client, record.code, 10, REMOTE_ADDR=ELSEWHERE)
    assert FAILED in look_up(client, record.code, DIGITS, REMOTE_ADDR=ELSEWHERE).text


def test_outside_a_service_a_forwarded_address_is_not_believed(client, record, settings):
    settings.PORTAL_LOOKUP_LIMIT_ADDRESS = 2
    for number in range(2):
        fail(client, f"H02.15-240828-{9000 + number}", 1, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert FAILED in look_up(client, record.code, DIGITS, HTTP_X_FORWARDED_FOR="198.51.100.9").text


def test_in_service_the_last_forwarded_address_counts_and_an_invented_one_before_it_does_not(client, record, settings):
    settings.IN_SERVICE, settings.PORTAL_LOOKUP_LIMIT_ADDRESS = True, 2
    for number in range(2):
        fail(client, f"H02.15-240828-{9000 + number}", 1, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, {ELSEWHERE}")
    assert FAILED in look_up(client, record.code, DIGITS, HTTP_X_FORWARDED_FOR=f"198.51.100.9, {ELSEWHERE}").text
    assert is_found(look_up(client, record.code, DIGITS, HTTP_X_FORWARDED_FOR=f"{ELSEWHERE}, 198.51.100.9"))


def test_what_is_counted_holds_no_address_and_no_code(client, record):
    fail(client, record.code, 1, REMOTE_ADDR=ELSEWHERE)
    rows = list(LookupFailure.objects.values("kind", "key", "count"))
    assert sorted(row["kind"] for row in rows) == ["address", "code"]
    assert all(isinstance(row["key"], int) for row in rows)


@pytest.mark.database
def test_what_is_over_is_tidied_away_by_the_next_failure(client, record):
    fail(client, record.code, 1)
    a_quarter_later()
    fail(client, record.code, 1)
    windows = set(LookupFailure.objects.values_list("window", flat=True))
    assert windows == {lookup.window_of(timezone.now())}


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="the test's database in memory has one connection only")
def test_a_hundred_attempts_at_the_same_moment_get_a_hundred_numbers():
    window = lookup.window_of(timezone.now())
    keys = {lookup.Kind.ADDRESS: 7, lookup.Kind.CODE: 3}

    def attempt(_number):
        try:
            return lookup.count_attempt(keys, window)[lookup.Kind.CODE]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(attempt, range(100)))
    assert sorted(numbers) == list(range(1, 101))


# Alarm -----------------------------------------------------------------------------------------


def try_codes(client, count, start=9000):
    for number in range(start, start + count):
        fail(client, f"H02.15-240828-{number}", 1)


def alarms():
    return LookupFailure.objects.filter(kind=LookupFailure.Kind.ALARM)


@pytest.mark.database
def test_many_codes_that_fail_raise_one_alarm_that_tells_no_name_and_no_address(client, settings, caplog):
    settings.PORTAL_LOOKUP_ALARM = 5
    with caplog.at_level(logging.WARNING, "records.lookup"):
        try_codes(client, 5)
        assert not alarms().exists()
        try_codes(client, 4, start=9100)
    assert len(caplog.records) == 1
    assert "H02" not in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert alarms().get().count == 9


def test_many_failures_with_one_code_are_no_alarm(client, record, settings):
    settings.PORTAL_LOOKUP_ALARM = 5
    fail(client, record.code, 12)
    assert not alarms().exists()


def test_the_next_quarter_of_an_hour_has_an_alarm_of_its_own(client, settings):
    settings.PORTAL_LOOKUP_ALARM = 2
    try_codes(client, 3)
    a_quarter_later()
    try_codes(client, 3)
    assert alarms().count() == 2
    LookupFailure.objects.update(window=F("window") - lookup.ALARMS_KEPT - lookup.WINDOW)
    fail(client, "H02.15-240828-9999", 1)
    assert not alarms().exists()


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_the_alarm_stands_on_the_first_page_of_those_who_watch(client, settings, role):
    settings.PORTAL_LOOKUP_ALARM = 2
    client.force_login(officer(role=role))
    assert "đang dò mã" not in first_page_of_admin(client)
    try_codes(client, 3)
    assert "có 3 mã hồ sơ" in first_page_of_admin(client)
    listed = client.get("/admin/records/lookupfailure/")
    assert listed.status_code == 200
    assert len(listed.context["cl"].result_list) == 1
    assert client.get("/admin/records/lookupfailure/add/").status_code == 403


def test_an_officer_sees_no_alarm(client, settings):
    settings.PORTAL_LOOKUP_ALARM = 2
    try_codes(client, 3)
    client.force_login(officer())
    assert "đang dò mã" not in first_page_of_admin(client)
    assert client.get("/admin/records/lookupfailure/").status_code == 403


def first_page_of_admin(client):
    return client.get("/admin/").text


# What stays secret -----------------------------------------------------------------------------


def test_nothing_of_a_look_up_is_stored_or_told_to_other_sites(client, record):
    answers = [
        client.get("/en/records/"),
        look_up(client, record.code, "0000"),
        look_up(client, record.code, DIGITS),
        client.get("/en/records/view/"),
        client.get("/en/records/view/link.svg"),
        client.get(f"/en/records/t/{opened.token_for(record)}/"),
        client.get("/en/records/t/nothing/"),
        client.post("/en/records/end/"),
        client.get("/en/records/view/"),
    ]
    for answer in answers:
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert record.code not in answer.get("Location", "")


def test_the_record_page_shows_the_name_masked_and_no_number(client, record):
    look_up(client, record.code, DIGITS)
    page = client.get("/en/records/view/").text
    assert "N***** V** M**" in page
    for secret in ("Nguyễn Văn Mẫu", "Mẫu", DIGITS, ID_DIGITS, "mau@example.org", "1 Phố Thử"):
        assert secret not in page


def test_nothing_personal_is_logged(client, record, caplog):
    with caplog.at_level(logging.DEBUG):
        look_up(client, record.code, "0000", REMOTE_ADDR=ELSEWHERE)
        look_up(client, record.code, DIGITS, REMOTE_ADDR=ELSEWHERE)
        client.get("/en/records/view/")
        client.get("/en/records/t/nothing/")
        client.get("/en/records/view/link.svg")
    for secret in (record.code, DIGITS, "0000", ELSEWHERE, "Mẫu"):
        assert secret not in caplog.text


def test_the_session_holds_a_number_and_a_time_and_its_key_is_new(client, record):
    look_up(client, record.code, DIGITS)
    before = client.session.session_key
    assert set(client.session.keys()) == {opened.KEY}
    assert client.session[opened.KEY]["record"] == record.pk
    look_up(client, record.code, DIGITS)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


# The open record -------------------------------------------------------------------------------


def leave_alone(client, seconds):
    session = client.session
    session[opened.KEY] = {**session[opened.KEY], "at": session[opened.KEY]["at"] - seconds}
    session.save()


def is_closed(response):
    return response.status_code == 302 and response["Location"] == "/en/records/?again=time"


def test_without_a_look_up_the_record_page_leads_to_it(client):
    assert is_closed(client.get("/en/records/view/"))
    assert client.get("/en/records/view/link.svg").status_code == 404


def test_a_record_left_alone_for_half_an_hour_is_closed(client, record):
    look_up(client, record.code, DIGITS)
    leave_alone(client, opened.IDLE - 5)
    assert client.get("/en/records/view/").status_code == 200
    leave_alone(client, opened.IDLE - 5)  # the visit counted: half an hour begins anew
    assert client.get("/en/records/view/").status_code == 200
    leave_alone(client, opened.IDLE + 5)
    assert is_closed(client.get("/en/records/view/"))
    assert "sessionid" not in client.cookies or not client.cookies["sessionid"].value


def test_a_session_from_the_future_is_no_session(client, record):
    look_up(client, record.code, DIGITS)
    leave_alone(client, -3600)
    assert is_closed(client.get("/en/records/view/"))


def test_end_closes_the_record_and_its_session(client, record):
    look_up(client, record.code, DIGITS)
    key = client.session.session_key
    assert client.get("/en/records/end/").status_code == 405
    response = client.post("/en/records/end/", follow=True)
    assert "Your record is closed on this screen." in response.text
    assert is_closed(client.get("/en/records/view/"))
    assert not Session.objects.filter(session_key=key).exists()


def test_a_record_erased_meanwhile_is_closed(client):
    record = in_status(Status.RETURNED)
    look_up(client, record.code, DIGITS)
    actions.erase(record, by=None)
    assert is_closed(client.get("/en/records/view/"))


def test_the_next_look_up_in_the_same_browser_replaces_the_one_before(client, record):
    other = receive(applicant=actions.Applicant("Lê Thị Thử", phone="0987654321"))
    look_up(client, record.code, DIGITS)
    look_up(client, other.code, "4321")
    page = client.get("/en/records/view/").text
    assert other.code in page
    assert record.code not in page


# The link for the own phone --------------------------------------------------------------------


class AnHourAgo(signing.TimestampSigner):
    def timestamp(self):
        return signing.b62_encode(int(time.time()) - 3600)


def test_the_link_opens_the_record_on_another_device(client, record):
    phone = Client()
    assert is_found(phone.get(f"/en/records/t/{opened.token_for(record)}/"))
    assert record.code in phone.get("/en/records/view/").text


def test_the_picture_is_a_qr_code_that_the_policy_allows(client, record):
    look_up(client, record.code, DIGITS)
    picture = client.get("/en/records/view/link.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<?xml") or picture.content.startswith(b"<svg")
    assert b"style=" not in picture.content
    assert 'src="/en/records/view/link.svg"' in client.get("/en/records/view/").text


def test_a_link_tells_nothing_of_the_record(record):
    token = opened.token_for(record)
    assert record.code not in token
    assert signing.loads(token, salt=opened.SALT) == record.pk


@pytest.mark.parametrize("touched", ["nothing", "MQ:1abc:def", "%00", "x" * 5_000])
def test_an_invented_link_leads_to_the_look_up(client, touched):
    response = client.get(f"/en/records/t/{touched}/")
    assert response["Location"] == "/en/records/?again=link"
    assert is_closed(client.get("/en/records/view/"))


def test_a_link_that_was_touched_or_made_for_something_else_opens_nothing(client, record):
    token = opened.token_for(record)
    for bad in (token[:-1], f"{token}x", token.swapcase(), signing.dumps(record.pk)):
        assert client.get(f"/en/records/t/{bad}/")["Location"] == "/en/records/?again=link"


def test_a_link_ends_after_half_an_hour(client, record):
    old = AnHourAgo(salt=opened.SALT).sign_object(record.pk)
    response = client.get(f"/en/records/t/{old}/", follow=True)
    assert "This link worked for 30 minutes only." in response.text
    assert is_closed(client.get("/en/records/view/"))


# Ways to the look-up ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/en/", "/en/procedures/", "/en/procedures/1.001193/"])
def test_home_the_list_and_a_procedure_lead_to_the_look_up(client, page):
    assert 'href="/en/records/"' in client.get(page).text.split("<main")[1 if page != "/en/procedures/" else 0]


def test_the_record_page_leads_to_its_procedure(client, record):
    look_up(client, record.code, DIGITS)
    assert f'href="/en/procedures/{record.procedure.code}/"' in client.get("/en/records/view/").text


@pytest.mark.parametrize("typed", ["H02.15-240828-0001", "h02.15-240828-0001", "000.00.15.H02-240828-0001"])
def test_a_code_typed_into_the_search_of_procedures_leads_to_the_look_up(client, typed):
    response = client.get("/en/procedures/", {"q": typed})
    assert response.status_code == 302
    assert response["Location"] == "/en/records/#H02.15-240828-0001"  # behind the #: sent to nobody


def test_a_search_in_place_opens_the_look_up_as_a_page(client):
    response = client.get("/procedures/", {"q": "H02.15-240828-0001"}, headers={"hx-request": "true"})
    assert response["HX-Redirect"] == "/records/#H02.15-240828-0001"
    again = client.get("/procedures/", {"q": "H02.15-240828-0001"}, headers={"hx-request": "true"})
    assert again["HX-Redirect"] == "/records/#H02.15-240828-0001"


def test_a_code_typed_into_the_search_is_not_kept_as_a_search_in_vain(client):
    client.get("/en/procedures/", {"q": "H02.15-240828-0001"})
    counting.flush()
    assert not SearchCount.objects.exists()


def test_a_procedure_s_code_leads_to_the_procedure_still(client):
    assert client.get("/en/procedures/", {"q": "1.001193"})["Location"] == "/en/procedures/1.001193/"


def test_the_applicant_of_these_tests_has_these_digits():
    assert APPLICANT.phone.endswith("678")
    assert APPLICANT.identity.endswith(ID_DIGITS)
