"""The shipped catalogue is loaded again after a reorganisation, of which it knows nothing."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import translation

from organisation.models import Agency
from portal import reorganisation
from procedures.models import CatalogueVersion, Procedure
from tests.portal.reorganising import EVE, HEALTH, MERGE, TRADE, WAYS, ZONES, entered, everything
from tests.records.factories import administrator

pytestmark = pytest.mark.django_db


def load():
    out = StringIO()
    with translation.override("en"):
        call_command("load_catalog", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_it_moved_stays_and_the_rest_comes_back(way):
    way()
    code = Procedure.objects.exclude(field__slug__endswith=f"-{HEALTH}").order_by("code")[0].code
    name = Procedure.objects.get(code=code).name
    Procedure.objects.filter(code=code).update(name="Zoqua")
    after, versions = everything(), CatalogueVersion.objects.count()
    told = load()
    assert "Left as reorganisations have made it: " in told
    assert everything() == after
    assert Procedure.objects.get(code=code).name == name
    assert "procedures.fieldowner                0         0" in told
    load()
    assert CatalogueVersion.objects.count() == versions + 1


def test_what_a_reorganisation_has_left_is_told_in_numbers():
    entered(MERGE, [TRADE, ZONES], [HEALTH])
    assert "Left as reorganisations have made it: 2 units, the owners of " in load()


def test_what_else_is_changed_of_a_unit_that_ended_comes_back():
    entered(MERGE, [TRADE, ZONES], [HEALTH])
    name = Agency.objects.get(code=TRADE).name
    Agency.objects.filter(code=TRADE).update(name="Zoqua")
    load()
    unit = Agency.objects.get(code=TRADE)
    assert (unit.name, unit.valid_to) == (name, EVE)


def test_after_one_that_was_undone_there_is_nothing_to_leave(settings):
    entry = entered(MERGE, [TRADE, ZONES], [HEALTH])
    reorganisation.undo(entry, administrator())
    assert "Left as" not in load()


def test_a_file_that_somebody_names_is_taken_at_its_word(tmp_path):
    entered(MERGE, [TRADE, ZONES], [HEALTH])
    call_command("load_catalog", "organisation/fixtures/agencies.json", stdout=StringIO())
    assert Agency.objects.get(code=TRADE).valid_to != EVE
