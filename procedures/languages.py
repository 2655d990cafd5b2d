"""The two languages of the public pages: Vietnamese at `/`, English at `/en/`."""

from django.http import HttpRequest
from django.urls import translate_url

ENGLISH = "/en"


def in_languages(request: HttpRequest) -> dict[str, str]:
    """The address of the same page by language; of a page that does not exist, its own."""
    path = request.get_full_path()
    if request.resolver_match is None:
        return {language: translate_url(path, language) for language in ("vi", "en")}
    vietnamese = path.removeprefix(ENGLISH) if path.startswith(f"{ENGLISH}/") else path
    return {"vi": vietnamese, "en": f"{ENGLISH}{vietnamese}"}
