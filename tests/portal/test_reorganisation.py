"""A reorganisation: on its day everything is where it belongs, and nothing before; what cannot be is refused."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from organisation import reorganisation as of_units
from organisation.models import Reorganisation, User
from organisation.reorganisation import Impossible
from organisation.roles import Role
from portal import reorganisation
from procedures import reorganisation as of_procedures
from procedures.models import Field, FieldOwner, Procedure
from records import actions, keepers, scope
from records.statuses import Status
from tests.portal.reorganising import (
    DAY,
    END,
    EVE,
    HAND_OVER,
    HEALTH,
    MERGE,
    SCHOOLS,
    SPLIT,
    TRADE,
    ZONES,
    agree,
    entered,
    everything,
    fields_of,
    new_unit,
    owners,
    plan,
    procedure_of,
    sees,
    unit,
)
from tests.records.factories import CENTER, NINE, administrator, broken, in_status, officer, receive

pytestmark = pytest.mark.django_db

# What happens ------------------------------------------------------------------------------------


def test_two_units_merge_into_a_new_one_on_the_day_and_not_before(settings):
    new_unit("so-moi")
    record = receive(procedure=procedure_of(TRADE))
    person = officer(TRADE)
    theirs = fields_of(TRADE) + fields_of(ZONES)
    entry = entered(MERGE, [TRADE, ZONES], ["so-moi"], decision="12/NQ-HĐND")
    assert (entry.number, entry.made_by, entry.decision) == (7, administrator(), "12/NQ-HĐND")
    assert fields_of(TRADE) + fields_of(ZONES) == theirs
    assert fields_of("so-moi", DAY) == sorted(theirs)
    assert fields_of(TRADE, DAY) == []
    assert (unit(TRADE).valid_to, unit(TRADE).successors.get()) == (EVE, unit("so-moi"))
    for day, own in ((EVE, TRADE), (DAY, "so-moi")):
        settings.PORTAL_TODAY = day
        person = officer(TRADE)
        assert scope.unit_of(person) == unit(own).pk
        assert sees(person) == {record.code}
        newcomer = officer("so-moi")
        assert sees(newcomer) == ({record.code} if day == DAY else set())
        agree(person, newcomer, officer(CENTER), officer(HEALTH))


def test_the_successor_moves_the_record_that_its_predecessor_left(settings):
    new_unit("so-moi")
    record = in_status(Status.IN_PROCESS, procedure=procedure_of(TRADE))
    entered(MERGE, [TRADE, ZONES], ["so-moi"])
    settings.PORTAL_TODAY = DAY
    person = officer("so-moi")
    with pytest.raises(actions.NotYours):
        actions.change_status(record, to=Status.RESOLVED, by=officer(HEALTH))
    done = actions.change_status(record, to=Status.RESOLVED, by=person)
    assert (done.status, done.agency.code) == (Status.RESOLVED, TRADE)
    assert broken(record) is None
    assert person in keepers.officers_of(record)
    assert officer(TRADE) in keepers.officers_of(record)
    assert officer(HEALTH) not in keepers.officers_of(record)


def test_a_unit_is_split_and_each_gets_what_was_chosen(settings):
    new_unit("so-mot"), new_unit("so-hai")
    first, second = (Field.objects.get(slug=slug) for slug in fields_of(TRADE)[:2])
    one, two = receive(procedure=procedure_of(TRADE)), officer(TRADE)
    other = officer(TRADE, Role.SUPERVISOR)
    shares = {
        "fields": {field.pk: unit("so-hai").pk for field in (first, second)},
        "people": {other.pk: unit("so-hai").pk},
    }
    entered(SPLIT, [TRADE], ["so-mot", "so-hai"], **shares)
    settings.PORTAL_TODAY = DAY
    assert fields_of("so-hai", DAY) == sorted([first.slug, second.slug])
    assert scope.unit_of(User.objects.get(pk=two.pk)) == unit("so-mot").pk
    assert scope.unit_of(User.objects.get(pk=other.pk)) == unit("so-hai").pk
    taker = owners(DAY)[one.procedure.field.slug]
    assert sees(officer(taker)) == {one.code}
    agree(officer("so-mot"), officer("so-hai"), officer(CENTER))
    (other_half,) = {"so-mot", "so-hai"} - {taker}
    assert sees(officer(other_half)) == set()


def test_a_field_is_handed_over_with_its_open_records_and_one_person(settings):
    record = receive(procedure=procedure_of(TRADE))
    stays, goes = officer(TRADE), officer(TRADE, Role.SUPERVISOR)
    field = record.procedure.field
    facts = {"fields": {field.pk: unit(HEALTH).pk}, "people": {goes.pk: unit(HEALTH).pk}}
    before = fields_of(TRADE)
    entered(HAND_OVER, [TRADE], [HEALTH], **facts)
    assert unit(TRADE).valid_to is None
    assert fields_of(TRADE, DAY) == [slug for slug in before if slug != field.slug]
    assert owners(DAY)[field.slug] == HEALTH
    settings.PORTAL_TODAY = DAY
    assert scope.unit_of(User.objects.get(pk=goes.pk)) == unit(HEALTH).pk
    assert scope.unit_of(User.objects.get(pk=stays.pk)) == unit(TRADE).pk
    assert sees(officer(HEALTH)) == {record.code}
    assert sees(officer(TRADE)) == set()
    assert sees(officer(CENTER)) == {record.code}
    agree(officer(HEALTH), officer(TRADE), officer(CENTER))


def test_single_procedures_are_handed_over_by_a_field_of_their_own(settings):
    procedure = procedure_of(TRADE)
    field = procedure.field
    neighbours = set(field.procedures.values_list("code", flat=True)) - {procedure.code}
    record = receive(procedure=procedure)
    entered(HAND_OVER, [TRADE], [HEALTH], procedures={procedure.pk: unit(HEALTH).pk})
    own = Procedure.objects.get(pk=procedure.pk).field
    assert own != field
    assert set(field.procedures.values_list("code", flat=True)) == neighbours
    assert (owners(EVE)[own.slug], owners(DAY)[own.slug], owners(DAY)[field.slug]) == (TRADE, HEALTH, TRADE)
    settings.PORTAL_TODAY = DAY
    assert sees(officer(HEALTH)) == {record.code}
    assert sees(officer(TRADE)) == set()


def test_a_desk_goes_to_the_chosen_successor_with_its_records(settings):
    settings.PORTAL_TODAY = datetime.date(2026, 11, 25)
    day, now = datetime.date(2026, 12, 1), NINE.replace(year=2026, month=11, day=25)
    for code, part in (("xa-mot", "H05.91"), ("xa-hai", "H05.92")):
        new_unit(code, kind="commune", valid_from=day, receives_records=True, record_part=part)
    own = Procedure.objects.filter(level_commune=True, level_province=False).first()
    record = receive(unit="n-07210", procedure=own, at=now)
    desks = {unit("n-07210").pk: unit("xa-hai").pk}
    entered(SPLIT, ["n-07210"], ["xa-mot", "xa-hai"], day=day, desks=desks)
    settings.PORTAL_TODAY = day
    assert (sees(officer("xa-mot")), sees(officer("xa-hai"))) == (set(), {record.code})
    agree(officer("xa-mot"), officer("xa-hai"))
    assert [desk.code for desk in keepers.keepers(record, scope.state_of(officer()))["desks"]] == ["xa-hai"]


def test_where_no_desk_is_chosen_each_successor_goes_on_with_it(settings):
    settings.PORTAL_TODAY = day = datetime.date(2026, 12, 1)
    for code, part in (("xa-mot", "H05.91"), ("xa-hai", "H05.92")):
        new_unit(code, kind="commune", valid_from=day, receives_records=True, record_part=part)
    own = Procedure.objects.filter(level_commune=True, level_province=False).first()
    record = receive(unit="n-07210", procedure=own, at=NINE.replace(year=2026, month=11, day=25))
    entered(SPLIT, ["n-07210"], ["xa-mot", "xa-hai"], day=day, desks={unit("n-07210").pk: None})
    assert sees(officer("xa-mot")) == sees(officer("xa-hai")) == {record.code}
    agree(officer("xa-mot"), officer("xa-hai"))


def test_an_officer_receives_at_the_desk_that_follows_the_own(settings):
    settings.PORTAL_TODAY = datetime.date(2026, 11, 25)
    at = NINE.replace(year=2026, month=11, day=25)
    record = receive(unit="ttpvhcc-bac-ninh", by=officer(CENTER), at=at)
    assert record.unit.code == "ttpvhcc-bac-ninh"
    with pytest.raises(actions.NotYours):
        receive(unit="n-07210", by=officer(CENTER), at=at)


def test_what_moved_moves_on(settings):
    """Merged, and a month later one field of it handed over: each day has its keeper, the people go along."""
    new_unit("so-moi")
    record, other = receive(procedure=procedure_of(TRADE)), receive(procedure=procedure_of(ZONES))
    later = DAY + datetime.timedelta(days=30)
    person = officer(TRADE)
    entered(MERGE, [TRADE, ZONES], ["so-moi"])
    shares = {"fields": {record.procedure.field_id: unit(HEALTH).pk}, "people": {person.pk: unit(HEALTH).pk}}
    entered(HAND_OVER, ["so-moi"], [HEALTH], day=later, **shares)
    for day, keeper, seen in ((EVE, TRADE, {record.code}), (DAY, "so-moi", {record.code, other.code}),
                              (later, HEALTH, {record.code})):  # fmt: skip
        settings.PORTAL_TODAY = day
        assert scope.unit_of(officer(TRADE)) == unit(keeper).pk
        assert sees(officer(TRADE)) == seen
        agree(officer(TRADE), officer(ZONES), officer("so-moi"), officer(HEALTH), officer(CENTER))
    kept = keepers.keepers(record, scope.state_of(officer()))
    days = [since for since, _agency in keepers.handed_over(record, kept["settlers"], scope.state_of(officer()))]
    assert days == [DAY, later]


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "sources", "targets", "facts"),
    [
        (MERGE, [], [HEALTH], {}),
        (MERGE, [TRADE], [], {}),
        (MERGE, [TRADE], [HEALTH, SCHOOLS], {}),
        (SPLIT, [TRADE, ZONES], [HEALTH, SCHOOLS], {}),
        (SPLIT, [TRADE], [HEALTH], {}),
        (HAND_OVER, [TRADE], [], {}),
        (MERGE, [TRADE, HEALTH], [HEALTH], {}),
        (MERGE, ["so-gtvt"], [HEALTH], {}),  # has an end
        (MERGE, ["so-nn-mt"], [HEALTH], {}),  # does not exist yet
        (MERGE, [TRADE], ["so-nn-mt"], {}),
        (END, [TRADE], [], {}),  # leaves procedures to nobody
        (MERGE, [TRADE], ["ttpvhcc"], {}),  # owns no fields
        (HAND_OVER, [TRADE], [HEALTH], {}),  # nothing
        (MERGE, [TRADE], ["d-221"], {"day": datetime.date(2025, 1, 1)}),  # its last day is over
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(kind, sources, targets, facts):
    administrator()
    before = everything()
    with pytest.raises(Impossible) as refused:
        entered(kind, sources, targets, **facts)
    assert refused.value.reasons
    assert everything() == before
    assert Reorganisation.objects.count() == 6


def test_a_procedure_of_somebody_else_cannot_be_handed_over():
    with pytest.raises(Impossible):
        entered(HAND_OVER, [TRADE], [HEALTH], procedures={procedure_of(ZONES).pk: unit(HEALTH).pk})


def test_a_unit_without_work_may_end_without_a_successor(settings):
    idle = new_unit("so-khong", valid_from=None)
    entered(END, ["so-khong"], [])
    idle.refresh_from_db()
    assert idle.valid_to == EVE


def test_a_failure_in_one_room_leaves_nothing_of_the_others():
    """The units' part is written first; the database refuses the owners: a second row of the same agency."""
    administrator()
    last = fields_of(TRADE)[-1]
    before = everything()
    taken = plan(MERGE, [TRADE], [HEALTH])
    assert reorganisation.faults(taken) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        entry = Reorganisation.objects.create(number=7, kind=MERGE, day=DAY)
        of_units.apply(taken, entry)
        FieldOwner.objects.create(field=Field.objects.get(slug=last), agency=unit(HEALTH), valid_from=DAY)
        of_procedures.apply(taken)
    assert everything() == before
