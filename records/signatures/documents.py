"""Opening a PDF that somebody else has made: what a result must not be, and how much work reading it may be."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pkcs11 import PKCS11Error
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget
from pyhanko.pdf_utils.reader import PdfFileReader

from .faults import Fault, FaultKind

MB = 1_000_000
# Read a piece at a time, outside of pictures, typefaces and compressed objects: words that become Python objects, each
# some fifty times as large as in the file. Documents of a hundred pages have less than one.
MOST_WORDS = 2 * MB
# Unpacked while reading, counting what is unpacked again; pictures and typefaces are not unpacked.
UNPACKED = DecodeLimits(document_budget=DocumentDecodeBudget(base_allowance=32 * MB, max_ratio=2))
# Actions that run something, fetch something or send something (ISO 32000-2, table 201), and where they hide.
ACTIONS = {
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/Movie", "/Sound"),
    *("/GoToE", "/GoToR", "/RichMediaExecute", "/SetOCGState", "/Hide"),
}
ACTIVE = {"/JS", "/JavaScript", "/AA", "/XFA", "/RichMediaContent"}
ATTACHED = {"/EF", "/EmbeddedFiles"}


class Bounded(io.BytesIO):
    """A file that gives up after `MOST_WORDS` single bytes: against files made to fill the memory."""

    words = 0

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and 0 <= size < 16:
            self.words += size
            if self.words > MOST_WORDS:
                raise Fault(FaultKind.TOO_LARGE)
        return super().read(size)


@contextmanager
def parsing() -> Iterator[None]:
    """Whatever goes wrong inside means that the file is damaged: pyHanko and pypdf meet what others have written with
    almost any exception, RecursionError and AssertionError among them. What a token says is not about the file."""
    try:
        yield
    except (Fault, ImproperlyConfigured, PKCS11Error):
        raise
    except Exception as error:
        raise Fault(FaultKind.BROKEN) from error


def opened(content: bytes) -> PdfFileReader:
    """The file's reader. Raises Fault: too_large, not_pdf, broken, encrypted."""
    if len(content) > settings.LARGEST_RESULT:
        raise Fault(FaultKind.TOO_LARGE)
    if not content.startswith(b"%PDF-"):
        raise Fault(FaultKind.NOT_PDF)
    with parsing():
        # Not strict: Word writes both kinds of tables of contents into one file.
        reader = PdfFileReader(Bounded(content), strict=False, decode_limits=UNPACKED)
        if "/Encrypt" in reader.trailer:
            raise Fault(FaultKind.ENCRYPTED)
        if not reader.root["/Pages"]["/Kids"]:
            raise Fault(FaultKind.BROKEN)
    return reader


def inspect(content: bytes) -> None:
    """Raises Fault when `content` cannot be a result: not_pdf, encrypted, too_large (more than
    `settings.LARGEST_RESULT` bytes, or too much work to read), broken, scripts, attachments."""
    reader = opened(content)
    with parsing():
        for reference in references(reader):
            check(reader.get_object(reference))


def references(reader: PdfFileReader) -> set[generic.Reference]:
    """Every object of the file, also those that no page leads to."""
    revisions = range(reader.xrefs.total_revisions)
    return set().union(*(reader.xrefs.explicit_refs_in_revision(revision) for revision in revisions))


def check(thing: Any) -> None:
    """Raises Fault when this object or a part of it acts, or contains a file."""
    waiting = [thing]
    while waiting:
        part = waiting.pop()
        if isinstance(part, generic.DictionaryObject):
            check_dictionary(part)
            waiting += [part.raw_get(key) for key in part]
        elif isinstance(part, generic.ArrayObject):
            waiting += [part.raw_get(place) for place in range(len(part))]


def check_dictionary(part: generic.DictionaryObject) -> None:
    if ACTIVE & part.keys() or part.get("/S") in ACTIONS or not opens_quietly(part.get("/OpenAction")):
        raise Fault(FaultKind.SCRIPTS)
    if ATTACHED & part.keys() or part.get("/Type") == "/EmbeddedFile":
        raise Fault(FaultKind.ATTACHMENTS)


def opens_quietly(action: Any) -> bool:
    """Whether opening the file does no more than show a place in it: many programs write that."""
    return not isinstance(action, generic.DictionaryObject) or action.get("/S") == "/GoTo"
