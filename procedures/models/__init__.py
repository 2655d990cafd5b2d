"""The catalogue: fields of work, procedures and their parts, and the words people use for them."""

from .choices import Audience, ChannelKind, LegalKind, Level, OnlineLevel, Origin, Source, TimeUnit
from .fields import Field, FieldOwner
from .parts import Channel, Document, EverydayName, LegalDocument, Result
from .procedure import Procedure, parse_code
from .quality import Correction, NotDuplicate
from .searches import DaySalt, SearchCount, SearchOpened, Visit
from .versions import ProcedureVersion, pin
from .words import Synonym

__all__ = [
    "Audience",
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
    "NotDuplicate",
    "OnlineLevel",
    "Origin",
    "Procedure",
    "ProcedureVersion",
    "Result",
    "SearchCount",
    "SearchOpened",
    "Source",
    "Synonym",
    "TimeUnit",
    "Visit",
    "parse_code",
    "pin",
]
