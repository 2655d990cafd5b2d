"""What a signature is worth: changed, added to, foreign, out of its time, revoked, and a timestamp's word."""

import io
import logging
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import hypothesis
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.timestamps import DummyTimeStamper
from pypdf import PdfWriter
from pypdf.annotations import FreeText

from records import signatures
from records.signatures import Fault, Verdict

from .authority import Authority, certificate

AT = datetime(2024, 8, 28, 2, 30, tzinfo=UTC)
LATER = datetime(2024, 8, 29, 8, 0, tzinfo=UTC)


def verdicts(content, at=LATER):
    return [one.verdict for one in signatures.read(content, at=at)]


@pytest.fixture
def signed(authority, document):
    return signatures.sign(document, "vp-ubnd", at=AT)


@pytest.fixture
def sealed(authority, signed, picture):
    return signatures.seal(signed, "seal", at=LATER, picture=picture)


def test_a_file_without_signatures_has_none(authority, document):
    assert signatures.read(document, at=AT) == []


def test_an_altered_byte_is_seen_in_every_signature_that_covers_it(sealed):
    altered = sealed.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    assert verdicts(altered) == [Verdict.ALTERED, Verdict.ALTERED]
    assert not any(one.bottom_line for one in signatures.read(altered, at=LATER))


def test_a_byte_altered_behind_the_signature_is_seen_in_the_seal(signed, sealed):
    assert verdicts(flipped(sealed, len(signed) + 100, 1))[1:] in ([], [Verdict.ALTERED])


def test_an_incremental_edit_is_seen_although_no_signed_byte_was_changed(sealed):
    """The first page's content is replaced by an appended one, as any PDF editor does."""
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.update_container(page)
    edited = io.BytesIO()
    writer.write(edited)
    assert edited.getvalue().startswith(sealed)
    agency, seal = signatures.read(edited.getvalue(), at=LATER)
    assert (agency.verdict, seal.verdict) == (Verdict.EXTENDED, Verdict.EXTENDED)
    assert (seal.bottom_line, seal.modification_level, seal.covers) == (False, "OTHER", len(sealed))


@pytest.mark.parametrize("added", [b"\n", b"%", b"\0" * 1000])
def test_bytes_behind_the_end_are_seen(sealed, added):
    assert verdicts(sealed + added) == [Verdict.VALID, Verdict.EXTENDED]


def test_a_note_on_a_page_is_an_addition(sealed):
    writer = PdfWriter(io.BytesIO(sealed), incremental=True)
    noted = io.BytesIO()
    writer.add_annotation(0, FreeText(text="Đã sửa", rect=(50, 550, 200, 650)))
    writer.write(noted)
    assert noted.getvalue().startswith(sealed)
    assert set(verdicts(noted.getvalue())) == {Verdict.EXTENDED}


def test_an_empty_field_behind_the_seal_is_an_addition(sealed):
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    append_signature_field(writer, SigFieldSpec("Empty", box=(0, 0, 300, 300)))
    added = io.BytesIO()
    writer.write(added)
    assert verdicts(added.getvalue())[1] is not Verdict.VALID


def test_a_stranger_s_signature_is_not_trusted_although_all_names_are_right(signed, tmp_path, settings):
    settings.PORTAL_TRUST = str(Authority(tmp_path / "strangers", "Thử nghiệm").trust)
    (signature,) = signatures.read(signed, at=AT)
    assert (signature.verdict, signature.bottom_line) == (Verdict.UNTRUSTED, False)


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        (datetime(2022, 12, 31, tzinfo=UTC), Verdict.NOT_YET),
        (datetime(2023, 1, 2, tzinfo=UTC), Verdict.VALID),
        (datetime(2026, 12, 31, tzinfo=UTC), Verdict.VALID),
        (datetime(2027, 1, 2, tzinfo=UTC), Verdict.EXPIRED),
        (datetime(2090, 1, 1, tzinfo=UTC), Verdict.EXPIRED),
    ],
)
def test_a_signature_is_judged_at_the_moment_that_is_asked_for(signed, at, verdict):
    (signature,) = signatures.read(signed, at=at)
    assert signature.verdict is verdict
    assert signature.bottom_line is (verdict is Verdict.VALID)


def test_a_stranger_s_certificate_stays_a_stranger_s_after_it_has_expired(signed, tmp_path, settings):
    settings.PORTAL_TRUST = str(Authority(tmp_path / "strangers", "Thử nghiệm").trust)
    assert verdicts(signed, datetime(2090, 1, 1, tzinfo=UTC)) == [Verdict.UNTRUSTED]


