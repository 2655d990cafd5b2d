"""Reception at the counter: choose the procedure, fill in, receive, read the code out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from organisation.models import Agency, User
from organisation.roles import Deed, can
from portal import clock
from procedures import search
from procedures.models import ChannelKind, Procedure, parse_code
from procedures.text import LONGEST_QUERY, clean
from records import actions, scope
from records.models import Record

from .reception_forms import Papers, ReceptionForm

ADD = "admin:records_record_add"
MOST_FOUND = 20
SUGGESTED = 8
RECEIVED = "records_received"  # in the session: forms that were sent, with the keys of their records
RECEIVED_KEPT = 20


def desk_of(user: User) -> Agency | None:
    """The unit at whose desk `user` receives records today; None where nobody may."""
    if not (user.is_active and can(user.role, Deed.RECEIVE)):
        return None
    key = scope.unit_of(user)
    if key is None:
        return None
    unit = user.unit if key == user.unit_id else Agency.objects.get(pk=key)
    may = unit and unit.receives_records and unit.record_part and unit.is_valid(clock.today())
    return unit if may else None


def may_receive(user: User) -> bool:
    return desk_of(user) is not None


def show(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    if not may_receive(user):
        raise PermissionDenied
    code = parse_code(clean(request.GET.get("procedure", "")))
    procedure = Procedure.objects.public(clock.today()).filter(code=code).first() if code else None
    if procedure is None:
        if code:
            messages.warning(request, _("The catalogue has no procedure with this code that is in force today."))
        return choose(request, context)
    return receive(request, user, procedure, context)


# The procedure ---------------------------------------------------------------------------------


def choose(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The search for the procedure; its code leads straight to the form."""
    query = clean(request.GET.get("q", ""))[:LONGEST_QUERY]
    found = search.find(query) if query else None
    if found and found.code:
        return redirect(f"{reverse(ADD)}?{urlencode({'procedure': found.code})}")
    context |= {
        "title": _("Receive a record"),
        "query": query,
        "rows": named(found.index, found.codes[:MOST_FOUND]) if found else [],
    }
    return TemplateResponse(request, "admin/records/record/choose.html", context)


def suggest(request: HttpRequest, user: User) -> HttpResponse:
    """What the box offers while the officer types: a fragment, procedures alone."""
    if not may_receive(user):
        raise PermissionDenied
    query = clean(request.GET.get("q", ""))[:LONGEST_QUERY]
    index = search.current()
    codes = search.find(query, index=index).codes if len(query) > 1 else []
    context = {"rows": named(index, codes[:SUGGESTED])}
    return render(request, "admin/records/record/_suggestions.html", context)


def named(index: search.Index, codes: list[str]) -> list[tuple[str, str, str]]:
    """Code, name and the address of the form."""
    numbers = ((code, index.number[code]) for code in codes)
    titles = [(code, index.postings.texts[index.postings.of(number).start]) for code, number in numbers]
    return [(code, title, f"{reverse(ADD)}?{urlencode({'procedure': code})}") for code, title in titles]


# The form --------------------------------------------------------------------------------------


def receive(request: HttpRequest, user: User, procedure: Procedure, context: dict[str, Any]) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form, papers = ReceptionForm(procedure, data), Papers(procedure, data)
    if data is not None:
        valid = [form.is_valid(), papers.is_valid()]  # both, so that all errors are told at once
        if all(valid) and (key := received(request, user, procedure, form, papers)):
            return redirect("admin:records_record_received", key)
    form.focus()
    context |= {
        "title": _("Receive a record"),
        "procedure": procedure,
        "form": form,
        "papers": papers,
        "faulty": data is not None,
    }
    return TemplateResponse(request, "admin/records/record/add.html", context)


def received(
    request: HttpRequest, user: User, procedure: Procedure, form: ReceptionForm, papers: Papers
) -> int | None:
    """The key of the new record, or of the one that this very form made before; None when it was refused."""
    once = str(form.cleaned_data["once"])
    before = request.session.get(RECEIVED, {})
    if once in before:
        return before[once]
    try:
        record = actions.receive(
            procedure=procedure,
            unit=desk_of(user),  # type: ignore[arg-type]  # `may_receive` asked
            channel=ChannelKind(form.cleaned_data["channel"]),
            applicant=form.applicant,
            request=form.request(papers.handed_in),
            by=user,
            limit=form.chosen_limit,
        )
    except actions.Refused as refused:
        form.add_error(None, str(refused))
        return None
    request.session[RECEIVED] = dict([*before.items(), (once, record.pk)][-RECEIVED_KEPT:])
    return record.pk


def told(request: HttpRequest, user: User, key: int, context: dict[str, Any]) -> HttpResponse:
    """The code of a record that was just received, large enough to be read out and copied."""
    records = scope.visible_to(user).select_related("procedure")
    record: Record = get_object_or_404(records, pk=key)
    context |= {"title": _("Record received"), "record": record, "may_receive": may_receive(user)}
    return TemplateResponse(request, "admin/records/record/received.html", context)
