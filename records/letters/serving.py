"""Letters as answers to requests: where their QR codes lead, and a PDF that nobody stores."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation


def lookup_address(request: HttpRequest) -> str:
    """The address of the look-up page on this very host, in the language of the letters."""
    with translation.override(settings.LANGUAGE_CODE):
        return request.build_absolute_uri(reverse("records:lookup"))


def answer(content: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows, and keeps nothing of: counters and kiosks are shared."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
