"""The citizen's look-up and the record page. Nothing of it is stored by a browser, a proxy or a log."""

import io
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisation import succession
from organisation.address import client_address
from portal import clock

from . import lookup, opened, pdf
from .actions import Refused
from .forms import LookupForm
from .keepers import keepers
from .letters import issuing, offers
from .letters.serving import answer, lookup_address
from .results import register, storage
from .standing import standing

logger = logging.getLogger(__name__)

# Why somebody is back at the look-up.
NOTICES = {
    "link": _("This link worked for 30 minutes only. Type the code and the digits to see your record."),
    "time": _("To keep your record safe, it closes after 30 minutes. Type the code and the digits to see it again."),
    "closed": _("Your record is closed on this screen. Nobody can see it here any more."),
}


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open to everybody, stored by nobody."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return login_not_required(answer)


@private
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def lookup_page(request: HttpRequest) -> HttpResponse:
    """The form; and one answer for everything that does not lead to a record."""
    form = LookupForm(request.POST if request.method == "POST" else None)
    is_refused = False
    if form.is_bound and form.is_valid():
        record_id = lookup.find(form.cleaned_data["code"], form.cleaned_data["digits"], client_address(request))
        if record_id is not None:
            opened.remember(request.session, record_id)
            return redirect("records:view")
        is_refused = True
    context = {"form": form, "refused": is_refused, "notice": NOTICES.get(request.GET.get("again", ""))}
    return render(request, "records/lookup.html", context)


@private
@require_safe
def view(request: HttpRequest) -> HttpResponse:
    """The record that a look-up has opened in this session."""
    record = opened.current(request.session)
    if record is None:
        return back("time")
    now = clock.now()
    events = list(record.events.select_related("note").order_by("sequence"))
    context = {
        "record": record,
        "standing": standing(record, events, now),
        "now": now,
        "result": register.sealed(record),
        "letters": offers.told(record, events),
        **keepers(record, succession.state()),
    }
    return render(request, "records/view.html", context)


@private
@require_safe
def result(request: HttpRequest) -> HttpResponse:
    """The sealed result of the record that is open in this session, the same to the last bit as when it was sealed."""
    record = opened.current(request.session)
    if record is None:
        return back("time")
    step = register.sealed(record)
    if step is None:
        raise Http404
    try:
        content = storage.read(step.file)
    except storage.StorageFault:
        logger.error("The sealed result of %s is not what was kept.", record.code)
        return render(request, "records/no_result.html", {"record": record}, status=503)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{record.code}.pdf"'
    return response


@private
@require_safe
def letter(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """A letter of the record that a look-up has opened: one that was given or sent, personal facts masked."""
    record = opened.current(request.session)
    if record is None:
        return back("time")
    events = list(record.events.select_related("actor", "note"))
    offer = next((one for one in offers.told(record, events) if (one.kind, one.number) == (kind, number)), None)
    if offer is None:
        raise Http404
    try:
        content = issuing.issue(record, offer, by=None, lookup=lookup_address(request))
    except (Refused, pdf.Missing) as refusal:
        return render(request, "records/no_letter.html", {"why": str(refusal)}, status=503)
    return answer(content, f"{kind}-{record.code}")


@private
@require_safe
def link_picture(request: HttpRequest) -> HttpResponse:
    """A QR code with a link that opens the record on another device for half an hour."""
    record = opened.current(request.session)
    if record is None:
        raise Http404
    address = request.build_absolute_uri(reverse("records:link", args=[opened.token_for(record)]))
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=5, light="white", svgclass=None)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@private
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the QR code: at once away from its address, which stays in no history as a page."""
    record_id = opened.record_of(token)
    if record_id is None:
        response = back("link")
    else:
        opened.remember(request.session, record_id)
        response = redirect("records:view")
    response["Referrer-Policy"] = "no-referrer"
    return response


@private
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Close the record, on a screen that others use as well."""
    opened.forget(request.session)
    return back("closed")


def back(why: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('records:lookup')}?again={why}")
