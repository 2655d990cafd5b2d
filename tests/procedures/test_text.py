"""Vietnamese words: with and without accents, however they are encoded, and where they stand in the text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.text import EITHER_I_OR_Y, accented, clean, fold, is_begun, tokens, words

VIETNAMESE = "aàáảãạăằắâầấđeèéêềếiìíoòóôồốơờớuùúưừứyỳýđĐ bcdghklmnpqrstvx.-_,/0123456789\u0300\u0301\u0323\u0306"
texts = st.one_of(st.text(), st.text(alphabet=VIETNAMESE))


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đăng ký khai sinh", "dang ky khai sinh"),
        ("ĐƯỜNG BỘ", "duong bo"),
        ("Nguyễn Thị Mỹ Ước", "nguyen thi my uoc"),
        ("1.001193", "1.001193"),
    ],
)
def test_folding_takes_every_accent_and_the_bar_of_d(text, folded):
    assert fold(text) == folded
    assert fold(decomposed(text)) == folded


@given(texts)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_folding_forgets_how_a_text_was_encoded(text):
    assert fold(decomposed(text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("old", "new"), [("hoà", "hòa"), ("thuỷ", "thủy"), ("uỷ", "ủy"), ("hoá", "hóa"), ("khoẻ", "khỏe"), ("HOẠ", "họa")]
)
def test_both_places_of_the_tone_mark_are_one_word(old, new):
    assert accented(old) == accented(new) == accented(decomposed(old)) == accented(decomposed(new))


def test_a_decomposed_word_brings_its_marks_along():
    text = decomposed("Cấp thẻ hoà giải, T.Đ.")
    assert words(text) == ["cap", "the", "hoa", "giai", "td"]
    assert [token.accented for token in tokens(text)][:3] == [accented(word) for word in ("cấp", "thẻ", "hòa")]
    assert "".join(text[token.start : token.end] for token in tokens(text)) == decomposed("CấpthẻhoàgiảiT.Đ")


def test_words_that_differ_in_an_accent_stay_different():
    spellings = ["ma", "mà", "má", "mả", "mã", "mạ", "mă", "mâ", "mấ", "mắ"]
    assert len({accented(word) for word in spellings}) == len(spellings)
    assert {fold(word) for word in spellings} == {"ma"}
    assert accented("đa") != accented("da")
    assert fold("đa") == fold("da")


@pytest.mark.parametrize("typed", ["hô", "hôn", "h", "ho", ""])
def test_a_word_is_begun_by_its_own_letters(typed):
    assert is_begun(accented("hôn"), accented(typed), unmarked=True)


@pytest.mark.parametrize(("word", "typed"), [("học", "hô"), ("hòn", "hó"), ("hộ", "hôn"), ("hôn", "hồ"), ("đơn", "d")])
def test_other_marks_and_tones_begin_another_word(word, typed):
    assert not is_begun(accented(word), accented(typed))


@pytest.mark.parametrize(("word", "typed"), [("đường", "đuon"), ("giấy", "gia"), ("người", "nguơ")])
def test_marks_that_are_set_last_may_still_come(word, typed):
    assert not is_begun(accented(word), accented(typed))
    assert is_begun(accented(word), accented(typed), unmarked=True)


def test_a_code_stays_one_word():
    assert words("Mã 1.001193.000.00.00.H56, hết") == ["ma", "1.001193.000.00.00.h56", "het"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("T.P Bắc Giang", ["tp", "bac", "giang"]),
        ("thẻ B.H.X.H.", ["the", "bhxh"]),
        ("tp.Bắc Giang", ["tp", "bac", "giang"]),
        ("Đ.K.K.D", ["dkkd"]),
        ("Nghị định.Thông tư", ["nghi", "dinh", "thong", "tu"]),
    ],
)
def test_single_letters_with_dots_are_an_abbreviation_and_other_dotted_words_part(text, found):
    assert words(text) == found


def test_a_hyphen_an_underscore_and_a_slash_part_words():
    assert words("61/2018/NĐ-CP a_b") == ["61", "2018", "nd", "cp", "a", "b"]


def test_offsets_are_those_of_the_text_as_it_is_written():
    text = "Cấp thẻ B.H.Y.T, ở T.P.Huế; mã 1.000656"
    assert [text[token.start : token.end] for token in tokens(text)] == [
        "Cấp", "thẻ", "B.H.Y.T", "ở", "T", "P", "Huế", "mã", "1.000656",
    ]  # fmt: skip


@given(texts)
def test_offsets_cut_each_word_out_of_the_text_in_order(text):
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        piece = text[token.start : token.end]
        assert with_i(fold(piece)) == with_i(token.folded)
        assert with_i(accented(piece)) == with_i(token.accented)
        end = token.end


def with_i(word: str) -> str:
    """The word without dots, its closing `y` as the `i` that stands for it."""
    return EITHER_I_OR_Y.sub("i", word.replace(".", ""))


@given(st.text(alphabet=VIETNAMESE).map(lambda text: unicodedata.normalize("NFC", text)))
def test_no_letter_and_no_digit_is_lost_between_the_words(text):
    covered = {place for token in tokens(text) for place in range(token.start, token.end)}
    assert not [letter for place, letter in enumerate(text) if letter.isalnum() and place not in covered]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("  khai\tsinh \r\n", "khai sinh"),
        (decomposed("đăng ký"), "đăng ký"),
        ("khai\x00sinh", "khai sinh"),
        ("\u200bkhai\u00a0sinh\ufeff", "khai sinh"),
        ("\u202e\u0007", ""),
    ],
)
def test_what_was_typed_becomes_one_clean_line(typed, line):
    assert clean(typed) == line


@given(st.text(alphabet=st.characters()) | texts)
def test_cleaning_leaves_no_control_character_and_no_double_space(text):
    line = clean(text)
    assert not [letter for letter in line if unicodedata.category(letter).startswith("C")]
    assert "  " not in line
    assert line == line.strip() == clean(line)
