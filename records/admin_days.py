"""The admin of the table of days: what a change does to due dates is shown before it is saved, and done after."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import display_for_field, unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from organisation.admin_pages import Pages

from . import days
from .models import DayException, Recomputation

CONFIRMED = "confirmed"  # the page that shows what follows was seen
ADDRESS = "admin:records_dayexception_recomputation"


@admin.register(DayException)
class DayExceptionAdmin(Pages):
    """Days off and worked. One at a time: what follows from each is shown."""

    change_list_template = "admin/records/days_list.html"
    delete_confirmation_template = "admin/records/days_delete.html"
    list_display = ["day", "weekday", "kind", "name", "source"]
    list_filter = ["kind"]
    date_hierarchy = "day"
    list_per_page = 50
    ordering = ["-day"]
    search_fields = ["name", "source"]
    actions = None

    @admin.display(description=_("weekday"))
    def weekday(self, day: DayException) -> str:
        return date_format(day.day, "l")

    def keeps_days(self, request: HttpRequest) -> bool:
        return days.may_keep(request.user)  # type: ignore[arg-type]  # the admin lets nobody else in

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.keeps_days(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.keeps_days(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.keeps_days(request) and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.recomputation)
        return [
            path("recomputation/<int:key>/", page, name="records_dayexception_recomputation"),
            *super().get_urls(),
        ]

    # Before it is saved --------------------------------------------------------------------------

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        form = self.sent(request, object_id)
        if form is None or not form.is_valid():
            return super().changeform_view(request, object_id, form_url, extra_context)
        if CONFIRMED not in request.POST:
            return self.confirm(request, form)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except days.Busy as busy:
            messages.error(request, str(busy))
            return self.confirm(request, form)

    def sent(self, request: HttpRequest, object_id: str | None) -> Any:
        """The form that was sent and may be saved; None when Django's own view has to answer."""
        if request.method != "POST":
            return None
        day = self.get_object(request, unquote(object_id)) if object_id else None
        allowed = self.has_change_permission(request, day) if day else self.has_add_permission(request)
        if not allowed or (object_id and day is None):
            return None
        return self.get_form(request, day, change=day is not None)(request.POST, instance=day)

    def confirm(self, request: HttpRequest, form: Any) -> HttpResponse:
        """What saving would do. Nothing is saved."""
        return self.shown(
            request,
            "days_confirm",
            title=_("Before it is saved"),
            form=form,
            day=form.instance,
            facts=[(field.label, shown_value(form.instance, field.name)) for field in form],
            buttons=[name for name in ("_addanother", "_continue") if name in request.POST] or ["_save"],
            impact=days.impact(days.with_day(form.instance)),
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        day = self.get_object(request, unquote(object_id))
        if day is None or not self.has_delete_permission(request, day):
            return super().delete_view(request, object_id, extra_context)
        context = {**(extra_context or {}), "day": day, "impact": days.impact(days.without_day(day))}
        try:
            return super().delete_view(request, object_id, context)
        except days.Busy as busy:
            messages.error(request, str(busy))
            return redirect("admin:records_dayexception_change", day.pk)

    # After it is saved ---------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: DayException, form: Any, change: bool) -> None:
        request.recomputation = days.keep(obj, request.user)  # type: ignore[attr-defined,arg-type]

    def delete_model(self, request: HttpRequest, obj: DayException) -> None:
        request.recomputation = days.remove(obj, request.user)  # type: ignore[attr-defined,arg-type]

    def response_add(self, request: HttpRequest, obj: DayException, post_url_continue: Any = None) -> HttpResponse:
        return self.follow(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: DayException) -> HttpResponse:
        return self.follow(request, super().response_change(request, obj))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        return self.follow(request, super().response_delete(request, obj_display, obj_id))

    def follow(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """To the recomputation, when the change asks for one."""
        job = getattr(request, "recomputation", None)
        return redirect(ADDRESS, job.pk) if job else response

    def recomputation(self, request: HttpRequest, key: int) -> HttpResponse:
        """A slice of the work for each time the page is asked for: it began with the change that was confirmed."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        job = get_object_or_404(Recomputation, pk=key)
        left = days.run_slice(job, seconds=days.SLICE)
        return self.shown(
            request,
            "days_progress",
            title=_("Due dates are being recomputed") if left else _("Due dates recomputed"),
            job=job,
            left=left,
            done=job.looked_at,
            total=job.looked_at + left,
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        left = days.unfinished() if self.keeps_days(request) else []
        return super().changelist_view(request, {**(extra_context or {}), "unfinished": left})


def shown_value(day: DayException, name: str) -> str:
    field = day._meta.get_field(name)
    return display_for_field(getattr(day, name), field, "–")  # type: ignore[arg-type]  # a plain column
