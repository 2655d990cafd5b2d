"""What the database itself refuses: changing or deleting a version of the catalogue, or what one changed.

Triggers, so that no way of writing can pass by. Installed after every `migrate`, because SQLite drops a table's
triggers when a migration rebuilds it.
"""

from collections.abc import Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

TABLES = ["procedures_catalogueversion", "procedures_change"]
REFUSAL = "versions of the catalogue are never changed"

# The guard on INSERT refuses `INSERT OR REPLACE`, by which SQLite deletes a row without asking its DELETE trigger.
SQLITE_RULES = {
    "insert": 'BEFORE INSERT ON "{table}" WHEN EXISTS (SELECT 1 FROM "{table}" WHERE id = NEW.id)',
    "update": 'BEFORE UPDATE ON "{table}"',
    "delete": 'BEFORE DELETE ON "{table}"',
}
POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
POSTGRESQL_RULES = {
    "rows": 'BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW',
    "truncate": 'BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT',
}


def install_statements(vendor: str) -> Iterator[str]:
    if vendor == "postgresql":
        yield POSTGRESQL_FUNCTION
    for table in TABLES:
        if vendor == "postgresql":
            for name, rule in POSTGRESQL_RULES.items():
                when = rule.format(table=table)
                yield f'CREATE OR REPLACE TRIGGER "guard_{table}_{name}" {when} EXECUTE FUNCTION guard_version()'
            continue
        for name, rule in SQLITE_RULES.items():
            yield f'DROP TRIGGER IF EXISTS "guard_{table}_{name}"'
            when = rule.format(table=table)
            yield f"CREATE TRIGGER \"guard_{table}_{name}\" {when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"


def install_guards(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Make sure that the guards are there as soon as the tables are; called after each `migrate`."""
    connection = connections[using]
    if not set(TABLES) <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for statement in install_statements(connection.vendor):
            cursor.execute(statement)


def remove_guards(using: str = DEFAULT_DB_ALIAS) -> None:
    """Lift the guards: only for emptying a test's database."""
    connection = connections[using]
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for table in TABLES:
            for name in POSTGRESQL_RULES if postgresql else SQLITE_RULES:
                on = f' ON "{table}"' if postgresql else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "guard_{table}_{name}"{on}')
