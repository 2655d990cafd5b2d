"""Loading a catalogue: checked as a whole, written as a whole, and the second time nothing."""

import copy
import json
import re
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from organisation import stamp
from organisation.models import Agency
from procedures.loading import SHIPPED, Scope
from procedures.models import Channel, Document, EverydayName, Field, FieldOwner, Procedure, Synonym

BIRTH = "1.001193"
GOOD = {"code": "ZZ-1", "name": "Zoqua", "field": ["ho-tich"], "level_province": True}

pytestmark = pytest.mark.django_db


# Tools -----------------------------------------------------------------------------------------


def load(*arguments) -> str:
    out = StringIO()
    call_command("load_catalog", *map(str, arguments), stdout=out)
    return out.getvalue()


def report(output: str) -> dict[str, tuple[int, ...]]:
    """Model → added, changed, unchanged, withdrawn."""
    lines = [line.split() for line in output.splitlines()]
    return {line[0]: tuple(int(n.replace(",", "")) for n in line[1:]) for line in lines if "." in (line or [""])[0]}


def refused(*arguments) -> tuple[str, list[str]]:
    """The error and the faults of a load that must fail and must change nothing."""
    before, err = (stamp.current(), everything()), StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("load_catalog", *map(str, arguments), verbosity=0, stdout=StringIO(), stderr=err)
    assert (stamp.current(), everything()) == before
    return str(refusal.value), err.getvalue().splitlines()[1:]  # below the headings


FIELDS = {field.name for model in (Procedure, Channel, Synonym) for field in model._meta.get_fields()}
FIELDS |= {"model", "pk", "colour"}


def place(line: str) -> list[str]:
    """File, row and field of a line of the table of faults."""
    return [cell.strip() for cell in re.split(r"\s{2,}", line)[:3]]


def everything() -> dict[str, list]:
    """Every row of the catalogue. Rows of a relation have no identity but what they join."""
    models = [
        model for label in ("organisation", "procedures") for model in apps.get_app_config(label).get_models(True)
    ]
    return {model._meta.label: rows_of(model) for model in models if model._meta.object_name != "ContentStamp"}


def rows_of(model) -> list[tuple]:
    joins = model._meta.auto_created
    names = [f.attname for f in model._meta.concrete_fields if not (joins and f.primary_key)]
    return list(model._default_manager.order_by(*(names if joins else ["pk"])).values_list(*names))


@pytest.fixture
def file(tmp_path):
    """A catalogue file of the rows given: (model, fields) pairs, or whatever stands for a row."""

    def write(*rows, name="rows.json") -> Path:
        entries = [
            {"model": f"procedures.{row[0]}", "fields": row[1]} if isinstance(row, tuple) else row for row in rows
        ]
        path = tmp_path / name
        path.write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
        return path

    return write


@cache
def shipped() -> list[dict]:
    return [row for path in SHIPPED for row in json.loads(path.read_text(encoding="utf-8"))]


def shipped_without(codes: set[str]) -> list[dict]:
    return [row for row in shipped() if not codes & {row["fields"].get("code"), *row["fields"].get("procedure", [])}]


def shipped_of(codes: set[str]) -> list[dict]:
    """The shipped rows of these procedures: each itself and its parts."""
    own = (row["fields"] for row in shipped())
    return [
        row
        for row, fields in zip(shipped(), own, strict=True)
        if codes & {*fields.get("procedure", []), fields["code"] if row["model"] == "procedures.procedure" else ""}
    ]


def public_in(slug: str) -> list[str]:
    return list(
        Procedure.objects.filter(field__slug=slug, published=True).order_by("code").values_list("code", flat=True)
    )


def largest_fields() -> list[str]:
    slugs = Procedure.objects.filter(published=True).values_list("field__slug", flat=True)
    counted = {slug: list(slugs).count(slug) for slug in set(slugs)}
    return sorted(counted, key=lambda slug: (-counted[slug], slug))


def code_in(slug: str) -> str:
    return Procedure.objects.filter(field__slug=slug, published=True).order_by("code")[0].code


# The shipped catalogue -------------------------------------------------------------------------


def test_the_shipped_catalogue_loaded_again_changes_nothing():
    before = everything(), stamp.current()
    lines = report(load())
    assert len(lines) == 10
    assert {(added, changed, gone) for added, changed, _same, gone in lines.values()} == {(0, 0, 0)}
    assert (everything(), stamp.current()) == before


