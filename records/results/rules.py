"""Which electronic step a record waits for, and which moves its steps do not allow. Asks, changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from records.models import Record, Result, ResultStep, StepKind
from records.statuses import Status

ORDER = list(StepKind)
ASIDE = {Status.SUPPLEMENT, Status.PAYMENT, Status.STOPPED}  # where no record goes while a signed result stands
AFTER = {Status.RESOLVED, Status.RETURNED}  # where a result is signed anew only, after one was withdrawn
BEARING = AFTER | {Status.IN_PROCESS, Status.WITHDRAWAL}  # where a record may be with a signed result


@dataclass(frozen=True)
class Standing:
    """The results of a record: the living one with the steps that stand, and those before it."""

    results: Sequence[Result]
    living: Result | None
    steps: dict[str, ResultStep] = field(default_factory=dict)  # by kind, in their order

    @property
    def next(self) -> StepKind | None:
        """The step that follows; None when all five stand."""
        return next((kind for kind in ORDER if kind not in self.steps), None)

    @property
    def last(self) -> ResultStep | None:
        return self.steps[list(self.steps)[-1]] if self.steps else None

    @property
    def was_withdrawn(self) -> bool:
        """Whether a result that was given out is withdrawn and no other stands in its place."""
        return self.living is None and any(not result.was_taken_back for result in self.results)


def results() -> QuerySet[Result]:
    """Results with their steps and all that is told of them, in two queries."""
    steps = ResultStep.objects.select_related("event", "file", "actor", "signatory")
    return Result.objects.select_related("withdrawal").prefetch_related(Prefetch("steps", steps))


def fetched() -> Prefetch:
    """What to prefetch where `standing` is asked of many records."""
    return Prefetch("results", results())


def standing(record: Record) -> Standing:
    """What stands of the results of a record: one query where there is none, two else; none when prefetched."""
    is_fetched = "results" in getattr(record, "_prefetched_objects_cache", {})
    found = list(record.results.all() if is_fetched else results().filter(record=record))
    living = next((result for result in found if result.is_living), None)
    steps = {step.kind: step for step in living.steps.all() if step.undone_by_id is None} if living else {}
    return Standing(found, living, {kind: steps[kind] for kind in ORDER if kind in steps})


def is_electronic(record: Record, now: Standing) -> bool:
    """Whether its result is made in the five steps: by its procedure, or because it has such a result already."""
    return bool(now.living or now.was_withdrawn or record.procedure.electronic_process)


def obstacle(record: Record, to: Status) -> str:
    """Why the steps of its result do not let a record go to `to`, as far as it stands now; empty when they do."""
    if to in ASIDE:
        is_signed = bool(record.status != Status.RECEIVED and standing(record).steps)
        return _("Its result is signed: undo the signature first.") if is_signed else ""
    if to == Status.RESOLVED:
        now = standing(record)
        return missing(now, StepKind.TRANSFER) if is_electronic(record, now) else ""
    if to == Status.RETURNED:
        now = standing(record)
        return missing(now, StepKind.RETURN) if now.living or now.was_withdrawn else ""
    return ""


def obstacle_back(record: Record, to: Status) -> str:
    """Why no correction leads a record back to `to` as its results stand now; empty when one may."""
    if to in BEARING or not standing(record).steps:
        return ""
    return _("Its result is signed: undo the signature first.")


def missing(now: Standing, wanted: StepKind) -> str:
    """What stands between the record and this step; empty when it stands."""
    left = [kind for kind in ORDER[: ORDER.index(wanted) + 1] if kind not in now.steps]
    if not left:
        return ""
    if now.was_withdrawn:
        return _("Its result was withdrawn: another one has to be signed first.")
    names = ", ".join(str(kind.label) for kind in left)
    return _("The result is made in electronic steps. Still missing: %(steps)s.") % {"steps": names}


def refusal(record: Record, kind: StepKind, now: Standing) -> str:
    """Why this step cannot be made now, whoever asks; empty when it can."""
    if not is_electronic(record, now):
        return _("The results of this procedure are not made in electronic steps.")
    if kind in now.steps:
        return _("This step was made already.")
    if kind == StepKind.SIGN:
        is_due = record.status == Status.IN_PROCESS or (record.status in AFTER and now.was_withdrawn)
        return "" if is_due else _("A result is signed while its record is in process.")
    if now.next != kind:
        return missing(now, ORDER[ORDER.index(kind) - 1])
    fitting = AFTER | {Status.IN_PROCESS} if kind == StepKind.TRANSFER else AFTER
    return "" if record.status in fitting else _("This step does not fit the status of the record.")


def no_longer_hold(record: Record) -> list[ResultStep]:
    """The standing steps that a record's status does not bear any more, the last first: without 10 nothing was
    returned, without 9 nothing was transferred, nor what follows."""
    if record.status == Status.RETURNED:
        return []
    first = StepKind.RETURN if record.status == Status.RESOLVED else StepKind.TRANSFER
    steps = standing(record).steps
    return [steps[kind] for kind in reversed(ORDER[ORDER.index(first) :]) if kind in steps]
