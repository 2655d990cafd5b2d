"""The admin of versions: what each changed, and taking one back; and what pages of changes share."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisation.admin_pages import OnlyLookedAt, Pages
from organisation.models import User
from procedures import changes, loading
from procedures.loading.edits import Edit, read_edit
from procedures.loading.undo import edits_back, why_not
from procedures.models import CatalogueLoad, CatalogueVersion, VersionKind

PER_PAGE = 50
CHANGE = "admin:procedures_catalogueversion_change"
# What the filter of a list of changes leaves, by the kinds of `changes`.
KINDS = {
    "": (_("All"), ()),
    "added": (_("Added"), (changes.ADDED, changes.RESTORED)),
    "changed": (_("Changed"), (changes.CHANGED,)),
    "gone": (_("Withdrawn or removed"), (changes.WITHDRAWN, changes.REMOVED)),
}


def entries_shown(request: HttpRequest, edits: Sequence[Edit]) -> dict[str, Any]:
    """What a page needs to list changes: filters with counts, and the entries of one page in words."""
    groups = changes.groups(edits)
    counts = {name: sum(not kinds or group.kind in kinds for group in groups) for name, (_l, kinds) in KINDS.items()}
    show = request.GET.get("show", "")
    show = show if show in KINDS else ""
    kinds = KINDS[show][1]
    chosen = [group for group in groups if not kinds or group.kind in kinds]
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "filters": [(name, label, counts[name]) for name, (label, _kinds) in KINDS.items()],
        "show": show,
        "page": page,
        "entries": changes.entries(list(page)),
    }


def person_name(person: User | None) -> str:
    return person.display_name if person else ""


@admin.register(CatalogueVersion)
class CatalogueVersionAdmin(OnlyLookedAt, Pages):
    """Versions are read, never written; whoever may bring a load may take one back."""

    list_display = ["number", "kind", "day", "made_at", "maker", "decision", "named", "takes_back"]
    list_filter = ["kind"]
    search_fields = ["decision"]
    list_select_related = ["made_by", "undoes", "undone_by"]
    list_per_page = 50
    actions = None
    show_full_result_count = False

    @admin.display(description=_("by"), ordering="made_by")
    def maker(self, version: CatalogueVersion) -> str:
        return person_name(version.made_by)

    @admin.display(description=_("files"))
    def named(self, version: CatalogueVersion) -> str:
        return ", ".join(file["name"] for file in version.files)

    @admin.display(description=_("taken back"))
    def takes_back(self, version: CatalogueVersion) -> str:
        if version.undoes:
            return gettext("takes back version %(number)d") % {"number": version.undoes.number}
        taken = getattr(version, "undone_by", None)
        return gettext("by version %(number)d") % {"number": taken.number} if taken else ""

    def may_take_back(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"procedures.add_{CatalogueLoad._meta.model_name}")

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.take_back)
        return [path("<int:key>/undo/", page, name="procedures_catalogueversion_undo"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        version = self.version(request, object_id)
        is_first = version.kind == VersionKind.FIRST
        return self.shown(
            request,
            "version",
            version=version,
            title=gettext("Version %(number)d") % {"number": version.number},
            may_take_back=self.may_take_back(request) and not is_first and not hasattr(version, "undone_by"),
            procedure_count=version.changes.count() if is_first else 0,
            **entries_shown(request, [] if is_first else [read_edit(change) for change in version.changes.all()]),
        )

    def take_back(self, request: HttpRequest, key: int) -> HttpResponse:
        """What taking a version back would change, and why it cannot be; a POST does it."""
        version = self.version(request, key)
        if not self.may_take_back(request):
            raise PermissionDenied
        if request.method == "POST":
            try:
                taken = loading.take_back(version, request.user, request.POST.get("decision", "").strip()[:160])  # type: ignore[arg-type]
            except loading.Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(
                    request, gettext("What version %(number)d changed is taken back.") % {"number": version.number}
                )
                return redirect(CHANGE, taken.pk)
        reason = why_not(version)
        return self.shown(
            request,
            "version_undo",
            version=version,
            title=gettext("Take back version %(number)d") % {"number": version.number},
            reason=reason,
            **entries_shown(request, [] if reason else edits_back(version)),
        )

    def version(self, request: HttpRequest, key: Any) -> CatalogueVersion:
        if not self.has_view_permission(request):
            raise PermissionDenied
        people = CatalogueVersion.objects.select_related("made_by", "confirmed_by", "undoes", "undone_by")
        return get_object_or_404(people, pk=key if str(key).isdecimal() else 0)

    def shown(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        """A page of the admin, with the people of its version."""
        version = context["version"]
        people = {"maker": person_name(version.made_by), "confirmer": person_name(version.confirmed_by)}
        return super().shown(request, name, **people, **context)
