"""The part of the catalogue in a reorganisation: fields of work change hands; single procedures get a field for it.

An agency owns a field for a period, so what is written today holds from the plan's day on, by itself. A procedure
that leaves the others of its field moves at once to a new field, which has the same owner until that day.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from organisation.models import OWNER_KINDS, Agency
from organisation.reorganisation import Plan

from .models import Field, FieldOwner, Procedure

LONGEST_SLUG, LONGEST_NAME = 120, 200


def fields(plan: Plan) -> list[tuple[Field, int]]:
    """The fields of the sources on the eve, each with the number of its public procedures."""
    public = Procedure.objects.public(plan.eve).order_by().values_list("field").annotate(Count("pk"))
    counts = dict(public)
    return [(field, counts.get(field.pk, 0)) for field in Field.objects.filter(pk__in=owned(plan).values("field"))]


def owned(plan: Plan) -> QuerySet[FieldOwner]:
    """The rows by which the sources own fields beyond the eve."""
    rows = FieldOwner.objects.valid_on(plan.eve).filter(agency__in=plan.sources).exclude(valid_to=plan.eve)
    return rows.order_by("field__name", "pk")


def leaving(plan: Plan) -> dict[int, int]:
    """The fields that get another owner, and which."""
    shares = {field: plan.share(plan.fields, field) for field in owned(plan).values_list("field", flat=True)}
    return {field: target for field, target in shares.items() if target}


def faults(plan: Plan) -> Iterator[str]:
    """What keeps fields and procedures from moving."""
    names = {unit.pk: unit.name for unit in plan.targets}
    goes = leaving(plan)
    rows = {row.field_id: row for row in owned(plan).select_related("field")}
    for unit in plan.targets:
        if unit.kind not in OWNER_KINDS and unit.pk in [*goes.values(), *plan.procedures.values()]:
            yield _("%(unit)s cannot own fields of work.") % {"unit": unit.name}
    held = set(FieldOwner.objects.filter(field__in=goes, agency__in=names).values_list("field", "agency"))
    for field, target in goes.items():
        if (field, target) in held:
            values = {"unit": names[target], "field": rows[field].field.name}
            yield _("%(unit)s owns or owned “%(field)s” already: correct its owners by hand.") % values
    for row in rows.values():
        if row.valid_to:
            yield _("The owner of “%(field)s” changes later already.") % {"field": row.field.name}
    for procedure in Procedure.objects.filter(pk__in=plan.procedures):
        if procedure.field_id not in rows:
            yield _("%(code)s is in no field of work of this unit.") % {"code": procedure.code}


def apply(plan: Plan) -> dict[str, Any]:
    """Give fields and procedures to their new owners; what stood there before."""
    rows = {row.field_id: row for row in owned(plan).select_for_update()}
    single = [split(plan, rows, field, target, codes) for (field, target), codes in singles(plan).items()]
    handed = [hand_over(plan, rows[field], target) for field, target in leaving(plan).items()]
    return {"fields": handed, "procedures": single}


def singles(plan: Plan) -> dict[tuple[int, int], list[int]]:
    """The procedures that go elsewhere than their field, by field and target."""
    goes, found = leaving(plan), defaultdict(list)
    for procedure in Procedure.objects.select_for_update().filter(pk__in=plan.procedures).order_by("code"):
        target = plan.procedures[procedure.pk]
        if target and target != goes.get(procedure.field_id):
            found[procedure.field_id, target].append(procedure.pk)
    return found


def hand_over(plan: Plan, row: FieldOwner, target: int) -> list[int]:
    """End one row and begin another; the field, and the keys of both."""
    row.valid_to = plan.eve
    row.save(update_fields=["valid_to"])
    new = FieldOwner.objects.create(field_id=row.field_id, agency_id=target, valid_from=plan.day)
    return [row.field_id, row.pk, new.pk]


def split(plan: Plan, rows: dict[int, FieldOwner], field: int, target: int, procedures: list[int]) -> dict[str, Any]:
    """A field of their own for these procedures: it has the owners of theirs so far, then `target`."""
    old, agency = rows[field].field, Agency.objects.get(pk=target)
    new = Field.objects.create(
        slug=free_slug(f"{old.slug}-{agency.code}"),
        name=f"{old.name[: LONGEST_NAME - 90]} ({agency.short_name})",
        name_en=f"{old.name_en[: LONGEST_NAME - 90]} ({agency.short_name})" if old.name_en else "",
    )
    for row in old.owners.exclude(valid_from__gte=plan.day):
        last = min(row.valid_to or plan.eve, plan.eve)
        FieldOwner.objects.create(field=new, agency_id=row.agency_id, valid_from=row.valid_from, valid_to=last)
    FieldOwner.objects.create(field=new, agency=agency, valid_from=plan.day)
    Procedure.objects.filter(pk__in=procedures).update(field=new)
    return {"from": field, "to": new.pk, "procedures": procedures}


def free_slug(wanted: str) -> str:
    taken = set(Field.objects.values_list("slug", flat=True))
    ends = ["", *(f"-{number}" for number in range(2, len(taken) + 3))]
    slugs = (f"{wanted[: LONGEST_SLUG - len(end)].rstrip('-')}{end}" for end in ends)
    return next(slug for slug in slugs if slug not in taken)


def undo(moved: dict[str, Any], day: datetime.date) -> Iterator[str]:
    """Put back what `apply` wrote for `day`; what was changed since, which is a reason to undo nothing."""
    for wrote in moved["procedures"]:
        if set(Procedure.objects.filter(field=wrote["to"]).values_list("pk", flat=True)) != set(wrote["procedures"]):
            yield _("Procedures that were handed over have another field of work since.")
        Procedure.objects.filter(pk__in=wrote["procedures"]).update(field=wrote["from"])
        if not Procedure.objects.filter(field=wrote["to"]).exists():
            Field.objects.filter(pk=wrote["to"]).delete()
    for field, ended, begun in moved["fields"]:
        as_left = FieldOwner.objects.filter(field=field)
        is_so = as_left.filter(pk=ended, valid_to=day - datetime.timedelta(days=1)).exists()
        if not (is_so and as_left.filter(pk=begun, valid_from=day, valid_to=None).exists()):
            yield _("The owners of “%(field)s” were changed since.") % {"field": Field.objects.get(pk=field).name}
        as_left.filter(pk=begun).delete()
        as_left.filter(pk=ended).update(valid_to=None)
