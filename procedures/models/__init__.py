"""The catalogue: fields of work, procedures and their parts, and the words people use for them."""

from .choices import Audience, ChannelKind, LegalKind, Level, OnlineLevel, Origin, Source, TimeUnit
from .fields import Field, FieldOwner
from .parts import Channel, Document, EverydayName, LegalDocument, Result
from .procedure import Procedure, parse_code
from .versions import ProcedureVersion, pin
from .words import FailedSearch, Synonym

__all__ = [
    "Audience",
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
    "OnlineLevel",
    "Origin",
    "Procedure",
    "ProcedureVersion",
    "Result",
    "Source",
    "Synonym",
    "TimeUnit",
    "parse_code",
    "pin",
]
