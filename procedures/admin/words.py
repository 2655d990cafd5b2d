"""Laws, and words that widen a search."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisation.folded_search import FoldedSearch
from procedures.models import LegalDocument, Synonym

from .edits import VersionedAdmin
from .forms import WordForm


@admin.register(LegalDocument)
class LegalDocumentAdmin(VersionedAdmin, FoldedSearch):
    list_display = ["number", "kind", "title", "out_of_force_on", "procedure_count"]
    list_filter = ["kind", ("out_of_force_on", admin.EmptyFieldListFilter)]
    ordering = ["number"]
    list_per_page = 50
    search_fields = ["number", "title"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(procedure_count=Count("procedures"))

    @admin.display(description=_("procedures"), ordering="procedure_count")
    def procedure_count(self, document: Any) -> int:
        return document.procedure_count


@admin.register(Synonym)
class SynonymAdmin(VersionedAdmin, FoldedSearch):
    form = WordForm
    list_display = ["everyday", "official", "origin"]
    list_filter = ["origin"]
    list_per_page = 50
    search_fields = ["everyday", "official"]
    fields = ["everyday", "official", "origin"]
    readonly_fields = ["origin"]
