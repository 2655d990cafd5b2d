"""Several who change the catalogue at the same moment: one after the other, and each thing once."""

import json

from tests.programs import programs


def test_each_thing_is_done_once_and_every_version_has_its_number(new_database):
    with new_database("at_once") as url, programs(url) as run:
        told = json.loads(run("from tests.procedures import at_once\nat_once.main()").splitlines()[-1])
    assert told["due"] == ["-", "-", "done"]
    assert told["confirmed"] == ["Refused", "Refused", "done"]
    assert told["taken"] == ["Refused", "Refused", "done"]
    assert told["applied"] == ["done", "done", "done"]
    assert told["numbers"] == list(range(1, 8))
    assert told["codes"] == ["ZZ-0", "ZZ-1", "ZZ-2", "ZZ-LATER"]
