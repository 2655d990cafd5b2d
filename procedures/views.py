"""The public pages of the catalogue."""

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from organisation.address import client_address
from organisation.models import OWNER_KINDS, Agency, AgencyKind
from portal import clock

from . import changes, corrections, elsewhere, listing, search, usual
from .conditional import counts_opening, fragment_of_catalogue, page_of_catalogue
from .corrections import CorrectionForm
from .forms import filter_options, filter_selects, search_box
from .languages import in_languages
from .marks import plain
from .models import Document, Procedure, SearchCount, parse_code
from .slots import fill, slot
from .text import LONGEST_QUERY, clean


@require_safe
@login_not_required
@page_of_catalogue
def catalogue(request: HttpRequest, index: search.Index) -> HttpResponse:
    """Search and browse. All state is in the address; htmx gets the part below the box."""
    typed = clean(request.GET.get("q", ""))
    query = typed[:LONGEST_QUERY]
    if address := elsewhere.address(query):
        return lead_on(request, address)
    filters = {name: clean(value) for name in search.FILTERS if (value := request.GET.get(name))}
    found = search.find(query, filters, index)
    if found.code and len(found.codes) == 1 and not any(filters.values()) and not request.htmx:  # type: ignore[attr-defined]
        return redirect("procedures:detail", found.code)
    paginator = Paginator(found.codes, listing.PER_PAGE)
    chosen = {name: value for name, value in filters.items() if value and name not in found.dropped}
    state = {"q": query, **chosen}
    try:
        page = paginator.page(request.GET.get("page", "1"))
    except InvalidPage:
        context = {"paginator": paginator, "state": state}
        return render(request, "procedures/no_such_page.html", context, status=404)
    moved = [(Agency.objects.get(code=code), heirs_of(heirs)) for code, heirs in found.moved.items()]
    context = {"query": query, "found": found, "chosen": chosen, "state": state, "page": page, "moved": moved}
    results = results_part(request, context | {"cut": len(typed) > LONGEST_QUERY})
    fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    response = HttpResponse(results if fragment else search_page(request, query, results))
    if page.number == 1:  # a next page is no other search
        response.searched = SearchCount.words_of(query), len(found.ranking.order)  # type: ignore[attr-defined]
    return response


