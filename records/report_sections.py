"""What a report says, section by section, in the applicants' language: the same tables for every kind of file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from organisation import succession
from organisation.models import Agency

from .due import day_text
from .models import ChannelFigure, FrozenMonth, Report, Scope
from .statistics.cells import DAY
from .statistics.definitions import IN_A_REPORT
from .statistics.formula import IN_TIME, Verdict, share
from .statistics.groups import Group, named
from .statistics.reading import By, Figures, Query, Time, by_month, kinds, total, whole
from .statistics.standing_open import NOT_JUDGED

Cell = str | int | float | None  # None: not applicable, of nothing


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
        query = query_of(report)
        months = by_month(query)
        told = total(months)
        groups = [
            (By.AGENCY, _("By settling agency"), _("Agency"), _("Agencies as they were at reception.")),
            (By.LEVEL, _("By level"), _("Level of the receiving unit"), ""),
            (By.UNIT, _("By receiving unit"), _("Unit"), _("A unit without any record is not listed.")),
            (By.FIELD, _("By field"), _("Field"), ""),
            (By.CHANNEL, _("By channel"), _("Channel"), ""),
        ]
        return [
            headline(told),
            balanced(told),
            indicator(report, told),
            table(_("By month"), _("Month"), [row(f"{month:%m/%Y}", found) for month, found in months.items()], told),
            *(table(title, what, parts(query._replace(by=by)), told, note) for by, title, what, note in groups),
            *frozen(query),
            definitions(),
        ]


def query_of(report: Report) -> Query:
    return Query(report.first, report.last, Scope(report.scope))


# The whole -------------------------------------------------------------------------------------


def headline(told: Figures) -> Section:
    rows: list[Sequence[Cell]] = [
        (_("Received"), told.received),
        (_("Not accepted"), told.refused),
        (_("Resolved"), told.resolved),
        (_("of them ahead of time"), told.ahead),
        (_("of them on time"), told.on_time),
        (_("of them late"), told.late),
        (_("Share ahead and on time (%)"), told.share_in_time),
        (_("Share of resolved records filed online (%)"), told.share_online),
        (_("Half of them resolved within (working days)"), days(told.median)),
        (_("Nine in ten of them resolved within (working days)"), days(told.ninth_tenth)),
    ]
    return Section(_("Summary"), (_("Figure"), _("Value")), rows)


def days(time: Time | None) -> Cell:
    """Working days; a text beyond what is told apart."""
    if time is None:
        return None
    number = round(time.minutes / DAY, 2)
    return f"> {number:g}" if time.beyond else number


def balanced(told: Figures) -> Section:
    rows: list[Sequence[Cell]] = [
        (_("In process at the start of the period"), told.at_start),
        (_("+ Received in the period"), told.received),
        (_("− Not accepted"), told.refused),
        (_("− Resolved"), told.resolved),
        (_("= In process at the end of the period"), told.in_process),
    ]
    return Section(_("Balance"), (_("Figure"), _("Records")), rows, has_sum=True)


def indicator(report: Report, told: Figures) -> Section:
    """The indicator of Decision 766/QĐ-TTg: what ended in the period, and what was open at its end."""
    opened = Counter(report.tally)
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


def row(name: str, told: Figures) -> Sequence[Cell]:
    return (
        name,
        told.received,
        told.refused,
        told.resolved,
        told.ahead,
        told.on_time,
        told.late,
        told.share_in_time,
        told.share_online,
        days(told.ninth_tenth),
    )


def table(title: str, what: str, rows: Sequence[Sequence[Cell]], told: Figures, note: str = "") -> Section:
    """A table with a row for each part and one for the whole."""
    return Section(title, head(what), [*rows, row(_("Total"), told)], note, has_sum=True)


def parts(query: Query) -> list[Sequence[Cell]]:
    """The groups, the largest first: a report is for those who answer for the records, all of them are named."""
    found = sorted(named(query, succession.state()), key=lambda item: (-item.figures.received, item.group.name))
    return [row(name_of(item.group), item.figures) for item in found]


def name_of(group: Group) -> str:
    return group.name if group.is_data or not group.level else f"{group.name} ({group.level.label})"


# Frozen months ---------------------------------------------------------------------------------


def frozen(query: Query) -> Iterator[Section]:
    """What the frozen months of the period told, and what they come to with their corrections.

    Who corrected what and why stands on the page of the months, where it can be erased with its record's facts.
    """
    rows: list[Sequence[Cell]] = []
    units = set(Agency.objects.filter(kind__in=kinds(query.scope)).values_list("pk", flat=True))
    months = FrozenMonth.objects.filter(month__gte=query.first, month__lte=query.last).order_by("month")
    for month in months.prefetch_related("corrections"):
        then, now = told_of(month, query.scope), whole(query._replace(first=month.month, last=month.month))
        rows.append(
            (
                f"{month.month:%m/%Y}",
                day_text(month.frozen_at),
                *(then.received, then.resolved, then.share_in_time),
                sum(any(unit in units for unit, *_rest in row.cells) for row in month.corrections.all()),
                *(now.received, now.resolved, now.share_in_time),
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


def told_of(month: FrozenMonth, scope: str) -> Figures:
    """What a month told when it was frozen."""
    told = Figures()
    for place, _channel, measure, count in month.cells[ChannelFigure.__name__]:
        if place in kinds(scope):
            told.counts[measure] += count
    return told


# Definitions -----------------------------------------------------------------------------------


def definitions() -> Section:
    rows = [(str(known.word), str(known.meaning)) for known in IN_A_REPORT]
    return Section(_("Definitions"), (_("Word"), _("Meaning")), rows)
