"""What the register, the history of the record and the signatures say of a file or of the address in a QR code.

Nothing of a file is kept or logged, and nothing is told of a record but what stands on its result.
"""

import datetime
import logging
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from portal import clock
from records import history, signatures
from records.models import Event, EventKind, Result, ResultStep, Signatory, StepKind
from records.signatures import Certificate, Fault, FaultKind, Signature

from . import register, storage
from .verdict_words import WORDS, Words
from .verdicts import Facts, Known, Verdict, verdict

logger = logging.getLogger(__name__)

MOST_MOMENTS = 4  # at which the signatures of a file that nobody knows are judged: each is work for the server
TOKEN = re.compile(r"[\w-]{22}", re.ASCII)  # as `new_token` makes them


@dataclass(frozen=True)
class Answer:
    """A verdict, and what may be told with it. `result` is the registered one; without it, `certificates` are those
    in the file."""

    verdict: Verdict
    result: Result | None = None
    signed: ResultStep | None = None
    sealed: ResultStep | None = None
    replacement: Result | None = None
    certificates: Collection[Certificate] = field(default=())

    @property
    def words(self) -> Words:
        return WORDS[self.verdict]


# What is asked ---------------------------------------------------------------------------------


def of_file(content: bytes) -> Answer:
    """What the file is worth now."""
    if step := register.by_hash(storage.hash_of(content)):
        return of_registered(step.result, Known(step.kind), step, content)
    step = register.by_prefix(content)
    fault, found = read(content)
    facts = Facts(
        known=Known.BEGINNING if step else Known.NOTHING,
        fault=fault,
        signatures=tuple(one.verdict for one in found),
        is_signer_known=is_any_known(found),
    )
    if step is None:
        return Answer(verdict(facts), certificates=[one.certificate for one in found])
    signed, sealed = signature_and_seal(step.result, step)
    return Answer(verdict(facts), step.result, signed, sealed, register.replacement(step.result))


def of_token(token: str) -> Answer | None:
    """What the result at this address is worth now, for whoever holds its print; None when there is none."""
    result = register.by_token(token) if TOKEN.fullmatch(token) else None
    return of_registered(result, Known.PAPER) if result else None


def of_registered(result: Result, known: Known, own: ResultStep | None = None, content: bytes | None = None) -> Answer:
    """The verdict of a result, or of one of its files: of the step `own` that made it, with this content."""
    signed, sealed = signature_and_seal(result, own)
    replacement = register.replacement(result)
    is_signed_itself = known in (Known.SIGNED, Known.SEALED)
    seal = None if known == Known.SIGNED else sealed
    facts = Facts(
        known=known,
        agrees=agrees(result, [step for step in (signed, sealed, own) if step]),
        is_taken_back=result.was_taken_back or bool(own and own.undone_by_id),
        is_withdrawn=not result.is_living,
        is_replaced=replacement is not None,
        is_sealed=sealed is not None,
        signatures=judged_again(content if content and is_signed_itself else kept(seal or signed), signed, seal),
    )
    return Answer(verdict(facts), result, signed, sealed, replacement)


def signature_and_seal(result: Result, own: ResultStep | None) -> tuple[ResultStep, ResultStep | None]:
    """The steps that signed and sealed a result. The seal is the standing one, or `own`, which made the file that is
    asked about, although it may have been undone."""
    made = result.steps.filter(kind__in=(StepKind.SIGN, StepKind.STAMP))
    steps = list(made.select_related("file", "signatory__unit"))
    seals = [step for step in steps if step.kind == StepKind.STAMP]
    standing = next((step for step in seals if step.undone_by_id is None), None)
    signed = next(step for step in steps if step.kind == StepKind.SIGN)  # without it there is no result
    return signed, next((step for step in seals if step == own), standing)


# The history -----------------------------------------------------------------------------------


def agrees(result: Result, steps: Iterable[ResultStep]) -> bool:
    """Whether the chain of the record holds and tells the same of these steps and of the end of the result."""
    record = result.record
    events = {event.pk: event for event in record.events.order_by("sequence")}
    facts = {name: getattr(record, name) for name in history.FACTS}
    # The record may have changed since it was read: what seems broken is looked at again with its row locked.
    if history.verify(record.code, events.values(), facts) and history.verify_locked(record.pk):
        logger.error("The history of %s is broken; its result cannot be verified.", record.code)
        return False
    if all(is_told(step, result, events) for step in steps):
        return True
    logger.error("The steps of the result of %s are not those of its history.", record.code)
    return False


def is_told(step: ResultStep, result: Result, events: Mapping[int, Event]) -> bool:
    """Whether the event of a step says the same as its row, and whether both know of the same end."""
    event = events.get(step.event_id)
    if event is None or event.at != step.at or not event.details.items() >= step.facts.items():
        return False
    undone, ended = endings(events.values())
    is_ended = step.kind != StepKind.SIGN or ended.get(event.pk) == result.withdrawal_id
    return is_ended and undone.get(event.sequence) == step.undone_by_id


def endings(events: Iterable[Event]) -> tuple[dict[int, int], dict[int, int]]:
    """Which event undid the step with a number; and which ended the result that an event signed. A record has one
    living result at most, so that a withdrawal means the last one."""
    undone, ended, living = {}, {}, 0
    for event in events:
        step = event.details.get("step")
        if event.kind == EventKind.STEP and step == StepKind.SIGN:
            living = event.pk
        elif event.kind == EventKind.STEP_UNDONE:
            undone[event.details["undoes"]] = event.pk
        if event.kind == EventKind.WITHDRAWN or (event.kind == EventKind.STEP_UNDONE and step == StepKind.SIGN):
            ended[living] = event.pk
    return undone, ended


# The signatures --------------------------------------------------------------------------------


def kept(step: ResultStep) -> bytes:
    """The file of a step; empty when it was erased with the personal facts of its record, or is not as it was."""
    try:
        return storage.read(step.file)
    except storage.StorageFault:
        return b""


def judged_again(content: bytes, signed: ResultStep, sealed: ResultStep | None) -> tuple[signatures.Verdict, ...]:
    """The signatures of a registered file, with what is known of revocations today: the last one at the moment of the
    seal, where the file has one, all others at that of the signature."""
    try:
        found = signatures.read(content, at=signed.at) if content else []
        if sealed:
            found[-1:] = signatures.read(content, at=sealed.at)[-1:] if content else []
    except Fault:  # it could be read when it was registered
        logger.exception("A registered result cannot be read any more.")
        return ()
    return tuple(one.verdict for one in found)


def read(content: bytes) -> tuple[FaultKind | None, list[Signature]]:
    """What is wrong with a file that nobody knows; else its signatures, each judged at the moment of its timestamp or
    at the one that the signer names: such a file is never called unchanged, so that a lie there wins nothing."""
    now = clock.now()
    try:
        signatures.inspect(content)
        found = signatures.read(content, at=now)
        moments = [min(moment_of(one) or now, now) for one in found]
        if len({*moments}) > MOST_MOMENTS:
            return FaultKind.TOO_LARGE, []
        judged = {moment: signatures.read(content, at=moment) for moment in {*moments}}
    except Fault as fault:
        return fault.kind, []
    return None, [judged[moment][place] for place, moment in enumerate(moments)]


def moment_of(signature: Signature) -> datetime.datetime | None:
    told = signature.stamped_at or signature.claimed_at
    return told if told and timezone.is_aware(told) else None


def is_any_known(found: Collection[Signature]) -> bool:
    fingerprints = [one.certificate.fingerprint for one in found]
    return bool(found) and Signatory.objects.filter(fingerprint__in=fingerprints).exists()
