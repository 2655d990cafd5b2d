"""A simulation from its order to the rows: in batches of whole days, each one transaction, over several processes."""

import contextlib
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass

from django.db import connection, transaction
from django.utils import timezone

from organisation.models import AgencyKind
from procedures.models import ChannelKind
from records import writing
from records.chronicle import Chronicle
from records.models import Record
from records.statistics.cells import Measure, of_record
from records.statuses import ENDED, Status
from records.working_days import ONE_DAY

from . import worker
from .making import Draft, drafts
from .office import OfficeTime
from .story import live
from .volume import DayPlan, Order, batches, plan
from .world import World

RECORDS_OF_A_BATCH = 4_000
WORTH_TWO = 20_000  # records from which on a second process is worth its start
BEYOND = 500 * ONE_DAY  # due dates may lie so far behind the period


@dataclass
class Tally:
    """What was written, and the figures of the Center: its records that ended in the period."""

    records: int = 0
    events: int = 0
    open: int = 0
    at_center: int = 0
    ended: int = 0
    on_time: int = 0
    online: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def simulate(order: Order, processes: int | None, progress: Callable[[int], None]) -> Tally:
    """Simulate; `progress` is told the number of records after each batch."""
    world, many = World(), order.count >= WORTH_TWO
    size = RECORDS_OF_A_BATCH if many else RECORDS_OF_A_BATCH // 8
    jobs = [(order, days) for days in batches(plan(order, world.calendar), size)]
    if processes is None:
        processes = 2 if many and connection.vendor == "postgresql" else 1
    told = Tally()
    as_a_whole = processes == 1 and not many  # an interrupted `make run` leaves nothing half
    with transaction.atomic() if as_a_whole else contextlib.nullcontext():
        for tally in results(jobs, processes, world):
            told += tally
            progress(told.records)
    return told


def results(jobs: list[tuple[Order, list[DayPlan]]], processes: int, world: World) -> Iterator[Tally]:
    if processes == 1:
        yield from (write_days(*job, world) for job in jobs)
        return
    world.pin_all()
    versions = {procedure: version.pk for procedure, version in world.versions.items()}
    start = (str(connection.settings_dict["NAME"]), versions)
    # Spawned, not forked: a fork would share the connections of this process.
    with multiprocessing.get_context("spawn").Pool(processes, worker.prepare, start) as pool:
        yield from pool.imap_unordered(worker.work, jobs)


@transaction.atomic
def write_days(order: Order, days: list[DayPlan], world: World) -> Tally:
    """Make and write the records of some days."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")  # a simulation can be made again
    office = OfficeTime(world.calendar, order.first, order.last + BEYOND)
    made = [draft for day in days for draft in drafts(order, day, world, office)]
    chronicles = []
    for draft, code in zip(made, codes_for(made), strict=True):
        chronicle = Chronicle(code, draft.reception, world.calendar)
        chronicle.announced = bool(draft.reception.applicant.email)
        live(chronicle, draft.destiny, office, order.end)
        chronicles.append(chronicle)
    events = writing.write(chronicles)
    return tally(made, chronicles, events)


def codes_for(made: list[Draft]) -> Iterator[str]:
    """The next codes of each unit and day, in the order of the drafts."""
    keys = [(d.reception.unit.record_part, timezone.localtime(d.reception.at).date()) for d in made]
    taken = {key: iter(codes) for key, codes in writing.take_codes(Counter(keys)).items()}
    return (next(taken[key]) for key in keys)


def tally(made: list[Draft], chronicles: list[Chronicle], events: int) -> Tally:
    told = Tally(records=len(made), events=events)
    for draft, chronicle in zip(made, chronicles, strict=True):
        record = chronicle.record
        told.open += record.is_open
        if draft.reception.unit.kind == AgencyKind.CENTER:
            told.at_center += 1
            if record.status in ENDED and record.status != Status.REFUSED:
                told.ended += 1
                told.on_time += is_on_time(record)
                told.online += record.channel == ChannelKind.ONLINE
    return told


def is_on_time(record: Record) -> bool:
    """Whether an ended record was in time, by the formula of the figures."""
    return not {Measure.AHEAD, Measure.ON_TIME}.isdisjoint(cell.measure for cell in of_record(record))