@pytest.mark.parametrize("listed", [datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)])
def test_a_revoked_certificate_counts_until_it_was_revoked_whatever_the_date_of_the_list(authority, document, listed):
    officer = authority.issue("so-xd", "Người đã thôi việc")
    signed = signatures.sign(document, "so-xd", at=AT)
    revoked = AT + timedelta(hours=1)
    authority.revoke(officer, at=revoked, listed=listed)
    assert verdicts(signed, AT) == [Verdict.VALID]
    assert verdicts(signed, revoked - timedelta(seconds=1)) == [Verdict.VALID]
    (signature,) = signatures.read(signed, at=revoked)
    assert (signature.verdict, signature.bottom_line) == (Verdict.REVOKED, False)
    assert verdicts(signed, datetime(2030, 1, 1, tzinfo=UTC)) == [Verdict.REVOKED]


def test_a_list_that_somebody_else_has_signed_revokes_nothing(authority, document, tmp_path):
    officer = authority.issue("so-xd", "Người ký")
    signed = signatures.sign(document, "so-xd", at=AT)
    stranger = Authority(tmp_path / "strangers", "Thử nghiệm")
    stranger.revoke(officer, at=AT)
    (authority.trust / "strange.crl").write_bytes((stranger.trust / "revoked.crl").read_bytes())
    assert verdicts(signed) == [Verdict.VALID]


def test_nothing_is_logged_about_whose_certificate_was_not_trusted(signed, tmp_path, settings, caplog):
    settings.PORTAL_TRUST = str(Authority(tmp_path / "strangers", "Khác").trust)
    with caplog.at_level(logging.DEBUG, logger="records"):
        verdicts(signed)
    assert "thử nghiệm" not in caplog.text


# Every byte ------------------------------------------------------------------------------------


@hypothesis.settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_flipped_bit_is_ever_called_unchanged(sealed, data):
    place, bit = data.draw(st.integers(0, len(sealed) - 1)), data.draw(st.integers(0, 7))
    assert is_seen(sealed, place, bit)


@hypothesis.settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_flipped_bit_of_the_seal_s_own_container_is_called_unchanged(sealed, data):
    """Its bytes are the only ones that no signature covers."""
    start = sealed.rindex(b"/Contents <") + len(b"/Contents ")
    end = sealed.index(b">", start) + 1
    place, bit = data.draw(st.integers(start, end - 1)), data.draw(st.integers(0, 7))
    assert is_seen(sealed, place, bit)


def flipped(content, place, bit):
    return content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def is_seen(sealed, place, bit):
    try:
        found = signatures.read(flipped(sealed, place, bit), at=LATER)
    except Fault:
        return True
    unchanged = found and all(one.verdict is Verdict.VALID for one in found)
    return not unchanged or found[-1].covers < len(sealed)


# Timestamps ------------------------------------------------------------------------------------


@contextmanager
def timestamp_service(authority, status=200):
    """A service of the authority's on this machine (RFC 3161); the block's value is its address."""
    made, private = certificate(
        "Dấu thời gian", by=(authority.issuer, authority.issuer_key), large=True, timestamps=True
    )
    der = serialization.Encoding.DER
    key = private.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    stamper = DummyTimeStamper(
        asn1.Certificate.load(made.public_bytes(der)), asn1_keys.PrivateKeyInfo.load(key), fixed_dt=AT
    )

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            question = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(stamper.request_tsa_response(question).dump())

        def log_message(self, *words):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def test_a_timestamp_tells_when_it_was_signed(authority, document, settings):
    with timestamp_service(authority) as settings.PORTAL_TIMESTAMP_URL:
        stamped = signatures.sign(document, "vp-ubnd", at=LATER)
    (signature,) = signatures.read(stamped, at=LATER)
    assert (signature.verdict, signature.stamped_at, signature.claimed_at) == (Verdict.VALID, AT, LATER)


def test_without_the_service_nothing_is_signed(authority, document, settings):
    with (
        timestamp_service(authority, status=503) as settings.PORTAL_TIMESTAMP_URL,
        pytest.raises(Fault) as refused,
    ):
        signatures.sign(document, "vp-ubnd", at=LATER)
    assert refused.value.kind == "no_timestamp"
    with pytest.raises(Fault):  # nobody listens there any more
        signatures.sign(document, "vp-ubnd", at=LATER)


def test_a_timestamp_of_a_stranger_s_is_not_trusted(authority, document, settings, tmp_path):
    with timestamp_service(Authority(tmp_path / "strangers", "Khác")) as settings.PORTAL_TIMESTAMP_URL:
        stamped = signatures.sign(document, "vp-ubnd", at=LATER)
    (signature,) = signatures.read(stamped, at=LATER)
    assert (signature.verdict, signature.stamped_at) == (Verdict.UNTRUSTED, None)
