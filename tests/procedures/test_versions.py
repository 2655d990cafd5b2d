"""Versions of the catalogue: each change is one, none is ever altered, and each can be taken back."""

import datetime
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from organisation import stamp
from organisation.models import User
from procedures import loading, loads
from procedures.models import (
    CatalogueVersion,
    Change,
    Document,
    EverydayName,
    FieldOwner,
    LegalDocument,
    Procedure,
    Synonym,
    VersionKind,
    pin,
)
from tests.procedures.test_loading import BIRTH, GOOD, everything, load

pytestmark = pytest.mark.django_db
TOMORROW = datetime.date(2024, 8, 29)


def rows(*entries):
    """A file of rows: (model, fields) pairs."""
    entries = [{"model": f"procedures.{model}", "fields": fields} for model, fields in entries]
    return [("rows.json", json.dumps(entries, ensure_ascii=False).encode())]


def apply(*entries, scope="none", **cause):
    proposal = loading.propose(rows(*entries), loading.Scope.parse(scope))
    assert not proposal.faults
    return loading.apply(proposal.differences, cause=loading.Cause(**cause))


def catalogue():
    """Every row of the catalogue itself, with its primary key."""
    kept = {"procedures.CatalogueVersion", "procedures.Change"}
    return {label: found for label, found in everything().items() if label not in kept}


def last():
    return CatalogueVersion.objects.first()


def as_row(code):
    """The row of a procedure as a file has it."""
    item = Procedure.objects.get(code=code)
    plain = {name: getattr(item, name) for name in ("code", "name", "level_province", "level_commune", "decision")}
    return {**plain, "field": [item.field.slug]}


# Making versions -------------------------------------------------------------------------------


def test_the_shipped_catalogue_is_the_first_version_and_every_history_begins_with_it():
    first = CatalogueVersion.objects.get()
    assert (first.number, first.kind) == (1, VersionKind.FIRST)
    assert first.changes.count() == Procedure.objects.count()
    assert not first.changes.exclude(before=None, after=None).exists()


def test_a_load_is_a_version_with_who_when_files_and_decision():
    steward = User.objects.create_user("steward", role="steward")
    print_of = loading.fingerprint("rows.json", b"[]")
    version = apply(("procedure", GOOD), by=steward, decision="1234/QĐ-UBND", files=[print_of])
    assert (version.number, version.made_by, version.decision) == (2, steward, "1234/QĐ-UBND")
    assert version.files[0]["sha256"].startswith("4f53cda18c2baa0c")
    (change,) = version.changes.all()
    assert (change.procedure, change.before, change.after["name"]) == ("ZZ-1", None, "Zoqua")


def test_a_load_that_changes_nothing_makes_no_version():
    apply(("procedure", GOOD))
    assert apply(("procedure", GOOD)) is None
    assert last().number == 2


def test_the_command_makes_a_version_too():
    Procedure.objects.filter(code=BIRTH).update(name="Zoqua")
    load("--decision", "7/QĐ-UBND")
    assert last().decision == "7/QĐ-UBND"
    assert [file["name"] for file in last().files][:2] == ["agencies.json", "fields.json"]
    assert [change.before["name"] for change in last().changes.all()] == ["Zoqua"]


def test_a_withdrawal_is_kept_as_what_it_changed():
    gone = Procedure.objects.filter(field__slug="ho-tich").exclude(code=BIRTH)
    version = apply(("procedure", as_row(BIRTH)), scope="field=ho-tich")
    told = {change.procedure for change in version.changes.filter(model="procedures.procedure")} - {BIRTH}
    assert told == set(gone.values_list("code", flat=True))
    assert not gone.filter(published=True).exists()


