"""Counting searches and what was opened from them: in memory during a request, written in bulk soon after it.

A search page that is kept costs less than a write to the database, so each process collects and a thread of its
own writes every `PORTAL_COUNT_SECONDS`, and when the worker ends (`deploy/gunicorn.conf.py`). A process that is
killed loses the seconds that were not written. Nothing here knows who searched: an address is kept until it is
written, and then as a hash that is forgotten with the day (`visits.py`).
"""

import datetime
import logging
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import Error, connection, connections, transaction
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from organisation.address import client_address
from portal import clock
from procedures import search
from procedures.models import DaySalt, Procedure, SearchCount, SearchOpened
from procedures.text import LONGEST_QUERY, clean

from . import visits

logger = logging.getLogger(__name__)

# What one process collects at most between two writings; the rest is counted as other words, or not at all.
MOST_SEARCHES = 2_000
MOST_OPENED = 500


@dataclass(frozen=True)
class Opened:
    """A procedure opened from the results for `text`. A later writing asks whether they hold it."""

    day: datetime.date
    text: str
    code: str
    address: str


@dataclass
class Pending:
    """What was not written yet."""

    searches: dict[tuple[str, datetime.date], tuple[int, int]] = field(default_factory=dict)  # → times, hits
    opened: Counter[Opened] = field(default_factory=Counter)


_pending = Pending()
_timer: threading.Timer | None = None
_lock = threading.Lock()


# During a request ------------------------------------------------------------------------------


def searched(request: HttpRequest, query: str, hits: int) -> None:
    """Count a search: `query` as `SearchCount.words_of` gives it, `hits` whatever the filters."""
    if not query or not is_a_persons(request):
        return
    with _lock:
        key = (query, clock.today())
        if key not in _pending.searches and len(_pending.searches) >= MOST_SEARCHES:
            key = (SearchCount.OTHERS, clock.today())
        times, _hits = _pending.searches.get(key, (0, 0))
        _pending.searches[key] = (times + 1, hits)
        write_soon()


def opened(request: HttpRequest, code: str) -> None:
    """Count that the page of a procedure was opened, when the request says that it comes from our search page."""
    text = came_from(request)
    if not text or not is_a_persons(request) or not SearchCount.words_of(text):
        return
    what = Opened(clock.today(), text, code, client_address(request) or "")
    with _lock:
        if what in _pending.opened or len(_pending.opened) < MOST_OPENED:
            _pending.opened[what] += 1
            write_soon()


def is_a_persons(request: HttpRequest) -> bool:
    """Whether somebody will see the answer: not a question about the page, nor a browser that looks ahead."""
    return request.method == "GET" and "prefetch" not in request.META.get("HTTP_SEC_PURPOSE", "")


def came_from(request: HttpRequest) -> str:
    """What was searched for on our page that led here, from the Referer (the policy is `same-origin`); else empty."""
    referer = request.META.get("HTTP_REFERER", "")
    if "?" not in referer:
        return ""
    try:
        page = urlsplit(referer)
        asked = parse_qs(page.query, max_num_fields=20).get("q", [""])[0]
    except ValueError:
        return ""
    if page.netloc != request.get_host() or page.path not in search_pages():
        return ""
    return clean(asked)[:LONGEST_QUERY]


