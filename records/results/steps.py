"""The five electronic steps of a result, their undoing, and its withdrawal: each is one transaction, or nothing.

As in `records.actions`, `by` is the person who acts and `version` the last event that the person saw. What is checked
is checked under the lock of the record: its status, its steps, whose work the step is, the file by its hash, and every
signature. Whatever does not hold is an `actions.Refused` that says why.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from organisation import succession
from organisation.models import Agency, User
from organisation.roles import Deed
from portal import clock
from records import actions, papers, scope, signatures
from records.history import undoable
from records.keepers import desks_of, settlers_of
from records.models import (
    Collection,
    EventKind,
    FileKind,
    Record,
    Result,
    ResultDraft,
    ResultStep,
    StepKind,
    StoredFile,
)
from records.statuses import Status

from . import register, rules, storage
from .checking import CheckFailed, Competent, check_holder, refusing, seal_of, signature_of
from .rules import Standing

SEAL = "seal"  # the name of the Center's key
Moment = datetime.datetime | None


# The draft -------------------------------------------------------------------------------------


@transaction.atomic
def draft(record: Record, content: bytes, *, by: User | None, version: int | None = None) -> ResultDraft:
    """Keep a PDF that is to be signed, in the place of the one before; bytes of one that `inspect` lets pass."""
    locked, _standing = begin(record, StepKind.SIGN, by, version)
    with refusing():
        signatures.inspect(content)
        file = storage.keep(content, FileKind.DRAFT)
    before = ResultDraft.objects.filter(record=locked).select_related("file").first()
    facts = {"file": file, "made_at": clock.now(), "made_by": by}
    made, _is_new = ResultDraft.objects.update_or_create(record=locked, defaults=facts)
    if before and before.file_id != file.pk:
        storage.drop(before.file)
    return made


def draft_from_template(
    record: Record, *, title: str, content: str, by: User | None, version: int | None = None
) -> ResultDraft:
    """Keep a draft that is made from the template, with a title and a text."""
    with refusing():
        return draft(record, papers.result(record, content=content, title=title), by=by, version=version)


# The five steps --------------------------------------------------------------------------------


@transaction.atomic
def sign(
    record: Record, *, by: User | None, seen: str = "", version: int | None = None, at: Moment = None
) -> ResultStep:
    """Sign the draft with the key of the settling agency. `seen` is the hash of the draft that the person looked at:
    another one is not signed."""
    locked, _standing = begin(record, StepKind.SIGN, by, version)
    at = at or clock.now()
    waiting = ResultDraft.objects.filter(record=locked).select_related("file").first()
    if waiting is None:
        raise actions.Refused(_("There is no draft of the result to be signed."))
    if seen and seen != waiting.file_id:
        raise actions.Refused(_("The draft is not the one that you looked at; nothing was signed."))
    with refusing():
        key = signing_agency(locked, by).code
        check_holder(key, by)
        signed = signatures.sign(storage.read(waiting.file), key, at=at, reason=locked.code)
    return note_signature(locked, signed, by=by, at=at, way="key")


@transaction.atomic
def accept_signed(
    record: Record, content: bytes, *, by: User | None, version: int | None = None, at: Moment = None
) -> ResultStep:
    """Take a PDF that was signed elsewhere: every signature valid now, one of somebody competent at the settling
    agency, none that forbids a further one; no result of another record, and none that was withdrawn."""
    locked, _standing = begin(record, StepKind.SIGN, by, version)
    with refusing():
        signatures.inspect(content)
    return note_signature(locked, content, by=by, at=at or clock.now(), way="file")


def note_signature(record: Record, content: bytes, *, by: User | None, at: datetime.datetime, way: str) -> ResultStep:
    found = signature_of(content, at, settlers_of(record, succession.state()))
    known = register.by_hash(storage.hash_of(content))
    if known and known.result.record_id != record.pk:
        raise CheckFailed(_("This file is the result of another record."))
    if known and not (known.result.is_living or known.result.was_taken_back):
        raise CheckFailed(_("Its result was withdrawn: another one has to be signed first."))
    with refusing():
        file = storage.keep(content, FileKind.SIGNED)
    result = Result.objects.create(record=record, made_at=at)
    return note(record, result, StepKind.SIGN, file, by=by, at=at, found=found, way=way)


@transaction.atomic
def transfer(record: Record, *, by: User | None, version: int | None = None, at: Moment = None) -> ResultStep:
    """The Center takes the signed file over: the same by its hash, its signature checked again, as of its moment. The
    record is resolved with it."""
    locked, now = begin(record, StepKind.TRANSFER, by, version)
    at, signed = at or clock.now(), now.steps[StepKind.SIGN]
    with refusing():
        content = storage.read(signed.file)
    found = signature_of(content, signed.at, [signed.signatory.unit_id])  # type: ignore[union-attr]
    step = note(locked, signed.result, StepKind.TRANSFER, signed.file, by=by, at=at, found=found)
    if locked.status == Status.IN_PROCESS:
        actions.change_status(locked, to=Status.RESOLVED, by=by, at=at)
    return step


@transaction.atomic
def print_copy(
    record: Record, *, root: str, by: User | None, version: int | None = None, at: Moment = None
) -> ResultStep:
    """Make the copy for printing, with the QR of the address under which the result is verified; `root` is what that
    address begins with, like https://example.vn. The signed file stays as it is."""
    locked, now = begin(record, StepKind.PRINT, by, version)
    at, signed = at or clock.now(), now.steps[StepKind.SIGN]
    with refusing():
        copy = papers.print_copy(
            storage.read(signed.file),
            code=locked.code,
            signer=signed.signer,
            signed_at=signed.at,
            address=root + register.address_of(signed.result),
        )
        file = storage.keep(copy, FileKind.PRINT)
    return note(locked, signed.result, StepKind.PRINT, file, by=by, at=at)


