"""The results of records: their files by hash, the electronic steps that made them, and who is competent to sign."""

import secrets
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency, Validity

from .record import Event, EventKind, Record

SHA256 = RegexValidator(r"^[0-9a-f]{64}\Z")


class StepKind(models.TextChoices):
    """The five electronic steps, in their order."""

    SIGN = "sign", _("Digital signature")
    TRANSFER = "transfer", _("Electronic transfer")
    PRINT = "print", _("Printing")
    STAMP = "stamp", _("Stamping")
    RETURN = "return", _("Returning")


class FileKind(models.TextChoices):
    DRAFT = "draft", _("draft")
    SIGNED = "signed", _("signed file")
    SEALED = "sealed", _("sealed file")
    PRINT = "print", _("print copy")


class SignatoryKind(models.TextChoices):
    SIGNATURE = "signature", _("signature of a person")
    SEAL = "seal", _("seal of the Center")


class StoredFile(models.Model):
    """A file in the private storage of results, named by its hash: what it was, also after it was erased."""

    sha256 = models.CharField(_("SHA-256"), max_length=64, primary_key=True, validators=[SHA256])
    size = models.PositiveIntegerField(_("bytes"))
    kind = models.CharField(_("kind"), max_length=8, choices=FileKind)
    kept_at = models.DateTimeField(_("kept since"))
    erased_at = models.DateTimeField(_("erased at"), null=True)  # with the personal facts of its record

    class Meta:
        verbose_name = _("file of a result")
        verbose_name_plural = _("files of results")
        constraints = [models.CheckConstraint(name="stored_file_kind_known", condition=Q(kind__in=FileKind.values))]

    def __str__(self) -> str:
        return self.sha256


class ResultDraft(models.Model):
    """A PDF that waits for its signature; another one takes its place."""

    record = models.OneToOneField(Record, models.CASCADE, related_name="draft", verbose_name=_("record"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="drafts", verbose_name=_("file"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("draft of a result")
        verbose_name_plural = _("drafts of results")

    def __str__(self) -> str:
        return str(self.file_id)


class Signatory(Validity):
    """Who is competent: a certificate that signs for an agency, or seals for the Center."""

    unit = models.ForeignKey(Agency, models.PROTECT, related_name="signatories", verbose_name=_("agency"))
    name = models.CharField(_("name"), max_length=200)
    title = models.CharField(_("title"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=SignatoryKind, default=SignatoryKind.SIGNATURE)
    fingerprint = models.CharField(
        _("fingerprint"), max_length=64, unique=True, validators=[SHA256], help_text=_("SHA-256 of the certificate.")
    )
    certificate = models.TextField(_("certificate"), help_text=_("As PEM."))
    key = models.CharField(
        _("key"),
        max_length=80,
        blank=True,
        help_text=_(
            "Its name in the configuration of keys; empty: signs elsewhere, and its signed files are accepted."
        ),
    )

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("held by"),
        help_text=_("Who alone signs with the key here; empty: every officer of the agency."),
    )

    class Meta(Validity.Meta):
        abstract = False
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        ordering = ["unit", "name"]
        constraints = [
            *Validity.Meta.constraints,
            models.CheckConstraint(name="signatory_kind_known", condition=Q(kind__in=SignatoryKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.title}" if self.title else self.name


def new_token() -> str:
    """128 random bits, for the address under which a result is verified."""
    return secrets.token_urlsafe(16)


class Result(models.Model):
    """A result of a record. Over when it was withdrawn, or its signature taken back: `withdrawal` says which."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="results", verbose_name=_("record"))
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    made_at = models.DateTimeField(_("made at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawal = models.OneToOneField(
        Event, models.PROTECT, null=True, related_name="withdrawn_result", verbose_name=_("withdrawal")
    )

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["record", "id"]
        constraints = [
            models.UniqueConstraint(
                name="result_one_living", fields=["record"], condition=Q(withdrawn_at__isnull=True)
            ),
            models.CheckConstraint(
                name="result_withdrawn_by_event",
                condition=Q(withdrawn_at__isnull=True, withdrawal__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawal__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.made_at:%Y-%m-%d}"

    @property
    def is_living(self) -> bool:
        return self.withdrawn_at is None

    @property
    def was_taken_back(self) -> bool:
        """Whether its signature was a mistake, undone before anything was given out."""
        return self.withdrawal is not None and self.withdrawal.kind == EventKind.STEP_UNDONE


class ResultStep(models.Model):
    """One of the five steps as evidence: its event, its file, whose certificate, and what the check said.

    Never changed (both databases refuse it), except that a correction says once by which event it was undone.
    """

    result = models.ForeignKey(Result, models.PROTECT, related_name="steps", verbose_name=_("result"))
    kind = models.CharField(_("step"), max_length=8, choices=StepKind)
    event = models.OneToOneField(Event, models.PROTECT, related_name="result_step", verbose_name=_("event"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="steps", verbose_name=_("file"))
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    # Of the signature that this step made or checked; empty where it has to do with none.
    signatory = models.ForeignKey(Signatory, models.PROTECT, null=True, related_name="+", verbose_name=_("signatory"))
    certificate = models.TextField(_("certificate"), blank=True)  # PEM
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)
    signer = models.CharField(_("signer"), max_length=200, blank=True)  # the name in the certificate
    verdict = models.JSONField(_("verdict"), default=dict)  # {verdict, bottom_line, modification_level}
    undone_by = models.OneToOneField(
        Event, models.PROTECT, null=True, related_name="undone_step", verbose_name=_("undone by")
    )

    class Meta:
        verbose_name = _("electronic step")
        verbose_name_plural = _("electronic steps")
        ordering = ["result", "id"]
        constraints = [
            models.UniqueConstraint(
                name="result_step_once", fields=["result", "kind"], condition=Q(undone_by__isnull=True)
            ),
            models.CheckConstraint(name="result_step_kind_known", condition=Q(kind__in=StepKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"

    @property
    def facts(self) -> dict[str, Any]:
        """What its event says of it, in the chained history; nothing personal."""
        return {
            "step": self.kind,
            "file": self.file_id,
            "certificate": self.fingerprint,
            **self.verdict,
        }
