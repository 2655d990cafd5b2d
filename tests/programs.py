"""Programs that tests run on a database of their own, each in a process that begins as a new one would.

A start of Python and Django takes two seconds of a processor, so one process starts, and each program runs in a
child of it: the parent has loaded the code and nothing else, has asked no database, and knows nothing of the children
before.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

from tests.portals import ROOT, environment


class Program:
    """One that was started; leaving its block waits for its end."""

    def __init__(self, programs: "Programs", pid: int, output: str) -> None:
        self.programs, self.pid = programs, pid
        self.output = Path(output)  # what it has printed so far, until its end is known
        self.ended: list[Any] = []  # its exit status (-9: killed), what it printed, its errors

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_error: object) -> None:
        self.wait()

    def poll(self) -> int | None:
        self.ended = self.ended or self.programs.ask("end", self.pid, False)
        return self.ended[0] if self.ended else None

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> tuple[int, str, str]:
        """Its exit status (-9: killed), what it printed, and what it wrote to its errors."""
        self.ended = self.ended or self.programs.ask("end", self.pid, True)
        return tuple(self.ended)


class Programs:
    """Runs lines of Python, which know `tests.records.factories`."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process

    def __call__(self, program: str) -> str:
        """What they printed; an error fails the test."""
        failed, out, errors = self.start(program).wait()
        assert not failed, out + errors
        return out.strip()

    def start(self, program: str) -> Program:
        """They work while the test goes on."""
        return Program(self, *self.ask("begin", program))

    def command(self, *words: str) -> Program:
        """A command of `manage.py`, started; its checks are not made."""
        return self.start(f"from django.core.management import call_command\ncall_command(*{words!r})")

    def ask(self, deed: str, *arguments: Any) -> Any:
        self.process.stdin.write(json.dumps([deed, *arguments]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@contextlib.contextmanager
def programs(database_url: str, **more: str) -> Iterator[Programs]:
    """Runs programs on that database. `more` are variables of their environment."""
    env = environment(database_url, DJANGO_SETTINGS_MODULE="portal.settings", **more)
    command, pipe = [sys.executable, "-m", "tests.programs"], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, text=True) as process:
        yield Programs(process)
        # Leaving closes its standard input, which ends it.


# The process that they are children of -----------------------------------------------------------

_written: dict[int, list[Any]] = {}  # the files that a child writes its output and its errors into


def serve() -> None:
    django.setup()
    import tests.records.factories  # noqa: F401 (loaded here for all the children)

    for line in sys.stdin:
        deed, *arguments = json.loads(line)
        print(json.dumps({"begin": begin, "end": end}[deed](*arguments)), flush=True)


def begin(program: str) -> tuple[int, str]:
    """The number of a child that runs the program, and the name of the file that its output goes into."""
    files = [tempfile.NamedTemporaryFile("w+") for _stream in range(2)]  # noqa: SIM115  # `end` closes them
    child = os.fork()
    if not child:
        for file, stream in zip(files, (sys.stdout, sys.stderr), strict=True):
            os.dup2(file.fileno(), stream.fileno())
        be(program)
    _written[child] = files
    return child, files[0].name


def end(child: int, wait: bool) -> list[Any]:
    """The exit status of a child, its output and its errors; nothing while it works and nobody waits."""
    done, status = os.waitpid(child, 0 if wait else os.WNOHANG)
    if not done:
        return []
    told = []
    for file in _written.pop(child):
        with file:
            file.seek(0)
            told.append(file.read())
    return [os.waitstatus_to_exitcode(status), *told]


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