@cache
def search_pages() -> frozenset[str]:
    """The path of the search page in each language."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(reverse("procedures:list"))
    return frozenset(found)


# After it --------------------------------------------------------------------------------------


def write_soon() -> None:
    """Have a thread write what is pending, unless one is waiting to. The lock is held."""
    global _timer
    if _timer is None and settings.PORTAL_COUNT_SECONDS:
        _timer = threading.Timer(settings.PORTAL_COUNT_SECONDS, write_and_close)
        _timer.daemon = True
        _timer.start()


def write_and_close() -> None:
    try:
        flush()
    finally:
        connections.close_all()  # this thread's own


def flush() -> None:
    """Write what is pending. What the database refuses is lost, and told: counts are no reason to fill the memory."""
    global _pending, _timer
    with _lock:
        pending, _pending, _timer = _pending, Pending(), None
    if not pending.searches and not pending.opened:
        return
    try:
        found = really_found(pending.opened)
        with transaction.atomic():
            salt = visits.todays_salt()  # locked: one process writes at a time, so that adding up is safe
            write_searches(pending.searches)
            write_opened(found, salt)
            forget_old()
    except Error as error:
        logger.warning("Some searches were not counted: %s", error)


def really_found(opened: Counter[Opened]) -> Counter[Opened]:
    """Those whose search finds the procedure: a Referer may say anything."""
    by_text: dict[str, set[str]] = {what.text: set() for what in opened}
    for text in by_text:
        by_text[text] = set(search.find(text).codes)
    return Counter({what: times for what, times in opened.items() if what.code in by_text[what.text]})


def write_searches(searches: dict[tuple[str, datetime.date], tuple[int, int]]) -> None:
    """Add to the rows of each day; words for which the day has no room are added to its others."""
    for day in {day for _query, day in searches}:
        of_day = {query: counted for (query, its_day), counted in searches.items() if its_day == day}
        rows_of_day = SearchCount.objects.filter(day=day)
        present = set(rows_of_day.filter(query__in=list(of_day)).values_list("query", flat=True))
        room = SearchCount.MOST_A_DAY - rows_of_day.count()
        rows: dict[tuple[str, datetime.date], tuple[int, int]] = {}
        for query, (times, hits) in of_day.items():
            room -= query not in present
            key = (query if query in present or room >= 0 else SearchCount.OTHERS, day)
            rows[key] = (rows.get(key, (0, 0))[0] + times, hits)
        add(SearchCount, ["query", "day"], rows, {"count": "{table}.count + excluded.count", "hits": "excluded.hits"})


def write_opened(opened: Counter[Opened], salt: DaySalt) -> None:
    """Add to the rows of each day; an address counts once for a procedure and day, whatever it searched for."""
    keys = dict(Procedure.objects.filter(code__in={what.code for what in opened}).values_list("code", "pk"))
    firsts = visits.first_times(salt, {("opened", what.code, what.address) for what in opened if what.code in keys})
    for day in {what.day for what in opened}:
        of_day = {what: times for what, times in opened.items() if what.day == day and what.code in keys}
        rows_of_day = SearchOpened.objects.filter(day=day)
        queries = {SearchCount.words_of(what.text) for what in of_day}
        present = set(
            rows_of_day.filter(query__in=queries, procedure__in={keys[what.code] for what in of_day}).values_list(
                "query", "procedure_id"
            )
        )
        room = SearchOpened.MOST_A_DAY - rows_of_day.count()
        rows: dict[tuple[str, datetime.date, int], tuple[int, int]] = {}
        for what, times in of_day.items():
            query, procedure = SearchCount.words_of(what.text), keys[what.code]
            if (query, procedure) not in present:
                room -= 1
                query = query if room >= 0 else SearchCount.OTHERS
                present.add((query, procedure))
            visit = ("opened", what.code, what.address)
            count, addresses = rows.get((query, day, procedure), (0, 0))
            rows[query, day, procedure] = (count + times, addresses + (visit in firsts))
            firsts.discard(visit)
        sums = {name: f"{{table}}.{name} + excluded.{name}" for name in ("count", "addresses")}
        add(SearchOpened, ["query", "day", "procedure_id"], rows, sums)


def add(
    model: type[Model], key: list[str], rows: Mapping[tuple[Any, ...], tuple[int, int]], counts: dict[str, str]
) -> None:
    """Add rows, by the key that names them, to those that are there: one statement, and no objects in between.

    `counts` are the other columns, each with what it becomes where there is a row.
    """
    table = model._meta.db_table
    columns = ", ".join([*key, *counts])
    becomes = ", ".join(f"{name} = {value}" for name, value in counts.items()).format(table=table)
    statement = (
        f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * (len(key) + len(counts)))}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {becomes}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(*named, *counted) for named, counted in rows.items()])


def forget_old() -> None:
    before = clock.today() - SearchCount.KEPT
    SearchCount.objects.filter(day__lt=before).delete()
    SearchOpened.objects.filter(day__lt=before).delete()
