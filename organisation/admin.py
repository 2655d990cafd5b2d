"""The admin of units and people, and its titles."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from portal.clock import today

from . import succession, two_factor
from .folded_search import FoldedSearch
from .models import Agency, User, on_day

admin.site.site_header = _("Service Center administration")
admin.site.site_title = _("Service Center administration")
admin.site.index_title = _("Catalogue, units and people")
admin.site.unregister(Group)  # what a person may do follows from the role
admin.site.unregister([TOTPDevice, StaticDevice])  # their pages show the secrets; what is needed stands with the user


class ValidityFilter(admin.SimpleListFilter):
    """What is valid today, what was, what will be."""

    title = _("validity")
    parameter_name = "validity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("Valid today")), ("ended", _("Ended")), ("future", _("In the future"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        day = today()
        match self.value():
            case "now":
                return queryset.filter(on_day(day))
            case "ended":
                return queryset.filter(valid_to__lt=day)
            case "future":
                return queryset.filter(valid_from__gt=day)
        return queryset


def not_itself(row: Any, chosen: Any, message: Any) -> Any:
    """`chosen`, unless it is `row`. The constraint names the primary key, which no form holds, so Django skips it."""
    if chosen and chosen == row:
        raise ValidationError(message)
    return chosen


class AgencyForm(forms.ModelForm):
    def clean_parent(self) -> Any:
        return not_itself(self.instance, self.cleaned_data["parent"], _("An agency is not its own parent."))


@admin.register(Agency)
class AgencyAdmin(FoldedSearch):
    form = AgencyForm
    list_display = ["code", "name", "kind", "parent", "valid_from", "valid_to", "receives_records"]
    list_display_links = ["code", "name"]
    list_filter = ["kind", "receives_records", ValidityFilter]
    list_select_related = ["parent"]
    list_per_page = 50
    search_fields = ["code", "name", "name_en", "short_name"]
    autocomplete_fields = ["parent", "successors", "desk_successor"]
    fieldsets = [
        (None, {"fields": ["code", "name", "name_en", "short_name", "kind", "parent"]}),
        (_("Records"), {"fields": ["receives_records", "record_part"]}),
        (_("Validity"), {"fields": ["valid_from", "valid_to", "successors", "desk_successor"]}),
        (_("Source"), {"fields": ["basis", "source_note"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []


class PersonForm(UserChangeForm):
    """The unit is shown as it is today, after reorganisations; saved, it becomes the person's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "unit" in self.fields and self.instance.unit_id:
            self.initial["unit"] = succession.units(succession.state()).unit_of(self.instance)


@admin.register(User)
class UserAdmin(FoldedSearch, DjangoUserAdmin):
    form = PersonForm
    list_display = ["username", "last_name", "first_name", "role", "unit", "is_active", "is_staff"]
    list_filter = ["role", "is_active", "is_staff"]
    list_select_related = ["unit"]
    list_per_page = 50
    search_fields = ["username", "last_name", "first_name", "email"]
    filter_horizontal = []
    autocomplete_fields = ["unit"]
    readonly_fields = ["last_login", "date_joined", "one_time_code"]
    actions = ["reset_one_time_code"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["last_name", "first_name", "email"]}),
        (_("Work"), {"fields": ["unit", "role", "is_staff", "is_active"]}),
        (_("Signing in"), {"fields": ["one_time_code", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "usable_password", "password1", "password2"]}),
        (_("Work"), {"classes": ["wide"], "fields": ["unit", "role", "is_staff"]}),
    ]

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A unit that an administrator chooses holds, whatever moves came before; those to come stay."""
        super().save_model(request, obj, form, change)
        if change and "unit" in form.changed_data:
            obj.moves.filter(reorganisation__day__lte=today()).delete()

    @admin.display(description=_("one-time code"))
    def one_time_code(self, user: User) -> str:
        device = two_factor.device_of(user)
        if device is None:
            return gettext("not set up")
        day = date_format(timezone.localtime(device.created_at), "SHORT_DATE_FORMAT")
        return gettext("set up on %(day)s") % {"day": day}

    @admin.action(description=_("Reset the one-time code of the selected people"), permissions=["change"])
    def reset_one_time_code(self, request: HttpRequest, users: QuerySet[User]) -> None:
        with transaction.atomic():
            done = [user for user in users if two_factor.reset(user)]
            for user in done:
                self.log_change(request, user, gettext("Reset the one-time code."))
        text = ngettext(
            "The one-time code of %(number)d person was reset. It is set up anew at the next sign-in.",
            "The one-time code of %(number)d people was reset. It is set up anew at the next sign-in.",
            len(done),
        )
        self.message_user(request, text % {"number": len(done)}, messages.SUCCESS if done else messages.WARNING)
