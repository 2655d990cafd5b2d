"""An administrator enters a reorganisation: what moves is shown, written as a whole, undone until its day."""

import datetime
import json

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from organisation import reorganisation as of_units
from organisation.models import Agency, Reorganisation, ReorganisationKind, StaffMove, User
from organisation.reorganisation import Impossible, Plan
from organisation.roles import Role
from portal import reorganisation
from procedures import reorganisation as of_procedures
from procedures.models import Field, FieldOwner, Procedure
from records import actions, keepers, listing, scope
from records.models import Record
from records.statuses import Status
from tests.records.factories import CENTER, NINE, administrator, broken, in_status, officer, receive

pytestmark = pytest.mark.django_db

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


# Undoing -----------------------------------------------------------------------------------------

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


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_undone_before_its_day_everything_is_as_it_was(way, settings):
    people = [officer(TRADE), administrator()]
    record = receive(procedure=procedure_of(TRADE))
    before = everything()
    entry = way()
    assert everything() != before
    settings.PORTAL_TODAY = EVE
    undone = reorganisation.undo(entry, people[1])
    assert everything() == before
    assert (undone.undone_by, bool(undone.undone_at)) == (people[1], True)
    settings.PORTAL_TODAY = DAY
    assert sees(officer(TRADE)) == {record.code}


def test_on_its_day_it_stands(settings):
    entry = entered(MERGE, [TRADE], [HEALTH])
    settings.PORTAL_TODAY = DAY
    before = everything()
    with pytest.raises(Impossible, match=r"2024"):
        reorganisation.undo(entry, administrator())
    assert everything() == before


def test_it_is_undone_once():
    entry = entered(MERGE, [TRADE], [HEALTH])
    reorganisation.undo(entry, administrator())
    with pytest.raises(Impossible):
        reorganisation.undo(entry, administrator())


def test_a_shipped_one_has_nothing_to_put_back():
    before = everything()
    for entry in Reorganisation.objects.all():  # all of them lie ahead on the day of the demonstration
        with pytest.raises(Impossible):
            reorganisation.undo(entry, administrator())
    administrator().delete()
    assert everything()[:5] == before[:5]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Agency.objects.filter(code=TRADE).update(valid_to=None),
        lambda: FieldOwner.objects.filter(agency__code=HEALTH, valid_from=DAY).update(
            valid_to=DAY + datetime.timedelta(days=9)
        ),
        lambda: entered(MERGE, [HEALTH], [SCHOOLS], day=DAY + datetime.timedelta(days=30)),
    ],
    ids=["a unit", "an owner", "a later reorganisation"],
)
def test_what_was_changed_since_is_not_overwritten(change):
    entry = entered(MERGE, [TRADE], [HEALTH])
    change()
    before = everything()
    with pytest.raises(Impossible):
        reorganisation.undo(entry, administrator())
    assert everything() == before


# The pages ---------------------------------------------------------------------------------------


@pytest.fixture
def office(client):
    client.force_login(administrator())
    return client


def sent(kind=MERGE, sources=(TRADE,), targets=(HEALTH,), **more):
    keys = {name: [unit(code).pk for code in codes] for name, codes in (("sources", sources), ("targets", targets))}
    return {"kind": kind.value, "day": DAY.isoformat(), **keys, "decision": "12/NQ", "note": "", **more}


def test_what_moves_is_shown_and_nothing_is_written(office):
    receive(procedure=procedure_of(TRADE))
    officer(TRADE)
    before = everything()
    page = office.post(ADD, sent())
    counts = page.context["preview"].counts
    public = Procedure.objects.public(EVE).filter(field__slug__in=fields_of(TRADE)).count()
    assert counts == {"fields": len(fields_of(TRADE)), "procedures": public, "records": 1, "people": 1}
    assert everything() == before


def test_confirmed_it_is_entered_and_its_page_tells_what_moved(office):
    officer(TRADE)
    page = office.post(ADD, sent(looked="1", confirmed="1"), follow=True)
    entry = Reorganisation.objects.get(number=7)
    assert page.redirect_chain[-1][0] == reverse("admin:organisation_reorganisation_change", args=[entry.pk])
    assert page.context["entry"].moved["counts"]["fields"] == len(page.context["fields"])
    assert b"undo/" in page.content


