"""The open data: what programs read."""

import contextlib
import csv
import datetime
import io

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from organisation.models import PROVINCIAL_KINDS, Agency
from procedures.api import CSV_COLUMNS, cell
from procedures.models import Channel, Field, Procedure, Synonym
from procedures.search import find

pytestmark = pytest.mark.django_db

V1 = "/api/v1/"
BIRTH = "1.001193"


@pytest.fixture
def ask(client):
    def asked(path, **query):
        return client.get(V1 + path, query)

    return asked


@contextlib.contextmanager
def one_connection():
    """Requests through WSGI stay on the test's own connection, as Django's test client sees to by itself."""
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


@pytest.fixture
def withdrawn():
    """A procedure that another one replaced yesterday, and that one."""
    old, new = Procedure.objects.all()[:2]
    old.valid_to, old.replaced_by = datetime.date(2024, 8, 27), new
    old.save()
    return old, new


def faulty(response):
    """The names of the parameters that were refused."""
    assert response.status_code == 422
    assert all(item["loc"][0] == "query" and item["msg"] for item in response.json()["detail"])
    return [item["loc"][1] for item in response.json()["detail"]]


def codes(response):
    assert response.status_code == 200
    return [item["code"] for item in response.json()["items"]]


# The list --------------------------------------------------------------------------------------


def test_the_list_is_in_order_of_rank(ask):
    answer = ask("procedures", q="dang ky khai sinh", limit=30)
    found = find("dang ky khai sinh").codes
    assert codes(answer) == found[:30]
    assert answer.json()["count"] == len(found)
    assert found != sorted(found)
    assert BIRTH in codes(answer)[:3]


def test_without_words_the_list_holds_everything_page_by_page(ask, catalogue_day):
    everything = Procedure.objects.public(catalogue_day)
    first, second = ask("procedures", limit=100), ask("procedures", limit=100, offset=100)
    assert first.json()["count"] == everything.count()
    assert codes(first) + codes(second) == find().codes[:200]
    assert len(codes(ask("procedures"))) == 20
    assert codes(ask("procedures", offset=10**9)) == []


def test_an_item_says_what_the_catalogue_knows(ask):
    procedure = Procedure.objects.get(code=BIRTH)
    item = ask("procedures", q=BIRTH).json()["items"][0]
    assert (item["name"], item["field"]) == (procedure.name, procedure.field.slug)
    assert item["agency"] == "so-tu-phap"
    assert item["levels"] == [level.value for level in procedure.levels]
    assert item["url"] == f"http://testserver/procedures/{BIRTH}/"


def test_time_and_fee_are_those_in_person_else_the_first_that_are_known(ask):
    procedure = Procedure.objects.get(code=BIRTH)

    def channels(*rows):
        procedure.channels.all().delete()
        for position, (kind, time, unit, fee) in enumerate(rows, 1):
            Channel.objects.create(
                procedure=procedure, position=position, kind=kind, time=time, unit=unit, fee_vnd=fee
            )
        answer = ask(f"procedures/{BIRTH}").json()
        return answer["processing"], answer["fee"]

    assert channels(("online", 2, "day", 5), ("in_person", 3, "working_day", 0)) == (
        {"value": 3, "unit": "working_day"},
        {"amount_vnd": 0, "free": True},
    )
    assert channels(("in_person", 7, "", None), ("postal", 4, "day", 8000)) == (
        {"value": 4, "unit": "day"},
        {"amount_vnd": 8000, "free": False},
    )
    assert channels(("in_person", 7, "", None)) == (None, {"amount_vnd": None, "free": None})


@pytest.mark.parametrize(
    ("name", "value"),
    [("level", "commune"), ("audience", "business"), ("online", "full"), ("online", "unknown")],
)
def test_a_filter_leaves_those_that_have_the_value(ask, catalogue_day, name, value):
    stored = {"online": "" if value == "unknown" else value} if name == "online" else {f"{name}_{value}": True}
    expected = Procedure.objects.public(catalogue_day).filter(**stored)
    answer = ask("procedures", **{name: value}, limit=100)
    assert answer.json()["count"] == expected.count()
    assert set(codes(answer)) <= set(expected.values_list("code", flat=True))


