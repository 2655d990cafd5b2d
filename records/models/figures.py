"""The figures: counted cells month by month, what is not in them yet, and months as they were told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisation.models import AgencyKind
from procedures.models import ChannelKind

from .record import Event


class Scope(models.TextChoices):
    """Where the records were handed in; the values but the last are kinds of units."""

    CENTER = "center", _("the Center")
    DISTRICTS = "district", _("one-stop shops of the districts")
    COMMUNES = "commune", _("one-stop shops of the communes")
    ALL = "all", _("all one-stop shops")


BALANCE = Q(measure=7)  # of a year: `Measure.BALANCE` in `statistics/cells.py`


def balances(name: str, *keys: str) -> models.Index:
    """All that is read of the balances of earlier years stands together: in the table each lies on another page."""
    return models.Index(fields=["month", *keys, "measure", "count"], condition=BALANCE, name=name)


class Figure(models.Model):
    """So many records of a month by one measure (`statistics/cells.py`). Keys of units and fields are plain numbers:
    a cell belongs to no row that could refuse it."""

    month = models.DateField()  # its first day
    measure = models.PositiveSmallIntegerField()
    count = models.IntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.measure}: {self.count}"


class UnitFigure(Figure):
    """By the unit that received the records."""

    unit = models.BigIntegerField()

    class Meta:
        verbose_name = _("figure of a unit")
        verbose_name_plural = _("figures of units")
        constraints = [
            models.UniqueConstraint(fields=["month", "unit", "measure"], name="unit_figure_once"),
            models.CheckConstraint(name="unit_figure_not_negative", condition=Q(count__gte=0) | BALANCE),
        ]
        indexes = [balances("unit_figure_balance", "unit")]


class AgencyFigure(Figure):
    """By the agency that settles the records; 0 for the receiving unit itself."""

    place = models.CharField(max_length=12, choices=AgencyKind)  # kind of the receiving unit
    agency = models.BigIntegerField()

    class Meta:
        verbose_name = _("figure of an agency")
        verbose_name_plural = _("figures of agencies")
        constraints = [
            models.UniqueConstraint(fields=["month", "place", "agency", "measure"], name="agency_figure_once"),
            models.CheckConstraint(name="agency_figure_not_negative", condition=Q(count__gte=0) | BALANCE),
        ]
        indexes = [balances("agency_figure_balance", "place", "agency")]


class WorkFigure(Figure):
    """By the field of work and the agency that settles it; 0 for the receiving unit itself."""

    place = models.CharField(max_length=12, choices=AgencyKind)  # kind of the receiving unit
    agency = models.BigIntegerField()
    field = models.BigIntegerField()

    class Meta:
        verbose_name = _("figure of a field")
        verbose_name_plural = _("figures of fields")
        constraints = [
            models.UniqueConstraint(fields=["month", "place", "agency", "field", "measure"], name="work_figure_once"),
            models.CheckConstraint(name="work_figure_not_negative", condition=Q(count__gte=0) | BALANCE),
        ]
        indexes = [balances("work_figure_balance", "place", "agency", "field")]


class ChannelFigure(Figure):
    """By the way on which the records came in; all of them together are the whole."""

    place = models.CharField(max_length=12, choices=AgencyKind)  # kind of the receiving unit
    channel = models.CharField(max_length=12, choices=ChannelKind)

    class Meta:
        verbose_name = _("figure of a channel")
        verbose_name_plural = _("figures of channels")
        constraints = [
            models.UniqueConstraint(fields=["month", "place", "channel", "measure"], name="channel_figure_once"),
            models.CheckConstraint(name="channel_figure_not_negative", condition=Q(count__gte=0) | BALANCE),
        ]
        indexes = [balances("channel_figure_balance", "place", "channel")]


YEAR_KEY = ("table", "year", "place", "unit", "agency", "field", "channel")


class YearFigure(models.Model):
    """All cells of a year that have one key in one of the tables above: one row where those are thousands."""

    table = models.CharField(max_length=16)  # the name of its model
    year = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=12, default="")
    unit = models.BigIntegerField(default=0)
    agency = models.BigIntegerField(default=0)
    field = models.BigIntegerField(default=0)
    channel = models.CharField(max_length=12, default="")
    counts = models.JSONField()  # [[measure, count], …] in the order of the measures, without those of zero

    KEY = YEAR_KEY

    class Meta:
        verbose_name = _("figure of a year")
        verbose_name_plural = _("figures of years")
        constraints = [
            models.UniqueConstraint(fields=YEAR_KEY, name="year_figure_once"),
            models.CheckConstraint(
                name="year_figure_table_known",
                condition=Q(
                    table__in=[table.__name__ for table in (UnitFigure, AgencyFigure, WorkFigure, ChannelFigure)]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.year}: {self.counts}"


class FigureChange(models.Model):
    """A change of cells, written in the transaction of its event; in the cells as soon as somebody reads them."""

    month = models.DateField()
    unit = models.BigIntegerField()
    agency = models.BigIntegerField()
    field = models.BigIntegerField()
    channel = models.CharField(max_length=12)
    measure = models.PositiveSmallIntegerField()
    by = models.IntegerField()

    class Meta:
        verbose_name = _("change of figures")
        verbose_name_plural = _("changes of figures")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.measure}: {self.by:+}"


class FigureState(models.Model):
    """One row, whose value is another one after every change of the cells or of the frozen months: what is kept of
    them is kept for a state. Random, because a change that was rolled back must leave no value to be used again."""

    value = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("state of the figures")
        verbose_name_plural = _("states of the figures")

    def __str__(self) -> str:
        return self.value


class FrozenMonth(models.Model):
    """A month whose figures were told: what they were then. What changes later is a correction beside it."""

    month = models.DateField(_("month"), unique=True)  # its first day
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    frozen_at = models.DateTimeField(_("at"))
    cells = models.JSONField()  # table → [[key…, measure, count], …] (`statistics/frozen.py`)

    class Meta:
        verbose_name = _("frozen month")
        verbose_name_plural = _("frozen months")
        ordering = ["-month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class FrozenCorrection(models.Model):
    """What changed in a frozen month: by an event, whose actor and reason say who and why, or by an import."""

    frozen = models.ForeignKey(FrozenMonth, models.PROTECT, related_name="corrections", verbose_name=_("month"))
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+", verbose_name=_("event"))
    at = models.DateTimeField(_("at"))
    cells = models.JSONField()  # [[unit, agency, field, channel, measure, by], …]

    class Meta:
        verbose_name = _("correction of a frozen month")
        verbose_name_plural = _("corrections of frozen months")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.frozen} {self.at:%Y-%m-%d}"
