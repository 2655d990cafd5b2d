"""What staff type to find a record: its code, a phone or ID number, or words of a name.

Numbers and words are looked up by their keyed hashes. Nothing of it is written anywhere, nor put in an address.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Exists, OuterRef, Q

from organisation.models import User
from procedures.text import clean, words

from . import codes, listing, personal, scope
from .keyset import Order
from .models import RecordQuerySet, RecordWord

LONGEST = 200  # characters
LEAST_DIGITS = 9  # of a phone or ID number
NUMBER = re.compile(r"[\d\s.()+-]+\Z")
MOST_WORDS = 8  # of a name; more say nothing new
RARE = 20_000  # records with a word, up to which they are all looked at
BY_AGE = Order(("id",), descending=True)  # the newest first


@dataclass(frozen=True)
class Asked:
    """What a text asks for: one of three, or nothing."""

    text: str = ""
    code: str = ""
    digits: str = ""
    words: frozenset[str] = field(default_factory=frozenset)  # folded


def understand(text: str) -> Asked:
    text = clean(text)[:LONGEST]
    if code := codes.parse(text):
        return Asked(text, code=code)
    digits = personal.digits(text)
    if NUMBER.match(text) and len(digits) >= LEAST_DIGITS:
        return Asked(text, digits=digits)
    return Asked(text, words=frozenset(words(text)[:MOST_WORDS]))


def by_code(user: User, code: str) -> int | None:
    """The key of the record with this code; None when there is none, or none that the user may read."""
    return scope.visible_to(user).filter(code=code).values_list("pk", flat=True).first()


@dataclass(frozen=True)
class Result:
    """What a list shows for a search; `bounded` when the words are so common that a period was needed."""

    strands: Sequence[RecordQuerySet]
    order: Order
    filters: listing.Filters
    bounded: bool = False


def found(user: User, asked: Asked, filters: listing.Filters, now: datetime.datetime) -> Result:
    """The records that hold what was asked for: open and ended ones, unless the filters say which."""
    if not (filters.status or filters.due):
        filters = replace(filters, status=listing.ANY)
    rows = scope.visible_to(user)
    if asked.code:
        return Result([rows.filter(code=asked.code)], BY_AGE, filters)
    if listing.reads_all(user) and not filters.everything:
        rows = rows.filter(scope.own(user))
    rows = rows.filter(filters.conditions(filters.start, filters.end), listing.due_by(filters, now))
    if asked.digits:
        phone, identity = (personal.keyed_hash(kind, asked.digits) for kind in ("phone", "identity"))
        no_phone = Q(phone_hash__isnull=True) | ~Q(phone_hash=phone)
        strands = [rows.filter(phone_hash=phone), rows.filter(no_phone, identity_hash=identity)]
        return Result(strands, BY_AGE, filters)
    hashes = [personal.keyed_hash("word", word) for word in asked.words]
    sizes = listing.counted({word: [RecordWord.objects.filter(word=word)] for word in hashes}, RARE)
    rarest = min(hashes, key=sizes.__getitem__)
    if sizes[rarest] <= RARE:
        others = with_words(word for word in hashes if word != rarest)
        return Result([rows.filter(others, name_words__word=rarest)], BY_AGE, filters)
    # Whoever has such a name is one of thousands: the list as it is, along its own index, asks for the words.
    strands = [strand.filter(with_words(hashes)) for strand in listing.listed(user, filters, now)]
    return Result(strands, filters.order, filters, bounded=filters.is_bounded)


def with_words(hashes: Iterable[int]) -> Q:
    every = Q()
    for word in hashes:
        every &= Q(Exists(RecordWord.objects.filter(record=OuterRef("pk"), word=word)))
    return every
