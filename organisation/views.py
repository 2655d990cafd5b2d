"""The pages between the password and the admin: giving a one-time code, and setting it up."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from . import two_factor
from .forms import CodeForm, RecoveryForm, SetUpForm

KEY = "two_factor_key"  # the secret that is being set up: of this session alone, so that nobody else has seen it


def way_on(request: HttpRequest) -> str:
    """Where the person was going: an address of this portal, else the admin."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe else reverse("admin:index")


def next_query(request: HttpRequest) -> str:
    return urlencode({"next": way_on(request)})


def to_page(request: HttpRequest, name: str) -> HttpResponse:
    return redirect(f"{reverse(name)}?{next_query(request)}")


def page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    shown = {**admin.site.each_context(request), "title": title, "next": way_on(request), **context}
    return render(request, f"admin/two_factor/{template}", shown | {"next_query": next_query(request)})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code that the person's app shows now."""
    if not two_factor.is_missing(request.user):
        return redirect(way_on(request))
    device = two_factor.device_of(request.user)
    if device is None:
        return to_page(request, "two_factor_set_up")
    form = CodeForm(request.user, device, request.POST or None)
    if form.is_valid():
        two_factor.let_in(request, device)
        return redirect(way_on(request))
    return page(request, "code.html", _("One-time code"), form=form)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def recovery(request: HttpRequest) -> HttpResponse:
    """Takes a recovery code instead, from somebody without their phone."""
    if not two_factor.is_missing(request.user):
        return redirect(way_on(request))
    device = two_factor.recovery_device_of(request.user)
    if device is None:
        return to_page(request, "two_factor")
    form = RecoveryForm(request.user, device, request.POST or None)
    if form.is_valid():
        two_factor.let_in(request, device)
        messages.warning(request, codes_left(two_factor.recovery_codes_left(request.user)))
        return redirect(way_on(request))
    return page(request, "recovery.html", _("Recovery code"), form=form)


def codes_left(number: int) -> str:
    return ngettext(
        "You signed in with a recovery code. %(number)d of them is left. "
        "If your phone is lost, ask an administrator to reset your one-time code.",
        "You signed in with a recovery code. %(number)d of them are left. "
        "If your phone is lost, ask an administrator to reset your one-time code.",
        number,
    ) % {"number": number}


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def set_up(request: HttpRequest) -> HttpResponse:
    """Shows the secret as QR code and text, and keeps it once a code proves that the person's app has it."""
    if not two_factor.is_missing(request.user):
        return redirect(way_on(request))
    if two_factor.device_of(request.user):
        return to_page(request, "two_factor")
    device = two_factor.unsaved_device(request.user, request.session.setdefault(KEY, two_factor.new_key()))
    form = SetUpForm(request.user, device, request.POST or None)
    if form.is_valid():
        del request.session[KEY]
        two_factor.let_in(request, form.made)
        # Shown in the answer itself: they are kept nowhere, so no later page could show them.
        codes = two_factor.new_recovery_codes(request.user)
        return page(request, "recovery_codes.html", _("Recovery codes"), codes=codes)
    return page(
        request,
        "set_up.html",
        _("Set up the one-time code"),
        form=form,
        qr=two_factor.qr_image(device),
        secret=two_factor.secret_to_type(device),
        address=device.config_url,
    )
