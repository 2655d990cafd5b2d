"""What the database itself refuses: changed or deleted events, a status without its event, a deleted record, changed
or deleted figures of frozen months and their corrections; and what `results/guards.py` says of results.

Triggers, so that no way of writing can pass by. Installed after every `migrate`, because SQLite drops a table's
triggers when a migration rebuilds it.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from .results import guards as results

EVENT_TABLE, RECORD_TABLE = "records_event", "records_record"
MONTH_TABLE, CORRECTION_TABLE = "records_frozenmonth", "records_frozencorrection"
NEVER_CHANGED = "events are never changed"
NEVER_DELETED = "records are never deleted"
KEPT = "frozen months and their corrections are never changed"
NEEDS_EVENT = "a status changes with its event only"

# Never back to an earlier event: the number only grows.
WITH_EVENT = """(NEW.sequence >= OLD.sequence AND EXISTS (
    SELECT 1 FROM records_event e
    WHERE e.record_id = NEW.id AND e.sequence = NEW.sequence AND e.to_status = NEW.status AND e.hash = NEW.last_hash
))"""

# name → (table, when, message, condition under which it is refused)
# The insert guards refuse `INSERT OR REPLACE`, by which SQLite deletes a row without asking its DELETE trigger.
SQLITE_GUARDS = {
    "guard_event_insert": (
        EVENT_TABLE,
        "BEFORE INSERT",
        NEVER_CHANGED,
        f"""WHEN EXISTS (
            SELECT 1 FROM {EVENT_TABLE} WHERE id = NEW.id OR (record_id = NEW.record_id AND sequence = NEW.sequence)
        )""",  # noqa: S608  # a constant
    ),
    "guard_record_insert": (
        RECORD_TABLE,
        "BEFORE INSERT",
        NEVER_DELETED,
        f"WHEN EXISTS (SELECT 1 FROM {RECORD_TABLE} WHERE id = NEW.id OR code = NEW.code)",  # noqa: S608
    ),
    "guard_event_update": (EVENT_TABLE, "BEFORE UPDATE", NEVER_CHANGED, ""),
    "guard_event_delete": (EVENT_TABLE, "BEFORE DELETE", NEVER_CHANGED, ""),
    "guard_record_delete": (RECORD_TABLE, "BEFORE DELETE", NEVER_DELETED, ""),
    "guard_record_status": (
        RECORD_TABLE,
        "BEFORE UPDATE OF status, sequence, last_hash",
        NEEDS_EVENT,
        f"WHEN NOT {WITH_EVENT}",
    ),
    "guard_record_code": (RECORD_TABLE, "BEFORE UPDATE OF code", NEVER_CHANGED, "WHEN NEW.code <> OLD.code"),
    "guard_month_insert": (
        MONTH_TABLE,
        "BEFORE INSERT",
        KEPT,
        f"WHEN EXISTS (SELECT 1 FROM {MONTH_TABLE} WHERE id = NEW.id OR month = NEW.month)",  # noqa: S608
    ),
    "guard_month_update": (MONTH_TABLE, "BEFORE UPDATE", KEPT, ""),
    "guard_month_delete": (MONTH_TABLE, "BEFORE DELETE", KEPT, ""),
    "guard_correction_insert": (
        CORRECTION_TABLE,
        "BEFORE INSERT",
        KEPT,
        f"WHEN EXISTS (SELECT 1 FROM {CORRECTION_TABLE} WHERE id = NEW.id)",  # noqa: S608
    ),
    "guard_correction_update": (CORRECTION_TABLE, "BEFORE UPDATE", KEPT, ""),
    "guard_correction_delete": (CORRECTION_TABLE, "BEFORE DELETE", KEPT, ""),
    **results.SQLITE_GUARDS,
}

POSTGRESQL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION guard_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE OR REPLACE FUNCTION guard_record_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.code <> OLD.code THEN
        RAISE EXCEPTION '{NEVER_CHANGED}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.status <> OLD.status OR NEW.sequence <> OLD.sequence OR NEW.last_hash <> OLD.last_hash)
       AND NOT {WITH_EVENT} THEN
        RAISE EXCEPTION '{NEEDS_EVENT}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
{results.POSTGRESQL_FUNCTIONS}"""
# name → (table, when, what is executed)
POSTGRESQL_GUARDS = {
    "guard_event": (EVENT_TABLE, "BEFORE UPDATE OR DELETE", f"ROW EXECUTE FUNCTION guard_refuse('{NEVER_CHANGED}')"),
    "guard_event_truncate": (
        EVENT_TABLE,
        "BEFORE TRUNCATE",
        f"STATEMENT EXECUTE FUNCTION guard_refuse('{NEVER_CHANGED}')",
    ),
    "guard_record_delete": (RECORD_TABLE, "BEFORE DELETE", f"ROW EXECUTE FUNCTION guard_refuse('{NEVER_DELETED}')"),
    "guard_record_status": (RECORD_TABLE, "BEFORE UPDATE", "ROW EXECUTE FUNCTION guard_record_status()"),
    "guard_month": (MONTH_TABLE, "BEFORE UPDATE OR DELETE", f"ROW EXECUTE FUNCTION guard_refuse('{KEPT}')"),
    "guard_month_truncate": (MONTH_TABLE, "BEFORE TRUNCATE", f"STATEMENT EXECUTE FUNCTION guard_refuse('{KEPT}')"),
    "guard_correction": (CORRECTION_TABLE, "BEFORE UPDATE OR DELETE", f"ROW EXECUTE FUNCTION guard_refuse('{KEPT}')"),
    "guard_correction_truncate": (
        CORRECTION_TABLE,
        "BEFORE TRUNCATE",
        f"STATEMENT EXECUTE FUNCTION guard_refuse('{KEPT}')",
    ),
    **results.POSTGRESQL_GUARDS,
}
# Guards of one table that ask others: those others must be there, and migrations can rebuild them without these only.
ACROSS = {"guard_record_status": {EVENT_TABLE}} | dict.fromkeys(results.ACROSS, results.ASKED)
OWNERS = {"records", "procedures"}  # of the tables that are asked


