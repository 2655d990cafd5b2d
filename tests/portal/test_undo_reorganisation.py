"""A reorganisation is undone until its day: everything is as it was, or nothing happens."""

import datetime

import pytest

from organisation.models import Agency, Reorganisation
from organisation.reorganisation import Impossible
from portal import reorganisation
from procedures.models import FieldOwner
from tests.portal.reorganising import (
    DAY,
    EVE,
    HEALTH,
    MERGE,
    SCHOOLS,
    TRADE,
    WAYS,
    entered,
    everything,
    procedure_of,
    sees,
)
from tests.records.factories import administrator, officer, receive

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_undone_before_its_day_everything_is_as_it_was(way, settings):
    people = [officer(TRADE), administrator()]
    record = receive(procedure=procedure_of(TRADE))
    before = everything()
    entry = way()
    assert everything() != before
    settings.PORTAL_TODAY = EVE
    undone = reorganisation.undo(entry, people[1])
    assert everything() == before
    assert (undone.undone_by, bool(undone.undone_at)) == (people[1], True)
    settings.PORTAL_TODAY = DAY
    assert sees(officer(TRADE)) == {record.code}


def test_on_its_day_it_stands(settings):
    entry = entered(MERGE, [TRADE], [HEALTH])
    settings.PORTAL_TODAY = DAY
    before = everything()
    with pytest.raises(Impossible, match=r"2024"):
        reorganisation.undo(entry, administrator())
    assert everything() == before


def test_it_is_undone_once():
    entry = entered(MERGE, [TRADE], [HEALTH])
    reorganisation.undo(entry, administrator())
    with pytest.raises(Impossible):
        reorganisation.undo(entry, administrator())


def test_a_shipped_one_has_nothing_to_put_back():
    before = everything()
    for entry in Reorganisation.objects.all():  # all of them lie ahead on the day of the demonstration
        with pytest.raises(Impossible):
            reorganisation.undo(entry, administrator())
    administrator().delete()
    assert everything()[:5] == before[:5]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Agency.objects.filter(code=TRADE).update(valid_to=None),
        lambda: FieldOwner.objects.filter(agency__code=HEALTH, valid_from=DAY).update(
            valid_to=DAY + datetime.timedelta(days=9)
        ),
        lambda: entered(MERGE, [HEALTH], [SCHOOLS], day=DAY + datetime.timedelta(days=30)),
    ],
    ids=["a unit", "an owner", "a later reorganisation"],
)
def test_what_was_changed_since_is_not_overwritten(change):
    entry = entered(MERGE, [TRADE], [HEALTH])
    change()
    before = everything()
    with pytest.raises(Impossible):
        reorganisation.undo(entry, administrator())
    assert everything() == before
