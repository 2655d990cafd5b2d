"""Programs that tests run on a database of their own, each in a process that begins as a new one would.

A start of Python and Django takes a second, so one process starts, and each program runs in a child of it: the
parent has loaded the code and nothing else, has asked no database, and knows nothing of the children before.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator

import django

from tests.portals import ROOT, environment


@contextlib.contextmanager
def programs(database_url: str, **more: str) -> Iterator[Callable[[str], str]]:
    """A function that runs lines of Python on that database and gives what they printed; an error fails the test.

    The lines know `tests.records.factories`. `more` are variables of their environment.
    """
    env = environment(database_url, DJANGO_SETTINGS_MODULE="portal.settings", **more)
    command, pipe = [sys.executable, "-m", "tests.programs"], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, text=True) as process:

        def run(program: str) -> str:
            process.stdin.write(json.dumps(program) + "\n")
            process.stdin.flush()
            failed, out, errors = json.loads(process.stdout.readline())
            assert not failed, out + errors
            return out.strip()

        yield run
        # Leaving closes its standard input, which ends it.


def serve() -> None:
    django.setup()
    import tests.records.factories  # noqa: F401 (loaded here for all the children)

    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


def answer(program: str) -> tuple[int, str, str]:
    """Whether a child that ran the program failed, and what it wrote to its output and to its errors."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), sys.stdout.fileno())
            os.dup2(errors.fileno(), sys.stderr.fileno())
            be(program)
        failed = os.waitpid(child, 0)[1]
        out.seek(0)
        errors.seek(0)
        return failed, out.read(), errors.read()


def be(program: str) -> None:
    """Run the program and end, without what the parent would do at its end."""
    failed = 1
    try:
        exec(f"from tests.records.factories import *\n{program}", {"__name__": "__main__"})
        failed = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(failed)


if __name__ == "__main__":
    serve()
