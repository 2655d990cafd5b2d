"""When a record is due: each kind of limit, over holidays, swapped days and pauses."""

import datetime
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import records
from procedures.models import TimeUnit
from records.clock import aware, move_clock, set_dates
from records.deadlines import Limit, Pause, StepKind, compute, stood_still
from records.models import Record
from records.statuses import Status
from records.working_days import OFFICE_HOURS, ONE_DAY, Calendar

ROWS = json.loads((Path(records.__file__).parent / "fixtures" / "days.json").read_text(encoding="utf-8"))
ANY_DAY = st.dates(datetime.date(2023, 1, 1), datetime.date(2027, 10, 1))


def shipped(*, without: tuple[str, ...] = ()) -> Calendar:
    """The calendar of the shipped days."""
    days: dict[str, set[datetime.date]] = {"off": set(), "worked": set()}
    for row in ROWS:
        if row["fields"]["day"] not in without:
            days[row["fields"]["kind"]].add(datetime.date.fromisoformat(row["fields"]["day"]))
    return Calendar(frozenset(days["off"]), frozenset(days["worked"]))


CALENDAR = shipped()
BEFORE_THE_SWAP = shipped(without=("2026-01-02", "2026-01-10"))
moment = datetime.datetime.fromisoformat


def due(start: str, value: int, unit: str, *pauses: tuple[str, str], calendar: Calendar = CALENDAR) -> str:
    stretches = [Pause(moment(begin), moment(end)) for begin, end in pauses]
    found = compute(moment(start), Limit(value, TimeUnit(unit)), stretches, calendar).due
    assert found
    return f"{found:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2024-08-21 09:00", 1, "2024-08-22"),
        ("2024-08-21 09:00", 5, "2024-08-28"),  # over a weekend
        ("2024-08-28 09:00", 5, "2024-09-06"),  # over a weekend and the National Day
        ("2024-08-30 16:59", 1, "2024-09-04"),  # the eve of a holiday
        ("2024-08-30 18:30", 1, "2024-09-04"),  # after hours: the day of reception all the same
        ("2024-08-31 10:00", 1, "2024-09-04"),  # a Saturday
        ("2024-09-02 10:00", 1, "2024-09-04"),  # a holiday
        ("2024-02-07 15:00", 1, "2024-02-15"),  # the eve of Tết 2024
        ("2024-02-05 08:00", 5, "2024-02-19"),
        ("2025-01-24 16:00", 1, "2025-02-03"),  # Tết 2025
        ("2025-01-22 08:00", 10, "2025-02-12"),
        ("2026-02-13 16:00", 2, "2026-02-24"),  # Tết 2026
        ("2026-02-14 09:00", 1, "2026-02-23"),
        ("2024-04-26 09:00", 1, "2024-05-02"),  # Monday, 29 April off against Saturday, 4 May
        ("2024-05-02 09:00", 2, "2024-05-04"),
        ("2024-05-04 09:00", 1, "2024-05-06"),  # received on a worked Saturday
        ("2025-12-31 09:00", 2, "2026-01-06"),  # 2 January 2026 off
        ("2026-01-08 09:00", 2, "2026-01-10"),  # 10 January 2026 worked
        ("2023-12-29 09:00", 1, "2024-01-02"),
    ],
)
def test_working_days_count_from_the_day_after_reception(start, days, expected):
    assert due(start, days, "working_day") == f"{expected} 17:00"


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2024-08-28 09:00", 2, "2024-08-30"),
        ("2024-08-28 09:00", 3, "2024-09-04"),  # a Saturday, then the National Day
        ("2024-08-28 09:00", 5, "2024-09-04"),  # the National Day itself
        ("2024-02-01 09:00", 10, "2024-02-15"),  # within Tết
        ("2024-08-30 18:30", 7, "2024-09-06"),
        ("2026-01-08 09:00", 2, "2026-01-10"),  # a worked Saturday is no day off
        ("2025-12-31 09:00", 2, "2026-01-05"),  # a swapped day off is one
    ],
)
def test_calendar_days_that_end_on_a_day_off_end_on_the_next_working_day(start, days, expected):
    assert due(start, days, "day") == f"{expected} 17:00"


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-12-16 09:00", 1, "2025-01-16"),
        ("2024-01-31 09:00", 1, "2024-02-29"),  # the last day of a shorter month
        ("2023-01-31 09:00", 1, "2023-02-28"),
        ("2024-02-29 09:00", 12, "2025-02-28"),
        ("2024-07-31 09:00", 1, "2024-09-04"),  # ends on a Saturday before a holiday
        ("2024-01-10 09:00", 1, "2024-02-15"),  # ends within Tết
        ("2023-11-30 09:00", 3, "2024-02-29"),
    ],
)
def test_months_are_calendar_months(start, months, expected):
    assert due(start, months, "month") == f"{expected} 17:00"


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2024-08-28 09:00", 3, "2024-08-28 12:00"),
        ("2024-08-28 09:00", 4, "2024-08-28 14:30"),  # over the noon break
        ("2024-08-28 09:00", 8, "2024-08-29 09:00"),
        ("2024-08-28 06:00", 1, "2024-08-28 08:30"),  # before hours
        ("2024-08-28 12:30", 1, "2024-08-28 14:30"),
        ("2024-08-28 18:00", 2, "2024-08-29 09:30"),  # after hours
        ("2024-08-30 16:00", 1, "2024-08-30 17:00"),
        ("2024-08-30 16:00", 2, "2024-09-04 08:30"),  # the eve of a holiday
        ("2024-08-31 10:00", 1, "2024-09-04 08:30"),  # a Saturday
        ("2024-02-07 16:30", 1, "2024-02-15 08:00"),  # the eve of Tết
        ("2026-01-09 16:30", 1, "2026-01-10 08:00"),  # a worked Saturday
    ],
)
def test_hours_are_office_hours_from_the_moment_of_reception(start, hours, expected):
    assert due(start, hours, "hour") == expected


