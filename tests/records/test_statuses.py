"""The ten national statuses, and the moves between them."""

import pytest

from records.statuses import (
    BEFORE_THE_CLOCK,
    BY_ENDS,
    ENDED,
    FINAL,
    FIRST,
    MOVES,
    OPEN,
    STANDING_STILL,
    STARTS_ANEW_AFTER,
    Status,
    moves_from,
)

LEGAL = {
    1: {2, 3},
    2: {4, 5, 7},
    3: set(),
    4: {5, 6, 7, 8, 9},
    5: {4, 7, 8},
    6: {4, 7, 8},
    7: {4, 8},
    8: set(),
    9: {10},
    10: set(),
}


def test_the_statuses_are_the_national_ones():
    assert {status.value for status in Status} == set(range(1, 11))


@pytest.mark.parametrize("start", LEGAL)
def test_the_table_of_moves_is_the_legal_one(start):
    assert {move.to.value for move in moves_from(start)} == LEGAL[start]


def test_no_move_stands_twice():
    assert len(MOVES) == len(BY_ENDS)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.start}-{move.to}")
def test_a_refusal_a_stop_and_a_demand_need_a_reason(move):
    needs_one = {Status.REFUSED, Status.SUPPLEMENT, Status.PAYMENT, Status.STOPPED}
    assert move.needs_reason == (move.to in needs_one)


def test_nothing_follows_a_final_status_and_something_every_other():
    assert {status for status in Status if not moves_from(status)} == FINAL == {3, 8, 10}


def test_every_status_can_be_reached():
    reached = set(FIRST)
    while more := {move.to for move in MOVES if move.start in reached} - reached:
        reached |= more
    assert reached == set(Status)


@pytest.mark.parametrize(
    ("statuses", "rule"),
    [
        (FIRST, {1, 2}),
        (STANDING_STILL, {5, 6}),
        (STARTS_ANEW_AFTER, {5}),
        (BEFORE_THE_CLOCK, {1, 3}),
        (OPEN, {1, 2, 4, 5, 6, 7}),
        (ENDED, {3, 8, 9, 10}),
    ],
)
def test_the_sets_say_what_the_rules_say(statuses, rule):
    assert statuses == rule
