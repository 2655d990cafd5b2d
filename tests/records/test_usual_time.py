"""How long a procedure usually takes, beside the time that is promised."""

import pytest
from django.core.cache import caches

from records.models import Record
from records.statistics.usual import usual_time
from records.statuses import Status

from .factories import any_procedure, in_status, moment

pytestmark = pytest.mark.django_db


def took(*minutes, at="2024-08-01 09:00"):
    """Records that were resolved after so many minutes of work."""
    for worked in minutes:
        record = in_status(Status.RESOLVED, at=moment(at))
        Record.objects.filter(pk=record.pk).update(working_minutes=worked)


@pytest.fixture
def page(client):
    def opened():
        for cache in caches.all():  # a page is kept for a day, and so is what it says
            cache.clear()
        return client.get(f"/en/procedures/{any_procedure().code}/").text

    return opened


def test_the_median_and_the_ninth_tenth_are_exact(page):
    took(100, 200, 300, 400, 500, 600, 700, 800, 900, 5000)
    found = usual_time(any_procedure().pk)
    assert (found.median, found.nine_tenths, found.records) == (500, 900, 10)
    assert "half within 1.5 working days, nine in ten within 2 working days (10 records" in page()


def test_hours_are_told_as_hours(page):
    took(*[61] * 10)
    assert "half within 2 office hours" in page()


def test_too_few_records_say_nothing(page):
    took(*[100] * 9)
    assert usual_time(any_procedure().pk) is None
    assert "Usually:" not in page()


def test_only_what_was_resolved_in_the_last_90_days_counts():
    took(*[100] * 9)
    took(100, at="2024-05-29 09:00")  # 91 days ago
    assert usual_time(any_procedure().pk) is None
    caches["fragments"].clear()
    took(100, at="2024-05-30 09:00")
    assert usual_time(any_procedure().pk).records == 10


def test_what_was_stopped_or_is_open_does_not_count():
    took(*[100] * 9)
    in_status(Status.STOPPED)
    in_status(Status.IN_PROCESS)
    assert usual_time(any_procedure().pk) is None


def test_it_is_counted_once_a_day(django_assert_num_queries):
    took(*[100] * 10)
    procedure = any_procedure().pk
    with django_assert_num_queries(1):
        first = usual_time(procedure)
    with django_assert_num_queries(0):
        assert usual_time(procedure) == first
    assert first.records == 10


def test_in_a_demonstration_the_page_says_that_the_records_are_invented(page):
    took(*[100] * 10)
    assert "These records are invented." in page()
