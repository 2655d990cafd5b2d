"""A report as a file: XLSX, a sheet for each section; PDF, as a letter of the Center on A4."""

from typing import TYPE_CHECKING

from organisation.lazy import lazy

from .letter import document, html, invented, words

if TYPE_CHECKING:
    from .workbooks import workbook
else:  # openpyxl
    __getattr__ = lazy(__name__, workbooks=["workbook"])

__all__ = ["document", "html", "invented", "words", "workbook"]
