"""What the staff is reminded of: each thing once, the e-mails that tell it, and drafts of apologies."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .around import Letter
from .record import Record


class Reminder(models.Model):
    """Somebody was reminded that a record is due on a day, or is overdue since: once."""

    class Kind(models.TextChoices):
        DAYS = "days", _("due within 3 working days")
        DAY = "day", _("due within 1 working day")
        OVERDUE = "overdue", _("overdue")

    record = models.ForeignKey(Record, models.CASCADE, related_name="reminders", verbose_name=_("record"))
    kind = models.CharField(max_length=8, choices=Kind)
    due = models.DateField(_("due"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=["record", "kind", "due"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.kind} {self.due}"


class StaffMessage(Letter):
    """An e-mail to somebody of the staff, written with the reminders that it tells of."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("to"))

    class Meta(Letter.Meta):
        abstract = False
        verbose_name = _("message to the staff")
        verbose_name_plural = _("messages to the staff")
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="staff_message_waiting")
        ]


class ApologyDraft(models.Model):
    """The draft of an apology for a record that will not make its date; it sends nothing (`apologies.py`)."""

    record = models.OneToOneField(Record, models.CASCADE, related_name="apology", verbose_name=_("record"))
    due = models.DateTimeField(_("due"))  # the date that will be missed: with another one the draft is pointless
    new_day = models.DateField(_("New date"))
    reason = models.TextField(_("reason"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("draft of an apology")
        verbose_name_plural = _("drafts of apologies")

    def __str__(self) -> str:
        return f"{self.record_id} {self.new_day}"
