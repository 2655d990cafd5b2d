"""Records of another system written as legal histories: in batches, each whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from procedures.models import ProcedureVersion, pin
from records import writing
from records.chronicle import Chronicle, Reception, Settling
from records.clock import local
from records.models import Event, Record
from records.statuses import BY_ENDS, Status

from .arrivals import Arrival
from .checking import Checker

ROWS_OF_A_BATCH = 1_000
NO_REASON = "Chuyển từ hệ thống khác, không kèm lý do."  # where the rules ask for one and the file has none


class Changed(Exception):
    """The file or the database is no longer what was checked."""


def batches(arrivals: Iterable[Arrival], size: int = ROWS_OF_A_BATCH) -> Iterator[list[Arrival]]:
    waiting = iter(arrivals)
    while batch := list(islice(waiting, size)):
        yield batch


def unknown(batch: Sequence[Arrival], refuse: Callable[[Arrival, str], None]) -> list[Arrival]:
    """Those of a batch that are not there yet. `refuse` is told of those that are, but with another content."""
    present = set(Record.objects.filter(code__in=[a.code for a in batch]).values_list("code", flat=True))
    if not present:
        return list(batch)
    first = Event.objects.filter(record__code__in=present, sequence=1).values_list("record__code", "details")
    digests = {code: details.get("digest") for code, details in first}
    for arrival in batch:
        if arrival.code in present and digests[arrival.code] is None:
            refuse(arrival, _("This record was received here."))
        elif arrival.code in present and digests[arrival.code] != arrival.digest:
            refuse(arrival, _("This record was imported with another content."))
    return [arrival for arrival in batch if arrival.code not in present]


def check(checker: Checker, progress: Callable[[int], None]) -> tuple[int, int]:
    """Check the whole file; how many records are new, and how many are there already."""
    new = there = 0
    for batch in batches(checker.arrivals()):
        missing = unknown(batch, lambda arrival, text: checker.fault(arrival.row, "code", text))
        new, there = new + len(missing), there + len(batch) - len(missing)
        progress(batch[-1].row.line)
    return new, there


class Importer:
    """Writes arrivals; what many of them share is looked up once."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.settling = Settling()
        self.versions: dict[int, ProcedureVersion] = {}

    def run(self, progress: Callable[[int], None], size: int = ROWS_OF_A_BATCH) -> int:
        """Write what is not there yet; how many records that were. A second run goes on where the first stopped."""
        written = 0
        for batch in batches(self.checker.arrivals(), size):
            self.stop_on_faults()
            written += self.write(batch)
            progress(written)
        self.stop_on_faults()
        return written

    def stop_on_faults(self) -> None:
        if self.checker.faults.count:
            raise Changed(_("The file has changed since it was checked."))

    @transaction.atomic
    def write(self, batch: Sequence[Arrival]) -> int:
        chronicles = [self.chronicle(arrival) for arrival in unknown(batch, self.refuse)]
        writing.write(chronicles)
        return len(chronicles)

    def refuse(self, arrival: Arrival, text: str) -> None:
        raise Changed(f"{arrival.code}: {text}")

    def chronicle(self, arrival: Arrival) -> Chronicle:
        day = local(arrival.received_at).date()
        reception = Reception(
            procedure=arrival.procedure,
            version=self.version(arrival),
            unit=arrival.unit,
            agency=arrival.agency or self.settling.agency(arrival.procedure, arrival.unit, day),
            channel=arrival.channel,
            applicant=arrival.applicant,
            request=arrival.request,
            limit=arrival.limit,
            status=arrival.first,
            at=arrival.received_at,
            details={"digest": arrival.digest},
        )
        made = Chronicle(arrival.code, reception, self.checker.registers.calendar, marks={"imported": True})
        for move in arrival.moves:
            needs_reason = BY_ENDS[Status(made.record.status), move.to].needs_reason
            made.move(move.to, move.at, reason=(arrival.reason or NO_REASON) if needs_reason else "")
        return made

    def version(self, arrival: Arrival) -> ProcedureVersion:
        key = arrival.procedure.pk
        if key not in self.versions:
            self.versions[key] = pin(arrival.procedure)
        return self.versions[key]
