"""Whose records an officer sees and moves: those of the own unit, by the table of roles.

A record keeps the unit that received it and the agency that was to settle it. Whose it is *today* follows from who
took over their work: the desk goes to the units that follow, the settling to whoever owns the procedure's field
today, or else to the units that follow. No record is rewritten (docs/decisions/0008).
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from django.db.models import Q

from organisation import succession
from organisation.models import User
from organisation.roles import Deed, can
from organisation.succession import State
from portal import clock
from procedures import ownership

from .models import Record, RecordQuerySet

NONE: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Reach:
    """What is a unit's own on a day, by keys: units, agencies, fields of work."""

    unit: int
    desks: frozenset[int] = NONE  # ended units whose desk it goes on with
    formers: frozenset[int] = NONE  # ended agencies that it follows, alone or with others
    gave: frozenset[int] = NONE  # fields of its own that others have now
    away: frozenset[int] = NONE  # fields of those ended ones that others have now
    givers: frozenset[int] = NONE  # other agencies that gave it fields
    taken: frozenset[int] = NONE  # those fields

    def received(self) -> list[Q]:
        """Which records lie at its desk; each part follows an index, none shares a record with another."""
        return [Q(unit=unit) for unit in (self.unit, *sorted(self.desks))]

    def settled(self) -> list[Q]:
        """Which records it settles, wherever they were received; parts as above."""
        parts = [Q(agency=self.unit) & without(self.gave)]
        for former in sorted(self.formers):
            # What it received and settled itself goes with its desk.
            at_its_desk = Q() if former in self.desks else ~Q(unit=former)
            parts.append(Q(agency=former) & at_its_desk & without(self.away))
        taken = Q(procedure__field__in=sorted(self.taken))
        return [*parts, *(Q(agency=giver) & taken for giver in sorted(self.givers))]

    def elsewhere(self) -> Q:
        """Which records lie at the desks of others."""
        return ~Q(unit__in=[self.unit, *sorted(self.desks)]) if self.desks else ~Q(unit=self.unit)

    def holds(self, record: Record) -> bool:
        """Whether a record is among these."""
        if record.unit_id in (self.unit, *self.desks):
            return True
        if record.agency_id == self.unit:
            return not self.gave or record.procedure.field_id not in self.gave
        if record.agency_id in self.formers:
            # What it received and settled itself went with its desk.
            return record.agency_id != record.unit_id and record.procedure.field_id not in self.away
        return record.agency_id in self.givers and record.procedure.field_id in self.taken


def without(fields: Collection[int]) -> Q:
    return ~Q(procedure__field__in=sorted(fields)) if fields else Q()


def state_of(user: User) -> State:
    """The state of units and owners, asked once a day in the life of `user`, which is that of a request."""
    kept = user.__dict__.setdefault("_states", {})
    day = clock.today()
    return kept.get(day) or kept.setdefault(day, succession.state(day))


def unit_of(user: User) -> int | None:
    """The key of the unit where somebody works today."""
    return succession.units(state_of(user)).unit_of(user) if user.unit_id else None


def reach_of(user: User) -> Reach | None:
    """What is the own unit's today; None without a unit."""
    unit = unit_of(user)
    return None if unit is None else reach(state_of(user), unit)


@lru_cache(maxsize=1_000)
def reach(state: State, unit: int) -> Reach:
    units, owners = succession.units(state), ownership.owners(state)
    ended = units.formers.get(unit, NONE)
    away = {field for agency in ended for field in owners.given_by(agency)}
    taken = {field: givers - ended for field, givers in owners.taken_by(unit).items() if givers - ended}
    return Reach(
        unit=unit,
        desks=units.desk_formers.get(unit, NONE),
        formers=ended,
        gave=frozenset(owners.given_by(unit)),
        away=frozenset(field for field in away if owners.owner.get(field) != unit),
        givers=frozenset().union(*taken.values()),
        taken=frozenset(taken),
    )


def own(user: User) -> Q:
    """Records that were received at, or are settled by, the user's unit; none without a unit."""
    found = reach_of(user)
    return reduce(or_, [*found.received(), *found.settled()]) if found else Q(pk__in=[])


def visible_to(user: User) -> RecordQuerySet:
    """The records that `user` may read."""
    if not reads_own(user):
        return Record.objects.none()
    return Record.objects.all() if can(user.role, Deed.READ_ALL) else Record.objects.filter(own(user))


def reads_own(user: User) -> bool:
    return user.is_active and (can(user.role, Deed.READ_ALL) or can(user.role, Deed.READ_OWN))


def may_read(user: User, record: Record) -> bool:
    """Whether `record` is among those of `visible_to`."""
    return reads_own(user) and (can(user.role, Deed.READ_ALL) or is_own(user, record))


def is_own(user: User, record: Record) -> bool:
    found = reach_of(user)
    return found is not None and found.holds(record)


def may(user: User, deed: Deed, record: Record) -> bool:
    """Whether `user` may do `deed` with this record: officers with those of the own unit, supervisors with all."""
    if not (user.is_active and can(user.role, deed)):
        return False
    return can(user.role, Deed.READ_ALL) or is_own(user, record)
