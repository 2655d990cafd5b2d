"""Whether a record was in time: one pure function, by the indicator document of Decision 766/QĐ-TTg.

The end of the processing is the first reaching of "resolved" (9), without it of "returned" (10), without both that of
a stop (8) after acceptance. It is held against the first promise, as moved by swapped days and by pauses; a
re-appointment changes nothing. What the office did not accept is not judged.
"""

import datetime
import enum
from typing import NamedTuple


class Verdict(enum.StrEnum):
    AHEAD = "ahead"  # ended before the promised day
    ON_TIME = "on time"  # ended on the promised day, in time
    LATE = "late"
    WITHIN = "within"  # still open, and the promised moment lies ahead
    OVERDUE = "overdue"  # still open, and it has passed


IN_TIME = {Verdict.AHEAD, Verdict.ON_TIME, Verdict.WITHIN}


class Facts(NamedTuple):
    """What is judged of a record. Moments are wall-clock times of one time zone, with or without it.

    `ended` is None while it is open. `promised` is None while nothing was accepted. Of a record whose clock stands
    still, `still` is since when, and `promised` what would be due if it went on at that moment.
    """

    promised: datetime.datetime | None
    ended: datetime.datetime | None
    has_result: bool  # resolved or returned
    supplements: int  # requests for a supplement
    still: datetime.datetime | None = None


def judge(facts: Facts, at: datetime.datetime) -> Verdict | None:
    """How the record stands at `at`, the end of a reporting period; None when it is not judged."""
    if facts.promised is None:
        return None
    ended = facts.ended if facts.ended and facts.ended <= at else None
    asked_again = facts.supplements > 1 and not (ended and facts.has_result)
    if ended is None:
        measured = min(at, facts.still) if facts.still else at
        return Verdict.OVERDUE if asked_again or measured > facts.promised else Verdict.WITHIN
    if asked_again or ended > facts.promised:
        return Verdict.LATE
    return Verdict.AHEAD if ended.date() < facts.promised.date() else Verdict.ON_TIME


def share(part: int, whole: int) -> float | None:
    """Per cent with two decimals, never rounded up to 100; None ("N/A") of nothing."""
    if not whole:
        return None
    rounded = round(100 * part / whole, 2)
    return 99.99 if rounded == 100 and part < whole else rounded
