"""Letters of a desk that are long work: a day of two thousand receptions, the register of months.

A batch is a row, so that it survives whoever works on it. Each step draws some letters, with no lock held, and keeps
them as a piece in one transaction with their lines in the log and with how far the batch has come. Whoever is killed
leaves all of that or nothing; of two at the same time the second to come finds the batch further on, and gives up what
it drew. The last step joins the pieces.
"""

import datetime
import time
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from organisation.models import Agency, User
from portal import clock
from records import papers, pdf
from records.actions import Refused
from records.models import IssuedLetter, LetterBatch, LetterKind, LetterPiece, Record
from records.personal import Unreadable, seal_file, unseal_file

from . import issuing, periods

SLICE = 2.0  # seconds of work within a request, and what is begun by then
KEPT = datetime.timedelta(days=3)  # that a file may be downloaded again
State = LetterBatch.State


def ask(
    kind: LetterKind, unit: Agency, first: datetime.date, last: datetime.date, *, by: User, lookup: str
) -> LetterBatch:
    """Let letters be made; the batch that runs already when the same person asks for the same again. `Refused` says
    why not."""
    issuing.check_unit(by, unit)
    periods.check(first, last)
    issuing.form_of(kind, last)
    records = periods.meant(kind, unit, first, last)
    until = records.aggregate(last=Max("pk"))["last"]
    if until is None:
        raise Refused(_("Nothing was received here in this period."))
    facts = {"lookup": lookup, "made_at": clock.now(), "until": until, "total": records.count()}
    batch, _made = LetterBatch.objects.get_or_create(
        kind=kind, unit=unit, first=first, last=last, made_by=by, state=State.RUNNING, defaults=facts
    )
    return batch


def is_long(kind: LetterKind, unit: Agency, first: datetime.date, last: datetime.date) -> bool:
    """Whether these letters are more than is drawn in one go."""
    size = periods.SIZE[kind]
    return len(periods.meant(kind, unit, first, last).values_list("pk")[: size + 1]) > size


def run_slice(batch: LetterBatch, *, seconds: float) -> bool:
    """Work on a batch for so many seconds, at least one step; whether anything is left to do."""
    end = time.monotonic() + seconds
    while step(batch) and time.monotonic() < end:
        pass
    return batch.state == State.RUNNING


def step(batch: LetterBatch) -> bool:
    """The next step; whether there is another one. What stands in the way ends the batch, and is told."""
    batch.refresh_from_db()
    if batch.state == State.DONE:
        return False
    try:
        records = waiting(batch)
        if records:
            draw(batch, records)
        else:
            join(batch)
    except (Refused, pdf.Missing) as refusal:
        LetterBatch.objects.filter(pk=batch.pk, state=State.RUNNING).update(state=State.DONE, fault=str(refusal)[:300])
    batch.refresh_from_db()
    return batch.state == State.RUNNING


def waiting(batch: LetterBatch) -> list[Record]:
    """The next records, as many as are drawn in one go."""
    kind = LetterKind(batch.kind)
    records = periods.meant(kind, batch.unit, batch.first, batch.last).filter(pk__lte=batch.until)
    if batch.reached:
        records = periods.beyond(records, batch.reached)
    return list(periods.with_facts(records)[: periods.SIZE[kind]])


def draw(batch: LetterBatch, records: Sequence[Record]) -> None:
    """The next piece; kept when no other runner was there before."""
    issuing.check_unit(batch.made_by, batch.unit)
    logs: list[IssuedLetter] = []
    if batch.kind == LetterKind.RECEIPT:
        content, logs = issuing.receipts(records, batch.first, by=batch.made_by, lookup=batch.lookup)
    else:
        content, log = issuing.register(
            records, batch.unit, batch.first, batch.last, by=batch.made_by, start=batch.done + 1
        )
        logs = [] if batch.done else [log]  # one line for the whole
    sealed = seal_file(content)
    at = LetterBatch.objects.filter(pk=batch.pk, reached=batch.reached, state=State.RUNNING)
    with transaction.atomic():
        if not at.update(reached=records[-1].pk, done=F("done") + len(records)):
            return
        if content:
            LetterPiece.objects.create(batch=batch, number=batch.done + 1, sealed_pdf=sealed)
        IssuedLetter.objects.bulk_create(logs)


def join(batch: LetterBatch) -> None:
    """One file of all pieces, which it takes the place of."""
    pieces = batch.pieces.filter(number__gt=LetterPiece.WHOLE)
    numbers = list(pieces.order_by("number").values_list("number", flat=True))
    if not numbers:
        raise Refused(_("Nothing was received here in this period."))
    try:
        files = (unseal_file(batch.pieces.get(number=number).sealed_pdf) for number in numbers)
        sealed = seal_file(papers.joined(files))
    except (Unreadable, LetterPiece.DoesNotExist):
        raise Refused(_("The letters made so far cannot be read any more. Please ask for them again.")) from None
    with transaction.atomic():
        if LetterBatch.objects.filter(pk=batch.pk, state=State.RUNNING).update(state=State.DONE):
            batch.pieces.all().delete()
            LetterPiece.objects.create(batch=batch, number=LetterPiece.WHOLE, sealed_pdf=sealed)


def file_of(batch: LetterBatch) -> bytes | None:
    """The letters of a batch that is done, while they are kept."""
    piece = batch.pieces.filter(number=LetterPiece.WHOLE).first()
    try:
        return unseal_file(piece.sealed_pdf) if piece else None
    except Unreadable:
        return None


def unfinished() -> Sequence[LetterBatch]:
    """Batches that somebody asked for and that are not done, the oldest first."""
    rows = LetterBatch.objects.filter(state=State.RUNNING).select_related("made_by", "unit")
    return list(rows.order_by("made_at", "pk"))


def tidy() -> int:
    """Delete the files of batches whose days are over; how many."""
    old = LetterBatch.objects.filter(state=State.DONE, made_at__lt=clock.now() - KEPT)
    count, _each = LetterPiece.objects.filter(batch__in=old).delete()
    return count
