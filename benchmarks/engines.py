"""The portal's search beside what SQLite and PostgreSQL bring along: the same judged queries, in one run.

`python -m benchmarks.engines URL`, where URL names a database with the shipped catalogue and DATABASE_URL an empty
one of PostgreSQL, if there is any. Every engine is asked with and without the everyday names. Texts and queries of
the others are folded by `procedures.text.words` as the portal's are, so that none loses by an accent, and their
settings are the best that were tried. They give ten codes; the portal all that it found, with counts for filters.
"""

import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable

import django
import psycopg

from . import ROOT, has_postgresql

MEASURES = ("success@1", "success@5", "ndcg@10")
ROUNDS, TOP = 3, 10
Engine = Callable[[str], list[str]]  # what a person typed → codes, the best first
Row = tuple[str, str, str, str]  # code, title, everyday names, field: folded


def run(environment: dict[str, str]) -> None:
    """Print the comparison over the catalogue in `environment`'s database, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.engines", environment["DATABASE_URL"]]
    if has_postgresql("its rows"):
        command.insert(0, "tests/with_postgres.sh")
    subprocess.run(command, cwd=ROOT, env={**environment, "DATABASE_URL": ""}, check=True)


def folded(text: str) -> str:
    from procedures.text import words

    return " ".join(words(text))


def rows() -> tuple[list[Row], list[Row]]:
    """The catalogue with the everyday names, and without."""
    from procedures.models import EverydayName, Procedure

    names = defaultdict(list)
    for code, name in EverydayName.objects.values_list("procedure__code", "name"):
        names[code].append(folded(name))
    procedures = Procedure.objects.values_list("code", "name", "field__name")
    named = [(code, folded(name), " ".join(names[code]), folded(field)) for code, name, field in procedures]
    return named, [(code, title, "", field) for code, title, _names, field in named]


def portal() -> tuple[Engine, Engine]:
    """The portal's search with the everyday names, and without."""
    from django.db import transaction

    from procedures.models import EverydayName
    from procedures.search import current, find
    from procedures.search.index import build

    with transaction.atomic():
        EverydayName.objects.all().delete()
        bare = build("without names", current().day)
        transaction.set_rollback(True)
    return (lambda query: find(query).codes), (lambda query: find(query, index=bare).codes)


def fts5(rows: Iterable[Row]) -> Engine:
    """SQLite's FTS5, in memory: procedures with any of the words, by BM25."""
    database = sqlite3.connect(":memory:")
    tokens = "tokenize='unicode61 remove_diacritics 2'"
    database.execute(f"CREATE VIRTUAL TABLE texts USING fts5(code UNINDEXED, title, names, field, {tokens})")
    database.executemany("INSERT INTO texts VALUES (?, ?, ?, ?)", rows)

    def ask(query: str) -> list[str]:
        asked = " OR ".join(f'"{word}"' for word in folded(query).split())
        found = database.execute("SELECT code FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (asked, TOP))
        return [code for (code,) in found]

    return ask


def postgresql(url: str, rows: Iterable[Row], table: str, normalisation: int) -> Engine:
    """PostgreSQL's full text search: all of the words, then any of them, then the nearest titles by trigrams."""
    database = psycopg.connect(url, autocommit=True)
    database.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    whole = "to_tsvector('simple', title || ' ' || names || ' ' || field)"
    columns = f"code text, title text, names text, field text, words tsvector GENERATED ALWAYS AS ({whole}) STORED"
    database.execute(f"CREATE TABLE {table} ({columns})")
    database.cursor().executemany(f"INSERT INTO {table} VALUES (%s, %s, %s, %s)", rows)
    database.execute(f"CREATE INDEX ON {table} USING gin (words)")
    database.execute(f"CREATE INDEX ON {table} USING gist (title gist_trgm_ops)")
    database.execute(f"VACUUM ANALYZE {table}")
    matching = f"""SELECT code FROM {table}, to_tsquery('simple', %s) AS asked WHERE words @@ asked
        ORDER BY ts_rank(words, asked, {normalisation}) DESC, code LIMIT {TOP}"""
    alike = f"SELECT code FROM {table} ORDER BY %s <<-> title, code LIMIT {TOP}"

    def ask(query: str) -> list[str]:
        words = folded(query)
        steps = [(matching, words.replace(" ", " & ")), (matching, words.replace(" ", " | ")), (alike, words)]
        codes: dict[str, None] = {}
        for statement, asked in steps:
            if len(codes) < TOP:
                codes |= dict.fromkeys(code for (code,) in database.execute(statement, (asked,)))
        return list(codes)[:TOP]

    return ask


def measure_all(asked: dict[str, Engine]) -> None:
    """A round for the quality, which warms them all, then rounds for the speed."""
    from procedures.judged import SHIPPED, measure, read_judged

    judged = read_judged(SHIPPED)
    quality = {name: [measure(ask(query), judged[query]) for query in judged] for name, ask in asked.items()}
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for query in [*judged] * ROUNDS:
        for name, ask in asked.items():  # in turn, so that a slow moment hits all of them
            start = time.perf_counter()
            ask(query)
            taken[name].append((time.perf_counter() - start) * 1000)
    print(f"{len(judged)} queries".ljust(24), *(f"{name:>9}" for name in (*MEASURES, "p50 ms", "p99 ms", "× portal")))
    for name, times in taken.items():
        means = [statistics.mean(answer[key] for answer in quality[name]) for key in MEASURES]
        middle, slow = statistics.median(times), statistics.quantiles(times, n=100)[98]
        speed = f"{middle:9.2f} {slow:9.2f} {middle / statistics.median(taken['portal']):9.1f}"
        print(f"{name:24}", *(f"{value:9.3f}" for value in means), speed)


def main(catalogue: str) -> None:
    postgres, os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL"), catalogue
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    named, bare = rows()
    asked = dict(zip(("portal", "portal, no names"), portal(), strict=True))
    asked |= {"SQLite FTS5": fts5(named), "SQLite FTS5, no names": fts5(bare)}
    if postgres:
        asked["PostgreSQL"] = postgresql(postgres, named, "named", 0)
        asked["PostgreSQL, no names"] = postgresql(postgres, bare, "bare", 1)
    measure_all(asked)


if __name__ == "__main__":
    main(sys.argv[1])
