"""`manage.py evaluate_search FILE.tsv`: how well the search answers judged queries."""

import csv
import json
import math
from argparse import ArgumentParser
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from procedures.search import find

HIT = 2  # a grade from which an answer counts as right


def measure(codes: list[str], grades: dict[str, int]) -> dict[str, float]:
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
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for line, row in enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
                try:
                    judged[row["query"]][row["code"]] = int(row["grade"])
                except (KeyError, TypeError, ValueError):
                    raise CommandError(f"{file}, line {line}: query, code and grade (1–3) are needed.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: {error}") from None
    if not judged:
        raise CommandError(f"{file} holds no judged query.")
    return judged


class Command(BaseCommand):
    help = "Prints success@1, success@5, mrr@10 and ndcg@10 of the search over judged queries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="TSV with the columns query, code, grade (1–3)")
        parser.add_argument("--json", action="store_true", help="the measures, and each query with its own, as JSON")

    def handle(self, *, file: Path, **options: Any) -> None:
        queries = {query: measure(find(query).codes, grades) for query, grades in read_judged(file).items()}
        names = next(iter(queries.values())).keys()
        means = {name: sum(query[name] for query in queries.values()) / len(queries) for name in names}
        if options["json"]:
            answer = {"queries": len(queries), **means, "by_query": queries}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"{len(queries)} queries")
        for name, value in means.items():
            self.stdout.write(f"{name:10} {value:.3f}")
