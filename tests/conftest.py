"""What every test stands on: the shipped catalogue, the day of the demonstration, a running portal, a browser."""

import contextlib
import datetime
import gc
import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import hypothesis
import pytest
from django.core.cache import caches
from django.urls import clear_url_caches
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from pytest_django import DjangoDbBlocker

from organisation import stamp
from procedures import guards as version_guards
from procedures import slots
from procedures.learning import counting
from procedures.search import index
from records import guards

from .portals import CHROMIUM, DAY, own_database, prepare, running_portal, server
from .programs import programs
from .templates import Templates, copied_from, put_back

BLOCKER = pytest.StashKey[DjangoDbBlocker]()
INDEXES = pytest.StashKey[dict[datetime.date, index.Index]]()
TEMPLATES = pytest.StashKey[Templates]()
# Whoever asks for one of these works on a database, all others on none: pytest-django refuses it to them.
DATABASES = {"db", "transactional_db", "live_server", "new_database", "prepare_database"}
# Pages, and what is answered from memory: the statements behind them are tested in other files, on both databases.
ONCE = (
    "browser/",
    *(f"portal/test_{name}.py" for name in ("both_days", "error_pages", "home", "security", "start")),
    *(f"procedures/test_{name}.py" for name in ("admin", "agency_pages", "api", "catalogue_page", "kept_pages")),
    *(
        f"procedures/test_{name}.py"
        for name in ("procedure_page", "search", "search_classes", "suggestions", "tables")
    ),
    *(f"records/test_{name}.py" for name in ("admin_page", "admin_reception", "bulk_pages", "record_page", "reports")),
    *(f"records/test_{name}.py" for name in ("statistics_downloads", "statistics_page", "admin_search", "days_pages")),
    "records/test_letters_pages.py",
    *(f"procedures/test_{name}.py" for name in ("admin_loading", "changes_page", "corrections", "export_catalog")),
    "organisation/test_sign_in.py",
    "portal/test_reorganisation_pages.py",
    # What is made up goes through the same statements as the tests beside it, hundreds of times.
    "records/test_any_history.py",
    "procedures/test_evaluate_search.py",
    "procedures/test_versions.py::test_whatever_a_load_brings",
    "procedures/test_loading.py::test_loaddata_of_the_shipped_files",
    # What is refused before anything is written; beside it stand faults that the database would refuse, too.
    "procedures/test_loading.py::test_a_file_that_is",
    "procedures/test_loading.py::test_a_scope_that_does_not_exist",
    # Rules, forms, papers and files, of which those tests are marked that reach the database in a way of their own.
    *(f"records/test_{name}.py" for name in ("admin_scope", "import", "letters", "lookup", "papers", "result_admin")),
    *(f"records/test_{name}.py" for name in ("shops", "simulate", "verify")),
    "procedures/test_learning.py",
)
# These wait for other processes, or take longest: they begin first, lest one worker has to wait for the other.
FIRST = (
    "browser/test_accessibility.py",
    "records/test_bulk_killed.py",
    "portal/test_database_away.py",
    "records/test_concurrency.py",
    "browser/test_sign_in.py",
    "records/test_import.py",
    "browser/",
)

# No test is timed: a slow moment of the machine is no fault.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")


def pytest_itemcollected(item):
    """`-m database` chooses what may depend on which one it is; in a file that runs once, what bears the mark."""
    if any(f"tests/{name}" in item.nodeid for name in ONCE):
        return
    if item.get_closest_marker("django_db") or DATABASES & set(item.fixturenames):
        item.add_marker("database")


@pytest.hookimpl(trylast=True)  # pytest-django sorts too
def pytest_collection_modifyitems(items):
    """What takes long stands first."""
    items.sort(key=lambda item: next((n for n, name in enumerate(FIRST) if name in item.nodeid), len(FIRST)))


# Collecting makes hundreds of thousands of objects that stay, and no rubbish: it is not looked for meanwhile.
gc.disable()


