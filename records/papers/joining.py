"""Several PDFs of `pdf.from_html` as one that keeps what screen readers need.

pypdf joins pages and leaves their tags behind; told to take them along it needs a gigabyte and half a minute for a
busy day. So the objects of each part stay as they were written, their numbers are moved on, and what there is but once
is set above them (ISO 32000-1, 7.5.7, 7.5.8 and 14.7).
"""

import io
import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from pypdf import PdfReader

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
CATALOG, PAGES, TREE, DOCUMENT, PARENTS = 1, 2, 3, 4, 5  # numbers of the objects that there is one of
FREE, IN_FILE, IN_PACK = 0, 1, 2  # where an object lies, as the table of references says it
ROW = struct.Struct(">BII")
# Texts are passed over, so that none is taken for a number; within them brackets are escaped.
NUMBERS = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f]+>|\b(\d+) 0 R\b|/StructParents (\d+)", re.DOTALL)
OF_A_PAGE = re.compile(rb"(\d+) \[")  # a key in the tree from pages to tags


def joined(parts: Iterable[bytes]) -> bytes:
    """One PDF of the pages of `parts`, in order: at least one, each as `from_html` made it. Title, author and the word
    that it is accessible are those of the first."""
    whole = Whole()
    for content in parts:
        whole.add(PdfReader(io.BytesIO(content)))
    return whole.finished()


class Whole:
    """The file as far as it is written, and what of each part stands in the objects above."""

    def __init__(self) -> None:
        self.content = bytearray(HEAD)
        self.places: dict[int, tuple[int, int, int]] = {0: (FREE, 0, 0)}  # number → where it lies
        self.next = PARENTS + 1
        self.count = 0  # pages
        self.pages: list[int] = []
        self.documents: list[int] = []
        self.parents: list[int] = []
        self.metadata = self.info = 0

    def add(self, part: PdfReader) -> None:
        """Take over the objects of a part. Nothing but its table is let be read by pypdf, which would read all."""
        files, packed = objects(part)
        root = packed[part.trailer.raw_get("/Root").idnum]
        pages, tree, metadata = (after(name, root) for name in (b"/Pages", b"/StructTreeRoot", b"/Metadata"))
        parents, document = after(b"/ParentTree", packed[tree]), after(b"/K [", packed[tree])
        shift, count = self.next, after(b"/Count", packed[pages])
        packed = {number: moved(row, shift, self.count, tree) for number, row in packed.items()}
        limits = b"/Limits [%d %d]" % (self.count, self.count + count - 1)
        packed[pages] = with_more(packed[pages], b"/Parent %d 0 R" % PAGES)
        packed[document] = packed[document].replace(b"/S /Document", b"/S /Part")
        packed[parents] = with_more(numbered(packed[parents], self.count), limits)
        for number, row in files.items():
            facts, stream, content = row.partition(b"stream\n")
            self.write(number + shift, moved(facts, shift, self.count, tree) + stream + content)
        self.next = shift + int(part.trailer["/Size"])  # type: ignore[call-overload]
        self.pack({number + shift: row for number, row in packed.items()})
        self.pages.append(pages + shift)
        self.parents.append(parents + shift)
        self.documents.append(document + shift)
        self.metadata = self.metadata or metadata + shift
        self.info = self.info or part.trailer.raw_get("/Info").idnum + shift
        self.count += count

    def write(self, number: int, row: bytes) -> None:
        self.places[number] = (IN_FILE, len(self.content), 0)
        self.content += b"%d 0 obj\n%s\nendobj\n" % (number, row)

    def pack(self, rows: dict[int, bytes]) -> None:
        """Objects without streams, together in one."""
        at, heads = 0, []
        for place, (number, row) in enumerate(rows.items()):
            heads.append(b"%d %d" % (number, at))
            at += len(row) + 1
            self.places[number] = (IN_PACK, self.next, place)
        head = b" ".join(heads) + b"\n"
        facts = b"/Type /ObjStm/N %d/First %d" % (len(rows), len(head))
        self.write(self.next, packed_stream(facts, head + b"\n".join(rows.values())))
        self.next += 1

    def finished(self) -> bytes:
        """The file with the objects above the parts and the table of references."""
        self.write(
            CATALOG,
            b"<</Type /Catalog/Lang (vi)/MarkInfo <</Marked true>>/ViewerPreferences <</DisplayDocTitle true>>"
            b"/Pages %d 0 R/StructTreeRoot %d 0 R/Metadata %d 0 R>>" % (PAGES, TREE, self.metadata),
        )
        self.write(PAGES, b"<</Type /Pages/Count %d/Kids [%s]>>" % (self.count, references(self.pages)))
        self.write(TREE, b"<</Type /StructTreeRoot/ParentTree %d 0 R/K [%d 0 R]>>" % (PARENTS, DOCUMENT))
        self.write(DOCUMENT, b"<</Type /StructElem/S /Document/P %d 0 R/K [%s]>>" % (TREE, references(self.documents)))
        self.write(PARENTS, b"<</Kids [%s]>>" % references(self.parents))
        start = len(self.content)
        self.places[self.next] = (IN_FILE, start, 0)
        table = b"".join(ROW.pack(*self.places.get(number, (FREE, 0, 0))) for number in range(self.next + 1))
        facts = b"/Type /XRef/W [1 4 4]/Size %d/Root %d 0 R/Info %d 0 R" % (self.next + 1, CATALOG, self.info)
        self.write(self.next, packed_stream(facts, table))
        self.content += b"startxref\n%d\n%%%%EOF\n" % start
        return bytes(self.content)


