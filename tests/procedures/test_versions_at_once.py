"""Several who change the catalogue at the same moment: one after the other, and each thing once."""

import json
import os
import subprocess
import sys

from tests.conftest import DAY, ROOT, own_database


def run(env, *words):
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_thing_is_done_once_and_every_version_has_its_number(tmp_path):
    with own_database(tmp_path, f"at_once_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as url:
        env = {**os.environ, "DATABASE_URL": url, "PORTAL_TODAY": DAY.isoformat()}
        env.pop("ALLOWED_HOSTS", None)
        for command in ("migrate", "load_catalog"):
            run(env, "manage.py", command, "--verbosity=0")
        told = json.loads(run(env, "-m", "tests.procedures.at_once").splitlines()[-1])
    assert told["due"] == ["-", "-", "done"]
    assert told["confirmed"] == ["Refused", "Refused", "done"]
    assert told["taken"] == ["Refused", "Refused", "done"]
    assert told["applied"] == ["done", "done", "done"]
    assert told["numbers"] == list(range(1, 8))
    assert told["codes"] == ["ZZ-0", "ZZ-1", "ZZ-2", "ZZ-LATER"]
