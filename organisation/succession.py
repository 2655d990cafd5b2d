"""Who does the work of whom on a day: successors followed to the units that exist, and people to their units.

Read once for each state of the units and each day, and kept as long as the content stamp stands.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.db.models import Q

from portal import clock

from . import stamp
from .models import Agency, StaffMove, User

ONE_DAY = datetime.timedelta(days=1)
KEPT = 4  # states: the one of today, and those around a change


@dataclass(frozen=True)
class Succession:
    """The units of a day by their keys."""

    day: datetime.date
    starts: dict[int, datetime.date | None]
    ends: dict[int, datetime.date | None]
    following: dict[int, list[int]]  # unit → its successors
    desks: dict[int, int] = field(default_factory=dict)  # unit → the one successor that goes on at its desk
    moves: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # person → from, to, in the order of days

    # Units ---------------------------------------------------------------------------------------

    def is_over(self, unit: int) -> bool:
        end = self.ends.get(unit)
        return end is not None and end < self.day

    def is_valid(self, unit: int) -> bool:
        start = self.starts.get(unit)
        return not self.is_over(unit) and (start is None or start <= self.day)

    def heirs(self, unit: int) -> list[int]:
        """The units that do its work on the day: itself as long as it exists; none at a dead end."""
        return [other for other in self._line(unit, self.following) if self.is_valid(other)]

    def desk_heirs(self, unit: int) -> list[int]:
        """The units that go on with what was received at its desk."""
        one = {former: [heir] for former, heir in self.desks.items()}
        return [other for other in self._line(unit, {**self.following, **one}) if self.is_valid(other)]

    def since(self, unit: int) -> datetime.date | None:
        """The day from which its heirs do its work."""
        ends = [end for other in self._line(unit, self.following) if self.is_over(other) and (end := self.ends[other])]
        return max(ends) + ONE_DAY if ends else None

    def _line(self, unit: int, following: dict[int, list[int]]) -> list[int]:
        """`unit` and, as far as each is over, all that follow it."""
        found, waiting = [], [unit]
        while waiting:
            current = waiting.pop(0)
            if current not in found:
                found.append(current)
                waiting += following.get(current, []) if self.is_over(current) else []
        return found

    @cached_property
    def formers(self) -> dict[int, frozenset[int]]:
        """Unit → those that have ended and whose heir it is, alone or with others."""
        return self._turned(self.heirs)

    @cached_property
    def desk_formers(self) -> dict[int, frozenset[int]]:
        """Unit → those that have ended and whose desk it goes on with, alone or with others."""
        return self._turned(self.desk_heirs)

    def _turned(self, heirs: Callable[[int], list[int]]) -> dict[int, frozenset[int]]:
        found = defaultdict(set)
        for unit in filter(self.is_over, self.ends):
            for heir in heirs(unit):
                found[heir].add(unit)
        return {unit: frozenset(formers) for unit, formers in found.items()}

    # People --------------------------------------------------------------------------------------

    def path(self, unit: int) -> list[int]:
        """`unit` and the only one that follows it, and so on; where there are several, the one at the desk."""
        found = [unit]
        while self.is_over(found[-1]):
            following = self.following.get(found[-1], [])
            heir = self.desks.get(found[-1], following[0] if len(following) == 1 else None)
            if heir is None or heir in found:
                break
            found.append(heir)
        return found

    def living(self, unit: int) -> int:
        """The unit that stands where `unit` stood."""
        return self.path(unit)[-1]

    def stood_before(self, unit: int) -> frozenset[int]:
        """The ended units where `unit` stands now."""
        return frozenset(other for other in filter(self.is_over, self.ends) if self.living(other) == unit) - {unit}

    def unit_of(self, user: User) -> int | None:
        """The unit where somebody works on the day; the last one that was theirs where nobody said what follows."""
        if user.unit_id is None:
            return None
        unit = user.unit_id
        for start, end in self.moves.get(user.pk, []):
            if start in self.path(unit):
                unit = end
        return self.living(unit)

    def staff(self, units: Collection[int]) -> Q:
        """The people who work at one of these units on the day."""
        here = Q(unit__in=[unit for unit in self.ends if self.living(unit) in units])
        if not self.moves:
            return here
        moved = User.objects.filter(pk__in=self.moves)
        came = [user.pk for user in moved if self.unit_of(user) in units]
        return (here & ~Q(pk__in=list(self.moves))) | Q(pk__in=came)


class State(NamedTuple):
    """What is read once: the content stamp, and the day that is asked about."""

    stamp: str
    day: datetime.date


def state(day: datetime.date | None = None) -> State:
    """The state of now for a day, for today without one: one small query."""
    return State(stamp.current(), day or clock.today())


@lru_cache(maxsize=KEPT)
def units(state: State) -> Succession:
    """The units of a day. The stamp is not looked at: it says when to read anew."""
    following = defaultdict(list)
    for former, heir in Agency.successors.through.objects.order_by("pk").values_list("from_agency", "to_agency"):
        following[former].append(heir)
    rows = list(Agency.objects.order_by().values_list("pk", "valid_from", "valid_to", "desk_successor"))
    moves = defaultdict(list)
    for user, start, end in moves_until(state.day):
        moves[user].append((start, end))
    return Succession(
        day=state.day,
        starts={pk: start for pk, start, _end, _heir in rows},
        ends={pk: end for pk, _start, end, _heir in rows},
        following=dict(following),
        desks={pk: heir for pk, _start, _end, heir in rows if heir},
        moves=dict(moves),
    )


def moves_until(day: datetime.date) -> Iterator[tuple[int, int, int]]:
    rows = StaffMove.objects.filter(reorganisation__day__lte=day).order_by("reorganisation__day", "pk")
    yield from rows.values_list("user", "start", "end")
