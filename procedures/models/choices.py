"""The closed lists of the catalogue. The values are those of the API and of the fixtures."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """Where a procedure is handed in and settled."""

    PROVINCE = "province", _("Province")
    DISTRICT = "district", _("District")
    COMMUNE = "commune", _("Commune")


class Audience(models.TextChoices):
    CITIZEN = "citizen", _("Citizens")
    BUSINESS = "business", _("Businesses")
    ORGANISATION = "organisation", _("Organisations")
    OFFICIAL = "official", _("Officials")
    FOREIGNER = "foreigner", _("Foreigners")


class OnlineLevel(models.TextChoices):
    """Levels of online public service, Art. 4 Decree 42/2022/NĐ-CP; an empty value is not known."""

    FULL = "full", _("Fully online")
    PARTIAL = "partial", _("Partly online")
    NONE = "none", _("Information only")


class ChannelKind(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    ONLINE = "online", _("Online")
    POSTAL = "postal", _("By post")


class TimeUnit(models.TextChoices):
    WORKING_DAY = "working_day", _("working days")
    DAY = "day", _("calendar days")
    HOUR = "hour", _("office hours")
    MONTH = "month", _("months")


class LegalKind(models.TextChoices):
    LAW = "law_or_resolution", _("Law or resolution of the National Assembly")
    ORDINANCE = "ordinance", _("Ordinance")
    ORDINANCE_OR_RESOLUTION = "ordinance_or_resolution", _("Ordinance or resolution")
    DECREE = "decree", _("Decree")
    DECISION = "decision", _("Decision")
    CIRCULAR = "circular", _("Circular")
    JOINT_CIRCULAR = "joint_circular", _("Joint circular")
    RESOLUTION = "resolution", _("Resolution")


class Source(models.TextChoices):
    """Where the facts of a procedure were read."""

    NATIONAL_PORTAL = "national_portal", _("National Public Service Portal")
    MINISTRY = "ministry", _("list of a ministry")
    OTHER_PROVINCE = "other_province", _("published list of another province")
    DISTRICT_PORTAL = "district_portal", _("district portal of Bac Giang, 2014–2016")
    GENERAL_KNOWLEDGE = "general_knowledge", _("general knowledge, to be confirmed")
    STEWARD = "steward", _("entered by the Center")


class Origin(models.TextChoices):
    """Who wrote a word that widens the search."""

    SHIPPED = "shipped", _("shipped with the portal")
    STEWARD = "steward", _("added by a steward")
