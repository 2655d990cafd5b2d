"""Pages of HTML as PDFs, with WeasyPrint: tagged for screen readers (PDF/UA-1, ISO 14289-1), the typeface inside."""

import atexit
import contextlib
import gc
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import segno
from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _

DEBIAN = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class Missing(Exception):
    """Something that this machine lacks; `str()` names it."""


# Weasyprint's fonts and the style that names them, of each thread: unpacking them takes longer than a letter.
kept = threading.local()


# Blanks at the end of a block: where they do not fit into its last line, WeasyPrint breaks that after its first word.
TRAILING = re.compile(r"\s+(?=</(?:p|li|td|th|h1|h2)>)")


def from_html(page: str) -> bytes:
    """The PDF of a whole page of HTML in the typeface of `paper.css`; it names other styles as they lie in `static/`.

    What makes the PDF accessible is in the page: `lang`, a `title`, heads of tables, `alt` of pictures. `Missing` when
    this machine lacks what draws the letters.
    """
    try:
        import weasyprint  # loads libraries of the system, which only this needs
        from weasyprint.text.fonts import FontConfiguration
    except OSError as error:
        raise Missing(
            _("The PDF could not be made: %(package)s is missing on the server.") % {"package": DEBIAN}
        ) from error
    paper = Path(str(finders.find("paper.css")))
    # Nothing is asked for but the fonts and the styles beside them, and the pictures within the page.
    fetcher = weasyprint.urls.URLFetcher(
        allowed_protocols=["file", "data"], allow_redirects=False, fail_on_errors=True
    )
    if not hasattr(kept, "fonts"):
        kept.fonts = FontConfiguration()
        atexit.register(vars(kept).clear)  # while WeasyPrint is there to tidy up after itself
        kept.style = weasyprint.CSS(filename=paper, font_config=kept.fonts, url_fetcher=fetcher)
    document = weasyprint.HTML(string=TRAILING.sub("", page), base_url=paper.as_uri(), url_fetcher=fetcher)
    with without_collection():
        content: bytes = document.write_pdf(stylesheets=[kept.style], font_config=kept.fonts, pdf_variant="pdf/ua-1")
    return content


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """A page being laid out is a million objects that all stay: to look for garbage among them takes a fifth of the
    time. Of two threads that draw, the first to end lets the other be looked through."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def qr(text: str) -> str:
    """A QR code as the address of a picture that a page of `from_html` may show."""
    return str(segno.make(text, error="m", micro=False).png_data_uri(border=0, scale=4))
