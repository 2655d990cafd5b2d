"""A key on a token (PKCS#11): SoftHSM stands for the device, with real signatures; and the token is pulled out."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from records import signatures

from ..portals import ROOT
from .authority import certificate

AT = datetime(2024, 8, 28, 2, 30, tzinfo=UTC)
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "271828"
# Puts key and certificate, DER files, on the token.
FILL = """
import pathlib, sys, pkcs11
from pkcs11 import Attribute, ObjectClass
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.x509 import decode_x509_certificate
key, certificate = (pathlib.Path(name).read_bytes() for name in sys.argv[1:3])
with pkcs11.lib(sys.argv[3]).get_token(token_label="Thử").open(rw=True, user_pin=sys.argv[4]) as session:
    for facts in (decode_ec_private_key(key), decode_x509_certificate(certificate)):
        session.create_object({**facts, Attribute.TOKEN: True, Attribute.LABEL: "ky"})
"""
# Signs a file twice; in between the token may be pulled out: between two files, or while a session is open.
SIGN = """
import asyncio, datetime, pathlib, shutil, sys, django
django.setup()
from records import signatures
from records.signatures import signers
document, out, tokens, way = (pathlib.Path(name) for name in sys.argv[1:5])
at = datetime.datetime(2024, 8, 28, 2, 30, tzinfo=datetime.UTC)
try:
    signed = signatures.sign(document.read_bytes(), "token", at=at)
    out.write_bytes(signed)
    if way.name == "between":
        shutil.rmtree(tokens)
    elif way.name == "inside":
        with signers.signer("token") as opened:
            shutil.rmtree(tokens)
            asyncio.run(opened.async_sign_raw(b"data", "sha256"))
        sys.exit("signed without a token")
    signatures.sign(signed, "token", at=at)
    print("signed")
except signatures.Fault as fault:
    print(fault.kind)
"""


@pytest.fixture
def token(authority, tmp_path, monkeypatch):
    """The folder of the tokens; there is one, with the configuration's key `token`."""
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {tokens}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    command = ["softhsm2-util", "--init-token", "--free", "--label", "Thử", "--so-pin", "31415926", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    made, private = certificate("Người ký bằng thẻ", by=(authority.issuer, authority.issuer_key))
    der, plain = serialization.Encoding.DER, serialization.NoEncryption()
    (tmp_path / "key").write_bytes(private.private_bytes(der, serialization.PrivateFormat.TraditionalOpenSSL, plain))
    (tmp_path / "certificate").write_bytes(made.public_bytes(der))
    run(FILL, tmp_path / "key", tmp_path / "certificate", MODULE, PIN)
    (authority.folder / "pin").write_text(f"{PIN}\n")
    authority.add("token", f'pkcs11 = "{MODULE}"\ntoken = "Thử"\nlabel = "ky"\npin_file = "pin"')
    monkeypatch.setenv("PORTAL_TRUST", str(authority.trust))
    monkeypatch.setenv("PORTAL_KEYS", str(authority.toml))
    return tokens


def run(program, *words):
    """In a process of its own: the module reads where its tokens are once, when it is loaded."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-c", program, *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sign(document, tmp_path, token, way="none"):
    (tmp_path / "document.pdf").write_bytes(document)
    return run(SIGN, tmp_path / "document.pdf", tmp_path / "signed.pdf", token, way)


def test_a_token_signs_and_its_key_never_leaves_it(token, document, tmp_path):
    assert sign(document, tmp_path, token) == "signed"
    (signature,) = signatures.read((tmp_path / "signed.pdf").read_bytes(), at=AT)
    assert (signature.verdict, signature.certificate.name) == (signatures.Verdict.VALID, "Người ký bằng thẻ")


@pytest.mark.parametrize("way", ["between", "inside"])
def test_a_token_that_is_pulled_out_is_away(token, document, tmp_path, way):
    assert sign(document, tmp_path, token, way) == "token_away"
    assert (tmp_path / "signed.pdf").exists()  # before, it was there


def test_a_token_that_was_never_there_is_away(token, document, tmp_path):
    shutil.rmtree(token)
    token.mkdir()
    assert sign(document, tmp_path, token) == "token_away"


def test_a_wrong_pin_is_no_key(token, authority, document, tmp_path):
    (authority.folder / "pin").write_text("000000")
    assert sign(document, tmp_path, token) == "no_key"


def test_a_module_that_is_not_installed_is_away(token, authority, document, tmp_path):
    text = authority.toml.read_text(encoding="utf-8")
    authority.toml.write_text(text.replace(MODULE, str(Path(MODULE).with_name("none.so"))), encoding="utf-8")
    assert sign(document, tmp_path, token) == "token_away"
