"""What citizens and stewards find wrong with the catalogue."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .procedure import Procedure


class Correction(models.Model):
    """What somebody found wrong on the page of a procedure; the text is all that is kept of them."""

    LONGEST = 1_000  # characters

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("corrected")
        REFUSED = "refused", _("nothing to correct")

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="corrections", verbose_name=_("procedure"))
    text = models.TextField(_("what is wrong"), max_length=LONGEST)
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    answer = models.CharField(_("what was done, or why not"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, verbose_name=_("answered by")
    )

    moves_stamp = False  # no public page shows it

    class Meta:
        verbose_name = _("correction by a citizen")
        verbose_name_plural = _("corrections by citizens")
        ordering = ["-day", "-id"]
        constraints = [
            models.CheckConstraint(name="correction_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="correction_answered_by_somebody",
                condition=Q(state="open") | Q(state__in=["done", "refused"], answered_by__isnull=False),
                violation_error_message=_("Who answered is missing."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id}, {self.day}"


class NotDuplicate(models.Model):
    """Two procedures that look like one and are not: a steward has compared them."""

    first = models.ForeignKey(Procedure, models.CASCADE, related_name="+", verbose_name=_("procedure"))
    second = models.ForeignKey(Procedure, models.CASCADE, related_name="+", verbose_name=_("another procedure"))

    moves_stamp = False  # no public page shows it

    class Meta:
        verbose_name = _("pair that is no duplicate")
        verbose_name_plural = _("pairs that are no duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="no_duplicate_once"),
            models.CheckConstraint(name="no_duplicate_in_order", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
