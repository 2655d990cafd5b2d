"""The monitoring board: every number is a link that opens its records in the list of the counter."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from organisation import succession
from organisation.models import Agency, User
from portal import clock
from records import listing, scope
from records.clock import current_calendar
from records.listing import ANY, LATE, NOBODY, OVERDUE, SOON_DUE, TODAY, UNCOLLECTED, WAITING_LONG
from records.statistics import board, movements, silence
from records.statistics.board import Load, Stretch

from .forms import person_name

LIST = "admin:records_record_changelist"
SHOWN = 12  # rows of a table that are seen at once
MOST_OFFICERS = 100
CHART = (320, 130)  # pixels of a telephone: the letters in it stay readable
FOOT, HEAD = 16, 14  # of the chart: room for days and numbers


class Number(NamedTuple):
    """A number and the address of exactly its records; written without a template, there are hundreds on the page."""

    text: str
    address: str
    is_zero: bool = False

    def __html__(self) -> str:
        if self.is_zero:
            return format_html('<span class="zero">{}</span>', self.text)
        return format_html('<a href="{}">{}</a>', self.address, self.text)

    def __str__(self) -> str:
        return self.__html__()


class Row(NamedTuple):
    name: str
    note: str
    numbers: list[Number]


class Bar(NamedTuple):
    """A stretch of due dates in the chart and in its table; coordinates are whole numbers."""

    stretch: Stretch
    number: Number
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


class Links:
    """Addresses of the list with the reach of the board."""

    def __init__(self, user: User) -> None:
        self.list = reverse(LIST)
        self.reach = {"scope": "all"} if board.sees_all(user) else {}
        self.units = succession.units(scope.state_of(user))

    def to(self, **query: Any) -> str:
        return f"{self.list}?{urlencode({**{name: value for name, value in query.items() if value}, **self.reach})}"

    def number(self, count: int, most: int | None = None, **query: Any) -> Number:
        """`most` where no more than so many were counted."""
        return Number(listing.count_text(count, most or count), self.to(**query), not count)

    def of(self, kind: str, agency: Agency) -> dict[str, Any]:
        """What the list is asked for the records of a place, with those of the ended units where it stands."""
        return {kind: agency.code, "with_former": "on" if self.units.stood_before(agency.pk) else ""}


def show(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    if not board.sees_board(user):
        raise PermissionDenied
    now, calendar = clock.now(), current_calendar()
    today, links, whole = clock.today(), Links(user), bool(request.GET.get("whole"))
    due = board.due(user, now, calendar)
    silent = silence.silent(user, today, calendar)
    worse = movements.worst(user, now, calendar)
    agencies = Agency.objects.in_bulk({*due.agencies, *(one.place for one in worse)})
    context |= {
        "title": _("Monitoring board"),
        "moment": now,
        "whole": whole,
        "sees_all": board.sees_all(user),
        "unit": None if board.sees_all(user) else Agency.objects.filter(pk=scope.unit_of(user) or 0).first(),
        "tiles": [*tiles(user, now, due.total, links), (_("Silent offices"), silent_tile(silent), "")],
        "bars": bars(due.ahead, links),
        "chart": CHART,
        "base": CHART[1] - FOOT,
        "agencies": parted(agency_rows(due.agencies, agencies, links), whole),
        "officers": parted(officer_rows(due.officers, links), whole),
        "more_officers": max(len(due.officers) - MOST_OFFICERS, 0),
        "worse": worse_rows(worse, agencies, links, today),
        "silent": parted(silent_rows(silent, links, today), whole),
        "silent_after": silence.SILENT_AFTER,
    }
    return TemplateResponse(request, "admin/records/board.html", context)


def parted(rows: list[Any], whole: bool) -> tuple[list[Any], list[Any]]:
    """What is seen at once, and what is opened: nothing where all is wanted, as for printing."""
    return (rows, []) if whole else (rows[:SHOWN], rows[SHOWN:])


# The parts --------------------------------------------------------------------------------------


def tiles(user: User, now: datetime.datetime, total: Load, links: Links) -> list[tuple[str, Number, str]]:
    """What it is, how many, and what the reader has to know about it."""
    alone = {name: found for name, (_filters, found) in board.counted_alone(user, now).items()}
    day, most = clock.today().isoformat(), board.MOST_COUNTED
    longest, within = {"days": listing.LONGEST_WAIT}, {"days": listing.COLLECTED_WITHIN}
    return [
        (_("Received today"), links.number(alone["received"], most, status=ANY, start=day, end=day), ""),
        (_("Overdue"), links.number(total.overdue, due=OVERDUE), ""),
        (_("Due today"), links.number(total.today, due=TODAY), _("not overdue yet")),
        (_("Due within 3 days"), links.number(total.soon, due=SOON_DUE), _("today included")),
        (
            _("Waiting for the citizen"),
            links.number(alone[WAITING_LONG], most, due=WAITING_LONG),
            _("for more than %(days)d days") % longest,
        ),
        (
            _("Results not collected"),
            links.number(alone[UNCOLLECTED], most, due=UNCOLLECTED),
            _("for more than %(days)d days") % within,
        ),
    ]


def silent_tile(silent: list[silence.Silence]) -> Number:
    return Number(listing.count_text(len(silent), len(silent)), "#silent", not silent)


def bars(ahead: list[Stretch], links: Links) -> list[Bar]:
    step = CHART[0] // max(len(ahead), 1)
    most = max((stretch.records for stretch in ahead), default=0) or 1
    room, found = CHART[1] - FOOT - HEAD, []
    for place, stretch in enumerate(ahead):
        height = round(stretch.records / most * room)
        query = {"due_from": stretch.first, "due_to": stretch.last} if stretch.first else {"due": TODAY}
        number = links.number(stretch.records, **query)
        found.append(Bar(stretch, number, place * step + 3, CHART[1] - FOOT - height, step - 6, height))
    return found


def load_numbers(load: Load, links: Links, **query: Any) -> list[Number]:
    return [links.number(count, due=due, **query) for due, count in zip((OVERDUE, TODAY, SOON_DUE), load, strict=True)]


def ended_text(agency: Agency) -> str:
    """Until when there was an agency that several follow: whose record is whose today, the record's page tells."""
    if not agency.has_ended(clock.today()):
        return ""
    return _("until %(day)s") % {"day": date_format(agency.valid_to, "SHORT_DATE_FORMAT")}  # type: ignore[arg-type]


