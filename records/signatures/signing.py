"""Signing and sealing: a PAdES signature, appended to the file, whose bytes so far stay as they are."""

import io
from datetime import datetime
from itertools import count
from typing import Any

from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.stamp import StaticStampStyle
from pypdf import PdfReader, PdfWriter

from .documents import inspect, opened, parsing
from .faults import Fault, FaultKind
from .judging import judge
from .reading import embedded, forbids
from .signers import signer
from .timestamps import timestamper
from .verdicts import Verdict

MARGIN = 36  # points (1/72 inch) between the seal and the edges of the page


class SignerAt(PdfSigner):
    """pyHanko's signer, which states the moment that it is told instead of the machine's."""

    at: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


def sign(content: bytes, key: str, *, at: datetime, reason: str = "") -> bytes:
    """The file with an invisible signature, made with the key of this name; `at` (aware) is stated as its moment.

    Raises Fault: as `inspect`; no_key, token_away, no_timestamp; forbids, when a signature of the file lets none
    follow; untrusted, not_yet, expired, revoked, when the key's certificate could not sign at `at`.
    """
    reader = prepared(content)
    field = SigFieldSpec(free_name(reader, "Signature"))
    return signed(content, key, at, field, None, reason)


def seal(content: bytes, key: str, *, at: datetime, picture: bytes) -> bytes:
    """The file with a visible signature at the bottom right of the last page; `picture` is a PDF whose first page is
    what it looks like, in its own size when the page has the room. Raises Fault as `sign`."""
    reader = prepared(content)
    with parsing():
        field, style = seal_on_page(content, free_name(reader, "Seal"), picture)
    return signed(content, key, at, field, style)


def prepared(content: bytes) -> PdfFileReader:
    """The reader of a file that may be signed. Raises Fault as `sign`."""
    inspect(content)
    reader = opened(content)
    with parsing():
        if any(forbids(signature) for signature in embedded(reader)):
            raise Fault(FaultKind.FORBIDS)
    return reader


def free_name(reader: PdfFileReader, name: str) -> str:
    taken = {name for name, _value, _field in enumerate_sig_fields(reader)}
    names = (name if number == 1 else f"{name}{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def signed(
    content: bytes, key: str, at: datetime, field: SigFieldSpec, style: StaticStampStyle | None, reason: str = ""
) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=field.sig_field_name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason or None
    )
    with signer(key) as opened_key:
        check(opened_key, at)
        pdf_signer = SignerAt(metadata, opened_key, timestamper=timestamper(), stamp_style=style, new_field_spec=field)
        pdf_signer.at = at
        with parsing():
            writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
            result: io.BytesIO = pdf_signer.sign_pdf(writer)
    return result.getvalue()


def check(opened_key: Signer, at: datetime) -> None:
    certificate = opened_key.signing_cert
    if certificate is None:
        raise Fault(FaultKind.NO_KEY)
    verdict = judge(certificate, list(opened_key.cert_registry), at)
    if verdict is not Verdict.VALID:
        raise Fault(verdict)


class Picture(PdfContent):
    """The first page of a PDF as the look of a signature."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self.pdf = pdf

    def render(self) -> bytes:
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self.pdf)))
        self.resources.xobject["/Picture"] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Picture Do"


def seal_on_page(content: bytes, name: str, picture: bytes) -> tuple[SigFieldSpec, StaticStampStyle]:
    """The field at the bottom right of the last page as people see it: of a turned page that is another corner."""
    page = PdfReader(io.BytesIO(content)).pages[-1]
    rotation = page.rotation % 360
    look = upright(picture, rotation)
    sheet, size = page.cropbox, PdfReader(io.BytesIO(look)).pages[0].mediabox
    left, bottom, right, top = (float(edge) for edge in sheet)
    width = min(float(size.width), right - left - 2 * MARGIN)
    height = min(float(size.height), top - bottom - 2 * MARGIN)
    x = left + MARGIN if rotation in (180, 270) else right - MARGIN - width
    y = top - MARGIN - height if rotation in (90, 180) else bottom + MARGIN
    box = (round(x), round(y), round(x + width), round(y + height))
    layout = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins.uniform(0))
    style = StaticStampStyle(border_width=0, background=Picture(look), background_layout=layout)
    return SigFieldSpec(name, on_page=-1, box=box), style


def upright(picture: bytes, rotation: int) -> bytes:
    """The picture turned against the rotation of a page, so that people see it as it is."""
    if not rotation:
        return picture
    writer = PdfWriter()
    writer.add_page(PdfReader(io.BytesIO(picture)).pages[0]).rotate(360 - rotation).transfer_rotation_to_content()
    turned = io.BytesIO()
    writer.write(turned)
    return turned.getvalue()