def objects(part: PdfReader) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """Number → object as it is written: those with streams, and those that lie together in one."""
    content = part.stream.getbuffer() if isinstance(part.stream, io.BytesIO) else b""
    starts = sorted((at, number) for number, at in part.xref[0].items() if number)
    ends = [at for at, _number in starts[1:]] + [len(content)]
    packs = {pack for pack, _place in part.xref_objStm.values()}
    files = {}
    for (start, number), end in zip(starts, ends, strict=True):
        row = bytes(content[start:end])
        if number not in packs and b"/XRef" not in row.partition(b"stream\n")[0]:
            files[number] = row[row.index(b"<<") : row.rindex(b"\nendobj")]
    packed = {number: row for pack in packs for number, row in unpacked(part.get_object(pack)).items()}
    return files, packed


def unpacked(pack: Any) -> dict[int, bytes]:
    """The objects in a common stream."""
    content = pack.get_data()
    heads = [int(word) for word in content[: pack["/First"]].split()]
    starts = [at + pack["/First"] for at in heads[1::2]]
    ends = [*starts[1:], len(content)]
    rows = [content[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    return dict(zip(heads[::2], rows, strict=True))


def moved(row: bytes, shift: int, page: int, tree: int) -> bytes:
    """An object with the numbers of all that it refers to moved on; `tree` is the number of
    what is above all tags, in whose place comes the document of all parts."""

    def change(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return b"%d 0 R" % (DOCUMENT if int(found[1]) == tree else int(found[1]) + shift)
        return b"/StructParents %d" % (int(found[2]) + page) if found[2] else found[0]

    return NUMBERS.sub(change, row)


def numbered(row: bytes, page: int) -> bytes:
    """The tree from pages to tags, its pages counted on from `page`."""
    return OF_A_PAGE.sub(lambda found: b"%d [" % (int(found[1]) + page), row)


def after(name: bytes, row: bytes) -> int:
    """The number that follows a name in an object."""
    return int(row.partition(name)[2].split(maxsplit=1)[0].rstrip(b"/>"))


def with_more(row: bytes, more: bytes) -> bytes:
    """An object with something more in its dictionary."""
    return row.replace(b"<<", b"<<" + more, 1)


def packed_stream(facts: bytes, content: bytes) -> bytes:
    small = zlib.compress(content)
    return b"<<%s/Filter /FlateDecode/Length %d>>\nstream\n%s\nendstream" % (facts, len(small), small)


def references(numbers: Sequence[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)
