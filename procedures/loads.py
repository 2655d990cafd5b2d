"""An upload on its way into the catalogue: prepared, looked at, confirmed, applied at once or on its day.

What somebody confirms is what they saw: a look carries the content stamp, and a confirmation with another one is
told so. What is scheduled is kept as rows before and after, and is applied on its day only where they still fit.
"""

import datetime
import logging
from collections.abc import Sequence

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from organisation import stamp
from organisation.models import User
from portal import clock

from . import loading
from .loading import Cause, Proposal, Refused, Scope
from .loading.edits import Edit, edits_of, keep, read_edit
from .loading.undo import obstacle, rewrite
from .models import CatalogueLoad, CatalogueVersion, LoadFile, LoadState, PlannedChange

LARGEST = 20_000_000  # bytes of all files of a load together; the shipped catalogue has 8 million
KEPT = datetime.timedelta(days=14)  # an upload that nobody decides on is forgotten then

logger = logging.getLogger(__name__)


class Stale(Refused):
    """The catalogue has changed since somebody looked at what a load would do."""


# Bringing and looking --------------------------------------------------------------------------


@transaction.atomic
def prepare(
    files: Sequence[tuple[str, bytes]],
    by: User,
    scope: str = "none",
    decision: str = "",
    valid_from: datetime.date | None = None,
) -> CatalogueLoad:
    """Keep `files` until somebody decides on them. Nothing of the catalogue changes."""
    forget_abandoned()
    load = CatalogueLoad.objects.create(
        made_at=clock.now(),
        made_by=by,
        scope=scope,
        decision=decision,
        valid_from=valid_from,
        files=[loading.fingerprint(name, content) for name, content in files],
    )
    for name, content in files:
        LoadFile.objects.create(load=load, name=name, content=content)
    return load


def forget_abandoned() -> None:
    old = CatalogueLoad.objects.filter(state=LoadState.PREPARED, made_at__lt=clock.now() - KEPT)
    LoadFile.objects.filter(load__in=old).delete()
    old.update(state=LoadState.CANCELLED)


def look(load: CatalogueLoad) -> Proposal:
    """What a prepared load would do to the catalogue of now."""
    files = [(file.name, bytes(file.content)) for file in load.contents.all()]
    return loading.propose(files, Scope.parse(load.scope))


def waits_for_another(load: CatalogueLoad, person: User) -> bool:
    """Whether `person` brought the load, and the setting asks for a second one to confirm it."""
    return settings.PORTAL_SECOND_PERSON and load.made_by_id == person.pk


# Deciding --------------------------------------------------------------------------------------


@transaction.atomic
def confirm(load: CatalogueLoad, by: User, seen: str, withdrawals: int | None = None) -> CatalogueLoad:
    """Apply a prepared load, or schedule it when its day is to come.

    `seen` is the content stamp at the look that `by` confirms, `withdrawals` how many procedures may go where that
    is asked for. `Refused` says why nothing was done, `Stale` that one has to look again.
    """
    stamp.hold()
    load = locked(load, LoadState.PREPARED)
    if waits_for_another(load, by):
        raise Refused(_("Somebody else has to confirm what you brought."))
    if seen != stamp.current():
        raise Stale(_("The catalogue has changed since you looked. This is what the load would do now."))
    proposal = look(load)
    if proposal.fault_count:
        raise Refused(_("The files have faults: nothing was changed."))
    if proposal.changes_nothing:
        raise Refused(_("The catalogue holds all of it already."))
    if not proposal.is_confirmed(withdrawals):
        raise Refused(
            _("%(count)d procedures would be withdrawn: confirm this number.") % {"count": proposal.withdrawals}
        )
    load.confirmed_by = by
    if load.valid_from and load.valid_from > clock.today():
        schedule(load, edits_of(proposal.differences))
    else:
        finish(load, loading.apply(proposal.differences, cause=cause_of(load)))
    load.contents.all().delete()
    return load


@transaction.atomic
def cancel(load: CatalogueLoad) -> None:
    """Give up a load that is prepared or scheduled, or put one aside that failed; its files go."""
    load = locked(load, LoadState.PREPARED, LoadState.SCHEDULED, LoadState.FAILED)
    load.contents.all().delete()
    load.planned.all().delete()
    load.state = LoadState.CANCELLED
    load.save()


def locked(load: CatalogueLoad, *states: LoadState) -> CatalogueLoad:
    """The load for this transaction alone; refused when it is in none of `states` any more."""
    load = CatalogueLoad.objects.select_for_update().get(pk=load.pk)
    if load.state not in states:
        raise Refused(_("This load is decided already: %(state)s.") % {"state": load.get_state_display()})
    return load


def cause_of(load: CatalogueLoad) -> Cause:
    return Cause(load.made_by, load.confirmed_by, load.decision, load.files, load.valid_from)


def finish(load: CatalogueLoad, version: CatalogueVersion | None) -> None:
    load.version = version
    load.state = LoadState.APPLIED
    load.save()


# On its day ------------------------------------------------------------------------------------


def schedule(load: CatalogueLoad, edits: Sequence[Edit]) -> None:
    keep(edits, PlannedChange, "load", load.pk)
    load.state = LoadState.SCHEDULED
    load.save()


def due(day: datetime.date) -> list[int]:
    """The keys of the loads whose day has come, in the order in which they are applied."""
    waiting = CatalogueLoad.objects.filter(state=LoadState.SCHEDULED, valid_from__lte=day)
    return list(waiting.order_by("valid_from", "pk").values_list("pk", flat=True))


def apply_due(day: datetime.date) -> list[CatalogueLoad]:
    """Apply what is due, each load in a transaction of its own; those that were applied, or told why not.

    A load that does not fit any more is set aside with a notice for the stewards: whoever sees the new day first is
    perhaps a citizen, who must get their page whatever became of it.
    """
    decided = []
    for pk in due(day):
        try:
            decided += apply_one(pk)
        except OperationalError:
            raise  # the database is away or busy, which says nothing about the load: whoever asks next tries again
        except Exception:
            logger.exception("Load %d failed on its day", pk)
            set_aside(pk, _("The program failed. The catalogue is as it was; the log has the details."))
    return decided


@transaction.atomic
def apply_one(pk: int) -> list[CatalogueLoad]:
    stamp.hold()
    load = CatalogueLoad.objects.select_for_update().get(pk=pk)
    if load.state != LoadState.SCHEDULED:  # another process saw the day first
        return []
    edits = [read_edit(planned) for planned in load.planned.all()]
    reason = obstacle(edits)
    try:
        if reason:
            raise Refused(reason)
        finish(load, rewrite(edits, cause_of(load)))
    except Refused as refusal:
        load.notice, load.state = str(refusal), LoadState.FAILED
        load.save()
    load.planned.all().delete()
    return [load]


def set_aside(pk: int, notice: str) -> None:
    with transaction.atomic():
        CatalogueLoad.objects.filter(pk=pk).update(state=LoadState.FAILED, notice=notice)
        PlannedChange.objects.filter(load=pk).delete()