def test_a_catalogue_that_came_without_a_version_gets_its_first_before_the_next_change():
    with connection.cursor() as cursor:  # as a catalogue from before there were versions
        from procedures import guards

        guards.remove_guards()
        cursor.execute("DELETE FROM procedures_change")
        cursor.execute("DELETE FROM procedures_catalogueversion")
        guards.install_guards()
    apply(("procedure", GOOD))
    assert [version.kind for version in CatalogueVersion.objects.order_by("number")] == ["first", "load"]
    assert not Change.objects.filter(version__number=1, procedure="ZZ-1").exists()


def test_a_load_that_fails_leaves_neither_rows_nor_a_version():
    before = everything()
    proposal = loading.propose(rows(("procedure", GOOD)), loading.Scope.parse("none"))
    proposal.differences[4].added["ZZ-1",]["everyday_rank"] = 9
    with pytest.raises(IntegrityError):
        loading.apply(proposal.differences)
    assert everything() == before


@pytest.mark.parametrize("table", ["procedures_catalogueversion", "procedures_change"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_alter_a_version(table, change):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite can replace a row")
def test_the_database_refuses_to_replace_a_version():
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT OR REPLACE INTO procedures_change SELECT * FROM procedures_change LIMIT 1")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_to_empty_the_versions():
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE procedures_change")


def test_the_timer_applies_what_is_due_and_fails_aloud_on_what_does_not_fit(settings):
    steward = User.objects.create_user("steward", role="steward")
    for code in ("ZZ-1", "ZZ-2"):
        day = loads.prepare(rows(("procedure", {**GOOD, "code": code})), by=steward, valid_from=TOMORROW)
        loads.confirm(day, by=steward, seen=stamp.current())
    call_command("apply_scheduled_loads")
    assert last().number == 1
    apply(("procedure", {**GOOD, "code": "ZZ-2", "name": "Bemli"}))
    settings.PORTAL_TODAY = TOMORROW
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError):
        call_command("apply_scheduled_loads", stdout=out, stderr=err)
    assert "applied as version 3" in out.getvalue()
    assert "ZZ-2" in err.getvalue()
    assert Procedure.objects.get(code="ZZ-2").name == "Bemli"


# Taking back -----------------------------------------------------------------------------------


def test_a_load_taken_back_leaves_exactly_what_was_there():
    before = catalogue()
    version = apply(
        ("legaldocument", {"number": "1/2024/ZZ", "kind": "decree"}),
        ("procedure", {**GOOD, "legal_basis": [["1/2024/ZZ"]]}),
        ("procedure", {**as_row(BIRTH), "name": "Zoqua"}),  # its papers, ways and names go
        ("document", {"procedure": [BIRTH], "position": 1, "name": "Zoqua"}),
        scope="field=ho-tich",
    )
    assert catalogue() != before
    taken = loading.take_back(version)
    assert catalogue() == before
    assert (taken.kind, taken.undoes, taken.number) == (VersionKind.UNDO, version, version.number + 1)


def test_a_load_taken_back_twice_is_refused_and_taking_back_the_taking_back_brings_it_again():
    version = apply(("procedure", GOOD))
    with_it = catalogue()
    taken = loading.take_back(version)
    with pytest.raises(loading.Refused, match=str(taken.number)):
        loading.take_back(version)
    loading.take_back(taken)
    names = [found for label, found in catalogue().items() if label != "procedures.Procedure"]
    assert names == [found for label, found in with_it.items() if label != "procedures.Procedure"]
    assert Procedure.objects.filter(code="ZZ-1", published=True).exists()


def refused(version, match=r"."):
    before = everything()
    with pytest.raises(loading.Refused, match=match):
        loading.take_back(version)
    assert everything() == before


def test_the_first_version_is_not_taken_back():
    refused(last())


def test_a_version_whose_rows_were_changed_since_is_not_taken_back():
    version = apply(("procedure", GOOD))
    later = apply(("procedure", {**GOOD, "name": "Bemli"}))
    refused(version, match=rf"ZZ-1.*{later.number}")
    loading.take_back(later)
    loading.take_back(version)
    assert not Procedure.objects.filter(code="ZZ-1").exists()


def test_a_change_that_no_version_tells_of_is_noticed_too():
    version = apply(("procedure", GOOD))
    Procedure.objects.filter(code="ZZ-1").update(name="Bemli")
    refused(version)


def test_a_row_that_somebody_added_below_is_not_dragged_along():
    version = apply(("procedure", GOOD))
    EverydayName.objects.create(procedure=Procedure.objects.get(code="ZZ-1"), name="bemli", language="vi")
    refused(version, match="bemli")


def test_a_law_that_another_procedure_names_by_now_is_not_removed():
    version = apply(("legaldocument", {"number": "1/2024/ZZ", "kind": "decree"}))
    Procedure.objects.get(code=BIRTH).legal_basis.add(LegalDocument.objects.get(number="1/2024/ZZ"))
    refused(version, match="1/2024/ZZ")


def test_a_procedure_under_which_a_record_was_received_is_not_removed():
    version = apply(("procedure", GOOD))
    pin(Procedure.objects.get(code="ZZ-1"))  # as a reception does
    refused(version)


def test_what_records_are_pinned_to_stays_when_their_procedure_changes_and_changes_back():
    pinned = pin(Procedure.objects.get(code=BIRTH))
    version = apply(("procedure", {**as_row(BIRTH), "name": "Zoqua"}))
    assert pin(Procedure.objects.get(code=BIRTH)) != pinned
    loading.take_back(version)
    assert pin(Procedure.objects.get(code=BIRTH)) == pinned


def test_an_owner_that_changed_hands_changes_back():
    before = catalogue()
    field = FieldOwner.objects.filter(valid_to=None, valid_from=None, agency__code="so-tu-phap").first().field
    version = apply(
        ("fieldowner", {"field": [field.slug], "agency": ["so-tu-phap"], "valid_to": "2025-02-28"}),
        ("fieldowner", {"field": [field.slug], "agency": ["so-y-te"], "valid_from": "2025-03-01"}),
    )
    assert FieldOwner.objects.filter(field=field).count() == 2
    loading.take_back(version)
    assert catalogue() == before


texts = st.text("aăâđêô Z", min_size=1, max_size=8).map(str.strip).filter(bool)
papers = st.lists(st.tuples(texts, st.integers(0, 3)), max_size=4)


@rules(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.dictionaries(
        st.sampled_from([BIRTH, "1.000662", "BG-BQL-KCN-01", "ZZ-1", "ZZ-2"]),
        st.tuples(texts, papers, st.sets(texts, max_size=3), st.booleans()),
        min_size=1,
    ),
    withdraws=st.booleans(),
    synonym=texts,
)
def test_whatever_a_load_brings_taking_it_back_is_as_if_it_had_not_been(data, withdraws, synonym):
    with transaction.atomic():
        before = catalogue()
        entries = [("synonym", {"everyday": synonym, "official": "zoqua"})]
        for code, (name, documents, names, public) in data.items():
            entries.append(
                (
                    "procedure",
                    {"code": code, "name": name, "field": ["ho-tich"], "level_commune": True, "published": public},
                )
            )
            entries += [
                ("document", {"procedure": [code], "position": place, "name": text, "copies": copies})
                for place, (text, copies) in enumerate(documents, start=1)
            ]
            entries += [("everydayname", {"procedure": [code], "name": each, "language": "vi"}) for each in names]
        version = apply(*entries, scope="field=ho-tich" if withdraws else "none")
        loading.take_back(version)
        assert catalogue() == before
        transaction.set_rollback(True)


def test_the_words_of_a_load_are_found_no_more_when_it_is_taken_back():
    version = apply(("synonym", {"everyday": "zoqua", "official": "khai sinh"}))
    loading.take_back(version)
    assert not Synonym.objects.filter(everyday="zoqua").exists()
    assert Document.objects.exists()
