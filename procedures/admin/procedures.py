"""Procedures."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisation.admin import ValidityFilter, not_itself
from organisation.folded_search import FoldedSearch
from portal.clock import today
from procedures.models import Procedure, parse_code

from .edits import DecisionForm, VersionedAdmin
from .fields import owner_name, owners_today
from .filters import MissingFilter, OnlineFilter, OwnerFilter
from .parts import ChannelInline, DocumentInline, EverydayNameInline, ResultInline
from .quality import QualityPages


class CodeField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return parse_code(super().to_python(value) or "")


class ProcedureForm(DecisionForm):
    def clean_replaced_by(self) -> Any:
        return not_itself(self.instance, self.cleaned_data["replaced_by"], _("A procedure does not replace itself."))


@admin.register(Procedure)
class ProcedureAdmin(QualityPages, VersionedAdmin, FoldedSearch):
    form = ProcedureForm
    list_display = ["code", "short_name", "public", "owner", "field", "level", "online", "time", "document_count"]
    list_display_links = ["code", "short_name"]
    list_filter = [
        OwnerFilter,
        MissingFilter,
        ValidityFilter,
        "published",
        OnlineFilter,
        "level_province",
        "level_district",
        "level_commune",
        "electronic_process",
        "at_center",
        "source",
    ]
    list_per_page = 50
    search_fields = ["code", "name", "name_en", "names__name"]
    autocomplete_fields = ["field", "replaced_by", "legal_basis"]
    inlines = [ChannelInline, DocumentInline, ResultInline, EverydayNameInline]
    fieldsets = [
        (None, {"fields": ["code", "name", "name_en", "field"]}),
        (_("Levels"), {"fields": [("level_province", "level_district", "level_commune")]}),
        (
            _("Audience"),
            {
                "fields": [
                    ("audience_citizen", "audience_business", "audience_organisation"),
                    ("audience_official", "audience_foreigner"),
                ]
            },
        ),
        (_("How it is settled"), {"fields": ["online", "electronic_process", "at_center", "everyday_rank"]}),
        (_("Publication"), {"fields": ["published", "decision", "valid_from", "valid_to", "replaced_by"]}),
        (_("Legal basis"), {"fields": ["legal_basis"]}),
        (_("Source"), {"fields": ["source", "source_date", "source_note"]}),
        (_("This change"), {"fields": ["change_decision"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("field")
        return rows.prefetch_related("channels", "documents", owners_today("field__"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the question about the change for those who may only look."""
        may_change = self.has_change_permission(request, obj)
        return self.fieldsets if may_change else self.fieldsets[:-1]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "code":
            kwargs["form_class"] = CodeField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def view_on_site(self, procedure: Any) -> str | None:
        return procedure.get_absolute_url() if procedure.is_public(today()) else None

    @admin.display(description=_("name"), ordering="name")
    def short_name(self, procedure: Any) -> str:
        return Truncator(procedure.name).chars(80)

    @admin.display(description=_("public"), ordering="published")
    def public(self, procedure: Any) -> str:
        if procedure.is_public(today()):
            icon, text = "yes", gettext("Public")
        elif not procedure.published:
            icon, text = "no", gettext("Not published")
        else:
            icon, text = "alert", gettext("Not valid today")
        return format_html('<img src="{}" alt=""> {}', static(f"admin/img/icon-{icon}.svg"), text)

    @admin.display(description=_("agency today"))
    def owner(self, procedure: Any) -> str:
        return owner_name(procedure.field)

    @admin.display(description=_("levels"))
    def level(self, procedure: Any) -> str:
        return ", ".join(str(level.label) for level in procedure.levels)

    @admin.display(description=_("processing time"))
    def time(self, procedure: Any) -> str:
        known = [channel for channel in procedure.channels.all() if channel.time is not None and channel.unit]
        return ", ".join(dict.fromkeys(f"{channel.time} {channel.get_unit_display()}" for channel in known))

    @admin.display(description=_("documents"))
    def document_count(self, procedure: Any) -> int:
        return len(procedure.documents.all())
