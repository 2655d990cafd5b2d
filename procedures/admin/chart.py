"""A chart of bars drawn by the server: places in a picture of fixed size, which the page scales."""

from collections.abc import Sequence
from dataclasses import dataclass

from procedures.learning.report import Bar

WIDTH, HEIGHT, GAP = 620, 140, 4


@dataclass(frozen=True)
class Drawn:
    """A bar from the bottom up: searches in vain below, the others on top of them. All in units of the picture."""

    bar: Bar
    x: int
    width: int
    top: int
    height: int
    vain_top: int
    vain_height: int


def drawn(bars: Sequence[Bar]) -> list[Drawn]:
    highest = max((bar.times for bar in bars), default=0) or 1
    step = WIDTH // max(len(bars), 1)
    return [draw(bar, number * step, max(step - GAP, 2), highest) for number, bar in enumerate(bars)]


def draw(bar: Bar, x: int, width: int, highest: int) -> Drawn:
    whole, vain = (round(HEIGHT * times / highest) for times in (bar.times, bar.in_vain))
    return Drawn(bar, x, width, HEIGHT - whole, whole - vain, HEIGHT - vain, vain)
