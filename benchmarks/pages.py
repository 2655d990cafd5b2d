"""What pages cost beside a bare Django view: the same server, the same minute, the same client.

Gunicorn with two workers serves the shipped catalogue; each address is asked in turn, in rounds, so that a slow moment
of the machine hits all of them alike. Printed are requests per second of one keep-alive client, milliseconds at the
median and the 99th percentile, and the ratio to the bare view: on SQLite, and on PostgreSQL where it is installed,
which answers from another process. `python -m benchmarks.pages` measures on the database that DATABASE_URL names.
"""

import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

from . import ROOT, has_postgresql

PORT = 8765
ROUNDS, REQUESTS, WARM = 5, 100, 1_500
QUERIES = ROOT / "procedures/fixtures/judged.tsv"
NAMES = ROOT / "procedures/fixtures/names.json"


def queries() -> list[str]:
    """Distinct queries of citizens."""
    lines = QUERIES.read_text(encoding="utf-8").splitlines()[1:]
    return list(dict.fromkeys(line.split("\t")[0] for line in lines))


def everyday_names() -> list[str]:
    """Thousands of distinct queries: the everyday names, in an order of chance that is the same in each run."""
    names = sorted({row["fields"]["name"] for row in json.loads(NAMES.read_text(encoding="utf-8"))})
    random.Random(3).shuffle(names)
    return names


def addresses() -> dict[str, Iterator[str]]:
    """What is asked: `cold` addresses come once each, so that no answer is kept from before."""
    names = everyday_names()
    third = len(names) // 3
    typed = [query[:length] for query in queries()[::12] for length in range(2, min(len(query), 12))]
    begun = dict.fromkeys(name[: 3 + number % 10] for number, name in enumerate(names[third : 2 * third]))
    return {
        "bare Django view": cycle(["/health/live"]),
        "home": cycle(["/"]),
        "search page, hot": cycle(["/procedures/?q=dang+ky+khai+sinh"]),
        "search page, cold": (f"/procedures/?q={quote(name)}" for name in names[:third]),
        "suggestions, hot": cycle([f"/procedures/suggest/?q={quote(text)}" for text in typed]),
        "suggestions, cold": (f"/procedures/suggest/?q={quote(name)}" for name in begun),
        "procedure page": cycle(["/procedures/1.001193/"]),
        "API search, cold": (f"/api/v1/procedures?q={quote(name)}" for name in names[2 * third :]),
    }


def ask(connection: http.client.HTTPConnection, path: str) -> float:
    """Milliseconds for one answer; anything but 200 or a redirect to a code's page stops the measurement."""
    start = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    if response.status not in (200, 302):
        raise SystemExit(f"{path} answered {response.status}")
    return (time.perf_counter() - start) * 1000


def serve(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    gunicorn = [str(Path(sys.executable).parent / "gunicorn"), "-c", "deploy/gunicorn.conf.py"]
    server = subprocess.Popen([*gunicorn, "portal.wsgi:application"], cwd=ROOT, env=environment)
    for _attempt in range(100):
        try:
            ask(http.client.HTTPConnection("127.0.0.1", PORT), "/health/live")
            return server
        except OSError:
            time.sleep(0.1)
    server.terminate()
    raise SystemExit("The server did not start.")


def measure() -> dict[str, list[float]]:
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    paths = addresses()
    for name in paths:  # both workers, until they have met most words, as in service
        for _time in range(WARM):
            ask(http.client.HTTPConnection("127.0.0.1", PORT), next(paths[name]))
    taken: dict[str, list[float]] = {name: [] for name in paths}
    for number in range(ROUNDS):
        for name in paths:
            taken[name] += [ask(connection, next(paths[name])) for _request in range(REQUESTS)]
        print(f"round {number + 1} of {ROUNDS}", end="\r", file=sys.stderr, flush=True)
    return taken


def report(database: str, taken: dict[str, list[float]]) -> None:
    bare = statistics.median(taken["bare Django view"])
    print(f"{'pages on ' + database:28}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'× bare':>9}")
    for name, times in taken.items():
        middle, slow = statistics.median(times), statistics.quantiles(times, n=100)[98]
        print(f"{name:28}{1000 / statistics.mean(times):8.0f}{middle:9.2f}{slow:9.2f}{bare / middle:9.2f}")


def main() -> None:
    environment, database = {**os.environ, "PORT": str(PORT)}, os.environ["DATABASE_URL"]
    for command in (["migrate"], ["load_catalog", "--if-empty"]):
        subprocess.run([sys.executable, "manage.py", *command, "-v0"], cwd=ROOT, env=environment, check=True)
    server = serve(environment)
    try:
        report(database.partition(":")[0], measure())
    finally:
        server.terminate()
        server.wait()


def run(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "benchmarks.pages"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    if has_postgresql("the pages on it"):
        subprocess.run(["tests/with_postgres.sh", *command], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    main()