def test_every_row_of_the_shipped_files_is_in_the_database():
    counted: dict[str, int] = {}
    for row in shipped():
        counted[row["model"]] = counted.get(row["model"], 0) + 1
    assert counted == {label: apps.get_model(label)._default_manager.count() for label in counted}
    assert counted["procedures.procedure"] > 1500


def test_the_report_counts_every_row_as_unchanged():
    unchanged = {label: line[2] for label, line in report(load("--dry-run")).items()}
    assert unchanged == {label: apps.get_model(label)._default_manager.count() for label in unchanged}


def test_loaddata_of_the_shipped_files_over_it_changes_nothing():
    before = everything()
    names = ("agencies", "fields", "legal_documents", "procedures", "synonyms")
    files = [str(path) for path in SHIPPED if path.stem in names]
    assert len(files) == len(names)
    call_command("loaddata", *files, verbosity=0)
    after = everything()
    assert {label: len(rows) for label, rows in after.items()} == {label: len(rows) for label, rows in before.items()}
    assert after == before


def test_what_was_changed_by_hand_comes_back():
    name = Procedure.objects.get(code=BIRTH).name
    Procedure.objects.filter(code=BIRTH).update(name="Zoqua", level_province=True)
    Document.objects.filter(procedure__code=BIRTH).delete()
    Agency.objects.get(code="so-gtvt").successors.clear()
    before = stamp.current()
    lines = report(load())
    assert lines["procedures.procedure"][:2] == (0, 1)
    assert lines["procedures.document"][0] > 0
    assert lines["organisation.agency"][:2] == (0, 1)
    assert Procedure.objects.get(code=BIRTH).name == name
    assert Agency.objects.get(code="so-gtvt").successors.count() == 2
    assert stamp.current() != before


def test_if_empty_leaves_a_catalogue_alone_and_fills_an_empty_one():
    before = stamp.current()
    Procedure.objects.filter(code=BIRTH).update(name="Zoqua")
    load("--if-empty")
    assert Procedure.objects.get(code=BIRTH).name == "Zoqua"
    Procedure.objects.all().delete()
    load("--if-empty")
    assert Procedure.objects.get(code=BIRTH).name != "Zoqua"
    assert stamp.current() != before


# A file of one's own ---------------------------------------------------------------------------


def test_a_file_adds_and_changes_what_it_holds_and_withdraws_nothing(file):
    public = Procedure.objects.filter(published=True).count()
    path = file(
        ("procedure", GOOD),
        ("procedure", {**GOOD, "code": "ZZ-2", "replaced_by": ["ZZ-1"], "legal_basis": [["1/2024/ZZ"]]}),
        ("legaldocument", {"number": "1/2024/ZZ", "kind": "decree"}),
        ("channel", {"procedure": ["ZZ-1"], "position": 1, "kind": "online", "time": 3, "unit": "day"}),
    )
    lines = report(load(path))
    assert lines["procedures.procedure"] == (2, 0, 0, 0)
    assert lines["procedures.channel"] == (1, 0, 0, 0)
    assert Procedure.objects.filter(published=True).count() == public + 2
    second = Procedure.objects.get(code="ZZ-2")
    assert second.replaced_by.code == "ZZ-1"
    assert [law.number for law in second.legal_basis.all()] == ["1/2024/ZZ"]
    assert report(load(path))["procedures.procedure"] == (0, 0, 2, 0)
    load(
        file(
            ("procedure", {**GOOD, "name": "Bemli"}),
            ("procedure", {**GOOD, "code": "ZZ-2"}),
            ("channel", {"procedure": ["ZZ-2"], "position": 1, "kind": "online"}),
        )
    )
    assert Procedure.objects.get(code="ZZ-1").name == "Bemli"
    assert not Procedure.objects.get(code="ZZ-1").channels.exists()


def test_a_row_may_name_another_that_stands_later_in_the_file(file):
    load(file(("procedure", {**GOOD, "replaced_by": ["ZZ-2"]}), ("procedure", {**GOOD, "code": "ZZ-2"})))
    assert Procedure.objects.get(code="ZZ-1").replaced_by.code == "ZZ-2"


def test_decomposed_text_is_stored_composed(file):
    load(file(("procedure", {**GOOD, "name": "Đa\u0306ng ky\u0301"})))
    assert Procedure.objects.get(code="ZZ-1").name == "Đăng ký"


