"""A reorganisation as a whole: each room's part, previewed, written in one transaction, put back before its day."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisation import reorganisation as of_units
from organisation.models import Agency, Reorganisation, User
from organisation.reorganisation import Impossible, Plan
from procedures import reorganisation as of_procedures
from procedures.models import FieldOwner, Procedure
from records import reorganisation as of_records

from . import clock


class Line(NamedTuple):
    """Something that goes somewhere; `records` are open ones, `key` names its choice."""

    key: int
    what: Any
    target: int | None
    procedures: int = 0
    records: int = 0


class Preview(NamedTuple):
    """What a plan would move."""

    fields: list[Line]
    procedures: list[Line]
    people: list[Line]
    desks: list[Line]
    sub_units: list[Agency]
    warnings: list[str]

    @property
    def counts(self) -> dict[str, int]:
        """How much leaves the sources: procedures, open records, people."""
        leaving = [line for line in self.fields if line.target]
        singles = [line for line in self.procedures if line.target]
        return {
            "fields": len(leaving),
            "procedures": sum(line.procedures for line in leaving) + len(singles),
            "records": sum(line.records for line in [*leaving, *singles, *self.desks]),
            "people": sum(1 for line in self.people if line.target),
        }

    @property
    def leaves_something(self) -> bool:
        """Whether the sources hold anything that somebody has to take over."""
        return bool(self.fields or self.people or self.sub_units or any(line.records for line in self.desks))


def faults(plan: Plan) -> list[str]:
    """Why a plan cannot be done; empty when it can."""
    found = [*of_units.faults(plan)]
    if found:
        return found
    found += of_procedures.faults(plan)
    if plan.ends and not plan.targets and preview(plan).leaves_something:
        found.append(_("Procedures, open records, staff or sub-units are left: choose who takes them over."))
    return found


def preview(plan: Plan) -> Preview:
    """What would move, and where to; nothing is written."""
    records, single = of_records.by_field(plan), of_records.of_procedures(plan)
    desks = {unit.pk: of_records.at_desk(plan, unit) for unit in plan.sources} if plan.ends else {}
    return Preview(
        fields=[
            Line(field.pk, field, plan.share(plan.fields, field.pk), count, records.get(field.pk, 0))
            for field, count in of_procedures.fields(plan)
        ],
        procedures=[
            Line(item.pk, item, plan.procedures[item.pk], 1, single.get(item.pk, 0))
            for item in Procedure.objects.filter(pk__in=plan.procedures).order_by("code")
        ],
        people=[
            Line(user.pk, f"{user.get_full_name()} ({user.username})", plan.share(plan.people, user.pk))
            for user in of_units.staff(plan)
        ],
        desks=[
            Line(unit.pk, unit, plan.share(plan.desks, unit.pk), records=desks[unit.pk])
            for unit in plan.sources
            if desks.get(unit.pk) or (plan.ends and unit.receives_records)
        ],
        sub_units=list(of_units.sub_units(plan)),
        warnings=of_records.warnings(plan),
    )


def apply(plan: Plan, by: User) -> Reorganisation:
    """Write all of it, or refuse with `Impossible`. Facts are dated: they hold from the day on by themselves."""
    try:
        with transaction.atomic():
            plan = of_units.lock(plan)
            if reasons := faults(plan):
                raise Impossible(*reasons)
            return write(plan, by)
    except IntegrityError:
        raise Impossible(_("Somebody changed units or owners at the same moment. Please try again.")) from None


def write(plan: Plan, by: User) -> Reorganisation:
    counts = preview(plan).counts
    if not plan.ends and not any(counts.values()):
        raise Impossible(_("Nothing is handed over: choose at least one field of work, procedure or person."))
    numbers = Reorganisation.objects.aggregate(last=Max("number"))
    entry = Reorganisation.objects.create(
        number=(numbers["last"] or 0) + 1,
        kind=plan.kind,
        day=plan.day,
        decision=plan.decision,
        note=plan.note,
        made_by=by,
        applied_at=clock.now(),
    )
    people = of_units.apply(plan, entry)
    entry.moved = {"organisation": people, "procedures": of_procedures.apply(plan), "counts": counts}
    entry.save(update_fields=["moved"])
    return entry


def why_not_undone(entry: Reorganisation) -> str:
    """Why a reorganisation stands; empty when it can be undone."""
    if entry.undone_at:
        return _("It was undone already.")
    if entry.applied_at is None:
        return _("It came with the units it tells of: nothing was written that could be put back.")
    if entry.day <= clock.today():
        return _("It is in force since %(day)s. What follows is a reorganisation of its own.") % {
            "day": date_format(entry.day)
        }
    return ""


def undo(entry: Reorganisation, by: User) -> Reorganisation:
    """Put everything back as it was, before its day; `Impossible` says why not."""
    try:
        with transaction.atomic():
            entry = Reorganisation.objects.select_for_update().get(pk=entry.pk)
            if why := why_not_undone(entry):
                raise Impossible(why)
            if changed := [*put_back(entry)]:
                raise Impossible(*changed, _("Undo what came later first, or correct it by hand."))
            entry.undone_by, entry.undone_at = by, clock.now()
            entry.save(update_fields=["undone_by", "undone_at"])
    except IntegrityError:
        raise Impossible(_("Others build on it since. Undo what came later first.")) from None
    return entry


def put_back(entry: Reorganisation) -> Iterator[str]:
    """The rooms' parts, the last one first; what was changed since."""
    yield from of_procedures.undo(entry.moved["procedures"], entry.day)
    yield from of_units.undo(entry.moved["organisation"])
    entry.staff.all().delete()


def moved_fields(entry: Reorganisation) -> list[FieldOwner]:
    """The fields that changed hands, each with its new owner; those made for single procedures among them."""
    written = entry.moved.get("procedures", {"fields": [], "procedures": []})
    keys = [row[0] for row in written["fields"]] + [row["to"] for row in written["procedures"]]
    rows = FieldOwner.objects.filter(field__in=keys, valid_from=entry.day)
    return list(rows.select_related("field", "agency").order_by("field__name"))
