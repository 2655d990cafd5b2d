"""Units, plans and looks at what a reorganisation has moved, for tests."""

import datetime

from django.urls import reverse

from organisation.models import Agency, ReorganisationKind, StaffMove, User
from organisation.reorganisation import Plan
from portal import reorganisation
from procedures.models import Field, FieldOwner, Procedure
from records import keepers, listing, scope
from records.models import Record
from tests.records.factories import administrator

END, MERGE, SPLIT, HAND_OVER = ReorganisationKind
DAY = datetime.date(2024, 10, 1)
EVE = datetime.date(2024, 9, 30)
ZONES, TRADE, HEALTH, SCHOOLS = "bql-kcn", "so-cong-thuong", "so-y-te", "so-gd-dt"
ADD = reverse("admin:organisation_reorganisation_add")


def unit(code):
    return Agency.objects.get(code=code)


def new_unit(code, **facts):
    names = {"name": code.upper(), "name_en": code, "short_name": code, "kind": "department", "valid_from": DAY}
    return Agency.objects.create(code=code, **{**names, **facts})


def plan(kind, sources, targets, **facts):
    facts.setdefault("day", DAY)
    return Plan(kind=kind, sources=[unit(code) for code in sources], targets=[unit(code) for code in targets], **facts)


def entered(*arguments, **facts):
    return reorganisation.apply(plan(*arguments, **facts), administrator())


def owners(day):
    rows = FieldOwner.objects.valid_on(day).values_list("field__slug", "agency__code")
    return dict(rows)


def fields_of(code, day=EVE):
    return sorted(slug for slug, owner in owners(day).items() if owner == code)


def procedure_of(code):
    """A public procedure of the Center that this agency settles."""
    rows = Procedure.objects.filter(at_center=True, level_province=True, level_commune=False)
    return rows.filter(field__slug__in=fields_of(code)).order_by("code")[0]


WAYS = {
    "merge": lambda: entered(MERGE, [TRADE, ZONES], [HEALTH]),
    "split": lambda: entered(SPLIT, [TRADE], [HEALTH, SCHOOLS]),
    "hand over a field": lambda: entered(
        HAND_OVER, [TRADE], [HEALTH], fields={procedure_of(TRADE).field_id: unit(HEALTH).pk}
    ),
    "hand over a procedure": lambda: entered(
        HAND_OVER, [TRADE], [HEALTH], procedures={procedure_of(TRADE).pk: unit(HEALTH).pk}
    ),
    "split with a procedure": lambda: entered(
        SPLIT, [TRADE], [HEALTH, SCHOOLS], procedures={procedure_of(TRADE).pk: unit(SCHOOLS).pk}
    ),
}


def everything():
    """All rows that a reorganisation may touch, for comparison."""
    through = Agency.successors.through.objects
    return [
        sorted(Agency.objects.values_list("code", "valid_from", "valid_to", "desk_successor", "parent")),
        sorted(through.values_list("from_agency__code", "to_agency__code")),
        sorted(map(str, FieldOwner.objects.values_list("field__slug", "agency__code", "valid_from", "valid_to"))),
        sorted(Procedure.objects.values_list("code", "field__slug")),
        sorted(Field.objects.values_list("slug", "name")),
        sorted(User.objects.values_list("username", "unit")),
        sorted(StaffMove.objects.values_list("user", "end")),
        sorted(Record.objects.values_list("code", "unit", "agency", "sequence", "last_hash")),
    ]


def sees(user):
    return set(scope.visible_to(user).values_list("code", flat=True))


def lists(user):
    rows = [row.code for strand in listing.strands(user, everything=False) for row in strand]
    assert len(rows) == len(set(rows))
    return set(rows)


def agree(*users):
    """Scope, list and the single question give one answer, and somebody's own is what `keepers` says."""
    for user in users:
        assert sees(user) == lists(user) == {r.code for r in Record.objects.all() if scope.may_read(user, r)}
        state = scope.state_of(user)
        for record in Record.objects.all():
            kept_at = {*keepers.desks_of(record, state), *keepers.settlers_of(record, state)}
            assert (scope.unit_of(user) in kept_at) == (record.code in sees(user))
