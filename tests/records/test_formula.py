"""On time, ahead or late: the cases of the indicator document (Decision 766/QĐ-TTg) as a table."""

import datetime

import pytest

from records.statistics.formula import IN_TIME, Facts, Verdict, judge, share


def at(text: str) -> datetime.datetime:
    """ "08-28 17:00" of 2024."""
    return datetime.datetime.fromisoformat(f"2024-{text}")


PROMISED = at("08-28 17:00")
PERIOD_ENDS = at("08-31 23:59")


def facts(ended=None, *, has_result=True, promised=PROMISED, supplements=0, still=None) -> Facts:
    read = at(ended) if ended else None
    return Facts(promised, read, bool(read) and has_result, supplements, at(still) if still else None)


CASES = {
    # The processing has ended.
    "resolved days before": (facts("08-20 09:00"), Verdict.AHEAD),
    "resolved the evening before the promised day": (facts("08-27 23:59"), Verdict.AHEAD),
    "resolved early on the promised day": (facts("08-28 00:00"), Verdict.ON_TIME),
    "resolved at the promised moment": (facts("08-28 17:00"), Verdict.ON_TIME),
    "resolved a minute after it": (facts("08-28 17:01"), Verdict.LATE),
    "resolved the next day": (facts("08-29 08:00"), Verdict.LATE),
    "stopped in time": (facts("08-28 10:00", has_result=False), Verdict.ON_TIME),
    "stopped late": (facts("08-29 10:00", has_result=False), Verdict.LATE),
    "resolved in time after one supplement": (facts("08-28 10:00", supplements=1), Verdict.ON_TIME),
    "resolved in time after two supplements": (facts("08-28 10:00", supplements=2), Verdict.ON_TIME),
    "stopped in time after one supplement": (facts("08-20 10:00", has_result=False, supplements=1), Verdict.AHEAD),
    "stopped in time after two supplements": (facts("08-20 10:00", has_result=False, supplements=2), Verdict.LATE),
    # Still open at the end of the period.
    "open, due later": (facts(promised=at("09-03 17:00")), Verdict.WITHIN),
    "open, due at the end of the period": (facts(promised=PERIOD_ENDS), Verdict.WITHIN),
    "open, due before": (facts(), Verdict.OVERDUE),
    "resolved after the period, due before": (facts("09-02 10:00"), Verdict.OVERDUE),
    "resolved after the period, due later": (facts("09-02 10:00", promised=at("09-03 17:00")), Verdict.WITHIN),
    "waiting for a supplement that was asked for in time": (facts(supplements=1, still="08-28 16:00"), Verdict.WITHIN),
    "waiting for a supplement that was asked for too late": (
        facts(supplements=1, still="08-29 08:00"),
        Verdict.OVERDUE,
    ),
    "waiting for a second supplement": (facts(supplements=2, still="08-20 08:00"), Verdict.OVERDUE),
    "waiting for the payment": (facts(still="08-20 08:00"), Verdict.WITHIN),
    # Nothing was promised.
    "filed, not accepted": (facts(promised=None), None),
    "refused at reception": (facts("08-20 09:00", promised=None, has_result=False), None),
}


@pytest.mark.parametrize("case", CASES)
def test_each_case_of_the_document_is_judged_as_it_says(case):
    given, expected = CASES[case]
    assert judge(given, PERIOD_ENDS) == expected


def test_what_is_in_time_is_ahead_on_time_or_still_within_its_time():
    assert {Verdict.AHEAD, Verdict.ON_TIME, Verdict.WITHIN} == IN_TIME


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, None),
        (0, 3, 0.0),
        (1, 3, 33.33),
        (2, 3, 66.67),
        (998, 1000, 99.8),
        (3, 3, 100.0),
        (99_999, 100_000, 99.99),
    ],
)
def test_a_share_has_two_decimals_is_never_rounded_up_to_all_and_is_nothing_of_nothing(part, whole, expected):
    assert share(part, whole) == expected
