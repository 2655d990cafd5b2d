"""The admin of bulk moves: a list of codes and a move, a look at what can be moved, the work, its report."""

import csv
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from organisation.admin_pages import Pages
from organisation.models import User
from organisation.roles import Deed, can
from procedures.tables import harmless

from . import actions, bulk, scope
from .admin.forms import person_name
from .admin_bulk_form import BulkForm
from .models import BulkJob
from .results import bulk_steps

PER_PAGE = 100
CAN, CANNOT = "can", "cannot"


@admin.register(BulkJob)
class BulkJobAdmin(Pages):
    """The pages of a job. Only its maker lets it move; supervisors look on."""

    change_list_template = "admin/records/bulk_list.html"
    list_display = ["made_at", "maker", "goal", "state"]
    list_filter = ["state"]
    list_per_page = 50
    actions = None
    show_full_result_count = False

    @admin.display(description=_("by"), ordering="made_by")
    def maker(self, job: BulkJob) -> str:
        return person_name(job.made_by)

    @admin.display(description=_("move to"), ordering="to_status")
    def goal(self, job: BulkJob) -> str:
        return job.goal

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkJob]:
        return bulk.visible_to(viewer(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can(viewer(request).role, Deed.MOVE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:key>/apply/", wrap(require_POST(self.apply)), name="records_bulkjob_apply"),
            path("<int:key>/stop/", wrap(require_POST(self.stop)), name="records_bulkjob_stop"),
            path("<int:key>/report.csv", wrap(self.download), name="records_bulkjob_download"),
            *super().get_urls(),
        ]

    # Making a job --------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST" and "to" in request.POST  # a list sends codes alone
        form = BulkForm(request.POST, request.FILES) if is_sent else BulkForm(initial=brought(request))
        if form.is_valid():
            try:
                job = prepared(request, form.cleaned_data)
            except actions.Refused as refusal:
                form.add_error("codes", str(refusal))
            else:
                return redirect("admin:records_bulkjob_change", job.pk)
        return self.shown(request, "bulk_start", title=_("Move many records"), form=form)

    # Looking at it and letting it run ------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        job = self.job(request, object_id)
        is_maker = job.made_by_id == request.user.pk
        if job.state == bulk.State.PREPARED:
            return self.preview(request, job, is_maker)
        if job.state == bulk.State.RUNNING and is_maker:
            # A slice for each time the page is asked for: the maker has let the job run by a POST before.
            bulk.run_slice(job, seconds=bulk.SLICE)
        if job.state == bulk.State.RUNNING:
            return self.shown(
                request,
                "bulk_progress",
                title=_("Work on these records is under way"),
                job=job,
                goes_on=is_maker,
                **counts(job),
            )
        return self.report(request, job)

    def preview(self, request: HttpRequest, job: BulkJob, is_maker: bool) -> HttpResponse:
        verdicts = bulk.preview(job)
        cannot = [verdict for verdict in verdicts if verdict.why]
        show = request.GET.get("show", "")
        chosen = {CAN: [verdict for verdict in verdicts if not verdict.why], CANNOT: cannot}.get(show, verdicts)
        return self.shown(
            request,
            "bulk_preview",
            title=_("Look before moving"),
            job=job,
            is_maker=is_maker,
            reason=bulk.reason_of(job),
            reasons=bulk.grouped(verdict.why for verdict in cannot),
            filters=[
                ("", _("All"), len(verdicts)),
                (CAN, _("Can be done"), len(verdicts) - len(cannot)),
                (CANNOT, _("Cannot be done"), len(cannot)),
            ],
            filter_name="show",
            show=show,
            outcome_label=_("What will happen"),
            good_label=_("will be done"),
            **self.page(request, [(verdict.item.code, verdict.why) for verdict in chosen]),
        )

    def apply(self, request: HttpRequest, key: int) -> HttpResponse:
        job = self.job(request, key, to_move=True)
        bulk.start(job)
        return redirect("admin:records_bulkjob_change", job.pk)

    def stop(self, request: HttpRequest, key: int) -> HttpResponse:
        job = self.job(request, key, to_move=True)
        bulk.stop(job)
        return redirect("admin:records_bulkjob_change", job.pk)

    # The report ----------------------------------------------------------------------------------

    def report(self, request: HttpRequest, job: BulkJob) -> HttpResponse:
        outcome = chosen_outcome(request)
        items = job.items.filter(outcome=outcome) if outcome else job.items.all()
        refusals = job.items.filter(outcome=bulk.Outcome.REFUSED).values_list("message", flat=True)
        told = counts(job)
        return self.shown(
            request,
            "bulk_report",
            title=_("Report of a bulk move"),
            job=job,
            reasons=bulk.grouped(refusals),
            filters=[
                ("", _("All"), told["total"]),
                (bulk.Outcome.MOVED.value, _("Done"), told["moved_count"]),
                (bulk.Outcome.REFUSED.value, _("Not done"), told["refused_count"]),
            ],
            filter_name="outcome",
            show=outcome,
            outcome_label=_("What happened"),
            good_label=_("done"),
            **told,
            **self.page(request, items.values_list("code", "message")),
        )

    def download(self, request: HttpRequest, key: int) -> HttpResponse:
        job = self.job(request, key)
        outcome = chosen_outcome(request)
        response = HttpResponse(
            "\ufeff", content_type="text/csv; charset=utf-8"
        )  # the mark by which Excel reads UTF-8
        response["Content-Disposition"] = f'attachment; filename="bulk-{job.pk}.csv"'
        writer = csv.writer(response)
        writer.writerow([_("code"), _("outcome"), _("message")])
        for item in job.items.filter(outcome=outcome) if outcome else job.items.all():
            writer.writerow(map(harmless, (item.code, item.get_outcome_display(), item.message)))
        return response

    # What they share -----------------------------------------------------------------------------

    def job(self, request: HttpRequest, key: Any, *, to_move: bool = False) -> BulkJob:
        """The job, 404 when `request.user` may not see it; 403 when it is another's and to be moved."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = get_object_or_404(self.get_queryset(request), pk=key if str(key).isdecimal() else 0)
        if to_move and not (job.made_by_id == request.user.pk and self.has_add_permission(request)):
            raise PermissionDenied
        return job

    def page(self, request: HttpRequest, rows: Any) -> dict[str, Any]:
        """A page of rows of code and message, each with its record where the viewer may read it."""
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        readable = scope.visible_to(viewer(request)).filter(code__in=[code for code, _message in page])
        known = {record.code: record for record in readable.only("code", "status")}
        return {"page": page, "rows": [(code, message, known.get(code)) for code, message in page]}

    def shown(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        """A page of the admin, with the facts of its job."""
        if job := context.get("job"):
            context["maker"] = person_name(job.made_by)
        return super().shown(request, name, **context)


def prepared(request: HttpRequest, facts: dict[str, Any]) -> BulkJob:
    """The job that was asked for; drafts that came with it are kept before."""
    by, root = viewer(request), request.build_absolute_uri("/").rstrip("/")
    entries, refused = bulk_steps.take_drafts(facts["drafts"], by)
    entries = [*facts["entries"], *entries]
    return bulk.prepare(entries, to=facts["to"], reason=facts["reason"], by=by, root=root, refused=refused)


def viewer(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # the admin lets nobody else in


def brought(request: HttpRequest) -> dict[str, str]:
    """The codes that a list sent along: their texts as `codes`, or the keys that were ticked."""
    wanted = request.POST.getlist("codes") or bulk.selected(request.POST.getlist("_selected_action"), viewer(request))
    return {"codes": "\n".join(wanted)}


def chosen_outcome(request: HttpRequest) -> str:
    outcome = request.GET.get("outcome", "")
    return outcome if outcome in bulk.Outcome.values else ""


def counts(job: BulkJob) -> dict[str, int]:
    """How many items are there, and how many of each outcome."""
    found = dict(job.items.order_by().values_list("outcome").annotate(Count("pk")))
    told = {f"{name}_count": found.get(name, 0) for name in bulk.Outcome.values}
    total = sum(found.values())
    return {"total": total, "done": total - found.get(bulk.Outcome.WAITING.value, 0), **told}
