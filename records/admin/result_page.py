"""The result of a record on its page: the five steps with their evidence, and what the reader may do with them."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from organisation.models import User
from organisation.roles import Deed
from records import scope
from records.models import Collection, FileKind, Record, ResultDraft, ResultStep, StepKind
from records.results import rules, steps, storage
from records.signatures import Verdict, is_demonstration

from .forms import ActionForm, person_name

Given = dict[str, Any]
FILE_OF = {StepKind.SIGN: FileKind.SIGNED, StepKind.PRINT: FileKind.PRINT, StepKind.STAMP: FileKind.SEALED}


# What is done ----------------------------------------------------------------------------------


def draft(form: ActionForm, by: User, given: Given) -> Record:
    seen = {"by": by, "version": given["version"]}
    if given["file"]:
        steps.draft(form.record, given["file"].read(), **seen)
    else:
        steps.draft_from_template(form.record, title=given["title"], content=given["content"], **seen)
    return form.record


def sign(form: ActionForm, by: User, given: Given) -> Record:
    return made(steps.sign(form.record, by=by, seen=given["seen"], version=given["version"]))


def accept(form: ActionForm, by: User, given: Given) -> Record:
    return made(steps.accept_signed(form.record, given["file"].read(), by=by, version=given["version"]))


def transfer(form: ActionForm, by: User, given: Given) -> Record:
    return made(steps.transfer(form.record, by=by, version=given["version"]))


def print_copy(form: ActionForm, by: User, given: Given) -> Record:
    return made(steps.print_copy(form.record, root=form.root, by=by, version=given["version"]))


def stamp(form: ActionForm, by: User, given: Given) -> Record:
    return made(steps.stamp(form.record, by=by, version=given["version"]))


def give_back(form: ActionForm, by: User, given: Given) -> Record:
    to = {"to_whom": given["to_whom"], "how": Collection(given["how"])}
    return made(steps.give_back(form.record, **to, by=by, version=given["version"]))


def undo(form: ActionForm, by: User, given: Given) -> Record:
    return steps.undo(form.record, by=by, reason=given["reason"], version=given["version"])


def withdraw(form: ActionForm, by: User, given: Given) -> Record:
    return steps.withdraw(form.record, by=by, reason=given["reason"], version=given["version"])


def made(step: ResultStep) -> Record:
    return step.result.record


PERFORM: dict[str, Callable[[Any, User, Given], Record]] = {
    "draft": draft,
    "sign": sign,
    "accept": accept,
    "transfer": transfer,
    "print": print_copy,
    "stamp": stamp,
    "return": give_back,
    "undo_step": undo,
    "withdraw": withdraw,
}


def outcome(action: str, record: Record) -> str:
    """What was done, for the reader; empty for what is no action of the result."""
    words = {
        "draft": _("%(code)s: the draft is kept. Look at it before you sign."),
        "sign": _("%(code)s: the result is signed."),
        "accept": _("%(code)s: the signed file holds and is kept."),
        "transfer": _("%(code)s: the Center has taken the result over."),
        "print": _("%(code)s: the print copy is made."),
        "stamp": _("%(code)s: the result is stamped."),
        "return": _("%(code)s: the result is returned."),
        "undo_step": _("%(code)s: the step is undone."),
        "withdraw": _("%(code)s: the result is withdrawn."),
    }
    return words[action] % {"code": record.code} if action in words else ""


# What is shown ---------------------------------------------------------------------------------


class Line(NamedTuple):
    """One of the five steps: done, with its evidence; the next; or coming."""

    kind: StepKind
    state: str
    step: ResultStep | None
    actor: str
    verdict: str
    file: str  # the name of the file that it made, under which it is served


class Shown(NamedTuple):
    lines: list[Line]
    draft: ResultDraft | None
    is_mine: bool  # whether the next step is the reader's work
    why_not: str  # what keeps it from being made, whoever asks
    undo: ResultStep | None
    may_withdraw: bool
    over: list[Any]  # results that were withdrawn or taken back
    is_demonstration: bool


def shown(record: Record, user: User) -> Shown | None:
    """What the page says of a result; None where none is made in electronic steps. `record` has them prefetched."""
    now = rules.standing(record)
    if not rules.is_electronic(record, now) and not now.results:
        return None
    following, last = now.next, now.last
    return Shown(
        lines=list(lines(now)),
        draft=ResultDraft.objects.filter(record=record).first() if following == StepKind.SIGN else None,
        is_mine=following is not None and steps.may(user, following, record),
        why_not=rules.refusal(record, following, now) if following else "",
        undo=last if last and steps.may(user, StepKind(last.kind), record, Deed.CORRECT) else None,
        may_withdraw=StepKind.TRANSFER in now.steps and scope.may(user, Deed.WITHDRAW_RESULT, record),
        over=[result for result in now.results if not result.is_living],
        is_demonstration=is_demonstration(),
    )


def lines(now: rules.Standing) -> Iterator[Line]:
    for kind in rules.ORDER:
        step = now.steps.get(kind)
        state = "done" if step else "next" if kind == now.next else "coming"
        verdict = str(Verdict(step.verdict["verdict"]).label) if step and step.verdict else ""
        file = str(FILE_OF.get(kind, "")) if step else ""
        yield Line(kind, state, step, person_name(step.actor) if step else "", verdict, file)


# Files -----------------------------------------------------------------------------------------


def file_of(record: Record, name: str) -> HttpResponse:
    """A file of the record's result, checked against its hash. `StorageFault` when it is not what was kept."""
    if name == FileKind.DRAFT:
        draft = ResultDraft.objects.filter(record=record).select_related("file").first()
        file = draft.file if draft else None
    else:
        kind = next((kind for kind, made in FILE_OF.items() if made == name), None)
        step = rules.standing(record).steps.get(kind or "")
        file = step.file if step else None
    if file is None:
        raise Http404
    return pdf(storage.read(file), f"{record.code}-{name}.pdf")


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF that is saved under this name, and by nobody on the way."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
