"""An agency signs a result, the Center seals it: real signatures, checked a second time by poppler's `pdfsig`."""

import io
import re
import subprocess
from datetime import UTC, datetime

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pypdf import PdfReader, PdfWriter

from records import signatures
from records.signatures import Fault, Verdict, signers

AT = datetime(2024, 8, 28, 2, 30, tzinfo=UTC)
LATER = datetime(2024, 8, 29, 8, 0, tzinfo=UTC)


def pdfsig(content, tmp_path):
    """What poppler says of each signature: valid or not, and whether it is the total document that was signed."""
    file = tmp_path / "result.pdf"
    file.write_bytes(content)
    told = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True).stdout
    names = re.findall("Signer Certificate Common Name: (.*)", told)
    valid = [text == "Signature is Valid." for text in re.findall("Signature Validation: (.*)", told)]
    return list(zip(names, valid, re.findall("(Not total|Total) document signed", told), strict=True))


def kind(fault):
    return fault.value.kind


def certified(document, permission):
    """The file with a certifying signature of the agency's, which says what may come after it."""
    metadata = PdfSignatureMetadata("Certified", certify=True, docmdp_permissions=permission)
    with signers.signer("vp-ubnd") as signer:
        writer = IncrementalPdfFileWriter(io.BytesIO(document))
        return PdfSigner(metadata, signer).sign_pdf(writer).getvalue()


def turned(document, rotation):
    writer = PdfWriter(clone_from=io.BytesIO(document))
    writer.pages[-1].rotate(rotation)
    turned = io.BytesIO()
    writer.write(turned)
    return turned.getvalue()


def test_a_signed_and_sealed_result_is_valid_here_and_to_another_program(authority, document, picture, tmp_path):
    signed = signatures.sign(document, "vp-ubnd", at=AT)
    sealed = signatures.seal(signed, "seal", at=LATER, picture=picture)
    assert pdfsig(sealed, tmp_path) == [
        ("Người ký thử nghiệm", True, "Not total"),
        ("Con dấu thử nghiệm", True, "Total"),
    ]
    agency, seal = signatures.read(sealed, at=LATER)
    assert [(one.verdict, one.bottom_line, one.forbids) for one in (agency, seal)] == [
        (Verdict.VALID, True, False)
    ] * 2
    assert (agency.field, agency.claimed_at, agency.covers) == ("Signature", AT, len(signed))
    assert (seal.field, seal.claimed_at, seal.covers) == ("Seal", LATER, len(sealed))
    assert (agency.modification_level, seal.modification_level) == ("FORM_FILLING", "NONE")


def test_signing_and_sealing_only_append(authority, document, picture):
    signed = signatures.sign(document, "vp-ubnd", at=AT)
    assert signed.startswith(document)
    assert signatures.seal(signed, "seal", at=AT, picture=picture).startswith(signed)


def test_the_certificate_is_told_as_people_read_it(authority, document):
    (signature,) = signatures.read(signatures.sign(document, "vp-ubnd", at=AT), at=AT)
    told = signature.certificate
    assert told == signatures.certificate_of("vp-ubnd")
    assert (told.name, told.organisation, told.issuer) == (
        "Người ký thử nghiệm",
        "Cơ quan thử nghiệm",
        "Cấp Thử nghiệm",
    )
    assert len(told.fingerprint) == 64
    assert told.pem.startswith("-----BEGIN CERTIFICATE-----")
    assert told.not_before < AT < told.not_after


def test_the_reason_stands_in_the_signature(authority, document):
    signed = signatures.sign(document, "vp-ubnd", at=AT, reason="Kết quả thủ tục")
    assert PdfReader(io.BytesIO(signed)).get_fields()["Signature"]["/V"]["/Reason"] == "Kết quả thủ tục"


def test_several_signatures_have_names_of_their_own(authority, document):
    twice = signatures.sign(signatures.sign(document, "vp-ubnd", at=AT), "vp-ubnd", at=LATER)
    assert [one.field for one in signatures.read(twice, at=LATER)] == ["Signature", "Signature2"]
    assert {one.verdict for one in signatures.read(twice, at=LATER)} == {Verdict.VALID}


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_seal_is_at_the_bottom_right_of_the_last_page_however_the_page_lies(
    authority, document, picture, tmp_path, rotation
):
    sealed = signatures.seal(turned(document, rotation), "seal", at=AT, picture=picture)
    left, bottom, right, top = seal_seen(sealed, tmp_path)
    assert 0.6 < left < right < 0.99
    assert 0.6 < top < bottom < 0.99
    assert seal_seen(turned(document, rotation), tmp_path) is None


