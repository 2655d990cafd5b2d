"""The settings of a service: what is missing is named at start, and nothing starts halfway."""

import subprocess
import sys

import pytest

from tests.portals import ROOT

IN_SERVICE = {
    "ALLOWED_HOSTS": "portal.example.gov.vn",
    "SECRET_KEY": "a key of fifty characters and more, for nothing but this test",
    "DATABASE_URL": "postgres://portal:secret@127.0.0.1:5432/portal",
    "PORTAL_DATA_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "PORTAL_HASH_KEY": "another key, for nothing but this test",
}


def start(show="'started'", **env):
    """Import the settings in a process that has this environment and no other."""
    program = f"import portal.settings as settings; print({show})"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60
    )


def refusal(**env):
    """The last line of what the refused start printed."""
    result = start(**env)
    assert result.returncode != 0, result.stdout
    return result.stderr.strip().splitlines()[-1]


def without(name):
    return {key: value for key, value in IN_SERVICE.items() if key != name}


def test_nothing_at_all_is_enough_for_development():
    result = start("settings.IN_SERVICE, settings.DEBUG, settings.DATABASES['default']['ENGINE']")
    assert result.stdout.strip() == "False False django.db.backends.sqlite3"


def test_development_answers_to_this_machine_only():
    assert start("settings.ALLOWED_HOSTS").stdout.strip() == "['localhost', '127.0.0.1', '[::1]']"


def test_a_service_with_everything_starts_safely():
    result = start(
        "settings.IN_SERVICE, settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE,"
        " settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS > 0, settings.CSRF_TRUSTED_ORIGINS",
        **IN_SERVICE,
    )
    assert result.stdout.strip() == "True True True True True ['https://portal.example.gov.vn']", result.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "PORTAL_DATA_KEYS", "PORTAL_HASH_KEY"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_service_without_what_it_needs_does_not_start_and_names_it(name, value):
    env = without(name) if value is None else {**IN_SERVICE, name: value}
    message = refusal(**env)
    assert "ImproperlyConfigured" in message
    assert name in message


def test_one_public_host_among_local_ones_is_a_service():
    assert "SECRET_KEY" in refusal(ALLOWED_HOSTS="localhost,portal.example.gov.vn")


def test_local_hosts_alone_are_no_service():
    assert start("settings.IN_SERVICE", ALLOWED_HOSTS="localhost,127.0.0.1").stdout.strip() == "False"


def test_a_service_never_starts_with_debug():
    message = refusal(**IN_SERVICE, DEBUG="true")
    assert "ImproperlyConfigured" in message
    assert "DEBUG" in message


@pytest.mark.parametrize("day", ["tomorrow", "28/08/2024", "2024-02-30"])
def test_a_day_that_is_none_does_not_start(day):
    message = refusal(PORTAL_TODAY=day)
    assert "ImproperlyConfigured" in message
    assert "PORTAL_TODAY" in message


def test_a_day_is_the_day_the_portal_shows():
    assert start("settings.PORTAL_TODAY", PORTAL_TODAY="2024-08-28").stdout.strip() == "2024-08-28"
    assert start("settings.PORTAL_TODAY", PORTAL_TODAY="").stdout.strip() == "None"


def test_a_service_waits_for_its_database_for_seconds_only():
    options = "settings.DATABASES['default']['OPTIONS']"
    shown = f"{options}['connect_timeout'], {options}['pool']['timeout']"
    assert start(shown, **IN_SERVICE).stdout.strip() == "2 2"


@pytest.mark.parametrize("text", ["off", "OFF", "0", "false", "no"])
def test_the_one_time_code_is_asked_for_in_service_unless_it_is_switched_off(text):
    assert start("settings.PORTAL_TWO_FACTOR", **IN_SERVICE).stdout.strip() == "True"
    assert start("settings.PORTAL_TWO_FACTOR", **IN_SERVICE, PORTAL_TWO_FACTOR="").stdout.strip() == "True"
    assert start("settings.PORTAL_TWO_FACTOR", **IN_SERVICE, PORTAL_TWO_FACTOR=text).stdout.strip() == "False"


def test_the_one_time_code_is_asked_for_in_development_only_where_it_is_switched_on():
    assert start("settings.PORTAL_TWO_FACTOR").stdout.strip() == "False"
    assert start("settings.PORTAL_TWO_FACTOR", PORTAL_TWO_FACTOR="on").stdout.strip() == "True"


@pytest.mark.parametrize("text", ["enabled", "ja", "of"])
def test_a_word_that_is_neither_on_nor_off_does_not_start(text):
    message = refusal(**IN_SERVICE, PORTAL_TWO_FACTOR=text)
    assert "ImproperlyConfigured" in message
    assert "PORTAL_TWO_FACTOR" in message


def test_kiosks_are_addresses_or_networks():
    shown = "[str(network) for network in settings.PORTAL_LOOKUP_EXEMPT]"
    assert start(shown).stdout.strip() == "[]"
    told = start(shown, PORTAL_LOOKUP_EXEMPT="10.0.5.0/28,203.0.113.7").stdout.strip()
    assert told == "['10.0.5.0/28', '203.0.113.7/32']"
    message = refusal(PORTAL_LOOKUP_EXEMPT="the desk downstairs")
    assert "ImproperlyConfigured" in message
    assert "PORTAL_LOOKUP_EXEMPT" in message


def test_a_mail_server_is_one_address():
    shown = "settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS"
    told = start(shown, EMAIL_URL="smtp+tls://portal:secret@mail.example.gov.vn:587").stdout.strip()
    assert told == "mail.example.gov.vn 587 portal True"
    assert start("settings.EMAIL_BACKEND").stdout.strip() == "django.core.mail.backends.console.EmailBackend"


@pytest.mark.parametrize("name", ["PORTAL_TRUST", "PORTAL_KEYS"])
def test_a_trust_list_without_keys_or_keys_without_one_start_nothing(name):
    message = refusal(**{name: "somewhere"})
    assert "PORTAL_TRUST" in message
    assert "PORTAL_KEYS" in message


def test_a_timestamp_service_without_a_web_address_starts_nothing():
    assert "PORTAL_TIMESTAMP_URL" in refusal(PORTAL_TIMESTAMP_URL="tsa.example.gov.vn")
