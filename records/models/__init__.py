"""The tables of this room, a file for each kind of thing."""

from .around import LookupFailure, OutboxMessage, RecordRead
from .bulk import BulkItem, BulkJob
from .days import DayException, DayExceptionManager, Recomputation
from .figures import (
    ChannelFigure,
    Figure,
    FigureChange,
    FrozenCorrection,
    FrozenMonth,
    UnitFigure,
    WorkFigure,
)
from .record import (
    FAR,
    ApplicantKind,
    CodeCounter,
    Collection,
    Event,
    EventKind,
    EventNote,
    Record,
    RecordQuerySet,
    RecordWord,
    ended_late,
)

__all__ = [
    "FAR",
    "ApplicantKind",
    "BulkItem",
    "BulkJob",
    "ChannelFigure",
    "CodeCounter",
    "Collection",
    "DayException",
    "DayExceptionManager",
    "Event",
    "EventKind",
    "EventNote",
    "Figure",
    "FigureChange",
    "FrozenCorrection",
    "FrozenMonth",
    "LookupFailure",
    "OutboxMessage",
    "Recomputation",
    "Record",
    "RecordQuerySet",
    "RecordRead",
    "RecordWord",
    "UnitFigure",
    "WorkFigure",
    "ended_late",
]
