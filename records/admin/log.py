"""A log as a page of the admin: the last first, page by page."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from organisation.admin_pages import OnlyLookedAt
from records import keyset

PER_PAGE = 100
# Of a record, columns that no log shows: they are large.
UNSHOWN = ("record__sealed", "record__papers", "record__pauses")


class LogAdmin(OnlyLookedAt, admin.ModelAdmin):
    """Rows of a model that has `record`; their template extends `admin/records/record/log.html`."""

    title: Promise
    template: str
    order: keyset.Order

    def asked(self, request: HttpRequest) -> tuple[QuerySet[Any], dict[str, Any]]:
        """The rows that the address asks for, and what the template needs besides."""
        raise NotImplementedError

    def person(self, row: Any) -> str:
        """Who did it."""
        raise NotImplementedError

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name=f"records_{self.opts.model_name}_changelist")]

    @method_decorator(require_safe)
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows, more = self.asked(request)
        places = {name: request.GET.get(name, "") for name in ("after", "before")}
        own = [rows.defer(*UNSHOWN)]
        page = keyset.turn(own, self.order, PER_PAGE, after=places["after"], before=places["before"])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.title,
            "page": page,
            "rows": [(row, self.person(row)) for row in page.rows],
            "beyond": not page.rows and any(places.values()),
            **more,
        }
        return TemplateResponse(request, f"admin/records/record/{self.template}.html", context)
