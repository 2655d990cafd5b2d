"""The corrections that citizens sent from the page of a procedure."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from procedures.models import Correction


@admin.register(Correction)
class CorrectionAdmin(admin.ModelAdmin):
    """What was sent is read; the answer is written, with who gave it."""

    list_display = ["day", "short_text", "edit_link", "state", "answered_by"]
    list_display_links = ["day", "short_text"]
    list_filter = ["state", "day"]
    list_select_related = ["procedure", "answered_by"]
    list_per_page = 50
    search_fields = ["text", "procedure__code", "procedure__name"]
    fields = ["edit_link", "text", "day", "state", "answer", "answered_by"]
    readonly_fields = ["edit_link", "text", "day", "answered_by"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("procedure", "answered_by")

    @admin.display(description=_("what is wrong"))
    def short_text(self, correction: Any) -> str:
        return Truncator(correction.text).chars(120)

    @admin.display(description=_("procedure"))
    def edit_link(self, correction: Any) -> str:
        address = reverse("admin:procedures_procedure_change", args=[correction.procedure_id])
        return format_html('<a href="{}">{}</a>', address, correction.procedure)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.answered_by = None if obj.state == Correction.State.OPEN else request.user
        super().save_model(request, obj, form, change)