def test_filters_of_agency_and_field_hold_together(ask):
    both = ask("procedures", agency="so-tu-phap", field="ho-tich", limit=100)
    assert both.json()["count"] > 0
    assert {(item["agency"], item["field"]) for item in both.json()["items"]} == {("so-tu-phap", "ho-tich")}
    assert codes(ask("procedures", agency="so-y-te", field="ho-tich")) == []


def test_an_agency_of_another_day_and_a_field_without_procedures_leave_an_empty_list(ask):
    Field.objects.create(slug="moi", name="Mới")
    assert codes(ask("procedures", agency="so-tai-chinh-2025")) == []
    assert codes(ask("procedures", field="moi")) == []


def test_a_known_value_that_no_procedure_has_leaves_an_empty_list(ask):
    Procedure.objects.update(audience_official=False)
    assert codes(ask("procedures", audience="official")) == []


# Refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("limit", "1", "0"),
        ("limit", "100", "101"),
        ("limit", "5", "five"),
        ("offset", "0", "-1"),
        ("offset", "1000000", ""),
        ("level", "district", "ward"),
        ("audience", "foreigner", "Citizens"),
        ("online", "none", "half"),
        ("agency", "so-y-te", "so-khong-co"),
        ("agency", "ubnd-huyen-hiep-hoa", "Sở Y tế"),
        ("field", "ho-tich", "khong-co"),
        ("field", "ho-tich", ""),
        ("q", "x" * 200, "x" * 201),
    ],
)
def test_a_value_out_of_range_is_refused_with_its_name(ask, name, good, bad):
    if name == "agency" and good.startswith("ubnd"):
        good = Agency.objects.filter(kind="district").first().code
    assert ask("procedures", **{name: good}).status_code == 200
    assert faulty(ask("procedures", **{name: bad})) == [name]


def test_every_fault_is_told_at_once(ask):
    assert faulty(ask("procedures", limit=0, level="ward", offset=-1)) == ["level", "limit", "offset"]
    assert faulty(ask("procedures", agency="khong-co", field="khong-co")) == ["agency", "field"]


@pytest.mark.parametrize(
    "path", ["procedures", f"procedures/{BIRTH}", "agencies", "fields", "catalogue.csv", "catalogue.json"]
)
def test_an_unknown_parameter_is_refused_with_its_name(ask, path):
    assert ask(path).status_code == 200
    assert faulty(ask(path, page="2")) == ["page"]


@pytest.mark.parametrize("text", ["khai\x00 sinh", "khai\x07sinh\r\n", '"(khai AND', "\u202ekhai", "*", "😀"])
def test_no_letter_breaks_the_search(ask, text):
    assert ask("procedures", q=text).status_code == 200


def test_nothing_can_be_written(client):
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(V1 + "procedures").status_code == 405


# One procedure ---------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", [BIRTH, f"{BIRTH}.H02", f"{BIRTH}.000.00.00.h02", f"%20{BIRTH}"])
def test_a_procedure_answers_to_every_spelling_of_its_code(ask, spelling):
    assert ask(f"procedures/{spelling}").json()["code"] == BIRTH


@pytest.mark.parametrize("code", ["9.999999", "x", "a/b", "%00", "1.001193%00"])
def test_an_unknown_code_is_a_404_that_says_so(ask, code):
    answer = ask(f"procedures/{code}")
    assert answer.status_code == 404
    assert list(answer.json()) == ["detail"]


def test_a_procedure_tells_all_its_parts(ask):
    full = Procedure.objects.filter(channels__isnull=False, legal_basis__isnull=False, names__isnull=False)
    procedure = full.filter(documents__isnull=False, results__isnull=False).first()
    answer = ask(f"procedures/{procedure.code}").json()
    assert [row["name"] for row in answer["documents"]] == [row.name for row in procedure.documents.all()]
    assert [row["kind"] for row in answer["channels"]] == [row.kind for row in procedure.channels.all()]
    assert answer["results"] == [row.name for row in procedure.results.all()]
    assert [row["number"] for row in answer["legal_basis"]] == [row.number for row in procedure.legal_basis.all()]
    assert [row["name"] for row in answer["names"]] == [row.name for row in procedure.names.all()]
    assert (answer["public"], answer["replaced_by"]) == (True, None)
    assert (answer["source"], answer["national_url"] or "") == (procedure.source, procedure.national_url)


def test_a_withdrawn_procedure_answers_and_says_so(ask, withdrawn):
    old, new = withdrawn
    answer = ask(f"procedures/{old.code}").json()
    assert (answer["public"], answer["replaced_by"], answer["valid_to"]) == (False, new.code, "2024-08-27")
    assert old.code not in codes(ask("procedures", q=old.code))


