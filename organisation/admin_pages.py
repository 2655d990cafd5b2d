"""What the pages of the admin that are no lists of rows share."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


class Pages(admin.ModelAdmin):
    """An admin of a model with pages of its own; their templates extend `admin/own_page.html`."""

    folder = ""  # of the templates below `admin/`; without one the model's application

    def shown(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        """The page of the template `name`, in the frame of the admin."""
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/{self.folder or self.opts.app_label}/{name}.html", context)


class OnlyLookedAt:
    """What the portal itself writes: nobody adds, changes or deletes it by a form."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
