"""The record in the admin: own pages for list, reception and record; no form of Django's own, none that deletes."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import RedirectView

from organisation.models import User
from records.models import Record

from . import board, letter_batches, letters, reception, record_list, record_page, shops

# What people type here may be personal: no report of an error holds it.
kept_private = [
    method_decorator(require_http_methods(["GET", "HEAD", "POST"])),
    method_decorator(sensitive_post_parameters()),
    sensitive_variables(),
]


def private(view: Any) -> Any:
    for decorator in reversed(kept_private):
        view = decorator(view)
    return view


@admin.register(Record)
class RecordAdmin(admin.ModelAdmin):
    """What is written goes through `records.actions`; whose record it is, `records.scope` says at every address."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return reception.may_receive(reader(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # by no form of Django's

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view, "records_record"
        to_page = RedirectView.as_view(pattern_name=record_page.CHANGE)
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("add/", view(self.add_view), name=f"{name}_add"),
            path("procedures/", view(self.procedures_view), name=f"{name}_procedures"),
            path("letters/", view(self.letters_view), name=f"{name}_letters"),
            path("letters/<int:key>/", view(self.letter_batch_view), name=f"{name}_letter_batch"),
            path("letters/<int:key>/file/", view(self.letter_file_view), name=f"{name}_letter_file"),
            path("board/", view(self.board_view), name=f"{name}_board"),
            path("board/shops/", view(self.shops_view), name=f"{name}_shops"),
            path("<int:key>/", view(to_page)),
            path("<int:key>/received/", view(self.received_view), name=f"{name}_received"),
            path("<int:key>/result/<str:file>.pdf", view(self.result_view), name=f"{name}_result"),
            path("<int:key>/letters/<str:kind>/<int:number>/", view(self.letter_view), name=f"{name}_letter"),
            path("<int:key>/change/", view(self.record_view), name=f"{name}_change"),
        ]

    def page(self, request: HttpRequest) -> dict[str, Any]:
        """What every page of records knows."""
        return {**self.admin_site.each_context(request), "opts": self.opts}

    @private
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return record_list.search(request, reader(request))
        return record_list.show(request, reader(request), self.page(request))

    @private
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return reception.show(request, reader(request), self.page(request))

    @method_decorator(require_safe)
    def procedures_view(self, request: HttpRequest) -> HttpResponse:
        return reception.suggest(request, reader(request))

    @method_decorator(require_safe)
    def received_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return reception.told(request, reader(request), key, self.page(request))

    @private
    def letters_view(self, request: HttpRequest) -> HttpResponse:
        return letters.of_a_desk(request, reader(request), self.page(request))

    @method_decorator(require_safe)
    def letter_batch_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return letter_batches.show(request, reader(request), key, self.page(request))

    @method_decorator(require_safe)
    def letter_file_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return letter_batches.download(reader(request), key)

    @method_decorator(require_POST)
    def letter_view(self, request: HttpRequest, key: int, kind: str, number: int) -> HttpResponse:
        return letters.issue(request, reader(request), key, kind, number)

    @method_decorator(require_safe)
    def board_view(self, request: HttpRequest) -> HttpResponse:
        return board.show(request, reader(request), self.page(request))

    @method_decorator(require_safe)
    def shops_view(self, request: HttpRequest) -> HttpResponse:
        return shops.show(request, reader(request), self.page(request))

    @private
    def record_view(self, request: HttpRequest, key: int) -> HttpResponse:
        return record_page.show(request, reader(request), key, self.page(request))

    @method_decorator(require_safe)
    def result_view(self, request: HttpRequest, key: int, file: str) -> HttpResponse:
        return record_page.send_file(request, reader(request), key, file)


def reader(request: HttpRequest) -> User:
    return cast(User, request.user)
