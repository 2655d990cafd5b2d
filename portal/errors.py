"""Error pages that help: the same frame as every page, and no database needed to show them."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

DATABASE_AWAY = (OperationalError, InterfaceError)


def page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"portal/{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; what was refused as larger than any upload is told so."""
    context = {"is_too_large": isinstance(exception, RequestDataTooBig)}
    return render(request, "portal/400.html", context, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404)


def unavailable(request: HttpRequest) -> HttpResponse:
    response = page(request, 503)
    response["Retry-After"] = "10"
    response["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database went away outside a view (a session that could not be saved)."""
    if isinstance(sys.exc_info()[1], DATABASE_AWAY):
        return unavailable(request)
    return page(request, 500)
