"""What every test stands on: the shipped catalogue, the day of the demonstration, a running portal, a browser."""

import contextlib
import datetime
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import psycopg
import pytest
from django.core.cache import cache
from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright
from psycopg import sql
from pytest_django import DjangoDbBlocker

from procedures import slots
from procedures.learning import counting
from records import guards

ROOT = Path(__file__).resolve().parent.parent
DAY = datetime.date(2024, 8, 28)  # the day of the shipped catalogue
BLOCKER = pytest.StashKey[DjangoDbBlocker]()
# The last five keep Chromium from speaking to its maker, which would fail tests in a closed network.
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# No test is timed: a slow moment of the machine is no fault.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")

# Data ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_setup, django_db_blocker):
    """The shipped catalogue, loaded once into each worker's database."""
    request.config.stash[BLOCKER] = django_db_blocker
    load_catalogue(django_db_blocker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with real transactions empties every table at its end, which the guards would refuse: lift them for
    that moment, and put the catalogue back for the next test."""
    marker = item.get_closest_marker("django_db")
    real = marker and marker.kwargs.get("transaction")
    blocker = item.config.stash.get(BLOCKER, None)
    if blocker is None or not (real or {"transactional_db", "live_server"} & set(item.fixturenames)):
        return (yield)
    with blocker.unblock():
        guards.remove_guards()
    try:
        return (yield)
    finally:
        if nextitem:  # else the database is gone
            with blocker.unblock():
                guards.install_guards()
            load_catalogue(blocker)


def load_catalogue(blocker: DjangoDbBlocker) -> None:
    """The shipped catalogue and the shipped table of days."""
    with blocker.unblock():
        call_command("load_catalog", verbosity=0)
        call_command("loaddata", "days", verbosity=0)


@pytest.fixture(autouse=True)
def catalogue_day(settings):
    settings.PORTAL_TODAY = DAY
    return DAY


@pytest.fixture(autouse=True)
def nothing_kept(settings):
    """No page of the test before, nor a part of one, nor a count: what a test sets must show, when it writes it."""
    settings.PORTAL_COUNT_SECONDS = 0
    counting._pending = counting.Pending()
    cache.clear()
    slots._rendered.clear()


# The running portal ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def portal_database(tmp_path_factory):
    """The URL of the running portal's own database."""
    with own_database(tmp_path_factory.mktemp("database"), os.environ.get("PYTEST_XDIST_WORKER", "main")) as url:
        yield url


@pytest.fixture(scope="session")
def portal_server(tmp_path_factory, portal_database):
    """The address of a portal that runs as in service: gunicorn, with a database of its own."""
    with running_portal(portal_database, tmp_path_factory.mktemp("portal")) as address:
        yield address


@pytest.fixture(scope="session")
def in_portal(portal_server, portal_database):
    """Runs lines of Python on the running portal's database, in a process of their own; what they printed.

    Browser tests use no database themselves (see `browser`). The lines know `tests.records.factories`.
    """

    def run(program: str) -> str:
        env = {**os.environ, "DATABASE_URL": portal_database, "PORTAL_TODAY": DAY.isoformat()}
        env |= {"DJANGO_SETTINGS_MODULE": "portal.settings"}
        env.pop("ALLOWED_HOSTS", None)
        lines = f"import django; django.setup()\nfrom tests.records.factories import *\n{program}"
        done = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@contextlib.contextmanager
def own_database(directory: Path, name: str) -> Iterator[str]:
    """The URL of an empty database beside the one of `DATABASE_URL`: on the same server, or a file."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield f"sqlite:///{directory / 'portal.sqlite3'}"
        return
    database = f"portal_server_{name}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        try:
            yield urlsplit(url)._replace(path=f"/{database}").geturl()
        finally:
            connection.execute(drop)


@contextlib.contextmanager
def running_portal(database_url: str, directory: Path) -> Iterator[str]:
    """The address of gunicorn on a free port, with the shipped catalogue and the demonstration accounts."""
    port = free_port()
    env = {**os.environ, "DATABASE_URL": database_url, "PORTAL_TODAY": DAY.isoformat(), "PORT": str(port)}
    env.pop("ALLOWED_HOSTS", None)
    for command in ("migrate", "load_catalog", "create_demo_users"):
        subprocess.run([sys.executable, "manage.py", command, "--verbosity=0"], cwd=ROOT, env=env, check=True)
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "portal.wsgi:application"]
    log = directory / "gunicorn.log"
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


def wait_until_live(url: str, process: subprocess.Popen, log: Path, seconds: int = 30) -> None:
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.1)
    pytest.fail(f"The portal did not answer at {url}:\n{log.read_text()}")


# The browser -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium. Of a module, not the session: while it runs, Playwright keeps an event loop in this
    thread, and Django refuses its database to the tests of other files. Browser tests use no database."""
    executable = shutil.which("chromium") or pytest.fail("chromium is missing; run: deploy/need.sh chromium")
    with (
        sync_playwright() as playwright,
        contextlib.closing(playwright.chromium.launch(executable_path=executable, args=CHROMIUM)) as chromium,
    ):
        yield chromium


@pytest.fixture
def page(browser, portal_server):
    with watched_page(browser, portal_server, viewport={"width": 1440, "height": 900}) as page:
        yield page


@pytest.fixture
def phone(browser, portal_server):
    size = {"width": 360, "height": 740}
    with watched_page(browser, portal_server, viewport=size, has_touch=True, is_mobile=True) as page:
        yield page


@pytest.fixture
def no_script_page(browser, portal_server):
    size = {"width": 1440, "height": 900}
    with watched_page(browser, portal_server, viewport=size, java_script_enabled=False) as page:
        yield page


@contextlib.contextmanager
def watched_page(browser: Browser, address: str, **options) -> Iterator[Page]:
    """A page in a context of its own; at its end: nothing was asked of another host, and nothing went wrong."""
    context = browser.new_context(base_url=address, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **options)
    with contextlib.closing(context):
        page = context.new_page()
        faults = watch(context, page)
        yield page
    # After closing, which delivers what the browser has still to say.
    assert faults == []


def watch(context: BrowserContext, page: Page) -> list[str]:
    """The list that fills with requests to other hosts (refused), errors of scripts and console errors, among
    them every violation of the Content-Security-Policy."""
    faults: list[str] = []
    asked: set[str] = set()

    def route(route: Route) -> None:
        if urlsplit(route.request.url).hostname != "127.0.0.1":
            faults.append(f"outside request: {route.request.url}")
            route.abort()
            return
        if route.request.is_navigation_request():
            asked.add(route.request.url)
        route.continue_()

    def console(message: ConsoleMessage) -> None:
        # A page that a test asks for may be an error page; a script, picture or style of it may not be missing.
        page_itself = message.text.startswith("Failed to load resource") and message.location["url"] in asked
        if message.type == "error" and not page_itself:
            faults.append(f"console: {message.text} ({message.location['url']})")

    context.route("**/*", route)
    page.on("console", console)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    return faults
