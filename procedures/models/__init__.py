"""The catalogue: fields of work, procedures and their parts, and the words people use for them."""

from .choices import Audience, ChannelKind, LegalKind, Level, OnlineLevel, Origin, Source, TimeUnit
from .fields import Field, FieldOwner
from .parts import Channel, Document, EverydayName, LegalDocument, Result
from .procedure import Procedure, levels_of, parse_code
from .quality import Correction, NotDuplicate
from .searches import DaySalt, SearchCount, SearchOpened, Visit
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
from .words import Synonym

__all__ = [
    "Audience",
    "CatalogueLoad",
    "CatalogueVersion",
    "Change",
    "Channel",
    "ChannelKind",
    "Correction",
    "DaySalt",
    "Document",
    "EverydayName",
    "Field",
    "FieldOwner",
    "LegalDocument",
    "LegalKind",
    "Level",
    "LoadFile",
    "LoadState",
    "NotDuplicate",
    "OnlineLevel",
    "Origin",
    "PlannedChange",
    "Procedure",
    "ProcedureVersion",
    "Result",
    "RowChange",
    "SearchCount",
    "SearchOpened",
    "Source",
    "Synonym",
    "TimeUnit",
    "VersionKind",
    "Visit",
    "levels_of",
    "parse_code",
    "pin",
]
