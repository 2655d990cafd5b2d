"""How often one address may ask what a result is worth: counted as the look-up counts, in quarters of an hour."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db.models import F

from records import lookup
from records.personal import keyed_hash

Kind = lookup.Kind
MOST_FILES = 30  # in a quarter of an hour: reading one that is made for it takes seconds


class What(StrEnum):
    """What is tried; the counts of each stand apart from those of the look-up."""

    ADDRESS = "verify address"
    FILE = "verify file"


@dataclass(frozen=True)
class Attempt:
    keys: dict[Kind, int]
    window: datetime.datetime
    is_allowed: bool

    @classmethod
    def begin(cls, what: What, client: str | None) -> Self:
        """Count one before it is answered, so that many at the same moment are no way past the limit."""
        window = lookup.window_of(datetime.datetime.now(datetime.UTC))
        keys = {Kind.ADDRESS: keyed_hash(what, client or "")}
        count = lookup.count_attempt(keys, window)[Kind.ADDRESS]
        most = MOST_FILES if what == What.FILE else settings.PORTAL_LOOKUP_LIMIT_ADDRESS
        return cls(keys, window, count <= most or lookup.is_exempt(client))

    def take_back(self) -> None:
        lookup.counted(self.keys, self.window).update(count=F("count") - 1)

    def fail(self) -> None:
        lookup.after_failure(self.window)
