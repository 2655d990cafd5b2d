"""A load of 10,000 procedures beside `loaddata` and beside raw `bulk_create`: one run, the same rows, a database of
its own.

`python -m benchmarks.loading`, with DATABASE_URL naming an empty database. Printed are seconds, and how many times
longer each takes than `bulk_create`, which checks nothing, compares nothing and finds no place of a fault.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import django

from . import ROOT

COUNT = 10_000
TENTH = COUNT // 10  # what loaddata is given: it asks the database for every reference of every row
PARTS = ("channel", "document", "result")


def run(environment: dict[str, str]) -> None:
    """Print the comparison, in a process and on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        own = {**environment, "DATABASE_URL": f"sqlite:///{folder}/loading.sqlite3"}
        subprocess.run([sys.executable, "-m", "benchmarks.loading"], cwd=ROOT, env=own, check=True)


def entries(count: int = COUNT) -> list[dict[str, Any]]:
    """Procedures with their parts: those of the shipped catalogue, again and again under other codes."""
    shipped = {
        name: json.loads((ROOT / f"procedures/fixtures/{name}s.json").read_text(encoding="utf-8"))
        for name in ("procedure", *PARTS)
    }
    parts: dict[str, list[dict[str, Any]]] = {}
    for entry in (entry for name in PARTS for entry in shipped[name]):
        parts.setdefault(entry["fields"]["procedure"][0], []).append(entry)
    made = []
    for number in range(count):
        entry = shipped["procedure"][number % len(shipped["procedure"])]
        code = f"9.{number:06}"
        fields = {key: value for key, value in entry["fields"].items() if key != "replaced_by"}
        made.append({**entry, "fields": {**fields, "code": code}})
        of_it = parts.get(entry["fields"]["code"], [])
        made += [{**part, "fields": {**part["fields"], "procedure": [code]}} for part in of_it]
    return made


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from django.core.management import call_command

    from procedures import search
    from procedures.loading import Scope, export
    from procedures.models import Procedure

    def forget() -> None:
        Procedure.objects.filter(code__startswith="9.").delete()

    call_command("migrate", verbosity=0)
    call_command("load_catalog", verbosity=0)
    Procedure.objects.all().delete()
    with tempfile.TemporaryDirectory() as folder:
        fixture = Path(folder, "fixture.json")
        made = entries()
        fixture.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        raw = seconds(lambda: bulk_create(made))
        forget()
        tenth = Path(folder, "tenth.json")
        tenth.write_text(json.dumps(entries(TENTH), ensure_ascii=False), encoding="utf-8")
        of_tenth = seconds(lambda: call_command("loaddata", tenth, verbosity=0))
        taken = {"bulk_create": raw, "loaddata (a tenth, × 10)": of_tenth * COUNT / TENTH}
        forget()
        taken["load_catalog, fixture"] = seconds(lambda: call_command("load_catalog", fixture, verbosity=0))
        taken["search index of them"] = seconds(search.current)
        taken["the same again"] = seconds(lambda: call_command("load_catalog", fixture, verbosity=0))
        files = {name: Path(folder, f"catalogue.{name}") for name in ("json", "csv", "xlsx")}
        for name, file in files.items():
            taken[f"export, {name}"] = seconds(partial(write, file, export(name, Scope())))
        for name, file in files.items():
            forget()
            taken[f"load_catalog, {name}"] = seconds(partial(call_command, "load_catalog", file, verbosity=0))
    print(f"{COUNT:,} procedures{'':12}{'seconds':>8}{'× raw':>8}")
    for name, time_taken in taken.items():
        print(f"{name:28}{time_taken:8.1f}{time_taken / raw:8.1f}")


def write(file: Path, pieces: Iterator[bytes]) -> None:
    with file.open("wb") as out:
        out.writelines(pieces)


def bulk_create(made: list[dict[str, Any]]) -> None:
    """The bare rows, built and written without a look at them."""
    from django.db import transaction

    from procedures.models import Channel, Document, Field, LegalDocument, Procedure, Result

    models = {"procedure": Procedure, "channel": Channel, "document": Document, "result": Result}
    fields = dict(Field.objects.values_list("slug", "pk"))
    laws = dict(LegalDocument.objects.values_list("number", "pk"))
    rows: dict[str, list[Any]] = {name: [] for name in models}
    links: list[tuple[str, int]] = []
    with transaction.atomic():
        for entry in made:
            name, told = entry["model"].split(".")[1], dict(entry["fields"])
            if name == "procedure":
                links += [(told["code"], laws[number]) for (number,) in told.pop("legal_basis", [])]
                told["field_id"] = fields[told.pop("field")[0]]
                rows[name].append(Procedure(**told))
            else:
                rows[name].append(told)
        Procedure.objects.bulk_create(rows["procedure"], batch_size=500)
        keys = dict(Procedure.objects.values_list("code", "pk"))
        for name in PARTS:
            built = [models[name](procedure_id=keys[told.pop("procedure")[0]], **told) for told in rows[name]]
            models[name].objects.bulk_create(built, batch_size=500)
        through = Procedure.legal_basis.through
        through.objects.bulk_create(
            [through(procedure_id=keys[code], legaldocument_id=law) for code, law in links], batch_size=500
        )


if __name__ == "__main__":
    main()