def test_a_dry_run_says_what_would_change_and_changes_nothing(file):
    before = stamp.current(), everything()
    output = load(file(("procedure", GOOD)), "--dry-run")
    assert report(output)["procedures.procedure"] == (1, 0, 0, 0)
    assert "is loaded" not in output
    assert (stamp.current(), everything()) == before


def test_a_bar_moves_from_the_first_row_read_to_the_last_one_kept(file):
    err, codes = StringIO(), [f"ZZ-{number}" for number in range(1_000)]
    path = file(*(("procedure", {**GOOD, "code": code}) for code in codes))
    call_command("load_catalog", str(path), stdout=StringIO(), stderr=err)
    told = [re.sub(r", \d+ s$", "", line) for line in err.getvalue().splitlines()]
    assert told[0] == "1,000 rows read"
    for phase in ("checked", "compared", "written", "kept as history"):
        assert [f"{done:,} of 1,000 rows {phase}" for done in (200, 400, 600, 800, 1_000)] == [
            line for line in told if line.endswith(f"rows {phase}")
        ]


def test_on_a_terminal_each_phase_has_a_line_and_quietly_none(file, monkeypatch):
    err = StringIO()
    monkeypatch.setattr(err, "isatty", lambda: True)
    call_command("load_catalog", str(file(("procedure", GOOD))), stdout=StringIO(), stderr=err, no_color=True)
    lines = [line.rpartition("\r")[2].strip() for line in err.getvalue().strip().split("\n")]
    assert [re.sub(r", \d+ s$", "", line) for line in lines] == [
        "1 rows read",
        *(f"{'█' * 30} 1 of 1 rows {phase}" for phase in ("checked", "compared", "written", "kept as history")),
    ]
    err = StringIO()
    call_command("load_catalog", str(file(("procedure", {**GOOD, "code": "ZZ-2"}))), verbosity=0, stderr=err)
    assert err.getvalue() == ""


def owner_changes_hands(file) -> Path:
    """The field `an-toan-thuc-pham` passes from its one owner to another on 1 March 2025."""
    slug = "an-toan-thuc-pham"
    FieldOwner.objects.filter(field__slug=slug).exclude(agency__code="so-y-te").delete()
    assert FieldOwner.objects.get(field__slug=slug).valid_to is None
    name = Field.objects.get(slug=slug).name
    return file(
        ("field", {"slug": slug, "name": name}),
        ("fieldowner", {"field": [slug], "agency": ["so-y-te"], "valid_to": "2025-02-28"}),
        ("fieldowner", {"field": [slug], "agency": ["so-nn-mt"], "valid_from": "2025-03-01"}),
    )


def test_a_reorganisation_ends_one_owner_and_starts_another_in_one_file(file):
    path = owner_changes_hands(file)
    load(path)
    owners = FieldOwner.objects.filter(field__slug="an-toan-thuc-pham").order_by("valid_from")
    assert {owner.agency.code for owner in owners} == {"so-y-te", "so-nn-mt"}
    assert report(load(path))["procedures.fieldowner"] == (0, 0, 2, 0)


