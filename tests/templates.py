"""The databases of which those of the tests are copies: made once in a run, by the worker that first needs one."""

import contextlib
import fcntl
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from psycopg import sql

from .portals import commands, create_database, drop_database, server


class Templates:
    """A directory that is the run's own: what is made in it is of the code of this run, and goes at its end."""

    def __init__(self, directory: str | None = None) -> None:
        self.directory = Path(directory or tempfile.mkdtemp(prefix="portal-tests-"))

    def shipped(self) -> str:
        """The URL of a database that has its tables and the shipped catalogue. Nobody may write into it."""
        return self._once("shipped", "", "migrate", "load_catalog")

    def with_accounts(self) -> str:
        """The URL of one that has the demonstration accounts, too."""
        return self._once("accounts", self.shipped(), "create_demo_users")

    def _once(self, name: str, source: str, *names: str) -> str:
        """Whoever comes while another makes it waits, and then uses what was made."""
        made = self.directory / name
        with (self.directory / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                url = create_database(self.directory, f"{self.directory.name}_{name}", source)
                commands(url, *names)
                made.write_text(url)
            return made.read_text()

    def throw_away(self) -> None:
        for lock in self.directory.glob("*.lock"):
            drop_database(f"{self.directory.name}_{lock.stem}")
        shutil.rmtree(self.directory)


@contextlib.contextmanager
def copied_from(template: str) -> Iterator[None]:
    """Has pytest-django make its test database as a copy of `template`: its `migrate` finds nothing left to do."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = urlsplit(template).path[1:]
        yield
        return
    # In memory, which lasts as long as somebody has it open.
    with contextlib.closing(sqlite3.connect(connection.creation._get_test_db_name(), uri=True)) as memory:
        _copy(template, memory)
        yield


def put_back(template: str) -> None:
    """Make the test database of this worker such a copy again, whatever is in it."""
    if connection.vendor == "postgresql":
        name = connection.settings_dict["NAME"]
        connection.close()
        connection.close_pool()
        with psycopg.connect(server(), autocommit=True) as control:
            control.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            source = sql.Identifier(urlsplit(template).path[1:])
            control.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))
    else:
        connection.ensure_connection()
        _copy(template, connection.connection)


def _copy(template: str, into: sqlite3.Connection) -> None:
    with contextlib.closing(sqlite3.connect(urlsplit(template).path)) as source:
        source.backup(into)
