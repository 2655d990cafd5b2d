"""What day it is, for the whole portal: the one place that knows."""

import datetime

from django.conf import settings
from django.utils import timezone


def today() -> datetime.date:
    """The day the portal shows: `PORTAL_TODAY` when set (demonstration), else the day in Vietnam."""
    return settings.PORTAL_TODAY or timezone.localdate()
