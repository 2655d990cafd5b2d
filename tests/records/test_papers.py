"""The papers of the electronic process: a result from a template, its copy for printing, the electronic seal."""

import datetime
import io
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.stamp import StaticStampStyle
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject, RectangleObject

from records import actions, papers
from records.papers.copies import HIDDEN
from records.pdf import from_html

from .factories import APPLICANT, NINE, receive

A4, MM = (595.28, 841.89), 72 / 25.4
TEXT = "Căn cứ Nghị định số 61/2018/NĐ-CP;\n\nĐiều 1. Cấp giấy phép khai thác nước dưới đất.\n\n<b>Ưu tiên</b> & đủ"
FACTS = {
    "code": "H02.15-240828-0001",
    "signer": "Trần Thị Được",
    "signed_at": NINE,
    "address": "https://example.org/verify/abc/",
}


def said(content, *options):
    """What poppler reads in a PDF, its lines as one."""
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def blank(pages=1, size=A4, rotation=0, box=None):
    writer = PdfWriter()
    for _number in range(pages):
        page = writer.add_blank_page(*size)
        page.rotation = rotation
        if box:
            page.cropbox = RectangleObject(box)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def signed(content, picture, folder):
    """The PDF with a visible signature of somebody: the annotation shows the page `picture`."""
    drawn = folder / "picture.pdf"
    drawn.write_bytes(picture)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Người Ký Thử")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + datetime.timedelta(days=9))
        .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
        .sign(key, hashes.SHA256())
    )
    pair = serialization.pkcs12.serialize_key_and_certificates(
        b"x", key, certificate, None, serialization.NoEncryption()
    )
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name="Signature1"),
        signers.SimpleSigner.load_pkcs12_data(pair, other_certs=[]),
        stamp_style=StaticStampStyle.from_pdf_file(str(drawn), border_width=0),
        new_field_spec=fields.SigFieldSpec("Signature1", box=(300, 60, 500, 130)),
    )
    return signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content))).getvalue()


def signatures(content, tmp_path):
    """What an independent reader says of the signatures in a PDF."""
    file = tmp_path / "read.pdf"
    file.write_bytes(content)
    return subprocess.run(["pdfsig", "-nocert", file], capture_output=True, text=True, check=False).stdout


# A result from a template ----------------------------------------------------------------------


@pytest.mark.django_db
def test_a_result_names_its_agency_its_record_and_its_applicant():
    record = receive()
    text = said(papers.result(record, content=TEXT, title="Giấy phép khai thác"))
    for words in (record.agency.name.upper(), "GIẤY PHÉP KHAI THÁC", record.code, APPLICANT.name, record.unit.name):
        assert words in text.replace("- ", "-")
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "ngày 28 tháng 08 năm 2024" in text


@pytest.mark.django_db
def test_what_was_written_stands_as_it_was_written():
    text = said(papers.result(receive(), content=TEXT, title="Thử"))
    assert "Căn cứ Nghị định số 61/2018/NĐ-CP; Điều 1. Cấp giấy phép" in text
    assert "<b>Ưu tiên</b> & đủ" in text


@pytest.mark.django_db
def test_a_result_of_a_demonstration_says_so_and_one_in_service_does_not(settings):
    record = receive()
    assert "DỮ LIỆU GIẢ ĐỊNH" in said(papers.result(record, content=TEXT, title="Thử"))
    settings.PORTAL_TODAY = None
    assert "DỮ LIỆU GIẢ ĐỊNH" not in said(papers.result(record, content=TEXT, title="Thử"))


@pytest.mark.django_db
def test_a_result_of_somebody_whose_facts_were_erased_names_nobody():
    record = receive()
    record = actions.change_status(record, to=7, by=None)
    record = actions.erase(actions.change_status(record, to=8, by=None, reason="rút"), by=None)
    assert APPLICANT.name not in said(papers.result(record, content=TEXT, title="Thử"))


@pytest.mark.django_db
def test_a_long_result_goes_on_over_pages_on_a4_and_is_accessible():
    reader = PdfReader(io.BytesIO(papers.result(receive(), content=f"{TEXT}\n\n" * 60, title="Thử")))
    assert len(reader.pages) > 2
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages} == {(595, 842)}
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()


