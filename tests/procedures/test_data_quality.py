"""The steward's page of data quality: what is missing, what stands twice, old laws, what citizens say."""

import datetime

import pytest
from django.core.management import call_command
from django.urls import reverse

from organisation.models import Agency, User
from procedures import quality
from procedures.models import Correction, Field, FieldOwner, LegalDocument, NotDuplicate, Procedure

pytestmark = pytest.mark.django_db

BIRTH = "1.001193"
QUALITY, DIFFERENT = "admin:procedures_procedure_quality", "admin:procedures_procedure_different"
DAY = datetime.date(2024, 8, 28)


def add(code: str, name: str, field: str = "ho-tich") -> Procedure:
    return Procedure.objects.create(code=code, name=name, field=Field.objects.get(slug=field), level_province=True)


def over(**values) -> LegalDocument:
    """A law of the procedure for births, out of force."""
    law = Procedure.objects.get(code=BIRTH).legal_basis.first()
    LegalDocument.objects.filter(pk=law.pk).update(**({"out_of_force_on": DAY} | values))
    return law


# Missing facts ---------------------------------------------------------------------------------


def test_agencies_stand_by_what_they_lack_the_most_first(steward):
    rows = [row for row, _list, _cells in steward.get(reverse(QUALITY)).context["rows"]]
    assert len(rows) > 20
    totals = [row.total for row in rows]
    assert totals == sorted(totals, reverse=True)
    assert sum(row.procedures for row in rows) == Procedure.objects.public(DAY).count()


def test_every_number_leads_to_a_list_of_exactly_these_procedures(steward):
    rows = steward.get(reverse(QUALITY)).context["rows"]
    checked = 0
    for row, address, cells in rows[:2]:
        assert steward.get(address).context["cl"].result_count == row.procedures
        for _label, count, each in cells:
            page = steward.get(each)
            assert page.context["cl"].result_count == count
            checked += count > 0
    assert checked >= 4


def test_a_new_procedure_lacks_every_fact_until_it_has_them(steward):
    before = {row.agency: row for row in quality.by_agency(DAY)}[Agency.objects.get(code="so-tu-phap")]
    procedure = add("BG-T-01", "Xyzzyqq vogrunt")
    after = {row.agency: row for row in quality.by_agency(DAY)}[before.agency]
    gained = {name: after.counts[name] - before.counts[name] for name in after.counts}
    assert gained == {"time": 1, "fee": 1, "documents": 1, "online": 1, "legal_basis": 1, "law_over": 0}
    procedure.channels.create(kind="online", position=1, time=3, unit="day", fee_vnd=0)
    procedure.documents.create(position=1, name="x")
    procedure.legal_basis.add(LegalDocument.objects.first())
    Procedure.objects.filter(pk=procedure.pk).update(online="none")
    assert {row.agency: row for row in quality.by_agency(DAY)}[before.agency].total == before.total


def test_what_is_not_public_is_not_counted():
    before = sum(row.procedures for row in quality.by_agency(DAY))
    procedure = add("BG-T-01", "Xyzzyqq vogrunt")
    Procedure.objects.filter(pk=procedure.pk).update(published=False)
    assert sum(row.procedures for row in quality.by_agency(DAY)) == before


def test_a_field_that_nobody_owns_has_its_line_and_its_list(steward):
    FieldOwner.objects.filter(field__slug="ho-tich").delete()
    row, address, _cells = next(
        each for each in steward.get(reverse(QUALITY)).context["rows"] if each[0].agency is None
    )
    assert row.procedures == Procedure.objects.public(DAY).filter(field__slug="ho-tich").count()
    assert steward.get(address).context["cl"].result_count == row.procedures


def test_the_page_asks_a_fixed_number_of_queries(steward, django_assert_num_queries):
    steward.get(reverse(QUALITY))
    for number in range(10):
        Correction.objects.create(procedure=add(f"BG-T-{number}", f"Xyzzyqq {number}"), text="x" * 20, day=DAY)
    over()
    with django_assert_num_queries(9):
        steward.get(reverse(QUALITY))


@pytest.mark.parametrize("role", ["officer", "supervisor", ""])
def test_others_do_not_open_it(sign_in, role):
    client = sign_in(role)
    assert client.get(reverse(QUALITY)).status_code == 403
    assert client.post(reverse(DIFFERENT), {"first": BIRTH, "second": "1.000894"}).status_code == 403


def test_the_list_of_procedures_leads_to_it(steward):
    assert reverse(QUALITY) in steward.get(reverse("admin:procedures_procedure_changelist")).text


# Duplicates ------------------------------------------------------------------------------------


def suspected() -> set[tuple[str, str]]:
    return {(pair.first.code, pair.second.code) for pair in quality.suspected_duplicates(DAY)}


