"""Clients that work at the same time on the database of `DATABASE_URL`, in a process that is not the test's.

Every client is a thread with a connection of its own. `forever` changes records until it is killed.
"""

import collections
import itertools
import os
import random
import threading
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.db import OperationalError, connection  # noqa: E402

from records import actions  # noqa: E402
from records.models import Record  # noqa: E402
from records.statuses import Status, moves_from  # noqa: E402

from . import factories  # noqa: E402

PATIENCE = 60  # seconds until a client has its connection: a hundred at once take a while


def connect() -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection.ensure_connection()
            return
        except OperationalError:
            if time.monotonic() > end:
                raise


def at_once(clients: int, work: Callable[[int], None]) -> None:
    """Let every client work from the same moment on."""
    connection.close()  # this thread's own: there is one for each client
    start = threading.Barrier(clients)

    def client(number: int) -> None:
        connect()
        start.wait(PATIENCE)
        try:
            work(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def outcomes_of(clients: int, records: list[Record], act: Callable[[int, Record], Record]) -> dict:
    """Every client acts on every record; how often it was done and how often refused, and why, for each code."""
    told: dict[str, collections.Counter[str]] = {record.code: collections.Counter() for record in records}

    def work(number: int) -> None:
        for record in records:
            try:
                act(number, record)
                told[record.code]["done"] += 1
            except Exception as error:  # what it is, the test judges
                told[record.code][type(error).__name__] += 1

    at_once(clients, work)
    return told


def moves(clients: int, count: int) -> dict:
    """All hold the same forms; half of them hand over, half note a withdrawal."""
    records, by = [factories.receive() for _number in range(count)], factories.officer()
    targets = [Status.IN_PROCESS, Status.WITHDRAWAL]
    return outcomes_of(
        clients, records, lambda n, row: actions.change_status(row, to=targets[n % 2], by=by, version=row.sequence)
    )


def appointments(clients: int, count: int) -> dict:
    """All appoint a new date, and none holds a form: once is enough."""
    records, by = [factories.receive() for _number in range(count)], factories.officer()
    due = factories.moment("2024-10-01 17:00")
    return outcomes_of(
        clients, records, lambda _n, row: actions.reappoint(row, due=due, by=by, reason="đông", at=factories.NINE)
    )


def corrections(clients: int, count: int) -> dict:
    """All undo the one change there is."""
    records, by = [factories.in_status(Status.IN_PROCESS) for _number in range(count)], factories.officer()
    return outcomes_of(clients, records, lambda _n, row: actions.correct(row, by=by, reason="nhầm"))


def receptions(clients: int, count: int) -> dict:
    """Everybody receives records in the same moment, on a day without any; the codes that were given."""
    at, codes, faults = factories.moment("2024-08-27 09:00:00.001"), [], []
    factories.officer()  # else everybody would make that person

    def work(_number: int) -> None:
        for _record in range(count):
            try:
                codes.append(factories.receive(at=at).code)
            except Exception as error:
                faults.append(repr(error))

    at_once(clients, work)
    return {"codes": sorted(codes), "faults": faults}


def forever() -> None:
    """Receive records and move them by chance, and say so after each step."""
    by, supervisor, chance = factories.officer(), factories.supervisor(), random.Random()
    for number in itertools.count(1):
        record = factories.receive()
        while (legal := moves_from(record.status)) and chance.random() < 0.9:
            to = chance.choice(legal).to
            who = supervisor if to == Status.SUPPLEMENT and record.supplements else by
            record = actions.change_status(record, to=to, by=who, reason="lý do")
            print(number, record.sequence, flush=True)
