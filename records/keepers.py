"""Where a record is today: the desks and the agencies that took over from those which it names."""

import datetime
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from organisation import succession
from organisation.models import Agency, User
from organisation.roles import Deed, Role, can
from organisation.succession import State
from procedures import ownership
from procedures.models import FieldOwner

from .models import Record

MOVERS = [role for role in Role if can(role, Deed.MOVE)]


def desks_of(record: Record, state: State) -> list[int]:
    """The keys of the units that go on today with what was received at the record's desk."""
    return succession.units(state).desk_heirs(record.unit_id) or [record.unit_id]


def settlers_of(record: Record, state: State) -> list[int]:
    """The keys of those that settle a record today: the owner of its field where that changed hands, else who
    followed the agency."""
    units, owners, field = succession.units(state), ownership.owners(state), record.procedure.field_id
    if record.agency_id == record.unit_id and units.is_over(record.unit_id):
        return desks_of(record, state)
    if record.agency_id in owners.former.get(field, frozenset()) and field in owners.owner:
        return [owners.owner[field]]
    return units.heirs(record.agency_id) or [record.agency_id]


def keepers(record: Record, state: State) -> dict[str, list[Agency]]:
    """Where a record is today: `desks`, where its papers and its result are, and `settlers`."""
    keys = {"desks": desks_of(record, state), "settlers": settlers_of(record, state)}
    known = {record.unit_id: record.unit, record.agency_id: record.agency}
    missing = {key for found in keys.values() for key in found} - known.keys()
    known |= Agency.objects.in_bulk(missing) if missing else {}
    return {name: [known[key] for key in found] for name, found in keys.items()}


def handed_over(record: Record, settlers: list[Agency], state: State) -> list[tuple[datetime.date | None, Agency]]:
    """From which day on which agency settled a record; nothing while its own does."""
    if record.agency in settlers:
        return []
    received = timezone.localtime(record.received_at).date()
    owners = FieldOwner.objects.filter(
        field=record.procedure.field_id, valid_from__gt=received, valid_from__lte=state.day
    )
    rows = [(row.valid_from, row.agency) for row in owners.order_by("valid_from").select_related("agency")]
    if {agency for _since, agency in rows[-1:]} == {*settlers}:
        return rows
    since = succession.units(state).since(record.agency_id)
    return [(since, agency) for agency in settlers]


def officers(units: Iterable[int], state: State) -> QuerySet[User]:
    """The people of these units who move records."""
    here = succession.units(state).staff([*units])
    return User.objects.filter(here, is_active=True, role__in=MOVERS)


def officers_of(record: Record) -> QuerySet[User]:
    """Who can be in charge of a record today."""
    state = succession.state()
    return officers([*desks_of(record, state), *settlers_of(record, state)], state)
