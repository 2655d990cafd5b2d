"""Rows written in bulk: all new, each with its key afterwards. PostgreSQL copies, in a third of the time of INSERT."""

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, models
from psycopg import sql

ROWS_OF_AN_INSERT = 1_000
as_text = json.JSONEncoder(ensure_ascii=False).encode


def insert(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Insert rows that are all new, and give each its key."""
    if rows and connection.vendor == "postgresql":
        copy(model, rows)
    elif rows:
        model._default_manager.bulk_create(rows, batch_size=ROWS_OF_AN_INSERT)


def copy(model: type[models.Model], rows: Sequence[Any]) -> None:
    """As `bulk_create`, by PostgreSQL's COPY."""
    fields, table = model._meta.concrete_fields, model._meta.db_table
    as_json = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    read = attrgetter(*(field.attname for field in fields))
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if isinstance(model._meta.pk, models.AutoField | models.BigAutoField):
            number(cursor, table, rows)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
        with cursor.copy(statement) as lines:
            for row in rows:
                values = list(read(row))
                for place in as_json:
                    values[place] = as_text(values[place])
                lines.write_row(values)


def number(cursor: Any, table: str, rows: Sequence[Any]) -> None:
    """Give rows the next keys of their table."""
    cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)])
    for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
        row.pk = key
