"""The public pages of the catalogue."""

from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from organisation.models import OWNER_KINDS, Agency, AgencyKind
from portal import clock

from . import listing, search
from .forms import FilterForm, SearchForm
from .models import Document, Procedure, parse_code
from .text import LONGEST_QUERY, clean

PER_PAGE = 20


@require_safe
@login_not_required
@vary_on_headers("HX-Request")
def catalogue(request: HttpRequest) -> HttpResponse:
    """Search and browse. All state is in the address; htmx gets the part below the box."""
    typed = clean(request.GET.get("q", ""))
    query = typed[:LONGEST_QUERY]
    filters = {name: clean(request.GET.get(name, "")) for name in search.FILTERS}
    found = search.find(query, filters)
    if found.code and len(found.codes) == 1 and not any(filters.values()) and not request.htmx:  # type: ignore[attr-defined]
        return redirect("procedures:detail", found.code)
    chosen = {name: value for name, value in filters.items() if value and name not in found.dropped}
    moved = [(Agency.objects.get(code=code), heirs_of(heirs)) for code, heirs in found.moved.items()]
    paginator = Paginator(found.codes, PER_PAGE)
    context = {
        "query": query,
        "cut": len(typed) > LONGEST_QUERY,
        "found": found,
        "chosen": chosen,
        "state": {"q": query, **chosen},
        "box": SearchForm({"q": query}, live=True),
        "filters": FilterForm(chosen, index=search.current(), found=found, moved=[unit for unit, _heirs in moved]),
        "moved": moved,
    }
    try:
        page = paginator.page(request.GET.get("page", "1"))
    except InvalidPage:
        return render(request, "procedures/no_such_page.html", {**context, "paginator": paginator}, status=404)
    context |= {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "rows": listing.rows(found, list(page.object_list)),
    }
    fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return render(request, "procedures/_results.html" if fragment else "procedures/list.html", context)


def heirs_of(codes: list[str]) -> list[Agency]:
    return list(Agency.objects.filter(code__in=codes))


@require_safe
@login_not_required
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure. Codes with a provincial suffix and codes that were replaced lead on."""
    canonical = parse_code(clean(code))
    procedure = Procedure.objects.with_parts().filter(code=canonical).first()
    if procedure is None:
        raise Http404(code)
    if canonical != code:
        return redirect("procedures:detail", canonical, permanent=True)
    today = clock.today()
    if procedure.valid_from and procedure.valid_from > today:
        raise Http404(code)
    if not procedure.is_public(today):
        if procedure.replaced_by and procedure.replaced_by.is_public(today):
            return redirect(f"{reverse('procedures:detail', args=[procedure.replaced_by.code])}?from={procedure.code}")
        return render(request, "procedures/withdrawn.html", {"procedure": procedure}, status=410)
    owner = next((item.agency for item in procedure.field.owners.all() if item.is_valid(today)), None)
    index = search.current()
    cases: dict[str, list[Document]] = {"": []}  # what is needed in every case comes first
    for paper in procedure.documents.all():
        cases.setdefault(paper.case, []).append(paper)
    return render(
        request,
        "procedures/detail.html",
        {
            "procedure": procedure,
            "owner": owner,
            "channels": list(procedure.channels.all()),
            "documents": [(case, papers) for case, papers in cases.items() if papers],
            "has_districts": index.has_districts,
            "center": Agency.objects.valid_on(today).filter(kind=AgencyKind.CENTER).first(),
            "related": listing.related(procedure, today),
            "former": former(request.GET.get("from", ""), procedure),
        },
    )


def former(code: str, procedure: Procedure) -> str:
    """The replaced code that led here, when it really was replaced by this procedure."""
    code = parse_code(clean(code))
    return code if code and procedure.replaces.filter(code=code).exists() else ""


@require_safe
@login_not_required
def agencies(request: HttpRequest) -> HttpResponse:
    index = search.current()
    communes = listing.units(index, [AgencyKind.COMMUNE])
    communes.sort(key=lambda unit: (unit.item.parent.name if unit.item.parent else "", unit.item.name))
    groups = {
        "center": listing.units(index, [AgencyKind.CENTER]),
        "provincial": listing.units(index, [AgencyKind.DEPARTMENT, AgencyKind.BRANCH]),
        "central": listing.units(index, [AgencyKind.CENTRAL, AgencyKind.ENTERPRISE]),
        "districts": listing.units(index, [AgencyKind.DISTRICT]),
        "communes": [(parent, list(units)) for parent, units in groupby(communes, key=lambda unit: unit.item.parent)],
    }
    return render(request, "procedures/agencies.html", {**groups, "commune_count": len(communes)})


@require_safe
@login_not_required
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """A unit with its fields; a former one says who does its work today."""
    today = clock.today()
    unit = get_object_or_404(
        Agency.objects.select_related("parent").prefetch_related("predecessors"), code=clean(code)
    )
    if unit.valid_from and unit.valid_from > today:
        raise Http404(code)
    index = search.current()
    return render(
        request,
        "procedures/agency.html",
        {
            "unit": unit,
            "heirs": heirs_of(index.followed_by.get(code, [])),
            "ended": not unit.is_valid(today),
            "predecessors": [item for item in unit.predecessors.all() if not item.is_valid(today)],
            "count": index.count("agency", code),
            "fields": listing.fields_of(index, code),
            "owns": unit.kind in OWNER_KINDS,
        },
    )


@require_safe
@login_not_required
def fields(request: HttpRequest) -> HttpResponse:
    return render(request, "procedures/fields.html", {"groups": listing.fields_by_agency(search.current())})
