"""Measuring the search over judged queries."""

import json
from io import StringIO
from math import log2

import pytest
from django.core.management import CommandError, call_command

from procedures.judged import measure, read_judged, read_types


def evaluate(file, **options) -> str:
    out = StringIO()
    call_command("evaluate_search", str(file), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def judged(tmp_path):
    def write(text: str, encoding: str = "utf-8"):
        file = tmp_path / "judged.tsv"
        file.write_text(text, encoding=encoding)
        return file

    return write


def test_the_best_order_measures_one():
    assert set(measure(["a", "b", "c"], {"a": 3, "b": 2, "c": 1}).values()) == {1.0}


def test_nothing_found_measures_zero():
    assert set(measure([], {"a": 3}).values()) == {0.0}


def test_a_grade_of_one_is_no_hit_but_gains_a_little():
    measured = measure(["a"], {"a": 1, "b": 3})
    assert (measured["success@1"], measured["success@5"], measured["mrr@10"]) == (0, 0, 0)
    assert measured["ndcg@10"] == pytest.approx(1 / (7 + 1 / log2(3)))


def test_a_hit_at_the_third_place_counts_by_its_place():
    measured = measure(["x", "y", "a"], {"a": 2})
    assert (measured["success@1"], measured["success@5"]) == (0, 1)
    assert measured["mrr@10"] == pytest.approx(1 / 3)
    assert measured["ndcg@10"] == pytest.approx(1 / log2(4))


def test_what_stands_after_the_tenth_place_does_not_count():
    assert set(measure([*"bcdefghijk", "a"], {"a": 3}).values()) == {0.0}
    assert measure([*"bcdefghij", "a"], {"a": 3})["mrr@10"] == pytest.approx(0.1)


def test_the_sixth_place_is_no_success_at_five():
    assert measure([*"bcdef", "a"], {"a": 3})["success@5"] == 0
    assert measure([*"bcde", "a"], {"a": 3})["success@5"] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_with_and_without_a_byte_order_mark(judged, encoding):
    file = judged('query\tcode\tgrade\nsổ "đỏ\tA\t3\nsổ "đỏ\tB\t1\n', encoding)
    assert read_judged(file) == {'sổ "đỏ': {"A": 3, "B": 1}}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("query\tcode\tgrade\na\tA\t3\nb\tB\thigh\n", "line 3"),
        ("query\tcode\na\tA\n", "line 2"),
        ("query\tcode\tgrade\na\tA\n", "line 2"),
        ("query\tcode\tgrade\n", "no judged query"),
        ("", "no judged query"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(judged, text, place):
    with pytest.raises(CommandError, match=place):
        evaluate(judged(text))


def test_the_fourth_column_gives_each_query_its_type(judged):
    file = judged("query\tcode\tgrade\ttype\na\tA\t3\ttypo\na\tB\t1\ttypo\nb\tB\t3\tprefix\nc\tC\t3\t\n")
    assert read_types(file) == {"a": "typo", "b": "prefix"}
    assert read_judged(file) == {"a": {"A": 3, "B": 1}, "b": {"B": 3}, "c": {"C": 3}}
    assert read_types(judged("query\tcode\tgrade\na\tA\t3\n")) == {}


@pytest.mark.django_db
def test_a_query_of_two_types_is_refused_with_its_line(judged):
    with pytest.raises(CommandError, match="line 3"):
        evaluate(judged("query\tcode\tgrade\ttype\na\tA\t3\ttypo\na\tB\t1\tprefix\n"))


def test_a_missing_file_and_another_encoding_are_refused_by_name(judged, tmp_path):
    with pytest.raises(CommandError, match=r"absent\.tsv"):
        evaluate(tmp_path / "absent.tsv")
    with pytest.raises(CommandError, match=r"judged\.tsv"):
        evaluate(judged("query\tcode\tgrade\nđất\tA\t3\n", "utf-16"))


@pytest.mark.django_db
def test_the_command_prints_the_means_as_lines_and_as_json(judged):
    file = judged("query\tcode\tgrade\nđăng ký khai sinh\t1.001193\t3\nxyzzyqq\t1.001193\t3\n")
    assert evaluate(file).split("\n")[:2] == ["2 queries", "success@1  0.500"]
    answer = json.loads(evaluate(file, json=True))
    assert (answer["queries"], answer["success@1"], answer["ndcg@10"]) == (2, 0.5, 0.5)
    assert answer["by_query"]["đăng ký khai sinh"]["success@1"] == 1
    assert answer["by_query"]["xyzzyqq"]["success@1"] == 0
    assert "by_type" not in answer
    assert "type" not in evaluate(file)


@pytest.mark.django_db
def test_with_types_the_command_prints_the_means_of_each_as_well(judged):
    file = judged(
        "query\tcode\tgrade\ttype\nxyzzyqq\t1.001193\t3\ttypo\n"
        "đăng ký khai sinh\t1.001193\t3\tofficial\nđăng ký khai sinh\t2.000986\t1\tofficial\n"
        "khai sinh\t1.001193\t3\ttypo\nxyzzyqqq\t1.001193\t3\t\n"
    )
    lines = evaluate(file).splitlines()
    assert lines[:2] == ["4 queries", "success@1  0.500"]
    assert [line.split()[:3] for line in lines[6:]] == [
        ["type", "queries", "success@1"],
        ["official", "1", "1.000"],
        ["typo", "2", "0.500"],
    ]
    by_type = json.loads(evaluate(file, json=True))["by_type"]
    assert list(by_type) == ["official", "typo"]
    assert (by_type["typo"]["queries"], by_type["typo"]["success@5"], by_type["typo"]["mrr@10"]) == (2, 0.5, 0.5)
    assert by_type["official"]["success@1"] == 1
