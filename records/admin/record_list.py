"""The list of the counter, and the search box that stands above every page of records."""

import datetime
import secrets
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from organisation.models import User
from organisation.roles import Deed, can
from portal import clock
from records import finding, keyset, listing, personal
from records.due import Due, due_of
from records.models import Record

from .forms import FilterForm, person_name
from .reception import may_receive

LIST = "admin:records_record_changelist"
SEARCHES = "record_searches"  # in the session: what was typed, sealed, by a random name that addresses may hold
SEARCHES_KEPT = 20


def search(request: HttpRequest, user: User) -> HttpResponse:
    """What was typed into the box: a code opens its record, the rest leads to the list of what was found."""
    asked = finding.understand(request.POST.get("q", ""))
    if not (asked.code or asked.digits or asked.words):
        messages.warning(request, _("Type a record's code, words of a name, or a phone or ID number."))
        return redirect(LIST)
    key = finding.by_code(user, asked.code) if asked.code else None
    if key:
        return redirect("admin:records_record_change", key)
    query = {"search": remember(request, asked.text)}
    if request.POST.get("scope"):
        query["scope"] = request.POST["scope"]
    return redirect(f"{reverse(LIST)}?{urlencode(query)}")


def remember(request: HttpRequest, text: str) -> str:
    """A random name for what was typed: a person's name or number stands in no address and no log."""
    name = secrets.token_urlsafe(6)
    kept = [*request.session.get(SEARCHES, {}).items(), (name, personal.seal(text).decode())]
    request.session[SEARCHES] = dict(kept[-SEARCHES_KEPT:])
    return name


def recall(request: HttpRequest, name: str) -> str:
    sealed = request.session.get(SEARCHES, {}).get(name)
    return personal.unseal(sealed.encode()) if sealed else ""


def show(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    """The user's open records, the most urgent first, or what filters and search say."""
    now = clock.now()
    form = FilterForm(user, request.GET)
    filters = form.filters()
    typed = recall(request, request.GET.get("search", ""))
    asked = finding.understand(typed)
    result = finding.found(user, asked, filters, now) if typed else plain(user, filters, now)
    places = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = keyset.turn(result.strands, result.order, listing.PER_PAGE, dress=light, **places)
    state = {name: request.GET[name] for name in (*form.fields, "search") if request.GET.get(name)}
    amounts = listing.counts(user, filters, now)
    first, last = result.filters.period(clock.today())
    context |= {
        "title": _("Records"),
        "may_receive": may_receive(user),
        "may_move": can(user.role, Deed.MOVE),
        "may_issue": can(user.role, Deed.ISSUE) and (may_receive(user) or can(user.role, Deed.READ_ALL)),
        "form": form,
        "typed": typed,
        "forgotten": bool(request.GET.get("search")) and not typed,
        "quick": [(due, label, listing.count_text(amounts[due])) for due, label in listing.QUICK.items()],
        "special": "" if typed else listing.FROM_THE_BOARD.get(filters.due, ""),
        "chosen_due": filters.due if filters.is_open and not typed else None,
        "period": (first, last) if result.bounded else None,
        "rows": [line(record, now) for record in page.rows],
        "page": page,
        "beyond": not page.rows and any(places.values()),
        "state": state,
        "back": urlencode({"list": urlencode({**state, **{k: v for k, v in places.items() if v}})}),
    }
    return TemplateResponse(request, "admin/records/record/list.html", context)


def plain(user: User, filters: listing.Filters, now: datetime.datetime) -> finding.Result:
    return finding.Result(listing.listed(user, filters, now), filters.order, filters, bounded=filters.is_bounded)


class Line(NamedTuple):
    record: Record
    due: Due
    applicant: str  # masked
    officer: str


def line(record: Record, now: datetime.datetime) -> Line:
    officer = person_name(record.officer) if record.officer else ""
    return Line(record, due_of(record, now), masked_name(record), officer)


def light(rows: Any) -> Any:
    """The rows with what a line of the list shows."""
    return rows.select_related("procedure", "unit", "agency", "officer").defer("papers", "pauses", "last_hash")


def masked_name(record: Record) -> str:
    if not record.sealed:
        return _("erased")
    try:
        return record.masked_name
    except personal.Unreadable:
        return _("unreadable: its key is missing")
