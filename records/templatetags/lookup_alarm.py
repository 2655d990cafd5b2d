"""What the admin's first page says when somebody tries record codes one after the other."""

import datetime
from typing import Any

from django import template

from records.models import LookupFailure

register = template.Library()
RECENT = datetime.timedelta(days=1)


@register.inclusion_tag("admin/records/lookup_alarm.html", takes_context=True)
def lookup_alarm(context: dict[str, Any]) -> dict[str, Any]:
    """The last alarm of a day, for those who may see the list of them."""
    if not context["request"].user.has_perm("records.view_lookupfailure"):
        return {"alarm": None}
    since = datetime.datetime.now(datetime.UTC) - RECENT  # the real time, as the limits
    alarms = LookupFailure.objects.filter(kind=LookupFailure.Kind.ALARM, window__gte=since)
    return {"alarm": alarms.order_by("-window").first()}
