"""The admin of reorganisations: say what happens, look at what moves, confirm; undo until the day."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from organisation.admin_pages import Pages
from organisation.models import Reorganisation
from organisation.reorganisation import Impossible
from records.admin.forms import person_name

from . import clock, reorganisation
from .reorganisation_forms import ReorganisationForm, SharesForm

PAGE = "admin:organisation_reorganisation_change"
LOOKED, CONFIRMED = "looked", "confirmed"


@admin.register(Reorganisation)
class ReorganisationAdmin(Pages):
    """Entered and undone through `portal/reorganisation.py` alone; never edited, never deleted."""

    folder = "portal"
    list_display = ["number", "day", "kind", "decision", "note", "state", "maker"]
    list_display_links = ["number", "day"]
    list_per_page = 50
    list_select_related = ["made_by"]
    search_fields = ["decision", "note", "sources__name", "targets__name"]
    actions = None

    @admin.display(description=_("state"))
    def state(self, entry: Reorganisation) -> Any:
        if entry.undone_at:
            return _("undone")
        return _("in force") if entry.day <= clock.today() else _("to come")

    @admin.display(description=_("by"), ordering="made_by")
    def maker(self, entry: Reorganisation) -> Any:
        return person_name(entry.made_by) if entry.applied_at else _("shipped with the units")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        undo = self.admin_site.admin_view(require_POST(self.undo))
        return [path("<int:key>/undo/", undo, name="organisation_reorganisation_undo"), *super().get_urls()]

    # Entering one --------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ReorganisationForm(request.POST if request.method == "POST" else None)
        if not (form.is_bound and form.is_valid()):
            return self.shown(request, "reorganisation_start", title=_("Enter a reorganisation"), form=form)
        plan = form.plan()
        if reasons := reorganisation.faults(plan):
            for reason in reasons:
                form.add_error(None, reason)
            return self.shown(request, "reorganisation_start", title=_("Enter a reorganisation"), form=form)
        return self.look(request, form, plan)

    def look(self, request: HttpRequest, form: ReorganisationForm, plan: Any) -> HttpResponse:
        """What would move, with the choices; written when that was seen and confirmed."""
        sent = request.POST if LOOKED in request.POST else None
        shares = SharesForm(plan, reorganisation.preview(plan), sent)
        if sent and shares.is_valid():
            plan = shares.shared()
            if CONFIRMED in request.POST and (entry := self.entered(request, shares, plan)):
                return redirect(PAGE, entry.pk)
        return self.shown(
            request,
            "reorganisation_preview",
            title=_("Before it is entered"),
            form=form,
            plan=plan,
            shares=shares,
            preview=reorganisation.preview(plan),
            in_force=plan.day <= clock.today(),
        )

    def entered(self, request: HttpRequest, shares: SharesForm, plan: Any) -> Reorganisation | None:
        try:
            entry = reorganisation.apply(plan, request.user)  # type: ignore[arg-type]  # the admin lets nobody else in
        except Impossible as impossible:
            for reason in impossible.reasons:
                shares.add_error(None, reason)
            return None
        messages.success(request, _("Reorganisation %(number)d is entered.") % {"number": entry.number})
        return entry

    # Looking at one ------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = Reorganisation.objects.select_related("made_by", "undone_by")
        entry = get_object_or_404(rows, pk=object_id if object_id.isdecimal() else 0)
        return self.shown(
            request,
            "reorganisation_page",
            title=_("Reorganisation %(number)d") % {"number": entry.number},
            entry=entry,
            state=self.state(entry),
            maker=self.maker(entry),
            undone_by=person_name(entry.undone_by),
            fields=reorganisation.moved_fields(entry),
            people=[(person_name(move.user), move) for move in entry.staff.select_related("user", "start", "end")],
            why_not=reorganisation.why_not_undone(entry),
            may_undo=self.has_add_permission(request),
        )

    def undo(self, request: HttpRequest, key: int) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        entry = get_object_or_404(Reorganisation, pk=key)
        try:
            reorganisation.undo(entry, request.user)  # type: ignore[arg-type]  # the admin lets nobody else in
            messages.success(request, _("Undone: everything is as it was before."))
        except Impossible as impossible:
            messages.error(request, str(impossible))
        return redirect(PAGE, key)
