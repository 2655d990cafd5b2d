"""The open data of the catalogue, for programs: read-only JSON, a CSV file, and a page that explains them.

Descriptions are written once, in English: they stand in the OpenAPI document as they are, and translated on
the page.
"""

import csv
import datetime
import enum
import io
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Annotated, Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import condition, require_safe
from ninja import NinjaAPI, Path, Query, Schema
from ninja.decorators import decorate_view
from ninja.errors import HttpError, ValidationError
from ninja.renderers import JSONRenderer
from pydantic import BaseModel, Field

from organisation.models import Agency, AgencyKind
from portal import clock

from . import listing
from .conditional import content_etag, index_etag
from .learning import counting
from .models import (
    Audience,
    Channel,
    ChannelKind,
    LegalKind,
    Level,
    OnlineLevel,
    Procedure,
    SearchCount,
    Source,
    TimeUnit,
)
from .models import Field as FieldOfWork
from .models import parse_code as code_of
from .search import UNKNOWN, current, find
from .tables import harmless

MAX_AGE = 60  # seconds that an answer may be used again without asking
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
AS_THE_CATALOGUE, AS_THE_INDEX = condition(etag_func=content_etag), condition(etag_func=index_etag)
LIST_PARTS = ("channels", "field__owners__agency")


class Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}  # Vietnamese in escapes is half as long again


api = NinjaAPI(
    title="Administrative procedures of the province",
    version="1",
    description="Every public administrative procedure, who settles it, what to bring, what it costs, how long it "
    "takes. Free to read without an account. What is not known is null, or an empty text; it is never guessed.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
    renderer=Renderer(),
)


# What is asked ---------------------------------------------------------------------------------


class OnlineFilter(enum.StrEnum):
    FULL = OnlineLevel.FULL.value
    PARTIAL = OnlineLevel.PARTIAL.value
    NONE = OnlineLevel.NONE.value
    UNKNOWN = UNKNOWN


def without_null(schema: dict[str, Any]) -> None:
    """A parameter may be left out, but no address can write null."""
    choice = next(choice for choice in schema.pop("anyOf") if choice.get("type") != "null")
    schema |= {"allOf": [choice]} if "$ref" in choice else choice


def optional(description: str) -> Any:
    return Field(None, description=description, json_schema_extra=without_null)


class ProcedureQuery(Schema):
    q: str = Field(
        "",
        max_length=200,
        description=_("Words to search for, with or without accents, or a code. Empty lists everything."),
    )
    agency: Slug | None = optional(
        _("Code of an agency: the owner of the field of work, or the unit where procedures are handed in.")
    )
    field: Slug | None = optional(_("Slug of a field of work."))
    level: Level | None = optional(_("Level at which the procedure is settled."))
    audience: Audience | None = optional(_("Who may apply."))
    online: OnlineFilter | None = optional(_("Level of online public service."))
    limit: int = Field(20, ge=1, le=100, description=_("How many procedures to answer at most."))
    offset: int = Field(0, ge=0, description=_("How many procedures to pass over first."))


# What is answered ------------------------------------------------------------------------------


class Processing(BaseModel):
    value: int = Field(description="The time that is promised.")
    unit: TimeUnit = Field(description="What it is counted in.")


class Fee(BaseModel):
    amount_vnd: int | None = Field(description="The fee in đồng; null when it is not known.")
    free: bool | None = Field(description="Whether it is free of charge; null when that is not known.")


class Item(BaseModel):
    code: str = Field(description="Code without a provincial suffix.")
    name: str = Field(description="Vietnamese name.")
    name_en: str = Field(description="English name; empty when there is none.")
    agency: str | None = Field(description="Code of the agency that owns the field of work today.")
    field: str = Field(description="Slug of the field of work.")
    levels: list[Level] = Field(description="Where it is handed in and settled.")
    audiences: list[Audience] = Field(description="Who may apply.")
    online: OnlineLevel | None = Field(description="Level of online public service; null when it is not known.")
    at_center: bool = Field(description="Received and returned at the Public Administration Service Center.")
    electronic_process: bool = Field(description="The result is made in five electronic steps.")
    processing: Processing | None = Field(
        description="Time in person, else through the first channel that has one; null when it is not known."
    )
    fee: Fee = Field(description="Fee in person, else through the first channel where it is known.")
    url: str = Field(description="Its page on the portal.")


