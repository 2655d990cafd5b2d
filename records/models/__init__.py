"""The tables of this room, a file for each kind of thing."""

from .around import Letter, LookupFailure, OutboxMessage, RecordRead
from .bulk import BulkItem, BulkJob
from .days import DayException, DayExceptionManager, Recomputation
from .figures import (
    ChannelFigure,
    Figure,
    FigureChange,
    FigureState,
    FrozenCorrection,
    FrozenMonth,
    Scope,
    UnitFigure,
    WorkFigure,
)
from .letters import IssuedLetter, LetterBatch, LetterForm, LetterKind, LetterPiece
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
from .reminders import ApologyDraft, Reminder, StaffMessage
from .reports import Report, ReportFile

__all__ = [
    "FAR",
    "ApologyDraft",
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
    "FigureState",
    "FrozenCorrection",
    "FrozenMonth",
    "IssuedLetter",
    "Letter",
    "LetterBatch",
    "LetterForm",
    "LetterKind",
    "LetterPiece",
    "LookupFailure",
    "OutboxMessage",
    "Recomputation",
    "Record",
    "RecordQuerySet",
    "RecordRead",
    "RecordWord",
    "Reminder",
    "Report",
    "ReportFile",
    "Scope",
    "StaffMessage",
    "UnitFigure",
    "WorkFigure",
    "ended_late",
]
