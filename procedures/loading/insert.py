"""Rows into a table in a few statements, without an object for each: a load writes hundreds of thousands."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

BATCH = 500  # rows of a statement, where the database takes as many
AS_THEY_ARE = {str, int, bool, type(None)}


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write `rows`, each with a value for each field of `names`; a reference is a primary key. What a table needs
    stands among `names`: no default is filled in."""
    connection = connections[DEFAULT_DB_ALIAS]  # itself: its proxy looks it up again for each value
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    prepare = [preparing(field, connection) for field in fields]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    start = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608  # names of models alone
    place = f"({', '.join(['%s'] * len(fields))})"
    size = min(BATCH, connection.ops.bulk_batch_size(fields, []) or BATCH)
    coming = iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(coming, size)):
            values = [make(value) for row in batch for make, value in zip(prepare, row, strict=True)]
            cursor.execute(start + ", ".join([place] * len(batch)), values)


def preparing(field: Any, connection: Any) -> Callable[[Any], Any]:
    """How a value of `field` is given to the database."""
    if isinstance(field, models.JSONField):
        return lambda value: field.get_db_prep_save(value, connection)
    return lambda value: value if type(value) in AS_THEY_ARE else field.get_db_prep_save(value, connection)
