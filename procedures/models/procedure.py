"""The procedure itself, and its code."""

import datetime
import re
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organisation.models import Validity, on_day

from .choices import Audience, Level, OnlineLevel, Source
from .fields import Field

NATIONAL_CODE = re.compile(r"\d\.\d{6}\Z")
# `1.000656.000.00.00.H56` and `2.002621.H56`: the national code, then the place in a province's own tree.
SUFFIXED_CODE = re.compile(r"(\d\.\d{6})(?:\.\d{3}\.\d{2}\.\d{2})?(?:\.[A-Z]\d{2})?\Z")

LEVEL_COLUMNS = [(level, f"level_{level.value}") for level in Level]


def parse_code(text: str) -> str:
    """The catalogue's code for what a person typed: trimmed, in capitals, without a provincial suffix."""
    code = re.sub(r"\s+", "", text).upper()
    national = SUFFIXED_CODE.match(code)
    return national[1] if national else code


def levels_of(row: Any) -> list[Level]:
    """The levels of a procedure, or of a row of its columns."""
    return [level for level, column in LEVEL_COLUMNS if getattr(row, column)]


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def public(self, day: datetime.date) -> "ProcedureQuerySet":
        """What the public may find and apply for on `day`: the only place that decides it."""
        return self.filter(on_day(day), published=True)

    def with_parts(self) -> "ProcedureQuerySet":
        """Everything that a procedure's page shows, in a fixed number of queries."""
        return self.select_related("field", "replaced_by").prefetch_related(
            "channels", "documents", "results", "names", "legal_basis", "field__owners__agency"
        )

    def get_by_natural_key(self, code: str) -> "Procedure":
        return self.get(code=code)


class Procedure(Validity):
    """An administrative procedure (thủ tục hành chính). What is not known is empty, never guessed."""

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Z]+([.-][0-9A-Z]+)*\Z", _("Capital letters, digits, dots and hyphens."))],
        help_text=_("National code d.dddddd without a provincial suffix, or a code of the province's own."),
    )
    name = models.CharField(_("name"), max_length=500)
    name_en = models.CharField(_("English name"), max_length=500, blank=True)
    field = models.ForeignKey(Field, models.PROTECT, related_name="procedures", verbose_name=_("field of work"))

    level_province = models.BooleanField(_("at province level"), default=False)
    level_district = models.BooleanField(_("at district level"), default=False)
    level_commune = models.BooleanField(_("at commune level"), default=False)
    audience_citizen = models.BooleanField(_("for citizens"), default=False)
    audience_business = models.BooleanField(_("for businesses"), default=False)
    audience_organisation = models.BooleanField(_("for organisations"), default=False)
    audience_official = models.BooleanField(_("for officials"), default=False)
    audience_foreigner = models.BooleanField(_("for foreigners"), default=False)

    online = models.CharField(_("online level"), max_length=8, choices=OnlineLevel, blank=True)
    electronic_process = models.BooleanField(
        _("electronic process"),
        default=False,
        help_text=_("Result in five electronic steps: signature, transfer, printing, stamping, returning."),
    )
    at_center = models.BooleanField(_("at the Center"), default=False, help_text=_("Received and returned there."))
    everyday_rank = models.PositiveSmallIntegerField(
        _("everyday rank"),
        default=0,
        help_text=_("0 rare, 1 occasional, 2 common, 3 among the commonest, 4 on the home page."),
    )

    decision = models.CharField(_("publishing decision"), max_length=80, blank=True)
    published = models.BooleanField(_("published"), default=True)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("replaced by")
    )
    legal_basis: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "LegalDocument", blank=True, related_name="procedures", verbose_name=_("legal basis")
    )
    source = models.CharField(_("source"), max_length=20, choices=Source, default=Source.STEWARD)
    source_date = models.CharField(
        _("as of"),
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^\d{4}(-\d{2}(-\d{2})?)?\Z", _("A year, a month or a day: 2024-08."))],
    )
    source_note = models.CharField(_("note on the source"), max_length=300, blank=True)

    objects = ProcedureQuerySet.as_manager()

    class Meta(Validity.Meta):
        abstract = False
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["code"]
        constraints = [
            *Validity.Meta.constraints,
            models.CheckConstraint(
                name="procedure_has_a_level",
                condition=Q(level_province=True) | Q(level_district=True) | Q(level_commune=True),
                violation_error_message=_("At least one level."),
            ),
            models.CheckConstraint(
                name="procedure_online_known",
                condition=Q(online__in=["", *OnlineLevel.values]),
                violation_error_message=_("Unknown online level."),
            ),
            models.CheckConstraint(
                name="procedure_electronic_is_online",
                condition=Q(electronic_process=False) | Q(online=OnlineLevel.FULL),
                violation_error_message=_("The electronic process needs a fully online procedure."),
            ),
            models.CheckConstraint(
                name="procedure_not_its_own_successor",
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")),
                violation_error_message=_("A procedure does not replace itself."),
            ),
            models.CheckConstraint(
                name="procedure_everyday_rank_bounded",
                condition=Q(everyday_rank__lte=4),
                violation_error_message=_("The everyday rank goes from 0 to 4."),
            ),
            models.CheckConstraint(
                name="procedure_source_known",
                condition=Q(source__in=Source.values),
                violation_error_message=_("Unknown source."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    natural_key.dependencies = ["procedures.field", "procedures.legaldocument"]  # type: ignore[attr-defined]

    def get_absolute_url(self) -> str:
        return reverse("procedures:detail", args=[self.code])

    @property
    def display_name(self) -> str:
        """The name in the reader's language, where there is one."""
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def levels(self) -> list[Level]:
        return levels_of(self)

    @property
    def audiences(self) -> list[Audience]:
        return [audience for audience in Audience if getattr(self, f"audience_{audience.value}")]

    @property
    def national_url(self) -> str:
        """Where to apply at the national portal; empty without a national code."""
        if not NATIONAL_CODE.match(self.code):
            return ""
        return settings.PORTAL_NATIONAL_PROCEDURE_URL.format(code=self.code)

    def is_public(self, day: datetime.date) -> bool:
        return self.published and self.is_valid(day)
