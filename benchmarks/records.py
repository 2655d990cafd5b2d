"""Records beside raw SQL that does the same: one run, one PostgreSQL, the same rows.

`python -m benchmarks.records`, with DATABASE_URL naming an empty PostgreSQL. Printed are milliseconds at the median
(records per second for what is done in bulk) and how many times longer the portal takes than the bare statements:
without checks, clock, hashes, sealed facts, and without a page around them.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from . import ROOT, has_postgresql

SIMULATED, SAMPLE = 20_000, 300
EVENT = """INSERT INTO records_event (record_id, sequence, kind, at, actor_id, from_status, to_status, details,
    reason_digest, previous_hash, hash) VALUES (%s, %s, 'status', now(), NULL, %s, %s, '{}', '', %s, %s)"""
MOVE = "UPDATE records_record SET status = %s, status_since = now(), sequence = %s, last_hash = %s WHERE id = %s"


def run(environment: dict[str, str]) -> None:
    """Print the comparison, in a process and on a server of its own; say so when PostgreSQL is not installed."""
    if not has_postgresql("the records"):
        return
    command = ["tests/with_postgres.sh", sys.executable, "-m", "benchmarks.records"]
    subprocess.run(command, cwd=ROOT, env={**environment, "DATABASE_URL": ""}, check=True)


def milliseconds(work: Callable[[Any], Any], things: list[Any]) -> float:
    """At the median, over each of `things` once."""
    taken = []
    for thing in things:
        start = time.perf_counter()
        work(thing)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def told(name: str, portal: float, raw: float, unit: str = "ms") -> None:
    ratio = portal / raw if unit == "ms" else raw / portal
    print(f"{name:28}{portal:10.2f}{raw:10.2f} {unit:10}{ratio:6.1f} ×")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_catalog", verbosity=0)
    call_command("create_demo_users", verbosity=0)
    start = time.perf_counter()
    call_command("simulate_records", count=SIMULATED, seed=1, verbosity=0)
    seconds = time.perf_counter() - start
    print(f"{'':28}{'portal':>10}{'raw SQL':>10}")
    told("simulation", SIMULATED / seconds, SIMULATED / copied(), "records/s")
    measure_pages()
    measure_changes()
    measure_figures()


def copied() -> float:
    """Seconds that the bare rows of the simulation need, indexes included."""
    from django.db import connection

    start = time.perf_counter()
    with connection.cursor() as cursor:
        for table in ("records_record", "records_event", "records_recordword"):
            cursor.execute(f"CREATE TEMPORARY TABLE copy_of_{table} (LIKE {table} INCLUDING INDEXES)")
            cursor.execute(f"INSERT INTO copy_of_{table} SELECT * FROM {table}")
    return time.perf_counter() - start


def measure_pages() -> None:
    from django.db import connection
    from django.test import Client

    from organisation.models import User
    from records.models import Record

    officer = User.objects.get(username="demo-officer")
    desk = Client(SERVER_NAME="127.0.0.1")
    desk.force_login(officer)
    cursor = connection.cursor()
    newest = "SELECT * FROM records_record WHERE status IN (1, 2, 4, 5, 6, 7) AND unit_id = %s ORDER BY urgency, id"
    told(
        "list of open records",
        milliseconds(lambda _number: desk.get("/admin/records/record/"), list(range(40))),
        milliseconds(lambda _number: cursor.execute(f"{newest} LIMIT 51", [officer.unit_id]).fetchall(), [0] * 40),
    )
    sample = [(record.code, record.personal["phone"][-4:]) for record in Record.objects.order_by("-id")[:SAMPLE]]
    told(
        "look-up",
        milliseconds(lambda facts: look_up(*facts), sample),
        milliseconds(
            lambda facts: cursor.execute("SELECT * FROM records_record WHERE code = %s", [facts[0]]).fetchone(), sample
        ),
    )


def look_up(code: str, digits: str) -> None:
    """As a citizen does, each from an address of their own; the answer leads to the record."""
    from django.test import Client

    address = f"10.{hash(code) % 200}.{hash(digits) % 200}.{hash(code + digits) % 250}"
    answer = Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR=address).post("/records/", {"code": code, "digits": digits})
    if answer.status_code != 302:
        raise SystemExit(f"The look-up of {code} answered {answer.status_code}.")


def measure_changes() -> None:
    """Records in process are resolved one by one, in bulk, and by bare statements."""
    from organisation.models import User
    from records import actions, bulk
    from records.models import Record
    from records.statuses import Status

    officer = User.objects.get(username="demo-officer")
    received = Record.objects.filter(unit=officer.unit_id, status=Status.RETURNED).order_by("id")
    some = [fresh(officer, record) for record in received[: 3 * SAMPLE]]
    one_by_one, raw, many = some[:SAMPLE], some[SAMPLE : 2 * SAMPLE], some[2 * SAMPLE :]
    bare = milliseconds(move_bare, raw)
    single = milliseconds(lambda record: actions.change_status(record, to=Status.IN_PROCESS, by=officer), one_by_one)
    told("one change of status", single, bare)
    start = time.perf_counter()
    job = bulk.prepare([record.code for record in many], to=Status.IN_PROCESS, reason="", by=officer)
    bulk.start(job)
    while bulk.run_slice(job, seconds=60):
        pass
    told("bulk change", len(many) / (time.perf_counter() - start), 1000 / bare, "records/s")


def measure_figures() -> None:
    """A year's totals by channel from the cells beside a plain aggregate over the records, and what keeping the cells
    adds to a change of status that ends a record."""
    from django.db import connection

    from organisation.models import User
    from records import actions
    from records.models import ChannelFigure, Record
    from records.statistics import cells, rollups, tables
    from records.statuses import Status

    tables.settle()
    cursor = connection.cursor()
    naive = """SELECT channel, date_trunc('month', resolved_at), count(*), sum((resolved_at <= promised_at)::int),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY working_minutes) FROM records_record GROUP BY 1, 2"""
    told(
        "figures of all months",
        milliseconds(lambda _time: list(ChannelFigure.objects.values_list()), [0] * 20),
        milliseconds(lambda _time: cursor.execute(naive).fetchall(), [0] * 20),
    )
    measure_monitoring(cursor, naive)
    officer = User.objects.get(username="demo-officer")
    plain = Record.objects.filter(unit=officer.unit_id, status=Status.RETURNED, procedure__electronic_process=False)
    received = plain.order_by("id")[: 2 * SAMPLE]
    begun = [actions.change_status(fresh(officer, like), to=Status.IN_PROCESS, by=officer) for like in received]

    def resolve(record: Any) -> None:
        actions.change_status(record, to=Status.RESOLVED, by=officer)

    kept, without = [], []
    keep = (rollups.note, cells.of_record)
    for start in range(0, len(begun), 40):  # in turn, so that a slow moment of the machine hits both
        kept.append(milliseconds(resolve, begun[start : start + 20]))
        rollups.note, cells.of_record = (lambda *_facts: None), (lambda _record: {})  # type: ignore[assignment]
        without.append(milliseconds(resolve, begun[start + 20 : start + 40]))
        rollups.note, cells.of_record = keep
    told("resolved, figures kept or not", statistics.median(kept), statistics.median(without))


def measure_monitoring(cursor: Any, naive: str) -> None:
    """The statistics page, made anew each time, beside the plain aggregate that it stands for; the board of everything
    that is open beside the plain count by agency, officer and day."""
    from django.core.cache import caches
    from django.test import Client

    from organisation.models import User

    public, staff = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
    staff.force_login(User.objects.get(username="demo-supervisor"))
    counted = """SELECT agency_id, officer_id, urgency::date, count(*) FROM records_record
        WHERE status IN (1, 2, 4, 5, 6, 7) GROUP BY 1, 2, 3"""

    def anew(_time: int) -> None:
        for cache in caches.all():
            cache.clear()
        public.get("/statistics/")

    told(
        "statistics page, made anew",
        milliseconds(anew, [0] * 20),
        milliseconds(lambda _time: cursor.execute(naive).fetchall(), [0] * 20),
    )
    told(
        "monitoring board",
        milliseconds(lambda _time: staff.get("/admin/records/record/board/"), [0] * 20),
        milliseconds(lambda _time: cursor.execute(counted).fetchall(), [0] * 20),
    )


def fresh(officer: Any, like: Any) -> Any:
    """A record just received, for the same procedure as another."""
    from procedures.models import ChannelKind
    from records import actions
    from records.deadlines import Limit

    return actions.receive(
        procedure=like.procedure,
        unit=officer.unit,
        channel=ChannelKind.IN_PERSON,
        applicant=actions.Applicant("Nguyễn Văn Mẫu", phone="0000000000"),
        by=officer,
        limit=Limit(like.limit_value, like.limit_unit),
    )


def move_bare(record: Any) -> None:
    """The statements alone that change a status: lock, event, record."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT status, sequence, last_hash FROM records_record WHERE id = %s FOR UPDATE", [record.pk])
        status, sequence, last = cursor.fetchone()
        value = f"{sequence:064}"
        cursor.execute(EVENT, [record.pk, sequence + 1, status, 4, last, value])
        cursor.execute(MOVE, [4, sequence + 1, value, record.pk])


if __name__ == "__main__":
    main()
