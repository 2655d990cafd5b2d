"""`manage.py evaluate_search FILE.tsv`: how well the search answers judged queries."""

import csv
import json
import math
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from procedures.search import find

HIT = 2  # a grade from which an answer counts as right
Measures = dict[str, float]  # name of a measure → 0 to 1


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
            raise CommandError(f"{file}, line {line}: query, code and grade (1–3) are needed.") from None
    if not judged:
        raise CommandError(f"{file} holds no judged query.")
    return judged


def read_types(file: Path) -> dict[str, str]:
    """Query → its type, from the fourth column `type`; empty when the file has none."""
    types: dict[str, str] = {}
    for line, row in read_rows(file):
        kind = row.get("type")
        if kind and types.setdefault(row["query"], kind) != kind:
            raise CommandError(f"{file}, line {line}: a line above gives this query another type.")
    return types


def read_rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line after the headings with its number."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            yield from enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=2)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: {error}") from None


def means(measured: Collection[Measures]) -> Measures:
    return {name: sum(each[name] for each in measured) / len(measured) for name in next(iter(measured))}


class Command(BaseCommand):
    help = "Prints success@1, success@5, mrr@10 and ndcg@10 of the search over judged queries, also by their type."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="TSV with the columns query, code, grade (1–3), type (optional)")
        parser.add_argument("--json", action="store_true", help="the measures, and each query with its own, as JSON")

    def handle(self, *, file: Path, **options: Any) -> None:
        queries = {query: measure(find(query).codes, grades) for query, grades in read_judged(file).items()}
        by_type: defaultdict[str, list[Measures]] = defaultdict(list)
        for query, kind in sorted(read_types(file).items(), key=itemgetter(1)):
            by_type[kind].append(queries[query])
        if options["json"]:
            answer = {"queries": len(queries), **means(queries.values()), "by_query": queries}
            if by_type:
                answer["by_type"] = {kind: {"queries": len(them), **means(them)} for kind, them in by_type.items()}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"{len(queries)} queries")
        for name, value in means(queries.values()).items():
            self.stdout.write(f"{name:10} {value:.3f}")
        if by_type:
            self.print_types(by_type)

    def print_types(self, by_type: Mapping[str, list[Measures]]) -> None:
        names = next(iter(by_type.values()))[0]
        self.stdout.write("".join([f"\n{'type':12}{'queries':>8}", *(f"{name:>11}" for name in names)]))
        for kind, measured in by_type.items():
            values = (f"{value:11.3f}" for value in means(measured).values())
            self.stdout.write("".join([f"{kind:12}{len(measured):8}", *values]))