def lead_on(request: HttpRequest, address: str) -> HttpResponse:
    """To an address outside the catalogue; htmx would fetch it as a fragment, so it is told to open the page."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(address)
    response = HttpResponseClientRedirect(address)
    response.keep = False  # type: ignore[attr-defined]  # what is kept loses its headers
    return response


def results_part(request: HttpRequest, context: dict[str, Any]) -> SafeString:
    """Filters, notices and the list; only what is there is rendered."""
    found, page, query = context["found"], context["page"], context["query"]
    moved = [unit for unit, _heirs in context["moved"]]
    context |= {"rows": listing.rows(found, page.object_list, page.start_index()), "meant": listing.meant(found)}
    if not page.object_list:
        context["everyday"] = listing.everyday(found.index.day)
    noticed = found.loose or found.dropped or any(context[name] for name in ("cut", "moved", "meant"))

    def part(name: str, is_there: Any = True) -> str:
        return render_to_string(f"procedures/{name}.html", context, request) if is_there else ""

    slots = {name: slot(name) for name in ("unfiltered", "notices", "heading", "list")}
    return fill(
        "results",
        lambda: render_to_string("procedures/_results.html", slots | {"filters": SafeString(filter_selects())}),
        **filter_options(found, context["chosen"], moved),
        unfiltered=part("_unfiltered", context["chosen"]),
        notices=part("_notices", noticed),
        heading=plain(listing.heading(page.paginator.count, query)),
        list=context["rows"] + part("_pages", page.has_other_pages()) if page.object_list else part("_nothing"),
    )


def search_page(request: HttpRequest, query: str, results: str) -> str:
    """The whole page around the results."""
    slots = {name: slot(name) for name in ("title", "results", "url_vi", "url_en")}
    return fill(
        "search page",
        lambda: render_to_string(
            "procedures/list.html", slots | {"box": search_box(slot("query"), live=True)}, request
        ),
        title=plain(f"{query} – ") if query else "",
        query=plain(query),
        results=results,
        **{f"url_{language}": plain(address) for language, address in in_languages(request).items()},
    )


@require_safe
@login_not_required
@fragment_of_catalogue
def suggest(request: HttpRequest, index: search.Index) -> HttpResponse:
    """What the box offers while somebody types: a fragment, empty before the second letter."""
    query = clean(request.GET.get("q", ""))[:LONGEST_QUERY]
    return HttpResponse(listing.suggestions(index, search.suggest(index, query)))


def heirs_of(codes: list[str]) -> list[Agency]:
    return list(Agency.objects.filter(code__in=codes))


@require_safe
@login_not_required
@counts_opening
@page_of_catalogue
def detail(request: HttpRequest, index: search.Index, code: str) -> HttpResponse:
    """One procedure. Codes with a provincial suffix and codes that were replaced lead on."""
    canonical = parse_code(clean(code))
    procedure = Procedure.objects.with_parts().filter(code=canonical).first()
    if procedure is None:
        raise Http404(code)
    if canonical != code:
        return redirect("procedures:detail", canonical, permanent=True)
    today = index.day
    if procedure.valid_from and procedure.valid_from > today:
        raise Http404(code)
    if not procedure.is_public(today):
        if procedure.replaced_by and procedure.replaced_by.is_public(today):
            return redirect(f"{reverse('procedures:detail', args=[procedure.replaced_by.code])}?from={procedure.code}")
        context = {"procedure": procedure, "withdrawal": changes.withdrawal(procedure.code)}
        return render(request, "procedures/withdrawn.html", context, status=410)
    owner = next((item.agency for item in procedure.field.owners.all() if item.is_valid(today)), None)
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
            "changes": changes.history(procedure.code),
            "planned": changes.planned(procedure.code),
            "usual": usual.usual_time(procedure.pk),
        },
    )


def former(code: str, procedure: Procedure) -> str:
    """The replaced code that led here, when it really was replaced by this procedure."""
    code = parse_code(clean(code))
    return code if code and procedure.replaces.filter(code=code).exists() else ""


@require_safe
@login_not_required
@page_of_catalogue
def agencies(request: HttpRequest, index: search.Index) -> HttpResponse:
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
@page_of_catalogue
def agency(request: HttpRequest, index: search.Index, code: str) -> HttpResponse:
    """A unit with its fields; a former one says who does its work today, one to come who does it until then."""
    today = index.day
    unit = get_object_or_404(
        Agency.objects.select_related("parent").prefetch_related("predecessors"), code=clean(code)
    )
    predecessors = list(unit.predecessors.all())
    return render(
        request,
        "procedures/agency.html",
        {
            "unit": unit,
            "parent": parent_of(index, unit),
            "heirs": heirs_of(index.followed_by.get(code, [])),
            "since": index.followed_since.get(code),
            "ended": unit.has_ended(today),
            "to_come": bool(unit.valid_from and unit.valid_from > today),
            "predecessors": [item for item in predecessors if item.has_ended(today)],
            "until_then": [item for item in predecessors if item.is_valid(today)],
            "count": index.count("agency", code),
            "fields": listing.fields_of(index, code),
            "owns": unit.kind in OWNER_KINDS,
        },
    )


def parent_of(index: search.Index, unit: Agency) -> Agency | None:
    above = listing.parent_code(index, unit)
    return unit.parent if unit.parent is None or unit.parent.code == above else Agency.objects.get(code=above)


@require_safe
@login_not_required
@page_of_catalogue
def fields(request: HttpRequest, index: search.Index) -> HttpResponse:
    return render(request, "procedures/fields.html", {"groups": listing.fields_by_agency(index)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
def correction(request: HttpRequest, code: str) -> HttpResponse:
    """A form for what is wrong with a procedure; a page of its own, because kept pages carry no token of a form."""
    today = clock.today()
    procedure = get_object_or_404(Procedure.objects.public(today), code=code)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    is_refused = False
    if form.is_bound and form.is_valid():
        text = form.cleaned_data["text"]
        if form.is_a_programs or corrections.send(procedure, text, today, client_address(request)):
            return redirect(f"{request.path}?sent")
        is_refused = True
    context = {"procedure": procedure, "form": form, "refused": is_refused, "sent": "sent" in request.GET}
    return render(request, "procedures/correction.html", context, status=429 if is_refused else 200)