@pytest.mark.parametrize(
    ("value", "unit", "pause", "expected"),
    [
        (5, "working_day", ("2024-08-29 10:00", "2024-08-29 16:00"), "2024-09-06 17:00"),  # within a day
        (5, "working_day", ("2024-08-29 10:00", "2024-08-30 15:00"), "2024-09-09 17:00"),
        (5, "working_day", ("2024-08-30 10:00", "2024-09-01 09:00"), "2024-09-06 17:00"),  # no working day passed
        (5, "working_day", ("2024-08-30 10:00", "2024-09-04 09:00"), "2024-09-09 17:00"),  # over a holiday
        (1, "working_day", ("2024-08-30 10:00", "2024-09-10 09:00"), "2024-08-29 17:00"),  # after the end
        (10, "day", ("2024-08-29 10:00", "2024-09-01 09:00"), "2024-09-10 17:00"),
        (2, "day", ("2024-08-30 10:00", "2024-09-10 09:00"), "2024-08-30 17:00"),
        (1, "month", ("2024-09-04 10:00", "2024-09-06 09:00"), "2024-09-30 17:00"),
        (4, "hour", ("2024-08-28 10:00", "2024-08-28 14:00"), "2024-08-28 17:00"),
        (4, "hour", ("2024-08-28 10:00", "2024-09-04 08:00"), "2024-09-04 11:00"),
        (1, "hour", ("2024-08-28 10:30", "2024-08-28 14:00"), "2024-08-28 10:00"),
    ],
)
def test_a_pause_does_not_count(value, unit, pause, expected):
    assert due("2024-08-28 09:00", value, unit, pause) == expected


def test_a_swap_decided_late_moves_what_was_promised():
    for start, days, before, after in [
        ("2025-12-31 09:00", 2, "2026-01-05 17:00", "2026-01-06 17:00"),
        ("2026-01-08 09:00", 2, "2026-01-12 17:00", "2026-01-10 17:00"),
        ("2025-12-30 09:00", 10, "2026-01-14 17:00", "2026-01-14 17:00"),  # both days lie within
    ]:
        assert due(start, days, "working_day", calendar=BEFORE_THE_SWAP) == before
        assert due(start, days, "working_day") == after


# The way to the date ---------------------------------------------------------------------------


def steps(start: str, value: int, unit: str, *pauses: tuple[str, str]) -> list[tuple[str, str, int]]:
    stretches = [Pause(moment(begin), moment(end)) for begin, end in pauses]
    found = compute(moment(start), Limit(value, TimeUnit(unit)), stretches, CALENDAR).steps
    return [(step.kind.value, f"{step.at:%m-%d %H:%M}", step.number) for step in found]


