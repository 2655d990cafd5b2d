"""Fields of work and who owns them."""

from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisation.folded_search import FoldedSearch
from portal.clock import today
from procedures.models import Field, FieldOwner

from .edits import VersionedAdmin
from .forms import kept


class FieldOwnerForm(forms.ModelForm):
    def validate_constraints(self) -> None:
        """Without the rules between the rows of a field: the formset sees all rows, the database only the old ones."""
        if self.errors:
            return
        try:
            self.instance.validate_constraints(exclude={"field"})
        except ValidationError as error:
            self.add_error(None, error)


class FieldOwnerFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [form.instance for form in self.forms if kept(self, form)]
        rows.sort(key=lambda row: (row.valid_from is not None, row.valid_from))
        for earlier, later in pairwise(rows):
            if not (earlier.valid_to and later.valid_from and earlier.valid_to < later.valid_from):
                raise ValidationError(_("On one day a field has one owner: the periods overlap."))

    def save(self, commit: bool = True) -> Any:
        # Rows that will be written are closed first: the last owner's end may open only when no other is open.
        written = [form.instance.pk for form in self.initial_forms if form.has_changed()]
        day = today()
        if commit:
            FieldOwner.objects.filter(pk__in=written).update(valid_from=day, valid_to=day)
        return super().save(commit)


class FieldOwnerInline(admin.TabularInline):
    model = FieldOwner
    form = FieldOwnerForm
    formset = FieldOwnerFormSet
    extra = 0
    autocomplete_fields = ["agency"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("agency", "field")


def owners_today(prefix: str = "") -> Prefetch:
    """The owner of a field today, as `owners_today` of the field."""
    owners = FieldOwner.objects.valid_on(today()).select_related("agency")
    return Prefetch(f"{prefix}owners", queryset=owners, to_attr="owners_today")


def owner_name(field: Any) -> str:
    return ", ".join(owner.agency.name for owner in field.owners_today)


@admin.register(Field)
class FieldAdmin(VersionedAdmin, FoldedSearch):
    list_display = ["name", "slug", "owner", "procedure_count"]
    ordering = ["name", "slug"]  # counting takes the model's own order away
    list_per_page = 50
    search_fields = ["name", "name_en", "slug"]
    inlines = [FieldOwnerInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted = super().get_queryset(request).annotate(procedure_count=Count("procedures"))
        return counted.prefetch_related(owners_today())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug"] if obj else []

    @admin.display(description=_("owner today"))
    def owner(self, field: Any) -> str:
        return owner_name(field)

    @admin.display(description=_("procedures"), ordering="procedure_count")
    def procedure_count(self, field: Any) -> int:
        return field.procedure_count
