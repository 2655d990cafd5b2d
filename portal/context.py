"""What every page of the public portal knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

from . import clock


def portal(request: HttpRequest) -> dict[str, Any]:
    english = get_language() == "en"
    path = request.get_full_path()
    return {
        "portal_name": settings.PORTAL_NAME_EN if english else settings.PORTAL_NAME,
        "portal_settings": settings,
        "today": clock.today(),
        "shown_day": settings.PORTAL_TODAY,
        "url_vi": translate_url(path, "vi"),
        "url_en": translate_url(path, "en"),
    }
