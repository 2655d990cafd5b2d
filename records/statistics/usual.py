"""How long a procedure usually took of late: exact, from its records, once a day."""

import datetime

from django.core.cache import caches
from django.db.models import Count
from django.utils import timezone

from portal import clock
from procedures.usual import UsualTime
from records.models import Record

DAYS = 90
FEWEST = 10  # records; of fewer nothing is usual
KEPT = 24 * 60 * 60  # seconds


def usual_time(procedure: int) -> UsualTime | None:
    """Of the records resolved since 90 days ago, wherever they were handed in; None of fewer than ten."""
    day = clock.today()
    key = f"usual-time-{procedure}-{day}"
    cache = caches["fragments"]
    kept = cache.get(key)
    if kept is None:
        kept = (counted(procedure, day - datetime.timedelta(days=DAYS)),)
        cache.set(key, kept, KEPT)
    return kept[0]


def counted(procedure: int, since: datetime.date) -> UsualTime | None:
    start = timezone.make_aware(datetime.datetime.combine(since, datetime.time.min))
    ended = Record.objects.filter(procedure=procedure, resolved_at__gte=start, working_minutes__isnull=False)
    times = list(ended.order_by("working_minutes").values_list("working_minutes").annotate(Count("pk")))
    records = sum(count for _minutes, count in times)
    if records < FEWEST:
        return None
    return UsualTime(within(times, records, 50), within(times, records, 90), records, DAYS)


def within(times: list[tuple[int, int]], records: int, percent: int) -> int:
    """The smallest time within which so many per cent were resolved; `times` in order: (minutes, records)."""
    wanted = -(-percent * records // 100)
    for minutes, count in times:
        wanted -= count
        if wanted <= 0:
            return minutes
    raise ValueError(percent)
