"""The figures are what the records say, after every step and whatever the steps were."""

import datetime
from collections import Counter
from importlib import import_module
from io import StringIO
from itertools import product

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck
from hypothesis import settings as rules
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from organisation import succession
from organisation.models import AgencyKind
from procedures.models import ChannelKind, Procedure
from records import actions, bulk
from records.actions import Refused
from records.models import (
    AgencyFigure,
    ChannelFigure,
    DayException,
    FigureChange,
    Record,
    Scope,
    UnitFigure,
    WorkFigure,
    YearFigure,
)
from records.statistics import reading, rebuild, tables
from records.statistics.cells import EDGES, Measure, bucket, edge
from records.statuses import Status, moves_from

from .factories import COMMUNE, NINE, in_status, moment, officer, receive, supervisor

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = datetime.date(2024, 8, 1), datetime.date(2024, 9, 1)


def quiet(_done: int) -> None:
    pass


def differences() -> list[rebuild.Difference]:
    return list(rebuild.differences(quiet))


def totals(month=AUGUST) -> dict[Measure, int]:
    """What the cells say of a month, all one-stop shops together."""
    tables.settle()
    found: Counter = Counter()
    for row in ChannelFigure.objects.filter(month=month, measure__in=Measure.values).exclude(count=0):
        found[Measure(row.measure)] += row.count
    return dict(found)


