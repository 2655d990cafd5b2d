"""One record on one page: facts, papers, dates, what happened, and what may be done next."""

import datetime
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from organisation.models import User
from organisation.roles import Deed, can
from portal import clock
from records import actions, explain, scope
from records.clock import current_calendar, deadline
from records.due import day_text, due_of
from records.history import undoable
from records.keepers import handed_over, keepers
from records.models import Event, EventKind, Record, RecordRead, StepKind
from records.personal import Unreadable, unseal
from records.results import rules
from records.results.storage import StorageFault
from records.statuses import OPEN, Move, Status, moves_from

from . import result_forms, result_page
from .forms import ActionForm, AssignForm, CorrectForm, MoveForm, ReappointForm, person_name

CHANGE = "admin:records_record_change"
KINDS: list[type[ActionForm]] = [MoveForm, AssignForm, ReappointForm, CorrectForm, *result_forms.FORMS]
FORMS = {kind.action: kind for kind in KINDS}
READ_ONCE_IN = datetime.timedelta(hours=1)  # the same reader with the same record again is one reading
READINGS_SHOWN = 20


def fetch(user: User, key: int) -> Record:
    """The record, when `user` may read it; any other is as if it did not exist."""
    records = scope.visible_to(user).select_related("procedure", "version", "unit", "agency", "officer", "apology")
    return get_object_or_404(records.prefetch_related(rules.fetched()), pk=key)


def show(request: HttpRequest, user: User, key: int, context: dict[str, Any]) -> HttpResponse:
    record, sent, stale = fetch(user, key), None, None
    list_query = QueryDict(request.GET.get("list", "")).urlencode()
    if request.method == "POST" and request.POST.get("action") in FORMS:
        sent = FORMS[request.POST["action"]](record, request.POST, request.FILES)
        sent.root = request.build_absolute_uri("/").rstrip("/")
        done, stale = act(sent, user)
        if done:
            messages.success(request, outcome(sent, done))
            page = reverse(CHANGE, args=[key])
            return redirect(f"{page}?{urlencode({'list': list_query})}" if list_query else page)
        record = fetch(user, key)  # as it is now, whatever was refused
    note_reading(record, user)
    kept = keepers(record, scope.state_of(user))
    context |= {
        "title": record.code,
        "record": record,
        "due": due_of(record, clock.now()),
        "facts": facts_of(record),
        **kept,
        "handed_over": handed_over(record, kept["settlers"], scope.state_of(user)),
        "officer": person_name(record.officer) if record.officer else "",
        "papers": papers_of(record),
        "sentences": sentences_of(record),
        "events": happened(record.events.select_related("actor", "note")),
        "readings": readings_of(record, user),
        "next": next_steps(record, user),
        "result": result_page.shown(record, user),
        "forms": {action: fresh(form, record, sent, stale) for action, form in FORMS.items()},
        "sent": sent.action if sent else "",
        "refusals": refusals(sent) if sent else [],
        "stale": stale and happened(stale.since),
        "list_query": list_query,
    }
    return TemplateResponse(request, "admin/records/record/page.html", context, status=409 if stale else 200)


def send_file(request: HttpRequest, user: User, key: int, name: str) -> HttpResponse:
    """A file of the result, for those who may read the record; one that is not what was kept is not handed out."""
    record = fetch(user, key)
    note_reading(record, user)
    try:
        return result_page.file_of(record, name)
    except StorageFault as fault:
        messages.error(request, str(fault))
        return redirect(CHANGE, key)


def note_reading(record: Record, user: User) -> None:
    now = clock.now()
    lately = RecordRead.objects.filter(record=record, reader=user, at__gt=now - READ_ONCE_IN, at__lte=now)
    if not lately.exists():
        RecordRead.objects.create(record=record, reader=user, at=now)


def readings_of(record: Record, user: User) -> list[tuple[datetime.datetime, str]] | None:
    """When and by whom the record was opened lately, for those who see that."""
    if not can(user.role, Deed.SEE_READINGS):
        return None
    last = record.reads.select_related("reader")[:READINGS_SHOWN]
    return [(reading.at, person_name(reading.reader)) for reading in last]


# What is done ----------------------------------------------------------------------------------


def move(form: Any, by: User, given: dict[str, Any]) -> Record:
    return actions.change_status(form.record, to=given["to"], by=by, reason=given["reason"], version=given["version"])


def assign(form: Any, by: User, given: dict[str, Any]) -> Record:
    return actions.assign(form.record, officer=given["officer"], by=by, version=given["version"])


def reappoint(form: Any, by: User, given: dict[str, Any]) -> Record:
    return actions.reappoint(form.record, due=form.due, by=by, reason=given["reason"], version=given["version"])


def correct(form: Any, by: User, given: dict[str, Any]) -> Record:
    return actions.correct(form.record, by=by, reason=given["reason"], version=given["version"])


PERFORM: dict[str, Callable[[Any, User, dict[str, Any]], Record]] = {
    "move": move,
    "assign": assign,
    "reappoint": reappoint,
    "correct": correct,
    **result_page.PERFORM,
}


def act(form: ActionForm, user: User) -> tuple[Record | None, actions.Stale | None]:
    """The record after the action. When it was refused the form says why; when it came too late, `Stale` does."""
    if not form.is_valid():
        return None, None
    try:
        return PERFORM[form.action](form, user, form.cleaned_data), None
    except actions.Stale as stale:
        return None, stale
    except actions.ReasonMissing as refused:
        form.add_error("reason", str(refused))
    except actions.Refused as refused:
        form.add_error(None, str(refused))
    return None, None


