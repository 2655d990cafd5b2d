"""What must always hold is held by the database: each constraint refuses what passes by forms and `clean`."""

import datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from organisation.models import Agency, Reorganisation, StaffMove, User
from procedures.models import (
    CatalogueLoad,
    CatalogueVersion,
    Channel,
    Correction,
    DaySalt,
    Document,
    EverydayName,
    Field,
    FieldOwner,
    LegalDocument,
    NotDuplicate,
    Procedure,
    ProcedureVersion,
    Result,
    SearchCount,
    SearchOpened,
    Synonym,
    Visit,
)

DAY = datetime.date(2024, 8, 28)
EVE = DAY - datetime.timedelta(days=1)
NOON = datetime.datetime(2024, 8, 28, 12, tzinfo=datetime.UTC)
BIRTH = "1.001193"

pytestmark = pytest.mark.django_db


def create(model: type[models.Model], **values) -> None:
    model._default_manager.bulk_create([model(**values)])


def change(**values) -> None:
    assert Procedure.objects.filter(code=BIRTH).update(**values) == 1


def birth() -> Procedure:
    return Procedure.objects.get(code=BIRTH)


def again(row: models.Model) -> None:
    """The same row a second time, under a key of its own."""
    row.pk = None
    type(row)._default_manager.bulk_create([row])


def own(**values) -> None:
    """An owner of a new field beside one that has it for one day."""
    field = Field.objects.create(slug="zoqua", name="Zoqua")
    center, other = Agency.objects.get(code="ttpvhcc"), Agency.objects.get(code="so-y-te")
    first = {"valid_from": EVE, "valid_to": EVE, **values.pop("first", {})}
    FieldOwner.objects.create(field=field, agency=center, **first)
    create(FieldOwner, field=field, **{"agency": other, "valid_from": DAY, "valid_to": DAY, **values})


def its_own(model: type[models.Model], name: str, **row) -> None:
    assert model._default_manager.filter(**row).update(**{name: models.F("pk")}) == 1


def version(**values) -> None:
    values = {"number": 99, "kind": "load", "day": DAY, "made_at": NOON, **values}
    create(CatalogueVersion, **values)


def upload(**values) -> None:
    user = User.objects.create_user("zoqua", role="steward")
    create(CatalogueLoad, made_at=NOON, made_by=user, **values)


def reorganisation(**values) -> Reorganisation:
    return Reorganisation.objects.create(**{"number": 99, "kind": "merge", "day": DAY, **values})


def move_twice() -> None:
    start, end = Agency.objects.order_by("pk")[:2]
    somebody = User.objects.create_user("zoqua", role="officer")
    move = {"reorganisation": reorganisation(), "user": somebody, "start": start, "end": end}
    create(StaffMove, **move)
    create(StaffMove, **move)


def two() -> dict[str, Procedure]:
    first, second = Procedure.objects.order_by("pk")[:2]
    return {"first": first, "second": second}


def visit_twice() -> None:
    salt = DaySalt.objects.create(day=DAY, salt=b"x")
    create(Visit, salt=salt, digest=b"x")
    create(Visit, salt=salt, digest=b"x")


