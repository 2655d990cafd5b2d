"""Many at once, and killed in the middle: on a database of their own, through real connections of other processes."""

import json
import os
import time

import pytest

from tests.programs import programs

ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
# SQLite has one writer at a time, and a few at its door are enough to see that.
CLIENTS, RECORDS = (100, 3) if ON_POSTGRESQL else (8, 3)
KILLS = 3


@pytest.fixture(scope="module")
def database(new_database):
    with new_database("rush") as url:
        yield url


@pytest.fixture(scope="module")
def portal(database):
    """Runs programs on the shipped catalogue, with a connection for every client."""
    with programs(database, DATABASE_POOL_SIZE=str(CLIENTS)) as run:
        yield run


def rush(portal, mode: str, *numbers: int) -> dict:
    return json.loads(portal(f"import json\nfrom tests.records import rush\nprint(json.dumps(rush.{mode}{numbers}))"))


def whole(portal) -> bool:
    """Whether every chain holds and every record's status is that of its last event."""
    return "every chain holds" in portal(
        "from django.core.management import call_command\ncall_command('verify_history')"
    )


def test_of_all_who_hold_the_same_form_exactly_one_wins_and_the_others_are_told(portal):
    told = rush(portal, "moves", CLIENTS, RECORDS)
    assert len(told) == RECORDS
    assert [outcome for outcome in told.values() if outcome != {"done": 1, "Stale": CLIENTS - 1}] == []
    assert whole(portal)


@pytest.mark.parametrize("mode", ["appointments", "corrections"])
def test_what_is_done_once_only_is_done_once_without_any_form(portal, mode):
    told = rush(portal, mode, CLIENTS, RECORDS)
    assert [outcome for outcome in told.values() if outcome != {"done": 1, "Refused": CLIENTS - 1}] == []
    assert whole(portal)


def test_receptions_in_the_same_millisecond_get_codes_of_their_own(portal):
    told = rush(portal, "receptions", CLIENTS, 2)
    assert told["faults"] == []
    assert told["codes"] == [f"H02.15-240827-{number:04}" for number in range(1, 2 * CLIENTS + 1)]
    assert whole(portal)


def test_whoever_is_killed_in_the_middle_leaves_every_history_whole(portal):
    for number in range(KILLS):
        with portal.start("from tests.records import rush\nrush.forever()") as process:
            while process.poll() is None and not process.output.read_text():
                time.sleep(0.01)
            time.sleep(0.2 + number / 17)  # wherever that hits it
            process.kill()  # SIGKILL
        assert process.poll() == -9
        assert whole(portal)
