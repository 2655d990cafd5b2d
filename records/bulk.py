"""Bulk moves: one move, or one electronic step, for many records, made as a list, looked at, then done one by one.

A job is rows, so that it survives the process that works on it. The outcome of an item is written in the transaction
of its move: whoever is killed leaves either both or none, another goes on, and two may work at the same time.
"""

import logging
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from organisation.models import User
from organisation.roles import Deed, can
from portal import clock

from . import actions, codes, personal, scope
from .models import BulkItem, BulkJob, Record, StepKind
from .results import bulk_steps, rules
from .results.bulk_steps import Goal
from .statuses import MOVES, Status

MOST = 10_000  # codes of a job
BATCH = 500  # codes asked for in one query
SLICE = 2.0  # seconds of work within a request
LONGEST_CODE, LONGEST_MESSAGE = 64, 300  # of the columns
# What a move and a step are judged by, of a record.
JUDGED_BY = (
    *("code", "unit", "agency", "status", "supplements", "sequence"),
    *("procedure__field", "procedure__electronic_process", "draft__file", "draft__made_at"),
)
NEEDS_REASON = {move.to for move in MOVES if move.needs_reason}

logger = logging.getLogger(__name__)

Outcome, State = BulkItem.Outcome, BulkJob.State


# Reading a list --------------------------------------------------------------------------------

CELL_ENDS = re.compile(r"[,;\t|]")
AROUND_A_CODE = " '\"=\ufeff"  # quotes, and what spreadsheets put before a text
# Nothing but letters, digits, dots and dashes, a unit like H02 set off in it, and digits enough.
MEANT_AS_A_CODE = re.compile(
    r"(?=(?:\D*\d){8})(?=.*[A-Z]\d\d[.‐‑‒–—―−_-])[A-Z0-9.\s‐‑‒–—―−_-]+\Z", re.IGNORECASE | re.ASCII
)


