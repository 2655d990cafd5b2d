"""Who of the staff opened which record, for supervisors: looked at, never changed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from organisation.models import User
from records import codes, keyset
from records.listing import ONE_DAY, midnight
from records.models import Record, RecordRead

from .forms import day_input, person_name

PER_PAGE = 100
BY_TIME = keyset.Order(("at", "id"), descending=True)


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
class RecordReadAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="records_recordread_changelist")]

    @method_decorator(require_safe)
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ReadingsForm(request.GET)
        readings = RecordRead.objects.filter(form.conditions()).select_related("reader", "record")
        rows = readings.defer("record__sealed", "record__papers", "record__pauses")
        places = {name: request.GET.get(name, "") for name in ("after", "before")}
        page = keyset.turn([rows], BY_TIME, PER_PAGE, after=places["after"], before=places["before"])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Who opened which record"),
            "form": form,
            "page": page,
            "rows": [(reading, person_name(reading.reader)) for reading in page.rows],
            "beyond": not page.rows and any(places.values()),
            "state": {name: request.GET[name] for name in form.fields if request.GET.get(name)},
        }
        return TemplateResponse(request, "admin/records/record/readings.html", context)
