"""Signing in: password, lock-out, one-time code, and sessions that end."""

import datetime
import re
import time
from io import StringIO
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, URLPattern, get_resolver, path, reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from organisation import sessions, two_factor
from organisation.address import client_address
from organisation.models import User
from organisation.roles import Role
from portal.urls import urlpatterns as portal_urls
from tests import authenticator

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
CODE = "/admin/two-factor/"
RECOVERY = "/admin/two-factor/recovery/"
SET_UP = "/admin/two-factor/set-up/"
PASSWORD = "mot-cau-dai-de-nho"
CHANGE = "admin:organisation_user_change"
LIST = "admin:organisation_user_changelist"


def inside(request: HttpRequest) -> HttpResponse:
    """A view of the staff that is not of the admin."""
    return HttpResponse("inside")


urlpatterns = [*portal_urls, path("inside/", inside)]


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """What is told here does not depend on how slow a hash is."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def officer():
    return User.objects.create_user("officer", password=PASSWORD, role=Role.OFFICER, is_staff=True)


@pytest.fixture
def administrator():
    return User.objects.create_user("administrator", password=PASSWORD, role=Role.ADMINISTRATOR, is_staff=True)


@pytest.fixture
def code_asked(settings):
    settings.PORTAL_TWO_FACTOR = True


def sign_in(client, username="officer", password=PASSWORD, **headers):
    return client.post(LOGIN, {"username": username, "password": password, "next": "/admin/"}, **headers)


def opens(client):
    """Whether the admin opens for `client`; else it is led to sign in or to give a code."""
    response = client.get("/admin/")
    assert response.status_code in (200, 302)
    return response.status_code == 200


def without_tokens(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)


# The password ----------------------------------------------------------------------------------


def test_the_right_password_opens_the_admin(client, officer):
    assert sign_in(client)["Location"] == "/admin/"
    assert opens(client)


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client, officer):
    wrong, unknown = sign_in(client, password="x"), sign_in(client, username="nobody")
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert without_tokens(wrong) == without_tokens(unknown).replace("nobody", "officer")
    assert not opens(client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_does_not_belong_to_the_staff_any_more_gets_that_answer_too(client, officer, change):
    User.objects.filter(pk=officer.pk).update(**change)
    refused, wrong = sign_in(client), sign_in(client, password="x")
    assert without_tokens(refused) == without_tokens(wrong)
    assert not opens(client)


# Lock-out --------------------------------------------------------------------------------------


def fail(times, username="officer", **headers):
    """The last answer to so many wrong passwords, each from a browser of its own."""
    for number in range(times):
        response = sign_in(Client(), username, f"wrong {number}", HTTP_USER_AGENT=f"browser {number}", **headers)
    return response


def test_five_wrong_passwords_lock_the_account_for_this_address_whatever_the_browser(client, officer):
    assert fail(4).status_code == 200
    assert fail(1).status_code == 429
    locked = sign_in(client)
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert "no-store" in locked["Cache-Control"]
    assert not opens(client)


def test_four_wrong_passwords_do_not_and_the_right_one_begins_anew(client, officer):
    fail(4)
    assert sign_in(client).status_code == 302
    assert fail(4).status_code == 200


def test_other_people_and_other_addresses_are_not_locked(client, officer, administrator):
    fail(5)
    assert sign_in(client, "administrator").status_code == 302
    assert sign_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 302


def test_the_locked_page_is_the_same_for_everybody(officer):
    User.objects.create_user("gone", password=PASSWORD, is_staff=True, is_active=False)
    for name in ("officer", "gone", "nobody"):
        fail(5, name)
    answers = [
        sign_in(Client(), name, password) for name in ("officer", "gone", "nobody") for password in (PASSWORD, "x")
    ]
    assert {answer.status_code for answer in answers} == {429}
    assert len({answer.content for answer in answers}) == 1


def test_the_locked_page_tells_no_script_of_another_site_either(officer):
    fail(5)
    answer = sign_in(Client(), HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    assert answer["Content-Type"].startswith("text/html")
    assert "Access-Control-Allow-Origin" not in answer
    assert "officer" not in answer.text


def move_back(**period):
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(**period))


def test_after_fifteen_minutes_it_opens_again(client, officer):
    fail(5)
    move_back(minutes=14, seconds=50)
    assert sign_in(client).status_code == 429
    move_back(minutes=15, seconds=1)
    assert sign_in(client).status_code == 302


def test_trying_on_does_not_make_it_longer_and_keeps_nothing(client, officer):
    fail(5)
    rows = list(AccessAttempt.objects.order_by("pk").values_list("pk", "failures_since_start", "attempt_time"))
    fail(5)
    assert list(AccessAttempt.objects.order_by("pk").values_list("pk", "failures_since_start", "attempt_time")) == rows


def test_neither_names_nor_passwords_nor_addresses_are_kept_or_logged(client, officer, caplog):
    for number in range(6):
        client.post(
            f"{LOGIN}?next=/admin/?q=Nguyen",
            {"username": "officer", "password": f"secret {number}", "next": "/admin/?q=Nguyen"},
            REMOTE_ADDR="192.0.2.7",
        )
    kept = [f"{row.username} {row.get_data} {row.post_data} {row.path_info}" for row in AccessAttempt.objects.all()]
    assert kept
    assert caplog.text
    for text in (*kept, caplog.text):
        assert not re.search(r"officer|secret|Nguyen|192\.0\.2\.7", text)


@pytest.mark.parametrize("name", ["x" * 5000, "Nguyễn Văn A", "", "a\x00b"])
def test_a_name_of_any_kind_is_refused_quietly(client, name):
    assert [sign_in(client, name).status_code for _ in range(3)] == [200] * 3


def address_of(**meta):
    return client_address(RequestFactory().get("/", **meta))


def test_the_address_is_that_of_the_connection_and_in_service_what_the_proxy_says_last(settings):
    told = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 192.0.2.7"}
    assert address_of(**told) == "127.0.0.1"
    settings.IN_SERVICE = True
    assert address_of(**told) == "192.0.2.7"
    assert address_of(REMOTE_ADDR="192.0.2.1") == "192.0.2.1"
    assert address_of(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="192.0.2.7, unknown") == "192.0.2.1"


def test_addresses_of_one_ipv6_network_are_one_and_what_is_none_is_none():
    for address in ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::9"):
        assert address_of(REMOTE_ADDR=address) == "2001:db8:1:2::"
    assert address_of(REMOTE_ADDR="2001:db8:1:3::9") == "2001:db8:1:3::"
    assert address_of(REMOTE_ADDR="::ffff:192.0.2.7") == "192.0.2.7"
    assert address_of(REMOTE_ADDR="fe80::1%eth0") == "fe80::"
    assert address_of(REMOTE_ADDR="") is None


def test_in_service_an_invented_address_does_not_help(settings, officer):
    settings.IN_SERVICE = True
    for number in range(5):
        answer = sign_in(Client(), password="x", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 192.0.2.7")
    assert answer.status_code == 429


def test_without_an_address_failures_are_counted_all_the_same(officer):
    assert fail(5, REMOTE_ADDR="").status_code == 429


# The one-time code: nothing opens without it ---------------------------------------------------


def admin_addresses(patterns, prefix=""):
    """An address for each view of the admin, with 1 for whatever it asks for."""
    for pattern in patterns:
        route = getattr(pattern.pattern, "_route", "")
        if not isinstance(pattern, URLPattern):
            yield from admin_addresses(pattern.url_patterns, prefix + route)
        elif prefix.startswith("admin/"):
            yield re.sub(r"<[^>]+>", "1", f"/{prefix}{route}")


def admin_views():
    return sorted({*admin_addresses(get_resolver().url_patterns)} - {LOGIN, CODE, RECOVERY, SET_UP, "/admin/logout/"})


def test_no_view_of_the_admin_opens_before_the_code(client, administrator, code_asked):
    sign_in(client, "administrator")
    addresses = admin_views()
    assert {"/admin/", "/admin/autocomplete/", "/admin/organisation/user/1/change/"} <= {*addresses}
    assert [address for address in addresses if address.startswith("/admin/records/")]
    for address in addresses:
        for response in (client.get(address), client.post(address)):
            assert response.status_code == 302, address
            assert response["Location"].partition("?")[0] == CODE, address


def test_json_stays_closed_and_a_form_changes_nothing(client, administrator, officer, code_asked):
    sign_in(client, "administrator")
    asked = {"app_label": "organisation", "model_name": "user", "field_name": "unit", "term": "so"}
    assert client.get(reverse("admin:autocomplete"), asked).status_code == 302
    changed = {"username": "officer", "role": Role.ADMINISTRATOR, "is_active": "on", "is_staff": "on"}
    assert client.post(reverse(CHANGE, args=[officer.pk]), changed)["Location"] == f"{CODE}?next=/admin/"
    officer.refresh_from_db()
    assert officer.role == Role.OFFICER


@pytest.mark.urls(__name__)
def test_a_view_outside_the_admin_is_closed_too(client, officer, code_asked):
    sign_in(client)
    assert client.get("/inside/?of=1")["Location"] == f"{CODE}?next=/inside/%3Fof%3D1"


def test_addresses_of_nothing_tell_nothing_before_the_code(client, officer, code_asked):
    sign_in(client)
    for address in ("/admin/jsi18n/", "/admin/r/1/1/", "/admin/no/such/page/"):
        assert client.get(address)["Location"].startswith(CODE)


def test_one_can_sign_out_without_a_code(client, officer, code_asked):
    sign_in(client)
    client.post("/admin/logout/")
    assert client.get(CODE)["Location"].startswith(LOGIN)


def test_public_pages_open_without_a_code(client, officer, code_asked):
    sign_in(client)
    assert client.get("/en/").status_code == 200


@pytest.mark.parametrize("address", [CODE, RECOVERY, SET_UP])
def test_the_pages_of_the_code_are_closed_to_who_has_not_given_a_password(client, address, code_asked):
    assert client.get(address)["Location"].startswith(LOGIN)


@pytest.mark.parametrize("address", [CODE, RECOVERY, SET_UP])
def test_where_no_code_is_asked_for_its_pages_lead_on(client, officer, address):
    sign_in(client)
    assert opens(client)
    assert client.get(address)["Location"] == "/admin/"


# Setting it up ---------------------------------------------------------------------------------


def set_up_page(client):
    """The secret of the page that shows it, and the page."""
    page = client.get(client.get(CODE)["Location"])
    return re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)[1], page


def set_up(client):
    """Sets the code up; the secret and the recovery codes."""
    secret, _page = set_up_page(client)
    done = client.post(SET_UP, {"code": authenticator.code(secret)})
    return secret, re.findall(r"<code>(\w+)</code>", done.text)


def test_the_first_time_the_code_is_set_up_with_a_qr_code_and_a_key_to_type(client, officer, code_asked):
    sign_in(client)
    secret, page = set_up_page(client)
    assert "no-store" in page["Cache-Control"]
    done = client.post(SET_UP, {"code": authenticator.code(secret), "next": "/admin/procedures/"})
    assert done.status_code == 200
    assert 'href="/admin/procedures/"' in done.text
    assert TOTPDevice.objects.get().user == officer
    assert opens(client)


def test_a_wrong_first_code_keeps_nothing_and_shows_the_same_secret_again(client, officer, code_asked):
    sign_in(client)
    secret, _page = set_up_page(client)
    for wrong in ("", "12345", "abcdef", "١٢٣٤٥٦", authenticator.code(secret, later=50)):
        refused = client.post(SET_UP, {"code": wrong})
        assert refused.context["form"].errors["code"]
        assert secret in refused.text
    assert not TOTPDevice.objects.exists()
    assert not opens(client)


def test_the_qr_code_tells_the_name_the_portal_and_the_secret_and_nothing_about_the_person(client, code_asked):
    User.objects.create_user(
        "h02-017", password=PASSWORD, is_staff=True, last_name="Đặng", first_name="Hoà", email="hoa@example.vn"
    )
    sign_in(client, "h02-017")
    secret, page = set_up_page(client)
    address = page.context["address"]
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Hành chính công Bắc Giang:h02-017"
    assert parse_qs(parts.query) == {
        "secret": [secret.replace(" ", "")],
        "issuer": ["Hành chính công Bắc Giang"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
    assert page.context["qr"] == segno.make(address, error="m").svg_data_uri(scale=4, dark="#000", light="#fff")
    assert not re.search("Đặng|Hoà|hoa@", page.text)


def test_a_secret_is_of_one_session_only(officer, code_asked):
    """Whoever knows the password and looks first must not know the secret that its owner sets up."""
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
    assert set_up_page(first)[0] != set_up_page(second)[0]


def test_who_has_a_code_already_sets_up_no_second_one(officer, code_asked):
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
    secret, _page = set_up_page(second)
    set_up(first)
    assert second.get(SET_UP)["Location"].startswith(CODE)
    assert second.post(SET_UP, {"code": authenticator.code(secret)})["Location"].startswith(CODE)
    assert two_factor.set_up(officer, two_factor.new_key(), "123456") is None
    assert TOTPDevice.objects.count() == 1
    assert not opens(second)


# Giving it -------------------------------------------------------------------------------------


@pytest.fixture
def secret(officer, code_asked):
    """The secret of the officer, whose app showed its first code a while ago."""
    device = two_factor.unsaved_device(officer, two_factor.new_key())
    device.save()
    return two_factor.secret_to_type(device)


def give(client, code, **data):
    return client.post(CODE, {"code": code, **data})


def test_the_code_of_now_opens_the_admin_and_leads_where_one_was_going(client, secret):
    sign_in(client)
    target = "/admin/organisation/agency/?kind=commune"
    asked = client.get(client.get(target)["Location"])
    assert asked.context["next"] == target
    assert give(client, authenticator.code(secret), next=target)["Location"] == target
    assert opens(client)


@pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_it_leads_to_no_other_site(client, secret, away):
    sign_in(client)
    assert give(client, authenticator.code(secret), next=away)["Location"] == "/admin/"


def test_digits_may_be_typed_in_groups(client, secret):
    sign_in(client)
    code = authenticator.code(secret)
    assert give(client, f" {code[:3]} {code[3:]} ").status_code == 302


def test_a_code_is_taken_once(secret):
    code = authenticator.code(secret)
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
    assert give(first, code).status_code == 302
    assert give(second, code).context["form"].errors["code"]
    assert not opens(second)
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert give(second, authenticator.code(secret, later=1)).status_code == 302


@pytest.mark.parametrize("later", [-3, 3])
def test_a_code_of_another_time_is_refused(client, secret, later):
    sign_in(client)
    assert give(client, authenticator.code(secret, later)).status_code == 200
    assert not opens(client)


def test_a_wrong_code_is_not_shown_again_and_the_next_must_wait(client, secret):
    sign_in(client)
    refused = give(client, "000000" if authenticator.code(secret) != "000000" else "000001")
    assert not re.search(r'name="code"[^>]* value=', refused.text)
    too_soon = give(client, authenticator.code(secret))
    assert too_soon.status_code == 200
    assert not opens(client)
    device = TOTPDevice.objects.get()
    assert device.throttling_failure_count == 1  # what came too soon was not even looked at
    TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - datetime.timedelta(seconds=2))
    assert give(client, authenticator.code(secret)).status_code == 302


def test_each_wrong_code_doubles_the_wait(client, secret):
    sign_in(client)
    TOTPDevice.objects.update(throttling_failure_count=10, throttling_failure_timestamp=timezone.now())
    assert 500 < two_factor.seconds_to_wait(TOTPDevice.objects.get()) <= 512
    assert give(client, authenticator.code(secret)).status_code == 200


def test_another_person_s_code_is_refused(client, secret, administrator):
    other = two_factor.unsaved_device(administrator, two_factor.new_key())
    other.save()
    sign_in(client, "administrator")
    assert give(client, authenticator.code(secret)).status_code == 200
    assert not opens(client)


def test_the_session_has_a_new_key_after_the_code(client, secret):
    sign_in(client)
    before = client.session.session_key
    give(client, authenticator.code(secret))
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_who_signs_in_again_gives_a_code_again(client, secret):
    sign_in(client)
    give(client, authenticator.code(secret))
    client.post("/admin/logout/")
    sign_in(client)
    assert not opens(client)


# Recovery codes --------------------------------------------------------------------------------


def test_a_recovery_code_opens_the_admin_once_and_tells_how_many_are_left(officer, code_asked):
    owner, again = Client(), Client()
    sign_in(owner)
    codes = set_up(owner)[1]
    assert len({*codes}) == 10
    sign_in(again)
    done = again.post(RECOVERY, {"code": codes[3].upper()})
    assert done.status_code == 302
    assert "9" in str(next(iter(get_messages(done.wsgi_request))))
    assert opens(again)
    third = Client()
    sign_in(third)
    assert third.post(RECOVERY, {"code": codes[3]}).context["form"].errors["code"]
    assert not opens(third)


def test_recovery_codes_are_kept_as_hashes_only(client, officer, code_asked):
    sign_in(client)
    codes = set_up(client)[1]
    assert not {*codes} & {*StaticToken.objects.values_list("token", flat=True)}
    third = Client()
    sign_in(third)
    hashed = StaticToken.objects.first().token
    assert third.post(RECOVERY, {"code": hashed}).status_code == 200
    assert third.post(RECOVERY, {"code": hashed[:8]}).status_code == 200
    assert not opens(third)


def test_without_recovery_codes_their_page_leads_back(client, secret):
    sign_in(client)
    assert client.get(RECOVERY)["Location"].startswith(CODE)


# Reset by an administrator ---------------------------------------------------------------------


def reset(client, person):
    return client.post(reverse(LIST), {"action": "reset_one_time_code", "_selected_action": [person.pk]})


def test_an_administrator_resets_a_code_which_is_logged_and_closes_open_sessions(
    client, secret, officer, administrator, settings
):
    two_factor.new_recovery_codes(officer)
    inside = Client()
    sign_in(inside)
    give(inside, authenticator.code(secret))
    assert opens(inside)
    client.force_login(administrator)
    settings.PORTAL_TWO_FACTOR = False  # the administrator's own code is not what is shown here
    assert reset(client, officer).status_code == 302
    settings.PORTAL_TWO_FACTOR = True
    assert not TOTPDevice.objects.exists()
    assert not StaticDevice.objects.exists()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (administrator, str(officer.pk))
    assert entry.change_message
    assert not opens(inside)
    assert inside.get(CODE)["Location"].startswith(SET_UP)


def test_a_reset_of_who_has_none_logs_nothing(client, officer, administrator):
    client.force_login(administrator)
    assert reset(client, officer).status_code == 302
    assert not LogEntry.objects.exists()


def test_a_command_resets_it_for_the_last_administrator(secret, officer):
    call_command("reset_one_time_code", "officer", stdout=StringIO())
    assert not TOTPDevice.objects.exists()
    for name in ("officer", "nobody"):
        with pytest.raises(CommandError, match=name):
            call_command("reset_one_time_code", name)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.OFFICER, Role.STEWARD])
def test_nobody_else_resets_a_code(client, secret, officer, settings, role):
    settings.PORTAL_TWO_FACTOR = False
    client.force_login(User.objects.create_user("other", role=role, is_staff=True))
    reset(client, officer)
    assert TOTPDevice.objects.count() == 1


def test_the_page_of_a_person_says_whether_the_code_is_set_up_and_shows_no_secret(
    client, secret, officer, administrator, settings
):
    settings.PORTAL_TWO_FACTOR = False
    client.force_login(administrator)
    page = client.get(reverse(CHANGE, args=[officer.pk]))
    device = TOTPDevice.objects.get()
    assert timezone.localtime(device.created_at).strftime("%d") in page.text
    assert device.key not in page.text
    assert secret not in page.text
    for model in ("otp_totp_totpdevice", "otp_static_staticdevice", "axes_accessattempt"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{model}_changelist")


# Sessions end ----------------------------------------------------------------------------------


def moved(client, **values):
    session = client.session
    session.update(values)
    session.save()


def test_the_cookie_ends_with_the_browser(client, officer):
    cookie = sign_in(client).cookies["sessionid"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"]


def test_a_session_without_a_request_for_half_an_hour_is_over(client, officer, settings):
    sign_in(client)
    left = Session.objects.get().expire_date - timezone.now()
    assert datetime.timedelta(minutes=29) < left <= datetime.timedelta(minutes=30)
    Session.objects.update(expire_date=timezone.now())
    assert not opens(client)


def test_each_request_moves_that_on_but_is_written_at_most_once_a_minute(client, officer):
    sign_in(client)
    soon = timezone.now() + datetime.timedelta(minutes=5)
    Session.objects.update(expire_date=soon)
    assert opens(client)
    assert Session.objects.get().expire_date == soon
    moved(client, **{sessions.SEEN: int(time.time()) - 61})
    Session.objects.update(expire_date=soon)
    assert opens(client)
    assert Session.objects.get().expire_date > soon


def test_after_a_working_day_one_signs_in_again_however_busy(client, officer, settings):
    sign_in(client)
    moved(client, **{sessions.BEGUN: int(time.time()) - settings.SESSION_LONGEST + 60})
    assert opens(client)
    moved(client, **{sessions.BEGUN: int(time.time()) - settings.SESSION_LONGEST - 1})
    response = client.get("/admin/organisation/agency/")
    assert response["Location"] == f"{LOGIN}?next=/admin/organisation/agency/"
    assert not Session.objects.exists()


def test_a_session_that_does_not_say_when_it_began_is_over(client, officer):
    sign_in(client)
    session = client.session
    del session[sessions.BEGUN]
    session.save()
    assert not opens(client)


def test_a_deactivated_person_is_out_at_once(client, officer):
    sign_in(client)
    assert opens(client)
    User.objects.update(is_active=False)
    assert not opens(client)


def test_a_new_password_ends_the_other_sessions(client, officer):
    sign_in(client)
    officer.set_password("mot-cau-khac-de-nho")
    officer.save()
    assert not opens(client)


@pytest.mark.parametrize("address", ["/en/", "/en/procedures/", "/en/procedures/1.001193/"])
def test_a_public_page_neither_reads_nor_sets_the_session_of_the_staff(client, officer, address):
    sign_in(client)
    moved(client, **{sessions.SEEN: 0})
    response = client.get(address)
    assert "Set-Cookie" not in response
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