def read_list(text: str) -> list[str]:
    """The codes that a pasted text or a CSV file holds, in order; a heading on top is left out.

    Of a line with codes only the codes are taken. A line without any is named by its number: what it says may be
    personal, and a job keeps its list.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if re.search(r"\w", line)]
    entries: list[str] = []
    for place, (number, line) in enumerate(lines):
        found = codes_in(line)
        heading = not place and len(lines) > 1 and not re.search(r"\d", line)
        if found or not heading:
            entries += found or [_("line %(number)d") % {"number": number}]
    return entries


def codes_in(line: str) -> list[str]:
    """What is a code in a line, or was meant to be one."""
    found: list[str] = []
    for cell in (part.strip(AROUND_A_CODE) for part in CELL_ENDS.split(line)):
        words = cell.split()
        if codes.parse(cell):
            found.append(cell)
        elif any(map(codes.parse, words)):
            found += [word for word in words if codes.parse(word) or MEANT_AS_A_CODE.match(word)]
        elif MEANT_AS_A_CODE.match(cell):
            found.append(cell)
    return found


# Making a job ----------------------------------------------------------------------------------


def prepare(
    entries: Iterable[str],
    *,
    to: Goal,
    reason: str,
    by: User,
    root: str = "",
    refused: Mapping[str, str] = MappingProxyType({}),
) -> BulkJob:
    """A job for codes in any spelling, each once. What is no code of a record stays on the list, refused, and so does
    what `refused` has a message for. `root` is what the addresses on print copies begin with.

    Nothing moves yet. `Refused` when there are no codes or too many, when the reason is missing, or when the role
    moves no records.
    """
    if not can(by.role, Deed.SIGN if to == StepKind.SIGN else Deed.MOVE):
        raise actions.NotYours(_("Your role does not move records."))
    if to in NEEDS_REASON and not reason.strip():
        raise actions.ReasonMissing(_("This needs a reason."))
    wanted = {codes.parse(entry) or entry.strip()[:LONGEST_CODE]: bool(codes.parse(entry)) for entry in entries}
    if not wanted:
        raise actions.Refused(_("The list holds no codes."))
    if len(wanted) > MOST:
        raise actions.Refused(
            _("At most %(most)d codes at a time: these are %(count)d.") % {"most": MOST, "count": len(wanted)}
        )
    job = BulkJob(made_by=by, made_at=clock.now(), root=root)
    job.sealed_reason = personal.seal(reason.strip()) if reason.strip() else None
    if isinstance(to, StepKind):
        job.step = to
    else:
        job.to_status = to
    return make(job, wanted, refused)


@transaction.atomic
def make(job: BulkJob, wanted: Mapping[str, bool], refused: Mapping[str, str]) -> BulkJob:
    job.save()
    versions = {
        record.code: record.sequence for record in records_of(code for code, is_one in wanted.items() if is_one)
    }
    items = []
    for position, (code, is_one) in enumerate(wanted.items(), start=1):
        item = BulkItem(job=job, position=position, code=code, version=versions.get(code))
        if code not in versions:
            item.message = _("No record has this code.") if is_one else _("This is not the code of a record.")
        item.message = refused.get(code, item.message)[:LONGEST_MESSAGE]
        if item.message:
            item.outcome = Outcome.REFUSED
        items.append(item)
    BulkItem.objects.bulk_create(items, batch_size=BATCH)
    return job


def records_of(wanted: Iterable[str]) -> Iterator[Record]:
    """The records with these codes, as far as a move is judged by them."""
    left = iter(wanted)
    while batch := list(islice(left, BATCH)):
        records = Record.objects.filter(code__in=batch).select_related("procedure", "draft")
        yield from records.only(*JUDGED_BY).prefetch_related(rules.fetched())


def selected(keys: Iterable[str], by: User) -> list[str]:
    """The codes of records that were ticked in a list, as far as `by` may read them."""
    wanted = [int(key) for key in keys if key.isdecimal()][:MOST]
    return list(scope.visible_to(by).filter(pk__in=wanted).values_list("code", flat=True))


def goal_of(job: BulkJob) -> Goal:
    """What is to become of the records: a status that they go to, or a step that is made."""
    return StepKind(job.step) if job.step else Status(job.to_status)  # type: ignore[arg-type]  # a constraint


def reason_of(job: BulkJob) -> str:
    return personal.unseal(job.sealed_reason) if job.sealed_reason else ""


# Looking before moving -------------------------------------------------------------------------


class Verdict(NamedTuple):
    """What a move would do to an item: `why` it cannot be moved, empty when it can."""

    item: BulkItem
    record: Record | None
    why: str


def preview(job: BulkJob) -> list[Verdict]:
    """Every item in its order, with what would become of it now. Nothing moves."""
    items, reason = list(job.items.all()), reason_of(job)
    known = {record.code: record for record in records_of(item.code for item in items)}
    return [
        Verdict(item, record, why_not(record, item, job, reason) if record else item.message)
        for item in items
        for record in [known.get(item.code)]
    ]


def why_not(record: Record, item: BulkItem, job: BulkJob, reason: str) -> str:
    """Why the record cannot be moved, by the rules of `actions`; empty when it can."""
    if item.outcome == Outcome.REFUSED:
        return item.message
    if scope.may_read(job.made_by, record) and record.sequence != item.version:
        return changed_meanwhile()
    try:
        bulk_steps.check(record, job, goal_of(job), reason)
    except actions.Refused as refusal:
        return str(refusal)
    return ""


def changed_meanwhile() -> str:
    return _("It was changed after this list was made; nothing was overwritten.")


def grouped(messages: Iterable[str]) -> list[tuple[str, int]]:
    """Each message with how often it was given, the most frequent first."""
    return Counter(filter(None, messages)).most_common()


# Moving ----------------------------------------------------------------------------------------


def start(job: BulkJob) -> bool:
    """Let a prepared job run; False when it runs already or is over."""
    started = BulkJob.objects.filter(pk=job.pk, state=State.PREPARED).update(state=State.RUNNING)
    job.refresh_from_db()
    return bool(started)


def stop(job: BulkJob) -> int:
    """Leave the waiting items as they are, refused; how many. What was moved stays moved."""
    with transaction.atomic():
        left = job.items.filter(outcome=Outcome.WAITING).update(
            outcome=Outcome.REFUSED, message=_("The bulk move was stopped before.")
        )
    finish(job)
    return left


def run_slice(job: BulkJob, *, seconds: float) -> int:
    """Move waiting items for so many seconds, at least one; how many still wait.

    Safe beside another runner of the same job, and to be killed at any moment.
    """
    job.refresh_from_db()
    if job.state != State.RUNNING:
        return waiting(job)
    reason, end = reason_of(job), time.monotonic() + seconds
    while move_next(job, reason) and time.monotonic() < end:
        pass
    return finish(job)


@transaction.atomic
def move_next(job: BulkJob, reason: str) -> bool:
    """Move the first waiting item that no other runner holds; False when there is none."""
    rows = BulkItem.objects.select_for_update(skip_locked=True).filter(job=job, outcome=Outcome.WAITING)
    item = rows.order_by("position").first()
    if item is None:
        return False
    item.message = move(item, job, reason)[:LONGEST_MESSAGE]
    item.outcome = Outcome.REFUSED if item.message else Outcome.MOVED
    item.save(update_fields=["outcome", "message"])
    return True


def move(item: BulkItem, job: BulkJob, reason: str) -> str:
    """Move the record of an item, or make its step; the message why it could not be, empty when it was."""
    try:
        record = Record.objects.only("pk").get(code=item.code)
        bulk_steps.do(record, job, goal_of(job), reason=reason, version=item.version)
    except actions.Stale:
        return changed_meanwhile()
    except actions.Refused as refusal:
        return str(refusal)
    except OperationalError:
        raise  # the database, not the record: the item goes on waiting
    except Exception as fault:  # one bad record never blocks the rest; an error's text may hold personal facts
        logger.error("%s was not moved: %s", item.code, type(fault).__name__)
        return _("It could not be moved because of a fault; the operators find it in the log.")
    return ""


def finish(job: BulkJob) -> int:
    """Note that a running job is done when nothing waits any more; how many still wait."""
    left = waiting(job)
    if not left:
        # Every event has the reason as a note of its own: nothing personal is kept twice.
        BulkJob.objects.filter(pk=job.pk).update(state=State.DONE, sealed_reason=None)
    job.refresh_from_db()
    return left


def waiting(job: BulkJob) -> int:
    return job.items.filter(outcome=Outcome.WAITING).count()


def unfinished() -> Sequence[BulkJob]:
    """Jobs that somebody let run and that are not done, the oldest first."""
    return list(BulkJob.objects.filter(state=State.RUNNING).select_related("made_by").order_by("made_at", "pk"))


def visible_to(user: User) -> QuerySet[BulkJob]:
    """The jobs that `user` may see: their own, and every one for those who read all records."""
    jobs = BulkJob.objects.select_related("made_by")
    return jobs if can(user.role, Deed.READ_ALL) else jobs.filter(made_by=user)
