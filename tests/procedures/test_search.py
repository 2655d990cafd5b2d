"""Finding a procedure: with and without accents, with slips, by code, by everyday words, within filters."""

import datetime
import unicodedata

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from organisation.models import Agency
from procedures.judged import SHIPPED, measure, read_judged
from procedures.models import Field, FieldOwner, Procedure, Synonym
from procedures.search import FILTERS, current, find, highlight
from procedures.search.lexicon import Lexicon
from procedures.search.writing import Writer
from procedures.text import clean, tokens

BIRTH, MARRIAGE = "1.001193", "1.000894"

pytestmark = pytest.mark.django_db


def accents(code: str) -> set[str]:
    """The words by which people know the procedure, with accents."""
    procedure = Procedure.objects.get(code=code)
    lines = [procedure.name, *procedure.names.values_list("name", flat=True)]
    return {token.accented for line in lines for token in tokens(line)}


def add(code: str, name: str) -> None:
    Procedure.objects.create(code=code, name=name, field=Field.objects.get(slug="ho-tich"), level_province=True)


# What is typed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["đăng ký khai sinh", "dang ky khai sinh", "ĐĂNG KÝ KHAI SINH", "dang ký khai sính"])
def test_accents_and_capitals_may_be_left_out_or_wrong(query):
    assert find(query).codes[:3] == find("đăng ký khai sinh").codes[:3]
    assert find(query).codes[0] == BIRTH
    assert find(query).missing([current().number[BIRTH]]) == [[]]


@pytest.mark.parametrize(("typed", "other"), [("chó", "cho"), ("đạt", "đất"), ("hội", "hỏi"), ("trưởng", "trường")])
def test_a_word_with_its_exact_accents_ranks_above_its_folded_twin(typed, other):
    typed_word, other_word = (next(tokens(word)).accented for word in (typed, other))
    codes = find(typed).codes
    assert all(typed_word in accents(code) for code in codes[:8])
    # The twin is found as well, only later.
    assert any(other_word in accents(code) and typed_word not in accents(code) for code in codes[8:])


def test_decomposed_letters_find_the_same_in_the_same_order():
    query = "đăng ký kết hôn có yếu tố nước ngoài"
    assert unicodedata.normalize("NFD", query) != query
    assert find(unicodedata.normalize("NFD", query)).codes == find(query).codes != []


@pytest.mark.parametrize(
    ("old", "new"), [("hoà giải", "hòa giải"), ("thuỷ lợi", "thủy lợi"), ("uỷ quyền", "ủy quyền")]
)
def test_the_old_place_of_the_tone_finds_the_same_in_the_same_order(old, new):
    assert find(old).codes == find(new).codes != []


@pytest.mark.parametrize("query", ["khai sjnh", "khai snih", "khai sinhh", "khai sin", "lhai sinh"])
def test_one_slip_is_forgiven(query):
    found = find(query)
    assert found.codes[0] == BIRTH
    assert not found.loose


def test_two_slips_are_forgiven_from_seven_letters_on():
    assert find("karaoke").codes
    assert find("karaxxke").codes[:2] == find("karaoke").codes[:2]
    assert not find("karaxxke").loose


@pytest.mark.parametrize(
    "query", ["khai sjmh", "trxxng", "passpprttt"], ids=["two in four", "two in six", "three in nine"]
)
def test_more_slips_than_that_are_not_forgiven(query):
    found = find(query)
    assert not found.codes or found.loose


def lexicon(*lines: str) -> Lexicon:
    writer = Writer()
    for line in lines:
        writer.add(line, [])
    return writer.written()[1]


def test_the_limits_of_slips_are_three_and_seven_letters():
    known = lexicon("ab qrs abcdef abcdefg 1234567")
    assert known.near("ax") == []
    assert known.near("qrx") == [("qrs", 1)]
    assert known.near("qxx") == []
    assert "abcdef" not in dict(known.near("abxxef"))
    assert dict(known.near("abxxefg"))["abcdefg"] == 2
    assert "abcdefg" not in dict(known.near("abxxxfg"))
    assert known.near("1234568") == []


def test_the_commonest_of_words_that_are_equally_near_comes_first():
    known = lexicon("sinh", "sinh", "sing")
    assert [word for word, _slips in known.near("sinx")] == ["sinh", "sing"]


def test_the_last_word_may_be_begun_only():
    assert find("đăng ký kết ho").codes[0] == MARRIAGE
    assert not find("birth certif").loose
    assert BIRTH in find("birth certif").codes


def test_a_word_that_is_not_the_last_is_not_completed():
    assert find("certif birth").loose
    assert not find("birth certif").loose


