"""Several at a time: one door, one after the other."""

import datetime
import threading

import pytest
from django.db import connection

from organisation import stamp
from organisation.models import User
from procedures import loading, loads
from procedures.models import CatalogueVersion, Procedure
from tests.procedures.test_loading import GOOD
from tests.procedures.test_versions import apply, rows

pytestmark = pytest.mark.django_db(transaction=True)
TOMORROW = datetime.date(2024, 8, 29)


def at_once(*deeds):
    """What each of `deeds`, begun at the same moment, answered or raised."""
    barrier, found = threading.Barrier(len(deeds)), []

    def run(deed):
        barrier.wait()
        try:
            found.append(deed())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_what_is_due_is_applied_once_and_a_look_is_confirmed_once():
    steward = User.objects.create_user("steward", role="steward")
    day = loads.prepare(rows(("procedure", GOOD)), by=steward, valid_from=TOMORROW)
    loads.confirm(day, by=steward, seen=stamp.current())
    answers = at_once(*[lambda: loads.apply_due(TOMORROW)] * 3)
    assert sorted(len(answer) for answer in answers) == [0, 0, 1]
    assert Procedure.objects.filter(code="ZZ-1").count() == 1

    load = loads.prepare(rows(("procedure", {**GOOD, "code": "ZZ-2"})), by=steward)
    seen = stamp.current()
    answers = at_once(*[lambda: loads.confirm(load, by=steward, seen=seen)] * 3)
    assert sum(isinstance(answer, loading.Refused) for answer in answers) == 2

    at_once(*[lambda n=n: apply(("procedure", {**GOOD, "code": f"ZZ-{n}"})) for n in (3, 4, 5)])
    numbers = list(CatalogueVersion.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == 6