# Agencies and fields ---------------------------------------------------------------------------


def test_on_the_day_of_the_report_there_are_22_departments_and_branches(ask, catalogue_day):
    answer = ask("agencies").json()
    kinds = [item["kind"] for item in answer["items"]]
    assert sum(kind in PROVINCIAL_KINDS for kind in kinds) == 22
    assert answer["count"] == len(kinds) == Agency.objects.valid_on(catalogue_day).count()
    assert "so-tai-chinh-2025" not in [item["code"] for item in answer["items"]]


def test_another_day_has_other_agencies(ask, settings):
    settings.PORTAL_TODAY = datetime.date(2025, 3, 1)
    present = {item["code"] for item in ask("agencies").json()["items"]}
    assert "so-tai-chinh-2025" in present
    assert "so-tai-chinh" not in present


def test_the_counts_of_agencies_are_those_of_the_database(ask, catalogue_day):
    public = Procedure.objects.public(catalogue_day)
    for item in ask("agencies").json()["items"]:
        if item["kind"] in PROVINCIAL_KINDS:
            owned = Agency.objects.get(code=item["code"]).fields.valid_on(catalogue_day).values("field")
            assert item["procedures"] == public.filter(field__in=owned).count(), item["code"]
        if item["kind"] == "commune":
            assert item["procedures"] == public.filter(level_commune=True).count()


def test_the_counts_of_fields_are_those_of_the_database(ask, catalogue_day):
    answer = ask("fields").json()
    public = Procedure.objects.public(catalogue_day)
    assert answer["count"] == len(answer["items"]) == Field.objects.count()
    assert sum(item["procedures"] for item in answer["items"]) == public.count()
    for item in answer["items"]:
        assert item["procedures"] == public.filter(field__slug=item["slug"]).count(), item["slug"]
    assert {item["slug"]: item["agency"] for item in answer["items"]}["ho-tich"] == "so-tu-phap"


# The whole catalogue ---------------------------------------------------------------------------


def table(response):
    text = response.content.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_table_is_complete(ask, withdrawn, catalogue_day):
    answer = ask("catalogue.csv")
    rows = table(answer)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert tuple(rows[0]) == CSV_COLUMNS
    public = Procedure.objects.public(catalogue_day)
    assert {row["code"]: row["name"] for row in rows} == dict(public.values_list("code", "name"))
    assert len(rows) == Procedure.objects.count() - 1


def test_no_cell_of_the_table_is_a_formula(ask, catalogue_day):
    codes = Procedure.objects.public(catalogue_day).values_list("code", flat=True)[:6]
    starts = dict(zip(codes, ["=", "+", "-", "@", "\t", "\r"], strict=True))
    for code, start in starts.items():
        Procedure.objects.filter(code=code).update(decision=f"{start}1+1")
    told = {row["code"]: row["decision"] for row in table(ask("catalogue.csv"))}
    assert {code: told[code] for code in starts} == {code: f"'{start}1+1" for code, start in starts.items()}
    assert cell("1=1") == "1=1"


def test_the_whole_catalogue_has_the_shape_of_the_detail(ask, withdrawn):
    answer = ask("catalogue.json").json()
    assert answer["count"] == len(answer["items"]) == Procedure.objects.count() - 1
    one = next(item for item in answer["items"] if item["code"] == BIRTH)
    assert one == ask(f"procedures/{BIRTH}").json()
    assert all(item["public"] for item in answer["items"])


# Cost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        # The stamp for the ETag and again for the search, the rows, and channels, owners, agencies.
        ("procedures?limit=1", 6),
        ("procedures?limit=100", 6),
        ("procedures?limit=100&q=dat&level=district", 6),
        # The stamp, the row, and its seven sorts of parts.
        (f"procedures/{BIRTH}", 9),
        ("agencies", 3),
        ("fields", 5),
        ("catalogue.csv", 5),
        ("catalogue.json", 9),
    ],
)
def test_the_number_of_queries_is_fixed(client, django_assert_num_queries, path, queries):
    client.get(V1 + "fields")  # builds the index
    with django_assert_num_queries(queries):
        assert client.get(V1 + path).status_code == 200


# Caches ----------------------------------------------------------------------------------------


