"""Units and people: who settles procedures, who works there, and since when."""

import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .roles import Role


def on_day(day: datetime.date, prefix: str = "") -> Q:
    """What is valid on `day`: bounds are inclusive, an empty bound is open. `prefix` reaches across a relation."""
    start, end = f"{prefix}valid_from", f"{prefix}valid_to"
    return (Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": day})) & (
        Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": day})
    )


def is_over(last: datetime.date | None, day: datetime.date) -> bool:
    """Whether a period whose last day is `last` has ended by `day`."""
    return last is not None and last < day


class Validity(models.Model):
    """A period from day to day, both included; an empty end is open."""

    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("The last day, included."))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_period_in_order",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def is_valid(self, day: datetime.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and not self.has_ended(day)

    def has_ended(self, day: datetime.date) -> bool:
        return is_over(self.valid_to, day)


class AgencyKind(models.TextChoices):
    PROVINCE = "province", _("Provincial People's Committee")
    CENTER = "center", _("Public Administration Service Center")
    DEPARTMENT = "department", _("Department")
    BRANCH = "branch", _("Board or branch")
    CENTRAL = "central", _("Central agency in the province")
    ENTERPRISE = "enterprise", _("Enterprise")
    DISTRICT = "district", _("District")
    COMMUNE = "commune", _("Commune")


# The "22 departments and branches under the Provincial People's Committee".
PROVINCIAL_KINDS = [AgencyKind.DEPARTMENT, AgencyKind.BRANCH]
# Kinds that own fields of work, in the order in which they are shown.
OWNER_KINDS = [*PROVINCIAL_KINDS, AgencyKind.CENTRAL, AgencyKind.ENTERPRISE]


class Basis(models.TextChoices):
    CONFIRMED = "confirmed", _("confirmed by a public source")
    ASSUMED = "assumed", _("assumed")


class AgencyQuerySet(models.QuerySet["Agency"]):
    def valid_on(self, day: datetime.date) -> "AgencyQuerySet":
        return self.filter(on_day(day))

    def get_by_natural_key(self, code: str) -> "Agency":
        return self.get(code=code)


class Agency(Validity):
    """A unit of the administration, with the period in which it exists and the units that follow it."""

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Small letters, digits and hyphens."))],
        help_text=_("Part of the address of its page; does not change."),
    )
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=AgencyKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    successors = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successors"),
        help_text=_("Who does its work after its last day."),
    )
    desk_successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("successor at the desk"),
        help_text=_("The one of several successors that goes on with what was received here; empty: each of them."),
    )
    receives_records = models.BooleanField(
        _("receives records"), default=False, help_text=_("Has a one-stop desk of its own.")
    )
    record_part = models.CharField(
        _("part of record codes"),
        max_length=16,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]\d{2}(\.\d{2}){0,2}(\.\d{3})?\Z", _("Like H02.15 or H02.21.07.033."))],
        help_text=_("The unit part of the codes it gives: Art. 26 Decree 61/2018/NĐ-CP."),
    )
    basis = models.CharField(_("basis"), max_length=12, choices=Basis, default=Basis.CONFIRMED)
    source_note = models.CharField(_("source"), max_length=200, blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta(Validity.Meta):
        abstract = False
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["name", "code"]
        constraints = [
            *Validity.Meta.constraints,
            models.CheckConstraint(
                name="agency_kind_known",
                condition=Q(kind__in=AgencyKind.values),
                violation_error_message=_("Unknown kind."),
            ),
            models.CheckConstraint(
                name="agency_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message=_("An agency is not its own parent."),
            ),
            models.UniqueConstraint(
                fields=["record_part"],
                condition=~Q(record_part=""),
                name="agency_record_part_once",
                violation_error_message=_("Another unit gives codes with this part."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    @property
    def display_name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name


class PortalUserManager(UserManager["User"]):
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> "User":
        return super().create_superuser(username, email, password, **{"role": Role.ADMINISTRATOR, **extra})


class User(AbstractUser):
    """A person of the staff: what they may do follows from the role (`roles.py`), where from the unit."""

    unit = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="staff", verbose_name=_("unit")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role, blank=True)

    objects = PortalUserManager()  # type: ignore[misc]  # the base declares it per class

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                name="user_role_known",
                condition=Q(role__in=["", *Role.values]),
                violation_error_message=_("Unknown role."),
            )
        ]

    def get_full_name(self) -> str:
        """The name in its Vietnamese order, the family name first."""
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def display_name(self) -> str:
        """The name, or the one to sign in with where there is none."""
        return self.get_full_name() or self.get_username()


class ReorganisationKind(models.TextChoices):
    END = "end", _("Units end")
    MERGE = "merge", _("Units merge into one")
    SPLIT = "split", _("A unit is split")
    HAND_OVER = "hand_over", _("A unit hands work over")


class ReorganisationManager(models.Manager["Reorganisation"]):
    def get_by_natural_key(self, number: int) -> "Reorganisation":
        return self.get(number=number)


class Reorganisation(models.Model):
    """Units that end, merge, are split or hand work over on a day; what was written for it, room by room."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=ReorganisationKind)
    day = models.DateField(_("day"), help_text=_("The first day of the new order."))
    sources = models.ManyToManyField(Agency, related_name="+", verbose_name=_("from"))
    targets = models.ManyToManyField(Agency, blank=True, related_name="+", verbose_name=_("to"))
    decision = models.CharField(_("decision"), max_length=80, blank=True, help_text=_("Its number."))
    note = models.CharField(_("note"), max_length=300, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    applied_at = models.DateTimeField(_("entered at"), null=True)  # null: shipped with the units it tells of
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("undone by"))
    undone_at = models.DateTimeField(_("undone at"), null=True)
    moved = models.JSONField(_("what moved"), default=dict)  # room → what it wrote, and what stood there before

    objects = ReorganisationManager()

    class Meta:
        verbose_name = _("reorganisation")
        verbose_name_plural = _("reorganisations")
        ordering = ["-day", "-number"]
        constraints = [
            models.CheckConstraint(name="reorganisation_kind_known", condition=Q(kind__in=ReorganisationKind.values)),
            models.CheckConstraint(
                name="reorganisation_undone_after_applied",
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_kind_display()}, {self.day}"

    def natural_key(self) -> tuple[int]:
        return (self.number,)


class StaffMove(models.Model):
    """Somebody who works at another unit from the day of a reorganisation on."""

    reorganisation = models.ForeignKey(Reorganisation, models.CASCADE, related_name="staff")
    user = models.ForeignKey(User, models.PROTECT, related_name="moves")
    start = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    end = models.ForeignKey(Agency, models.PROTECT, related_name="+")

    moves_stamp = True  # `succession.py` keeps what it has read as long as the stamp stands

    class Meta:
        verbose_name = _("move of a person")
        verbose_name_plural = _("moves of people")
        constraints = [models.UniqueConstraint(fields=["reorganisation", "user"], name="staff_move_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.start_id} → {self.end_id}"


class ContentStamp(models.Model):
    """One row that changes with anything that search or public pages show (see `stamp.py`)."""

    value = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("content stamp")
        verbose_name_plural = _("content stamps")

    def __str__(self) -> str:
        return self.value
