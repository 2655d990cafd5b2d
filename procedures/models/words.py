"""Words that widen a search, edited in the admin and live without a restart."""

import datetime
import re

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from procedures.text import words

from .choices import Origin

PERSONAL = re.compile(r"@|(?:\d[ .-]?){6}")  # an address or a number that may belong to a person: not logged


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


class FailedSearchQuerySet(models.QuerySet["FailedSearch"]):
    def count_one(self, text: str, day: datetime.date) -> None:
        """Count a search that found nothing, unless it may name a person or the day's list is full."""
        query = " ".join(words(text))[: FailedSearch.LONGEST]
        if not query or PERSONAL.search(text):
            return
        of_day = self.filter(day=day)
        if of_day.filter(query=query).update(count=F("count") + 1) or of_day.count() >= FailedSearch.MOST_A_DAY:
            return
        self.bulk_create([self.model(query=query, day=day)], ignore_conflicts=True)
        of_day.filter(query=query).update(count=F("count") + 1)


class FailedSearch(models.Model):
    """Words that found nothing on a day, and how often; not by whom, nor when on that day."""

    LONGEST = 120  # characters
    MOST_A_DAY = 5_000  # different ones: a program that invents words fills no table

    query = models.CharField(_("folded words"), max_length=LONGEST)
    day = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("times"), default=0)

    objects = FailedSearchQuerySet.as_manager()
    moves_stamp = False  # no page shows it

    class Meta:
        verbose_name = _("search in vain")
        verbose_name_plural = _("searches in vain")
        ordering = ["-day", "-count", "query"]
        constraints = [models.UniqueConstraint(fields=["query", "day"], name="failed_search_once_a_day")]

    def __str__(self) -> str:
        return self.query
