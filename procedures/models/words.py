"""Words that widen a search, edited in the admin and live without a restart."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .choices import Origin


class SynonymQuerySet(models.QuerySet["Synonym"]):
    def get_by_natural_key(self, everyday: str, official: str) -> "Synonym":
        return self.get(everyday=everyday, official=official)


class Synonym(models.Model):
    """An everyday word or abbreviation, and the official words it may stand for. It widens, it never replaces."""

    everyday = models.CharField(_("everyday word"), max_length=80)
    official = models.CharField(_("official words"), max_length=160)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.STEWARD)

    objects = SynonymQuerySet.as_manager()

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering = ["everyday", "official"]
        constraints = [
            models.UniqueConstraint(
                fields=["everyday", "official"],
                name="synonym_once",
                violation_error_message=_("This pair exists already."),
            ),
            models.CheckConstraint(
                name="synonym_says_something",
                condition=~Q(everyday="") & ~Q(official="") & ~Q(everyday=F("official")),
                violation_error_message=_("Both sides are needed, and must differ."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.everyday} → {self.official}"

    def natural_key(self) -> tuple[str, str]:
        return (self.everyday, self.official)