def test_the_order_of_the_words_is_free():
    assert find("khai sinh đăng ký").codes[:3] == find("đăng ký khai sinh").codes[:3]
    assert find("khai sinh đăng ký").codes[0] == BIRTH
    assert not find("khai sinh đăng ký").loose


def test_words_in_a_row_as_typed_rank_first():
    add("ZZ-1", "Cấp thẻ vogrunt frelbix cho người dân")
    add("ZZ-2", "Cấp thẻ frelbix vogrunt cho người dân")
    assert find("vogrunt frelbix").codes == ["ZZ-1", "ZZ-2"]
    assert find("frelbix vogrunt").codes == ["ZZ-2", "ZZ-1"]


def test_asking_words_say_little_and_are_not_missed():
    asked = find("tôi muốn đăng ký khai sinh thì làm thế nào")
    assert asked.codes[:2] == find("đăng ký khai sinh").codes[:2]
    assert not asked.loose
    assert asked.missing([current().number[BIRTH]]) == [[]]


def test_a_query_of_asking_words_only_is_looked_up_as_it_is():
    assert find("hồ sơ").codes


@pytest.mark.parametrize(
    "query", [BIRTH, f"  {BIRTH} ", "1.001193.H56", "1.001193.h56", "1.001193.000.00.00.H56", "1. 001193"]
)
def test_a_code_with_or_without_suffix_goes_straight_to_its_procedure(query):
    found = find(query)
    assert (found.code, found.codes, found.loose) == (BIRTH, [BIRTH], False)


def test_a_code_of_the_province_itself_is_found_in_small_letters():
    code = Procedure.objects.filter(code__startswith="BG").values_list("code", flat=True)[0]
    assert find(code.lower()).code == code


@pytest.mark.parametrize("query", ["9.999999", "1.00119", "1.001193.H56.H57", "khai sinh"])
def test_what_is_no_code_of_the_catalogue_goes_nowhere_straight(query):
    assert find(query).code == ""


def test_results_that_lack_words_are_labelled_loose_and_tell_which():
    found = find("khai sinh xyzzyqq")
    assert found.loose
    assert found.codes[0] == BIRTH
    assert found.missing([current().number[BIRTH]]) == [["xyzzyqq"]]


def test_a_procedure_that_lacks_words_is_listed_behind_one_that_has_them_all():
    found = find("mở quán karaoke")
    missing = found.missing([current().number[code] for code in found.codes])
    assert not found.loose
    assert missing[0] == []
    assert ["mở"] in missing


def test_only_what_reaches_a_third_of_the_best_score_is_listed():
    found = find("đăng ký khai sinh")
    scores = found.ranking.scores.score
    last, best = (scores[current().number[code]] for code in (found.codes[-1], found.codes[0]))
    assert last < best
    assert len(found.codes) < 100 < sum(scores > 0)


def test_when_nothing_holds_a_third_of_the_words_nothing_is_found():
    found = find("đăng ký xyzzyqq")
    assert (found.codes, found.loose, found.in_vain) == ([], False, True)


def test_results_that_have_all_words_are_not_labelled_loose():
    assert not find("khai sinh").loose


def test_nonsense_finds_nothing():
    found = find("xyzzyqq")
    assert (found.codes, found.loose) == ([], False)
    assert found.counts == {}


@pytest.mark.parametrize("query", ["", "   ", "\u200b", "\x00"])
def test_an_empty_query_browses_everything_the_commonest_first(query, catalogue_day):
    found = find(query)
    ranks = dict(Procedure.objects.public(catalogue_day).values_list("code", "everyday_rank"))
    assert sorted(found.codes) == sorted(ranks)
    assert [ranks[code] for code in found.codes] == sorted(ranks.values(), reverse=True)


anything = st.text(max_size=250) | st.lists(
    st.sampled_from(
        ["khai", "sinh", "sjnh", "đăng ký", "sổ đỏ", "1.001193", "H56", "của", "t.p", "|", '"', "AND", "*"]
    )
    | st.text(max_size=9)
).map(" ".join)


@given(anything, st.dictionaries(st.sampled_from([*FILTERS, "other"]), st.text(max_size=9) | st.just("province")))
@settings(deadline=None)
def test_no_text_and_no_filter_breaks_the_search(query, filters):
    found = find(query, filters)
    assert len(set(found.codes)) == len(found.codes)
    assert set(found.codes) <= set(current().number)
    assert set(found.dropped) <= set(filters)


# What the catalogue holds is live --------------------------------------------------------------


def test_a_synonym_works_as_soon_as_it_is_saved_and_no_longer_when_it_is_deleted():
    assert find("vogrunt").codes == []
    synonym = Synonym.objects.create(everyday="vogrunt", official="đăng ký khai sinh")
    assert find("vogrunt").codes[0] == BIRTH
    assert find("VÒGRUNT").codes[0] == BIRTH
    synonym.delete()
    assert find("vogrunt").codes == []