# The copy for printing -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [A4, (420, 595), A4[::-1]])
def test_each_page_of_the_copy_says_who_signed_when(size):
    copy = papers.print_copy(blank(3, size), **FACTS)
    pages = PdfReader(io.BytesIO(copy)).pages
    assert [tuple(round(float(side)) for side in page.mediabox) for page in pages] == [(0, 0, *map(round, size))] * 3
    text = said(copy)
    assert text.count("ký số bởi Trần Thị Được lúc 09:00 ngày 28/08/2024") == 3
    assert text.count("H02.15-240828-0001") == text.count("https://example.org/verify/abc/") == 3


@pytest.mark.parametrize(
    ("rotation", "box"), [(0, None), (90, None), (180, (0, 0, 300, 500)), (0, (40, 60, 500, 700))]
)
def test_what_stands_on_a_page_ends_above_the_strip(rotation, box):
    """However a page is turned or cut: the whole of a line at its very foot is above the strip."""
    page = PdfReader(io.BytesIO(blank(rotation=rotation, box=box))).pages[0]
    copy = PdfReader(io.BytesIO(papers.print_copy(blank(rotation=rotation, box=box), **FACTS))).pages[0]
    shown = page.cropbox
    width, height = (shown.height, shown.width) if rotation % 180 else (shown.width, shown.height)
    assert [round(float(side)) for side in copy.mediabox] == [0, 0, round(width), round(height)]
    assert copy.rotation == 0
    assert copy.cropbox == copy.mediabox


def test_a_text_at_the_foot_of_a_page_is_not_written_over():
    seal = papers.stamp(center="Trung tâm", at=NINE)  # its text fills its page, from top to foot
    words = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=papers.print_copy(seal, **FACTS), capture_output=True, check=True
    ).stdout.decode()
    heights = {
        line.split(">")[1].split("<")[0]: float(line.split('yMax="')[1].split('"')[0])
        for line in words.splitlines()
        if "<word" in line
    }
    assert heights["+0700"] < (24 - 20) * MM < heights["Bản"]


def test_a_visible_signature_is_drawn_and_is_no_signature_any_more(tmp_path):
    original = signed(blank(), papers.stamp(center="Sở Thử nghiệm", at=NINE), tmp_path)
    assert "Signature #1" in signatures(original, tmp_path)
    before = bytes(original)
    copy = papers.print_copy(original, **FACTS)
    assert original == before
    assert "Signature #1" not in signatures(copy, tmp_path)
    assert "SỞ THỬ NGHIỆM" in said(copy)
    root = PdfReader(io.BytesIO(copy)).trailer["/Root"]
    assert not {"/AcroForm", "/OpenAction", "/Names", "/AA", "/Perms"} & set(root)
    assert all("/Annots" not in page for page in PdfReader(io.BytesIO(copy)).pages)


def test_a_hidden_annotation_stays_hidden(tmp_path):
    original = PdfWriter(io.BytesIO(signed(blank(), papers.stamp(center="Sở Thử nghiệm", at=NINE), tmp_path)))
    for annotation in original.pages[0]["/Annots"]:
        annotation.get_object()[NameObject("/F")] = NumberObject(HIDDEN)
    content = io.BytesIO()
    original.write(content)
    assert "SỞ THỬ NGHIỆM" not in said(papers.print_copy(content.getvalue(), **FACTS))


# The seal --------------------------------------------------------------------------------------


def test_the_seal_is_one_small_page_with_the_center_and_the_time():
    content = papers.stamp(center="Trung tâm Phục vụ hành chính công tỉnh Bắc Giang", at=NINE)
    (page,) = PdfReader(io.BytesIO(content)).pages
    assert [round(float(side) / MM) for side in page.mediabox] == [0, 0, 70, 24]
    text = said(content)
    assert "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG TỈNH BẮC GIANG" in text
    assert "28/08/2024 09:00:00 +0700" in text


def test_the_longest_name_of_a_center_fits_into_the_seal():
    content = papers.stamp(center="Trung tâm Phục vụ hành chính công và Chuyển đổi số " * 2, at=NINE)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1


def test_a_line_that_is_nearly_full_is_not_broken_after_its_first_word():
    text = "Nội dung yêu cầu giải quyết: Thu hồi thẻ tư vấn viên pháp luật (mã thủ tục 1.000404)"
    page = (
        '<html lang="vi"><head><title>x</title><link rel="stylesheet" href="letters.css"></head><body>{}</body></html>'
    )
    content = from_html(page.format(f'<section class="letter a5"><p>\n    {text}\n</p></section>'))
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    assert text in done.stdout.decode()
