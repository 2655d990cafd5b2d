"""What is opened often stands a little higher: bounded, and by no single address."""

import datetime

import pytest

from procedures.learning import counting
from procedures.learning.popularity import MOST, gain, popularity
from procedures.models import Procedure, SearchOpened
from procedures.search import current, find
from procedures.search.index import build

pytestmark = pytest.mark.django_db

BIRTH, AGAIN = "1.001193", "1.004884"
DAY = datetime.date(2024, 8, 28)
TOMORROW = DAY + datetime.timedelta(days=1)


def key(code):
    return Procedure.objects.get(code=code).pk


def opened(code, addresses, *, ago=1, query="khai sinh"):
    day = DAY - datetime.timedelta(days=ago)
    SearchOpened.objects.create(query=query, day=day, procedure_id=key(code), count=addresses, addresses=addresses)


def index_of(day):
    return build("", day)


def test_ten_thousand_openings_from_one_address_change_nothing(client, settings):
    before = index_of(TOMORROW)
    referer = {"Referer": "http://testserver/procedures/?q=khai+sinh"}
    client.get(f"/procedures/{AGAIN}/", headers=referer)
    (what,) = counting._pending.opened
    counting._pending.opened[what] = 10_000  # as if it had been asked for that often: a count is all that is kept
    counting.flush()
    assert SearchOpened.objects.values_list("count", "addresses").get() == (10_000, 1)
    after = index_of(TOMORROW)
    assert (after.ranks == before.ranks).all()
    assert find("khai sinh", index=after).codes == find("khai sinh", index=before).codes


def test_one_address_on_every_day_of_the_period_changes_nothing_either():
    for ago in range(1, 91):
        opened(BIRTH, 2, ago=ago)
    assert popularity(DAY) == {}


def test_addresses_add_up_over_all_words_of_a_day():
    opened(BIRTH, 2)
    opened(BIRTH, 1, query="giay khai sinh")
    assert popularity(DAY) == {key(BIRTH): gain(3)}


def test_the_day_itself_and_days_before_the_period_do_not_count():
    opened(BIRTH, 50, ago=0)
    opened(BIRTH, 50, ago=91)
    assert popularity(DAY) == {}
    opened(BIRTH, 50, ago=90)
    assert popularity(DAY) == {key(BIRTH): gain(50)}


def test_more_openings_bring_less_and_less_and_never_a_step():
    gains = [gain(openings) for openings in (0, 3, 30, 300, 1_000, 10_000_000)]
    assert gains == sorted(gains)
    assert gains[0] == 0
    assert gains[-1] == gains[-2] == MOST < 1
    assert gains[2] - gains[1] > gains[4] - gains[3]


def test_the_most_popular_stays_below_the_next_step_and_is_found_by_its_own_words_alone():
    assert BIRTH not in find("hoa don dien").codes
    opened(BIRTH, 1_000_000)
    index = index_of(DAY)
    rank = Procedure.objects.get(code=BIRTH).everyday_rank
    assert rank < index.ranks[index.number[BIRTH]] < rank + 1
    others = [number for number in range(len(index.codes)) if index.codes[number] != BIRTH]
    assert (index.ranks[others] == current().ranks[others]).all()
    assert BIRTH not in find("hoa don dien", index=index).codes


def test_what_is_popular_stands_before_its_equal():
    """Two procedures whose texts tie, told apart by popularity alone, whichever of them it is."""
    template = Procedure.objects.get(code=BIRTH)
    for code in ("BG-T-01", "BG-T-02"):
        Procedure.objects.create(code=code, name="Xyzzyqq vogrunt", field=template.field, level_province=True)
    for popular, other in (("BG-T-01", "BG-T-02"), ("BG-T-02", "BG-T-01")):
        SearchOpened.objects.all().delete()
        opened(popular, 30, query="xyzzyqq")
        assert find("xyzzyqq vogrunt", index=index_of(DAY)).codes[:2] == [popular, other]


def test_a_new_opening_moves_no_stamp_and_builds_no_index(client):
    index = current()
    client.get(f"/procedures/{BIRTH}/", headers={"Referer": "http://testserver/procedures/?q=khai+sinh"})
    counting.flush()
    assert current() is index
