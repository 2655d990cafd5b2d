"""What is drawn for the electronic process: a result from a template, its copy for printing, the electronic seal.

Bytes in, bytes out. What stands on them is Vietnamese, as on every document of an authority.
"""

import datetime
import io
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, RectangleObject

from organisation.models import Agency, AgencyKind
from portal import clock

from .models import Record
from .pdf import from_html, qr
from .signatures.documents import parsing

MM = 72 / 25.4  # points
STRIP = 20 * MM  # at the foot of each page of a copy for printing; what stands on the page is made so much smaller
HIDDEN = 2  # flag of an annotation, ISO 32000-1 table 165


def drawn(template: str, **context: Any) -> bytes:
    with translation.override(settings.LANGUAGE_CODE):
        return from_html(render_to_string(f"records/papers/{template}.html", context))


def result(record: Record, *, content: str, title: str) -> bytes:
    """A result as a PDF on A4, to be signed: head and foot of an administrative document (Annex I Decree
    30/2020/NĐ-CP), between them `title` and `content`, whose empty lines part paragraphs.

    Below the text lie 45 mm for the seal, which stands at the bottom right of the last page.
    """
    above, agency = letterhead(record.agency)
    return drawn(
        "result",
        record=record,
        above=above,
        agency=agency,
        name=record.personal.get("name", ""),
        title=title,
        content=content,
        province=settings.PORTAL_PROVINCE,
        made=timezone.localtime(clock.now()),
        is_invented=bool(settings.PORTAL_TODAY),
    )


def letterhead(agency: Agency) -> tuple[str, str]:
    """What stands at the head of an agency's documents: the authority above it, empty where there is none in the
    province, and its own name."""
    is_place = agency.kind in (AgencyKind.DISTRICT, AgencyKind.COMMUNE)
    above = "" if is_place or agency.parent is None else agency.parent.name
    return above, f"Ủy ban nhân dân {agency.name}" if is_place else agency.name


def stamp(*, center: str, at: datetime.datetime) -> bytes:
    """The electronic seal as it is drawn: one page of 70 × 24 mm with the name of the Center and the time."""
    return drawn("stamp", center=center, at=timezone.localtime(at))


# The copy for printing -------------------------------------------------------------------------


def print_copy(signed: bytes, *, code: str, signer: str, signed_at: datetime.datetime, address: str) -> bytes:
    """The signed PDF as a PDF for printing, on which the ink seal goes: each page a little smaller, and below it a
    strip with the record's code, who signed when, and the QR of `address`, where the signed PDF can be checked.

    It holds no signature, no form and no script; the signed bytes stay as they are. `signed` is one that
    `signatures.inspect` has let pass. Raises `signatures.Fault`, broken, when its pages cannot be drawn.
    """
    foot = strip(code=code, signer=signer, signed_at=signed_at, address=address)
    with parsing():
        return with_foot(PdfReader(io.BytesIO(signed)), foot, code)


def with_foot(source: PdfReader, foot: PageObject, title: str) -> bytes:
    writer = PdfWriter()
    for page in source.pages:
        flat = writer.add_page(page, excluded_keys=["/Annots", "/AA", "/B"])
        for annotation in page.get("/Annots") or ArrayObject():
            draw(annotation.get_object(), flat)
        make_room(flat)
        scale = min(1, float(flat.mediabox.width) / float(foot.mediabox.width))
        indent = (float(flat.mediabox.width) - scale * float(foot.mediabox.width)) / 2
        flat.merge_transformed_page(foot, Transformation().scale(scale).translate(indent, 0))
        flat.compress_content_streams()
    writer.add_metadata({"/Title": title})
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def strip(*, code: str, signer: str, signed_at: datetime.datetime, address: str) -> PageObject:
    content = drawn(
        "strip",
        code=code,
        signer=signer,
        signed_at=timezone.localtime(signed_at),
        address=address,
        picture=qr(address),
    )
    return PdfReader(io.BytesIO(content)).pages[0]


def make_room(page: PageObject) -> None:
    """Turn the page upright with its lower left corner at zero, and let all that stands on it end above the strip."""
    if page.rotation:
        page.transfer_rotation_to_content()
    left, bottom = float(page.cropbox.left), float(page.cropbox.bottom)
    width, height = float(page.cropbox.width), float(page.cropbox.height)
    scale = (height - STRIP) / height
    to_place = Transformation().translate(-left, -bottom).scale(scale).translate((1 - scale) * width / 2, STRIP)
    page.add_transformation(to_place)
    for name in ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
        page.pop(name, None)
    page.mediabox = RectangleObject((0, 0, width, height))


def draw(annotation: DictionaryObject, page: PageObject) -> None:
    """Make what an annotation shows, such as a visible signature, part of the page (ISO 32000-1, 12.5.5)."""
    shown = annotation.get("/AP", DictionaryObject()).get_object().get("/N")
    look = shown.get_object() if shown is not None else None
    if not isinstance(look, DecodedStreamObject | DictionaryObject) or "/BBox" not in look:
        return
    left, bottom, right, top = (float(number) for number in annotation["/Rect"])  # type: ignore[attr-defined]
    box = turned(look)
    if int(annotation.get("/F", 0)) & HIDDEN or not all(
        (box[2] - box[0], box[3] - box[1], right - left, top - bottom)
    ):
        return
    across, up = (right - left) / (box[2] - box[0]), (top - bottom) / (box[3] - box[1])
    place = Transformation().translate(-box[0], -box[1]).scale(across, up).translate(left, bottom)
    sheet = PageObject.create_blank_page(width=page.mediabox.right, height=page.mediabox.top)
    sheet[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Look"): look})}
    )
    content = DecodedStreamObject()
    content.set_data(f"q {' '.join(f'{number:.5f}' for number in place.ctm)} cm /Look Do Q".encode())
    sheet[NameObject("/Contents")] = content
    page.merge_page(sheet)


def turned(look: DictionaryObject) -> tuple[float, float, float, float]:
    """The box of an appearance after its own matrix: left, bottom, right, top."""
    left, bottom, right, top = (float(number) for number in look["/BBox"])  # type: ignore[attr-defined]
    matrix = Transformation(tuple(float(number) for number in look.get("/Matrix", (1, 0, 0, 1, 0, 0))))  # type: ignore[arg-type]
    corners = [matrix.apply_on(corner) for corner in ((left, bottom), (left, top), (right, bottom), (right, top))]
    across, up = zip(*corners, strict=True)
    return min(across), min(up), max(across), max(up)