@transaction.atomic
def stamp(record: Record, *, by: User | None, version: int | None = None, at: Moment = None) -> ResultStep:
    """Put the Center's seal on the signed file, as a second signature that is seen; both hold afterwards."""
    locked, now = begin(record, StepKind.STAMP, by, version)
    at, signed = at or clock.now(), now.steps[StepKind.SIGN]
    with refusing():
        picture = papers.stamp(center=settings.PORTAL_NAME, at=at)
        sealed = signatures.seal(storage.read(signed.file), SEAL, at=at, picture=picture)
        found = seal_of(sealed, at, signed.at)
        file = storage.keep(sealed, FileKind.SEALED)
    return note(locked, signed.result, StepKind.STAMP, file, by=by, at=at, found=found)


@transaction.atomic
def give_back(
    record: Record,
    *,
    to_whom: str,
    how: Collection,
    by: User | None,
    version: int | None = None,
    at: Moment = None,
) -> ResultStep:
    """Give the result out: to whom, which is a note that can be erased, and how. The record is returned with it."""
    locked, now = begin(record, StepKind.RETURN, by, version)
    if not to_whom.strip():
        raise actions.ReasonMissing(_("Write to whom the result was given."))
    at, sealed = at or clock.now(), now.steps[StepKind.STAMP]
    with refusing():
        storage.read(sealed.file)
    step = note(
        locked, sealed.result, StepKind.RETURN, sealed.file, by=by, at=at, way=Collection(how).value, reason=to_whom
    )
    if locked.status == Status.RESOLVED:
        actions.change_status(locked, to=Status.RETURNED, by=by, at=at)
    return step


# Back ------------------------------------------------------------------------------------------


@transaction.atomic
def undo(record: Record, *, by: User | None, reason: str, version: int | None = None, at: Moment = None) -> Record:
    """Undo the last step that stands; where the record moved with it, it goes back too."""
    locked = actions.lock(record, by, version)
    actions.authorise(locked, by, Deed.CORRECT)
    if not reason.strip():
        raise actions.ReasonMissing(_("A correction needs a reason."))
    step = rules.standing(locked).last
    if step is None:
        raise actions.Refused(_("There is no step to undo."))
    authorise(locked, StepKind(step.kind), by, Deed.CORRECT)
    if moved_with(step, locked):
        return actions.correct(locked, by=by, reason=reason, at=at)
    actions.undo_steps(locked, [step], by=by, at=at or clock.now(), reason=reason)
    return locked


