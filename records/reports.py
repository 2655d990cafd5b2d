"""Reports of a period for the People's Committee: asked for, worked on in slices, kept as files.

A report is a row, so that it survives whoever works on it. First the records that were open at the end of the period
are judged, a range of keys at a time; then the files are written, each kept as soon as it is there. Two may work at
the same time: what both did counts once.
"""

import datetime
import time
from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.models import User
from organisation.roles import Deed, can
from portal import clock

from . import pdf, report_files
from .actions import NotYours, Refused
from .models import Record, Report, ReportFile, Scope
from .report_sections import sections
from .statistics import months
from .statistics.reading import kinds
from .statistics.standing_open import tally
from .statistics.tables import settle

RANGE = 5_000  # keys that are looked at in one go
SLICE = 2.0  # seconds of work within a request
State = Report.State


def ask(first: datetime.date, last: datetime.date, scope: Scope, by: User) -> Report:
    """Let a report of months be made; `Refused` says why not."""
    if not can(by.role, Deed.MONITOR):
        raise NotYours(_("Your role makes no reports."))
    first, last = first.replace(day=1), last.replace(day=1)
    if last < first:
        raise Refused(_("The last month lies before the first."))
    if last > months.this_month():
        raise Refused(_("The last month has not begun."))
    if months.are_too_many(first, last):
        raise Refused(_("At most %(count)d months at a time.") % {"count": months.MOST})
    now = clock.now()
    return Report.objects.create(
        made_by=by,
        made_at=now,
        first=first,
        last=last,
        scope=scope,
        judged_at=min(now, end_of_month(last)),
        until=Record.objects.aggregate(last=Max("pk"))["last"] or 0,
    )


def end_of_month(month: datetime.date) -> datetime.datetime:
    """The last moment of a month."""
    midnight = timezone.make_aware(datetime.datetime.combine(months.following(month), datetime.time()))
    return midnight - datetime.timedelta(microseconds=1)


def run_slice(report: Report, *, seconds: float) -> bool:
    """Work on a report for so many seconds, at least one step; whether anything is left to do."""
    end = time.monotonic() + seconds
    while step(report) and time.monotonic() < end:
        pass
    report.refresh_from_db()
    return report.state == State.RUNNING


def step(report: Report) -> bool:
    """The next step; whether there is another one."""
    report.refresh_from_db()
    if report.state == State.DONE:
        return False
    if report.reached < report.until:
        judge_some(report)
        return True
    missing = set(ReportFile.Kind.values) - set(report.files.values_list("kind", flat=True))
    write(report, ReportFile.Kind.XLSX if ReportFile.Kind.XLSX in missing else ReportFile.Kind.PDF)
    return report.state == State.RUNNING


def judge_some(report: Report) -> None:
    """Judge a range of keys. No lock is held meanwhile: what another did first stands."""
    last = min(report.reached + RANGE, report.until)
    found = Counter(report.tally)
    found.update(tally(report.reached, last, report.judged_at, kinds(report.scope)))
    Report.objects.filter(pk=report.pk, reached=report.reached).update(reached=last, tally=found)


def write(report: Report, kind: ReportFile.Kind) -> None:
    """Write one file and keep it; the PDF is the last. What is missing for it on this machine is told."""
    settle()
    fault = ""
    try:
        make = report_files.workbook if kind == ReportFile.Kind.XLSX else report_files.document
        content = make(report, sections(report))
    except pdf.Missing as missing:
        content, fault = b"", str(missing)
    with transaction.atomic():
        if content:
            ReportFile.objects.bulk_create(
                [ReportFile(report=report, kind=kind, content=content)], ignore_conflicts=True
            )
        if kind == ReportFile.Kind.PDF:
            Report.objects.filter(pk=report.pk).update(state=State.DONE, fault=fault[:300])
            report.state = State.DONE


def unfinished() -> Sequence[Report]:
    """Reports that somebody asked for and that are not done, the oldest first."""
    return list(Report.objects.filter(state=State.RUNNING).select_related("made_by").order_by("made_at", "pk"))
