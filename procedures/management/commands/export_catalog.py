"""`manage.py export_catalog`: the catalogue as a file that `load_catalog` reads back unchanged."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from procedures.loading import Scope, export
from procedures.loading.export import FORMATS


class Command(BaseCommand):
    help = "Writes the catalogue, piece by piece, to FILE or to the standard output (docs/loading.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="default: the standard output")
        parser.add_argument("--format", choices=FORMATS, default="fixture")
        parser.add_argument("--scope", default="all", metavar="SCOPE", help="all, agency=CODE or field=SLUG")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        try:
            scope = Scope.parse(options["scope"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        pieces = export(options["format"], scope)
        if file is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            return
        part = file.with_name(f".{file.name}.part")  # the file is there when it is complete
        try:
            with part.open("wb") as out:
                out.writelines(pieces)
            part.replace(file)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        finally:
            part.unlink(missing_ok=True)
