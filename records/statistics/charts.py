"""Charts of bars as places in a picture 340 units wide, which fits a small phone: texts and bars, nothing to compute.

Every bar has its number beside it and its pattern, so that no colour is needed. A table says the same below it.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .reading import Figures
from .words import months_text, number, per_cent, short_month, span

PLAIN, STRIPED = "plain", "striped"
WIDTH, THICK = 340, 14
STEP = 2 * THICK + 12  # from one month, or one group, to the next
MONTH, NUMBER, TIME = 62, 62, 110  # room for a month at the left, for a number or a time at the right
MOST_MONTHS, MOST_GROUPS = 24, 12
LONGEST_NAME = 44  # letters that fit above a bar

Months = Mapping[datetime.date, Figures]
Named = tuple[str, bool, Figures]  # name of a group, whether it is Vietnamese, figures
Told = tuple[float, str]  # a value and its text


@dataclass(frozen=True)
class Bar:
    """`kind` is its pattern: plain or striped."""

    kind: str
    x: int
    y: int
    width: float
    text: str

    def drawn(self, stripes: str) -> str:
        fill = f' fill="url(#{stripes})"' if self.kind == STRIPED else ""
        place = f'x="{self.x}" y="{self.y}" width="{self.width}" height="{THICK}"'
        bar = f'<rect class="bar" {place}{fill} />' if self.width else ""
        return f'{bar}<text x="{self.x + self.width + 5:g}" y="{self.y + THICK - 3}">{escape(self.text)}</text>'


@dataclass(frozen=True)
class Label:
    x: int
    y: int
    text: str
    is_vietnamese: bool = False

    def drawn(self) -> str:
        lang = ' lang="vi"' if self.is_vietnamese else ""
        return f'<text x="{self.x}" y="{self.y}"{lang}>{escape(self.text)}</text>'


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

    @property
    def stripes(self) -> str:
        """The name of its pattern in the page."""
        return f"stripes-{self.name}"

    @property
    def marks(self) -> SafeString:
        """Its labels, bars and numbers."""
        drawn = (*(label.drawn() for label in self.labels), *(bar.drawn(self.stripes) for bar in self.bars))
        return SafeString("\n".join(drawn))


def latest(months: Months) -> list[tuple[datetime.date, Figures]]:
    return list(months.items())[-MOST_MONTHS:]


def scaled(value: float, most: float, room: int) -> float:
    """So long a bar; what is there at all can be seen."""
    return max(round(room * value / most, 1), 1) if value and most else 0


def flow(months: Months) -> Chart:
    """Received and resolved, month by month."""
    shown = latest(months)
    most = max(max(found.received, found.resolved) for _month, found in shown)
    labels, bars, told = [], [], []
    for top, (month, found) in zip(range(0, len(shown) * STEP, STEP), shown, strict=True):
        labels.append(Label(0, top + THICK + 5, short_month(month)))
        for y, kind, value in ((top, PLAIN, found.received), (top + THICK + 2, STRIPED, found.resolved)):
            bars.append(Bar(kind, MONTH, y, scaled(value, most, WIDTH - MONTH - NUMBER), number(value)))
        numbers = {"received": number(found.received), "resolved": number(found.resolved)}
        told.append(f"{short_month(month)}: {_('%(received)s received, %(resolved)s resolved') % numbers}")
    key = ((PLAIN, _("received")), (STRIPED, _("resolved")))
    title = _("Received and resolved by month")
    return Chart("flow", title, described(told), len(shown) * STEP, labels, bars, key)


def in_time(months: Months) -> Chart:
    """The share on time, month by month, on the whole scale from 0 to 100 per cent."""
    return one_each("in-time", _("Share on time by month"), months, share, 100)


def working_time(months: Months) -> Chart:
    """The median of the working time, month by month."""
    most = max(median(found)[0] for _month, found in latest(months))
    return one_each("time", _("Half resolved within so much working time, by month"), months, median, most, TIME)


def share(found: Figures) -> Told:
    return found.share_in_time or 0, per_cent(found.share_in_time)


def median(found: Figures) -> Told:
    return found.median.minutes if found.median else 0, span(found.median)


def count(found: Figures) -> Told:
    return found.received, number(found.received)


def one_each(
    name: str, title: str, months: Months, told: Callable[[Figures], Told], most: float, room: int = NUMBER
) -> Chart:
    """A bar for each month; `told` gives its value and its text."""
    shown = [(short_month(month), *told(found)) for month, found in latest(months)]
    labels, bars = [], []
    for top, (month, value, text) in zip(range(0, len(shown) * STEP, STEP), shown, strict=True):
        labels.append(Label(0, top + THICK + 5, month))
        bars.append(Bar(PLAIN, MONTH, top + THICK // 2 + 1, scaled(value, most, WIDTH - MONTH - room), text))
    says = described(f"{month}: {text}" for month, _value, text in shown)
    return Chart(name, title, says, len(shown) * STEP, labels, bars)


def of_groups(groups: Iterable[Named], title: str) -> list[Chart]:
    """The largest groups, which come first: how many records they received, and their shares on time."""
    shown = list(islice(groups, MOST_GROUPS))
    most = max(found.received for _name, _vietnamese, found in shown)
    return [
        named("groups", title, shown, count, most),
        named("groups-in-time", _("Share on time of the same"), shown, share, 100),
    ]


def named(name: str, title: str, groups: Sequence[Named], told: Callable[[Figures], Told], most: float) -> Chart:
    """A bar for each group, with its name above."""
    labels, bars, says = [], [], []
    for top, (group, is_vietnamese, found) in zip(range(0, len(groups) * STEP, STEP), groups, strict=True):
        value, text = told(found)
        labels.append(Label(0, top + THICK - 2, shortened(group), is_vietnamese))
        bars.append(Bar(PLAIN, 0, top + THICK + 3, scaled(value, most, WIDTH - NUMBER), text))
        says.append(f"{group}: {text}")
    return Chart(name, title, described(says), len(groups) * STEP, labels, bars)


def shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def described(lines: Iterable[str]) -> str:
    return "; ".join(lines) + "."


def left_out(months: Months) -> str:
    """What the charts do not show; empty when they show every month."""
    shown = latest(months)
    if len(shown) == len(months):
        return ""
    told = {"months": months_text(shown[0][0], shown[-1][0])}
    return _("The charts show %(months)s; the table has every month.") % told
