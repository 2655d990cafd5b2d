"""The two languages of the public pages: Vietnamese at `/`, English at `/en/`."""

from django.http import HttpRequest
from django.urls import translate_url

ENGLISH = "/en"


def in_language(request: HttpRequest, language: str) -> str:
    """The address of the same page in `language`; of a page that does not exist, its own."""
    path = request.get_full_path()
    if request.resolver_match is None:
        return translate_url(path, language)
    plain = path.removeprefix(ENGLISH) if path.startswith(f"{ENGLISH}/") else path
    return f"{ENGLISH}{plain}" if language == "en" else plain
