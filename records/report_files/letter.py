"""A report as a PDF, set from HTML, and its words."""

from collections.abc import Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from records.due import day_of
from records.models import Report
from records.pdf import from_html
from records.report_sections import Cell, Section


def title_of(report: Report) -> str:
    if report.first == report.last:
        return _("Report of %(month)s") % {"month": f"{report.first:%m/%Y}"}
    return _("Report from %(first)s to %(last)s") % {
        "first": f"{report.first:%m/%Y}",
        "last": f"{report.last:%m/%Y}",
    }


def received_at(report: Report) -> str:
    return _("Received at: %(place)s") % {"place": report.get_scope_display()}


def invented() -> str:
    """What a demonstration says of its figures; empty in service."""
    return _("INVENTED DATA: a demonstration of the portal, no true figures.") if settings.PORTAL_TODAY else ""


def document(report: Report, sections: Sequence[Section]) -> bytes:
    """The letter with its tables; `pdf.Missing` when this machine lacks what draws the letters."""
    with translation.override(settings.LANGUAGE_CODE):
        return from_html(html(report, sections))


def html(report: Report, sections: Sequence[Section]) -> str:
    """The PDF before it is set; in the language of the moment."""
    return render_to_string(
        "records/report.html",
        {
            "report": report,
            "title": title_of(report),
            "received_at": received_at(report),
            "sections": [(section, [list(map(words, row)) for row in section.rows]) for section in sections],
            "invented": invented(),
            "center": settings.PORTAL_NAME,
            "province": settings.PORTAL_PROVINCE,
            "made": day_of(report.made_at),
            "is_over": is_over(report),
        },
    )


def is_over(report: Report) -> bool:
    """Whether the period was over when the report was asked for."""
    return report.judged_at < report.made_at


def words(cell: Cell) -> str:
    if cell is None:
        return _("N/A")
    if isinstance(cell, str):
        return cell
    return str(number_format(cell, decimal_pos=2 if isinstance(cell, float) else 0, force_grouping=True))
