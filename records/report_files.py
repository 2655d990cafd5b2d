"""A report as a file: XLSX, a sheet for each section; PDF, as a letter of the Center on A4."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from procedures.tables import harmless

from .due import day_of
from .models import Report, ReportFile
from .pdf import from_html
from .report_sections import Cell, Section

BOLD, LARGE = Font(bold=True), Font(bold=True, size=14)
WRAPPED = Alignment(wrap_text=True, vertical="top")
NAMES, NUMBERS = 48, 14  # widths of columns, in characters
LONGEST_TITLE = 31  # of a sheet


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


# XLSX ------------------------------------------------------------------------------------------


def workbook(report: Report, sections: Sequence[Section]) -> bytes:
    """Every section on a sheet of its own. No cell is a formula."""
    book = openpyxl.Workbook(write_only=True)
    with translation.override(settings.LANGUAGE_CODE):
        above = [title_of(report), received_at(report), invented()]
        for section in sections:
            fill(book, section, [line for line in above if line])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def fill(book: Any, section: Section, above: Sequence[str]) -> None:
    sheet = book.create_sheet(section.title.replace("/", "-")[:LONGEST_TITLE])
    for number in range(len(section.head)):
        letter = openpyxl.utils.get_column_letter(number + 1)
        sheet.column_dimensions[letter].width = NAMES if number == 0 or section.is_text else NUMBERS
    sheet.append([cell_of(sheet, section.title, LARGE)])
    for line in (*above, section.note):
        if line:
            sheet.append([cell_of(sheet, line)])
    sheet.append([])
    sheet.append([cell_of(sheet, name, BOLD, WRAPPED) for name in section.head])
    for number, row in enumerate(section.rows, start=1):
        font = BOLD if section.has_sum and number == len(section.rows) else None
        sheet.append([cell_of(sheet, value, font, WRAPPED if section.is_text else None) for value in row])


def cell_of(sheet: Any, value: Cell, font: Any = None, alignment: Any = None) -> Any:
    cell = WriteOnlyCell(sheet, harmless(value) if isinstance(value, str) else _("N/A") if value is None else value)
    if isinstance(value, int | float):
        cell.number_format = "#,##0.00" if isinstance(value, float) else "#,##0"
    if font:
        cell.font = font
    if alignment:
        cell.alignment = alignment
    return cell


# PDF -------------------------------------------------------------------------------------------


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


WRITE: dict[str, Callable[[Report, Sequence[Section]], bytes]] = {
    ReportFile.Kind.XLSX: workbook,
    ReportFile.Kind.PDF: document,
}
