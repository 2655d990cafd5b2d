"""What a report says, section by section, in the applicants' language: the same tables for every kind of file."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from organisation.models import Agency, AgencyKind
from procedures.models import ChannelKind, Field

from .due import day_text
from .models import ChannelFigure, FrozenMonth, Report, UnitFigure, WorkFigure
from .statistics.cells import DAY
from .statistics.formula import IN_TIME, Verdict, share
from .statistics.report import KINDS, Period, Totals, balance, read, totals, whole
from .statistics.standing_open import NOT_JUDGED

Cell = str | int | float | None  # None: not applicable, of nothing
LEVELS = [AgencyKind.CENTER, AgencyKind.DISTRICT, AgencyKind.COMMUNE]


class Section(NamedTuple):
    """A table with its title; the first column says what a row is of."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    has_sum: bool = False  # in the last row
    is_even: bool = False  # its columns are of one width

    @property
    def is_text(self) -> bool:
        """Whether it explains, instead of counting."""
        return not any(isinstance(cell, int | float) for row in self.rows for cell in row)


def sections(report: Report) -> list[Section]:
    with translation.override(settings.LANGUAGE_CODE):
        period = Period(report.first, report.last, KINDS[report.scope])
        return [
            headline(period),
            balanced(period),
            indicator(report, period),
            by_month(period),
            by_agency(period),
            by_level(period),
            by_unit(period),
            by_field(period),
            by_channel(period),
            *frozen(period),
            definitions(),
        ]


# The whole -------------------------------------------------------------------------------------


def headline(period: Period) -> Section:
    told = whole(period)
    rows: list[Sequence[Cell]] = [
        (_("Received"), told.received),
        (_("Not accepted"), told.refused),
        (_("Resolved"), told.resolved),
        (_("of them ahead of time"), told.ahead),
        (_("of them on time"), told.on_time),
        (_("of them late"), told.late),
        (_("Share ahead and on time (%)"), told.share_on_time),
        (_("Share of resolved records filed online (%)"), told.share_online),
        (_("Half of them resolved within (working days)"), days(told.within(50))),
        (_("Nine in ten of them resolved within (working days)"), days(told.within(90))),
    ]
    return Section(_("Summary"), (_("Figure"), _("Value")), rows)


def days(minutes: int | None) -> float | None:
    return minutes and round(minutes / DAY, 2)


def balanced(period: Period) -> Section:
    told = balance(period)
    rows: list[Sequence[Cell]] = [
        (_("In process at the start of the period"), told.start),
        (_("+ Received in the period"), told.received),
        (_("− Not accepted"), told.refused),
        (_("− Resolved"), told.resolved),
        (_("= In process at the end of the period"), told.end),
    ]
    return Section(_("Balance"), (_("Figure"), _("Records")), rows, has_sum=True)


def indicator(report: Report, period: Period) -> Section:
    """The indicator of Decision 766/QĐ-TTg: what ended in the period, and what was open at its end."""
    told, opened = whole(period), Counter(report.tally)
    in_time = told.ahead + told.on_time + sum(opened[verdict] for verdict in IN_TIME)
    judged = told.resolved + sum(opened[verdict] for verdict in Verdict)
    rows: list[Sequence[Cell]] = [
        (_("Resolved ahead of time or on time"), told.ahead + told.on_time),
        (_("Resolved late"), told.late),
        (_("Open at the end, within its time"), opened[Verdict.WITHIN]),
        (_("Open at the end, overdue"), opened[Verdict.OVERDUE]),
        (_("Open at the end, not accepted yet: not judged"), opened[NOT_JUDGED]),
        (_("Share in time (%)"), share(in_time, judged)),
    ]
    note = _("Open records are judged as they stood on %(day)s.") % {"day": day_text(report.judged_at)}
    return Section(_("Share in time by Decision 766/QĐ-TTg"), (_("Figure"), _("Value")), rows, note, has_sum=True)


# Part by part ----------------------------------------------------------------------------------


def head(what: str) -> Sequence[str]:
    return (
        what,
        _("Received"),
        _("Not accepted"),
        _("Resolved"),
        _("Ahead"),
        _("On time"),
        _("Late"),
        _("In time (%)"),
        _("Online (%)"),
        _("Nine in ten within (days)"),
    )


def row(name: str, told: Totals) -> Sequence[Cell]:
    return (
        name,
        told.received,
        told.refused,
        told.resolved,
        told.ahead,
        told.on_time,
        told.late,
        told.share_on_time,
        told.share_online,
        days(told.within(90)),
    )


def parts(title: str, what: str, period: Period, found: Sequence[tuple[str, Totals]], note: str = "") -> Section:
    """A table with a row for each part and one for the whole."""
    rows = [row(name, told) for name, told in found]
    return Section(title, head(what), [*rows, row(_("Total"), whole(period))], note, has_sum=True)


