"""Who may write the cells, freeze a month or make reminders: PostgreSQL's advisory locks, held until the transaction
ends.

SQLite has one writer at a time anyhow.
"""

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction

CELLS = 4_061_001  # writing cells: one at a time
MONTHS = 4_061_002  # changing months that are over: shared; freezing one: alone

REMINDERS = 4_061_003  # making reminders: one at a time


def ask(function: str, key: int) -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [key])  # a constant
        return cursor.fetchone()[0] is not False


def have_cells() -> None:
    """Wait until nobody else writes cells."""
    ask("pg_advisory_xact_lock", CELLS)


def get_cells() -> bool:
    """Whether nobody else writes cells now."""
    return ask("pg_try_advisory_xact_lock", CELLS)


def change_months() -> None:
    """Let no month be frozen before this transaction has ended."""
    ask("pg_advisory_xact_lock_shared", MONTHS)


def have_months() -> None:
    """Wait for those who change months that are over."""
    ask("pg_advisory_xact_lock", MONTHS)


def have_reminders() -> None:
    """Wait until nobody else makes reminders."""
    ask("pg_advisory_xact_lock", REMINDERS)


@contextlib.contextmanager
def one_moment(*, alone: bool) -> Iterator[None]:
    """A transaction in which everything is read as of one moment; `alone`: and nobody else writes cells in it.

    The lock comes before the transaction: one that waited inside would read what was there before it waited.
    """
    is_outermost = connection.vendor == "postgresql" and not connection.in_atomic_block
    if alone:
        ask("pg_advisory_lock", CELLS)
    try:
        with transaction.atomic():
            if is_outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield
    finally:
        if alone:
            ask("pg_advisory_unlock", CELLS)
