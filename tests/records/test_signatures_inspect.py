"""What cannot be a result: not a PDF, encrypted, too large, with scripts or files inside, damaged, or a trap."""

import io
import subprocess
import sys
import zlib

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from records import signatures
from records.signatures import Fault, FaultKind

from ..portals import ROOT


def kind(content):
    with pytest.raises(Fault) as refused:
        signatures.inspect(content)
    with pytest.raises(Fault) as unread:
        signatures.sign(content, "vp-ubnd", at=None)
    assert unread.value.kind == refused.value.kind
    return refused.value.kind


def changed(document, change):
    """The document after `change` of pypdf's writer of it."""
    writer = PdfWriter(clone_from=io.BytesIO(document))
    change(writer)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def action(name):
    return DictionaryObject({NameObject("/Type"): NameObject("/Action"), NameObject("/S"): NameObject(name)})


def entry(key, value):
    return DictionaryObject({NameObject(key): value})


def opening(name):
    return lambda writer: writer.root_object.update(entry("/OpenAction", action(name)))


def compressed(thing, page=b""):
    """A PDF with one thing in a compressed stream, and more facts of its page, both as bytes."""
    parts = [b"%PDF-1.7\n", b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"]
    parts += [b"2 0 obj<</Type/Pages/Kids[5 0 R]/Count 1>>endobj\n"]
    packed = zlib.compress(b"4 0 " + thing, 9)
    stream = b"3 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    parts += [stream + packed + b"\nendstream endobj\n", b"5 0 obj<</Type/Page/Parent 2 0 R" + page + b">>endobj\n"]
    offsets = [sum(map(len, parts[:number])) for number in range(1, 6)]
    plain = [(1, offset, 0) for offset in offsets]
    rows = [(0, 0, 0), *plain[:3], (2, 3, 0), *plain[3:]]
    table = b"".join(bytes([kind]) + where.to_bytes(4, "big") + bytes([last]) for kind, where, last in rows)
    head = b"6 0 obj<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(table)
    return b"".join(parts) + head + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % offsets[4]


def test_a_document_may_be_a_result(document):
    signatures.inspect(document)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"PK\x03\x04", "Quyết định".encode(), b"\n%PDF-1.7"])
def test_something_else_is_no_pdf(content):
    assert kind(content) == "not_pdf"


def test_the_end_of_a_pdf_alone_is_no_pdf(document):
    assert kind(document[100:]) == "not_pdf"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_half_a_pdf_is_damaged(document, share):
    assert kind(document[: int(len(document) * share)]) == "broken"


def test_a_pdf_whose_table_of_contents_points_nowhere_is_damaged(document):
    start = document.rindex(b"startxref\n") + len(b"startxref\n")
    for wrong in (b"0", b"7", b"99999999", b"-5", b"x"):
        assert kind(document[:start] + wrong + b"\n%%EOF\n") == "broken"


def test_a_pdf_without_pages_is_damaged(document):
    empty = entry("/Kids", ArrayObject())
    assert kind(changed(document, lambda writer: writer.root_object["/Pages"].update(empty))) == "broken"


@pytest.mark.parametrize("password", ["", "mật khẩu"])
def test_an_encrypted_pdf_is_refused(document, password):
    assert kind(changed(document, lambda writer: writer.encrypt(password, "owner"))) == "encrypted"


def test_a_file_larger_than_allowed_is_refused_before_it_is_looked_at(document, settings):
    settings.LARGEST_RESULT = len(document)
    signatures.inspect(document)
    assert kind(document + b"\n") == "too_large"
    settings.LARGEST_RESULT = 20_000_000
    assert kind(b"%PDF-1.7" + bytes(200_000_000)) == "too_large"


@pytest.mark.parametrize(
    "change",
    [
        *(opening(name) for name in ("/JavaScript", "/Launch", "/URI", "/SubmitForm", "/Named")),
        lambda writer: writer.pages[0].update(entry("/AA", DictionaryObject())),
        lambda writer: writer.pages[0].update(entry("/Annots", ArrayObject([entry("/A", action("/Launch"))]))),
        lambda writer: writer._add_object(action("/ImportData")),
        lambda writer: writer.root_object.update(entry("/AcroForm", entry("/XFA", TextStringObject("")))),
    ],
)
def test_a_pdf_that_does_something_is_refused(document, change):
    assert kind(changed(document, change)) == "scripts"


def test_a_pdf_with_a_script_in_a_compressed_part_is_refused():
    assert kind(compressed(b"<</S/JavaScript/JS(app.alert(1))>>")) == "scripts"
    signatures.inspect(compressed(b"<</S/P>>"))


def test_a_pdf_with_a_file_inside_is_refused(document):
    assert kind(changed(document, lambda writer: writer.add_attachment("bảng.xlsx", b"..."))) == "attachments"


@pytest.mark.parametrize(
    "change", [opening("/GoTo"), lambda writer: writer.add_outline_item(title="Một", page_number=0)]
)
def test_a_pdf_that_opens_at_a_place_or_has_chapters_may_be_a_result(document, change):
    signatures.inspect(changed(document, change))


@pytest.mark.parametrize("name", ["words", "bomb", "deep"])
def test_a_file_made_to_fill_the_memory_is_refused_within_bounds(tmp_path, name):
    """In a process of its own, whose largest size is looked at: how much more than before the file was read."""
    content = {
        "words": lambda: compressed(b"null", b"/X[" + b"0 " * 9_000_000 + b"]"),
        "bomb": lambda: compressed(b"[" + b"0 " * 100_000_000 + b"]"),
        "deep": lambda: compressed(b"[" * 5_000_000),
    }[name]()
    assert len(content) < 20_000_000
    (tmp_path / "file.pdf").write_bytes(content)
    program = f"""
import resource, django, pathlib; django.setup()
from records import signatures
content = pathlib.Path({str(tmp_path / "file.pdf")!r}).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    signatures.inspect(content)
except signatures.Fault as fault:
    print(fault.kind, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1000)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
    )
    fault, megabytes = done.stdout.split()
    assert fault == {"words": FaultKind.TOO_LARGE}.get(name, FaultKind.BROKEN)
    assert int(megabytes) < 300
