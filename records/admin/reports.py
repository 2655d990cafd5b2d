"""The admin of reports: months and whose receptions, the work with its progress, the files."""

import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from organisation.admin_pages import Pages
from organisation.models import User
from organisation.roles import Deed, can
from records import actions, reports
from records.models import Report, ReportFile, Scope
from records.statistics.months import span, this_month
from records.statistics.reading import first_month
from records.statistics.tables import settle

from .forms import person_name

TYPES = {
    ReportFile.Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFile.Kind.PDF: "application/pdf",
}


def months() -> list[datetime.date]:
    """The months of which there are figures, the present one first."""
    settle()
    last = this_month()
    return list(span(first_month() or last, last))[::-1]


class ReportForm(forms.Form):
    """Months are chosen from those of which there are figures."""

    use_required_attribute = False

    first = forms.TypedChoiceField(label=_("From the month"), coerce=datetime.date.fromisoformat)
    last = forms.TypedChoiceField(label=_("Until the month"), coerce=datetime.date.fromisoformat)
    scope = forms.TypedChoiceField(label=_("Scope"), coerce=Scope, choices=Scope.choices)

    def __init__(self, data: Any = None) -> None:
        known = [(month.isoformat(), f"{month:%m/%Y}") for month in months()]
        over = known[1:] or known
        year = [key for key, _label in over if key[:4] == over[0][0][:4]]
        super().__init__(data, initial={"first": year[-1], "last": over[0][0]})
        for name in ("first", "last"):
            self.fields[name].choices = known  # type: ignore[attr-defined]


@admin.register(Report)
class ReportAdmin(Pages):
    """Reports are asked for, worked on while their page is open or by a command, and kept as they were made."""

    list_display = ["period", "scope", "made_at", "maker", "state"]
    list_display_links = ["period"]
    list_per_page = 50
    list_select_related = ["made_by"]
    show_full_result_count = False
    actions = None

    @admin.display(description=_("period"), ordering="first")
    def period(self, report: Report) -> str:
        return str(report)

    @admin.display(description=_("by"), ordering="made_by")
    def maker(self, report: Report) -> str:
        return person_name(report.made_by)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can(viewer(request).role, Deed.MONITOR)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        download = self.admin_site.admin_view(require_safe(self.download))
        return [path("<int:key>/<str:kind>/file/", download, name="records_report_file"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ReportForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                report = reports.ask(**form.cleaned_data, by=viewer(request))
            except actions.Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("admin:records_report_change", report.pk)
        return self.shown(request, "report_start", title=_("Make a report"), form=form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        report = self.report(request, object_id)
        # A slice for each time the page is asked for: the work began with a POST, and anybody may see it done.
        left = report.state == Report.State.RUNNING and reports.run_slice(report, seconds=reports.SLICE)
        return self.shown(
            request,
            "report_progress" if left else "report_page",
            title=_("A report is being made") if left else _("Report %(period)s") % {"period": report},
            report=report,
            maker=person_name(report.made_by),
            kinds=report.files.order_by("-kind").values_list("kind", flat=True),
        )

    def download(self, request: HttpRequest, key: int, kind: str) -> HttpResponse:
        report = self.report(request, key)
        if kind not in TYPES:
            raise Http404
        file = get_object_or_404(ReportFile, report=report, kind=kind)
        response = HttpResponse(bytes(file.content), content_type=TYPES[ReportFile.Kind(kind)])
        name = f"bao-cao-{report.first:%Y-%m}-{report.last:%Y-%m}-{report.scope}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def report(self, request: HttpRequest, key: Any) -> Report:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = Report.objects.select_related("made_by")
        return get_object_or_404(rows, pk=key if str(key).isdecimal() else 0)


def viewer(request: HttpRequest) -> User:
    return cast(User, request.user)
