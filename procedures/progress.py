"""A progress bar for commands that take a while."""

import time

from django.core.management.base import OutputWrapper

WIDTH = 30
EVERY = 0.1  # seconds between two drawings on a terminal


class Progress:
    """Draws itself anew on a terminal; elsewhere (a log, a test) it writes a line at every tenth of the way."""

    def __init__(self, output: OutputWrapper, total: int, what: str) -> None:
        self.output, self.total, self.what = output, total, what
        self.on_terminal = output.isatty()
        self.started = time.monotonic()
        self.drawn, self.tenth = 0.0, 0

    def __call__(self, done: int) -> None:
        now, share = time.monotonic(), done / self.total if self.total else 1.0
        seconds = now - self.started
        if self.on_terminal and (now - self.drawn >= EVERY or done >= self.total):
            self.drawn = now
            bar = "█" * int(share * WIDTH)
            left = f", {seconds / share - seconds:.0f} s left" if 0 < share < 1 else ""
            text = f"\r{bar:░<{WIDTH}} {done:,} of {self.total:,} {self.what}, {seconds:.0f} s{left}    "
            self.output.write(text, ending="\n" if done >= self.total else "")
            self.output.flush()
        elif not self.on_terminal and int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            self.output.write(f"{done:,} of {self.total:,} {self.what}, {seconds:.0f} s")
