"""A record's code in every spelling that people and other systems write."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.codes import LAST_ORDER, DayIsFull, full, issue, parse

DAY = datetime.date(2024, 8, 28)
SHORT, FULL = "H02.15-240828-0001", "000.00.15.H02-240828-0001"


@pytest.mark.parametrize(
    "written",
    [
        SHORT,
        FULL,
        "h02.15-240828-0001",
        "  H02.15-240828-0001\n",
        "H02.15 - 240828 - 0001",
        "H02.15 240828 0001",
        "H02.152408280001",
        "H02.15–240828—0001",
        "H02.15−240828‑0001",
        "H02.15_240828_0001",
        "H02.15-\u200b240828-0001",
        "\ufeffH02.15-240828-0001",
        "Ｈ０２．１５－２４０８２８－０００１",
        "000.00.15.h02-240828-0001",
        "000.00.15.H02 240828 0001",
        "H02.15.00.000-240828-0001",
        "00.15.H02-240828-0001",
    ],
)
def test_every_spelling_of_a_code_is_read_as_the_short_form(written):
    assert parse(written) == SHORT


@pytest.mark.parametrize(
    ("short", "long"),
    [
        (SHORT, FULL),
        ("H02-240828-0001", "000.00.00.H02-240828-0001"),
        ("H02.21.01-240828-9999", "000.01.21.H02-240828-9999"),
        ("H02.21.07.033-231231-0120", "033.07.21.H02-231231-0120"),
        ("G01.00.07-240229-0001", "000.07.00.G01-240229-0001"),
    ],
)
def test_the_full_form_names_the_greater_unit_last_and_all_four_levels(short, long):
    assert full(short) == long
    assert parse(long) == parse(short) == short


@pytest.mark.parametrize(
    "written",
    [
        "",
        "-",
        "H02.15",
        "H02.15-240828",
        "H02.15-240828-001",
        "H02.15-240828-00001",
        "H02.15-240828-0000",
        "H02.15-240230-0001",
        "H02.15-241328-0001",
        "H02.15-24082A-0001",
        "H2.15-240828-0001",
        "HH2.15-240828-0001",
        "H02.1-240828-0001",
        "H02..15-240828-0001",
        ".H02.15-240828-0001",
        "H02.15.15.15-240828-0001",
        "02.15-240828-0001",
        "240828-0001",
        "0912345678",
        "024099001234",
        "1.001193",
        "1.000656.000.00.00.H56",
        "Nguyễn Văn Mẫu",
        "H02.15-٢٤٠٨٢٨-0001",
        "H02.15-240828-0001; DROP TABLE",
        "H02.15-240828-0001" * 1000,
    ],
)
def test_what_is_no_code_is_read_as_none(written):
    assert parse(written) == ""


def test_a_unit_gives_9999_codes_a_day_and_no_more():
    assert issue("H02.15", DAY, 1) == SHORT
    assert issue("H02.15", DAY, LAST_ORDER) == "H02.15-240828-9999"
    with pytest.raises(DayIsFull):
        issue("H02.15", DAY, LAST_ORDER + 1)


two, three = (st.integers(1, 10**size - 1).map(lambda number, size=size: f"{number:0{size}}") for size in (2, 3))
units = st.builds(
    lambda letter, province, lower: ".".join([f"{letter}{province}", *lower]),
    st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    two,
    st.lists(two, max_size=2) | st.tuples(two, two, three),
)
days = st.dates(datetime.date(2000, 1, 1), datetime.date(2068, 12, 31))
issued = st.builds(issue, units, days, st.integers(1, LAST_ORDER))


@given(issued)
def test_an_issued_code_is_read_back_from_both_forms(code):
    assert parse(code) == parse(full(code)) == code


@given(issued, st.lists(st.sampled_from([" ", "-", "–", "\t", "\u200b"]), min_size=2, max_size=8))
def test_how_its_parts_are_set_off_does_not_matter(code, signs):
    half = len(signs) // 2
    unit, day, order = code.split("-")
    assert parse(unit + "".join(signs[:half]) + day + "".join(signs[half:]) + order) == code


@given(st.text())
def test_any_text_is_a_code_or_none(text):
    assert parse(text) in ("", parse(parse(text)))
