"""What becomes of a record: the moves that its destiny brings, in office hours, until the period ends.

Who moves it is a `Pen`: a `Chronicle` in memory, or in the tests the actions themselves.
"""

import contextlib
import datetime
from dataclasses import dataclass
from random import Random
from typing import Protocol

from organisation.models import User
from records.models import Collection, Record
from records.statuses import Status

from .office import DAY, HOUR, MINUTE, OfficeTime

NOT_COMPLETE = "Hồ sơ chưa đúng quy định: {paper}."
MISSING = "Đề nghị bổ sung: {paper}."
MISSING_AGAIN = "Thẩm định phát hiện còn thiếu: {paper}."
PAY = "Đề nghị nộp phí, lệ phí: {fee:,} đồng."
NEVER_COMPLETED = "Quá thời hạn mà công dân không bổ sung hồ sơ."
GIVEN_BACK = "Trả lại hồ sơ theo đề nghị của công dân."
NOT_ENTITLED = "Không đủ điều kiện giải quyết theo quy định."
APOLOGY = "Xin lỗi công dân: phải xác minh thêm nên chậm trả kết quả."


class Pen(Protocol):
    """Moves a record; `record` is as it stands after the last move."""

    record: Record

    def move(self, to: Status, at: datetime.datetime, by: User | None = None, reason: str = "") -> None: ...
    def assign(self, officer: User, at: datetime.datetime, by: User | None = None) -> None: ...
    def reappoint(
        self, due: datetime.datetime, at: datetime.datetime, reason: str, by: User | None = None
    ) -> None: ...


@dataclass(frozen=True)
class Destiny:
    """What will happen to a record, decided when it is received."""

    seed: int
    late: bool = False
    left_lying: bool = False
    refused: bool = False
    supplements: int = 0
    payment: int = 0  # đồng; 0: none
    withdrawn: bool = False
    stopped: bool = False
    desk: User | None = None
    officer: User | None = None
    in_charge: bool = False
    supervisor: User | None = None
    paper: str = ""


class PeriodEnds(Exception):
    """The next move lies beyond the period."""


def live(pen: Pen, destiny: Destiny, office: OfficeTime, end: datetime.datetime) -> None:
    """Let the record live until its end or that of the period."""
    with contextlib.suppress(PeriodEnds):
        Life(pen, destiny, office, end).run()


