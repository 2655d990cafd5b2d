"""The admin of loads: an upload, a look at its faults or at what it would change, its confirmation, its outcome."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.text import get_valid_filename
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from organisation import stamp
from organisation.admin_pages import Pages
from organisation.models import OWNER_KINDS, Agency, User
from procedures import loads
from procedures.loading import Proposal, Refused, faults
from procedures.loading.edits import edits_of, read_edit
from procedures.models import CatalogueLoad, Field, LoadState

from .changes import entries_shown, person_name
from .export import asked_for

FAULTS_SHOWN = 200
CHANGE = "admin:procedures_catalogueload_change"


class ManyFiles(forms.FileInput):
    """A file input that takes several files; its value is their list."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)


class ManyFilesField(forms.FileField):
    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, bytes]]:
        """Name and content of each file, all of them together not too large."""
        sent = [super(ManyFilesField, self).clean(file, initial) for file in data or [None]]
        if sum(file.size for file in sent) > loads.LARGEST:
            raise ValidationError(_("The files are too large: at most 20 MB together."))
        names = [get_valid_filename(file.name)[-150:] for file in sent]
        if len(set(names)) < len(names):
            raise ValidationError(_("Two files have the same name."))
        return [(name, file.read()) for name, file in zip(names, sent, strict=True)]


