"""The copy of a result for printing, on which the ink seal goes."""

import datetime
import io

from django.utils import timezone
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, RectangleObject

from records import signatures
from records.pdf import qr

from .drawing import drawn

MM = 72 / 25.4  # points
STRIP = 20 * MM  # at the foot of each page of a copy for printing; what stands on the page is made so much smaller
HIDDEN = 2  # flag of an annotation, ISO 32000-1 table 165


def print_copy(signed: bytes, *, code: str, signer: str, signed_at: datetime.datetime, address: str) -> bytes:
    """The signed PDF as a PDF for printing, on which the ink seal goes: each page a little smaller, and below it a
    strip with the record's code, who signed when, and the QR of `address`, where the signed PDF can be checked.

    It holds no signature, no form and no script; the signed bytes stay as they are. `signed` is one that
    `signatures.inspect` has let pass. Raises `signatures.Fault`, broken, when its pages cannot be drawn.
    """
    foot = strip(code=code, signer=signer, signed_at=signed_at, address=address)
    with signatures.parsing():
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
