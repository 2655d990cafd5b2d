"""A change that another process loads is found by every process of a portal that runs as in service."""

import json
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

CODE = "1.001193"
NAME = "Xwkzzqjjv"  # a word like none in the catalogue; the page repeats the query, but in small letters
AT_ONCE = 12  # connections of a round: more than one process of gunicorn takes while another is idle
ROUNDS = 5  # in which every answer is new
PAUSE = 0.2  # seconds between rounds: without it the clients take the processor from the portal
WITHIN = 1  # second

LOAD = """
import time
from django.core.management import call_command
from procedures.search import index
call_command("load_catalog", {file!r}, verbosity=0)
start = time.monotonic()
index.current()
print(time.monotonic() - start)
"""


def finds(address: str) -> bool:
    """Whether a search finds the procedure by its new name; asked on a connection of its own."""
    with urllib.request.urlopen(f"{address}/procedures/?q={NAME.lower()}", timeout=30) as answer:
        return NAME in answer.read().decode()


def until_all_find(address: str, expected: bool, longest: float = 30) -> float:
    """How many seconds from now the last round of searches was sent of which an answer was of before."""
    start, stale, fresh = time.monotonic(), 0.0, 0
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while fresh < ROUNDS and stale < longest:
            sent = time.monotonic() - start
            if all(found == expected for found in threads.map(finds, [address] * AT_ONCE)):
                fresh += 1
            else:
                stale, fresh = sent, 0
            time.sleep(PAUSE)
    return stale


def test_a_loaded_change_is_found_by_every_process_within_a_second(portal_server, in_portal, tmp_path):
    def load(name: str) -> float:
        """Load a new name; how many seconds the index of a process takes at this moment."""
        file = tmp_path / "change.json"
        file.write_text(json.dumps([{"code": CODE, "name": name}]), encoding="utf-8")
        return float(in_portal(LOAD.format(file=str(file))))

    shipped = in_portal(f"from procedures.models import Procedure\nprint(Procedure.objects.get(code={CODE!r}).name)")
    assert until_all_find(portal_server, False) == 0
    try:
        busy = load(NAME)  # much longer than usual while other tests use the same processors
        assert until_all_find(portal_server, True) < max(WITHIN, 3 * busy)
    finally:
        load(shipped)
