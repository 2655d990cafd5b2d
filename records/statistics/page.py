"""The page of figures: what its templates show of a query, every text of it in the reader's language."""

import datetime
import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from organisation.succession import State
from procedures.models import Level

from . import charts, told
from .cells import Measure
from .groups import Breakdown, Group, breakdown
from .reading import By, Figures, Query, by_month, total
from .words import months_text, numeral, percentage, short_month, signed, span, spelled

# The same numbers come again and again. Not Django's, which looks for lazy texts: a page has thousands of cells.
escape = lru_cache(maxsize=4_096)(html.escape)


class Column(NamedTuple):
    """A column of the tables, and the definition that it links to."""

    title: str
    definition: str


class Line(NamedTuple):
    """A line of a table: what it tells of, a note below that, and its figures in the order of the columns."""

    name: SafeString
    note: str
    figures: list[str]


def columns() -> list[Column]:
    return [
        Column(pgettext("figures", "Received"), "received"),
        Column(pgettext("figures", "Not accepted"), "not-accepted"),
        Column(pgettext("figures", "Resolved"), "resolved"),
        Column(pgettext("figures", "Ahead of time"), "ahead"),
        Column(pgettext("figures", "On time"), "on-time"),
        Column(pgettext("figures", "Late"), "late"),
        Column(_("In process at the end"), "in-process"),
        Column(_("Share on time"), "share-on-time"),
        Column(_("Share online"), "share-online"),
        Column(_("Half within"), "working-time"),
        Column(_("Nine in ten within"), "working-time"),
    ]


def texts(found: Figures) -> list[str]:
    """The figures as texts, in the order of the columns."""
    counts = (found.received, found.refused, found.resolved, found.ahead, found.on_time, found.late, found.in_process)
    shares, times, language = (found.share_in_time, found.share_online), found.times(50, 90), get_language()
    return [
        *(numeral(count, language) for count in counts),
        *(percentage(share, language) for share in shares),
        *(spelled(time, language) for time in times),
    ]


def body(lines: Iterable[Line]) -> SafeString:
    """The lines of a table. By no template: that of the communes has thousands of cells."""
    starts = [f'<td class="number" data-label="{escape(column.title)}">' for column in columns()]
    return SafeString("\n".join(row(line, starts) for line in lines))


def row(line: Line, starts: Sequence[str]) -> str:
    note = f'<span class="small-note">{escape(line.note)}</span>' if line.note else ""
    cells = "".join(f"{start}{escape(text)}</td>" for start, text in zip(starts, line.figures, strict=True))
    return f'<tr><th scope="row">{line.name}{note}</th>{cells}</tr>'


def context(query: Query, state: State) -> dict[str, Any]:
    months = by_month(query)
    groups = breakdown(query, state)
    whole = total(months)
    return {
        "query": query,
        "period": months_text(query.first, query.last),
        "whole": whole,
        "shown": groups,
        "columns": columns(),
        "headline": list(zip(columns(), texts(whole), strict=True)),
        "median": span(whole.median),
        "nine_tenths": span(whole.ninth_tenth),
        "charts": [charts.flow(months), charts.in_time(months), charts.working_time(months)],
        "charts_note": charts.left_out(months),
        "months": body(month_lines(months, told.frozen(query, months))),
        "groups_charts": groups_charts(query, groups),
        "groups": body(group_lines(query, groups)),
        "few_names": few_names(groups),
    }


def month_lines(
    months: Mapping[datetime.date, Figures], frozen: Mapping[datetime.date, told.Frozen]
) -> Iterator[Line]:
    for month, found in months.items():
        note = frozen_text(frozen[month]) if month in frozen else ""
        yield Line(SafeString(short_month(month)), note, texts(found))


def frozen_text(month: told.Frozen) -> str:
    day = date_format(month.day, "SHORT_DATE_FORMAT")
    if not month.since:
        return _("Frozen on %(day)s; nothing has changed since.") % {"day": day}
    changes = ", ".join(f"{signed(by)} {Measure(measure).label}" for measure, by in month.since.items())
    return _("Frozen on %(day)s; corrections since: %(changes)s.") % {"day": day, "changes": changes}


# Groups ----------------------------------------------------------------------------------------


def groups_charts(query: Query, groups: Breakdown) -> list[charts.Chart]:
    if not groups.rows:
        return []
    rows = ((row.group.display_name + level(row.group), row.group.is_vietnamese, row.figures) for row in groups.rows)
    return charts.of_groups(rows, _("Received, by %(group)s") % {"group": query.by.label})


def group_lines(query: Query, groups: Breakdown) -> Iterator[Line]:
    address, levels = page_of(query.by), {level: str(level.label) for level in Level}
    for row in groups.rows:
        yield Line(linked(row.group, address), notes(row.group, levels), texts(row.figures))
    if groups.together is not None:
        name = _("%(count)d groups with few records, together") % {"count": len(groups.few)}
        figures = hidden() if groups.is_hidden else texts(groups.together)
        yield Line(format_html('<a href="#def-few">{}</a>', name), "", figures)


def hidden() -> list[str]:
    return [_("fewer than 5"), *["–"] * (len(columns()) - 1)]


def page_of(by: By) -> str:
    """The address of the page of a group, with CODE for its code, which has only small letters, digits and hyphens."""
    if by == By.FIELD:
        return f"{reverse('procedures:list')}?field=CODE"
    return reverse("procedures:agency", args=["CODE"])


def linked(group: Group, address: str) -> SafeString:
    """The name of a group, which leads to its page where it has one."""
    name = group.display_name
    if not group.is_data:
        return SafeString(escape(name))
    return SafeString(f'<a href="{escape(address.replace("CODE", group.code))}"{lang(group)}>{escape(name)}</a>')


def lang(group: Group) -> SafeString:
    return SafeString(' lang="vi"' if group.is_vietnamese else "")


def notes(group: Group, levels: Mapping[Level, str]) -> str:
    """`levels` in the reader's words."""
    told = [levels[group.level]] if group.level and group.code != group.level else []
    if group.ended:
        told.append(_("has ended since"))
    return " · ".join(told)


def level(group: Group) -> str:
    """What tells groups of one name apart."""
    return f" ({group.level.label})" if group.level and not group.is_data and group.code != group.level else ""


def few_names(groups: Breakdown) -> SafeString:
    names = ((lang(group), group.display_name) for group in groups.few)
    return format_html_join(", ", "<span{}>{}</span>", names)