def test_a_split_asks_for_each_field_person_and_desk(office):
    person = officer(TRADE)
    data = sent(SPLIT, targets=(HEALTH, SCHOOLS))
    form = office.post(ADD, data).context["shares"]
    asked = {name: field.initial for name, field in form.fields.items()}
    fields = Field.objects.filter(slug__in=fields_of(TRADE))
    assert {f"fields-{field.pk}" for field in fields} | {f"people-{person.pk}"} <= set(asked)
    chosen = {name: unit(SCHOOLS).pk for name in asked}
    office.post(ADD, {**data, **chosen, "looked": "1", "confirmed": "1"})
    assert set(fields_of(TRADE)) <= set(fields_of(SCHOOLS, DAY))
    assert StaffMove.objects.get().end == unit(SCHOOLS)


def test_a_choice_that_is_missing_is_asked_for_again(office):
    data = sent(SPLIT, targets=(HEALTH, SCHOOLS), looked="1", confirmed="1")
    page = office.post(ADD, data)
    assert page.status_code == 200
    assert page.context["shares"].errors
    assert Reorganisation.objects.count() == 6


@pytest.mark.parametrize(
    "change",
    [
        {"day": "x"},
        {"kind": "explode"},
        {"sources": []},
        {"targets": [999_999]},
        {"procedures": "9.999999"},
        {"day": ""},
    ],
    ids=json.dumps,
)
def test_a_wrong_value_is_told_at_the_form(office, change):
    page = office.post(ADD, {**sent(), **change})
    assert page.context["form"].errors
    assert Reorganisation.objects.count() == 6


def test_what_cannot_be_is_told_at_the_form(office):
    page = office.post(ADD, sent(sources=("so-gtvt",)))
    assert page.context["form"].non_field_errors()


def test_it_is_undone_from_its_page_until_its_day(office, settings):
    before = everything()
    for day, undone in ((DAY, False), (EVE, True)):
        settings.PORTAL_TODAY = EVE
        office.post(ADD, sent(looked="1", confirmed="1"))
        entry = Reorganisation.objects.order_by("-number")[0]
        settings.PORTAL_TODAY = day
        undo = reverse("admin:organisation_reorganisation_undo", args=[entry.pk])
        page = office.post(undo, follow=True)
        assert (everything() == before) == undone
        assert bool(page.context["why_not"])
        if not undone:
            settings.PORTAL_TODAY = EVE
            reorganisation.undo(entry, administrator())


def test_the_list_costs_the_same_however_many_there_are(office, django_assert_max_num_queries):
    entered(HAND_OVER, [TRADE], [HEALTH], fields={procedure_of(TRADE).field_id: unit(HEALTH).pk})
    with django_assert_max_num_queries(7):
        page = office.get(reverse("admin:organisation_reorganisation_changelist"))
    assert page.context["cl"].result_count == 7


@pytest.mark.parametrize(
    ("role", "looks", "enters"),
    [
        (Role.ADMINISTRATOR, 200, 200),
        (Role.STEWARD, 200, 403),
        (Role.OFFICER, 403, 403),
        (Role.SUPERVISOR, 403, 403),
    ],
)
def test_only_an_administrator_enters_and_undoes(client, role, looks, enters):
    entry = entered(MERGE, [TRADE], [HEALTH])
    client.force_login(officer(role=role))
    assert client.get(reverse("admin:organisation_reorganisation_changelist")).status_code == looks
    assert client.get(reverse("admin:organisation_reorganisation_change", args=[entry.pk])).status_code == looks
    assert client.get(ADD).status_code == enters
    undone = client.post(reverse("admin:organisation_reorganisation_undo", args=[entry.pk]))
    assert undone.status_code == (302 if enters == 200 else 403)
    assert bool(Reorganisation.objects.get(pk=entry.pk).undone_at) == (enters == 200)
    assert client.post(reverse("admin:organisation_reorganisation_delete", args=[entry.pk])).status_code == 403


def test_the_faults_of_units_are_told_one_by_one():
    found = [*of_units.faults(plan(MERGE, ["so-gtvt", "so-nn-mt"], ["so-nn-mt"]))]
    assert len(found) == 4  # it follows itself, has an end; does not exist on the eve, nor on the day
