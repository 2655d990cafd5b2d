"""The cells of the figures that one record counts in: month by month, what was received and how it ended."""

import datetime
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procedures.models import ChannelKind
from records.models import Record
from records.statuses import Status

from .formula import Facts, Verdict, judge

DAY = 480  # minutes of office time
# Upper edges of the histogram of working time, in minutes of office time. Percentiles are told as "within so many":
# true to the last record, because they are read at an edge.
EDGES = (
    *(60, 120, 240),
    *range(DAY, 10 * DAY, DAY // 2),
    *range(10 * DAY, 30 * DAY, DAY),
    *range(30 * DAY, 100 * DAY, 5 * DAY),
    *range(100 * DAY, 251 * DAY, 25 * DAY),
)
FIRST_BUCKET = 100


class Measure(models.IntegerChoices):
    """What a cell counts; from `FIRST_BUCKET` on it is a bucket of the histogram of working time."""

    RECEIVED = 1, _("received")
    REFUSED = 2, _("not accepted")
    AHEAD = 3, _("resolved ahead of time")
    ON_TIME = 4, _("resolved on time")
    LATE = 5, _("resolved late")
    ONLINE = 6, _("resolved, filed online")
    BALANCE = 7, _("in process more than at the beginning of the year")  # the whole year in its first month


ENDINGS = {Verdict.AHEAD: Measure.AHEAD, Verdict.ON_TIME: Measure.ON_TIME, Verdict.LATE: Measure.LATE}


class Cell(NamedTuple):
    """Where a record counts. `agency` is 0 where the unit that received it settles it."""

    month: datetime.date  # its first day
    unit: int
    agency: int
    field: int
    channel: str
    measure: int


class Row(NamedTuple):
    """What is counted of a record, as the database has it."""

    unit_id: int
    agency_id: int
    field_id: int | None  # None: from before it was kept
    channel: str
    status: int
    status_since: datetime.datetime
    received_at: datetime.datetime
    promised_at: datetime.datetime | None
    resolved_at: datetime.datetime | None
    returned_at: datetime.datetime | None
    supplements: int
    working_minutes: int | None


Cells = Counter[Cell]
READ = attrgetter(*Row._fields)


def month_of(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.date:
    wall = moment.astimezone(zone)
    return datetime.date(wall.year, wall.month, 1)


def bucket(minutes: int) -> int:
    """The measure of a working time."""
    return FIRST_BUCKET + bisect_left(EDGES, minutes)


def edge(measure: int) -> int | None:
    """The minutes within which every record of this bucket was worked on; None beyond the last edge."""
    number = measure - FIRST_BUCKET
    return EDGES[number] if number < len(EDGES) else None


def ended(row: Row) -> datetime.datetime | None:
    """The end of the processing (see `formula`)."""
    return row.resolved_at or row.returned_at or (row.status_since if row.status == Status.STOPPED else None)


def of_record(record: Record) -> Cells:
    """The cells that a record counts in as it stands."""
    return of_row(Row(*READ(record)), timezone.get_current_timezone())


def of_row(row: Row, zone: datetime.tzinfo) -> Cells:
    """The cells that the record counts in, each once; months are those of `zone`."""
    agency = 0 if row.agency_id == row.unit_id else row.agency_id
    return Counter(
        Cell(month, row.unit_id, agency, row.field_id or 0, row.channel, measure)
        for month, measure in counted(row, zone)
    )


def counted(row: Row, zone: datetime.tzinfo) -> Iterator[tuple[datetime.date, int]]:
    yield month_of(row.received_at, zone), Measure.RECEIVED
    if row.status == Status.REFUSED:
        yield month_of(row.status_since, zone), Measure.REFUSED
    end = ended(row)
    if end is None:
        return
    month, promised = month_of(end, zone), row.promised_at
    facts = Facts(
        promised.astimezone(zone) if promised else None, end.astimezone(zone), bool(row.resolved_at), row.supplements
    )
    verdict = judge(facts, end)
    if verdict is None:
        return
    yield month, ENDINGS[verdict]
    if row.channel == ChannelKind.ONLINE:
        yield month, Measure.ONLINE
    if row.working_minutes is not None:
        yield month, bucket(row.working_minutes)
