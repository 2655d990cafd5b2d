"""The admin of months: what each told, which are frozen, what was corrected since, by whom and why."""

import datetime
from collections import Counter
from typing import Any, NamedTuple, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisation.admin_pages import OnlyLookedAt, Pages
from organisation.models import User
from organisation.roles import Deed, can
from records.models import FrozenCorrection, FrozenMonth, Scope
from records.report_files import words
from records.report_sections import told_of
from records.statistics import frozen
from records.statistics.cells import Measure
from records.statistics.months import this_month
from records.statistics.reading import Figures, Query, by_month, whole
from records.statistics.tables import settle

from .forms import person_name
from .record_page import reason_of
from .reports import months

PER_PAGE = 100
LIST = "admin:records_frozenmonth_changelist"


class Line(NamedTuple):
    """A month in the list."""

    month: datetime.date
    told: Figures
    frozen: FrozenMonth | None
    is_over: bool


class Correction(NamedTuple):
    """What was changed in a frozen month."""

    row: FrozenCorrection
    who: str
    why: str
    changes: list[tuple[str, int]]  # measure → by how many


@admin.register(FrozenMonth)
class FrozenMonthAdmin(OnlyLookedAt, Pages):
    """Months are frozen, and never anything else: both databases refuse it."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        freeze = view(require_http_methods(["GET", "HEAD", "POST"])(self.freeze_view))
        return [
            path("<int:year>-<int:month>/freeze/", freeze, name="records_frozenmonth_freeze"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.shown(
            request, "months", title=_("Months"), lines=lines(), may_freeze=can(viewer(request).role, Deed.FREEZE)
        )

    # Freezing ------------------------------------------------------------------------------------

    def freeze_view(self, request: HttpRequest, year: int, month: int) -> HttpResponse:
        if not (self.has_view_permission(request) and can(viewer(request).role, Deed.FREEZE)):
            raise PermissionDenied
        first = first_day(year, month)
        if request.method == "POST":
            try:
                made = frozen.freeze(first, by=viewer(request))
            except frozen.NotFrozen as refusal:
                messages.error(request, str(refusal))
                return redirect(LIST)
            messages.success(request, _("%(month)s is frozen.") % {"month": f"{first:%m/%Y}"})
            return redirect("admin:records_frozenmonth_change", made.pk)
        if first >= this_month() or FrozenMonth.objects.filter(month=first).exists():
            return redirect(LIST)
        settle()
        told = whole(of_all(first, first))
        return self.shown(request, "month_freeze", title=_("Before it is frozen"), month=first, told=told)

    # One frozen month ----------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = FrozenMonth.objects.select_related("frozen_by")
        month = get_object_or_404(rows, pk=object_id if object_id.isdecimal() else 0)
        settle()
        corrections = month.corrections.select_related("event__actor", "event__record", "event__note")
        page = Paginator(corrections.defer("event__record__sealed"), PER_PAGE).get_page(request.GET.get("page"))
        return self.shown(
            request,
            "month",
            title=_("Frozen month %(month)s") % {"month": f"{month.month:%m/%Y}"},
            month=month,
            by=person_name(month.frozen_by),
            figures=beside(told_of(month, Scope.ALL), whole(of_all(month.month, month.month))),
            corrections=[told(row) for row in page],
            page=page,
        )


def viewer(request: HttpRequest) -> User:
    return cast(User, request.user)


def first_day(year: int, month: int) -> datetime.date:
    try:
        return datetime.date(year, month, 1)
    except ValueError:
        raise Http404 from None


def lines() -> list[Line]:
    """Every month of which there are figures, the last one first."""
    known = months()
    figures = by_month(of_all(known[-1], known[0]))
    rows = FrozenMonth.objects.defer("cells").select_related("frozen_by").annotate(corrected=Count("corrections"))
    kept = {row.month: row for row in rows}
    return [Line(month, figures[month], kept.get(month), month < this_month()) for month in known]


def of_all(first: datetime.date, last: datetime.date) -> Query:
    return Query(first, last, Scope.ALL)


def beside(then: Figures, now: Figures) -> list[tuple[str, str, str]]:
    """The figures as they were told, beside those of now."""
    names = {
        "received": _("Received"),
        "refused": _("Not accepted"),
        "resolved": _("Resolved"),
        "ahead": _("Ahead of time"),
        "on_time": _("On time"),
        "late": _("Late"),
        "online": _("Resolved, filed online"),
        "share_in_time": _("Share ahead and on time (%)"),
    }
    return [(label, words(getattr(then, name)), words(getattr(now, name))) for name, label in names.items()]


def told(row: FrozenCorrection) -> Correction:
    changes: Counter[int] = Counter()
    for *_cell, measure, by in row.cells:
        changes[measure] += by
    found = [(str(measure.label), changes[measure]) for measure in Measure if changes[measure]]
    if row.event is None:
        return Correction(row, _("written in bulk, by an import"), "", found)
    return Correction(row, person_name(row.event.actor), reason_of(row.event), found)
