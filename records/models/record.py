"""The records: what was received, where it stands, and every event in between.

Personal facts are sealed (`personal.py`); what search needs of them are keyed hashes beside them. A status changes
through `actions.py` alone; the database refuses anything else (`guards.py`).
"""

import datetime
from collections import Counter
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency
from procedures.models import ChannelKind, Field, Procedure, ProcedureVersion, TimeUnit

from ..personal import masked_name, unseal
from ..statuses import OPEN, STANDING_STILL, Status

FAR = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)  # sorts what has no date behind everything that has one


def ended_late(stopped: Any = Status.STOPPED, one: Any = 1) -> Q:
    """Those that ended after their promise, or were stopped after a second supplement (`statistics/formula.py`).

    A condition of an index: who asks along it gives both numbers as they stand there (`listing.Literal`).
    """
    promise = F("promised_at")
    return (
        Q(resolved_at__gt=promise)
        | Q(resolved_at__isnull=True, returned_at__gt=promise)
        | Q(status=stopped, status_since__gt=promise)
        | Q(status=stopped, supplements__gt=one, promised_at__isnull=False)
    )


class ApplicantKind(models.TextChoices):
    CITIZEN = "citizen", _("Citizen")
    BUSINESS = "business", _("Business")
    ORGANISATION = "organisation", _("Organisation")


class Collection(models.TextChoices):
    """How the result reaches the applicant."""

    DESK = "desk", _("at the desk")
    POST = "post", _("by post")
    ONLINE = "online", _("online")


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
    # As it was at reception, for the figures: a procedure may go to another field later.
    field = models.ForeignKey(Field, models.PROTECT, null=True, db_index=False, related_name="+", editable=False)
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
    # Stretches of work under limits before this one, as above.
    earlier = models.JSONField(default=list, editable=False)
    promised_at = models.DateTimeField(_("promised for"), null=True)  # as moved by swapped days and pauses
    due_at = models.DateTimeField(_("due"), null=True)  # the promise, or the new date after a re-appointment
    urgency = models.DateTimeField(default=FAR, editable=False)  # `due_at`, or far away: what lists sort by
    reappointed_to = models.DateTimeField(_("re-appointed to"), null=True)
    supplements = models.PositiveSmallIntegerField(_("supplement requests"), default=0)
    resolved_at = models.DateTimeField(_("resolved at"), null=True)
    returned_at = models.DateTimeField(_("returned at"), null=True)
    working_minutes = models.PositiveIntegerField(_("working time"), null=True)  # office minutes, once it has ended

    sequence = models.PositiveIntegerField(default=0, editable=False)  # of the last event; the version a form shows
    last_hash = models.CharField(max_length=64, blank=True, editable=False)

    counted: Counter[Any] = Counter()  # the cells of the figures that it counted in when it was locked

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
            # What the monitoring board groups open records by, read without the rows.
            models.Index(
                fields=["urgency", "unit", "agency", "officer"],
                condition=Q(status__in=OPEN),
                name="record_open_on_board",
            ),
            # What lies: with the citizen, and results that nobody collects; and promises that were not kept.
            models.Index(
                fields=["status_since", "id", "unit", "agency"],
                condition=Q(status__in=STANDING_STILL),
                name="record_waiting",
            ),
            models.Index(
                fields=["status_since", "id", "unit", "agency"],
                condition=Q(status=Status.RESOLVED),
                name="record_uncollected",
            ),
            models.Index(
                fields=["promised_at", "id", "unit", "agency"], condition=ended_late(), name="record_ended_late"
            ),
            # Ended records by period, of everybody, of a unit, of an agency.
            models.Index(fields=["-received_at", "-id"], name="record_received"),
            models.Index(fields=["unit", "-received_at", "-id"], name="record_received_at_unit"),
            models.Index(fields=["agency", "-received_at", "-id"], name="record_received_by_agency"),
            # How long a procedure takes: its ended records, with the times of all of them in the index.
            models.Index(
                fields=["procedure", "resolved_at", "working_minutes"],
                condition=Q(resolved_at__isnull=False, working_minutes__isnull=False),
                name="record_usual_time",
            ),
            models.Index(fields=["phone_hash"], condition=Q(phone_hash__isnull=False), name="record_phone"),
            models.Index(fields=["identity_hash"], condition=Q(identity_hash__isnull=False), name="record_identity"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def ended_at(self) -> datetime.datetime | None:
        """The end of the processing: the first reaching of 9, without it of 10, else that of a stop or a refusal."""
        return self.resolved_at or self.returned_at or (None if self.is_open else self.status_since)

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
    STEP = "step", _("Electronic step")
    STEP_UNDONE = "step_undone", _("Electronic step undone")
    WITHDRAWN = "withdrawn", _("Result withdrawn")


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
