"""Without configured keys the project's own authority signs, and whoever runs the portal is told so."""

import io
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from cryptography import x509
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from records import signatures
from records.signatures import Fault, Verdict

from ..portals import ROOT

AT = datetime(2024, 8, 28, 2, 30, tzinfo=UTC)


@pytest.fixture
def demonstration(settings, tmp_path):
    settings.PORTAL_TRUST = settings.PORTAL_KEYS = ""
    settings.DEMONSTRATION_AUTHORITY = tmp_path / "var" / "authority"
    return settings.DEMONSTRATION_AUTHORITY


def checked(deploy):
    """The ids of what `manage.py check` finds about signatures."""
    out = io.StringIO()
    try:
        call_command("check", deploy=deploy, tags=["security"], stdout=out, stderr=out)
    except SystemCheckError as error:
        out.write(str(error))
    return {word.strip("()?: ") for word in out.getvalue().split() if "records." in word}


def test_the_authority_is_made_when_it_is_first_needed(demonstration, document, picture):
    assert not demonstration.exists()
    sealed = signatures.seal(signatures.sign(document, "so-xd", at=AT), "seal", at=AT, picture=picture)
    assert [one.verdict for one in signatures.read(sealed, at=AT)] == [Verdict.VALID, Verdict.VALID]
    assert signatures.is_demonstration()
    assert signatures.key_names() == ["seal", "so-xd"]
    agency = signatures.certificate_of("so-xd")
    assert agency.name == "Người ký trình diễn (so-xd)"
    assert "không có giá trị pháp lý" in whole_name(agency)


def whole_name(certificate):
    return x509.load_pem_x509_certificate(certificate.pem.encode()).subject.rfc4514_string()


def test_it_stays_the_same_from_then_on(demonstration):
    assert signatures.certificate_of("vp-ubnd") == signatures.certificate_of("vp-ubnd")


@pytest.mark.parametrize("key", ["", "../root", "a/b", "root.key", "a" * 200])
def test_a_name_that_is_no_name_of_a_file_makes_none(demonstration, document, key):
    with pytest.raises(Fault) as refused:
        signatures.sign(document, key, at=AT)
    assert refused.value.kind == "no_key"


def test_processes_that_need_it_at_the_same_moment_get_the_same_one(tmp_path):
    program = f"""
import django, pathlib; django.setup()
from django.conf import settings
settings.DEMONSTRATION_AUTHORITY = pathlib.Path({str(tmp_path / "authority")!r})
from records import signatures
print(signatures.certificate_of("vp-ubnd").fingerprint)
"""
    env = {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    started = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=env, stdout=subprocess.PIPE) for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in started}) == 1
    assert all(process.returncode == 0 for process in started)
    assert [file.name for file in tmp_path.iterdir()] == ["authority"]


def test_a_check_warns_of_it_and_a_service_is_refused(demonstration):
    assert checked(deploy=False) == {"records.W001"}
    assert checked(deploy=True) >= {"records.W001", "records.E001"}


def test_with_keys_and_a_trust_list_the_check_is_content(authority):
    assert checked(deploy=True) == set()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda authority: authority.toml.unlink(), "records.E002"),
        (lambda authority: authority.toml.write_text("[keys"), "records.E002"),
        (lambda authority: authority.toml.write_text("[keys.vp-ubnd]"), "records.E003"),
        (lambda authority: (authority.trust / "more.pem").write_text("?"), "records.E004"),
        (lambda authority: (authority.trust / "authorities.pem").unlink(), "records.E005"),
        (lambda authority: authority.revoke(authority.issuer, AT, listed=AT), "records.W002"),
    ],
)
def test_the_check_names_what_is_wrong_with_the_configuration(authority, damage, found):
    damage(authority)
    assert checked(deploy=False) == {found}
