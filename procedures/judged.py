"""Queries of citizens with their right answers, and how well a search gives them."""

import csv
import math
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

SHIPPED = Path(__file__).parent / "fixtures/judged.tsv"
HIT = 2  # a grade from which an answer counts as right
Measures = dict[str, float]  # name of a measure → 0 to 1


class BadFile(ValueError):
    """A file that holds no judged queries; the text says where."""


def measure(codes: list[str], grades: dict[str, int]) -> Measures:
    """The four measures of one query: `codes` in the order found, `grades` of the judged ones (1–3).

    A hit is a grade of 2 or more; the gain of a grade is 2^grade − 1, discounted by log2(rank + 1).
    """
    right = [grades.get(code, 0) >= HIT for code in codes[:10]]
    gain = sum((2 ** grades.get(code, 0) - 1) / math.log2(rank + 2) for rank, code in enumerate(codes[:10]))
    best = sorted(grades.values(), reverse=True)[:10]
    ideal = sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(best))
    return {
        "success@1": float(any(right[:1])),
        "success@5": float(any(right[:5])),
        "mrr@10": next((1 / (rank + 1) for rank, hit in enumerate(right) if hit), 0.0),
        "ndcg@10": gain / ideal if ideal else 0.0,
    }


def read_judged(file: Path) -> dict[str, dict[str, int]]:
    """Query → code → grade, from a file with the columns `query`, `code`, `grade`."""
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for line, row in read_rows(file):
        try:
            judged[row["query"]][row["code"]] = int(row["grade"])
        except (KeyError, TypeError, ValueError):
            raise BadFile(f"{file}, line {line}: query, code and grade (1–3) are needed.") from None
    if not judged:
        raise BadFile(f"{file} holds no judged query.")
    return judged


def read_types(file: Path) -> dict[str, str]:
    """Query → its type, from the fourth column `type`; empty when the file has none."""
    types: dict[str, str] = {}
    for line, row in read_rows(file):
        kind = row.get("type")
        if kind and types.setdefault(row["query"], kind) != kind:
            raise BadFile(f"{file}, line {line}: a line above gives this query another type.")
    return types


def read_rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line after the headings with its number."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            yield from enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=2)
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{file}: {error}") from None


def means(measured: Collection[Measures]) -> Measures:
    return {name: sum(each[name] for each in measured) / len(measured) for name in next(iter(measured))}
