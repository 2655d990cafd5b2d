"""The part of records in a reorganisation: how many open ones go where. Nothing is written: whose a record is
follows from units and owners on the day (`scope.py`)."""

from functools import reduce
from operator import or_

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from organisation import succession
from organisation.models import Agency
from organisation.reorganisation import Plan

from . import scope
from .listing import STILL_OPEN
from .models import Record


def reach(plan: Plan, unit: Agency) -> scope.Reach:
    return scope.reach(succession.state(plan.eve), unit.pk)


def any_of(parts: list[Q]) -> Q:
    return reduce(or_, parts, Q(pk__in=[]))


def at_desk(plan: Plan, unit: Agency) -> int:
    """The open records that were received at the desk of a source, or of one that it follows."""
    return Record.objects.filter(STILL_OPEN, any_of(reach(plan, unit).received())).count()


def by_field(plan: Plan) -> dict[int, int]:
    """Field of work → the open records that the sources settle and that others received."""
    counts: dict[int, int] = {}
    for unit in plan.sources:
        found = reach(plan, unit)
        rows = Record.objects.filter(STILL_OPEN, found.elsewhere(), any_of(found.settled())).order_by()
        for field, count in rows.values_list("procedure__field").annotate(Count("pk")):
            counts[field] = counts.get(field, 0) + count
    return counts


def of_procedures(plan: Plan) -> dict[int, int]:
    """The same for the single procedures of the plan."""
    parts = [part for unit in plan.sources for part in reach(plan, unit).settled()]
    rows = Record.objects.filter(STILL_OPEN, any_of(parts), procedure__in=plan.procedures)
    return dict(rows.order_by().values_list("procedure").annotate(Count("pk")))


def warnings(plan: Plan) -> list[str]:
    """What somebody should know before open records lose their desk."""
    if not plan.ends or any(unit.receives_records for unit in plan.targets):
        return []
    return [
        _("%(unit)s receives records, and none of those that follow does.") % {"unit": unit.name}
        for unit in plan.sources
        if unit.receives_records
    ]
