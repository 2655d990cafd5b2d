"""`manage.py export_records`: records as a CSV file, in the columns that `import_records` reads."""

import contextlib
import csv
import datetime
import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db.models import Q

from organisation.models import Agency
from portal import clock
from procedures.models import ChannelKind, Procedure, parse_code
from procedures.tables import folded
from records.exchange.columns import STATUSES
from records.exchange.exporting import headers, rows
from records.listing import ANY, OVERDUE, Filters, due_condition
from records.models import Record
from records.personal import Unreadable

day = datetime.date.fromisoformat


class Command(BaseCommand):
    help = (
        "Writes records as CSV, to FILE or to the standard output, one by one. Names and numbers are masked unless "
        "--with-personal-facts asks for them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="default: the standard output")
        parser.add_argument("--status", metavar="STATUS", help="national numbers or names, with commas between them")
        parser.add_argument("--open", action="store_true", help="open records only")
        parser.add_argument("--overdue", action="store_true", help="open records whose due date has passed")
        parser.add_argument("--unit", metavar="CODE", help="the receiving unit")
        parser.add_argument("--agency", metavar="CODE", help="the settling agency")
        parser.add_argument("--procedure", metavar="CODE")
        parser.add_argument("--channel", choices=ChannelKind.values)
        parser.add_argument("--from", dest="first", type=day, metavar="DATE", help="received from this day on")
        parser.add_argument("--to", dest="last", type=day, metavar="DATE", help="received up to this day")
        parser.add_argument("--with-personal-facts", action="store_true", help="as they are, not masked")
        parser.add_argument("--english", action="store_true", help="English headers")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        records = Record.objects.filter(conditions(options))
        in_full = options["with_personal_facts"]
        written = 0
        try:
            with output(file, self.stdout) as out:
                writer = csv.writer(out)
                writer.writerow(headers(in_full, options["english"]))
                for row in rows(records, in_full):
                    writer.writerow(row)
                    written += 1
        except OSError as error:
            raise CommandError(f"{file or 'the output'}: {error.strerror or error}") from error
        except Unreadable as error:
            raise CommandError("A record was sealed with a key that PORTAL_DATA_KEYS lacks.") from error
        if file and options["verbosity"] > 0:
            self.stdout.write(f"{written:,} record(s) written to {file}.")


def conditions(options: dict[str, Any]) -> Q:
    """What the options leave of the records, by the filters of the staff's list."""
    only_open = options["open"] or options["overdue"]
    filters = Filters(
        due=OVERDUE if options["overdue"] else "",
        status="" if only_open else ANY,
        unit=named(Agency, options["unit"]),
        agency=named(Agency, options["agency"]),
        procedure=named(Procedure, parse_code(options["procedure"] or "")),
        channel=options["channel"] or "",
    )
    found = filters.conditions(options["first"], options["last"]) & due_condition(filters.due, clock.now())
    return found & Q(status__in=statuses(options["status"])) if options["status"] else found


def named(model: Any, code: str | None) -> Any:
    if not code:
        return None
    try:
        return model.objects.get(code=code)
    except model.DoesNotExist:
        raise CommandError(f"Unknown {model._meta.model_name}: {code}.") from None


def statuses(names: str) -> list[int]:
    try:
        return [STATUSES[folded(name)] for name in names.split(",")]
    except KeyError as error:
        raise CommandError(f"Unknown status: {error}.") from None


class Lines:
    """The output of a command as a file that a CSV writer takes."""

    def __init__(self, stdout: OutputWrapper) -> None:
        self.stdout = stdout

    def write(self, text: str) -> None:
        self.stdout.write(text, ending="")


@contextlib.contextmanager
def output(file: Path | None, stdout: OutputWrapper) -> Iterator[Any]:
    """Where the rows go. A file is there when all of them are, and for its owner's eyes only."""
    if file is None:
        yield Lines(stdout)
        return
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as out:  # the mark lets Excel see the encoding
            yield out
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink()
        raise
