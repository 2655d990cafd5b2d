"""`make bench`: everything that is measured beside the ordinary way, one after the other."""

import os
import subprocess
import sys
import tempfile

from . import ROOT, engines, letters, loading, pages, records, results


def engine(environment: dict[str, str]) -> None:
    """The search engine alone, in a process of its own: building the index, and a query."""
    code = """
import statistics, time, django
django.setup()
from benchmarks.pages import queries
from procedures import search
start = time.perf_counter(); search.current(); built = time.perf_counter() - start
for query in queries(): search.find(query)
taken = []
for _round in range(5):
    for query in queries():
        start = time.perf_counter(); search.find(query); taken.append((time.perf_counter() - start) * 1000)
p99 = statistics.quantiles(taken, n=100)[98]
print(f"engine alone: index built in {built:.2f} s, p50 {statistics.median(taken):.2f} ms, p99 {p99:.2f} ms")
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_TODAY": "2024-08-28",
        }
        for command in (["migrate"], ["load_catalog"]):
            subprocess.run([sys.executable, "manage.py", *command, "-v0"], cwd=ROOT, env=environment, check=True)
        for part in (engine, engines.run, loading.run, records.run, letters.run, results.run, pages.run):
            part(environment)


if __name__ == "__main__":
    main()
