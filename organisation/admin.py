"""The admin of units and people, and its titles."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.clock import today

from .folded_search import FoldedSearch
from .models import Agency, User, on_day

admin.site.site_header = _("Service Center administration")
admin.site.site_title = _("Service Center administration")
admin.site.index_title = _("Catalogue, units and people")
admin.site.unregister(Group)  # what a person may do follows from the role


class ValidityFilter(admin.SimpleListFilter):
    """What is valid today, what was, what will be."""

    title = _("validity")
    parameter_name = "validity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("Valid today")), ("ended", _("Ended")), ("future", _("In the future"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        day = today()
        match self.value():
            case "now":
                return queryset.filter(on_day(day))
            case "ended":
                return queryset.filter(valid_to__lt=day)
            case "future":
                return queryset.filter(valid_from__gt=day)
        return queryset


def not_itself(row: Any, chosen: Any, message: Any) -> Any:
    """`chosen`, unless it is `row`. The constraint names the primary key, which no form holds, so Django skips it."""
    if chosen and chosen == row:
        raise ValidationError(message)
    return chosen


class AgencyForm(forms.ModelForm):
    def clean_parent(self) -> Any:
        return not_itself(self.instance, self.cleaned_data["parent"], _("An agency is not its own parent."))


@admin.register(Agency)
class AgencyAdmin(FoldedSearch):
    form = AgencyForm
    list_display = ["code", "name", "kind", "parent", "valid_from", "valid_to", "receives_records"]
    list_display_links = ["code", "name"]
    list_filter = ["kind", "receives_records", ValidityFilter]
    list_select_related = ["parent"]
    list_per_page = 50
    search_fields = ["code", "name", "name_en", "short_name"]
    autocomplete_fields = ["parent", "successors"]
    fieldsets = [
        (None, {"fields": ["code", "name", "name_en", "short_name", "kind", "parent"]}),
        (_("Records"), {"fields": ["receives_records", "record_part"]}),
        (_("Validity"), {"fields": ["valid_from", "valid_to", "successors"]}),
        (_("Source"), {"fields": ["basis", "source_note"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []


@admin.register(User)
class UserAdmin(FoldedSearch, DjangoUserAdmin):
    list_display = ["username", "last_name", "first_name", "role", "unit", "is_active", "is_staff"]
    list_filter = ["role", "is_active", "is_staff"]
    list_select_related = ["unit"]
    list_per_page = 50
    search_fields = ["username", "last_name", "first_name", "email"]
    filter_horizontal = []
    autocomplete_fields = ["unit"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["last_name", "first_name", "email"]}),
        (_("Work"), {"fields": ["unit", "role", "is_staff", "is_active"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "usable_password", "password1", "password2"]}),
        (_("Work"), {"classes": ["wide"], "fields": ["unit", "role", "is_staff"]}),
    ]
