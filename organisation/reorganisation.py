"""The part of units and people in a reorganisation: what it asks for, what it writes, how that is put back.

The other rooms have a module of the same name for their own part; `portal/reorganisation.py` puts them together.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import succession
from .models import Agency, Reorganisation, ReorganisationKind, StaffMove, User

ONE_DAY = datetime.timedelta(days=1)
MOST = 9_999  # larger than any number of units


class Impossible(Exception):
    """A reorganisation that was not done or not undone; `reasons` say why, in the reader's language."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass
class Plan:
    """What is to happen on a day. Shares name the target by its key, None where somebody or something stays."""

    kind: ReorganisationKind
    day: datetime.date  # the first one of the new order
    sources: Sequence[Agency]
    targets: Sequence[Agency]
    decision: str = ""
    note: str = ""
    fields: dict[int, int | None] = field(default_factory=dict)  # field of work → target
    procedures: dict[int, int | None] = field(default_factory=dict)  # single ones that leave their field → target
    people: dict[int, int | None] = field(default_factory=dict)
    desks: dict[int, int | None] = field(default_factory=dict)  # source → target at its desk; None: each of them

    @property
    def ends(self) -> bool:
        """Whether the sources end."""
        return self.kind != ReorganisationKind.HAND_OVER

    @property
    def only_target(self) -> Agency | None:
        """The one to which everything goes without a question."""
        return self.targets[0] if self.ends and len(self.targets) == 1 else None

    @property
    def eve(self) -> datetime.date:
        """The last day of the old order."""
        return self.day - ONE_DAY

    def share(self, shares: dict[int, int | None], key: int) -> int | None:
        """Where `key` goes: as chosen, else to the first target, or nowhere when the source stays."""
        proposed = self.targets[0].pk if self.ends and self.targets else None
        return shares.get(key, proposed)


# kind → least and most sources, least and most targets
NUMBERS = {
    ReorganisationKind.END: (1, MOST, 0, MOST),
    ReorganisationKind.MERGE: (1, MOST, 1, 1),
    ReorganisationKind.SPLIT: (1, 1, 2, MOST),
    ReorganisationKind.HAND_OVER: (1, 1, 1, MOST),
}


def faults(plan: Plan) -> Iterator[str]:
    """What is wrong with the units of a plan."""
    least_sources, most_sources, least_targets, most_targets = NUMBERS[plan.kind]
    if not least_sources <= len(plan.sources) <= most_sources:
        yield _("Choose one unit that does this.") if most_sources == 1 else _("Choose the units that do this.")
    if not least_targets <= len(plan.targets) <= most_targets:
        yield {
            ReorganisationKind.MERGE: _("Choose the one unit into which they merge."),
            ReorganisationKind.SPLIT: _("Choose at least two units that follow."),
        }.get(plan.kind, _("Choose who takes the work over."))
    for unit in {*plan.sources} & {*plan.targets}:
        yield _("%(unit)s cannot follow itself.") % {"unit": unit.name}
    for unit in plan.sources:
        yield from faults_of_source(plan, unit)
    for unit in plan.targets:
        if not unit.is_valid(plan.day):
            yield _("%(unit)s does not exist on %(day)s.") % {"unit": unit.name, "day": date_format(plan.day)}


def faults_of_source(plan: Plan, unit: Agency) -> Iterator[str]:
    if not unit.is_valid(plan.eve):
        yield _("%(unit)s does not exist on %(day)s.") % {"unit": unit.name, "day": date_format(plan.eve)}
    elif unit.valid_to:
        yield _("%(unit)s has an end already: %(day)s.") % {"unit": unit.name, "day": date_format(unit.valid_to)}


def staff(plan: Plan) -> QuerySet[User]:
    """The people who work at the sources on the eve."""
    here = succession.units(succession.state(plan.eve)).staff([unit.pk for unit in plan.sources])
    people = User.objects.filter(here, is_active=True).select_related("unit")
    return people.order_by("unit__name", "last_name", "first_name", "username")


def sub_units(plan: Plan) -> QuerySet[Agency]:
    """The units below the sources that outlive them."""
    sources = [unit.pk for unit in plan.sources] if plan.ends else []
    return Agency.objects.valid_on(plan.day).filter(parent__in=sources).exclude(pk__in=sources)


# Writing ---------------------------------------------------------------------------------------


def lock(plan: Plan) -> Plan:
    """The plan with its units as they are now, locked until the transaction ends."""
    keys = {unit.pk for unit in [*plan.sources, *plan.targets]}
    rows = {unit.pk: unit for unit in Agency.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    plan.sources = [rows[unit.pk] for unit in plan.sources]
    plan.targets = [rows[unit.pk] for unit in plan.targets]
    return plan


def apply(plan: Plan, entry: Reorganisation) -> dict[str, Any]:
    """End the sources, name who follows, move the people; what stood there before."""
    entry.sources.set(plan.sources)
    entry.targets.set(plan.targets)
    people = StaffMove.objects.bulk_create(moves_of(plan, entry))
    return {
        "units": [end(plan, unit) for unit in plan.sources] if plan.ends else [],
        "people": [[move.user_id, move.start_id, move.end_id] for move in people],
    }


def end(plan: Plan, unit: Agency) -> dict[str, Any]:
    before = {"valid_to": None, "desk": unit.desk_successor_id}
    followed = set(unit.successors.values_list("pk", flat=True))
    unit.valid_to = plan.eve
    unit.desk_successor_id = plan.share(plan.desks, unit.pk) if len(plan.targets) > 1 else None
    unit.save(update_fields=["valid_to", "desk_successor"])
    added = [target.pk for target in plan.targets if target.pk not in followed]
    unit.successors.add(*added)
    after = {"valid_to": plan.eve.isoformat(), "desk": unit.desk_successor_id}
    return {"unit": unit.pk, "before": before, "after": after, "successors": added}


def moves_of(plan: Plan, entry: Reorganisation) -> Iterator[StaffMove]:
    """A move for everybody who does not simply go on where the only successor goes on."""
    if plan.only_target:
        return
    eve = succession.units(succession.state(plan.eve))
    for user in staff(plan):
        start, goes_to = eve.unit_of(user), plan.share(plan.people, user.pk)
        if start and goes_to:
            yield StaffMove(reorganisation=entry, user=user, start_id=start, end_id=goes_to)


def undo(moved: dict[str, Any]) -> Iterator[str]:
    """Put back what `apply` wrote; what was changed since, which is a reason to undo nothing."""
    for wrote in moved["units"]:
        unit = Agency.objects.select_for_update().get(pk=wrote["unit"])
        if state(unit) != wrote["after"]:
            yield _("%(unit)s was changed since.") % {"unit": unit.name}
        unit.valid_to = wrote["before"]["valid_to"]
        unit.desk_successor_id = wrote["before"]["desk"]
        unit.save(update_fields=["valid_to", "desk_successor"])
        unit.successors.remove(*wrote["successors"])


def state(unit: Agency) -> dict[str, Any]:
    return {"valid_to": unit.valid_to.isoformat() if unit.valid_to else None, "desk": unit.desk_successor_id}
