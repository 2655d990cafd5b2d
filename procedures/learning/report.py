"""What the steward reads: searches in vain, searches that led nowhere, and how they change. Counts alone."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from procedures import search
from procedures.models import SearchCount, SearchOpened
from procedures.text import words

SHOWN = 50  # rows of each table
RISING = 20
LOOKED_AT = 2_000  # of the commonest queries, for those that led nowhere
SELDOM = 0.2  # openings for each search below which it led nowhere
LONGEST_CHART = 31  # bars; a longer period has one for each week, then for each four weeks


@dataclass(frozen=True)
class Searched:
    """A query in a period."""

    query: str
    times: int
    opened: int
    finds: int  # procedures that it finds now


@dataclass(frozen=True)
class Bar:
    """The searches of some days."""

    first: datetime.date
    last: datetime.date
    times: int = 0
    in_vain: int = 0
    opened: int = 0


def named(first: datetime.date, last: datetime.date) -> QuerySet[SearchCount]:
    """The counts of the period whose words are known."""
    return SearchCount.objects.within(first, last).exclude(query=SearchCount.OTHERS).order_by()


def in_vain(first: datetime.date, last: datetime.date) -> list[Searched]:
    """What was searched for in vain, most often first; with what it finds now that words were added."""
    rows = named(first, last).filter(hits=0).values_list("query").annotate(times=Sum("count"))
    most = rows.order_by("-times", "query")[:SHOWN]
    index = search.current()
    return [Searched(query, times, 0, len(search.find(query, index=index).codes)) for query, times in most]


def not_opened(first: datetime.date, last: datetime.date) -> list[Searched]:
    """What found something that hardly anybody opened, by the number of searches that led nowhere."""
    opened = dict(
        SearchOpened.objects.filter(day__range=(first, last)).values_list("query").annotate(Sum("count")).order_by()
    )
    counts = named(first, last).filter(hits__gt=0).values_list("query").annotate(times=Sum("count"), found=Max("hits"))
    often = counts.order_by("-times", "query")[:LOOKED_AT]
    rows = [Searched(query, times, opened.get(query, 0), found) for query, times, found in often]
    seldom = [row for row in rows if row.opened < SELDOM * row.times]
    return sorted(seldom, key=lambda row: (row.opened - row.times, row.query))[:SHOWN]


def matching(text: str, first: datetime.date, last: datetime.date) -> list[Searched]:
    """The queries of the period that hold the words of `text`, most often first."""
    rows = named(first, last)
    for word in words(text):
        rows = rows.filter(query__contains=word)
    counts = list(rows.values_list("query").annotate(times=Sum("count"), found=Max("hits")).order_by("-times")[:SHOWN])
    after = SearchOpened.objects.filter(day__range=(first, last), query__in=[query for query, *_counts in counts])
    opened = dict(after.values_list("query").annotate(Sum("count")).order_by())
    return [Searched(query, times, opened.get(query, 0), found) for query, times, found in counts]


def most_opened(first: datetime.date, last: datetime.date) -> list[Any]:
    """What was opened after which words, most often first."""
    rows = SearchOpened.objects.filter(day__range=(first, last)).exclude(query=SearchCount.OTHERS).order_by()
    opened = rows.values("query", "procedure__code", "procedure__name").annotate(times=Sum("count"))
    return list(opened.order_by("-times", "query", "procedure__code")[:SHOWN])


def rising(first: datetime.date, last: datetime.date) -> list[Any]:
    """The words that were searched for more often than in as many days before."""
    before = first - (last - first) - datetime.timedelta(days=1)
    rows = (
        named(before, last)
        .values("query")
        .annotate(
            now=Coalesce(Sum("count", filter=Q(day__gte=first)), 0),
            before=Coalesce(Sum("count", filter=Q(day__lt=first)), 0),
        )
    )
    risen = rows.annotate(more=F("now") - F("before")).filter(more__gt=0)
    return list(risen.order_by("-more", "query")[:RISING])


def bars(first: datetime.date, last: datetime.date) -> list[Bar]:
    """The period in equal parts, the oldest first; the first part may be shorter."""
    counts = SearchCount.objects.within(first, last).order_by()
    after = SearchOpened.objects.filter(day__range=(first, last)).order_by()
    vain = named(first, last).filter(hits=0)
    by_day = [dict(rows.values_list("day").annotate(Sum("count"))) for rows in (counts, vain, after)]
    return [
        Bar(start, end, *(sum(each.get(day, 0) for day in between(start, end)) for each in by_day))
        for start, end in parts(first, last)
    ]


def parts(first: datetime.date, last: datetime.date) -> list[tuple[datetime.date, datetime.date]]:
    days = (last - first).days + 1
    length = next(each for each in (1, 7, 28) if each == 28 or days <= each * LONGEST_CHART)
    found, end = [], last
    while end >= first:
        start = max(first, end - datetime.timedelta(days=length - 1))
        found.append((start, end))
        end = start - datetime.timedelta(days=1)
    return found[::-1]


def between(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    return (first + datetime.timedelta(days=number) for number in range((last - first).days + 1))