class ChannelOut(BaseModel):
    kind: ChannelKind = Field(description="How it is handed in.")
    processing: Processing | None = Field(description="The time through this channel; null when it is not known.")
    fee: Fee = Field(description="The fee through this channel.")
    note: str = Field(description="The case that this row is for, or a remark.")
    basis: str = Field(description="The legal document that time and fee were taken from.")


class DocumentOut(BaseModel):
    case: str = Field(description="The case in which it is needed; empty: in every case.")
    name: str = Field(description="What to prepare.")
    originals: int = Field(description="How many originals.")
    copies: int = Field(description="How many copies.")
    form: str = Field(description="Number of the form; empty when there is none.")


class LegalDocumentOut(BaseModel):
    number: str = Field(description="Number of the legal document.")
    kind: LegalKind = Field(description="What sort of document it is.")
    title: str = Field(description="Its title; empty when it is not known.")
    out_of_force_on: datetime.date | None = Field(
        description="The first day on which it no longer holds; null: it does."
    )
    followed_by: str = Field(description="Number of the document that took its place; empty when there is none.")


class NameOut(BaseModel):
    name: str = Field(description="What people call the procedure.")
    language: str = Field(description="vi or en.")


class Detail(Item):
    public: bool = Field(description="Whether it can be applied for today.")
    replaced_by: str | None = Field(description="Code of the procedure that took its place.")
    channels: list[ChannelOut] = Field(description="The ways to hand it in.")
    documents: list[DocumentOut] = Field(description="The papers to prepare.")
    results: list[str] = Field(description="What the applicant holds in the end.")
    legal_basis: list[LegalDocumentOut] = Field(description="The laws it rests on.")
    names: list[NameOut] = Field(description="Its everyday names.")
    decision: str = Field(description="The decision that published it.")
    valid_from: datetime.date | None = Field(description="The first day; null: open.")
    valid_to: datetime.date | None = Field(description="The last day, included; null: open.")
    source: Source = Field(description="Where the facts were read.")
    source_date: str = Field(description="As of when: a year, a month or a day.")
    source_note: str = Field(description="A note on the source.")
    national_url: str | None = Field(description="Where to apply at the national portal; null without national code.")


class AgencyOut(BaseModel):
    code: str = Field(description="Code of the agency; does not change.")
    name: str = Field(description="Vietnamese name.")
    name_en: str = Field(description="English name.")
    short_name: str = Field(description="Short Vietnamese name.")
    kind: AgencyKind = Field(description="What sort of unit it is.")
    parent: str | None = Field(description="Code of the unit above it.")
    valid_from: datetime.date | None = Field(description="The first day; null: open.")
    valid_to: datetime.date | None = Field(description="The last day, included; null: open.")
    procedures: int = Field(description="How many public procedures it owns or receives.")


class FieldOut(BaseModel):
    slug: str = Field(description="Slug of the field of work; does not change.")
    name: str = Field(description="Vietnamese name.")
    name_en: str = Field(description="English name; empty when there is none.")
    agency: str | None = Field(description="Code of the agency that owns it today.")
    procedures: int = Field(description="How many public procedures it has.")


class Procedures(BaseModel):
    count: int = Field(description="How many procedures match, on all pages.")
    items: list[Item] = Field(description="The page: in order of rank with q, else the everyday ones first.")


class Catalogue(BaseModel):
    count: int = Field(description="How many procedures are public today.")
    items: list[Detail] = Field(description="All of them, in order of their codes.")


class Agencies(BaseModel):
    count: int = Field(description="How many units exist today.")
    items: list[AgencyOut] = Field(description="All of them, in order of their names.")


class Fields(BaseModel):
    count: int = Field(description="How many fields of work there are.")
    items: list[FieldOut] = Field(description="All of them, in order of their names.")


class Missing(BaseModel):
    detail: str = Field(description="What is missing.")


class Fault(BaseModel):
    loc: list[str] = Field(description="Where the fault lies: query, and the name of the parameter.")
    msg: str = Field(description="What is wrong with it.")


class Refusal(BaseModel):
    detail: list[Fault] = Field(description="Every fault of the request.")


# How an endpoint is made -----------------------------------------------------------------------


