"""What people search for and open, counted without anybody: words, days and numbers."""

import datetime
import re

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from procedures.text import words

from .procedure import Procedure

PERSONAL = re.compile(r"@|(?:\d[ .-]?){6}")  # an address or a number that may belong to a person: not counted


class SearchCountQuerySet(models.QuerySet["SearchCount"]):
    def within(self, first: datetime.date, last: datetime.date) -> "SearchCountQuerySet":
        """The days from `first` to `last`, both included."""
        return self.filter(day__range=(first, last))


class SearchCount(models.Model):
    """Words that were searched for on a day, and how often; not by whom, nor when on that day."""

    LONGEST = 120  # characters
    MOST_A_DAY = 5_000  # different ones: a program that invents words fills no table
    OTHERS = ""  # the words of the row that counts those beyond the most of a day
    KEPT = datetime.timedelta(days=400)

    query = models.CharField(_("folded words"), max_length=LONGEST, blank=True)
    day = models.DateField(_("day"), db_index=True)
    count = models.PositiveIntegerField(_("times"), default=0)
    hits = models.PositiveIntegerField(
        _("procedures found"), default=0, help_text=_("At the last of these searches, whatever the filters.")
    )

    objects = SearchCountQuerySet.as_manager()
    moves_stamp = False  # no public page shows it

    class Meta:
        verbose_name = _("search")
        verbose_name_plural = _("what people search for")
        ordering = ["-day", "-count", "query"]
        constraints = [models.UniqueConstraint(fields=["query", "day"], name="search_counted_once_a_day")]

    def __str__(self) -> str:
        return self.query

    @classmethod
    def words_of(cls, text: str) -> str:
        """What a query is counted as: its folded words. Empty when it has none, or may name a person."""
        return "" if PERSONAL.search(text) else " ".join(words(text))[: cls.LONGEST]


class SearchOpened(models.Model):
    """A procedure that was opened from the results of a search, and how often on a day.

    `addresses` counts those for whom it was the first time on that day, after whatever words: the sum over all
    words is the number of different addresses that opened the procedure.
    """

    MOST_A_DAY = 20_000  # pairs of words and procedure

    query = models.CharField(_("folded words"), max_length=SearchCount.LONGEST, blank=True)
    day = models.DateField(_("day"), db_index=True)
    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="opened", verbose_name=_("procedure"))
    count = models.PositiveIntegerField(_("times"), default=0)
    addresses = models.PositiveIntegerField(_("from different addresses"), default=0)

    moves_stamp = False  # the index reads it once a day

    class Meta:
        verbose_name = _("procedure opened from a search")
        verbose_name_plural = _("procedures opened from a search")
        constraints = [
            models.UniqueConstraint(fields=["query", "day", "procedure"], name="opening_counted_once_a_day"),
            models.CheckConstraint(
                name="opened_by_no_more_addresses_than_times", condition=models.Q(addresses__lte=F("count"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.query} → {self.procedure_id}"


class DaySalt(models.Model):
    """The secret of one day by which addresses are hashed; deleted with the hashes when the day is over."""

    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)

    moves_stamp = False

    def __str__(self) -> str:
        return str(self.day)


class Visit(models.Model):
    """That an address did a thing on a day, as a hash that nobody can undo once the day's salt is gone."""

    salt = models.ForeignKey(DaySalt, models.CASCADE)
    digest = models.BinaryField(max_length=16)

    moves_stamp = False

    class Meta:
        constraints = [models.UniqueConstraint(fields=["salt", "digest"], name="visit_once_a_day")]

    def __str__(self) -> str:
        return str(self.pk)
