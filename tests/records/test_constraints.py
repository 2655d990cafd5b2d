"""What must always hold of records is held by the database, whoever writes."""

import datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from records import guards
from records.models import (
    AgencyFigure,
    BulkItem,
    BulkJob,
    ChannelFigure,
    CodeCounter,
    DayException,
    Event,
    IssuedLetter,
    LetterBatch,
    LetterForm,
    LetterPiece,
    LookupFailure,
    Record,
    RecordWord,
    Reminder,
    Report,
    ReportFile,
    Result,
    ResultStep,
    Signatory,
    StoredFile,
    UnitFigure,
    WorkFigure,
    YearFigure,
)
from records.results import guards as result_guards
from records.statuses import Status

from .factories import NINE, in_status, officer, receive, supervisor

pytestmark = pytest.mark.django_db


def create(model: type[models.Model], **values) -> None:
    model._default_manager.bulk_create([model(**values)])


def another(**values) -> None:
    """A second record like the first, which comes from nowhere."""
    record = receive()
    record.pk, record.code = None, "H02.15-240828-9000"
    for name, value in values.items():
        setattr(record, name, value)
    Record.objects.bulk_create([record])


def again(row: models.Model) -> None:
    """The same row a second time, under a key of its own."""
    row.pk = None
    type(row)._default_manager.bulk_create([row])


def twice(items: list[dict]) -> None:
    job = BulkJob.objects.create(made_by=officer(), made_at=NINE, to_status=Status.IN_PROCESS)
    BulkItem.objects.bulk_create(BulkItem(job=job, **item) for item in items)


def event(**values) -> None:
    create(Event, **{"record": receive(), "sequence": 2, "kind": "status", "at": NINE, "to_status": 4, **values})


def report(**values) -> Report:
    asked = {"made_by": supervisor(), "made_at": NINE, "judged_at": NINE, "first": "2024-07-01", "last": "2024-07-01"}
    return Report.objects.create(**{**asked, **values})


def form(**values) -> LetterForm:
    return LetterForm.objects.create(**{"kind": "receipt", "number": "1", "title": "x", "basis": "x", **values})


def batch(**values) -> LetterBatch:
    asked = {"kind": "receipt", "unit": officer().unit, "first": "2024-08-28", "last": "2024-08-28"}
    made = {"made_by": officer(), "made_at": NINE, "until": 1, "total": 1}
    return LetterBatch.objects.create(**{**asked, **made, **values})


FIGURES = {"unit": UnitFigure, "agency": AgencyFigure, "work": WorkFigure, "channel": ChannelFigure}


def figure(model: type[models.Model], times: int = 1, **values) -> None:
    columns = {field.name for field in model._meta.get_fields()}
    keys = {name: 1 for name in ("unit", "agency", "field") if name in columns}
    for _time in range(times):
        create(model, month=NINE.date().replace(day=1), measure=1, **keys, **values)


def year(table: str = "UnitFigure") -> None:
    create(YearFigure, table=table, year=2024, unit=1, counts=[])


def signatory(**values) -> None:
    certificate = {"fingerprint": "a" * 64, "certificate": "x"}
    create(Signatory, **{"unit": officer().unit, "name": "x", **certificate, **values})


def step(times: int = 1, **values) -> None:
    """A signature as a step, with its event, so many times."""
    made, file = receive(), StoredFile(sha256="a" * 64, size=1, kind="signed", kept_at=NINE)
    StoredFile.objects.bulk_create([file])
    result = Result.objects.create(record=made, made_at=NINE)
    for number in range(times):
        facts = {"record": made, "sequence": 2 + number, "kind": "step", "at": NINE, "to_status": 2}
        happened = Event.objects.create(**facts)
        create(ResultStep, **{"result": result, "kind": "sign", "event": happened, "file": file, "at": NINE, **values})


