"""The table of days, and the due dates that follow its changes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DayExceptionManager(models.Manager["DayException"]):
    def get_by_natural_key(self, day: str) -> "DayException":
        return self.get(day=day)


class DayException(models.Model):
    """A day that deviates from Monday to Friday: a holiday, a swapped day off, a worked Saturday."""

    class Kind(models.TextChoices):
        OFF = "off", _("day off")
        WORKED = "worked", _("working day")

    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = DayExceptionManager()

    class Meta:
        verbose_name = _("day off or worked")
        verbose_name_plural = _("days off and worked")
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(name="day_exception_kind_known", condition=Q(kind__in=["off", "worked"]))
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"

    def natural_key(self) -> tuple[str]:
        return (str(self.day),)


class Recomputation(models.Model):
    """Open records whose due dates follow a change of the table of days: done in slices, resumable."""

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    days = models.JSONField(default=list)  # the days that changed, ISO 8601; empty: every open record
    position = models.BigIntegerField(default=0)  # the last record that was looked at
    looked_at = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recomputation of due dates")
        verbose_name_plural = _("recomputations of due dates")
        ordering = ["id"]

    def __str__(self) -> str:
        return ", ".join(self.days) or str(self.made_at)