def test_a_synonym_widens_and_does_not_replace():
    before, added = find("kết hôn").codes, find("karaoke").codes[0]
    assert added not in before
    Synonym.objects.create(everyday="kết hôn", official="karaoke")
    after = find("kết hôn").codes
    assert added in after
    assert after[:10] == before[:10]


def test_a_renamed_procedure_is_found_by_its_new_name_and_a_withdrawn_one_no_more():
    Procedure.objects.filter(code=BIRTH).update(name="Vogrunt frelbix")
    assert find("vogrunt frelbix").codes == [BIRTH]
    Procedure.objects.filter(code=BIRTH).update(published=False)
    assert find("vogrunt frelbix").codes == []
    assert find(BIRTH).code == ""
    assert BIRTH not in find("").codes


def test_a_name_that_was_saved_decomposed_is_found():
    add("ZZ-1", unicodedata.normalize("NFD", "Cấp thẻ nghệ nhân vogrunt"))
    found = find("cấp thẻ vogrunt")  # no word that the forgiving of slips could save
    assert (found.codes, found.loose) == (["ZZ-1"], False)


def test_reading_twice_keeps_the_index():
    assert current() is current()


# Filters ---------------------------------------------------------------------------------------

SQL = {
    "agency": "a.code = %s",
    "field": "f.slug = %s",
    "online": "p.online = %s",
}


def sql_codes(condition: str, value: str, day: datetime.date) -> list[str]:
    """The public procedures that meet `condition`, asked of the tables themselves."""
    query = f"""
        SELECT DISTINCT p.code FROM procedures_procedure p
        JOIN procedures_field f ON f.id = p.field_id
        LEFT JOIN procedures_fieldowner o ON o.field_id = f.id
            AND (o.valid_from IS NULL OR o.valid_from <= %s) AND (o.valid_to IS NULL OR o.valid_to >= %s)
        LEFT JOIN organisation_agency a ON a.id = o.agency_id
        WHERE p.published AND (p.valid_from IS NULL OR p.valid_from <= %s) AND (p.valid_to IS NULL OR p.valid_to >= %s)
        AND {condition}"""
    with connection.cursor() as cursor:
        cursor.execute(query, [day] * 4 + ([value] if "%s" in condition else []))
        return sorted(code for (code,) in cursor.fetchall())


def condition_of(name: str, value: str) -> tuple[str, str]:
    if name in ("level", "audience"):
        return f"p.{name}_{value}", value
    return SQL[name], "" if value == "unknown" else value


FILTER_VALUES = [
    ("agency", "so-gtvt"),
    ("agency", "so-tu-phap"),
    ("field", "ho-tich"),
    ("field", "duong-bo"),
    ("level", "province"),
    ("level", "district"),
    ("level", "commune"),
    ("audience", "citizen"),
    ("audience", "business"),
    ("audience", "foreigner"),
    ("online", "full"),
    ("online", "partial"),
    ("online", "none"),
    ("online", "unknown"),
]


@pytest.mark.parametrize(("name", "value"), FILTER_VALUES)
def test_a_filter_leaves_what_sql_leaves_and_its_count_says_so(name, value, catalogue_day):
    expected = sql_codes(*condition_of(name, value), catalogue_day)
    assert expected
    assert sorted(find("", {name: value}).codes) == expected
    assert find("").counts[current().group_of[name, value]] == len(expected)
    within = find("giấy phép", {name: value})
    assert set(within.codes) == set(find("giấy phép").codes) & set(expected)


def test_each_count_is_what_choosing_that_value_would_leave():
    filters = {"level": "province", "online": "full"}
    counted = [(current().groups[group], count) for group, count in find("giấy phép", filters).counts.items()]
    assert {group.filter for group, _count in counted} == set(FILTERS)
    for group, count in counted:
        for value in group.values:
            assert count == len(find("giấy phép", {**filters, group.filter: value}).codes), (group.filter, value)


def test_a_commune_shows_what_is_handed_in_at_communes(catalogue_day):
    commune = Agency.objects.valid_on(catalogue_day).filter(kind="commune")[0]
    expected = sql_codes("p.level_commune", "", catalogue_day)
    assert sorted(find("", {"agency": commune.code}).codes) == expected


@pytest.mark.parametrize("name", FILTERS)
def test_an_unknown_filter_value_is_dropped_and_told(name):
    found = find("khai sinh", {name: "no-such-value"})
    assert found.dropped == {name: "no-such-value"}
    assert found.codes == find("khai sinh").codes


