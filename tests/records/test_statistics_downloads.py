"""The figures for programs: JSON and a table, the same that the page shows."""

import csv
import io

import pytest

from organisation.models import Agency
from records import actions
from records.statistics import frozen
from records.statuses import Status

from .factories import DISTRICT, in_status, moment, officer, receive, supervisor

pytestmark = pytest.mark.django_db

V1 = "/api/v1/statistics"
JULY, AUGUST = moment("2024-07-01 09:00"), moment("2024-08-01 09:00")


@pytest.fixture
def ask(client):
    def asked(path="", **query):
        return client.get(V1 + path, {name.rstrip("_"): value for name, value in query.items()})

    return asked


def table(response):
    assert response.content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.fixture
def records():
    """Five resolved ones at the Center, and one of a district."""
    for _number in range(5):
        in_status(Status.RESOLVED, at=AUGUST)
    receive(unit=DISTRICT, at=AUGUST)


def test_the_answer_says_what_was_asked_and_what_is_counted(ask, records):
    answer = ask(from_="2024-07", to="2024-08").json()
    assert [answer[name] for name in ("from", "to", "scope", "by", "of")] == [
        *("2024-07", "2024-08", "center", "agency", "then")
    ]
    assert (answer["total"]["received"], answer["total"]["resolved"]) == (5, 5)
    assert answer["total"]["share_on_time"] == 100
    assert answer["total"]["median"] == {"minutes": 120, "beyond": False}
    assert [month["month"] for month in answer["months"]] == ["2024-07", "2024-08"]
    assert answer["months"][0]["figures"]["share_on_time"] is None
    assert [group["figures"]["received"] for group in answer["groups"]] == [5]
    assert answer["few"] is None
    assert answer["invented"] is True


def test_the_page_and_the_downloads_say_the_same(ask, client, records):
    query = {"scope": "all", "by": "unit", "from_": "2024-08"}
    page = client.get("/en/statistics/", {name.rstrip("_"): value for name, value in query.items()})
    whole, answer, rows = page.context["whole"], ask(**query).json(), table(ask(".csv", **query))
    assert whole.received == answer["total"]["received"] == int(rows[0]["received"]) == 6
    assert [row["row"] for row in rows] == ["total", "month", "unit, few"]
    assert rows[1]["code"] == "2024-08"
    # One record of the district alone is hidden, hence the Center stands with it.
    assert answer["groups"] == []
    assert set(answer["few"]["groups"]) == {"ttpvhcc", DISTRICT} == set(rows[2]["code"].split())
    assert answer["few"]["figures"]["received"] == int(rows[2]["received"]) == 6


def test_too_few_records_stay_untold(ask):
    receive(unit=DISTRICT, at=AUGUST)
    query = {"scope": "district", "by": "unit"}
    assert ask(**query).json()["few"] == {"groups": [DISTRICT], "figures": None}
    row = table(ask(".csv", **query))[-1]
    assert (row["received"], row["resolved"], row["late"]) == ("fewer than 5", "", "")


def test_a_frozen_month_and_its_corrections_are_told_without_a_reason(ask):
    record = in_status(Status.RESOLVED, at=JULY)
    frozen.freeze(JULY.date(), by=supervisor())
    actions.correct(record, by=supervisor(), reason="Nhầm hồ sơ của ông Mẫu")
    answer = ask(from_="2024-07")
    july, august = answer.json()["months"]
    assert july["frozen_on"] == "2024-08-28"
    assert july["corrected"] == {"received": 0, "not_accepted": 0, "ahead": -1, "on_time": 0, "late": 0}
    assert (august["frozen_on"], august["corrected"]) == (None, None)
    assert "Mẫu" not in answer.text
    row = table(ask(".csv", from_="2024-07"))[1]
    assert (row["frozen_on"], row["corrected_ahead"]) == ("2024-08-28", "'-1")


def test_no_cell_of_the_table_is_a_formula(ask, records):
    Agency.objects.filter(code="ttpvhcc").update(name="=2+5")
    row = table(ask(".csv", by="unit"))[-1]
    assert row["name"] == "'=2+5"


@pytest.mark.parametrize("path", ["", ".csv"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("from", "2024-13"), ("from", "1999-01"), ("to", "2024-09"), ("scope", "moon"), ("by", "month"), ("of", "x")],
)
def test_a_value_out_of_range_is_refused_with_its_name(client, path, name, value):
    answer = client.get(V1 + path, {name: value})
    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == [["query", name]]
    assert "ETag" not in answer


@pytest.mark.parametrize(("first", "last"), [("2024-08", "2024-07"), ("2010-01", "2024-08")])
def test_months_in_the_wrong_order_or_too_many_are_refused(ask, first, last):
    answer = ask(from_=first, to=last)
    assert answer.status_code == 422
    assert {fault["loc"][1] for fault in answer.json()["detail"]} == {"from", "to"}


@pytest.mark.parametrize("path", ["", ".csv"])
def test_an_unknown_parameter_is_refused_with_its_name(client, path):
    answer = client.get(V1 + path, {"period": "2024"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "period"]


def test_an_unchanged_answer_is_not_sent_again_and_a_changed_one_is(client, django_assert_num_queries, records):
    for path in ("", ".csv"):
        first = client.get(V1 + path)
        with django_assert_num_queries(3):
            again = client.get(V1 + path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        record = receive(at=AUGUST)
        assert client.get(V1 + path, headers={"if-none-match": first["ETag"]}).status_code == 200
        actions.change_status(record, to=Status.IN_PROCESS, by=officer())
        assert first["Cache-Control"] == "no-cache" or "max-age" in first["Cache-Control"]


def test_the_table_is_offered_as_a_file(ask):
    answer = ask(".csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="statistics.csv"'
