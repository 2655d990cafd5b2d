"""What was typed with the keyboard's Vietnamese input off: Telex and VNI undone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.keyboard import undecoded
from procedures.text import accented, fold

ONSETS = "- b ch d đ g gh gi h k kh l m n ng ngh nh ph qu r s t th tr v x"
RIMES = (
    "a ac ai am anh ap ay ăc ăn ăng ât âu ây e em ê ênh êu i iêc iên iêu oa oan oi oc ô ôn ơ ơi u uc uôc uôn uy uyên "
    "ư ưng ưu ươc ươi ương y yên"
)
TONES = {"": ("", ""), "\u0300": ("f", "2"), "\u0301": ("s", "1"), "\u0309": ("r", "3"), "\u0303": ("x", "4")}
TONES["\u0323"] = ("j", "5")
SHAPES = {"â": ("aa", "a6"), "ê": ("ee", "e6"), "ô": ("oo", "o6"), "ă": ("aw", "a8"), "ơ": ("ow", "o7")}
SHAPES |= {"ư": ("uw", "u7"), "đ": ("dd", "d9")}


@st.composite
def typed(draw, method: int, at_the_end: bool) -> tuple[str, str]:
    """A Vietnamese word, and the keys of Telex (0) or VNI (1) for it, its tone after the vowel or at the end."""
    onset, rime = draw(st.sampled_from(ONSETS.split())).strip("-"), draw(st.sampled_from(RIMES.split()))
    tone = draw(st.sampled_from(list(TONES)))
    place = next(number for number, letter in reversed(list(enumerate(rime))) if fold(letter) in "aeiouy")
    word = unicodedata.normalize("NFC", onset + rime[: place + 1] + tone + rime[place + 1 :])
    keys = [SHAPES.get(letter, (letter, letter))[method] for letter in onset + rime]
    keys.insert(len(keys) if at_the_end else len(onset) + place + 1, TONES[tone][method])
    return word, "".join(keys)


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("ddawng", "đăng"),
        ("ddang", "đang"),
        ("dangd", "đang"),
        ("giaays", "giấy"),
        ("giayas", "giấy"),
        ("kys", "ký"),
        ("hooj", "hộ"),
        ("chieeus", "chiếu"),
        ("nguwowif", "người"),
        ("nguoiwf", "người"),
        ("huwu", "hưu"),
        ("tw", "tư"),
        ("xas", "xá"),
        ("d9a8ng", "đăng"),
        ("dang98", "đăng"),
        ("giay61", "giấy"),
        ("giay1", "giáy"),
        ("phe1p", "phép"),
        ("nguoi72", "người"),
        ("ho65", "hộ"),
        ("uy3", "uỷ"),
    ],
)
def test_keys_become_the_word_that_was_meant(keys, word):
    assert accented(word) in map(accented, undecoded(keys))


@pytest.mark.parametrize("word", ["", "khai", "sinh", "đăng", "2024", "123", "09", "ct07", "x", "strx"])
def test_a_word_without_keys_of_either_and_a_number_stay_as_they_are(word):
    assert undecoded(word) == []


@pytest.mark.parametrize("method", [0, 1], ids=["Telex", "VNI"])
@pytest.mark.parametrize("at_the_end", [False, True], ids=["after its vowel", "at the end"])
def test_whatever_word_was_typed_is_found_again(method, at_the_end):
    @given(typed(method, at_the_end))
    def found_again(pair):
        word, keys = pair
        assert keys == word or fold(word) in map(fold, undecoded(keys))

    found_again()


@given(st.text(max_size=12))
def test_no_text_breaks_it_and_no_answer_is_the_text_itself(text):
    word = unicodedata.normalize("NFC", text.lower())
    assert word not in undecoded(word)
