"""The page of figures."""

import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from organisation.succession import State
from portal import clock
from procedures import search

from .conditional import made_of_figures
from .forms import labelled, statistics_form
from .statistics import page
from .statistics.asking import address, asked
from .statistics.definitions import ON_THE_PAGE
from .statistics.months import span
from .statistics.reading import Query, first_month


@require_safe
@login_not_required
@made_of_figures
def statistics(request: HttpRequest) -> HttpResponse:
    """What was received and how it ended. All state is in the address; what is wrong in it is said and left out."""
    today = clock.today()
    query, dropped = asked(request.GET, today)
    index = search.current()
    context = {
        **page.context(query, State(index.stamp, today)),
        "form": statistics_form(query, choosable(query, today)),
        "dropped": labelled(dropped),
        "parameters": urlencode(address(query)),
        "definitions": ON_THE_PAGE,
        "procedures": len(index.codes),
        "procedures_at_center": index.count("center", "yes"),
    }
    return render(request, "records/statistics.html", context)


def choosable(query: Query, today: datetime.date) -> list[datetime.date]:
    """The months from the first that has figures, or that was asked for, until this one."""
    last = today.replace(day=1)
    first = min(first_month() or last, query.first)
    return list(span(first, last))
