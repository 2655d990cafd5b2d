"""Pages composed from several rooms."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisation.models import PROVINCIAL_KINDS
from procedures import listing, search
from procedures.conditional import page_of_catalogue
from procedures.forms import search_box
from procedures.models import Audience, OnlineLevel


@require_safe
@login_not_required
@page_of_catalogue
def home(request: HttpRequest, index: search.Index) -> HttpResponse:
    provincial = listing.units(index, PROVINCIAL_KINDS)
    return render(
        request,
        "portal/home.html",
        {
            "box": search_box(autofocus=True),
            "everyday": listing.everyday(index.day),
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
@page_of_catalogue
def about(request: HttpRequest, index: search.Index) -> HttpResponse:
    return render(request, "portal/about.html", {"sources": listing.sources(index.day), "total": len(index.codes)})


@require_safe
@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /admin/\n", content_type="text/plain")
