"""A database that goes away under a running portal, and comes back."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from tests.portals import ROOT, running_portal

ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
# On SQLite a thread that has opened the file reads on in it, wherever its directory went; others answer 503.
AWAY = {503} if ON_POSTGRESQL else {200, 503}
PAGES = ["/en/", "/en/procedures/?q=khai+sinh", "/en/procedures/1.001193/", "/en/agencies/", "/health/ready"]


class File:
    """An SQLite database; away means that its directory is elsewhere."""

    def __init__(self, directory: Path) -> None:
        self.home = directory / "database"
        self.elsewhere = directory / "elsewhere"
        self.home.mkdir()
        self.url = f"sqlite:///{self.home / 'portal.sqlite3'}"

    def leave(self) -> None:
        self.home.rename(self.elsewhere)

    def come_back(self) -> None:
        self.elsewhere.rename(self.home)


class Server:
    """A PostgreSQL server of this test's own; away means stopped."""

    def __init__(self, url: str) -> None:
        self.url = url
        with psycopg.connect(url) as connection:
            self.data = Path(connection.execute("SHOW data_directory").fetchone()[0])

    def leave(self) -> None:
        pid_file = self.data / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)  # what `pg_ctl stop` does
        deadline = time.monotonic() + 20
        while pid_file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def come_back(self) -> None:
        # `restart` starts with the options of before; the server refuses to run as root.
        program = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1]
        owner = self.data.stat()
        user = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.getuid() == 0 else {}
        subprocess.run(
            [program, "restart", "--wait", "--silent", "--pgdata", self.data, "--log", self.data.parent / "log"],
            cwd="/",
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **user,
        )


@contextlib.contextmanager
def own_server():
    """A PostgreSQL server that lives until its shell reads a line."""
    script = [ROOT / "tests/with_postgres.sh", "sh", "-c", 'echo "$DATABASE_URL"; read line']
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process.stdout.readline().strip())
        finally:
            process.stdin.close()


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    if ON_POSTGRESQL:
        with own_server() as server:
            yield server
    else:
        yield File(tmp_path_factory.mktemp("away"))


@pytest.fixture(scope="module")
def address(database, prepare_database, tmp_path_factory):
    prepare_database(database.url)
    with running_portal(database.url, tmp_path_factory.mktemp("portal")) as address:
        yield address


@pytest.fixture
def away(database, address):
    assert is_back(address)  # the portal is warm, its connections are open
    database.leave()
    try:
        yield
    finally:
        database.come_back()


def is_back(address):
    """Whether within twenty seconds every page answers eight times in a row, whichever worker is asked."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if all(get(address + page)[0] == 200 for _worker_and_thread in range(8) for page in PAGES):
            return True
        time.sleep(0.2)
    return False


def get(url):
    """Status, headers and text of an answer."""
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def test_pages_say_so_within_seconds_and_when_to_ask_again(address, away):
    for page in PAGES[:-1]:
        before = time.monotonic()
        status, headers, text = get(address + page)
        assert time.monotonic() - before < 8
        assert status in AWAY
        assert "Traceback" not in text
        if status == 503:
            assert int(headers["Retry-After"]) > 0
            assert 'href="/en/procedures/"' in text


def test_the_process_is_live_but_not_ready(address, away):
    assert get(f"{address}/health/live")[0] == 200
    assert get(f"{address}/health/ready")[0] in AWAY


def test_no_worker_and_no_thread_answers_500(address, away):
    pages = [*PAGES, "/en/procedures/?q=xyzzyqq", "/en/procedures/suggest/?q=khai"]
    threads = 1 if ON_POSTGRESQL else 8  # there all threads share connections, and each answer takes seconds
    assert {get(address + page)[0] for _thread in range(threads) for page in pages} <= AWAY


def test_what_needs_no_database_still_answers(address, away):
    assert get(f"{address}/en/nothing")[0] == 404
    assert get(f"{address}/static/portal.css")[0] == 200


def test_when_it_is_back_pages_answer_without_a_restart(address, database):
    database.leave()
    assert get(f"{address}/en/")[0] in AWAY
    database.come_back()
    assert is_back(address)
