"""Portals of their own, for what a test's transaction cannot show: other processes, gunicorn, a real browser."""

import contextlib
import datetime
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
DAY = datetime.date(2024, 8, 28)  # the day of the shipped catalogue
# No host but this machine is asked. The last five keep Chromium from speaking to its maker all the same, which would
# fail tests in a closed network.
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def environment(database_url: str, **more: str) -> dict[str, str]:
    """What a process needs to be the portal of this database on the day of the tests."""
    env = {**os.environ, "DATABASE_URL": database_url, "PORTAL_TODAY": DAY.isoformat(), **more}
    env.pop("ALLOWED_HOSTS", None)
    return env


def server() -> str:
    """The URL of a PostgreSQL that tests may make databases on; empty: they are SQLite files."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def create_database(directory: Path, name: str, template: str = "") -> str:
    """The URL of a new database beside the one of `DATABASE_URL`: on the same server, or a file in `directory`.

    It is empty, or a copy of the one whose URL is `template`, into which nobody may be writing at that moment.
    """
    if not server():
        path = directory / f"{name}.sqlite3"
        if template:
            shutil.copyfile(urlsplit(template).path, path)
        return f"sqlite:///{path}"
    drop_database(name)
    source = sql.Identifier(urlsplit(template).path[1:] if template else "template0")
    with psycopg.connect(server(), autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(f"portal_{name}"), source))
    return urlsplit(server())._replace(path=f"/portal_{name}").geturl()


def drop_database(name: str) -> None:
    """Remove such a database, if it is there, and whoever is connected to it. Files go with their directory."""
    if server():
        with psycopg.connect(server(), autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(f"portal_{name}")))


@contextlib.contextmanager
def own_database(directory: Path, name: str, template: str = "") -> Iterator[str]:
    """The URL of such a database, which is dropped at the end."""
    try:
        yield create_database(directory, name, template)
    finally:
        drop_database(name)


def commands(database_url: str, *names: str) -> None:
    """Run commands of `manage.py` one after the other, in one process: a start takes as long as the work."""
    lines = f"from django.core.management import call_command\nfor name in {names}: call_command(name, verbosity=0)"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", lines]
    subprocess.run(command, cwd=ROOT, env=environment(database_url), check=True)


def prepare(database_url: str) -> None:
    """Give an empty database its tables, the shipped catalogue and the demonstration accounts."""
    commands(database_url, "migrate", "load_catalog", "create_demo_users")


@contextlib.contextmanager
def running_portal(database_url: str, directory: Path) -> Iterator[str]:
    """The address of gunicorn on a free port, with a database that `prepare` or its template has filled."""
    port = free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "portal.wsgi:application"]
    env, log = environment(database_url, PORT=str(port)), directory / "gunicorn.log"
    with log.open("w") as out, subprocess.Popen(gunicorn, cwd=ROOT, env=env, stdout=out, stderr=out) as process:
        try:
            wait_until_live(f"http://127.0.0.1:{port}/health/live", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_live(url: str, process: subprocess.Popen, log: Path, seconds: int = 90) -> None:
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"The portal did not answer at {url}:\n{log.read_text()}")
