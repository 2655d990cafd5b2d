"""Taking a version back: its rows the other way round, as a new version, or not at all."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from organisation import stamp
from organisation.models import User
from procedures.models import CatalogueVersion, Change, VersionKind

from .apply import put
from .check import show
from .edits import Edit, differences_of, misfits, pointed_at, read_edit
from .versions import Cause

NAMED = 5  # rows that a refusal names


class Refused(Exception):
    """Why the catalogue stays as it is, in the reader's language."""


def edits_back(version: CatalogueVersion) -> list[Edit]:
    """What taking `version` back would change."""
    return [read_edit(change).reversed for change in version.changes.all()]


@transaction.atomic
def take_back(version: CatalogueVersion, by: User | None = None, decision: str = "") -> CatalogueVersion:
    """Bring back exactly what was there before `version`; `Refused` when something stands in the way.

    A row that was changed since is not overwritten, and a row that something points at is not removed.
    """
    stamp.hold()
    reason = why_not(version)
    if reason:
        raise Refused(reason)
    cause = Cause(by=by, decision=decision, kind=VersionKind.UNDO, undoes=version)
    return rewrite(edits_back(version), cause)


def rewrite(edits: Sequence[Edit], cause: Cause) -> CatalogueVersion:
    """Write `edits`, whose rows must be as they were before them."""
    try:
        with transaction.atomic():
            return put(edits, differences_of(edits), cause)
    except ProtectedError as error:
        names = ", ".join(sorted({str(row._meta.verbose_name) for row in error.protected_objects}))
        message = _("What this version added is in use (%(names)s): withdraw it instead.")
        raise Refused(message % {"names": names}) from error
    except IntegrityError as error:
        raise Refused(_("The database refuses it: %(error)s") % {"error": error}) from error


def why_not(version: CatalogueVersion) -> str:
    """Why `version` cannot be taken back, as far as the catalogue itself says; empty when it can."""
    if version.kind == VersionKind.FIRST:
        return _("The first version is the beginning: there is nothing before it.")
    again = CatalogueVersion.objects.filter(undoes=version).first()
    if again:
        return _("Version %(number)d has taken it back already.") % {"number": again.number}
    return obstacle(edits_back(version), version)


def obstacle(edits: Sequence[Edit], since: CatalogueVersion | None = None) -> str:
    """Why `edits` do not fit the catalogue of today; empty when they do."""
    changed = misfits(edits)
    if changed:
        later = later_versions(changed, since)
        told = _("These rows were changed since: %(rows)s.") % {"rows": named(changed)}
        return told + " " + _("See version %(numbers)s.") % {"numbers": later} if later else told
    held = pointed_at(edits)
    if held:
        rows = "; ".join(f"{show(edit.key)} ← {show(key)}" for edit, key in held[:NAMED])
        return _("Other rows point at what would go: %(rows)s.") % {"rows": rows}
    return ""


def named(edits: Sequence[Edit]) -> str:
    rows = [f"{edit.shape.model._meta.verbose_name} {show(edit.key)}" for edit in edits]
    more = len(rows) - NAMED
    return "; ".join(rows[:NAMED]) + (f" … (+{more})" if more > 0 else "")


def later_versions(edits: Sequence[Edit], since: CatalogueVersion | None) -> str:
    """The numbers of the versions after `since` that touched the procedures of `edits`."""
    codes = {edit.procedure for edit in edits[:100]} - {""}
    if since is None or not codes:
        return ""
    touched = Change.objects.filter(procedure__in=codes, version__number__gt=since.number)
    numbers = touched.order_by("version__number").values_list("version__number", flat=True).distinct()
    return ", ".join(map(str, numbers))
