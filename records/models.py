"""The records: what was received, where it stands, and every event in between.

Personal facts are sealed (`personal.py`); what search needs of them are keyed hashes beside them. A status changes
through `actions.py` alone; the database refuses anything else (`guards.py`).
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency
from procedures.models import ChannelKind, Procedure, ProcedureVersion, TimeUnit

from .personal import masked_name, unseal
from .statuses import OPEN, STANDING_STILL, Status

FAR = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)  # sorts what has no date behind everything that has one


class ApplicantKind(models.TextChoices):
    CITIZEN = "citizen", _("Citizen")
    BUSINESS = "business", _("Business")
    ORGANISATION = "organisation", _("Organisation")


class Collection(models.TextChoices):
    """How the result reaches the applicant."""

    DESK = "desk", _("at the desk")
    POST = "post", _("by post")
    ONLINE = "online", _("online")


class DayExceptionManager(models.Manager["DayException"]):
    def get_by_natural_key(self, day: str) -> "DayException":
        return self.get(day=day)


class DayException(models.Model):
    """A day that deviates from Monday to Friday: a holiday, a swapped day off, a worked Saturday."""

    class Kind(models.TextChoices):
        OFF = "off", _("day off")
        WORKED = "worked", _("working day")

    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = DayExceptionManager()

    class Meta:
        verbose_name = _("day off or worked")
        verbose_name_plural = _("days off and worked")
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(name="day_exception_kind_known", condition=Q(kind__in=["off", "worked"]))
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"

    def natural_key(self) -> tuple[str]:
        return (str(self.day),)


class CodeCounter(models.Model):
    """The last order number that a unit gave on a day; its row is the lock under which codes are given."""

    unit_part = models.CharField(max_length=16)
    day = models.DateField()
    last = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("code counter")
        verbose_name_plural = _("code counters")
        constraints = [models.UniqueConstraint(fields=["unit_part", "day"], name="code_counter_once")]

    def __str__(self) -> str:
        return f"{self.unit_part} {self.day}: {self.last}"


class RecordQuerySet(models.QuerySet["Record"]):
    def open(self) -> "RecordQuerySet":
        return self.filter(status__in=OPEN)

    def overdue(self, now: datetime.datetime) -> "RecordQuerySet":
        return self.open().filter(urgency__lt=now)

    def waiting(self) -> "RecordQuerySet":
        """Those whose clock waits for the citizen."""
        return self.filter(status__in=STANDING_STILL)


class Record(models.Model):
    """A record (hồ sơ) of one applicant for one procedure."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="records", verbose_name=_("procedure"))
    version = models.ForeignKey(
        ProcedureVersion, models.PROTECT, related_name="+", verbose_name=_("procedure as it was at reception")
    )
    unit = models.ForeignKey(Agency, models.PROTECT, related_name="received_records", verbose_name=_("received at"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="settled_records", verbose_name=_("settled by"))
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("officer in charge"),
    )
    channel = models.CharField(_("channel"), max_length=12, choices=ChannelKind)
    applicant_kind = models.CharField(_("applicant"), max_length=12, choices=ApplicantKind)
    collection = models.CharField(_("result collected"), max_length=8, choices=Collection, default=Collection.DESK)

    sealed = models.BinaryField(_("personal facts"), null=True, editable=False)  # null once they were erased
    phone_hash = models.BigIntegerField(null=True, editable=False)
    identity_hash = models.BigIntegerField(null=True, editable=False)
    papers = models.JSONField(_("documents handed in"), default=list)  # [{name, originals, copies}]

    status = models.PositiveSmallIntegerField(_("status"), choices=Status)
    status_since = models.DateTimeField(_("status since"))
    received_at = models.DateTimeField(_("received at"))
    limit_value = models.PositiveSmallIntegerField(_("time limit"))
    limit_unit = models.CharField(_("unit of the limit"), max_length=12, choices=TimeUnit)
    # The state of the clock, kept in step with the events (`clock.py`).
    clock_from = models.DateTimeField(_("limit counts from"), null=True)
    still_since = models.DateTimeField(_("clock stands still since"), null=True)
    pauses = models.JSONField(_("pauses of this limit"), default=list)  # [[start, end], …] ISO 8601 in UTC
    promised_at = models.DateTimeField(_("promised for"), null=True)  # as moved by swapped days and pauses
    due_at = models.DateTimeField(_("due"), null=True)  # the promise, or the new date after a re-appointment
    urgency = models.DateTimeField(default=FAR, editable=False)  # `due_at`, or far away: what lists sort by
    reappointed_to = models.DateTimeField(_("re-appointed to"), null=True)
    supplements = models.PositiveSmallIntegerField(_("supplement requests"), default=0)
    resolved_at = models.DateTimeField(_("resolved at"), null=True)
    returned_at = models.DateTimeField(_("returned at"), null=True)

    sequence = models.PositiveIntegerField(default=0, editable=False)  # of the last event; the version a form shows
    last_hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        ordering = ["urgency", "id"]
        constraints = [
            models.CheckConstraint(name="record_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="record_limit_positive", condition=Q(limit_value__gt=0)),
            models.CheckConstraint(
                name="record_returned_has_time", condition=~Q(status=Status.RETURNED) | Q(returned_at__isnull=False)
            ),
            models.CheckConstraint(
                name="record_still_only_while_waiting",
                condition=Q(still_since__isnull=True) | Q(status__in=STANDING_STILL),
            ),
        ]
        indexes = [
            # The lists of the counter: open records by urgency, of everybody, of a unit, of an agency, of an officer.
            models.Index(fields=["urgency", "id"], condition=Q(status__in=OPEN), name="record_open"),
            models.Index(fields=["unit", "urgency", "id"], condition=Q(status__in=OPEN), name="record_open_of_unit"),
            models.Index(
                fields=["agency", "urgency", "id"], condition=Q(status__in=OPEN), name="record_open_of_agency"
            ),
            models.Index(
                fields=["officer", "urgency", "id"], condition=Q(status__in=OPEN), name="record_open_of_officer"
            ),
            # Ended records by period, of everybody, of a unit, of an agency.
            models.Index(fields=["-received_at", "-id"], name="record_received"),
            models.Index(fields=["unit", "-received_at", "-id"], name="record_received_at_unit"),
            models.Index(fields=["agency", "-received_at", "-id"], name="record_received_by_agency"),
            models.Index(fields=["phone_hash"], condition=Q(phone_hash__isnull=False), name="record_phone"),
            models.Index(fields=["identity_hash"], condition=Q(identity_hash__isnull=False), name="record_identity"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def waits_for_citizen(self) -> bool:
        return self.status in STANDING_STILL

    @property
    def personal(self) -> dict[str, Any]:
        """name, identity, phone, email, address, owner, content, place; empty once erased."""
        return unseal(self.sealed) if self.sealed else {}

    @property
    def masked_name(self) -> str:
        return masked_name(self.personal.get("name", ""))


class RecordWord(models.Model):
    """A keyed hash for each word of a record's names, by which staff find it."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="name_words")
    word = models.BigIntegerField()

    class Meta:
        verbose_name = _("word of a name")
        verbose_name_plural = _("words of names")
        constraints = [models.UniqueConstraint(fields=["word", "record"], name="record_word_once")]

    def __str__(self) -> str:
        return str(self.word)


class EventKind(models.TextChoices):
    RECEIVED = "received", _("Received")
    STATUS = "status", _("Status changed")
    CORRECTED = "corrected", _("Corrected")
    ASSIGNED = "assigned", _("Officer assigned")
    REAPPOINTED = "reappointed", _("New date appointed")
    RECOMPUTED = "recomputed", _("Due date recomputed")
    ERASED = "erased", _("Personal facts erased")


class Event(models.Model):
    """What happened to a record: appended, never changed (both databases refuse it), chained by hashes.

    Nothing personal stands here: a reason is a note beside it that can be erased, of which the event holds a digest.
    """

    record = models.ForeignKey(Record, models.PROTECT, related_name="events", verbose_name=_("record"))
    sequence = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("what happened"), max_length=12, choices=EventKind)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )  # null: the portal itself, or an import
    from_status = models.PositiveSmallIntegerField(_("from"), choices=Status, null=True)
    to_status = models.PositiveSmallIntegerField(_("to"), choices=Status)
    due_before = models.DateTimeField(_("due before"), null=True)
    due_after = models.DateTimeField(_("due after"), null=True)
    details = models.JSONField(_("details"), default=dict)
    reason_digest = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["record", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["record", "sequence"], name="event_sequence_once"),
            models.CheckConstraint(name="event_status_known", condition=Q(to_status__in=Status.values)),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.get_kind_display()}"


class EventNote(models.Model):
    """The reason of an event, as its officer wrote it: sealed, and erased with the record's personal facts."""

    event = models.OneToOneField(Event, models.CASCADE, primary_key=True, related_name="note")
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")

    def __str__(self) -> str:
        return unseal(self.sealed)


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


class OutboxMessage(models.Model):
    """An e-mail before it is sent: written in the transaction of its event, sent once, tried again."""

    MOST_TRIES = 8

    record = models.ForeignKey(Record, models.CASCADE, related_name="messages", verbose_name=_("record"))
    event = models.OneToOneField(Event, models.PROTECT, related_name="message")
    sealed_to = models.BinaryField(null=True)  # null once sent or given up
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    made_at = models.DateTimeField(_("made at"))
    next_try_at = models.DateTimeField(_("next try at"), null=True)  # null: nothing left to do
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["id"]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="outbox_waiting")]

    def __str__(self) -> str:
        return self.subject


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


class BulkJob(models.Model):
    """A move of many records in one go: done in slices, resumable, each record reported."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    made_at = models.DateTimeField(_("made at"))
    to_status = models.PositiveSmallIntegerField(_("move to"), choices=Status)
    sealed_reason = models.BinaryField(null=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PREPARED)

    class Meta:
        verbose_name = _("bulk move")
        verbose_name_plural = _("bulk moves")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} → {self.get_to_status_display()}"


class BulkItem(models.Model):
    """One code of a bulk move, and what became of it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MOVED = "moved", _("moved")
        REFUSED = "refused", _("refused")

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    code = models.CharField(_("code"), max_length=64)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    message = models.CharField(_("message"), max_length=300, blank=True)
    version = models.PositiveIntegerField(null=True)  # the record's last event when the list was made

    class Meta:
        verbose_name = _("record of a bulk move")
        verbose_name_plural = _("records of bulk moves")
        ordering = ["job", "position"]
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="bulk_item_position_once"),
            models.UniqueConstraint(fields=["job", "code"], name="bulk_item_code_once"),
        ]
        indexes = [models.Index(fields=["job", "outcome", "position"], name="bulk_item_waiting")]

    def __str__(self) -> str:
        return self.code


class Recomputation(models.Model):
    """Open records whose due dates follow a change of the table of days: done in slices, resumable."""

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    days = models.JSONField(default=list)  # the days that changed, ISO 8601; empty: every open record
    position = models.BigIntegerField(default=0)  # the last record that was looked at
    looked_at = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recomputation of due dates")
        verbose_name_plural = _("recomputations of due dates")
        ordering = ["id"]

    def __str__(self) -> str:
        return ", ".join(self.days) or str(self.made_at)