def moved_with(step: ResultStep, record: Record) -> bool:
    """Whether the last change of the record's status is the one that came with this step."""
    change = undoable(record) if step.kind in (StepKind.TRANSFER, StepKind.RETURN) else None
    return change is not None and change.sequence == step.event.sequence + 1


@transaction.atomic
def withdraw(record: Record, *, by: User | None, reason: str, version: int | None = None, at: Moment = None) -> Record:
    """Declare a result void that the Center has taken over; another one may be signed in its place."""
    locked = actions.lock(record, by, version)
    actions.authorise(locked, by, Deed.WITHDRAW_RESULT)
    if not reason.strip():
        raise actions.ReasonMissing(_("A withdrawal needs a reason."))
    now = rules.standing(locked)
    if now.living is None or StepKind.TRANSFER not in now.steps:
        raise actions.Refused(_("There is no result that could be withdrawn."))
    details = {"file": now.steps[StepKind.SIGN].file_id}
    event = actions.append(
        locked, EventKind.WITHDRAWN, by=by, at=at, due_before=locked.due_at, details=details, reason=reason
    )
    actions.end_result(now.living, event)
    return locked


# What all of them share ------------------------------------------------------------------------


def begin(record: Record, kind: StepKind, by: User | None, version: int | None) -> tuple[Record, Standing]:
    """The record under its lock and what stands of its results, when the step may be made now and by this person."""
    locked = actions.lock(record, by, version)
    return locked, check(locked, kind, by)


def check(record: Record, kind: StepKind, by: User | None) -> Standing:
    """Refuse what the step would refuse of the record as it stands, before any file is looked at."""
    actions.authorise_reading(record, by)
    authorise(record, kind, by)
    now = rules.standing(record)
    if why := rules.refusal(record, kind, now):
        raise actions.StepsMissing(why)
    return now


def authorise(record: Record, kind: StepKind, by: User | None, deed: Deed | None = None) -> None:
    if by is not None and not may(by, kind, record, deed):
        raise actions.NotYours(_("Your role or your unit does not allow this with this record."))


def may(user: User, kind: StepKind, record: Record, deed: Deed | None = None) -> bool:
    """Whether this step of the record is the user's work: the signature that of the agency which settles it today,
    the others that of its desk."""
    usual = Deed.SIGN if kind == StepKind.SIGN else Deed.MOVE
    return scope.may(user, deed or usual, record) and scope.unit_of(user) in places(record, kind, user)


def places(record: Record, kind: StepKind, user: User) -> list[int]:
    state = scope.state_of(user)
    return settlers_of(record, state) if kind == StepKind.SIGN else desks_of(record, state)


def signing_agency(record: Record, by: User | None) -> Agency:
    """Whose key signs: the unit of the person who acts, else the first agency that settles the record today."""
    own = scope.unit_of(by) if by else None
    return Agency.objects.get(pk=own or settlers_of(record, succession.state())[0])


def note(
    record: Record,
    result: Result,
    kind: StepKind,
    file: StoredFile,
    *,
    by: User | None,
    at: datetime.datetime,
    found: Competent | None = None,
    way: str = "",
    reason: str = "",
) -> ResultStep:
    """Write a step down, and its event before it. `found` is the signature that was made or checked with it."""
    step = ResultStep(result=result, kind=kind, file=file, at=at, actor=by)
    if found:
        certificate = found.signature.certificate
        step.signatory, step.verdict = found.signatory, found.verdict
        step.certificate, step.fingerprint = certificate.pem, certificate.fingerprint
        step.signer = certificate.name
    details: dict[str, Any] = {**step.facts, "way": way} if way else step.facts
    step.event = actions.append(
        record, EventKind.STEP, by=by, at=at, due_before=record.due_at, details=details, reason=reason
    )
    step.save(force_insert=True)
    return step