def largest_first(found: Mapping[Any, Totals], names: Mapping[Any, str]) -> list[tuple[str, Totals]]:
    named = [(names.get(key, str(key)), told) for key, told in found.items()]
    return sorted(named, key=lambda item: (-item[1].received, item[0]))


def by_month(period: Period) -> Section:
    found = sorted(read(ChannelFigure, "month", period).items())
    return parts(_("By month"), _("Month"), period, [(f"{month:%m/%Y}", told) for month, told in found])


def by_agency(period: Period) -> Section:
    names = {**dict(Agency.objects.values_list("pk", "name")), 0: _("The receiving units themselves")}
    found = largest_first(read(WorkFigure, "agency", period), names)
    return parts(_("By settling agency"), _("Agency"), period, found, _("Agencies as they were at reception."))


def by_level(period: Period) -> Section:
    found = read(ChannelFigure, "place", period)
    rows = [(str(level.label), found[level]) for level in LEVELS if level in found]
    return parts(_("By level"), _("Level of the receiving unit"), period, rows)


def by_unit(period: Period) -> Section:
    names = dict(Agency.objects.values_list("pk", "name"))
    found = largest_first(read(UnitFigure, "unit", period), names)
    return parts(_("By receiving unit"), _("Unit"), period, found, _("A unit without any record is not listed."))


def by_field(period: Period) -> Section:
    names = {**dict(Field.objects.values_list("pk", "name")), 0: _("Not known")}
    found = largest_first(read(WorkFigure, "field", period), names)
    return parts(_("By field"), _("Field"), period, found)


def by_channel(period: Period) -> Section:
    names = {kind.value: str(kind.label) for kind in ChannelKind}
    found = largest_first(read(ChannelFigure, "channel", period), names)
    return parts(_("By channel"), _("Channel"), period, found)


# Frozen months ---------------------------------------------------------------------------------


def frozen(period: Period) -> Iterator[Section]:
    """What the frozen months of the period told, and what they come to with their corrections.

    Who corrected what and why stands on the page of the months, where it can be erased with its record's facts.
    """
    rows: list[Sequence[Cell]] = []
    units = set(Agency.objects.filter(kind__in=period.kinds).values_list("pk", flat=True))
    months = FrozenMonth.objects.filter(month__gte=period.first, month__lte=period.last).order_by("month")
    for month in months.prefetch_related("corrections"):
        then, now = told_of(month, period), whole(period._replace(first=month.month, last=month.month))
        rows.append(
            (
                f"{month.month:%m/%Y}",
                day_text(month.frozen_at),
                *(then.received, then.resolved, then.share_on_time),
                sum(any(unit in units for unit, *_rest in row.cells) for row in month.corrections.all()),
                *(now.received, now.resolved, now.share_on_time),
            )
        )
    titles = (
        *(_("Month"), _("Frozen on")),
        *(_("Received, as told"), _("Resolved, as told"), _("In time (%), as told")),
        _("Corrections"),
        *(_("Received now"), _("Resolved now"), _("In time (%) now")),
    )
    if rows:
        yield Section(_("Frozen months and their corrections"), titles, rows, is_even=True)


def told_of(month: FrozenMonth, period: Period) -> Totals:
    """What a month told when it was frozen."""
    cells = month.cells[ChannelFigure.__name__]
    counts: Counter[int] = Counter()
    for place, _channel, measure, count in cells:
        if place in period.kinds:
            counts[measure] += count
    return totals(counts)


# Definitions -----------------------------------------------------------------------------------


def definitions() -> Section:
    rows = [
        (_("Received"), _("Every record by the day on which it was handed in or filed online.")),
        (_("Not accepted"), _("Refused at reception (status 3), by the day of the refusal.")),
        (
            _("Resolved"),
            _(
                "Processing has ended, by the day of its end: the first time “resolved” (9), without it “returned” "
                "(10), without both a stop after acceptance (8)."
            ),
        ),
        (_("Ahead of time"), _("Ended before the promised day.")),
        (_("On time"), _("Ended on the promised day, in time.")),
        (
            _("Late"),
            _(
                "Ended after the promised moment, or stopped after more than one request for a supplement. A new date "
                "that was appointed with an apology changes nothing."
            ),
        ),
        (
            _("Promised"),
            _(
                "The date on the receipt, as moved by days off that the Government swapped and by the time in which "
                "the applicant had to act."
            ),
        ),
        (_("In process"), _("Received before and neither resolved nor refused at that moment.")),
        (_("Working days"), _("Eight hours of office time; the applicant's own time is taken off.")),
        (
            _("Share in time by Decision 766/QĐ-TTg"),
            _(
                "Records that ended in time and open ones that are within their time, of all that ended in the period "
                "or were open at its end."
            ),
        ),
    ]
    return Section(_("Definitions"), (_("Word"), _("Meaning")), rows)
