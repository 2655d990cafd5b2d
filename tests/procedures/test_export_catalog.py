"""`export_catalog`: what is written loads back unchanged, in every format."""

import io
import json

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from procedures import loading
from procedures.loading import Scope
from procedures.loading.export import FORMATS
from procedures.models import Field, LegalDocument, Procedure
from procedures.tables import harmless, text

pytestmark = pytest.mark.django_db
CODE = "9.000001"


def everything(code: str = CODE) -> dict:
    """All that the catalogue says about a procedure, by words alone."""
    procedure = Procedure.objects.get(code=code)
    own = {f.name: getattr(procedure, f.attname) for f in Procedure._meta.concrete_fields if not f.primary_key}
    parts = {
        name: [
            {k: v for k, v in row.items() if k not in ("id", "procedure_id")}
            for row in getattr(procedure, name).values()
        ]
        for name in ("channels", "documents", "results", "names")
    }
    return {**own, **parts, "legal_basis": sorted(procedure.legal_basis.values_list("number", "kind", "title"))}


def exported(format: str, scope: str) -> tuple[str, bytes]:
    return f"catalogue.{'json' if format == 'fixture' else format}", b"".join(
        loading.export(format, Scope.parse(scope))
    )


# Signs that tables give a meaning: delimiters, bars, quotes, bullets, formulas, numbers, times.
WORDS = st.sampled_from(
    [
        *(
            "Đăng ký",
            "Ưu tiên",
            "a|b",
            "\\",
            "\\|",
            "'",
            "'=x",
            "=1+1",
            "+84",
            "-",
            "- x",
            "@",
            "1.",
            "a)",
            ";",
            '"',
            ":",
        ),
        *(
            "|",
            "15 ngày",
            "Miễn phí",
            "Trực tiếp:",
            "NULL",
            "x",
            "Không",
            "Mã TTHC",
            "1.001193",
            "(bản chính: 1)",
            "•",
        ),
    ]
)
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
OPTIONAL = st.one_of(st.just(""), TEXT)
CHANNEL = st.builds(
    lambda kind, time, fee, note, basis: {
        "kind": kind, "time": time[0], "unit": time[1], "fee_vnd": fee, "note": note, "basis": basis
    },
    st.sampled_from(["in_person", "online", "postal"]),
    st.sampled_from([(None, ""), (0, "day"), (15, ""), (1500, "hour"), (7, "working_day"), (2, "month")]),
    st.sampled_from([None, 0, 1, 1000, 1_500_000]),
    OPTIONAL,
    OPTIONAL,
)  # fmt: skip
PAPER = st.fixed_dictionaries(
    {"name": TEXT, "case": OPTIONAL, "form": OPTIONAL, "originals": st.integers(0, 20), "copies": st.integers(0, 20)}
)
LAW = {"number": "1/2099/ZZ", "kind": "decree", "title": "Về a|b; '=x"}
TOLD = st.fixed_dictionaries(
    {
        "name": TEXT,
        "name_en": OPTIONAL,
        "decision": OPTIONAL,
        "source_note": OPTIONAL,
        "online": st.sampled_from(["", "full", "partial", "none"]),
        "published": st.booleans(),
        "everyday_rank": st.integers(0, 4),
        "valid_from": st.sampled_from([None, "2024-02-29"]),
        "audience_foreigner": st.booleans(),
        "level_commune": st.booleans(),
        "channels": st.lists(CHANNEL, max_size=3),
        "documents": st.lists(PAPER, max_size=3),
        "results": st.lists(st.fixed_dictionaries({"name": TEXT}), max_size=2),
        "names": st.lists(TEXT, max_size=2, unique=True).map(
            lambda names: [{"name": n, "language": "vi"} for n in names]
        ),
        "laws": st.sampled_from([[], [LAW]]),
    }
)


