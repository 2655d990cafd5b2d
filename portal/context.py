"""What every page of the public portal knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from procedures.languages import in_languages

from . import clock


def portal(request: HttpRequest) -> dict[str, Any]:
    english, addresses = get_language() == "en", SimpleLazyObject(lambda: in_languages(request))
    return {
        "portal_name": settings.PORTAL_NAME_EN if english else settings.PORTAL_NAME,
        "portal_settings": settings,
        "today": clock.today(),
        "shown_day": settings.PORTAL_TODAY,
        "url_vi": SimpleLazyObject(lambda: addresses["vi"]),
        "url_en": SimpleLazyObject(lambda: addresses["en"]),
    }
