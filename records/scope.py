"""Whose records an officer sees and moves: those of the own unit, by the table of roles."""

from django.db.models import Q

from organisation.models import User
from organisation.roles import Deed, can

from .models import Record, RecordQuerySet


def own(user: User) -> Q:
    """Records that were received at, or are settled by, the user's unit; none without a unit."""
    if user.unit_id is None:
        return Q(pk__in=[])
    return Q(unit=user.unit_id) | Q(agency=user.unit_id)


def visible_to(user: User) -> RecordQuerySet:
    """The records that `user` may read."""
    if not user.is_active:
        return Record.objects.none()
    if can(user.role, Deed.READ_ALL):
        return Record.objects.all()
    return Record.objects.filter(own(user)) if can(user.role, Deed.READ_OWN) else Record.objects.none()


def may_read(user: User, record: Record) -> bool:
    """Whether `record` is among those of `visible_to`."""
    if not user.is_active:
        return False
    return can(user.role, Deed.READ_ALL) or (can(user.role, Deed.READ_OWN) and is_own(user, record))


def is_own(user: User, record: Record) -> bool:
    return user.unit_id is not None and user.unit_id in (record.unit_id, record.agency_id)


def may(user: User, deed: Deed, record: Record) -> bool:
    """Whether `user` may do `deed` with this record: officers with those of the own unit, supervisors with all."""
    if not (user.is_active and can(user.role, deed)):
        return False
    return can(user.role, Deed.READ_ALL) or is_own(user, record)