def outcome(form: ActionForm, record: Record) -> str:
    if form.action == "assign":
        return _("%(code)s: %(name)s is in charge.") % {"code": record.code, "name": person_name(record.officer)}
    if told := result_page.outcome(form.action, record):
        return told
    if form.action == "reappoint" and record.due_at:
        return _("%(code)s: the new date is %(day)s.") % {"code": record.code, "day": day_text(record.due_at)}
    return _("%(code)s: now “%(status)s”.") % {"code": record.code, "status": Status(record.status).label}


def refusals(form: ActionForm) -> list[str]:
    """What stands at no field that its reader sees."""
    hidden = [error for name in ("version", "to") for error in form.errors.get(name, [])]
    return [*form.non_field_errors(), *hidden]


def fresh(kind: type[ActionForm], record: Record, sent: ActionForm | None, stale: actions.Stale | None) -> ActionForm:
    """The form for the record as it is now. What was typed stays in the one that was sent."""
    if sent is None or sent.action != kind.action:
        return kind(record)
    if stale is None:
        return sent
    form = kind(record)
    form.initial.update((name, value) for name, value in sent.data.items() if name in form.fields)
    return form


# What may be done ------------------------------------------------------------------------------


class NextSteps(NamedTuple):
    moves: list[Move]
    needs_supervisor: bool  # a second supplement, which the reader may not ask for
    assign: bool
    reappoint: bool
    undo: Event | None  # the change that a correction would undo

    @property
    def is_any(self) -> bool:
        return bool(self.moves or self.assign or self.reappoint or self.undo)


def next_steps(record: Record, user: User) -> NextSteps:
    legal = [move for move in moves_from(record.status) if not rules.obstacle(record, move.to)]
    allowed = [move for move in legal if scope.may(user, deed_of(move, record), record)]
    moves_it = scope.may(user, Deed.MOVE, record)
    due = record.status in OPEN and record.due_at and not record.reappointed_to
    return NextSteps(
        moves=allowed,
        needs_supervisor=moves_it and any(move not in allowed for move in legal),
        assign=moves_it and record.is_open,
        reappoint=moves_it and bool(due),
        undo=undoable(record) if scope.may(user, Deed.CORRECT, record) else None,
    )


def deed_of(move: Move, record: Record) -> Deed:
    again = move.to == Status.SUPPLEMENT and record.supplements > 0
    return Deed.SUPPLEMENT_AGAIN if again else Deed.MOVE


# What is shown ---------------------------------------------------------------------------------


def facts_of(record: Record) -> list[tuple[str, str]] | None:
    """The personal facts that were given, readable; None when their key is missing."""
    try:
        given = record.personal
    except Unreadable:
        return None
    names = {
        "name": _("Name"),
        "phone": _("Phone"),
        "identity": _("ID number"),
        "email": _("E-mail"),
        "address": _("Address"),
        "owner": _("Owner of the record"),
        "content": _("Content of the request"),
        "place": _("Result sent to"),
    }
    return [(label, given[name]) for name, label in names.items() if given.get(name)]


class Paper(NamedTuple):
    """A line of the checklist: what is asked for, and what was handed in."""

    name: str
    case: str = ""
    form: str = ""
    asked: dict[str, Any] | None = None
    given: dict[str, Any] | None = None


def papers_of(record: Record) -> list[Paper]:
    """The checklist as it was at reception, in the order of its form, then the papers that it does not name."""
    given = {paper["name"]: paper for paper in record.papers}
    asked = sorted(record.version.facts.get("documents", []), key=lambda row: row["case"] != "")
    listed = [Paper(row["name"], row["case"], row["form"], row, given.get(row["name"])) for row in asked]
    known = {paper.name for paper in listed}
    return [*listed, *(Paper(name, given=paper) for name, paper in given.items() if name not in known)]


def sentences_of(record: Record) -> list[str]:
    computed = deadline(record, current_calendar())
    if computed is None:
        return [_("The clock has not started: the record was not accepted.")]
    lines = explain.sentences(computed)
    if record.reappointed_to:
        lines.append(_("A new date was appointed: %(day)s.") % {"day": day_text(record.reappointed_to)})
    return lines


class Line(NamedTuple):
    """An event in the timeline."""

    event: Event
    actor: str
    reason: str
    officer: str  # who was put in charge
    step: str  # the electronic step that was made or undone
    undoes: int | None  # the number of the event that was undone
    due_moved: bool


def happened(events: Sequence[Event] | Any) -> list[Line]:
    events = list(events)
    chosen = [event.details["officer"] for event in events if event.kind == EventKind.ASSIGNED]
    names = {one.pk: person_name(one) for one in User.objects.filter(pk__in=chosen)} if chosen else {}
    return [
        Line(
            event=event,
            actor=person_name(event.actor),
            reason=reason_of(event),
            officer=names.get(event.details.get("officer"), ""),
            step=str(StepKind(event.details["step"]).label) if "step" in event.details else "",
            undoes=event.details.get("undoes"),
            due_moved=event.due_before != event.due_after,
        )
        for event in events
    ]


def reason_of(event: Event) -> str:
    if not hasattr(event, "note"):
        return _("The reason was erased.") if event.reason_digest else ""
    try:
        return unseal(event.note.sealed)
    except Unreadable:
        return _("unreadable: its key is missing")