def install_statements(vendor: str, tables: Collection[str]) -> Iterator[str]:
    """What installs the guards of these tables."""
    if vendor == "postgresql":
        yield POSTGRESQL_FUNCTIONS
        for name, (table, when, action) in POSTGRESQL_GUARDS.items():
            if {table, *ACROSS.get(name, ())} <= {*tables}:
                yield f"CREATE OR REPLACE TRIGGER {name} {when} ON {table} FOR EACH {action}"
        return
    for name, (table, when, message, condition) in SQLITE_GUARDS.items():
        if {table, *ACROSS.get(name, ())} <= {*tables}:
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield f"CREATE TRIGGER {name} {when} ON {table} {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"


def install_guards(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Make sure that the guards are there as soon as their tables are; called after each `migrate`."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if not {EVENT_TABLE, RECORD_TABLE} <= tables:
        return
    with connection.cursor() as cursor:
        for statement in install_statements(connection.vendor, tables):
            cursor.execute(statement)


def make_way(using: str = DEFAULT_DB_ALIAS, plan: Sequence[Any] = (), **_signal: Any) -> None:
    """Let migrations rebuild the tables that guards of other tables ask; called before each `migrate`.

    SQLite renames no table while a trigger of another one names it. `install_guards` puts these triggers back.
    """
    connection = connections[using]
    if connection.vendor == "sqlite" and any(migration.app_label in OWNERS for migration, _backwards in plan):
        with connection.cursor() as cursor:
            for name in ACROSS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def remove_guards(using: str = DEFAULT_DB_ALIAS) -> None:
    """Lift the guards: only for emptying a test's database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, (table, _when, _action) in POSTGRESQL_GUARDS.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            return
        for name in SQLITE_GUARDS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
