"""The admin's list of alarms about failed look-ups: when, and over how many codes; nobody's name or address."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .models import LookupFailure


@admin.register(LookupFailure)
class LookupFailureAdmin(admin.ModelAdmin):
    """Stretches of a quarter of an hour in which somebody tried code after code; read only, by the table of roles."""

    list_display = ["window", "count"]
    list_display_links = None
    list_per_page = 50
    ordering = ["-window"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(kind=LookupFailure.Kind.ALARM)
