"""Facts of a procedure in the reader's words. What is not known is said to be so."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procedures.models import Channel, OnlineLevel, Procedure, TimeUnit
from procedures.search import ChannelFacts

register = template.Library()


@register.filter
def time_text(channel: Channel | ChannelFacts) -> str:
    """ "3 working days"; empty when the time or its unit is not known."""
    if channel.time is None or not channel.unit:
        return ""
    count = channel.time
    texts = {
        TimeUnit.WORKING_DAY: ngettext("%(count)d working day", "%(count)d working days", count),
        TimeUnit.DAY: ngettext("%(count)d day", "%(count)d days", count),
        TimeUnit.HOUR: ngettext("%(count)d office hour", "%(count)d office hours", count),
        TimeUnit.MONTH: ngettext("%(count)d month", "%(count)d months", count),
    }
    return texts[TimeUnit(channel.unit)] % {"count": count}


@register.filter
def fee_text(channel: Channel | ChannelFacts) -> str:
    """ "Free" or "50.000 đ"; empty when the fee is not known."""
    if channel.fee_vnd is None:
        return ""
    if channel.fee_vnd == 0:
        return _("Free of charge")
    return _("%(amount)s đ") % {"amount": number_format(channel.fee_vnd, force_grouping=True)}


def alike(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


@register.filter
def times(channels: Iterable[Channel | ChannelFacts]) -> str:
    """The times of all channels, the equal ones once."""
    return " · ".join(alike(time_text(channel) for channel in channels))


@register.filter
def fees(channels: Iterable[Channel | ChannelFacts]) -> str:
    return " · ".join(alike(fee_text(channel) for channel in channels))


@register.filter
def fee_notes(procedure: Procedure) -> list[str]:
    return alike(channel.note for channel in procedure.channels.all() if channel.fee_vnd is None)


@register.filter
def names_in(procedure: Procedure, language: str) -> list[str]:
    return [name.name for name in procedure.names.all() if name.language == language]


@register.filter
def online_text(procedure: Procedure) -> str:
    return str(OnlineLevel(procedure.online).label) if procedure.online else ""


@register.filter
def elided(page: Page) -> Iterator[str | int]:
    """The numbers of the pages around a page, those at both ends, and an ellipsis for the rest."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.simple_tag(takes_context=True)
def with_state(context: template.Context, **changes: Any) -> str:
    """The query string of the page's state, with some of it changed; empty values fall away."""
    query = QueryDict(mutable=True)
    for name, value in {**(context.get("state") or {}), **changes}.items():
        if value not in ("", None):
            query[name] = value
    return "?" + query.urlencode()
