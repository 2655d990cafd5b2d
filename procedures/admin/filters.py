"""What lists of procedures are filtered by."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency
from portal.clock import today
from procedures import quality
from procedures.models import FieldOwner, OnlineLevel

UNKNOWN = "unknown"
NOBODY = "none"  # the value for procedures whose field nobody owns


class OwnerFilter(admin.SimpleListFilter):
    title = _("agency today")
    parameter_name = "agency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        owning = FieldOwner.objects.valid_on(today()).values("agency")
        agencies = Agency.objects.filter(pk__in=owning).values_list("code", "name")
        return [*agencies, (NOBODY, _("Nobody"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        owned = FieldOwner.objects.valid_on(today())
        if self.value() == NOBODY:
            return queryset.exclude(field__in=owned.values("field"))
        owned = owned.filter(agency__code=self.value())
        return queryset.filter(field__in=owned.values("field"))


class OnlineFilter(admin.SimpleListFilter):
    title = _("online level")
    parameter_name = "online_level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*OnlineLevel.choices, (UNKNOWN, _("Not known"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(online="" if value == UNKNOWN else value) if value else queryset


class MissingFilter(admin.SimpleListFilter):
    """What the source did not say: the steward's list of work."""

    title = _("missing facts")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _condition) in quality.missing(today()).items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        lacks = quality.missing(today())
        return queryset.filter(lacks[str(self.value())][1]) if self.value() in lacks else queryset