# Faults ----------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_with_file_row_and_field_and_nothing_changes(file):
    rows = [
        (("procedure", {**GOOD, "code": "zz 1"}), "code"),
        (("procedure", {**GOOD, "colour": "red"}), "colour"),
        (("procedure", {**GOOD, "name": ""}), "name"),
        (("procedure", {**GOOD, "name": "a\tb"}), "name"),
        (("procedure", {**GOOD, "name": "x" * 501}), "name"),
        (("procedure", {**GOOD, "name": ["x"]}), "name"),
        (("procedure", {**GOOD, "level_province": "maybe"}), "level_province"),
        (("procedure", {**GOOD, "everyday_rank": 1.5}), "everyday_rank"),
        (("procedure", {**GOOD, "everyday_rank": True}), "everyday_rank"),
        (("procedure", {**GOOD, "everyday_rank": -1}), "everyday_rank"),
        (("procedure", {**GOOD, "online": "half"}), "online"),
        (("procedure", {**GOOD, "field": "ho-tich"}), "field"),
        (("procedure", {**GOOD, "code": "ZZ-3", "field": ["no-such-field"]}), "field"),
        (("procedure", {**GOOD, "code": "ZZ-4", "legal_basis": [["no such law"]]}), "legal_basis"),
        (("procedure", {**GOOD, "legal_basis": "law"}), "legal_basis"),
        (("procedure", {**GOOD, "valid_from": "yesterday"}), "valid_from"),
        (("procedure", {**GOOD, "code": "ZZ-5", "valid_from": "2024-02-02", "valid_to": "2024-02-01"}), "valid_to"),
        (("procedure", {**GOOD, "code": "ZZ-6", "level_province": False}), "level_province"),
        (("procedure", {**GOOD, "code": "ZZ-7", "electronic_process": True}), "online"),
        (("procedure", {**GOOD, "code": "ZZ-8", "replaced_by": ["ZZ-8"]}), "replaced_by"),
        (("channel", {"procedure": [BIRTH], "position": 99, "kind": "online", "unit": "day"}), "unit"),
        (("synonym", {"everyday": "zoqua", "official": "zoqua"}), "official"),
        (("dream", {"name": "x"}), "model"),
        ({"model": "procedures.procedure", "pk": 1, "fields": GOOD}, "pk"),
        ({"model": "procedures.procedure"}, ""),
        ("a text", ""),
    ]  # fmt: skip
    bad = file(*(row for row, _field in rows))
    good = file(("procedure", GOOD), ("procedure", {**GOOD, "name": "twice"}), name="twice.json")
    error, faults = refused(good, bad)
    assert f"{len(rows) + 1} fault" in error
    # A fault of a whole row has no field: what stands in its third column is the value.
    told = {tuple(place(line)[: 3 if place(line)[2] in FIELDS else 2]) for line in faults}
    expected = {("rows.json", str(n), *filter(None, [field])) for n, (_row, field) in enumerate(rows, start=1)}
    assert told == {*expected, ("twice.json", "2", "code")}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("procedure", {**GOOD, "everyday_rank": 5}), "everyday_rank"),
        (
            {
                "model": "organisation.agency",
                "fields": {
                    "code": "z",
                    "name": "z",
                    "name_en": "z",
                    "short_name": "z",
                    "kind": "branch",
                    "parent": ["z"],
                },
            },
            "parent",
        ),
    ],
    ids=["rank", "parent"],
)
def test_what_a_constraint_would_refuse_is_told_with_its_row_too(file, row, field):
    _error, faults = refused(file(row))
    assert [place(fault) for fault in faults] == [["rows.json", "1", field]]


def test_a_field_with_two_open_owners_is_refused_and_nothing_changes(file):
    owners = [
        ("fieldowner", {"field": ["zoqua"], "agency": [code], "valid_from": "2024-01-01"})
        for code in ("so-y-te", "so-tu-phap")
    ]
    refused(file(("field", {"slug": "zoqua", "name": "Zoqua"}), *owners))


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b'{"model": 1}', b"[" * 100_000, b"", b"[NaN]"])
def test_a_file_that_is_no_list_of_rows_is_refused_by_name(tmp_path, content):
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    error, faults = refused(path)
    assert "1 fault" in error
    assert place(faults[0])[0] == "broken.json"


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    _error, faults = refused(tmp_path / "absent.json")
    assert place(faults[0])[0] == "absent.json"


# Withdrawals -----------------------------------------------------------------------------------


def test_only_what_lies_within_the_scope_is_withdrawn(file):
    inside, outside = largest_fields()[:2]
    gone, kept = code_in(inside), code_in(outside)
    path = file(*shipped_of({*public_in(inside), *public_in(outside)} - {gone, kept}))
    lines = report(load(path, "--scope", f"field={inside}"))
    assert lines["procedures.procedure"][3] == 1
    assert not Procedure.objects.get(code=gone).published
    assert Procedure.objects.get(code=kept).published
    # Nothing of a withdrawn procedure is lost, and the shipped catalogue brings it back.
    assert Procedure.objects.get(code=gone).names.exists()
    load()
    assert Procedure.objects.get(code=gone).published


def test_the_scope_of_an_agency_is_its_fields(file):
    owner = FieldOwner.objects.get(field__slug=largest_fields()[0], valid_from=None).agency
    mine = set(Procedure.objects.filter(field__owners__agency=owner, published=True).values_list("code", flat=True))
    assert Procedure.objects.filter(published=True).exclude(code__in=mine).exists()
    assert Scope.parse(f"agency={owner.code}").codes() == mine
    path = file(*shipped_of(mine - {min(mine)}))
    load(path, "--scope", f"agency={owner.code}")
    # The many others, which the file lacks too, stay.
    assert set(Procedure.objects.filter(published=False).values_list("code", flat=True)) == {min(mine)}


