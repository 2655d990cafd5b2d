"""The catalogue as it was: its numbered versions, what each changed, and the state that records stay pinned to."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .procedure import Procedure


class ProcedureVersion(models.Model):
    """What a procedure promised and asked for at some time; equal states are one row."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions", verbose_name=_("procedure"))
    digest = models.CharField(max_length=64)  # SHA-256 of the facts as canonical JSON
    facts = models.JSONField(_("facts"))
    made_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    moves_stamp = False  # it repeats what the catalogue's own rows say

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        ordering = ["procedure", "id"]
        constraints = [models.UniqueConstraint(fields=["procedure", "digest"], name="procedure_version_once")]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.digest[:8]}"


def facts_of(procedure: Procedure) -> dict[str, Any]:
    """What an applicant relies on: name, decision, ways to hand in with time and fee, papers."""
    channels = procedure.channels.values("position", "kind", "time", "unit", "fee_vnd", "note", "basis")
    papers = procedure.documents.values("position", "case", "name", "originals", "copies", "form")
    return {
        "code": procedure.code,
        "name": procedure.name,
        "decision": procedure.decision,
        "channels": list(channels),
        "documents": list(papers),
    }


def pin(procedure: Procedure) -> ProcedureVersion:
    """The version that holds now; made when the catalogue says something new."""
    facts = facts_of(procedure)
    digest = hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    version, _made = ProcedureVersion.objects.get_or_create(
        procedure=procedure, digest=digest, defaults={"facts": facts}
    )
    return version


class VersionKind(models.TextChoices):
    FIRST = "first", _("first version")
    LOAD = "load", _("load")
    EDIT = "edit", _("edit")
    UNDO = "undo", _("undo")


class CatalogueVersion(models.Model):
    """One change of the catalogue: who, when, from which files, by which decision. Never changed, never deleted."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=VersionKind)
    day = models.DateField(_("in force from"))
    made_at = models.DateTimeField(_("applied at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    decision = models.CharField(_("decision"), max_length=160, blank=True)
    files = models.JSONField(_("files"), default=list)  # [{"name": …, "sha256": …}]
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="undone_by", verbose_name=_("takes back")
    )

    class Meta:
        verbose_name = _("version of the catalogue")
        verbose_name_plural = _("versions of the catalogue")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(name="version_kind_known", condition=Q(kind__in=VersionKind.values)),
            models.CheckConstraint(
                name="version_undo_names_what_it_takes_back",
                condition=Q(kind=VersionKind.UNDO, undoes__isnull=False)
                | (~Q(kind=VersionKind.UNDO) & Q(undoes__isnull=True)),
            ),
            models.CheckConstraint(
                name="version_first_is_number_one",
                condition=Q(kind=VersionKind.FIRST, number=1) | (~Q(kind=VersionKind.FIRST) & Q(number__gt=1)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class RowChange(models.Model):
    """One row of the catalogue before and after, as `loading.shape` reads it; None where there was or is no row.

    Both are None in the first version: the procedure was there, and its rows are the catalogue's own.
    """

    model = models.CharField(max_length=40)  # "procedures.channel"
    key = models.JSONField()
    procedure = models.CharField(max_length=40, blank=True)  # the code of the procedure it belongs to
    row = models.BigIntegerField(null=True)  # the primary key, so that a row that is put back is the same one
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"


class Change(RowChange):
    """What a version changed. Never changed, never deleted."""

    version = models.ForeignKey(CatalogueVersion, models.PROTECT, related_name="changes")

    class Meta(RowChange.Meta):
        abstract = False
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [models.Index(fields=["procedure", "-version"], name="change_of_procedure")]


class LoadState(models.TextChoices):
    PREPARED = "prepared", _("to be confirmed")
    SCHEDULED = "scheduled", _("scheduled")
    APPLIED = "applied", _("applied")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("not applied")


class CatalogueLoad(models.Model):
    """Files that somebody brought, from the upload until they are applied or given up."""

    made_at = models.DateTimeField(_("uploaded at"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    scope = models.CharField(_("may withdraw"), max_length=140, default="none")
    decision = models.CharField(_("decision"), max_length=160, blank=True)
    valid_from = models.DateField(_("in force from"), null=True)
    files = models.JSONField(_("files"), default=list)  # [{"name": …, "sha256": …}]
    state = models.CharField(_("state"), max_length=12, choices=LoadState, default=LoadState.PREPARED)
    notice = models.TextField(_("notice"), blank=True)  # why it was not applied on its day
    version = models.OneToOneField(
        CatalogueVersion, models.PROTECT, null=True, related_name="load", verbose_name=_("version")
    )

    moves_stamp = False  # what is only prepared shows nowhere; `PlannedChange` moves it

    class Meta:
        verbose_name = _("load of the catalogue")
        verbose_name_plural = _("loads of the catalogue")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="load_state_known", condition=Q(state__in=LoadState.values)),
            models.CheckConstraint(
                name="load_applied_has_a_version",
                condition=Q(state=LoadState.APPLIED, version__isnull=False, confirmed_by__isnull=False)
                | (~Q(state=LoadState.APPLIED) & Q(version__isnull=True)),
            ),
            models.CheckConstraint(
                name="load_scheduled_has_a_day",
                condition=~Q(state=LoadState.SCHEDULED) | Q(valid_from__isnull=False, confirmed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(file["name"] for file in self.files)


class LoadFile(models.Model):
    """The content of an uploaded file, kept until its load is decided."""

    load = models.ForeignKey(CatalogueLoad, models.CASCADE, related_name="contents")
    name = models.CharField(max_length=200)
    content = models.BinaryField()

    moves_stamp = False

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class PlannedChange(RowChange):
    """What a scheduled load will change on its day."""

    load = models.ForeignKey(CatalogueLoad, models.CASCADE, related_name="planned")

    class Meta(RowChange.Meta):
        abstract = False
        indexes = [models.Index(fields=["procedure"], name="planned_for_procedure")]
