"""The parts of a procedure: how to hand it in, what to bring, what comes of it, and by what law."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .choices import ChannelKind, LegalKind, Origin, TimeUnit
from .procedure import Procedure


class LegalDocumentQuerySet(models.QuerySet["LegalDocument"]):
    def get_by_natural_key(self, number: str) -> "LegalDocument":
        return self.get(number=number)

    def out_of_force(self, day: datetime.date) -> "LegalDocumentQuerySet":
        """Those that no longer hold on `day`."""
        return self.filter(out_of_force_on__lte=day)


class LegalDocument(models.Model):
    """A law, decree, circular or decision that procedures rest on."""

    number = models.CharField(_("number"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=24, choices=LegalKind)
    title = models.CharField(_("title"), max_length=500, blank=True)
    out_of_force_on = models.DateField(
        _("out of force from"), null=True, blank=True, help_text=_("The first day on which it no longer holds.")
    )
    followed_by = models.CharField(
        _("followed by"), max_length=80, blank=True, help_text=_("The number of the document that took its place.")
    )

    objects = LegalDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal document")
        verbose_name_plural = _("legal documents")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="legal_kind_known",
                condition=Q(kind__in=LegalKind.values),
                violation_error_message=_("Unknown kind."),
            )
        ]

    def __str__(self) -> str:
        return self.number

    def natural_key(self) -> tuple[str]:
        return (self.number,)


class PartQuerySet(models.QuerySet[Any]):
    def get_by_natural_key(self, code: str, position: int) -> Any:
        return self.get(procedure__code=code, position=position)


class Part(models.Model):
    """A row of a procedure, in the order in which it is shown."""

    position = models.PositiveSmallIntegerField(_("position"), default=1)

    objects = PartQuerySet.as_manager()
    procedure: models.ForeignKey[Procedure, Procedure]

    class Meta:
        abstract = True
        ordering = ["procedure", "position"]

    def natural_key(self) -> tuple[str, int]:
        return (self.procedure.code, self.position)

    natural_key.dependencies = ["procedures.procedure"]  # type: ignore[attr-defined]


def one_position(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["procedure", "position"],
        name=name,
        violation_error_message=_("Two rows have the same position."),
    )


class Channel(Part):
    """A way to hand the procedure in, with its time and fee; more than one row where cases differ.

    The time has a unit or it is not known: a figure whose unit was lost is kept, and not shown as a promise.
    """

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="channels", verbose_name=_("procedure"))
    kind = models.CharField(_("channel"), max_length=12, choices=ChannelKind)
    time = models.PositiveSmallIntegerField(_("processing time"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=12, choices=TimeUnit, blank=True)
    fee_vnd = models.PositiveIntegerField(
        _("fee (đồng)"), null=True, blank=True, help_text=_("0 is free of charge; empty is not known.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    basis = models.CharField(
        _("basis"), max_length=200, blank=True, help_text=_("The legal document that time and fee were taken from.")
    )

    class Meta(Part.Meta):
        abstract = False
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = [
            one_position("channel_position_once"),
            models.CheckConstraint(
                name="channel_kind_known",
                condition=Q(kind__in=ChannelKind.values),
                violation_error_message=_("Unknown channel."),
            ),
            models.CheckConstraint(
                name="channel_unit_needs_time",
                condition=Q(unit="") | Q(time__isnull=False, unit__in=TimeUnit.values),
                violation_error_message=_("A unit needs a time, and must be a known one."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Document(Part):
    """A paper to prepare, with its counts and form number, sometimes only in one case."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="documents", verbose_name=_("procedure"))
    case = models.CharField(_("case"), max_length=160, blank=True, help_text=_("Empty: in every case."))
    name = models.CharField(_("name"), max_length=300)
    originals = models.PositiveSmallIntegerField(_("originals"), default=0)
    copies = models.PositiveSmallIntegerField(_("copies"), default=0)
    form = models.CharField(_("form"), max_length=80, blank=True)

    class Meta(Part.Meta):
        abstract = False
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [one_position("document_position_once")]

    def __str__(self) -> str:
        return self.name


class Result(Part):
    """What the applicant holds in the end."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="results", verbose_name=_("procedure"))
    name = models.CharField(_("name"), max_length=300)

    class Meta(Part.Meta):
        abstract = False
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [one_position("result_position_once")]

    def __str__(self) -> str:
        return self.name


class EverydayNameQuerySet(models.QuerySet["EverydayName"]):
    def get_by_natural_key(self, code: str, name: str) -> "EverydayName":
        return self.get(procedure__code=code, name=name)


class EverydayName(models.Model):
    """What people call a procedure, in their own words."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="names", verbose_name=_("procedure"))
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=[("vi", _("Vietnamese")), ("en", _("English"))])
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.STEWARD)

    objects = EverydayNameQuerySet.as_manager()

    class Meta:
        verbose_name = _("everyday name")
        verbose_name_plural = _("everyday names")
        ordering = ["procedure", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "name"],
                name="everyday_name_once",
                violation_error_message=_("The procedure has this name already."),
            ),
            models.CheckConstraint(name="everyday_name_not_empty", condition=~Q(name="")),
            models.CheckConstraint(name="everyday_name_language_known", condition=Q(language__in=["vi", "en"])),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str]:
        return (self.procedure.code, self.name)

    natural_key.dependencies = ["procedures.procedure"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        if not self.name.strip():
            raise ValidationError({"name": _("The name is empty.")})
