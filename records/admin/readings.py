"""Who of the staff opened which record, for supervisors: looked at, never changed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisation.models import User
from records import codes, keyset
from records.listing import ONE_DAY, midnight
from records.models import Record, RecordRead

from .forms import day_input, person_name
from .log import LogAdmin


class ReadingsForm(forms.Form):
    """A value that does not exist is told at its field, and the others hold."""

    use_required_attribute = False

    reader = forms.ModelChoiceField(
        User.objects.filter(is_staff=True).order_by("last_name", "first_name", "username"),
        label=gettext_lazy("By"),
        required=False,
        empty_label=gettext_lazy("All"),
    )
    code = forms.CharField(label=gettext_lazy("Record code"), required=False, max_length=64)
    start = forms.DateField(label=gettext_lazy("From"), required=False, widget=day_input())
    end = forms.DateField(label=gettext_lazy("Until"), required=False, widget=day_input())

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        field: Any = self.fields["reader"]
        field.label_from_instance = person_name

    def clean_code(self) -> Record | None:
        code = self.cleaned_data["code"]
        found = Record.objects.filter(code=codes.parse(code)).first() if code else None
        if code and found is None:
            raise forms.ValidationError(_("There is no record with this code."))
        return found

    def conditions(self) -> Q:
        self.is_valid()
        given, found = self.cleaned_data, Q()
        if given.get("reader"):
            found &= Q(reader=given["reader"])
        if given.get("code"):
            found &= Q(record=given["code"])
        if given.get("start"):
            found &= Q(at__gte=midnight(given["start"]))
        if given.get("end"):
            found &= Q(at__lt=midnight(given["end"] + ONE_DAY))
        return found


@admin.register(RecordRead)
class RecordReadAdmin(LogAdmin):
    title, template = gettext_lazy("Who opened which record"), "readings"
    order = keyset.Order(("at", "id"), descending=True)

    def asked(self, request: HttpRequest) -> tuple[QuerySet[RecordRead], dict[str, Any]]:
        form = ReadingsForm(request.GET)
        rows = RecordRead.objects.filter(form.conditions()).select_related("reader", "record")
        state = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
        return rows, {"form": form, "state": state}

    def person(self, row: RecordRead) -> str:
        return person_name(row.reader)
