"""The statutory forms as data, the letters of a desk that are long work, and the log of what was issued."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency, Validity, on_day

from .record import Event, Record


class LetterKind(models.TextChoices):
    """What a form is for; its number and its title are data, because circulars renumber them."""

    RECEIPT = "receipt", _("Receipt and appointment")
    SUPPLEMENT = "supplement", _("Request for supplement")
    REFUSAL = "refusal", _("Refusal")
    APOLOGY = "apology", _("Apology and new appointment")
    CONTROL = "control", _("Process-control sheet")
    REGISTER = "register", _("Register of records")


class LetterFormQuerySet(models.QuerySet["LetterForm"]):
    def valid_on(self, day: Any) -> "LetterFormQuerySet":
        return self.filter(on_day(day))

    def get_by_natural_key(self, kind: str, basis: str) -> "LetterForm":
        return self.get(kind=kind, basis=basis)


class LetterForm(Validity):
    """A form of a circular: with a successor it ends, and another row begins on the day after."""

    class Paper(models.TextChoices):
        A5 = "A5", "A5"
        A4 = "A4", "A4"
        A4_LANDSCAPE = "A4 landscape", _("A4, landscape")

    kind = models.CharField(_("kind"), max_length=12, choices=LetterKind)
    number = models.CharField(_("number"), max_length=12, help_text=_("As the circular numbers it, like 01."))
    title = models.CharField(_("title"), max_length=200)
    basis = models.CharField(_("legal basis"), max_length=200)
    paper = models.CharField(_("paper"), max_length=12, choices=Paper, default=Paper.A5)

    objects = LetterFormQuerySet.as_manager()

    class Meta(Validity.Meta):
        abstract = False
        verbose_name = _("letter form")
        verbose_name_plural = _("letter forms")
        ordering = ["number", "valid_from"]
        constraints = [
            *Validity.Meta.constraints,
            models.CheckConstraint(name="letterform_kind_known", condition=Q(kind__in=LetterKind.values)),
            models.UniqueConstraint(
                fields=["kind", "basis"],
                name="letterform_once",
                violation_error_message=_("This legal basis has a form of this kind already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def natural_key(self) -> tuple[str, str]:
        return (self.kind, self.basis)

    @property
    def page(self) -> str:
        """The name of its pages in `letters.css`."""
        return self.paper.lower().replace(" ", "-")

    def clean(self) -> None:
        """No two forms of a kind on the same day."""
        others = LetterForm.objects.filter(kind=self.kind).exclude(pk=self.pk)
        if self.valid_to:
            others = others.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=self.valid_to))
        if self.valid_from:
            others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=self.valid_from))
        if others.exists():
            raise ValidationError(
                _("On some of these days “%(form)s” is in force: end it the day before.") % {"form": others[0]}
            )


class IssuedLetter(models.Model):
    """A letter was made: of one record, or of a unit and a period. The letter itself is not kept."""

    form = models.ForeignKey(LetterForm, models.PROTECT, related_name="+", verbose_name=_("form"))
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )  # null: the applicant, in the session of a look-up
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="letters", verbose_name=_("record"))
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+", verbose_name=_("event"))
    unit = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", verbose_name=_("unit"))
    first = models.DateField(_("from"), null=True)
    last = models.DateField(_("until"), null=True)

    class Meta:
        verbose_name = _("issued letter")
        verbose_name_plural = _("issued letters")
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="issued_letter_of_record_or_period",
                condition=Q(record__isnull=False, unit__isnull=True, first__isnull=True, last__isnull=True)
                | Q(
                    record__isnull=True,
                    unit__isnull=False,
                    first__isnull=False,
                    last__isnull=False,
                    first__lte=F("last"),
                ),
            )
        ]
        indexes = [
            models.Index(fields=["-issued_at", "-id"], name="letter_lately"),
            models.Index(fields=["record", "-issued_at"], name="letter_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.record or self.unit}"


class LetterBatch(models.Model):
    """The receipts of a day, or the register of a period, of a desk: drawn in slices, each a piece, then joined.

    `reached` is the key of the last record on a letter; records come in the order of their reception, and of those
    whose key is above `until` none is taken: they came in after this was asked for.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    kind = models.CharField(_("kind"), max_length=12, choices=LetterKind)
    unit = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("unit"))
    first = models.DateField(_("from"))
    last = models.DateField(_("until"))
    lookup = models.CharField(max_length=300)  # the address that the QR codes lead to
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    made_at = models.DateTimeField(_("made at"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RUNNING)
    reached = models.BigIntegerField(default=0)
    until = models.BigIntegerField()
    total = models.PositiveIntegerField()  # records that were there when it was asked for
    done = models.PositiveIntegerField(default=0)  # records on the pieces so far
    fault = models.CharField(_("fault"), max_length=300, blank=True)  # why there is no file

    class Meta:
        verbose_name = _("letters of a desk")
        verbose_name_plural = _("letters of desks")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="letter_batch_kind_known", condition=Q(kind__in=[LetterKind.RECEIPT, LetterKind.REGISTER])
            ),
            models.CheckConstraint(name="letter_batch_period_in_order", condition=Q(first__lte=F("last"))),
            models.UniqueConstraint(
                fields=["kind", "unit", "first", "last", "made_by"],
                name="letter_batch_running_once",
                condition=Q(state="running"),
            ),
        ]
        indexes = [models.Index(fields=["unit", "-made_at", "-id"], name="letter_batch_of_unit")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first:%d/%m/%Y}–{self.last:%d/%m/%Y}"


class LetterPiece(models.Model):
    """A part of a batch as a PDF: sealed, because it is full of personal facts, and gone some days later."""

    WHOLE = 0  # the number of what all the others were joined to

    batch = models.ForeignKey(LetterBatch, models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    sealed_pdf = models.BinaryField()

    class Meta:
        verbose_name = _("piece of letters of a desk")
        verbose_name_plural = _("pieces of letters of desks")
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="letter_piece_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"
