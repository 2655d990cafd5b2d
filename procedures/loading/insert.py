"""Rows into a table without an object for each: a load writes hundreds of thousands."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

from organisation.copying import copy

BATCH = 500  # rows of a statement, where the database takes as many
AS_THEY_ARE = {str, int, bool, type(None)}


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write `rows`, each with a value for each field of `names`; a reference is a primary key. What a table needs
    stands among `names`: no default is filled in."""
    connection = connections[DEFAULT_DB_ALIAS]  # itself: its proxy looks it up again for each value
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    prepare = [preparing(field, connection) for field in fields]
    quote = connection.ops.quote_name
    prepared = ([make(value) for make, value in zip(prepare, row, strict=True)] for row in rows)
    if connection.vendor == "postgresql":
        copy(model, fields, prepared)
        return
    table = f"{quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in fields)})"
    place = f"({', '.join(['%s'] * len(fields))})"
    size = min(BATCH, connection.ops.bulk_batch_size(fields, []) or BATCH)
    with connection.cursor() as cursor:
        while batch := list(islice(prepared, size)):
            statement = f"INSERT INTO {table} VALUES {', '.join([place] * len(batch))}"  # noqa: S608  # models' names
            cursor.execute(statement, list(chain.from_iterable(batch)))


def preparing(field: Any, connection: Any) -> Callable[[Any], Any]:
    """How a value of `field` is given to the database."""
    if isinstance(field, models.JSONField):
        return lambda value: field.get_db_prep_save(value, connection)
    return lambda value: value if type(value) in AS_THEY_ARE else field.get_db_prep_save(value, connection)
