"""Search in the admin without regard to accents, the same on every database."""

import re
import unicodedata
from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")  # a dot inside a word stays: 1.001193


def folded_words(text: str) -> list[str]:
    """The words of `text` in small letters without accents; `đ` is `d`."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return WORD.findall("".join(letter for letter in decomposed if not unicodedata.combining(letter)))


def matches(present: list[str], asked: list[str]) -> bool:
    """Whether every word asked for begins a word that is present."""
    return all(any(word.startswith(part) for word in present) for part in asked)


class FoldedSearch(admin.ModelAdmin):
    """Looks every typed word up in `search_fields`, folded; lists and autocompletes both ask here.

    It reads all rows of the model, so it is for bounded tables: some thousand rows.
    """

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        asked = folded_words(search_term)
        if not asked:
            return queryset, False
        # A row comes more than once when a field reaches across a relation.
        texts: dict[Any, set[str]] = defaultdict(set)
        fields = self.get_search_fields(request)
        for pk, *values in self.model._default_manager.order_by().values_list("pk", *fields):
            texts[pk].update(value for value in values if value)
        found = [pk for pk, values in texts.items() if matches(folded_words(" ".join(values)), asked)]
        return queryset.filter(pk__in=found), False
