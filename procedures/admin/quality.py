"""The page of data quality: what the catalogue lacks, by agency; what stands twice, what rests on old laws."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from organisation.admin_pages import Pages
from portal.clock import today
from procedures import quality
from procedures.models import Correction, NotDuplicate, Procedure

from .filters import NOBODY

SHOWN = 20  # open corrections
PUBLIC = {"validity": "now", "published__exact": "1"}  # the filters of the list that make it the public catalogue


class QualityPages(Pages):
    """The admin of procedures with its page of data quality, for those who may change procedures."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("quality/", wrap(self.quality), name="procedures_procedure_quality"),
            path("quality/different/", wrap(require_POST(self.tell_apart)), name="procedures_procedure_different"),
            *super().get_urls(),
        ]

    def quality(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        day = today()
        lacks, rows = quality.missing(day), quality.by_agency(day)
        corrections = Correction.objects.filter(state=Correction.State.OPEN).select_related("procedure")
        return self.shown(
            request,
            "quality",
            title=_("Data quality"),
            labels=[label for label, _condition in lacks.values()],
            rows=[(row, list_of(row), cells(row, lacks)) for row in rows],
            sums=[
                (label, sum(row.counts[name] for row in rows), list_address(missing=name))
                for name, (label, _condition) in lacks.items()
            ],
            procedures=sum(row.procedures for row in rows),
            missing=sum(row.total for row in rows),
            duplicates=quality.suspected_duplicates(day),
            laws=[(law, list_address(legal_basis__id__exact=law.pk)) for law in quality.laws_out_of_force(day)],
            corrections=corrections.order_by("day", "pk")[:SHOWN],
            open_corrections=corrections.count(),
        )

    def tell_apart(self, request: HttpRequest) -> HttpResponse:
        """Two procedures that are no duplicates are not suspected again."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        pair = [get_object_or_404(Procedure, code=request.POST.get(name, "")) for name in ("first", "second")]
        first, second = sorted(pair, key=lambda procedure: procedure.pk)
        if first != second:
            NotDuplicate.objects.get_or_create(first=first, second=second)
            self.log_change(request, first, [{"changed": {"name": str(_("No duplicate of")), "object": str(second)}}])
            messages.success(request, _("The two are different: they are not suspected again."))
        return redirect(f"{reverse('admin:procedures_procedure_quality')}#duplicates")


def list_address(**filters: Any) -> str:
    """The list of the public procedures that these filters leave."""
    return f"{reverse('admin:procedures_procedure_changelist')}?{urlencode(PUBLIC | filters)}"


def owner_of(row: quality.Lacks) -> str:
    return row.agency.code if row.agency else NOBODY


def list_of(row: quality.Lacks) -> str:
    return list_address(agency=owner_of(row))


def cells(row: quality.Lacks, lacks: dict[str, Any]) -> list[tuple[Any, int, str]]:
    """For each lack its label, how many procedures have it, and the list of exactly these."""
    return [
        (label, row.counts[name], list_address(agency=owner_of(row), missing=name))
        for name, (label, _condition) in lacks.items()
    ]