def test_the_steps_say_what_was_counted_and_what_was_not():
    assert steps("2024-08-28 09:00", 5, "working_day", ("2024-08-29 10:00", "2024-08-30 15:00")) == [
        ("started", "08-28 09:00", 0),
        ("counted", "09-09 17:00", 5),
        ("skipped", "09-09 17:00", 6),  # two weekends and the National Day
        ("paused", "09-09 17:00", 1),
        ("due", "09-09 17:00", 0),
    ]
    assert steps("2024-08-28 09:00", 3, "day") == [
        ("started", "08-28 09:00", 0),
        ("counted", "08-31 17:00", 3),
        ("moved", "09-04 17:00", 0),
        ("due", "09-04 17:00", 0),
    ]
    assert steps("2024-08-28 09:00", 1, "month", ("2024-08-29 10:00", "2024-08-30 15:00")) == [
        ("started", "08-28 09:00", 0),
        ("counted", "09-28 17:00", 1),
        ("paused", "09-29 17:00", 1),
        ("moved", "09-30 17:00", 0),
        ("due", "09-30 17:00", 0),
    ]


@pytest.mark.parametrize(
    ("pause", "hours"),
    [
        (("2024-08-28 10:00", "2024-08-28 11:00"), 1),  # within the stretch in which the limit ends
        (("2024-08-28 10:00", "2024-08-28 14:30"), 3),
        (("2024-08-28 10:00", "2024-08-28 10:10"), 1),  # begun hours
        (("2024-08-28 12:10", "2024-08-28 13:20"), 0),  # at noon: no office time passed
    ],
)
def test_the_hours_of_a_pause_are_told(pause, hours):
    told = [number for kind, _at, number in steps("2024-08-28 09:00", 2, "hour", pause) if kind == "paused"]
    assert told == ([hours] if hours else [])


def test_there_is_no_date_while_the_clock_stands_still():
    pause = Pause(moment("2024-08-29 10:00"))
    found = compute(moment("2024-08-28 09:00"), Limit(5, TimeUnit.WORKING_DAY), [pause], CALENDAR)
    assert found.due is None
    assert [step.kind for step in found.steps] == [StepKind.STARTED, StepKind.STANDS]


# For any record --------------------------------------------------------------------------------

minutes = st.integers(0, 24 * 60 - 1).map(lambda number: datetime.timedelta(minutes=number))
starts = st.builds(lambda day, time: datetime.datetime.combine(day, datetime.time()) + time, ANY_DAY, minutes)
limits = (
    st.builds(Limit, st.integers(1, 90), st.sampled_from([TimeUnit.WORKING_DAY, TimeUnit.DAY]))
    | st.builds(Limit, st.integers(1, 6), st.just(TimeUnit.MONTH))
    | st.builds(Limit, st.integers(1, 80), st.just(TimeUnit.HOUR))
)
stretches = st.lists(st.integers(1, 40 * 24 * 60), max_size=6)  # minutes: on, still, on, still …


