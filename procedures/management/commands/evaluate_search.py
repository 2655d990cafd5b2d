"""`manage.py evaluate_search [FILE.tsv]`: how well the search answers judged queries."""

import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from procedures.judged import SHIPPED, BadFile, Measures, means, measure, read_judged, read_types
from procedures.search import find


class Command(BaseCommand):
    help = "Prints success@1, success@5, mrr@10 and ndcg@10 of the search over judged queries, also by their type."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            nargs="?",
            default=SHIPPED,
            help="TSV with the columns query, code, grade (1–3), type (optional); default: the shipped queries",
        )
        parser.add_argument("--json", action="store_true", help="the measures, and each query with its own, as JSON")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            judged, types = read_judged(file), read_types(file)
        except BadFile as error:
            raise CommandError(str(error)) from None
        queries = {query: measure(find(query).codes, grades) for query, grades in judged.items()}
        by_type: defaultdict[str, list[Measures]] = defaultdict(list)
        for query, kind in sorted(types.items(), key=itemgetter(1)):
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
