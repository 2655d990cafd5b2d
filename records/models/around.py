"""What is kept beside records: who read them, what was sent about them, failed look-ups."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .record import Event, Record


class RecordRead(models.Model):
    """Somebody of the staff opened a record."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="reads", verbose_name=_("record"))
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="read_lately"),
            models.Index(fields=["record", "-at"], name="record_read"),
            models.Index(fields=["reader", "-at"], name="reader_read"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.at}"


class Letter(models.Model):
    """An e-mail before it is sent: written with what it tells of, sent once, tried again (`messages.py`)."""

    MOST_TRIES = 8

    sealed_to = models.BinaryField(null=True)  # null once sent or given up
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    made_at = models.DateTimeField(_("made at"))
    next_try_at = models.DateTimeField(_("next try at"), null=True)  # null: nothing left to do
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return self.subject


class OutboxMessage(Letter):
    """An e-mail to an applicant, written in the transaction of its event."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="messages", verbose_name=_("record"))
    event = models.OneToOneField(Event, models.PROTECT, related_name="message")

    class Meta(Letter.Meta):
        abstract = False
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="outbox_waiting")]


class LookupFailure(models.Model):
    """Failed look-ups from one address or of one code in a stretch of time, or the alarm about many: hashes only."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("address")
        CODE = "code", _("code")
        ALARM = "alarm", _("alarm")

    kind = models.CharField(max_length=8, choices=Kind)
    key = models.BigIntegerField()
    window = models.DateTimeField(_("from"))
    count = models.PositiveIntegerField(_("record codes that failed"), default=0)

    class Meta:
        verbose_name = _("failed look-ups")
        verbose_name_plural = _("failed look-ups")
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="lookup_failure_once")]
        indexes = [models.Index(fields=["window"], name="lookup_failure_window")]

    def __str__(self) -> str:
        return f"{self.window}: {self.count}"
