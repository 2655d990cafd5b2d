"""Reading and writing tables of other systems, CSV and XLSX, in bounded memory: what every exchange needs.

A file that is no table, or that would not fit, is `Unreadable`; the message names the line where there is one.
"""

from .cells import folded, harmless, remembered, text
from .opening import Content, Line, Opened, Sheet, Unreadable, head, open_table

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
]
