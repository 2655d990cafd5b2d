"""Lock-out after failed sign-ins: what django-axes asks of the portal (`AXES_…` in the settings).

It counts in the database, for all processes together, by account and address.
"""

import math
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _


def account_key(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What the failures of one account are kept under: a keyed hash of the name that was typed.

    The name itself is not kept: it may be a password typed into the wrong box, and it may have any length.
    """
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    return salted_hmac("organisation.lockout", username).hexdigest()


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any = None) -> HttpResponse:
    """429, with the same page whether the account exists or not and whether the password was right or wrong."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    context = {
        **admin.site.each_context(request),
        "title": _("Signing in is paused"),
        "minutes": math.ceil(seconds / 60),
    }
    page = render(request, "admin/locked_out.html", context, status=429)
    page["Retry-After"] = str(seconds)
    add_never_cache_headers(page)
    return page
