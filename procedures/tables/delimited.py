"""CSV: text with a delimiter, quoted where a cell holds line breaks."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from .encodings import Encoding
from .opening import MOST_COLUMNS, Content, Line, Sheet, Unreadable, open_binary

LONGEST_LINE = 64 * 1024  # characters, and of a cell as well
DELIMITERS = ",;\t|"


def sheet(content: Content, delimiter: str, encoding: Encoding) -> Sheet:
    return Sheet("", lambda: lines(content, delimiter, encoding))


def lines(content: Content, delimiter: str, encoding: Encoding) -> Iterator[Line]:
    """Every row with the number of the line on which it begins."""
    csv.field_size_limit(LONGEST_LINE)
    with (
        open_binary(content) as binary,
        io.TextIOWrapper(binary, encoding=encoding.codec, errors=encoding.errors, newline="") as file,
    ):
        reader = csv.reader(map(encoding.decode, bounded(file)), delimiter=delimiter, strict=True)
        start = 1
        try:
            for cells in reader:
                yield start, cells[:MOST_COLUMNS]
                start = reader.line_num + 1
        except (csv.Error, UnicodeError) as error:
            raise Unreadable(_("Line %(line)d: %(error)s") % {"line": start, "error": error}) from None


def bounded(file: io.TextIOBase) -> Iterator[str]:
    """The lines of a text, none longer than `LONGEST_LINE`."""
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            raise csv.Error(_("a line of more than %(count)d characters") % {"count": LONGEST_LINE})
        yield line
