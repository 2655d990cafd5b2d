"""Whatever officers do with a record, in whatever order: what must hold holds after every step."""

import datetime

import pytest
from hypothesis import HealthCheck, event, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from procedures.models import TimeUnit
from records import actions
from records.actions import Refused
from records.clock import CLOCK_FIELDS, current_calendar, move_clock, set_dates
from records.deadlines import Limit
from records.models import FAR, EventKind, Record
from records.statuses import BEFORE_THE_CLOCK, OPEN, STANDING_STILL, Status, moves_from

from .factories import NINE, broken, officer, receive, stranger, supervisor

pytestmark = pytest.mark.django_db

limits = st.builds(Limit, st.integers(1, 30), st.sampled_from(TimeUnit))
pauses_between = st.integers(1, 12 * 24 * 60).map(lambda minutes: datetime.timedelta(minutes=minutes))


class Walk:
    """A record on its way; each step is drawn, tried, and looked at."""

    def __init__(self, draw) -> None:
        self.draw, self.at = draw, NINE
        first = draw(st.sampled_from([Status.SUBMITTED, Status.RECEIVED]))
        self.record = receive(status=first, limit=draw(limits), at=self.at)
        self.look()

    def step(self) -> None:
        self.at += self.draw(pauses_between)
        legal = [self.move] * 4 if moves_from(self.record.status) else []
        others = [self.correct, self.reappoint, self.assign, self.jump, self.meddle]
        chosen = self.draw(st.sampled_from([*legal, *others]))
        before = Record.objects.get(pk=self.record.pk)
        try:
            self.record = chosen()
            event(f"{chosen.__name__} done")
        except Refused:
            event(f"{chosen.__name__} refused")
            assert chosen != self.move
            assert values_of(Record.objects.get(pk=self.record.pk)) == values_of(before)
        self.look()

    def move(self) -> Record:
        to = self.draw(st.sampled_from(moves_from(self.record.status))).to
        by = supervisor() if to == Status.SUPPLEMENT and self.record.supplements else officer()
        given = {"reason": "lý do", "version": self.record.sequence, "at": self.at}
        return actions.change_status(self.record, to=to, by=by, **given)

    def correct(self) -> Record:
        return actions.correct(self.record, by=officer(), reason="nhầm", at=self.at)

    def reappoint(self) -> Record:
        due = (self.record.due_at or self.at) + datetime.timedelta(days=self.draw(st.integers(-3, 30)))
        return actions.reappoint(self.record, due=due, by=officer(), reason="đông", at=self.at)

    def assign(self) -> Record:
        return actions.assign(self.record, officer=officer(self.record.agency.code), by=officer(), at=self.at)

    def jump(self) -> Record:
        """To any status at all, with or without a reason."""
        to, reason = self.draw(st.sampled_from(Status)), self.draw(st.sampled_from(["", "lý do"]))
        return actions.change_status(self.record, to=to, by=officer(), reason=reason, at=self.at)

    def meddle(self) -> Record:
        return actions.correct(self.record, by=stranger(), reason="nhầm", at=self.at)

    def look(self) -> None:
        """What must hold of the record as the database has it."""
        stored = Record.objects.get(pk=self.record.pk)
        assert broken(stored) is None
        assert (stored.still_since is not None) == (stored.status in STANDING_STILL)
        assert (stored.resolved_at is not None) == (stored.status in (Status.RESOLVED, Status.RETURNED))
        assert (stored.returned_at is not None) == (stored.status == Status.RETURNED)
        assert (stored.due_at is None) == (stored.status in STANDING_STILL | BEFORE_THE_CLOCK)
        assert stored.urgency == (stored.due_at or FAR)
        if stored.promised_at:
            assert stored.promised_at <= stored.due_at
        again = Record.objects.get(pk=self.record.pk)
        set_dates(again, current_calendar())
        assert (again.promised_at, again.due_at) == (stored.promised_at, stored.due_at)
        replayed = replay(stored)
        for name in {*CLOCK_FIELDS, "status"} - {"reappointed_to"}:
            assert getattr(replayed, name) == getattr(stored, name), name


def values_of(record: Record) -> dict:
    return {name: value for name, value in vars(record).items() if name not in ("_state", "sealed")}


def replay(record: Record) -> Record:
    """A record with the limit of `record` that took the steps which no correction has undone."""
    standing = []
    for happened in record.events.order_by("sequence"):
        if happened.kind == EventKind.CORRECTED:
            assert standing.pop().sequence == happened.details["undoes"]
        elif happened.kind in (EventKind.RECEIVED, EventKind.STATUS):
            standing.append(happened)
    made = Record(limit_value=record.limit_value, limit_unit=record.limit_unit)
    for happened in standing:
        made.status = happened.to_status
        actions.note_outcome(made, Status(happened.to_status), happened.at)
        start = Status(happened.from_status) if happened.from_status else None
        move_clock(made, start, Status(happened.to_status), happened.at)
    return made


@given(st.data())
@rules(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_way_of_a_record_keeps_its_history_its_clock_and_its_dates(data):
    walk = Walk(data.draw)
    for _step in range(data.draw(st.integers(1, 12))):
        walk.step()
    if walk.record.status not in OPEN:
        walk.record = actions.erase(walk.record, by=None, at=walk.at)
        walk.look()
