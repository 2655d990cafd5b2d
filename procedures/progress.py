"""A progress bar for commands that take a while."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from django.core.management.base import OutputWrapper

WIDTH = 30
EVERY = 0.1  # seconds between two drawings on a terminal
STEP = 200  # items after which `followed` tells
Item = TypeVar("Item")
Tell = Callable[[str, int, int], None]  # a phase, how many more items of it are done, and of how many; 0: not known


class Progress:
    """Draws itself anew on a terminal; elsewhere (a log, a test) it writes a line at every tenth of the way. Without a
    `total` it only counts, and says so to a terminal alone."""

    def __init__(self, output: OutputWrapper, total: int, what: str) -> None:
        self.output, self.total, self.what = output, total, what
        self.on_terminal = output.isatty()
        self.started = time.monotonic()
        self.drawn, self.tenth = 0.0, 0

    def __call__(self, done: int) -> None:
        now, share = time.monotonic(), done / self.total if self.total else 0
        seconds = now - self.started
        is_over = share >= 1
        if self.on_terminal and (now - self.drawn >= EVERY or is_over):
            self.drawn = now
            left = f", {seconds / share - seconds:.0f} s left" if 0 < share < 1 else ""
            self.output.write(f"\r{self.bar(done)}, {seconds:.0f} s{left}    ", ending="\n" if is_over else "")
            self.output.flush()
        elif not self.on_terminal and int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            self.output.write(f"{done:,} of {self.total:,} {self.what}, {seconds:.0f} s")

    def bar(self, done: int) -> str:
        if not self.total:
            return f"{done:,} {self.what}"
        return f"{'█' * int(done / self.total * WIDTH):░<{WIDTH}} {done:,} of {self.total:,} {self.what}"

    def finish(self, done: int) -> None:
        """Say how many there were, where that was not known before."""
        if not self.total:
            start, end = ("\r", " " * 8) if self.on_terminal else ("", "")
            self.output.write(f"{start}{done:,} {self.what}, {time.monotonic() - self.started:.0f} s{end}")


class Phases:
    """A progress bar for each phase of a work, one below the other; a `Tell`. Without an output nothing is shown."""

    def __init__(self, output: OutputWrapper | None) -> None:
        self.output, self.phase, self.done = output, "", 0
        self.progress: Progress | None = None

    def __call__(self, phase: str, more: int, total: int) -> None:
        if self.output is None or not more:
            return
        if phase != self.phase or self.progress is None:
            self.finish()
            self.phase, self.done, self.progress = phase, 0, Progress(self.output, total, f"rows {phase}")
        self.done += more
        self.progress(self.done)

    def finish(self) -> None:
        """End the line of the last phase."""
        if self.progress:
            self.progress.finish(self.done)
            self.progress = None


def quiet(_phase: str, _more: int, _total: int) -> None:
    """Tells nobody."""


def followed(items: Iterable[Item], tell: Tell, phase: str, total: int = 0) -> Iterator[Item]:
    """`items`, telling how far they are gone through."""
    since = 0
    for item in items:
        yield item
        since += 1
        if since == STEP:
            tell(phase, since, total)
            since = 0
    if since:
        tell(phase, since, total)