class LoadForm(forms.Form):
    """Files, and what they may do."""

    contents = ManyFilesField(
        label=_("Files"),
        help_text=_("A table as XLSX or CSV, or the fixtures of a catalogue as JSON; at most 20 MB together."),
        widget=ManyFiles({"accept": ".json,.csv,.tsv,.txt,.xlsx", "multiple": True}),
    )
    scope = forms.ChoiceField(
        label=_("What is not in the files"),
        choices=lambda: scopes(),
        help_text=_("What may be withdrawn because the files do not hold it."),
    )
    decision = forms.CharField(
        label=_("Decision"),
        required=False,
        max_length=160,
        help_text=_("The number of the decision that orders the change; the public reads it."),
    )
    valid_from = forms.DateField(
        label=_("In force from"),
        required=False,
        help_text=_("Empty: at once. A day to come: the change takes effect by itself on that day."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


def scopes() -> list[Any]:
    owners = Agency.objects.filter(kind__in=[kind.value for kind in OWNER_KINDS]).order_by("name")
    fields = Field.objects.order_by("name")
    return [
        ("none", _("stays as it is")),
        ("all", _("is withdrawn, whatever it is: the files hold the whole catalogue")),
        (
            _("is withdrawn within the fields of one agency"),
            [(f"agency={code}", name) for code, name in owners.values_list("code", "name")],
        ),
        (
            _("is withdrawn within one field of work"),
            [(f"field={slug}", name) for slug, name in fields.values_list("slug", "name")],
        ),
    ]


@admin.register(CatalogueLoad)
class CatalogueLoadAdmin(Pages):
    """The pages of a load. Who may add one may confirm one, unless the setting asks for two persons."""

    change_list_template = "admin/procedures/load_list.html"
    list_display = ["made_at", "named", "maker", "decision", "valid_from", "state", "version"]
    list_display_links = ["made_at", "named"]
    list_filter = ["state"]
    list_select_related = ["made_by", "version"]
    list_per_page = 50
    actions = None
    show_full_result_count = False

    @admin.display(description=_("files"))
    def named(self, load: CatalogueLoad) -> str:
        return str(load)

    @admin.display(description=_("by"), ordering="made_by")
    def maker(self, load: CatalogueLoad) -> str:
        return person_name(load.made_by)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("export/", wrap(self.export), name="procedures_catalogueload_export"),
            path("<int:key>/apply/", wrap(require_POST(self.apply)), name="procedures_catalogueload_apply"),
            path("<int:key>/cancel/", wrap(require_POST(self.cancel)), name="procedures_catalogueload_cancel"),
            path("<int:key>/faults.csv", wrap(self.download), name="procedures_catalogueload_faults"),
            *super().get_urls(),
        ]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The catalogue as a file in the formats that a load reads."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = asked_for(request, scopes()[2:])
        if form.is_bound and form.is_valid():
            return form.answer()
        return self.shown(request, "load_export", title=_("Download the catalogue"), form=form)

    # Bringing ------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = LoadForm(request.POST, request.FILES) if request.method == "POST" else LoadForm()
        if form.is_valid():
            facts = dict(form.cleaned_data)
            load = loads.prepare(facts.pop("contents"), viewer(request), **facts)
            return redirect(CHANGE, load.pk)
        return self.shown(request, "load_start", title=_("Load a catalogue"), form=form)

    # Looking -------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        load = self.load(request, object_id)
        if load.state == LoadState.PREPARED:
            return self.preview(request, load)
        planned = [read_edit(change) for change in load.planned.all()]
        return self.shown(
            request,
            "load_report",
            title=_("A load of the catalogue"),
            load=load,
            may_cancel=load.state in (LoadState.SCHEDULED, LoadState.FAILED),
            **entries_shown(request, planned),
        )

    def preview(self, request: HttpRequest, load: CatalogueLoad) -> HttpResponse:
        seen = stamp.current()  # before looking: what changes meanwhile makes the look stale
        proposal = loads.look(load)
        if proposal.fault_count:
            return self.faulty(request, load, proposal)
        return self.shown(
            request,
            "load_preview",
            title=_("Look before loading"),
            load=load,
            seen=seen,
            proposal=proposal,
            waits=loads.waits_for_another(load, viewer(request)),
            **entries_shown(request, edits_of(proposal.differences)),
        )

    def faulty(self, request: HttpRequest, load: CatalogueLoad, proposal: Proposal) -> HttpResponse:
        return self.shown(
            request,
            "load_faults",
            title=_("The files have faults"),
            load=load,
            proposal=proposal,
            headers=faults.HEADERS,
            faults=[zip(faults.HEADERS, fault.cells, strict=True) for fault in proposal.faults[:FAULTS_SHOWN]],
        )

    def download(self, request: HttpRequest, key: int) -> HttpResponse:
        """The faults as CSV, to send back to whoever made the files."""
        load = self.load(request, key)
        proposal = loads.look(load)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="faults-{load.pk}.csv"'
        faults.write(proposal.faults, proposal.fault_count, response)
        return response

    # Deciding ------------------------------------------------------------------------------------

    def apply(self, request: HttpRequest, key: int) -> HttpResponse:
        load = self.load(request, key)
        number = request.POST.get("withdrawals", "")
        try:
            load = loads.confirm(
                load,
                by=viewer(request),
                seen=request.POST.get("seen", ""),
                withdrawals=int(number) if number.isdecimal() and len(number) < 10 else None,
            )
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            scheduled = load.state == LoadState.SCHEDULED
            done = gettext("The load is scheduled.") if scheduled else gettext("The load is applied.")
            messages.success(request, done)
        return redirect(CHANGE, load.pk)

    def cancel(self, request: HttpRequest, key: int) -> HttpResponse:
        load = self.load(request, key)
        try:
            loads.cancel(load)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        return redirect(CHANGE, load.pk)

    # What they share -----------------------------------------------------------------------------

    def load(self, request: HttpRequest, key: Any) -> CatalogueLoad:
        """The load; 403 for whoever may not bring one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        people = CatalogueLoad.objects.select_related("made_by", "confirmed_by", "version")
        return get_object_or_404(people, pk=key if str(key).isdecimal() else 0)

    def shown(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        """A page of the admin, with the people of its load."""
        if load := context.get("load"):
            context |= {"maker": person_name(load.made_by), "confirmer": person_name(load.confirmed_by)}
            context["may_withdraw"] = scope_name(load.scope)
        return super().shown(request, name, **context)


def scope_name(scope: str) -> str:
    """The scope as the form offers it."""
    for value, label in scopes():
        if isinstance(label, list):
            for code, name in label:
                if code == scope:
                    return f"{value}: {name}"
        elif value == scope:
            return str(label)
    return scope


def viewer(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # the admin lets nobody else in