BREAKS = {
    "day_exception_kind_known": lambda: create(DayException, day="2024-08-28", kind="half", name="x"),
    "code_counter_once": lambda: [receive(), again(CodeCounter.objects.get())],
    "record_status_known": lambda: another(status=11),
    "record_limit_positive": lambda: another(limit_value=0),
    "record_returned_has_time": lambda: another(status=Status.RETURNED),
    "record_still_only_while_waiting": lambda: another(status=Status.RESOLVED, still_since=NINE),
    "record_word_once": lambda: [receive(), again(RecordWord.objects.all()[0])],
    "event_sequence_once": lambda: event(sequence=1),
    "event_status_known": lambda: event(to_status=11),
    "lookup_failure_once": lambda: [create(LookupFailure, key=1, window=NINE) for _twice in range(2)],
    "bulk_item_position_once": lambda: twice([{"position": 1, "code": "a"}, {"position": 1, "code": "b"}]),
    "bulk_item_code_once": lambda: twice([{"position": 1, "code": "a"}, {"position": 2, "code": "a"}]),
    "bulk_job_move_or_step": lambda: create(BulkJob, made_by=officer(), made_at=NINE, to_status=9, step="sign"),
    "stored_file_kind_known": lambda: create(StoredFile, sha256="a" * 64, size=1, kind="x", kept_at=NINE),
    "signatory_kind_known": lambda: signatory(kind="x"),
    "signatory_period_in_order": lambda: signatory(valid_from="2024-08-29", valid_to="2024-08-28"),
    "result_one_living": lambda: [create(Result, record=made, made_at=NINE) for made in [receive()] * 2],
    "result_withdrawn_by_event": lambda: create(Result, record=receive(), made_at=NINE, withdrawn_at=NINE),
    "result_step_once": lambda: step(times=2),
    "result_step_kind_known": lambda: step(kind="x"),
    "reminder_once": lambda: [
        create(Reminder, record=record, kind="day", due="2024-08-28", made_at=NINE) for record in [receive()] * 2
    ],
    "report_period_in_order": lambda: report(last="2024-06-01"),
    "report_file_once": lambda: [create(ReportFile, report=made, kind="pdf", content=b"") for made in [report()] * 2],
    "letterform_kind_known": lambda: form(kind="x"),
    "letterform_period_in_order": lambda: form(valid_from="2024-08-29", valid_to="2024-08-28"),
    "letterform_once": lambda: [form(), form()],
    "letter_batch_kind_known": lambda: batch(kind="control"),
    "letter_batch_period_in_order": lambda: batch(last="2024-08-27"),
    "letter_batch_running_once": lambda: [batch(), batch()],
    "letter_piece_once": lambda: [create(LetterPiece, batch=made, number=1, sealed_pdf=b"") for made in [batch()] * 2],
    "issued_letter_of_record_or_period": lambda: create(IssuedLetter, form=form(), issued_at=NINE),
    **{f"{name}_figure_once": lambda model=model: figure(model, times=2) for name, model in FIGURES.items()},
    "year_figure_once": lambda: [year(), year()],
    "year_figure_table_known": lambda: year(table="Figure"),
    **{f"{name}_figure_not_negative": lambda model=model: figure(model, count=-1) for name, model in FIGURES.items()},
}
CONSTRAINTS = {
    constraint.name: (model, constraint)
    for model in apps.get_app_config("records").get_models()
    for constraint in model._meta.constraints
}


def words_of_refusal(name: str) -> str:
    """How the database names the constraint: SQLite tells the columns of a unique one."""
    model, constraint = CONSTRAINTS[name]
    if name == "result_step_kind_known":
        return result_guards.NEEDS_STEPS  # its guard comes first: it stands in no order
    if transaction.get_connection().vendor == "sqlite" and isinstance(constraint, models.UniqueConstraint):
        if model is Event:
            return guards.NEVER_CHANGED  # its guard comes first
        if model in (Result, ResultStep):
            return result_guards.KEPT  # as above
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
        lambda: another(limit_value=1),
        lambda: another(status=Status.RETURNED, returned_at=NINE),
        lambda: another(status=Status.PAYMENT, still_since=NINE),
        lambda: event(),
        lambda: create(DayException, day="2024-08-31", kind="worked", name="x"),
        lambda: create(CodeCounter, unit_part="H02.15", day=NINE.date() + datetime.timedelta(days=1)),
        lambda: twice([{"position": 1, "code": "a"}, {"position": 2, "code": "b"}]),
        lambda: step(),
        lambda: signatory(kind="seal", valid_from="2024-08-28", valid_to="2024-08-28"),
        lambda: create(BulkJob, made_by=officer(), made_at=NINE, step="stamp"),
    ],
    ids=lambda _write: "",
)
def test_the_database_takes_what_lies_just_within(write):
    write()


def test_a_code_names_one_record_and_a_day_has_one_row():
    for write in (
        lambda: another(code="H02.15-240828-0001"),
        lambda: create(DayException, day="2024-09-02", kind="off", name="x"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


@pytest.mark.parametrize("point", ["unit", "agency", "procedure", "version", "officer"])
def test_nothing_that_a_record_points_at_can_be_deleted(point):
    record = in_status(Status.IN_PROCESS)
    if point == "officer":
        Record.objects.update(officer=officer())
        record.refresh_from_db()
    with pytest.raises((models.ProtectedError, IntegrityError)), transaction.atomic():
        getattr(record, point).delete()
