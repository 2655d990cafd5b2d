"""The catalogue: fields of work, procedures and their parts, and the words people use for them."""

from .choices import Audience, ChannelKind, LegalKind, Level, OnlineLevel, Origin, Source, TimeUnit
from .fields import Field, FieldOwner
from .parts import Channel, Document, EverydayName, LegalDocument, Result
from .procedure import Procedure, parse_code
from .versions import (
    CatalogueLoad,
    CatalogueVersion,
    Change,
    LoadFile,
    LoadState,
    PlannedChange,
    ProcedureVersion,
    RowChange,
    VersionKind,
    pin,
)
from .words import FailedSearch, Synonym

__all__ = [
    "Audience",
    "CatalogueLoad",
    "CatalogueVersion",
    "Change",
    "Channel",
    "ChannelKind",
    "Document",
    "EverydayName",
    "FailedSearch",
    "Field",
    "FieldOwner",
    "LegalDocument",
    "LegalKind",
    "Level",
    "LoadFile",
    "LoadState",
    "OnlineLevel",
    "Origin",
    "PlannedChange",
    "Procedure",
    "ProcedureVersion",
    "Result",
    "RowChange",
    "Source",
    "Synonym",
    "TimeUnit",
    "VersionKind",
    "parse_code",
    "pin",
]