def test_without_a_scope_a_file_withdraws_nothing_and_with_all_it_does(file):
    gone = code_in(largest_fields()[0])
    path = file(*shipped_without({gone}))
    assert report(load(path))["procedures.procedure"][3] == 0
    assert Procedure.objects.get(code=gone).published
    assert report(load(path, "--scope", "all"))["procedures.procedure"][3] == 1
    assert not Procedure.objects.get(code=gone).published


def test_more_than_a_twentieth_is_withdrawn_only_when_the_number_is_confirmed(file):
    field = largest_fields()[0]
    public, scope = public_in(field), ("--scope", f"field={field}")
    limit = len(public) * 5 // 100
    gone = set(public[: limit + 1])
    assert limit > 1
    path = file(*shipped_of({*public} - gone))
    error, _faults = refused(path, *scope)
    assert f"--allow-withdrawals {limit + 1}" in error
    refused(path, *scope, "--allow-withdrawals", limit)
    refused(path, *scope, "--dry-run")
    load(path, *scope, "--allow-withdrawals", limit + 1)
    assert set(Procedure.objects.filter(published=False).values_list("code", flat=True)) == gone


def test_a_twentieth_is_withdrawn_without_asking(file):
    public = list(Procedure.objects.filter(published=True).order_by("code").values_list("code", flat=True))
    gone = set(public[: len(public) * 5 // 100])
    load(file(*shipped_without(gone)), "--scope", "all")
    assert Procedure.objects.filter(published=False).count() == len(gone)


@pytest.mark.parametrize("scope", ["everything", "agency=", "agency=nobody", "field=nothing", "all=1", ""])
def test_a_scope_that_does_not_exist_is_refused(file, scope):
    path = file(("procedure", GOOD))
    if scope:
        refused(path, "--scope", scope)
    with pytest.raises(ValueError, match=r"."):
        Scope.parse(scope)


# What a steward wrote --------------------------------------------------------------------------


def test_the_words_of_a_steward_survive_a_load():
    birth = Procedure.objects.get(code=BIRTH)
    EverydayName.objects.create(procedure=birth, name="zoqua bemli", language="vi", origin="steward")
    EverydayName.objects.create(procedure=birth, name="zoqua shipped", language="vi", origin="shipped")
    Synonym.objects.create(everyday="zoqua", official="khai sinh", origin="steward")
    lines = report(load())
    assert EverydayName.objects.filter(name="zoqua bemli", origin="steward").exists()
    assert Synonym.objects.filter(everyday="zoqua").exists()
    # What a former shipment brought and this one no longer has goes.
    assert lines["procedures.everydayname"][3] == 1
    assert not EverydayName.objects.filter(name="zoqua shipped").exists()


def test_a_shipped_name_that_was_deleted_by_hand_comes_back():
    row = copy.copy(EverydayName.objects.filter(origin="shipped").select_related("procedure")[0])
    EverydayName.objects.filter(pk=row.pk).delete()
    assert report(load())["procedures.everydayname"][:2] == (1, 0)
    assert EverydayName.objects.filter(procedure=row.procedure, name=row.name).exists()


def test_a_fixture_that_names_no_part_of_a_sort_leaves_those_parts(file):
    procedure = Procedure.objects.filter(documents__isnull=False, names__isnull=False).distinct()[0]
    before = {name: list(getattr(procedure, name).values_list("pk", "name")) for name in ("documents", "names")}
    own = next(row for row in shipped_of({procedure.code}) if row["model"] == "procedures.procedure")
    only = {**own["fields"], "name": "Tên mới"}
    result = ("result", {"procedure": [procedure.code], "position": 1, "name": "Giấy phép"})
    load(file(("procedure", only), result), "--scope", "none")
    assert {name: list(getattr(procedure, name).values_list("pk", "name")) for name in before} == before
    assert list(procedure.results.values_list("name", flat=True)) == ["Giấy phép"]


def test_a_reference_to_nothing_is_told_with_what_comes_nearest(file):
    _error, faults = refused(file(("procedure", {**GOOD, "field": ["ho-tic"]})))
    assert "ho-tich" in faults[0].split("ho-tic", 1)[1]
