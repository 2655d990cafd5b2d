"""The content stamp: a value that changes in the same transaction as anything that search or pages show.

Caches, search indexes and ETags of every process are keyed on it, so that a change is noticed within `ASKED_EVERY`.
Database triggers move it, so that no way of writing (admin, `loaddata`, bulk, raw SQL) can forget to.
It is random rather than counted: a rolled-back change leaves no number that a later one would reuse.
"""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

STAMP_TABLE = "organisation_contentstamp"
ASKED_EVERY = 0.05  # seconds: how old the stamp may be by which public pages go

# An UPDATE and an INSERT rather than INSERT OR REPLACE: a statement's own OR IGNORE would rule over that one.
SQLITE_TRIGGER = """
CREATE TRIGGER IF NOT EXISTS "stamp_{table}_{event}" AFTER {event} ON "{table}" BEGIN
    UPDATE organisation_contentstamp SET value = lower(hex(randomblob(16))) WHERE id = 1;
    INSERT INTO organisation_contentstamp (id, value)
    SELECT 1, lower(hex(randomblob(16))) WHERE NOT EXISTS (SELECT 1 FROM organisation_contentstamp WHERE id = 1);
END
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION move_content_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO organisation_contentstamp (id, value) VALUES (1, replace(gen_random_uuid()::text, '-', ''))
    ON CONFLICT (id) DO UPDATE SET value = excluded.value;
    RETURN NULL;
END $$
"""
POSTGRESQL_TRIGGER = """
CREATE OR REPLACE TRIGGER "stamp_{table}" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}"
FOR EACH STATEMENT EXECUTE FUNCTION move_content_stamp()
"""


class Seen(NamedTuple):
    """The stamp, and when it was asked for (`time.monotonic`)."""

    value: str
    at: float


_seen = Seen("", -math.inf)


def current(using: str = DEFAULT_DB_ALIAS) -> str:
    """The stamp now; empty before anything was ever written."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT value FROM organisation_contentstamp WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else ""


def recent() -> str:
    """The stamp of this moment or of one at most `ASKED_EVERY` seconds ago: a busy page need not ask each time.

    A process reads what it wrote: within a transaction the stamp is asked for each time, and with each change of its
    own it is forgotten (`forget_with_changes`). What other processes write is seen when it is asked for again.
    """
    global _seen
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return current()
    seen, now = _seen, time.monotonic()
    if now - seen.at <= ASKED_EVERY:
        return seen.value
    value = current()
    if _seen is seen:  # else another thread wrote meanwhile, and this may be from before
        _seen = Seen(value, now)
    return value


def forget() -> None:
    """Ask for the stamp at the next occasion."""
    global _seen
    _seen = Seen("", -math.inf)  # another one than before


def forget_with_changes(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Make `recent` forget as soon as something is written here; called with each new connection."""
    if forget_after not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, forget_after)


def forget_after(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Execute a statement; anything but a question is taken for a change, which counts once it is committed."""
    result = execute(sql, params, many, context)
    if not (isinstance(sql, str) and sql.startswith("SELECT")):
        forget_once_committed(context["connection"])
    return result


def forget_once_committed(connection: BaseDatabaseWrapper) -> None:
    """Forget the stamp when what was just written counts."""
    if not connection.in_atomic_block:
        forget()
    elif not (connection.run_on_commit and connection.run_on_commit[-1][1] is forget):
        connection.on_commit(forget)


def hold(using: str = DEFAULT_DB_ALIAS) -> None:
    """Until this transaction ends nobody else changes what the stamp watches: each such change needs its row.

    Whoever means to read and then write takes it first. SQLite's transactions exclude each other from their start.
    """
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT value FROM organisation_contentstamp WHERE id = 1 FOR UPDATE")


def stamped_models() -> list[type[Model]]:
    """The models whose rows move the stamp: the whole catalogue, and the agencies with their successors.

    A model of the catalogue that no page shows says `moves_stamp = False`.
    """
    return [
        model
        for label in ("organisation", "procedures")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if getattr(model, "moves_stamp", label == "procedures")
        or model._meta.object_name in ("Agency", "Agency_successors")
    ]


def trigger_statements(vendor: str, tables: list[str]) -> Iterator[str]:
    if vendor == "postgresql":
        yield POSTGRESQL_FUNCTION
        yield from (POSTGRESQL_TRIGGER.format(table=table) for table in tables)
        return
    for table in tables:
        for event in ("INSERT", "UPDATE", "DELETE"):
            yield f'DROP TRIGGER IF EXISTS "stamp_{table}_{event}"'
            yield SQLITE_TRIGGER.format(table=table, event=event)


def install_triggers(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Make sure that every stamped table that exists has its triggers; called after each `migrate`."""
    connection: BaseDatabaseWrapper = connections[using]
    existing = set(connection.introspection.table_names())
    if STAMP_TABLE not in existing:
        return
    tables = [model._meta.db_table for model in stamped_models() if model._meta.db_table in existing]
    with connection.cursor() as cursor:
        for statement in trigger_statements(connection.vendor, tables):
            cursor.execute(statement)
