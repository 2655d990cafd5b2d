"""Pages composed from several rooms."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisation.models import PROVINCIAL_KINDS
from procedures import listing, search
from procedures.forms import SearchForm
from procedures.models import Audience, OnlineLevel

from . import clock


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    index = search.current()
    provincial = listing.units(index, PROVINCIAL_KINDS)
    return render(
        request,
        "portal/home.html",
        {
            "form": SearchForm(autofocus=True),
            "everyday": listing.everyday(clock.today()),
            "units": provincial,
            "audiences": listing.choices(index, "audience", Audience),
            "total": len(index.codes),
            "online": index.count("online", OnlineLevel.FULL) + index.count("online", OnlineLevel.PARTIAL),
            "electronic": index.electronic,
            "at_center": index.count("center", "yes"),
        },
    )


@require_safe
@login_not_required
def about(request: HttpRequest) -> HttpResponse:
    index = search.current()
    return render(request, "portal/about.html", {"sources": listing.sources(clock.today()), "total": len(index.codes)})


@require_safe
@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /admin/\n", content_type="text/plain")