def command(**options) -> str:
    out = StringIO()
    call_command("rebuild_statistics", stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


# In step with the records -----------------------------------------------------------------------


def test_a_received_record_counts_in_the_month_in_which_it_came():
    receive()
    assert totals() == {Measure.RECEIVED: 1}
    assert totals(SEPTEMBER) == {}


def test_a_record_counts_by_its_unit_its_field_and_its_channel():
    record = receive(channel=ChannelKind.ONLINE)
    tables.settle()
    assert {row.unit for row in UnitFigure.objects.all()} == {record.unit_id}
    of_agency = AgencyFigure.objects.get(measure=Measure.RECEIVED)
    assert (of_agency.place, of_agency.agency) == (AgencyKind.CENTER, record.agency_id)
    work = WorkFigure.objects.get(measure=Measure.RECEIVED)
    assert (work.place, work.agency, work.field) == (AgencyKind.CENTER, record.agency_id, record.procedure.field_id)
    assert {row.channel for row in ChannelFigure.objects.all()} == {ChannelKind.ONLINE}


def test_what_a_commune_settles_itself_counts_under_no_agency():
    of_communes = Procedure.objects.filter(level_commune=True).order_by("code")[0]
    record = receive(unit=COMMUNE, procedure=of_communes)
    assert record.agency_id == record.unit_id
    tables.settle()
    assert {row.agency for table in (AgencyFigure, WorkFigure) for row in table.objects.all()} == {0}


def test_a_refusal_at_reception_is_not_judged():
    in_status(Status.REFUSED)
    assert totals() == {Measure.RECEIVED: 1, Measure.REFUSED: 1}


@pytest.mark.parametrize(
    ("resolved", "expected"),
    [
        ("2024-08-29 09:00", Measure.AHEAD),
        ("2024-09-06 16:00", Measure.ON_TIME),  # five working days, two days off between
        ("2024-09-07 08:00", Measure.LATE),
    ],
)
def test_a_resolved_record_counts_in_the_month_of_its_end_as_it_is_judged(resolved, expected):
    record = in_status(Status.IN_PROCESS)
    actions.change_status(record, to=Status.RESOLVED, by=officer(), at=moment(resolved))
    month = moment(resolved).date().replace(day=1)
    assert totals(month)[expected] == 1
    assert totals()[Measure.RECEIVED] == 1


def test_returning_the_result_changes_nothing():
    record = in_status(Status.RESOLVED)
    before = totals()
    actions.change_status(record, to=Status.RETURNED, by=officer())
    assert totals() == before


def test_a_correction_takes_the_end_back():
    record = in_status(Status.RESOLVED)
    assert Measure.AHEAD in totals()
    actions.correct(record, by=officer(), reason="nhầm")
    assert totals() == {Measure.RECEIVED: 1}


def test_only_what_was_filed_online_and_resolved_counts_as_online():
    in_status(Status.RESOLVED)
    assert Measure.ONLINE not in totals()
    in_status(Status.RESOLVED, channel=ChannelKind.ONLINE)
    assert totals()[Measure.ONLINE] == 1


def test_most_moves_write_nothing_for_the_figures():
    record = receive()
    tables.settle()
    actions.change_status(record, to=Status.IN_PROCESS, by=officer())
    assert not FigureChange.objects.exists()


def test_a_refused_action_leaves_the_figures_alone():
    record = receive()
    with pytest.raises(Refused):
        actions.change_status(record, to=Status.RETURNED, by=officer())
    assert totals() == {Measure.RECEIVED: 1}


# Working time -----------------------------------------------------------------------------------


def resolved(record: Record, at: str) -> Record:
    return actions.change_status(record, to=Status.RESOLVED, by=officer(), at=moment(at))


def test_working_time_is_office_time_between_acceptance_and_end():
    record = resolved(in_status(Status.IN_PROCESS), "2024-08-29 14:30")
    # Wednesday from nine (3 h + 3.5 h), Thursday until half past two (4.5 h + 1 h)
    assert record.working_minutes == (3 + 3.5 + 4.5 + 1) * 60


def test_weekends_and_holidays_are_no_working_time():
    record = resolved(in_status(Status.IN_PROCESS), "2024-09-04 07:30")
    # Wednesday 6.5 h, Thursday and Friday; 31 August to 3 September are off
    assert record.working_minutes == (6.5 + 8 + 8) * 60


def test_time_in_which_the_citizen_was_asked_for_something_does_not_count():
    record = in_status(Status.IN_PROCESS)
    steps = [(Status.SUPPLEMENT, "2024-08-28 11:00"), (Status.IN_PROCESS, "2024-08-30 07:30")]
    steps += [(Status.PAYMENT, "2024-08-30 08:30"), (Status.IN_PROCESS, "2024-08-30 13:30")]
    for to, at in steps:
        record = actions.change_status(record, to=to, by=officer(), reason="lý do", at=moment(at))
    assert resolved(record, "2024-08-30 15:30").working_minutes == (2 + 1 + 2) * 60


def test_a_record_filed_online_is_worked_on_from_its_acceptance():
    record = receive(status=Status.SUBMITTED)
    for to, at in [(Status.RECEIVED, "2024-08-29 07:30"), (Status.IN_PROCESS, "2024-08-29 08:00")]:
        record = actions.change_status(record, to=to, by=officer(), at=moment(at))
    assert resolved(record, "2024-08-29 09:30").working_minutes == 120


def test_a_correction_forgets_the_working_time_until_the_next_end():
    record = resolved(in_status(Status.IN_PROCESS), "2024-08-28 15:00")
    record = actions.correct(record, by=officer(), reason="nhầm", at=moment("2024-08-28 15:10"))
    assert record.working_minutes is None
    assert resolved(record, "2024-08-28 16:00").working_minutes == (3 + 2.5) * 60


def test_days_that_become_days_off_later_do_not_change_what_has_ended():
    record = resolved(in_status(Status.IN_PROCESS), "2024-08-29 14:30")
    before = record.working_minutes
    DayException.objects.create(day="2024-08-29", kind="off", name="Nghỉ")
    assert actions.change_status(record, to=Status.RETURNED, by=officer()).working_minutes == before


def test_every_working_time_lies_within_the_edge_of_its_bucket():
    for minutes in (0, 1, 60, 61, 479, 480, 481, 720, 4_800, 4_801, *EDGES):
        upper = edge(bucket(minutes))
        assert upper is not None
        assert minutes <= upper
        assert bucket(upper) == bucket(minutes)
    assert edge(bucket(EDGES[-1] + 1)) is None
    assert list(EDGES) == sorted(set(EDGES))


# Counted anew -----------------------------------------------------------------------------------


def test_the_check_is_clean_after_whatever_happened():
    in_status(Status.RETURNED)
    in_status(Status.STOPPED, channel=ChannelKind.ONLINE)
    receive(unit=COMMUNE)
    call_command("simulate_records", count=60, seed=3, verbosity=0)
    assert "63 records: every cell is what a plain count says." in command(check=True)


def test_the_check_names_each_cell_that_differs():
    in_status(Status.RESOLVED)
    tables.settle()
    UnitFigure.objects.filter(measure=Measure.AHEAD).update(count=7)
    WorkFigure.objects.filter(measure=Measure.RECEIVED).delete()
    found = differences()
    assert [(d.stored, d.counted) for d in found] == [(7, 1), (0, 1)]
    assert found[0].cell == "2024-08, unit ttpvhcc: ahead"
    with pytest.raises(CommandError, match="2 cells differ from a plain count over 1 records"):
        command(check=True)


def test_the_check_sees_a_change_that_went_past_the_door():
    record = in_status(Status.RESOLVED)
    Record.objects.filter(pk=record.pk).update(promised_at=NINE)
    assert {d.cell.partition(": ")[2] for d in differences()} == {"ahead", "late"}


def test_a_rebuild_mends_the_cells_and_takes_what_waits_with_it():
    in_status(Status.RESOLVED)
    tables.settle()
    UnitFigure.objects.update(count=7)
    in_status(Status.RESOLVED)
    command()
    assert not FigureChange.objects.exists()
    assert differences() == []
    assert totals()[Measure.RECEIVED] == 2


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL's planner is told")
def test_a_rebuild_lets_the_planner_know():
    def known() -> list[float]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname LIKE 'records\\_%%figure'")
            return [rows for (rows,) in cursor.fetchall()]

    in_status(Status.RESOLVED)
    command()
    assert len(known()) == 5
    assert min(known()) > 0


def test_a_rebuild_fills_in_what_older_records_lack():
    done = in_status(Status.IN_PROCESS)
    steps = [(Status.SUPPLEMENT, "2024-08-28 12:00"), (Status.IN_PROCESS, "2024-08-29 07:30")]
    for to, at in [*steps, (Status.RESOLVED, "2024-08-29 09:00")]:
        done = actions.change_status(done, to=to, by=officer(), reason="lý do", at=moment(at))
    mistaken = in_status(Status.SUPPLEMENT)
    mistaken = actions.change_status(mistaken, to=Status.IN_PROCESS, by=officer())
    actions.correct(mistaken, by=officer(), reason="nhầm")
    rows = Record.objects.order_by("pk").values_list("field", "earlier", "working_minutes")
    before = list(rows)
    assert done.earlier and done.working_minutes
    Record.objects.update(field=None, earlier=[], working_minutes=None)
    command()
    assert list(rows) == before
    assert differences() == []


def test_changes_in_bulk_leave_the_figures_right():
    codes = [in_status(Status.IN_PROCESS).code for _number in range(12)]
    job = bulk.prepare(codes, to=Status.RESOLVED, reason="", by=officer())
    bulk.start(job)
    bulk.run_slice(job, seconds=60)
    assert totals()[Measure.AHEAD] + totals().get(Measure.LATE, 0) == 12
    assert differences() == []


# Years -----------------------------------------------------------------------------------------


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(f"{text}-01")


@pytest.fixture
def two_years():
    """Records of November 2023, of March and of August 2024; that the first was resolved is taken back later."""
    of_communes = Procedure.objects.filter(level_commune=True).order_by("code")[0]
    ended = in_status(Status.RESOLVED, at=moment("2023-11-14 09:00"))
    in_status(Status.IN_PROCESS, at=moment("2023-11-15 09:00"), channel=ChannelKind.ONLINE)
    for at in ("2024-03-12 09:00", "2024-03-13 09:00", "2024-08-26 09:00"):
        in_status(Status.RESOLVED, at=moment(at), channel=ChannelKind.ONLINE)
    receive(unit=COMMUNE, procedure=of_communes, at=moment("2024-08-27 09:00"))
    tables.settle()
    actions.correct(ended, by=officer(), reason="nhầm")
    tables.settle()


PERIODS = {
    ("2023-01", "2024-08"): [2023, 2024],
    ("2023-01", "2023-12"): [2023],
    ("2023-11", "2024-08"): [2024],
    ("2024-01", "2024-07"): [],  # August has figures
    ("2023-01", "2024-07"): [2023],
    ("2023-11", "2024-07"): [],
    ("2024-02", "2024-08"): [],
}


@pytest.mark.parametrize("period", PERIODS, ids="–".join)
def test_years_are_read_at_once_where_the_period_has_all_of_their_months(two_years, period):
    assert reading.whole_years(reading.Query(*map(day, period))) == PERIODS[period]


@pytest.mark.parametrize("by", reading.By)
@pytest.mark.parametrize("period", [period for period, years in PERIODS.items() if years], ids="–".join)
def test_a_period_is_the_same_by_its_years_and_by_its_months(two_years, period, by):
    for scope, of in product((Scope.ALL, Scope.CENTER, Scope.COMMUNES), reading.Structure):
        query = reading.Query(*map(day, period), scope=scope, by=by, of=of)
        model, names, _group = reading.plan(query, succession.state())
        by_years, by_months = (
            {key: (+each.counts, each.before) for key, each in found.items() if +each.counts or each.before}
            for found in (reading.figures(model, query, names, years) for years in (reading.whole_years(query), []))
        )
        assert by_years == by_months
        assert by_years or scope == Scope.COMMUNES


def test_the_check_names_a_year_that_differs(two_years):
    row = YearFigure.objects.get(table="UnitFigure", year=2023)
    row.counts = [[measure, count + 1] for measure, count in row.counts if measure == Measure.RECEIVED]
    row.save()
    assert {d.cell for d in differences()} == {"2023, unit ttpvhcc: received"}


def test_a_change_within_a_year_leaves_nothing_of_zero(two_years):
    assert all(count for row in YearFigure.objects.all() for _measure, count in row.counts)


def test_the_migration_adds_up_what_is_there(two_years):
    AgencyFigure.objects.all().delete()
    YearFigure.objects.all().delete()
    assert differences()
    migration = import_module("records.migrations.0012_figures_of_agencies_and_years")
    with connection.cursor() as cursor:
        migration.add_up_agencies(apps, cursor)
    migration.add_up_years(apps, None)
    assert differences() == []


# Whatever happens -------------------------------------------------------------------------------


class Office(RuleBasedStateMachine):
    """Records that people receive, move, correct, re-appoint and erase in any order, with days off in between."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.records: list[Record] = []
        self.at = moment("2024-08-20 09:00")

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def some(self, data) -> Record:
        number = data.draw(st.integers(0, len(self.records) - 1))
        return Record.objects.get(pk=self.records[number].pk)

    @initialize()
    def opens(self) -> None:
        self.records.append(receive(at=self.at))

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours) -> None:
        self.at += datetime.timedelta(hours=hours)

    @rule(
        first=st.sampled_from([Status.SUBMITTED, Status.RECEIVED]),
        channel=st.sampled_from(ChannelKind),
        unit=st.sampled_from(["ttpvhcc", COMMUNE]),
    )
    def comes_in(self, first, channel, unit) -> None:
        self.records.append(receive(status=first, channel=channel, unit=unit, at=self.at))

    @rule(data=st.data())
    def moves(self, data) -> None:
        record = self.some(data)
        legal = [move.to for move in moves_from(record.status)]
        if not legal:
            return
        to = data.draw(st.sampled_from(legal))
        again = to == Status.SUPPLEMENT and record.supplements
        by = supervisor() if again else officer(record.unit.code)
        actions.change_status(record, to=to, by=by, reason="lý do", at=self.at)

    @rule(data=st.data(), end=st.sampled_from([Status.RESOLVED, Status.STOPPED]))
    def ends(self, data, end) -> None:
        record = self.some(data)
        for to in {Status.SUBMITTED: [Status.RECEIVED, Status.IN_PROCESS], Status.RECEIVED: [Status.IN_PROCESS]}.get(
            record.status, []
        ):
            record = actions.change_status(record, to=to, by=officer(record.unit.code), at=self.at)
        if end in {move.to for move in moves_from(record.status)}:
            actions.change_status(record, to=end, by=officer(record.unit.code), reason="lý do", at=self.at)

    @rule(data=st.data())
    def corrects(self, data) -> None:
        record = self.some(data)
        try:
            actions.correct(record, by=officer(record.unit.code), reason="nhầm", at=self.at)
        except Refused:  # nothing is left to undo
            assert record.resolved_at is None

    @rule()
    def reads(self) -> None:
        tables.settle()

    @rule()
    def rebuilds(self) -> None:
        rebuild.rebuild(quiet)

    @invariant()
    def figures_are_what_the_records_say(self) -> None:
        assert differences() == []


def test_any_legal_history_of_an_office_leaves_every_cell_right():
    steps = rules(max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Office, settings=steps)