def only_known(names: Iterable[str]) -> Callable[..., Any]:
    """Refuse a request with a query parameter that is none of `names`, instead of ignoring it."""
    known = frozenset(names)

    def decorator(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(run)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            unknown = [name for name in request.GET if name not in known]
            if unknown:
                return refused(request, ValidationError([fault(name, "Unknown parameter.") for name in unknown]))
            return run(request, *args, **kwargs)

        return checked

    return decorator


def cacheable(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let caches keep good answers for a short time; a refusal is never kept, nor compared."""

    @wraps(run)
    def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = run(request, *args, **kwargs)
        if response.status_code in (200, 304):
            patch_cache_control(response, public=True, max_age=MAX_AGE)
        else:
            response.headers.pop("ETag", None)
            patch_cache_control(response, no_store=True)
        return response

    return cached


def fault(name: str, message: str) -> dict[str, Any]:
    return {"loc": ["query", name], "msg": message}


@api.exception_handler(ValidationError)
def refused(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [{"loc": [item["loc"][0], item["loc"][-1]], "msg": item["msg"]} for item in error.errors]
    return api.create_response(request, {"detail": faults}, status=422)


def get(
    path: str,
    answer: Any,
    *,
    summary: str,
    example: str,
    kept: Callable[..., Any] = AS_THE_CATALOGUE,
    query: Iterable[str] = (),
    missing: bool = False,
    media_type: str = "",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An endpoint for GET and HEAD, with what all of them share; `example` is an address below `/v1/`.

    `kept` is the decorator that gives an answer its ETag, and does not make anew what the asker has.
    """
    responses = {200: answer, 304: None, **({404: Missing} if missing else {}), 422: Refusal}
    extra: dict[str, Any] = {"x-example": example}
    if media_type:
        extra["responses"] = {200: {"content": {media_type: {"schema": {"type": "string"}}}}}

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        decorate_view(kept, only_known(query), cacheable)(view)
        both: dict[str, Any] = {"response": responses, "by_alias": True}
        api.api_operation(["HEAD"], f"/v1/{path}", include_in_schema=False, **both)(view)
        return api.get(f"/v1/{path}", summary=summary, openapi_extra=extra, **both)(view)

    return register


# Procedures ------------------------------------------------------------------------------------


@get(
    "procedures",
    Procedures,
    summary=_("Search and filter the public procedures"),
    example="procedures?q=khai+sinh&level=commune",
    kept=AS_THE_INDEX,
    query=ProcedureQuery.model_fields,
)
def list_procedures(request: HttpRequest, query: Query[ProcedureQuery]) -> dict[str, Any]:
    filters = query.model_dump(include={"agency", "field", "level", "audience", "online"}, exclude_none=True)
    found = find(query.q, filters)
    refuse_unknown(found.dropped)
    if query.offset == 0:
        counting.searched(request, SearchCount.words_of(query.q), len(found.ranking.order))
    codes = [] if found.dropped else found.codes
    shown = codes[query.offset : query.offset + query.limit]
    rows = Procedure.objects.public(clock.today()).filter(code__in=shown).select_related("field")
    by_code = {row.code: row for row in rows.prefetch_related(*LIST_PARTS)}
    return {"count": len(codes), "items": [item(request, by_code[code]) for code in shown if code in by_code]}


def refuse_unknown(dropped: dict[str, str]) -> None:
    """Refuse what nothing in the catalogue is called; what exists without procedures leaves an empty list."""
    unknown = []
    if "agency" in dropped and not Agency.objects.filter(code=dropped["agency"]).exists():
        unknown.append(fault("agency", "No agency has this code."))
    if "field" in dropped and not FieldOfWork.objects.filter(slug=dropped["field"]).exists():
        unknown.append(fault("field", "No field of work has this slug."))
    if unknown:
        raise ValidationError(unknown)


@get(
    "procedures/{path:code}",
    Detail,
    summary=_("Everything about one procedure"),
    example="procedures/1.001193",
    missing=True,
)
def show_procedure(
    request: HttpRequest,
    code: Annotated[
        str, Path(description=_("Code in any spelling, with or without a provincial suffix; also a withdrawn one."))
    ],
) -> dict[str, Any]:
    parsed = code_of(code)
    # PostgreSQL takes no NUL in a text.
    procedure = Procedure.objects.with_parts().filter(code=parsed).first() if parsed.isprintable() else None
    if procedure is None:
        raise HttpError(404, "No procedure has this code.")
    return detail(request, procedure)


def owner_of(field: FieldOfWork) -> Agency | None:
    """The agency that owns `field` today, from its prefetched owners."""
    day = clock.today()
    return next((owner.agency for owner in field.owners.all() if owner.is_valid(day)), None)


def item(request: HttpRequest, procedure: Procedure) -> dict[str, Any]:
    owner = owner_of(procedure.field)
    channels = in_person_first(procedure)
    return {
        "code": procedure.code,
        "name": procedure.name,
        "name_en": procedure.name_en,
        "agency": owner.code if owner else None,
        "field": procedure.field.slug,
        "levels": procedure.levels,
        "audiences": procedure.audiences,
        "online": procedure.online or None,
        "at_center": procedure.at_center,
        "electronic_process": procedure.electronic_process,
        "processing": next(filter(None, map(processing, channels)), None),
        "fee": fee(next((channel.fee_vnd for channel in channels if channel.fee_vnd is not None), None)),
        "url": page_of(request, procedure),
    }


def detail(request: HttpRequest, procedure: Procedure) -> dict[str, Any]:
    parts = {
        "channels": [
            {
                "kind": channel.kind,
                "processing": processing(channel),
                "fee": fee(channel.fee_vnd),
                "note": channel.note,
                "basis": channel.basis,
            }
            for channel in procedure.channels.all()
        ],
        "documents": [
            {name: getattr(paper, name) for name in DocumentOut.model_fields} for paper in procedure.documents.all()
        ],
        "results": [result.name for result in procedure.results.all()],
        "legal_basis": [
            {name: getattr(law, name) for name in LegalDocumentOut.model_fields} for law in procedure.legal_basis.all()
        ],
        "names": [{"name": name.name, "language": name.language} for name in procedure.names.all()],
    }
    plain = ("decision", "valid_from", "valid_to", "source", "source_date", "source_note")
    return {
        **item(request, procedure),
        **parts,
        **{name: getattr(procedure, name) for name in plain},
        "public": procedure.is_public(clock.today()),
        "replaced_by": procedure.replaced_by.code if procedure.replaced_by else None,
        "national_url": procedure.national_url or None,
    }


def in_person_first(procedure: Procedure) -> list[Channel]:
    return sorted(procedure.channels.all(), key=lambda channel: channel.kind != ChannelKind.IN_PERSON)


def processing(channel: Channel) -> dict[str, Any] | None:
    return {"value": channel.time, "unit": channel.unit} if channel.unit else None


def fee(amount: int | None) -> dict[str, Any]:
    return {"amount_vnd": amount, "free": None if amount is None else amount == 0}


def page_of(request: HttpRequest, procedure: Procedure) -> str:
    """The address of its page, the same for readers of every language."""
    with translation.override(settings.LANGUAGE_CODE):
        return request.build_absolute_uri(procedure.get_absolute_url())


# Agencies and fields ---------------------------------------------------------------------------


@get(
    "agencies",
    Agencies,
    summary=_("The units that exist today, with how many procedures they have"),
    example="agencies",
    kept=AS_THE_INDEX,
)
def list_agencies(request: HttpRequest) -> dict[str, Any]:
    index = current()
    agencies = Agency.objects.valid_on(clock.today()).select_related("parent")
    plain = ("code", "name", "name_en", "short_name", "kind", "valid_from", "valid_to")
    items = [
        {
            **{name: getattr(agency, name) for name in plain},
            "parent": listing.parent_code(index, agency),
            "procedures": index.count("agency", agency.code),
        }
        for agency in agencies
    ]
    return {"count": len(items), "items": items}


@get(
    "fields",
    Fields,
    summary=_("The fields of work, with their owners of today and how many procedures they have"),
    example="fields",
    kept=AS_THE_INDEX,
)
def list_fields(request: HttpRequest) -> dict[str, Any]:
    index = current()
    items = []
    for field in FieldOfWork.objects.prefetch_related("owners__agency"):
        owner = owner_of(field)
        items.append(
            {
                "slug": field.slug,
                "name": field.name,
                "name_en": field.name_en,
                "agency": owner.code if owner else None,
                "procedures": index.count("field", field.slug),
            }
        )
    return {"count": len(items), "items": items}


# The whole catalogue ---------------------------------------------------------------------------


def public_procedures() -> QuerySet[Procedure]:
    return Procedure.objects.public(clock.today())


@get("catalogue.json", Catalogue, summary=_("Everything about every public procedure"), example="catalogue.json")
def catalogue_json(request: HttpRequest) -> dict[str, Any]:
    items = [detail(request, procedure) for procedure in public_procedures().with_parts()]  # type: ignore[attr-defined]
    return {"count": len(items), "items": items}


@get(
    "catalogue.csv",
    None,
    summary=_("Every public procedure as a table for spreadsheets"),
    example="catalogue.csv",
    media_type="text/csv",
)
def catalogue_csv(request: HttpRequest) -> HttpResponse:
    table = io.StringIO()
    rows = (
        row(request, procedure)
        for procedure in public_procedures().select_related("field").prefetch_related(*LIST_PARTS)
    )
    writer = csv.DictWriter(table, CSV_COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    response = HttpResponse(table.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="catalogue.csv"'
    return response


CSV_COLUMNS = (
    *("code", "name", "name_en", "agency", "agency_name", "field", "field_name", "levels", "audiences", "online"),
    *("at_center", "electronic_process", "processing_value", "processing_unit", "fee_vnd", "decision"),
    *("valid_from", "valid_to", "source", "source_date", "url", "national_url"),
)


def row(request: HttpRequest, procedure: Procedure) -> dict[str, str]:
    """One line of the table: flat, and harmless to a spreadsheet."""
    facts = item(request, procedure)
    owner = owner_of(procedure.field)
    time = facts["processing"] or {}
    facts |= {
        "agency_name": owner.name if owner else "",
        "field_name": procedure.field.name,
        "levels": " ".join(facts["levels"]),
        "audiences": " ".join(facts["audiences"]),
        "at_center": "yes" if procedure.at_center else "no",
        "electronic_process": "yes" if procedure.electronic_process else "no",
        "processing_value": time.get("value"),
        "processing_unit": time.get("unit"),
        "fee_vnd": facts["fee"]["amount_vnd"],
        "national_url": procedure.national_url,
    }
    for name in ("decision", "valid_from", "valid_to", "source", "source_date"):
        facts[name] = getattr(procedure, name)
    return harmless_row(facts, CSV_COLUMNS)


def harmless_row(facts: Mapping[str, Any], columns: Iterable[str]) -> dict[str, str]:
    """The cells of a line, none of which a spreadsheet takes for a formula."""
    return {name: cell(facts.get(name)) for name in columns}


def cell(value: Any) -> str:
    return harmless("" if value is None else str(value))


# Addresses, and the page that explains them ----------------------------------------------------


def public_urls() -> tuple[list[Any], str, str]:
    """What `portal.urls` mounts at `/api/`: open without signing in."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if pattern.callback:
            login_not_required(pattern.callback)  # marks it
    return patterns, app_name, namespace


@login_not_required
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    schema = api.get_openapi_schema()
    root = reverse("api:api-root")
    operations = [
        {
            "id": methods["get"]["operationId"],
            "path": path,
            "summary": methods["get"]["summary"],
            "parameters": [described(parameter) for parameter in methods["get"]["parameters"]],
            "example": f"{root}v1/{methods['get']['x-example']}",
            "missing": 404 in methods["get"]["responses"],
        }
        for path, methods in schema["paths"].items()
    ]
    return render(request, "procedures/api_docs.html", {"operations": operations, "max_age": MAX_AGE})


TYPES = {"string": _("text"), "integer": _("whole number")}


def described(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter as the page shows it; a closed list stands in its schema as `allOf`."""
    own = ChainMap(parameter["schema"], *parameter["schema"].get("allOf", []))
    return {
        "name": parameter["name"],
        "type": TYPES[own["type"]],
        "meaning": parameter["description"],
        "values": own.get("enum", []),
        "minimum": own.get("minimum"),
        "maximum": own.get("maximum"),
        "longest": own.get("maxLength"),
        "default": own.get("default", ""),
        "required": parameter["required"],
    }
