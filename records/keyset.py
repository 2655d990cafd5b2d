"""Pages that go on from the last row they showed: as fast at the end of a list as at its beginning, without COUNT.

A list may be made of several *strands*, each of which follows an index of its own; they have no row in common.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, DateTimeField, F, Field, Func, QuerySet, Value

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


class Order(NamedTuple):
    """What rows are sorted by: moments and, last, `id`; all of them one way."""

    fields: tuple[str, ...]
    descending: bool = False

    def names(self, backwards: bool = False) -> list[str]:
        return [f"-{name}" if self.descending != backwards else name for name in self.fields]


class Page(NamedTuple):
    """The rows of a page, and the places before and behind it as an address holds them; empty where nothing is."""

    rows: list[Any]
    before: str = ""
    after: str = ""


def place_of(row: Any, order: Order) -> str:
    """Where a row stands in its order: "1724810400000000-4711"."""
    values = [getattr(row, name) for name in order.fields]
    return "-".join(str((v - EPOCH) // MICROSECOND if isinstance(v, datetime.datetime) else v) for v in values)


def parse(place: str, order: Order) -> list[Any] | None:
    """The values that `place_of` wrote; None when it did not write them."""
    parts = place.split("-")
    if len(parts) != len(order.fields) or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    try:
        moments: list[Any] = [EPOCH + int(part) * MICROSECOND for part in parts[:-1]]
    except OverflowError:
        return None
    return [*moments, int(parts[-1])] if len(parts[-1]) < 19 else None  # a larger number is no key


def beyond(order: Order, values: Sequence[Any], backwards: bool) -> Func:
    """The condition "sorted behind `values`", as a comparison of rows, which both databases answer by an index."""
    kinds = [DateTimeField() if isinstance(value, datetime.datetime) else None for value in values]
    there = row(*(F(name) for name in order.fields))
    here = row(*(Value(value, output_field=kind) for value, kind in zip(values, kinds, strict=True)))
    operator = " < " if order.descending != backwards else " > "
    return Func(there, here, template="%(expressions)s", arg_joiner=operator, output_field=BooleanField())


def row(*parts: Any) -> Func:
    return Func(*parts, template="(%(expressions)s)", output_field=Field())


def turn(
    strands: Sequence[QuerySet[Any]],
    order: Order,
    size: int,
    *,
    after: str = "",
    before: str = "",
    dress: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows,
) -> Page:
    """The page behind the place `after`, or the one that ends at the place `before`; else the first.

    `dress` adds to the rows what is shown with them.
    """
    backwards = bool(before and not after)
    values = parse(before if backwards else after, order)
    next_ones = [ahead(strand, order, size, values, backwards) for strand in strands]
    if len(next_ones) > 1:
        next_ones = [together(next_ones, order, backwards)[: size + 1]]
    found = [row for strand in next_ones for row in dress(strand)]
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    started = values is not None
    return Page(
        rows,
        before=place_of(rows[0], order) if (more if backwards else started) else "",
        after=place_of(rows[-1], order) if (started if backwards else more) else "",
    )


def together(strands: Sequence[QuerySet[Any]], order: Order, backwards: bool) -> QuerySet[Any]:
    """The rows of all strands in their order: one query for the keys, however many strands there are."""
    parts = [sql for strand in strands if (sql := keys_sql(strand))]
    # The SQL is Django's own, the values stay parameters.
    every = " UNION ALL ".join(f"SELECT * FROM ({text}) AS part" for text, _params in parts)  # noqa: S608
    keys = []
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(every, [value for _text, params in parts for value in params])
            keys = [key for (key,) in cursor.fetchall()]
    rows = strands[0].model._default_manager.filter(pk__in=keys)
    return rows.order_by(*order.names(backwards))


def keys_sql(rows: QuerySet[Any]) -> tuple[str, Iterable[Any]] | None:
    """The query for the keys of some rows, with its parameters; None when it finds none whatever is stored."""
    try:
        return rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None


def ahead(strand: QuerySet[Any], order: Order, size: int, values: list[Any] | None, backwards: bool) -> QuerySet[Any]:
    """The next rows of a strand, and one more, which tells whether there is another page."""
    if values is not None:
        strand = strand.filter(beyond(order, values, backwards))
    return strand.order_by(*order.names(backwards))[: size + 1]
