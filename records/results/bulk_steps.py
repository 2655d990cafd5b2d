"""What `records.bulk` does to a record: a move, or an electronic step; and drafts that come together."""

import datetime
from collections.abc import Iterable
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from organisation.models import User
from records import actions, codes
from records.models import BulkJob, Record, ResultDraft, StepKind
from records.statuses import Status

from . import steps

Goal = Status | StepKind
# To whom a result is returned is another person for each record: that step is not made in bulk.
IN_BULK = [StepKind.SIGN, StepKind.TRANSFER, StepKind.PRINT, StepKind.STAMP]


def check(record: Record, job: BulkJob, goal: Goal, reason: str) -> None:
    """Refuse what `do` would refuse of the record as it stands, before any file is looked at. A draft that came after
    the list is one that nobody looked at."""
    by = job.made_by
    if isinstance(goal, StepKind):
        steps.check(record, goal, by)
        if goal == StepKind.SIGN:
            check_draft(record, job.made_at)
    else:
        actions.check_move(record, goal, by, reason)


def check_draft(record: Record, since: datetime.datetime) -> None:
    draft: ResultDraft | None = getattr(record, "draft", None)
    if draft is None:
        raise actions.Refused(_("There is no draft of the result to be signed."))
    if draft.made_at > since:
        raise actions.Refused(_("The draft is not the one that you looked at; nothing was signed."))


def seen(record: Record, since: datetime.datetime) -> str:
    """The hash of the draft that was there then; of a later one no hash, so that it is not signed."""
    draft = ResultDraft.objects.filter(record=record, made_at__lte=since).first()
    return draft.file_id if draft else "later"


def do(record: Record, job: BulkJob, goal: Goal, *, reason: str, version: int | None) -> None:
    by, root = job.made_by, job.root
    if goal == StepKind.SIGN:
        steps.sign(record, by=by, seen=seen(record, job.made_at), version=version)
    elif goal == StepKind.TRANSFER:
        steps.transfer(record, by=by, version=version)
    elif goal == StepKind.PRINT:
        steps.print_copy(record, root=root, by=by, version=version)
    elif goal == StepKind.STAMP:
        steps.stamp(record, by=by, version=version)
    else:
        actions.change_status(record, to=Status(goal), by=by, reason=reason, version=version)


def take_drafts(files: Iterable[UploadedFile], by: User) -> tuple[list[str], dict[str, str]]:
    """Keep PDFs that are named by the codes of their records as drafts: the codes, and why some were not kept. A file
    with another name is told by its number: a name may be personal, and a job keeps its list."""
    entries, refused = [], {}
    for number, file in enumerate(files, start=1):
        code = codes.parse(PurePath(file.name or "").stem)
        entries.append(code or _("file %(number)d") % {"number": number})
        record = Record.objects.filter(code=code).first() if code else None
        try:
            if record:
                steps.draft(record, file.read(), by=by)
        except actions.Refused as refusal:
            refused[record.code] = str(refusal)  # type: ignore[union-attr]
    return entries, refused
