"""A report as XLSX: a sheet for each section."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from procedures.tables import harmless
from records.models import Report
from records.report_sections import Cell, Section

from .letter import invented, received_at, title_of

BOLD, LARGE = Font(bold=True), Font(bold=True, size=14)
WRAPPED = Alignment(wrap_text=True, vertical="top")
NAMES, NUMBERS = 48, 14  # widths of columns, in characters
LONGEST_TITLE = 31  # of a sheet


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
