"""The public history of the catalogue: of one procedure, of all, and as a feed."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from organisation.models import Agency, AgencyKind

from . import changes, search
from .conditional import index_etag, page_of_catalogue
from .models import CatalogueVersion, Change, FieldOwner, Procedure, parse_code
from .text import clean

PER_PAGE = 20
KEPT = 400  # entries that the list leads back; older ones stand with their procedure
IN_FEED = 100
# The procedures of a unit that owns no field: those that are handed in with it.
HANDED_IN = {
    AgencyKind.DISTRICT: Q(level_district=True),
    AgencyKind.COMMUNE: Q(level_commune=True),
    AgencyKind.CENTER: Q(at_center=True),
}


@require_safe
@login_not_required
@page_of_catalogue
def history(request: HttpRequest, index: search.Index, code: str) -> HttpResponse:
    """All that happened to one procedure, and what is to come."""
    canonical = parse_code(clean(code))
    procedure = get_object_or_404(Procedure, code=canonical)
    if canonical != code:
        return redirect("procedures:history", canonical, permanent=True)
    if not procedure.is_public(index.day):
        return redirect("procedures:detail", canonical)
    context = {
        "procedure": procedure,
        "changes": changes.history(canonical),
        "planned": changes.planned(canonical),
    }
    return render(request, "procedures/history.html", context)


@require_safe
@login_not_required
@page_of_catalogue
def recent(request: HttpRequest, index: search.Index) -> HttpResponse:
    """What changed lately in all procedures, or in those of one unit."""
    unit = unit_asked_for(request)
    paginator = Paginator(list(islice(public_changes(index, unit), KEPT)), PER_PAGE)
    state = {"agency": unit.code if unit else ""}
    try:
        page = paginator.page(request.GET.get("page", "1"))
    except InvalidPage:
        context = {"paginator": paginator, "state": state}
        return render(request, "procedures/no_such_page.html", context, status=404)
    context = {"unit": unit, "page": page, "state": state, "first": CatalogueVersion.objects.last()}
    return render(request, "procedures/changes.html", context)


@require_safe
@login_not_required
@condition(etag_func=index_etag)
def feed(request: HttpRequest) -> HttpResponse:
    """The same as an Atom feed."""
    index, unit = search.current(), unit_asked_for(request)
    atom = Atom1Feed(
        title=title_of(unit),
        link=request.build_absolute_uri(link_of(unit)),
        description=None,
        language=get_language(),
        feed_url=request.build_absolute_uri(),
        feed_guid=tag(request, "changes", unit.code if unit else "", get_language() or ""),
        author_name=settings.PORTAL_NAME_EN if get_language() == "en" else settings.PORTAL_NAME,
    )
    for entry in islice(public_changes(index, unit), IN_FEED):
        add_item(atom, request, entry)
    response = HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = "no-cache"  # to be kept, and asked for each time
    return response


def add_item(atom: Atom1Feed, request: HttpRequest, entry: changes.Entry) -> None:
    version: Any = entry.version
    atom.add_item(
        title=f"{entry.code} {entry.name}",
        link=request.build_absolute_uri(reverse("procedures:detail", args=[entry.code])),
        description=render_to_string("procedures/_change.html", {"entry": entry}),
        unique_id=tag(request, str(version.number), entry.code, get_language() or ""),
        pubdate=version.made_at,
        updateddate=version.made_at,
    )


def tag(request: HttpRequest, *parts: str) -> str:
    """A name that stays the same for ever (RFC 4151), also when the portal moves to another path."""
    return f"tag:{request.get_host().partition(':')[0]},2024:catalogue/{'/'.join(filter(None, parts))}"


def title_of(unit: Agency | None) -> str:
    name = unit.display_name if unit else ""
    return _("Changes of procedures: %(name)s") % {"name": name} if unit else _("Changes of procedures")


def link_of(unit: Agency | None) -> str:
    return reverse("procedures:changes") + (f"?agency={unit.code}" if unit else "")


def unit_asked_for(request: HttpRequest) -> Agency | None:
    """The unit of `?agency=CODE`; 404 when there is none of this code."""
    code = clean(request.GET.get("agency", ""))
    return get_object_or_404(Agency, code=code) if code else None


def public_changes(index: search.Index, unit: Agency | None) -> Iterator[changes.Entry]:
    """The newest first: changes of what is public today, and what was withdrawn."""
    kept = Change.objects.filter(version__number__gt=1).exclude(procedure="")
    for entry in changes.latest(of_unit(kept, unit) if unit else kept):
        if entry.code in index.number:
            entry.name = entry.name or index.name(entry.code)  # a change of its parts alone does not tell it
        elif entry.kind != changes.WITHDRAWN:
            continue
        yield entry


def of_unit(kept: QuerySet[Change], unit: Agency) -> QuerySet[Change]:
    """The changes of the procedures that are `unit`'s: of the fields that it owned on the day of the change."""
    procedures = Procedure.objects.filter(code=OuterRef("procedure"))
    kind = AgencyKind(unit.kind)
    if kind in HANDED_IN:
        return kept.filter(Exists(procedures.filter(HANDED_IN[kind])))
    day = OuterRef("version__day")
    owned = FieldOwner.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day),
        agency=unit, field__procedures__code=OuterRef("procedure"),
    )  # fmt: skip
    return kept.filter(Exists(owned))
