"""Comparing offices fairly: the interval of a share, who stands where, and what counts as a movement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.statistics.comparison import FEWEST, FEWEST_MOVED, Tally, compare, movement, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (5, 10, 0.2366, 0.7634),  # the values of the textbooks
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (30, 30, 0.8865, 1.0),
        (998, 1000, 0.9927, 0.9995),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_the_interval_is_wilsons(part, whole, low, high):
    assert wilson(part, whole) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(1, 100_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_share_lies_in_its_interval_and_more_records_make_it_narrower(pair):
    part, whole = pair
    found, more = wilson(part, whole), wilson(part * 4, whole * 4)
    assert 0 <= found.low <= part / whole <= found.high <= 1
    assert more.high - more.low < found.high - found.low


def test_offices_stand_by_what_is_certain_of_them():
    small, large, bad = Tally(1, 40, 40, 40), Tally(2, 5000, 5000, 4975), Tally(3, 500, 500, 400)
    found = compare([small, bad, large])
    assert [place.tally for place in found.places] == [large, small, bad]
    assert (found.in_time, found.resolved) == (5415, 5540)


def test_offices_with_few_records_stand_apart_and_move_nothing():
    few, nothing, silent = Tally(1, 50, FEWEST - 1, 0), Tally(2, 5, 0, 0), Tally(3, 0, 0, 0)
    enough = Tally(4, FEWEST, FEWEST, FEWEST)
    found = compare([silent, nothing, few, enough])
    assert [place.tally for place in found.places] == [enough]
    assert found.apart == [few, nothing, silent]
    assert (found.in_time, found.resolved) == (FEWEST, FEWEST)


def test_nothing_is_compared_where_nothing_was_resolved():
    assert compare([Tally(1, 0, 0, 0)], fewest=0).places == []


def test_more_late_records_in_a_working_day_than_before_are_a_movement():
    found = movement(10, 4, days=5, days_before=20)
    assert (found.rate, found.rate_before) == (2.0, 0.2)
    assert 1 < found.at_least < 10  # as often as it looks: ten times; certain is less


@pytest.mark.parametrize(
    ("recent", "before", "days", "days_before"),
    [
        (FEWEST_MOVED - 1, 0, 5, 20),  # one or two are no movement, whatever was before
        (5, 20, 5, 20),  # as before
        (7, 20, 5, 20),  # a little more, as chance has it
        (100, 800, 5, 20),  # less
        (5, 0, 0, 20),  # a week without a working day
        (5, 0, 5, 0),
    ],
)
def test_what_chance_explains_is_no_movement(recent, before, days, days_before):
    assert movement(recent, before, days, days_before) is None


def test_a_small_office_does_not_come_before_a_large_one_by_chance():
    small, large = movement(3, 0, 5, 20), movement(60, 20, 5, 20)
    assert large.at_least > small.at_least


def test_a_short_week_is_judged_by_its_working_days():
    assert movement(4, 12, days=5, days_before=20) is None
    assert movement(8, 12, days=1, days_before=20) is not None
