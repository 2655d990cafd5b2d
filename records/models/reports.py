"""Reports of a period: asked for in the admin, worked on in slices, kept with their files."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .figures import Scope


class Report(models.Model):
    """A report of months. While it runs, `reached` is the key of the last record that was looked at."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    made_at = models.DateTimeField(_("made at"))
    first = models.DateField(_("from"))  # the first day of the first month
    last = models.DateField(_("until"))  # the first day of the last month
    scope = models.CharField(_("scope"), max_length=8, choices=Scope, default=Scope.CENTER)
    judged_at = models.DateTimeField()  # the end of the period, or now when it is not over
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    reached = models.BigIntegerField(default=0)
    until = models.BigIntegerField(default=0)  # the key of the last record there was
    tally = models.JSONField(default=dict)  # verdict of formula.py, or "none" → open records at the end
    fault = models.CharField(_("fault"), max_length=300, blank=True)  # why a file is missing

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-made_at", "-id"]
        constraints = [models.CheckConstraint(name="report_period_in_order", condition=Q(first__lte=F("last")))]

    def __str__(self) -> str:
        return f"{self.first:%m/%Y}–{self.last:%m/%Y}"


class ReportFile(models.Model):
    """A report as a file, apart from the lists of reports because of its size."""

    class Kind(models.TextChoices):
        XLSX = "xlsx", "XLSX"
        PDF = "pdf", "PDF"

    report = models.ForeignKey(Report, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=4, choices=Kind)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        constraints = [models.UniqueConstraint(fields=["report", "kind"], name="report_file_once")]

    def __str__(self) -> str:
        return f"{self.report}.{self.kind}"