def seal_seen(content, tmp_path):
    """Where the last page is the seal's pink, as left, bottom, right, top, each a share of the page as it is shown."""
    (tmp_path / "seen.pdf").write_bytes(content)
    command = ["pdftoppm", "-r", "40", "-f", "2", "-singlefile", tmp_path / "seen.pdf", tmp_path / "seen"]
    subprocess.run(command, check=True)
    _magic, size, _depth, pixels = (tmp_path / "seen.ppm").read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    pink = [place for place in range(width * height) if pixels[3 * place : 3 * place + 3] == b"\xff\xdd\xdd"]
    if not pink:
        return None
    across, down = [place % width for place in pink], [place // width for place in pink]
    return min(across) / width, max(down) / height, max(across) / width, min(down) / height


def test_a_seal_larger_than_the_page_is_made_to_fit(authority, document):
    sealed = signatures.seal(document, "seal", at=AT, picture=document)
    field = PdfReader(io.BytesIO(sealed)).get_fields()["Seal"]
    assert field is not None
    assert signatures.read(sealed, at=AT)[0].verdict is Verdict.VALID


@pytest.mark.parametrize("permission", MDPPerm)
def test_a_certified_file_is_not_signed_or_sealed(authority, document, picture, permission):
    """Even where it lets fields be filled in: the seal needs a new one, after which it would count as changed."""
    locked = certified(document, permission)
    assert signatures.read(locked, at=datetime.now(UTC))[0].forbids
    with pytest.raises(Fault) as refused:
        signatures.sign(locked, "vp-ubnd", at=AT)
    assert kind(refused) == "forbids"
    with pytest.raises(Fault) as refused:
        signatures.seal(locked, "seal", at=AT, picture=picture)
    assert kind(refused) == "forbids"


@pytest.mark.parametrize("key", ["", "nobody", "../vp-ubnd", "VP-UBND"])
def test_a_key_of_another_name_signs_nothing(authority, document, key):
    with pytest.raises(Fault) as refused:
        signatures.sign(document, key, at=AT)
    assert kind(refused) == "no_key"


@pytest.mark.parametrize("damage", ["password", "key", "configuration", "configuration of the key"])
def test_a_key_that_cannot_be_opened_signs_nothing(authority, document, damage):
    {
        "password": lambda: (authority.folder / "password").write_text("another"),
        "key": lambda: (authority.folder / "vp-ubnd.p12").unlink(),
        "configuration": lambda: authority.toml.write_text("[keys"),
        "configuration of the key": lambda: authority.toml.write_text("[keys.vp-ubnd]\npassword_file = 'password'"),
    }[damage]()
    with pytest.raises(Fault) as refused:
        signatures.sign(document, "vp-ubnd", at=AT)
    assert kind(refused) == "no_key"


def test_a_certificate_out_of_its_time_does_not_sign(authority, document):
    for at, wanted in ((datetime(2022, 12, 31, tzinfo=UTC), "not_yet"), (datetime(2027, 1, 2, tzinfo=UTC), "expired")):
        with pytest.raises(Fault) as refused:
            signatures.sign(document, "vp-ubnd", at=at)
        assert kind(refused) == wanted


def test_a_revoked_certificate_does_not_sign_from_then_on(authority, document):
    authority.revoke(authority.issue("so-xd", "Người đã thôi việc"), at=AT)
    with pytest.raises(Fault) as refused:
        signatures.sign(document, "so-xd", at=AT)
    assert kind(refused) == "revoked"


def test_a_certificate_of_no_trusted_authority_does_not_sign(authority, document):
    (authority.trust / "authorities.pem").unlink()
    with pytest.raises(Fault) as refused:
        signatures.sign(document, "vp-ubnd", at=AT)
    assert kind(refused) == "untrusted"


def test_a_certificate_for_another_use_does_not_sign(authority, document):
    authority.issue("web", "cong.example.gov.vn", uses=("digital_signature", "key_encipherment"))
    with pytest.raises(Fault) as refused:
        signatures.sign(document, "web", at=AT)
    assert kind(refused) == "untrusted"


def test_the_names_of_the_keys_are_those_of_the_configuration(authority):
    assert signatures.key_names() == ["vp-ubnd", "seal"]
    assert not signatures.is_demonstration()


def test_a_fault_says_why_in_the_language_of_the_reader(settings, document):
    with pytest.raises(Fault) as refused:
        signatures.inspect(b"GIF89a")
    assert str(refused.value)