BREAKS = {
    "agency_period_in_order": lambda: Agency.objects.update(valid_from=DAY, valid_to=EVE),
    "agency_kind_known": lambda: Agency.objects.filter(code="so-y-te").update(kind="ministry"),
    "agency_not_its_own_parent": lambda: its_own(Agency, "parent", code="so-y-te"),
    "agency_record_part_once": lambda: Agency.objects.filter(code__in=["so-y-te", "vp-ubnd"]).update(
        record_part="H99"
    ),
    "user_role_known": lambda: create(User, username="zoqua", role="king"),
    "reorganisation_kind_known": lambda: reorganisation(kind="revolution"),
    "reorganisation_undone_after_applied": lambda: reorganisation(undone_at=NOON),
    "staff_move_once": move_twice,
    "fieldowner_period_in_order": lambda: own(valid_from=DAY, valid_to=EVE),
    "field_owner_once": lambda: own(agency=Agency.objects.get(code="ttpvhcc")),
    "field_one_last_owner": lambda: own(first={"valid_to": None}, valid_to=None),
    "field_one_first_owner": lambda: own(first={"valid_from": None}, valid_from=None),
    "legal_kind_known": lambda: create(LegalDocument, number="1/2024", kind="rumour"),
    "procedure_period_in_order": lambda: change(valid_from=DAY, valid_to=EVE),
    "procedure_has_a_level": lambda: change(level_province=False, level_district=False, level_commune=False),
    "procedure_online_known": lambda: change(online="half"),
    "procedure_electronic_is_online": lambda: change(electronic_process=True, online="partial"),
    "procedure_not_its_own_successor": lambda: its_own(Procedure, "replaced_by", code=BIRTH),
    "procedure_everyday_rank_bounded": lambda: change(everyday_rank=5),
    "procedure_source_known": lambda: change(source="hearsay"),
    "procedure_version_once": lambda: [
        create(ProcedureVersion, procedure=birth(), digest="x", facts={}) for _twice in range(2)
    ],
    "version_kind_known": lambda: version(kind="rumour"),
    "version_undo_names_what_it_takes_back": lambda: version(kind="undo"),
    "version_first_is_number_one": lambda: version(kind="first"),
    "load_state_known": lambda: upload(state="lost"),
    "load_applied_has_a_version": lambda: upload(state="applied"),
    "load_scheduled_has_a_day": lambda: upload(state="scheduled"),
    "channel_position_once": lambda: again(Channel.objects.all()[0]),
    "channel_kind_known": lambda: create(Channel, procedure=birth(), position=99, kind="pigeon"),
    "channel_unit_needs_time": lambda: create(Channel, procedure=birth(), position=99, kind="online", unit="day"),
    "document_position_once": lambda: again(Document.objects.all()[0]),
    "result_position_once": lambda: again(Result.objects.all()[0]),
    "everyday_name_once": lambda: again(EverydayName.objects.all()[0]),
    "everyday_name_not_empty": lambda: create(EverydayName, procedure=birth(), name="", language="vi"),
    "everyday_name_language_known": lambda: create(EverydayName, procedure=birth(), name="x", language="fr"),
    "synonym_once": lambda: again(Synonym.objects.all()[0]),
    "synonym_says_something": lambda: create(Synonym, everyday="x", official="x"),
    "search_counted_once_a_day": lambda: [create(SearchCount, query="x", day=DAY) for _twice in range(2)],
    "opening_counted_once_a_day": lambda: [
        create(SearchOpened, query="x", day=DAY, procedure=birth()) for _twice in range(2)
    ],
    "opened_by_no_more_addresses_than_times": lambda: create(
        SearchOpened, query="x", day=DAY, procedure=birth(), count=1, addresses=2
    ),
    "visit_once_a_day": visit_twice,
    "correction_says_something": lambda: create(Correction, procedure=birth(), day=DAY, text=""),
    "correction_answered_by_somebody": lambda: create(Correction, procedure=birth(), day=DAY, text="x", state="done"),
    "no_duplicate_once": lambda: [create(NotDuplicate, **two()) for _twice in range(2)],
    "no_duplicate_in_order": lambda: create(NotDuplicate, first=birth(), second=birth()),
}
CONSTRAINTS = {
    constraint.name: (model, constraint)
    for label in ("organisation", "procedures")
    for model in apps.get_app_config(label).get_models()
    for constraint in model._meta.constraints
}


def words_of_refusal(name: str) -> str:
    """How the database names the constraint: SQLite tells the columns of a unique one."""
    model, constraint = CONSTRAINTS[name]
    if transaction.get_connection().vendor == "sqlite" and isinstance(constraint, models.UniqueConstraint):
        columns = [model._meta.get_field(field).column for field in constraint.fields]
        return "UNIQUE constraint failed: " + ", ".join(f"{model._meta.db_table}.{column}" for column in columns)
    return name


def test_every_constraint_has_somebody_who_tries_to_break_it():
    assert set(BREAKS) == set(CONSTRAINTS)


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        BREAKS[name]()
    assert str(refusal.value).split("\n")[0].rstrip('"').endswith(words_of_refusal(name))


@pytest.mark.parametrize(
    "write",
    [
        lambda: change(valid_from=DAY, valid_to=DAY),
        lambda: change(electronic_process=True, online="full"),
        lambda: change(online="", electronic_process=False),
        lambda: change(everyday_rank=4),
        lambda: change(replaced_by=Procedure.objects.exclude(code=BIRTH)[0]),
        lambda: own(),
        lambda: own(first={"valid_from": None}, valid_to=None),
        lambda: create(Channel, procedure=birth(), position=99, kind="online", unit="day", time=3),
        lambda: create(Channel, procedure=birth(), position=99, kind="online", time=3),
        lambda: create(User, username="zoqua", role=""),
        lambda: create(Synonym, everyday="x", official="y"),
    ],
    ids=lambda _write: "",
)
def test_the_database_takes_what_lies_just_within(write):
    write()


def test_a_synonym_needs_both_sides():
    for sides in ({"everyday": "", "official": "y"}, {"everyday": "x", "official": ""}):
        with pytest.raises(IntegrityError, match="synonym_says_something"), transaction.atomic():
            create(Synonym, **sides)


@pytest.mark.parametrize(
    "row",
    [
        lambda: Agency(code="so-y-te", name="x", name_en="x", short_name="x", kind="branch"),
        lambda: Field(slug="ho-tich", name="x"),
        lambda: LegalDocument(number=LegalDocument.objects.all()[0].number, kind="decree"),
        lambda: Procedure(code=BIRTH, name="x", field=Field.objects.all()[0], level_province=True),
    ],
    ids=["agency", "field", "legal document", "procedure"],
)
def test_a_code_names_one_row(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        again(row())


@pytest.mark.parametrize("code", ["so-y-te", "ubnd-tinh"])
def test_an_agency_that_something_points_at_cannot_be_deleted(code):
    with pytest.raises(models.ProtectedError):
        Agency.objects.get(code=code).delete()