def pauses_after(start: datetime.datetime, lengths: list[int]) -> list[Pause]:
    moments = [start]
    for length in lengths[: len(lengths) // 2 * 2]:
        moments.append(moments[-1] + datetime.timedelta(minutes=length))
    return [Pause(begin, end) for begin, end in zip(moments[1::2], moments[2::2], strict=True)]


@given(starts, limits, stretches)
def test_every_due_date_is_a_working_day_in_office_hours_after_the_start(start, limit, lengths):
    found = compute(start, limit, pauses_after(start, lengths), CALENDAR).due
    assert found
    assert found > start
    assert CALENDAR.is_working(found.date())
    assert any(opens < found.time() <= closes for opens, closes in OFFICE_HOURS)


@given(starts, limits, stretches)
def test_the_steps_lead_from_the_start_to_the_due_date(start, limit, lengths):
    found = compute(start, limit, pauses_after(start, lengths), CALENDAR)
    first, counted, *_others, last = found.steps
    assert (first.kind, first.at) == (StepKind.STARTED, start)
    assert (counted.kind, counted.number, counted.unit) == (StepKind.COUNTED, *limit)
    assert (last.kind, last.at) == (StepKind.DUE, found.due)
    assert [step.at for step in found.steps] == sorted(step.at for step in found.steps)
    assert found.steps[-2].at == found.due


@given(starts, limits, stretches, st.integers(1, 20 * 24 * 60))
def test_more_pause_is_never_earlier(start, limit, lengths, more):
    pauses = pauses_after(start, lengths)
    fewer = compute(start, limit, pauses[:-1], CALENDAR).due
    as_it_is = compute(start, limit, pauses, CALENDAR).due
    assert fewer
    assert as_it_is
    assert fewer <= as_it_is
    if pauses:
        longer = Pause(pauses[-1].start, pauses[-1].end + datetime.timedelta(minutes=more))
        extended = compute(start, limit, [*pauses[:-1], longer], CALENDAR).due
        assert extended
        assert as_it_is <= extended


@given(starts, limits, stretches)
def test_a_longer_limit_is_never_earlier(start, limit, lengths):
    pauses = pauses_after(start, lengths)
    longer = Limit(limit.value + 1, limit.unit)
    assert compute(start, limit, pauses, CALENDAR).due <= compute(start, longer, pauses, CALENDAR).due


@given(starts, st.integers(1, 90), stretches)
def test_as_many_working_days_pass_as_were_promised(start, value, lengths):
    pauses = pauses_after(start, lengths)
    found = compute(start, Limit(value, TimeUnit.WORKING_DAY), pauses, CALENDAR).due
    passed = [start.date() + ONE_DAY * number for number in range(1, (found.date() - start.date()).days + 1)]
    still = {day for pause in pauses for day in passed if pause.start.date() < day <= pause.end.date()}
    working = [day for day in passed if CALENDAR.is_working(day)]
    assert len([day for day in working if day not in still]) == value
    assert CALENDAR.count(start.date(), found.date()) == len(working)


@given(starts, st.integers(1, 12), st.lists(st.integers(1, 3 * 24 * 60), max_size=4))
def test_as_many_office_minutes_pass_as_were_promised(start, hours, lengths):
    pauses = pauses_after(start, lengths)
    found = compute(start, Limit(hours, TimeUnit.HOUR), pauses, CALENDAR).due
    minute, passed = datetime.timedelta(minutes=1), 0
    now = start
    while now < found:
        if not any(pause.start <= now < pause.end for pause in pauses) and CALENDAR.is_working(now.date()):
            passed += any(opens <= now.time() < closes for opens, closes in OFFICE_HOURS)
        now += minute
    assert passed == hours * 60


@given(ANY_DAY, st.sets(ANY_DAY, max_size=30), st.sets(ANY_DAY, max_size=30))
def test_a_calendar_of_any_exceptions_finds_the_next_working_day(day, off, worked):
    calendar = Calendar(frozenset(off), frozenset(worked))
    found = calendar.on_or_after(day)
    assert calendar.is_working(found)
    assert calendar.count(day - ONE_DAY, found) == 1


def test_the_day_on_which_the_clock_stops_counts_and_the_one_on_which_it_goes_on_does_not():
    pause = Pause(moment("2024-08-28 10:00"), moment("2024-08-30 08:00"))
    assert stood_still([pause]) == {datetime.date(2024, 8, 29), datetime.date(2024, 8, 30)}


# The shipped days ------------------------------------------------------------------------------


def test_the_shipped_days_deviate_and_name_their_source():
    for row in ROWS:
        fields = row["fields"]
        at_weekend = datetime.date.fromisoformat(fields["day"]).weekday() >= 5
        assert at_weekend == (fields["kind"] == "worked"), fields
        assert fields["source"]
        assert fields["name"]
    assert len({row["fields"]["day"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2023-05-03", False),  # Kings', Victory and Labour Day fell on Saturday, Sunday and Monday
        ("2023-05-04", True),
        ("2024-02-07", True),  # Tết 2024
        ("2024-02-08", False),
        ("2024-02-14", False),
        ("2024-02-15", True),
        ("2024-05-04", True),  # a worked Saturday
        ("2025-01-24", True),  # Tết 2025
        ("2025-01-27", False),
        ("2025-01-31", False),
        ("2025-02-03", True),
        ("2026-01-02", False),  # swapped
        ("2026-01-10", True),
        ("2026-01-11", False),
        ("2026-02-20", False),  # Tết 2026
        ("2026-02-23", True),
        ("2027-02-10", False),  # Tết 2027: two days fell on a weekend
        ("2027-02-11", True),
    ],
)
def test_the_shipped_days_are_those_of_the_country(day, works):
    assert CALENDAR.is_working(datetime.date.fromisoformat(day)) == works


# The clock of a record -------------------------------------------------------------------------


def record(start: str, *moves: tuple[Status, str], first: Status = Status.RECEIVED) -> Record:
    """A record of five working days that went this way, never saved."""
    made = Record(status=first, limit_value=5, limit_unit=TimeUnit.WORKING_DAY, pauses=[])
    move_clock(made, None, first, aware(moment(start)))
    for to, at in moves:
        before, made.status = Status(made.status), to
        move_clock(made, before, to, aware(moment(at)))
    set_dates(made, CALENDAR)
    return made


def day_of(made: Record) -> str:
    return f"{made.due_at.astimezone(datetime.timezone(datetime.timedelta(hours=7))):%m-%d}" if made.due_at else ""


def test_the_clock_starts_when_the_record_is_accepted():
    filed = record("2024-08-20 21:00", first=Status.SUBMITTED)
    assert (filed.clock_from, filed.due_at, filed.promised_at) == (None, None, None)
    assert day_of(record("2024-08-20 21:00", (Status.RECEIVED, "2024-08-28 09:00"), first=Status.SUBMITTED)) == "09-06"


def test_a_refused_record_was_promised_nothing():
    refused = record("2024-08-28 09:00", (Status.REFUSED, "2024-08-28 10:00"), first=Status.SUBMITTED)
    assert (refused.clock_from, refused.due_at) == (None, None)


def test_the_limit_starts_anew_after_a_supplement_over_a_weekend():
    asked = (Status.SUPPLEMENT, "2024-08-30 16:00")
    assert day_of(record("2024-08-28 09:00", asked)) == ""
    complete = record("2024-08-28 09:00", asked, (Status.IN_PROCESS, "2024-09-07 10:00"))  # a Saturday
    assert day_of(complete) == "09-13"
    assert complete.pauses == []


def test_the_limit_goes_on_after_the_payment():
    paid = (Status.PAYMENT, "2024-08-29 10:00"), (Status.IN_PROCESS, "2024-08-30 15:00")
    assert day_of(record("2024-08-28 09:00", (Status.IN_PROCESS, "2024-08-28 10:00"), *paid)) == "09-09"


def test_a_withdrawal_request_does_not_stop_the_clock():
    asked = record("2024-08-28 09:00", (Status.WITHDRAWAL, "2024-08-29 09:00"))
    assert day_of(asked) == "09-06"
    assert asked.still_since is None


def test_a_withdrawal_taken_back_after_a_supplement_request_goes_on_without_starting_anew():
    way = [
        (Status.SUPPLEMENT, "2024-08-29 10:00"),
        (Status.WITHDRAWAL, "2024-08-30 10:00"),
        (Status.IN_PROCESS, "2024-09-05 10:00"),
    ]
    assert day_of(record("2024-08-28 09:00", *way)) == "09-09"


def reappointed(*moves: tuple[Status, str], to: str) -> Record:
    """A record that had a new date appointed before it went on this way."""
    made = record("2024-08-28 09:00", (Status.IN_PROCESS, "2024-08-28 10:00"))
    made.reappointed_to = aware(moment(to))
    for status, at in moves:
        before, made.status = Status(made.status), status
        move_clock(made, before, status, aware(moment(at)))
    set_dates(made, CALENDAR)
    return made


def test_a_new_date_does_not_change_the_promise():
    made = reappointed(to="2024-09-12 17:00")
    assert day_of(made) == "09-12"
    assert made.promised_at == aware(moment("2024-09-06 17:00"))


def test_a_new_date_moves_with_a_pause():
    paid = (Status.PAYMENT, "2024-09-09 10:00"), (Status.IN_PROCESS, "2024-09-16 10:00")
    assert day_of(reappointed(*paid, to="2024-09-12 17:00")) == "09-19"


def test_a_new_date_that_a_pause_moves_to_a_weekend_is_the_next_working_day():
    paid = (Status.PAYMENT, "2024-09-09 10:00"), (Status.IN_PROCESS, "2024-09-11 10:00")
    assert day_of(reappointed(*paid, to="2024-09-12 17:00")) == "09-16"


def test_a_limit_that_starts_anew_after_a_new_date_is_not_late_at_once():
    complete = (Status.SUPPLEMENT, "2024-09-09 10:00"), (Status.IN_PROCESS, "2024-09-20 10:00")
    assert day_of(reappointed(*complete, to="2024-09-12 17:00")) == "09-27"