class Life:
    """`now` is office time in seconds; whatever is meant to be on time uses a fraction of what is left."""

    def __init__(self, pen: Pen, destiny: Destiny, office: OfficeTime, end: datetime.datetime) -> None:
        self.pen, self.destiny, self.office = pen, destiny, office
        self.rng = Random(destiny.seed)  # noqa: S311  # a simulation
        self.now, self.end = office.seconds(pen.record.received_at), office.seconds(end)

    def run(self) -> None:
        destiny = self.destiny
        if self.pen.record.status == Status.SUBMITTED:
            self.wait(self.rng.triangular(5 * MINUTE, 5 * HOUR, HOUR))
            if destiny.refused:
                self.move(Status.REFUSED, destiny.desk, NOT_COMPLETE.format(paper=destiny.paper))
                return
            self.move(Status.RECEIVED, destiny.desk)
        early = self.rng.random() < 0.5
        if destiny.supplements and early and not self.supplement():
            return
        if self.pen.record.status == Status.RECEIVED:
            self.hand_over()
        if destiny.supplements and not early and not self.supplement():
            return
        if destiny.payment:
            self.payment()
        if destiny.withdrawn and self.withdrawal():
            return
        if destiny.stopped:
            self.spend(0.3, 0.8)
            self.move(Status.STOPPED, destiny.officer, NOT_ENTITLED)
            return
        self.finish()

    # Time --------------------------------------------------------------------------------------

    def due(self) -> int:
        promised = self.pen.record.promised_at
        return self.office.seconds(promised) if promised else self.now

    def wait(self, seconds: float) -> None:
        self.now += int(seconds)

    def spend(self, least: float, most: float) -> None:
        """Let a fraction of the time until the due date pass."""
        self.wait(max(self.due() - self.now, 0) * self.rng.uniform(least, most))

    def moment(self) -> datetime.datetime:
        if self.now >= self.end:  # the closing of a day is the opening of the next
            raise PeriodEnds
        return self.office.at(self.now)

    def move(self, to: Status, by: User | None, reason: str = "") -> None:
        self.pen.move(to, self.moment(), by, reason)

    def is_due_later(self) -> bool:
        """Whether the due date is not today: only then may the clock stand still without making the record late."""
        return self.due() // DAY > self.now // DAY + 1

    # Steps -------------------------------------------------------------------------------------

    def hand_over(self) -> None:
        left = max(self.due() - self.now, 0)
        self.wait(min(self.rng.triangular(MINUTE, 4 * HOUR, 20 * MINUTE), left * 0.3))
        self.move(Status.IN_PROCESS, self.destiny.desk)
        if self.destiny.in_charge and self.destiny.officer:
            self.pen.assign(self.destiny.officer, self.moment(), self.destiny.officer)

    def supplement(self) -> bool:
        """Ask for what is missing, and wait for it; whether the record goes on."""
        for time in range(self.destiny.supplements):
            left = max(self.due() - self.now, 0)
            self.wait(min(self.rng.uniform(0.1, 2.5) * DAY, left * 0.5))
            if not self.is_due_later():
                return True
            by, text = (self.destiny.supervisor, MISSING_AGAIN) if time else (self.destiny.officer, MISSING)
            self.move(Status.SUPPLEMENT, by, text.format(paper=self.destiny.paper))
            if self.rng.random() < 0.06 and not (time or self.destiny.late):
                self.wait(self.rng.uniform(25, 40) * DAY)
                self.move(Status.STOPPED, self.destiny.officer, NEVER_COMPLETED)
                return False
            self.wait(self.rng.triangular(0.3, 12, 3) * DAY)
            self.move(Status.IN_PROCESS, self.destiny.desk)
        return True

    def payment(self) -> None:
        self.spend(0.1, 0.5)
        if self.is_due_later():
            self.move(Status.PAYMENT, self.destiny.officer, PAY.format(fee=self.destiny.payment).replace(",", "."))
            self.wait(self.rng.triangular(0.05, 5, 0.5) * DAY)
            self.move(Status.IN_PROCESS, self.destiny.desk)

    def withdrawal(self) -> bool:
        """The citizen wants the record back; whether it is given back, or goes on after all."""
        self.spend(0.1, 0.6)
        self.move(Status.WITHDRAWAL, self.destiny.desk)
        self.spend(0.05, 0.2)
        if self.rng.random() < 0.15:
            self.move(Status.IN_PROCESS, self.destiny.desk)
            return False
        self.move(Status.STOPPED, self.destiny.officer, GIVEN_BACK)
        return True

    def finish(self) -> None:
        if self.destiny.left_lying:
            return
        if self.destiny.late:
            self.be_late()
        else:  # some in good time, most towards the end
            left = self.due() - self.now
            self.wait(max(min(left * (1 - self.rng.random() ** 2 * 0.9), left - 1), 0))
        self.move(Status.RESOLVED, self.destiny.officer)
        self.wait(self.until_collected())
        self.move(Status.RETURNED, self.destiny.desk)

    def be_late(self) -> None:
        overrun = int(self.rng.triangular(0.2, 8, 1) * DAY)
        due = self.due()
        told = due - int(self.rng.uniform(1, 3) * DAY)  # at least one day before, Art. 19 Decree 61/2018
        if told > self.now and self.rng.random() < 0.6:
            self.now = told
            at = self.moment()
            self.pen.reappoint(self.office.closing(due + overrun + DAY), at, APOLOGY, self.destiny.officer)
        self.now = max(due, self.now) + overrun

    def until_collected(self) -> float:
        days = {Collection.ONLINE: (0, 0.5, 0.05), Collection.POST: (0.5, 4, 1.5), Collection.DESK: (0.02, 6, 0.5)}
        return self.rng.triangular(*days[Collection(self.pen.record.collection)]) * DAY