def agency_rows(loads: Mapping[int, Load], agencies: Mapping[int, Agency], links: Links) -> list[Row]:
    return [
        Row(agencies[pk].name, ended_text(agencies[pk]), load_numbers(load, links, **links.of("agency", agencies[pk])))
        for pk, load in loads.items()
    ]


def officer_rows(loads: Mapping[int | None, Load], links: Links) -> list[Row]:
    """Those who are in charge, and first what nobody is in charge of."""
    keys: Iterable[int | None] = sorted(loads, key=lambda key: key is not None)
    shown = list(keys)[:MOST_OFFICERS]
    people = User.objects.select_related("unit").in_bulk([key for key in shown if key])
    rows = []
    for key in shown:
        person = people[key] if key else None
        name = person_name(person) if person else _("Nobody is in charge")
        note = person.unit.short_name or person.unit.name if person and person.unit else ""
        rows.append(Row(name, note, load_numbers(loads[key], links, officer=key or NOBODY)))
    return rows


class WorseRow(NamedTuple):
    name: str
    kind: str
    before: Number
    recent: Number
    movement: Any


def worse_rows(
    worse: list[movements.Worse], agencies: Mapping[int, Agency], links: Links, today: datetime.date
) -> list[WorseRow]:
    span, rows = movements.stretches_of(today), []
    for kind, place, movement in worse:
        query = {**links.of(kind, agencies[place]), "due": LATE}
        before = links.number(movement.before, due_from=span.before_from, due_to=span.before_to, **query)
        recent = links.number(movement.recent, due_from=span.recent_from, due_to=span.recent_to, **query)
        rows.append(WorseRow(agencies[place].name, kind, before, recent, movement))
    return rows


class SilentRow(NamedTuple):
    silence: silence.Silence
    last: str  # the address of what was received on the last day
    usual: Number


def silent_rows(silent: list[silence.Silence], links: Links, today: datetime.date) -> list[SilentRow]:
    first, last = silence.usual_days(today)
    rows = []
    for one in silent:
        query: dict[str, Any] = {"unit": one.office.code, "status": ANY}
        there = links.to(**query, start=one.since, end=one.since) if one.since else ""
        rows.append(SilentRow(one, there, links.number(one.usual, **query, start=first, end=last)))
    return rows
