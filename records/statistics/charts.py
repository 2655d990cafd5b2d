"""Charts of bars as places in a picture 340 units wide, which fits a small phone: texts and bars, nothing to compute.

Every bar has its number beside it and its pattern, so that no colour is needed. A table says the same below it.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from .reading import Figures
from .words import months_text, number, per_cent, short_month

WIDTH = 340
LABEL, NUMBER = 56, 62  # room for a month at the left, for a number at the right
THICK, GAP = 14, 12
MOST_MONTHS, MOST_GROUPS = 24, 12
LONGEST_NAME = 44  # letters that fit above a bar


@dataclass(frozen=True)
class Bar:
    """`kind` is its pattern: plain or striped."""

    kind: str
    x: int
    y: int
    width: float
    text: str

    @property
    def text_x(self) -> float:
        return self.x + self.width + 5

    @property
    def text_y(self) -> int:
        return self.y + THICK - 3


@dataclass(frozen=True)
class Label:
    x: int
    y: int
    text: str
    is_vietnamese: bool = False


@dataclass(frozen=True)
class Chart:
    """`key` names the patterns: (kind, what it stands for)."""

    name: str
    title: str
    description: str
    height: int
    labels: Sequence[Label]
    bars: Sequence[Bar]
    key: Sequence[tuple[str, str]] = ()
    width: int = WIDTH
    thick: int = THICK


def latest(months: Mapping[datetime.date, Figures]) -> list[tuple[datetime.date, Figures]]:
    return list(months.items())[-MOST_MONTHS:]


def scaled(value: float, most: float, room: int) -> float:
    """So long a bar; what is there at all can be seen."""
    return max(round(room * value / most, 1), 1) if value and most else 0


def flow(months: Mapping[datetime.date, Figures]) -> Chart:
    """Received and resolved, month by month."""
    shown = latest(months)
    most = max(max(found.received, found.resolved) for _month, found in shown)
    room, step = WIDTH - LABEL - NUMBER, 2 * THICK + GAP
    labels, bars = [], []
    for place, (month, found) in enumerate(shown):
        top = place * step
        labels.append(Label(0, top + THICK + 4, short_month(month)))
        for row, (kind, value) in enumerate((("plain", found.received), ("striped", found.resolved))):
            bars.append(Bar(kind, LABEL, top + row * THICK, scaled(value, most, room), number(value)))
    return Chart(
        "flow",
        _("Received and resolved by month"),
        described(
            _("%(month)s: %(received)s received, %(resolved)s resolved")
            % {
                "month": short_month(month),
                "received": number(found.received),
                "resolved": number(found.resolved),
            }
            for month, found in shown
        ),
        len(shown) * step,
        labels,
        bars,
        (("plain", _("received")), ("striped", _("resolved"))),
    )


def in_time(months: Mapping[datetime.date, Figures]) -> Chart:
    """The share on time, month by month, on the whole scale from 0 to 100 per cent."""
    shown = latest(months)
    room, step = WIDTH - LABEL - NUMBER, 2 * THICK + GAP
    labels, bars = [], []
    for place, (month, found) in enumerate(shown):
        top = place * step + THICK // 2
        labels.append(Label(0, top + THICK - 3, short_month(month)))
        bars.append(
            Bar("plain", LABEL, top, scaled(found.share_in_time or 0, 100, room), per_cent(found.share_in_time))
        )
    return Chart(
        "in-time",
        _("Share on time by month"),
        described(f"{short_month(month)}: {per_cent(found.share_in_time)}" for month, found in shown),
        len(shown) * step,
        labels,
        bars,
    )


def received(groups: Sequence[tuple[str, bool, Figures]], title: str) -> Chart:
    """The largest groups: (name, whether it is Vietnamese, figures). The name stands above its bar."""
    shown = list(islice(groups, MOST_GROUPS))
    most = max((found.received for _name, _vietnamese, found in shown), default=0)
    step = 2 * THICK + GAP + 2
    labels, bars = [], []
    for place, (name, vietnamese, found) in enumerate(shown):
        labels.append(Label(0, place * step + THICK - 2, shortened(name), vietnamese))
        bars.append(
            Bar(
                "plain",
                0,
                place * step + THICK + 3,
                scaled(found.received, most, WIDTH - NUMBER),
                number(found.received),
            )
        )
    told = (f"{name}: {number(found.received)}" for name, _vietnamese, found in shown)
    return Chart("groups", title, described(told), len(shown) * step, labels, bars)


def shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def described(lines: Iterator[str]) -> str:
    return "; ".join(lines) + "."


def note_of_months(months: Mapping[datetime.date, Figures]) -> str:
    """What the charts leave out; empty when they show every month."""
    shown = latest(months)
    if len(shown) == len(months):
        return ""
    return _("The charts show %(months)s; the table has every month.") % {
        "months": months_text(shown[0][0], shown[-1][0])
    }
