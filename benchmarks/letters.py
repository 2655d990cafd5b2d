"""Letters per second: one by one as the counter issues them, a day's receipts as one PDF, the register, on two cores.

`python -m benchmarks.letters`, with DATABASE_URL naming a database with the catalogue. Printed beside the same letters
drawn with the typeface unpacked anew for each, which is how WeasyPrint comes.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import django

from . import ROOT

RECORDS = 40
LOOKUP = "https://example.org/records/"


def run(environment: dict[str, str]) -> None:
    """Print the figures, in a process of its own."""
    subprocess.run([sys.executable, "-m", "benchmarks.letters"], cwd=ROOT, env=environment, check=True)


def told(name: str, count: int, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    print(f"{name:44}{count / (time.perf_counter() - start):8.1f} /s")


def draw_anew(page: str) -> None:
    from records import pdf

    vars(pdf.kept).clear()
    pdf.from_html(page)


def draw(page: str) -> None:
    from records import pdf

    pdf.from_html(page)


def begin() -> None:
    """A worker process that has drawn once, as one in service has."""
    django.setup()
    draw("<html lang='vi'><title>x</title><p>x</p></html>")


def letters() -> None:
    """Receipts of records that were just received, with three papers each."""
    from organisation.models import User
    from portal import clock
    from records.letters import batches, issuing, offers
    from records.models import LetterKind, Record

    officer: Any = User.objects.select_related("unit__parent").get(username="demo-officer")
    unit = officer.unit
    received = [receive(officer) for _number in range(RECORDS)]
    records = Record.objects.select_related("procedure", "version", "unit__parent", "agency__parent")
    some = list(records.filter(pk__in=[record.pk for record in received]))
    pages: list[str] = []
    drawn, issuing.from_html = issuing.from_html, lambda page: pages.append(page) or b""  # type: ignore[func-returns-value]

    def issue_all() -> None:
        for record in some:
            events = list(record.events.select_related("actor", "note"))
            issuing.issue(record, offers.told(record, events)[0], by=officer, lookup=LOOKUP)

    told("receipts filled and logged, not drawn", RECORDS, issue_all)
    issuing.from_html = drawn
    told("receipts, typeface unpacked for each", RECORDS, lambda: [draw_anew(page) for page in pages])
    told("receipts one by one", RECORDS, issue_all)
    today = clock.today()
    told(
        "receipts of a day in one PDF",
        RECORDS,
        lambda: issuing.issue_receipts(unit, today, by=officer, lookup=LOOKUP),
    )
    batch = batches.ask(LetterKind.RECEIPT, unit, today, today, by=officer, lookup=LOOKUP)
    told("receipts of a day in slices, joined", RECORDS, lambda: batches.run_slice(batch, seconds=3_600))
    told("lines of the register", RECORDS, lambda: issuing.issue_register(unit, today, today, by=officer))
    with ProcessPoolExecutor(2, initializer=begin) as both:
        list(both.map(draw, pages[:2]))
        told("receipts drawn by two processes", RECORDS, lambda: list(both.map(draw, pages)))


def receive(officer: Any) -> Any:
    from procedures.models import ChannelKind, Procedure, TimeUnit
    from records import actions
    from records.deadlines import Limit

    papers = [{"name": f"Giấy tờ số {number}", "originals": 1, "copies": 2} for number in range(1, 4)]
    return actions.receive(
        procedure=Procedure.objects.filter(at_center=True, level_province=True).order_by("code")[0],
        unit=officer.unit,
        channel=ChannelKind.IN_PERSON,
        applicant=actions.Applicant("Nguyễn Văn Mẫu", phone="0000000000", address="Số 1, phố Thử, phường Mẫu"),
        request=actions.Request("Nội dung thử", papers=papers),
        by=officer,
        limit=Limit(5, TimeUnit.WORKING_DAY),
    )


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from django.core.management import call_command

    call_command("create_demo_users", verbosity=0)
    letters()


if __name__ == "__main__":
    main()
