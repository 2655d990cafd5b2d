"""The parts of a procedure: rows on its page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from procedures.models import Channel, Document, EverydayName, Result

from .forms import WordForm, kept

AWAY = 10_000  # added to the positions of rows while others take their places


class PartForm(forms.ModelForm):
    """A row with a place that may be left empty or be shared: the formset numbers the rows."""

    place = forms.IntegerField(label=_("position"), required=False, min_value=1, max_value=AWAY - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.setdefault("place", self.instance.position)


class PartFormSet(forms.BaseInlineFormSet):
    """Rows in the order of their places, numbered from 1 when they are saved; rows without a place come last."""

    def save(self, commit: bool = True) -> Any:
        rows = [form for form in self.forms if kept(self, form)]
        rows.sort(key=lambda form: form.cleaned_data.get("place") or AWAY)
        for position, form in enumerate(rows, start=1):
            form.instance.position = position
        if not commit or not self.has_changed():
            return super().save(commit)
        stored = self.get_queryset().order_by()
        stored.update(position=F("position") + AWAY)
        saved = super().save()
        for form in rows:
            if not form.has_changed():
                stored.filter(pk=form.instance.pk).update(position=form.instance.position)
        return saved


class PartInline(admin.TabularInline):
    form = PartForm
    formset = PartFormSet
    extra = 0

    @admin.display(description=_("position"))
    def place(self, part: Any) -> int:
        return part.position  # for those who may only look


class ChannelInline(PartInline):
    model = Channel
    fields = ["place", "kind", "time", "unit", "fee_vnd", "note", "basis"]


class DocumentInline(PartInline):
    model = Document
    fields = ["place", "case", "name", "originals", "copies", "form"]


class ResultInline(PartInline):
    model = Result
    fields = ["place", "name"]


class EverydayNameInline(admin.TabularInline):
    model = EverydayName
    form = WordForm
    fields = ["name", "language", "origin"]
    readonly_fields = ["origin"]
    extra = 0
