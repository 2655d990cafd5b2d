"""Fields of work, and which agency owns each of them since when."""

import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency, Validity, on_day


class FieldQuerySet(models.QuerySet["Field"]):
    def get_by_natural_key(self, slug: str) -> "Field":
        return self.get(slug=slug)


class Field(models.Model):
    """A field of work (lĩnh vực): each procedure belongs to one, each day one agency owns it."""

    slug = models.CharField(
        _("slug"),
        max_length=120,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Small letters, digits and hyphens."))],
        help_text=_("Part of the address of its page; does not change."),
    )
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)

    objects = FieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("field of work")
        verbose_name_plural = _("fields of work")
        ordering = ["name", "slug"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    @property
    def display_name(self) -> str:
        """The name in the reader's language, where there is one."""
        return self.name_en if get_language() == "en" and self.name_en else self.name


class FieldOwnerQuerySet(models.QuerySet["FieldOwner"]):
    def valid_on(self, day: datetime.date) -> "FieldOwnerQuerySet":
        return self.filter(on_day(day))

    def get_by_natural_key(self, slug: str, agency: str) -> "FieldOwner":
        return self.get(field__slug=slug, agency__code=agency)


class FieldOwner(Validity):
    """The agency that owns a field of work, for a period. A reorganisation ends one row and starts another."""

    field = models.ForeignKey(Field, models.CASCADE, related_name="owners", verbose_name=_("field of work"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="fields", verbose_name=_("agency"))

    objects = FieldOwnerQuerySet.as_manager()

    class Meta(Validity.Meta):
        abstract = False
        verbose_name = _("owner of a field")
        verbose_name_plural = _("owners of a field")
        ordering = ["field", F("valid_from").asc(nulls_first=True)]
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["field", "agency"], name="field_owner_once"),
            # Together with the order of each period these two keep a field from having two first or two last owners.
            models.UniqueConstraint(fields=["field"], condition=Q(valid_to__isnull=True), name="field_one_last_owner"),
            models.UniqueConstraint(
                fields=["field"], condition=Q(valid_from__isnull=True), name="field_one_first_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} – {self.agency}"

    def natural_key(self) -> tuple[str, str]:
        return (self.field.slug, self.agency.code)

    natural_key.dependencies = ["procedures.field", "organisation.agency"]  # type: ignore[attr-defined]
