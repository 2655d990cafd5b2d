"""What a steward changes in a form of the admin is a version of the catalogue too."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from procedures.loading.versions import Cause, begin_edit, end_edit, state_of
from procedures.models import VersionKind


class DecisionForm(forms.ModelForm):
    """A form that asks by which decision the catalogue changes."""

    change_decision = forms.CharField(
        label=_("Decision for this change"),
        required=False,
        max_length=160,
        help_text=_("Shown with the change in the public history."),
    )


class VersionedAdmin(admin.ModelAdmin):
    """A form of the admin whose every save is one version; Django saves within a transaction."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        request.before = begin_edit(obj)  # type: ignore[attr-defined]  # carried to `save_related`
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        cause = edit_by(request, form.cleaned_data.get("change_decision", ""))
        end_edit(request.before, state_of(form.instance), cause)  # type: ignore[attr-defined]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            before = begin_edit(obj)
            super().delete_model(request, obj)
            end_edit(before, {}, edit_by(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            before = {place: row for obj in queryset for place, row in begin_edit(obj).items()}
            super().delete_queryset(request, queryset)
            end_edit(before, {}, edit_by(request))


def edit_by(request: HttpRequest, decision: str = "") -> Cause:
    return Cause(by=request.user, decision=decision, kind=VersionKind.EDIT)  # type: ignore[arg-type]  # signed in
