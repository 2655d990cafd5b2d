"""What a row of a file becomes: a record with the way to its status, or faults."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from organisation.models import Agency
from procedures.models import ChannelKind, Procedure
from procedures.tables import folded
from records.actions import Applicant, Request, promised
from records.clock import current_calendar
from records.deadlines import Limit
from records.statuses import Status

from .reading import Row

S = Status
MOST_TOLD = 1_000  # faults; the rest is counted
ANY_TIME = ""  # the move may lack a time of its own: it is that of the step before


class Way(NamedTuple):
    """How a record came to a status: how it began, and its moves, each with the columns that may tell its time."""

    first: Status
    moves: list[tuple[Status, tuple[str, ...]]]


STOPPED_AT = ("status_since", "resolved_at", "returned_at")
HANDED_OVER = (S.IN_PROCESS, (ANY_TIME,))
WAYS = {
    S.SUBMITTED: Way(S.SUBMITTED, []),
    S.RECEIVED: Way(S.RECEIVED, []),
    S.REFUSED: Way(S.SUBMITTED, [(S.REFUSED, STOPPED_AT)]),
    S.IN_PROCESS: Way(S.RECEIVED, [(S.IN_PROCESS, ("status_since", ANY_TIME))]),
    S.SUPPLEMENT: Way(S.RECEIVED, [(S.SUPPLEMENT, ("status_since",))]),
    S.PAYMENT: Way(S.RECEIVED, [HANDED_OVER, (S.PAYMENT, ("status_since",))]),
    S.WITHDRAWAL: Way(S.RECEIVED, [(S.WITHDRAWAL, ("status_since",))]),
    S.STOPPED: Way(S.RECEIVED, [HANDED_OVER, (S.STOPPED, STOPPED_AT)]),
    S.RESOLVED: Way(S.RECEIVED, [HANDED_OVER, (S.RESOLVED, ("resolved_at", "status_since"))]),
    S.RETURNED: Way(
        S.RECEIVED,
        [
            HANDED_OVER,
            (S.RESOLVED, ("resolved_at", "returned_at", "status_since")),
            (S.RETURNED, ("returned_at", "status_since")),
        ],
    ),
}


class Fault(NamedTuple):
    """What is wrong with a cell: line, header, value (empty where it is personal), and why."""

    line: int
    column: str
    value: str
    message: str


class Move(NamedTuple):
    to: Status
    at: datetime.datetime


@dataclass(frozen=True)
class Arrival:
    """A record as a file tells it, complete and legal."""

    row: Row
    code: str
    digest: str  # of everything that the file tells about it
    procedure: Procedure
    unit: Agency
    agency: Agency | None  # None: the one that the rules say
    channel: ChannelKind
    applicant: Applicant
    request: Request
    limit: Limit
    first: Status
    received_at: datetime.datetime
    moves: list[Move]
    reason: str


class Faults:
    """The faults of a file: the first thousand, and how many there are."""

    def __init__(self) -> None:
        self.told: list[Fault] = []
        self.count = 0

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(fault)


class Registers:
    """What a file refers to, read once."""

    def __init__(self) -> None:
        self.procedures = {procedure.code: procedure for procedure in Procedure.objects.all()}
        self.channels_read = False
        self.agencies: dict[str, list[Agency]] = {}
        for agency in Agency.objects.all():
            names = (agency.code, agency.record_part, agency.name, agency.short_name)
            for name in {folded(name) for name in names if name}:
                self.agencies.setdefault(name, []).append(agency)
        self.calendar = current_calendar()

    def promised(self, procedure: Procedure, channel: ChannelKind) -> Limit:
        """`actions.promised` of one of `procedures`. Their channels are read when a row first asks, most files tell
        every limit themselves; all at once, for the next row asks of another."""
        if not self.channels_read:
            prefetch_related_objects([*self.procedures.values()], "channels")
            self.channels_read = True
        return promised(procedure, channel)

    def agency(self, name: str, day: datetime.date) -> Agency:
        """The agency of this code, part of record codes or name that is valid on `day`."""
        found = self.agencies.get(folded(name), [])
        valid = [agency for agency in found if agency.is_valid(day)]
        if len(valid) == 1:
            return valid[0]
        if valid:
            raise ValueError(_("Several units have this name: give the code."))
        raise ValueError(_("Not in force on this day.") if found else _("Unknown unit."))