def test_an_unchanged_answer_is_not_sent_again_and_a_changed_one_is(client, django_assert_num_queries):
    paths = ["procedures?q=dat", f"procedures/{BIRTH}", "agencies", "fields", "catalogue.csv", "catalogue.json"]
    tags = {}
    for path in paths:
        first = client.get(V1 + path)
        tags[path] = first["ETag"]
        with django_assert_num_queries(1):
            again = client.get(V1 + path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        for answer in (first, again):
            assert set(answer["Cache-Control"].split(", ")) == {"public", "max-age=60"}
            assert not answer.cookies
    Synonym.objects.create(everyday="giấy đẻ", official="khai sinh")
    for path in paths:
        changed = client.get(V1 + path, headers={"if-none-match": tags[path]})
        assert changed.status_code == 200
        assert changed["ETag"] != tags[path]


def test_each_address_and_each_day_has_an_etag_of_its_own(ask, settings):
    tags = [ask(f"procedures/{code}")["ETag"] for code in (BIRTH, f"{BIRTH}.H02")]
    tags += [ask("procedures", q=q)["ETag"] for q in ("dat", "nha")]
    settings.PORTAL_TODAY = datetime.date(2024, 8, 29)
    tags.append(ask(f"procedures/{BIRTH}")["ETag"])
    assert len(set(tags)) == 5


@pytest.mark.parametrize("path", ["procedures?limit=0", "procedures/9.999999", "fields?x=1"])
def test_a_refusal_is_never_kept(client, path):
    answer = client.get(V1 + path)
    assert "no-store" in answer["Cache-Control"]
    assert "ETag" not in answer


def test_head_tells_the_length_without_the_body(client):
    head, full = client.head(V1 + "catalogue.csv"), client.get(V1 + "catalogue.csv")
    assert (head.status_code, head.content) == (200, b"")
    assert (head["Content-Length"], head["ETag"]) == (str(len(full.content)), full["ETag"])


def test_the_language_of_the_reader_does_not_change_the_data(client):
    answers = [
        client.get(V1 + "procedures?limit=3", headers={"accept-language": language}) for language in ("vi", "en")
    ]
    assert answers[0].json() == answers[1].json()


# The page and the document that explain it -----------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_explains_every_operation(client, language):
    with translation.override(language):
        page = client.get(reverse("api_docs"))
    assert page.status_code == 200
    assert len(page.context["operations"]) == 8
    for operation in page.context["operations"]:
        assert operation["path"] in page.text
        for parameter in operation["parameters"]:
            assert f"<code>{parameter['name']}</code>" in page.text
            with translation.override(page["Content-Language"]):
                assert translation.gettext(parameter["meaning"]) in page.text
    for name in ("api:openapi-json", "api:catalogue_csv", "api:catalogue_json"):
        assert f'href="{reverse(name)}"' in page.text
    for value in ("commune", "foreigner", "unknown", "1–100"):
        assert value in page.text


def test_the_examples_of_the_page_work(client):
    for operation in client.get(reverse("api_docs")).context["operations"]:
        assert client.get(operation["example"]).status_code == 200


def test_every_field_of_the_document_is_described(client):
    document = client.get("/api/openapi.json").json()
    for path in document["paths"].values():
        assert set(path) == {"get"}
        assert all(parameter["description"] for parameter in path["get"]["parameters"])
        assert "422" in path["get"]["responses"]
    silent = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, facts in schema.get("properties", {}).items()
        if not facts.get("description")
    ]
    assert silent == []


def test_whatever_is_asked_the_answer_is_as_documented(client):
    """Requests made up from the OpenAPI document, good ones and bad ones."""
    document = client.get("/api/openapi.json").json()
    known = {
        "agency": list(Agency.objects.values_list("code", flat=True)),
        "field": ["ho-tich", "dat-dai"],
        "from": ["2023-12", "2024-06"],
        "to": ["2024-06", "2024-08"],
    }
    for path in document["paths"].values():
        for parameter in path["get"]["parameters"]:
            if parameter["name"] in known:  # a pattern cannot say which of them exist
                parameter["schema"]["enum"] = known[parameter["name"]]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = get_wsgi_application()
    limits = hypothesis_settings(
        max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            if mode.is_negative and not operation.query:
                continue

            @limits
            @given(case=operation.as_strategy(generation_mode=mode))
            def check(case):
                case.call_and_validate()

            with one_connection():
                check()
