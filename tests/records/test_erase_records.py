"""Personal facts go when their term is over; what happened stays, and verifies."""

import io

import pytest
from django.core.management import CommandError, call_command

from records.models import EventNote, Record, RecordWord
from records.statuses import Status
from tests.records.factories import broken, in_status, moment

pytestmark = pytest.mark.django_db

LONG_AGO = moment("2019-05-06 09:00")


@pytest.fixture(autouse=True)
def no_retention(settings):
    settings.PORTAL_RETENTION_YEARS = 5  # on 28 August 2024: what was closed before 28 August 2019


@pytest.fixture
def old():
    """Records of 2019, when the units and procedures of the catalogue were the same."""
    return {status: in_status(status, at=LONG_AGO) for status in (Status.RETURNED, Status.STOPPED, Status.IN_PROCESS)}


def erase(*arguments):
    out = io.StringIO()
    call_command("erase_records", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def erased():
    return set(Record.objects.filter(sealed__isnull=True).values_list("code", flat=True))


def test_closed_records_whose_term_is_over_are_erased_and_open_ones_are_not(old):
    recent = in_status(Status.RETURNED)
    assert erase() == "2 records closed before 2019-08-28 erased.\n"
    assert erased() == {old[Status.RETURNED].code, old[Status.STOPPED].code}
    for record in old.values():
        assert broken(record) is None
    assert recent.code not in erased()


def test_reasons_and_words_of_names_go_as_well(old):
    stopped = old[Status.STOPPED]
    assert EventNote.objects.filter(event__record=stopped).exists()
    erase()
    assert not EventNote.objects.filter(event__record=stopped).exists()
    assert not RecordWord.objects.filter(record=stopped).exists()


def test_a_result_that_nobody_has_collected_yet_keeps_its_facts():
    in_status(Status.RESOLVED, at=LONG_AGO)
    assert erase() == "0 records closed before 2019-08-28 erased.\n"


def test_an_earlier_day_may_be_given(old):
    assert erase("--before", "2019-05-06") == "0 records closed before 2019-05-06 erased.\n"
    assert erase("--before", "2019-05-07") == "2 records closed before 2019-05-07 erased.\n"


def test_a_day_within_the_term_is_refused(old):
    with pytest.raises(CommandError, match="PORTAL_RETENTION_YEARS"):
        erase("--before", "2019-08-29")
    assert erased() == set()


def test_a_dry_run_tells_how_many_and_erases_nothing(old):
    assert erase("--dry-run").startswith("2 records closed before 2019-08-28 would be erased.")
    assert erased() == set()


def test_a_second_run_finds_nothing_left(old):
    erase()
    assert erase() == "0 records closed before 2019-08-28 erased.\n"