def make(told: dict) -> None:
    told = dict(told)
    parts = {name: told.pop(name) for name in ("channels", "documents", "results", "names", "laws")}
    field = Field.objects.get(slug="an-toan-thuc-pham-so-cong-thuong")  # whose name another field has too
    procedure = Procedure.objects.create(code=CODE, field=field, level_province=True, **told)
    for name in ("channels", "documents", "results"):
        for position, row in enumerate(parts[name]):
            getattr(procedure, name).create(position=2 * position + 1, **row)  # with gaps, as editing leaves them
    for row in parts["names"]:
        procedure.names.create(**row)
    for law in parts["laws"]:
        procedure.legal_basis.create(**law)


@pytest.fixture
def no_procedures(db):
    """A catalogue of agencies and fields alone, quickly compared."""
    Procedure.objects.all().delete()
    LegalDocument.objects.all().delete()


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD)
@example(
    told={
        "name": "'=1+1", "online": "full", "published": False,
        "channels": [{"kind": "online", "time": None, "unit": "", "fee_vnd": None, "note": "", "basis": ""}] * 2,
        "documents": [{"name": "- a | b", "case": "\\", "form": "|", "originals": 0, "copies": 3}],
        "results": [{"name": "1. x"}], "names": [{"name": "=x", "language": "en"}], "laws": [LAW],
    }
)  # fmt: skip
def test_what_is_exported_loads_back_unchanged(no_procedures, told):
    with transaction.atomic():
        make(told)
        before = everything()
        scope = f"field={Procedure.objects.get(code=CODE).field.slug}"
        for format in FORMATS:
            file = exported(format, scope)
            over = loading.propose([file], Scope.parse("none"))
            assert ([*over.faults], over.changes_nothing) == ([], True), (format, [*loading.changes(over.differences)])
        for format in FORMATS:
            file = exported(format, scope)
            procedure = Procedure.objects.get(code=CODE)
            procedure.legal_basis.all().delete()
            procedure.delete()
            loading.apply(loading.propose([file], Scope.parse("none")).differences)
            assert words(everything()) == words(before), format
        transaction.set_rollback(True)


def words(told: dict) -> dict:
    """Without the positions of parts, of which only the order counts."""
    return {
        name: [{k: v for k, v in row.items() if k != "position"} if isinstance(row, dict) else row for row in value]
        if isinstance(value, list)
        else value
        for name, value in told.items()
    }


@pytest.mark.parametrize("format", FORMATS)
def test_the_shipped_catalogue_loads_back_unchanged(format):
    proposal = loading.propose([exported(format, "all")], Scope.parse("all"))
    assert [*proposal.faults] == []
    assert proposal.changes_nothing
    assert sum(same for _label, _added, _changed, same, _gone in proposal.totals) > 25_000


def test_a_cell_that_excel_would_compute_is_harmless_and_comes_back():
    for plain in ("=1+1", "'=1", "''=1", "'", "x", "-5", "+84", "@a"):
        assert not harmless(plain).startswith(("=", "+", "-", "@"))
        assert text(harmless(plain), 100) == plain


def test_the_command_writes_each_format_whole_or_not_at_all(tmp_path):
    for format in FORMATS:
        call_command("export_catalog", tmp_path / format, format=format, scope="field=ho-tich")
    count = Procedure.objects.filter(field__slug="ho-tich").count()
    assert len(json.loads((tmp_path / "json").read_text())) == count
    sheet = openpyxl.load_workbook(io.BytesIO((tmp_path / "xlsx").read_bytes())).active
    assert sheet.max_row == count + 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FORMATS)
    with pytest.raises(CommandError, match="No such file"):
        call_command("export_catalog", tmp_path / "absent" / "x")


@pytest.mark.parametrize("scope", ["agency=nobody", "field=nothing", "some"])
def test_an_unknown_scope_is_refused(scope):
    with pytest.raises(CommandError):
        call_command("export_catalog", scope=scope)


def test_rows_are_read_in_pieces(django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        assert sum(1 for _piece in loading.export("csv", Scope.parse("all"))) > 1_900