def test_the_same_words_in_another_order_are_suspected_with_their_edit_links(steward):
    assert ("1.003671", "BGX-103") in suspected()  # Tự giải thể quỹ, Quỹ tự giải thể
    first = add("BG-T-01", "Xyzzyqq vogrunt frelbix")
    second = add("BG-T-02", "Frelbix xyzzyqq, vogrunt")
    add("BG-T-03", "Frelbix xyzzyqq, vogrunt", field="dat-dai")
    new = {pair for pair in suspected() if pair[0].startswith("BG-T")}
    assert new == {("BG-T-01", "BG-T-02")}
    page = steward.get(reverse(QUALITY)).text
    for procedure in (first, second):
        assert reverse("admin:procedures_procedure_change", args=[procedure.pk]) in page


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cấp giấy phép sản xuất rượu thủ công", "Cấp lại giấy phép sản xuất rượu thủ công"),
        ("Khóa căn cước điện tử (thực hiện tại cấp tỉnh)", "Khóa căn cước điện tử (thực hiện tại cấp xã)"),
        ("Chứng nhận lương y theo khoản 4 Điều 1 Thông tư", "Chứng nhận lương y theo khoản 5 Điều 1 Thông tư"),
        ("Đăng ký khai sinh", "Đăng ký kết hôn"),
    ],
)
def test_a_word_that_tells_them_apart_makes_no_duplicate(one, other):
    add("BG-T-01", one)
    add("BG-T-02", other)
    assert ("BG-T-01", "BG-T-02") not in suspected()


def test_what_a_steward_calls_different_is_not_suspected_again(steward):
    pair = ("1.003671", "BGX-103")
    for order in (pair, pair[::-1]):
        assert steward.post(reverse(DIFFERENT), dict(zip(("first", "second"), order, strict=True))).status_code == 302
    assert NotDuplicate.objects.count() == 1
    assert pair not in suspected()
    assert steward.get(reverse(DIFFERENT)).status_code == 405
    assert steward.post(reverse(DIFFERENT), {"first": "x", "second": BIRTH}).status_code == 404
    steward.post(reverse(DIFFERENT), {"first": BIRTH, "second": BIRTH})
    assert NotDuplicate.objects.count() == 1


# Laws out of force -----------------------------------------------------------------------------


def test_a_law_out_of_force_is_told_with_the_procedures_that_rest_on_it(steward):
    law = over()
    page = steward.get(reverse(QUALITY))
    ((told, address),) = page.context["laws"]
    resting = law.procedures.filter(published=True)
    assert (told, told.resting) == (law, resting.count())
    listed = steward.get(address).context["cl"]
    assert set(listed.queryset) == set(Procedure.objects.public(DAY).filter(legal_basis=law))
    missing = steward.get(page.context["sums"][-1][2]).context["cl"]
    assert missing.result_count == told.resting


def test_a_law_that_still_holds_or_that_nothing_rests_on_is_not_told(steward):
    over(out_of_force_on=DAY + datetime.timedelta(days=1))
    LegalDocument.objects.create(number="1/1990/XX", kind="decree", out_of_force_on=DAY)
    assert steward.get(reverse(QUALITY)).context["laws"] == []


@pytest.mark.parametrize(("day", "text"), [(DAY, "out of force since"), (DAY.replace(year=2030), "out of force from")])
def test_the_public_page_says_so_beside_the_law(client, day, text):
    address = f"/en/procedures/{BIRTH}/"
    assert "out of force" not in client.get(address).text
    over(out_of_force_on=day, followed_by="99/2030/NĐ-CP")
    page = client.get(address).text
    assert text in page
    assert "99/2030/NĐ-CP" in page


def test_the_api_says_so_too(client):
    law = over(followed_by="99/2030/NĐ-CP")
    laws = {each["number"]: each for each in client.get(f"/api/v1/procedures/{BIRTH}").json()["legal_basis"]}
    told = laws.pop(law.number)
    assert (told["out_of_force_on"], told["followed_by"]) == ("2024-08-28", "99/2030/NĐ-CP")
    assert {each["out_of_force_on"] for each in laws.values()} <= {None}


def test_a_steward_marks_a_law(steward):
    law = LegalDocument.objects.first()
    values = {"number": law.number, "kind": law.kind, "title": law.title}
    address = reverse("admin:procedures_legaldocument_change", args=[law.pk])
    marked = steward.post(address, values | {"out_of_force_on": "2024-01-01", "followed_by": "99/2030/NĐ-CP"})
    assert marked.status_code == 302
    law.refresh_from_db()
    assert law.out_of_force_on == datetime.date(2024, 1, 1)


def test_a_mark_stays_when_a_catalogue_that_says_nothing_of_it_is_loaded():
    law = over(followed_by="99/2030/NĐ-CP")
    call_command("load_catalog", verbosity=0)
    law.refresh_from_db()
    assert (law.out_of_force_on, law.followed_by) == (DAY, "99/2030/NĐ-CP")


# Corrections -----------------------------------------------------------------------------------


def test_open_corrections_stand_there_with_edit_and_answer_links(steward):
    birth = Procedure.objects.get(code=BIRTH)
    row = Correction.objects.create(procedure=birth, text="The fee is wrong.", day=DAY)
    answerer = User.objects.get(username="person")
    Correction.objects.create(procedure=birth, text="Old", day=DAY, state="done", answered_by=answerer)
    page = steward.get(reverse(QUALITY))
    assert (list(page.context["corrections"]), page.context["open_corrections"]) == ([row], 1)
    assert reverse("admin:procedures_procedure_change", args=[birth.pk]) in page.text
    assert reverse("admin:procedures_correction_change", args=[row.pk]) in page.text
