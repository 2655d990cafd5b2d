"""What day and time it is, for the whole portal: the one place that knows."""

import datetime

from django.conf import settings
from django.utils import timezone


def today() -> datetime.date:
    """The day the portal shows: `PORTAL_TODAY` when set (demonstration), else the day in Vietnam."""
    return settings.PORTAL_TODAY or timezone.localdate()


def now() -> datetime.datetime:
    """This moment, on the day the portal shows: in a demonstration the real time of day on that day."""
    moment = timezone.now()
    if settings.PORTAL_TODAY is None:
        return moment
    wall = timezone.localtime(moment)
    return wall.replace(
        year=settings.PORTAL_TODAY.year, month=settings.PORTAL_TODAY.month, day=settings.PORTAL_TODAY.day
    )
