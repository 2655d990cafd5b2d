"""Reading and writing tables of other systems, CSV and XLSX, in bounded memory: what every exchange needs.

A file that is no table, or that would not fit, is `Unreadable`; the message names the line where there is one.
"""

from typing import TYPE_CHECKING

from organisation.lazy import lazy

from .cells import folded, harmless, remembered, text
from .opening import Content, Line, Opened, Sheet, Unreadable, head, open_table

if TYPE_CHECKING:
    from .writing import workbook
else:  # openpyxl; `open_table` loads it for workbooks alone
    __getattr__ = lazy(__name__, writing=["workbook"])

__all__ = [
    "Content",
    "Line",
    "Opened",
    "Sheet",
    "Unreadable",
    "folded",
    "harmless",
    "head",
    "open_table",
    "remembered",
    "text",
    "workbook",
]
