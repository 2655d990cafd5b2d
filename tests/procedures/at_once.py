"""Several who change the catalogue of `DATABASE_URL` at the same moment; prints what became of it as JSON.

Every one is a thread with a connection of its own.
"""

import datetime
import json
import threading

from django.db import connection

from organisation import stamp
from organisation.models import User
from procedures import loading, loads
from procedures.models import CatalogueVersion, Procedure

CLIENTS = 3
TOMORROW = datetime.date(2024, 8, 29)


def file(code):
    fields = {"code": code, "name": "Zoqua", "field": ["ho-tich"], "level_province": True}
    return [("rows.json", json.dumps([{"model": "procedures.procedure", "fields": fields}]).encode())]


def at_once(deed):
    """What `deed(number)` answered or raised, for each client."""
    barrier, found = threading.Barrier(CLIENTS), []

    def run(number):
        barrier.wait()
        try:
            found.append(deed(number))
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def load_one(number):
    return loading.apply(loading.propose(file(f"ZZ-{number}"), loading.Scope("none")).differences)


def told(answers):
    """Each answer in a word."""
    words = [
        type(answer).__name__ if isinstance(answer, Exception) else "done" if answer else "-" for answer in answers
    ]
    return sorted(words)


def main():
    steward = User.objects.create_user("steward", role="steward")
    later = loads.prepare(file("ZZ-LATER"), by=steward, valid_from=TOMORROW)
    loads.confirm(later, by=steward, seen=stamp.current())
    due = told(at_once(lambda _number: loads.apply_due(TOMORROW)))
    load, seen = loads.prepare(file("ZZ-NOW"), by=steward), stamp.current()
    confirmed = told(at_once(lambda _number: loads.confirm(load, by=steward, seen=seen)))
    version = CatalogueVersion.objects.first()
    taken = told(at_once(lambda _number: loading.take_back(version)))
    applied = told(at_once(load_one))
    numbers = list(CatalogueVersion.objects.order_by("number").values_list("number", flat=True))
    codes = list(Procedure.objects.filter(code__startswith="ZZ").values_list("code", flat=True))
    kinds = {"due": due, "confirmed": confirmed, "taken": taken, "applied": applied}
    print(json.dumps({**kinds, "numbers": numbers, "codes": codes}))