def pytest_collection_finish():
    """What was loaded and collected is never looked through for rubbish again, and the rest less often than usual:
    a process that lives for minutes may grow, and looking took a fifth of its time."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 20, 100)


# Data ------------------------------------------------------------------------------------------


def pytest_configure(config):
    """The process that controls a run has a place for what all its workers copy."""
    if not hasattr(config, "workerinput"):
        config.stash[TEMPLATES] = Templates()
    else:
        config.stash[TEMPLATES] = Templates(config.workerinput["templates"])


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, in the controlling process
def pytest_configure_node(node):
    node.workerinput["templates"] = str(node.config.stash[TEMPLATES].directory)


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput") and TEMPLATES in config.stash:
        config.stash[TEMPLATES].throw_away()


@pytest.fixture(scope="session")
def copied_database(request, django_db_modify_db_settings):
    with copied_from(request.config.stash[TEMPLATES].shipped()):
        yield


@pytest.fixture(scope="session")
def django_db_setup(request, copied_database, django_db_setup, django_db_blocker):
    """The shipped catalogue in each worker's database, and its index."""
    request.config.stash[BLOCKER] = django_db_blocker
    with django_db_blocker.unblock():
        request.config.stash[INDEXES] = {DAY: index.build(stamp.current(), DAY)}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with real transactions empties every table at its end, which the guards would refuse: lift them for
    that moment, and put the catalogue back for the next test."""
    marker = item.get_closest_marker("django_db")
    real = marker and marker.kwargs.get("transaction")
    blocker = item.config.stash.get(BLOCKER, None)
    skipped = not item.funcargs
    if blocker is None or skipped or not (real or {"transactional_db", "live_server"} & set(item.fixturenames)):
        return (yield)
    with blocker.unblock():
        guards.remove_guards()
        version_guards.remove_guards()
    try:
        return (yield)
    finally:
        if nextitem:  # else the database is gone
            with blocker.unblock():
                put_back(item.config.stash[TEMPLATES].shipped())
            stamp.forget()


@pytest.fixture(autouse=True)
def catalogue_day(settings):
    settings.PORTAL_TODAY = DAY
    return DAY


@pytest.fixture
def on_day(request, settings):
    """A function: from here on it is that day, and the index that the shipped catalogue has on it is there; built once
    for all tests, as it bears its stamp and its day. Nothing may be scheduled: whoever builds an index looks for it.
    """
    kept = request.config.stash[INDEXES]

    def on(day: datetime.date) -> None:
        settings.PORTAL_TODAY = day
        if day not in kept and stamp.current() == kept[DAY].stamp:
            kept[day] = index.build(kept[DAY].stamp, day)
        index._current = kept.get(day, index._current)

    return on


@pytest.fixture
def english(settings):
    """Messages and pages as they stand in the source: a portal whose own language is English."""
    settings.LANGUAGE_CODE = "en"
    clear_url_caches()  # Django keeps addresses with the prefix that a language had when one was first asked for
    with translation.override("en"):
        yield
    clear_url_caches()


@pytest.fixture
def results_folder(settings, tmp_path):
    """The storage of results, empty, of one test."""
    folder = tmp_path / "results"
    local = {"BACKEND": "records.results.storage.LocalStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "results": local}
    return folder


@pytest.fixture(autouse=True)
def nothing_kept(request, settings):
    """No page of the test before, nor a part of one, nor a count: what a test sets must show, when it writes it.

    The index is the one of the shipped catalogue, whatever the test before made of it: it need not be built again,
    and as it bears the stamp of that catalogue it serves no other.
    """
    settings.PORTAL_COUNT_SECONDS = 0
    counting._pending = counting.Pending()
    for cache in caches.all(initialized_only=True):
        cache.clear()
    slots._rendered.clear()
    index._current = request.config.stash.get(INDEXES, {}).get(DAY)


# The running portal ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def prepare_database(request):
    """A function that fills an empty database, given its URL: a file, or on whichever server."""
    templates = request.config.stash[TEMPLATES]

    def copy(url: str) -> None:
        shutil.copyfile(urlsplit(templates.with_accounts()).path, urlsplit(url).path)

    return prepare if server() else copy


@pytest.fixture(scope="session")
def new_database(request, tmp_path_factory):
    """A function: within its block there is a database of that name with the shipped catalogue and the demonstration
    accounts, for other processes; the block's value is its URL."""
    templates, worker = request.config.stash[TEMPLATES], os.environ.get("PYTEST_XDIST_WORKER", "main")
    return lambda name: own_database(tmp_path_factory.mktemp(name), f"{name}_{worker}", templates.with_accounts())


@pytest.fixture(scope="session")
def portal_database(new_database, tmp_path_factory):
    """The URL of the running portal's own database; beside it lies a storage of results for all its processes."""
    results = str(tmp_path_factory.mktemp("results"))
    with new_database("server") as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_RESULTS", results)
        yield url


@pytest.fixture(scope="session")
def portal_server(tmp_path_factory, portal_database):
    """The address of a portal that runs as in service: gunicorn, with a database of its own."""
    with running_portal(portal_database, tmp_path_factory.mktemp("portal")) as address:
        yield address


@pytest.fixture(scope="session")
def in_portal(portal_server, portal_database):
    """Runs lines of Python on the running portal's database, each time as a process of its own; what they printed.

    Browser tests use no database themselves (see `browser`). The lines know `tests.records.factories`.
    """
    with programs(portal_database) as run:
        yield run


# The browser -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, without windows. Of a module, not the session: while it runs, Playwright keeps an event loop
    in this thread, and Django refuses its database to the tests of other files. Browser tests use no database."""
    executable = shutil.which("chromium-headless-shell") or pytest.fail("deploy/need.sh chromium-headless-shell")
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
def dark(browser, portal_server):
    size = {"width": 1440, "height": 900}
    with watched_page(browser, portal_server, viewport=size, color_scheme="dark") as page:
        yield page


@pytest.fixture
def no_script_page(browser, portal_server):
    """A telephone without scripts: whoever gets through here gets through with a telephone."""
    size = {"width": 360, "height": 740}
    with watched_page(browser, portal_server, viewport=size, has_touch=True, java_script_enabled=False) as page:
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
    """The list that fills with requests to other hosts (which Chromium finds none of), errors of scripts and console
    errors, among them every violation of the Content-Security-Policy.

    Requests are listened to, not routed: with a route each of them waits for this process, and nothing is cached.
    """
    faults: list[str] = []
    asked: set[str] = set()

    def request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.hostname != "127.0.0.1":
            faults.append(f"outside request: {request.url}")
        elif request.is_navigation_request():
            asked.add(request.url)

    def console(message: ConsoleMessage) -> None:
        # A page that a test asks for may be an error page; a script, picture or style of it may not be missing.
        page_itself = message.text.startswith("Failed to load resource") and message.location["url"] in asked
        if message.type == "error" and not page_itself:
            faults.append(f"console: {message.text} ({message.location['url']})")

    context.on("request", request)
    page.on("console", console)
    page.on("pageerror", lambda error: faults.append(f"script: {error} ({page.url})"))
    return faults