def test_an_unknown_filter_name_and_an_empty_value_change_nothing():
    found = find("khai sinh", {"colour": "red", "agency": ""})
    assert (found.codes, found.dropped) == (find("khai sinh").codes, {})


def test_on_the_day_of_the_catalogue_no_agency_has_moved_on():
    found = find("", {"agency": "so-gtvt"})
    assert (found.moved, found.dropped) == ({}, {})


def test_an_agency_that_is_still_to_come_is_dropped():
    assert find("", {"agency": "so-nn-mt"}).dropped == {"agency": "so-nn-mt"}


def test_a_former_agency_leads_on_to_its_work_and_those_that_do_it_today(settings):
    settings.PORTAL_TODAY = day = datetime.date(2026, 11, 23)
    found = find("", {"agency": "so-gtvt"})
    assert {name: set(heirs) for name, heirs in found.moved.items()} == {
        "so-gtvt": {"so-xay-dung-2025", "cong-an-tinh"}
    }
    once_owned = """f.id IN (SELECT w.field_id FROM procedures_fieldowner w
        JOIN organisation_agency b ON b.id = w.agency_id WHERE b.code = %s)"""
    expected = sql_codes(once_owned, "so-gtvt", day)
    assert expected
    assert sorted(found.codes) == expected
    assert set(expected) <= {code for heir in found.moved["so-gtvt"] for code in sql_codes("a.code = %s", heir, day)}
    assert found.dropped == {}
    # Two reorganisations in a row: a district that joined another, which gave way to communes.
    district = find("", {"agency": "d-221"})
    heirs = district.moved["d-221"]
    assert heirs
    assert sorted(district.codes) == sql_codes("p.level_commune", "", day)
    assert all(Agency.objects.get(code=heir).is_valid(day) for heir in heirs)
    # The owner of a field is the one of that day.
    slug = FieldOwner.objects.get(agency__code="so-xay-dung-2025", field__slug="duong-bo").field.slug
    assert set(find("", {"field": slug}).codes) <= set(find("", {"agency": "so-xay-dung-2025"}).codes)


# What is shown ---------------------------------------------------------------------------------


def marked(text: str, *wanted: str) -> str:
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in highlight(text, set(wanted)))


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (["khai", "sinh"], "Đăng ký [khai sinh], lại"),
        (["dang"], "[Đăng] ký khai sinh, lại"),
        (["sinh", "lai"], "Đăng ký khai [sinh], [lại]"),
        (["si"], "Đăng ký khai sinh, lại"),
        ([], "Đăng ký khai sinh, lại"),
    ],
)
def test_the_words_of_a_query_are_marked_as_they_are_written(wanted, shown):
    assert marked("Đăng ký khai sinh, lại", *wanted) == shown


@given(st.text(), st.sets(st.text(max_size=3)))
def test_marking_loses_and_adds_no_letter(text, wanted):
    wanted |= {token.folded for token in list(tokens(text))[::2]}
    assert "".join(piece.text for piece in highlight(text, wanted)) == text


def test_what_was_corrected_completed_or_widened_is_marked_too():
    assert "sinh" in find("khai sjnh").marked
    assert "hon" in find("đăng ký kết ho").marked
    assert {"giay", "chung", "nhan"} <= find("sổ đỏ").marked


def test_a_last_word_that_exists_with_its_accents_marks_no_longer_ones():
    assert find("sang tên đổi chủ").marked == {"sang", "ten", "doi", "chu"}
    assert {"chu", "chung"} <= find("sang tên đổi chu").marked


# The floor -------------------------------------------------------------------------------------


def test_the_judged_queries_are_answered_no_worse_than_they_were():
    judged = read_judged(SHIPPED)
    results = [measure(find(query).codes, grades) for query, grades in judged.items()]
    means = {name: sum(result[name] for result in results) / len(results) for name in results[0]}
    assert len(judged) >= 153
    # Measured .948, 1.0 and .917 when the floor was laid.
    assert means["success@1"] >= 0.93
    assert means["success@5"] >= 0.98
    assert means["ndcg@10"] >= 0.9


def test_every_judged_code_is_in_the_catalogue():
    codes = {code for grades in read_judged(SHIPPED).values() for code in grades}
    assert codes <= set(Procedure.objects.values_list("code", flat=True))


@given(st.sampled_from(sorted(read_judged(SHIPPED))))
@settings(deadline=None, max_examples=30)
def test_a_judged_query_finds_the_same_decomposed_and_in_capitals(query):
    codes = find(query).codes
    assert find(unicodedata.normalize("NFD", query)).codes == codes
    assert set(find(clean(query).upper()).codes) == set(codes)
