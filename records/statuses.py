"""The ten national statuses of a record, and the moves between them: data, with the reason beside each set."""

from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Status(models.IntegerChoices):
    """Used unchanged for exchange with the national portal."""

    SUBMITTED = 1, _("Submitted")
    RECEIVED = 2, _("Received")
    REFUSED = 3, _("Refused at reception")
    IN_PROCESS = 4, _("In process")
    SUPPLEMENT = 5, _("Supplement requested")
    PAYMENT = 6, _("Payment due")
    WITHDRAWAL = 7, _("Withdrawal requested")
    STOPPED = 8, _("Stopped")
    RESOLVED = 9, _("Resolved")
    RETURNED = 10, _("Returned")


class Move(NamedTuple):
    """A legal move: its name on the officer's button, and whether it needs a reason."""

    start: Status
    to: Status
    label: Promise
    needs_reason: bool = False


S = Status
MOVES = [
    Move(S.SUBMITTED, S.RECEIVED, _("Accept the record")),
    Move(S.SUBMITTED, S.REFUSED, _("Refuse the record"), needs_reason=True),
    Move(S.RECEIVED, S.IN_PROCESS, _("Hand over to the agency")),
    Move(S.RECEIVED, S.SUPPLEMENT, _("Ask for a supplement"), needs_reason=True),
    Move(S.RECEIVED, S.WITHDRAWAL, _("Note the withdrawal request")),
    Move(S.IN_PROCESS, S.SUPPLEMENT, _("Ask for a supplement"), needs_reason=True),
    Move(S.IN_PROCESS, S.PAYMENT, _("Ask for the payment"), needs_reason=True),
    Move(S.IN_PROCESS, S.WITHDRAWAL, _("Note the withdrawal request")),
    Move(S.IN_PROCESS, S.STOPPED, _("Stop the processing"), needs_reason=True),
    Move(S.IN_PROCESS, S.RESOLVED, _("Result is there")),
    Move(S.SUPPLEMENT, S.IN_PROCESS, _("The file is complete")),
    Move(S.SUPPLEMENT, S.WITHDRAWAL, _("Note the withdrawal request")),
    Move(S.SUPPLEMENT, S.STOPPED, _("Stop the processing"), needs_reason=True),
    Move(S.PAYMENT, S.IN_PROCESS, _("The payment is in")),
    Move(S.PAYMENT, S.WITHDRAWAL, _("Note the withdrawal request")),
    Move(S.PAYMENT, S.STOPPED, _("Stop the processing"), needs_reason=True),
    Move(S.WITHDRAWAL, S.IN_PROCESS, _("Go on with the processing")),
    Move(S.WITHDRAWAL, S.STOPPED, _("Stop the processing"), needs_reason=True),
    Move(S.RESOLVED, S.RETURNED, _("Return the result")),
]
BY_ENDS = {(move.start, move.to): move for move in MOVES}

FIRST = {S.SUBMITTED, S.RECEIVED}  # a record begins filed online, or accepted at a desk
FINAL = {S.REFUSED, S.STOPPED, S.RETURNED}  # nothing follows but a correction
STANDING_STILL = {S.SUPPLEMENT, S.PAYMENT}  # the clock waits for the citizen
STARTS_ANEW_AFTER = {S.SUPPLEMENT}  # the limit begins again when the complete file is in (Art. 19.4 Decree 61/2018)
BEFORE_THE_CLOCK = {S.SUBMITTED, S.REFUSED}  # nothing was accepted, so nothing was promised
OPEN = {S.SUBMITTED, S.RECEIVED, S.IN_PROCESS, S.SUPPLEMENT, S.PAYMENT, S.WITHDRAWAL}  # somebody has to act
ENDED = set(Status) - OPEN  # the processing is over; in 9 the result waits to be collected


def moves_from(status: int) -> list[Move]:
    return [move for move in MOVES if move.start == status]
