"""Bulk moves: a job and its items."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..statuses import Status
from .results import StepKind


class BulkJob(models.Model):
    """A move of many records, or an electronic step of theirs: done in slices, resumable, each record reported."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    made_at = models.DateTimeField(_("made at"))
    to_status = models.PositiveSmallIntegerField(_("move to"), choices=Status, null=True)
    step = models.CharField(_("electronic step"), max_length=8, choices=StepKind, blank=True)  # instead of a move
    root = models.CharField(max_length=200, blank=True)  # what addresses on print copies begin with
    sealed_reason = models.BinaryField(null=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PREPARED)

    class Meta:
        verbose_name = _("bulk move")
        verbose_name_plural = _("bulk moves")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="bulk_job_move_or_step",
                condition=Q(to_status__isnull=False, step="") | Q(to_status__isnull=True, step__in=StepKind.values),
            )
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} → {self.goal}"

    @property
    def goal(self) -> str:
        """What is to become of the records: the new status or the step, in words."""
        return self.get_step_display() if self.step else self.get_to_status_display()


class BulkItem(models.Model):
    """One code of a bulk move, and what became of it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MOVED = "moved", _("done")
        REFUSED = "refused", _("refused")

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    code = models.CharField(_("code"), max_length=64)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    message = models.CharField(_("message"), max_length=300, blank=True)
    version = models.PositiveIntegerField(null=True)  # the record's last event when the list was made

    class Meta:
        verbose_name = _("record of a bulk move")
        verbose_name_plural = _("records of bulk moves")
        ordering = ["job", "position"]
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="bulk_item_position_once"),
            models.UniqueConstraint(fields=["job", "code"], name="bulk_item_code_once"),
        ]
        indexes = [models.Index(fields=["job", "outcome", "position"], name="bulk_item_waiting")]

    def __str__(self) -> str:
        return self.code
