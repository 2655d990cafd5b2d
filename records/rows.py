"""Rows written in bulk: all new, each with its key afterwards."""

import json
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, models

from organisation.copying import copy

ROWS_OF_AN_INSERT = 1_000
as_text = json.JSONEncoder(ensure_ascii=False).encode


def insert(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Insert rows that are all new, and give each its key."""
    if rows and connection.vendor == "postgresql":
        if isinstance(model._meta.pk, models.AutoField | models.BigAutoField):
            number(model._meta.db_table, rows)
        fields = model._meta.concrete_fields
        copy(model, fields, values_of(fields, rows))
    elif rows:
        model._default_manager.bulk_create(rows, batch_size=ROWS_OF_AN_INSERT)


def values_of(fields: Sequence[Any], rows: Sequence[Any]) -> Iterator[list[Any]]:
    as_json = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    read = attrgetter(*(field.attname for field in fields))
    for row in rows:
        values = list(read(row))
        for place in as_json:
            values[place] = as_text(values[place])
        yield values


def number(table: str, rows: Sequence[Any]) -> None:
    """Give rows the next keys of their table."""
    statement = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(statement, [table, len(rows)])
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
