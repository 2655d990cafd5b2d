"""Letters in the admin: of one record by a click, of a desk's day or period as one PDF; the forms as data."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from organisation.models import Agency, User
from organisation.roles import Deed, can
from portal import clock
from records import actions, keyset, pdf, scope
from records.letters import issuing, offers, periods
from records.letters.serving import answer, lookup_address
from records.models import IssuedLetter, LetterForm

from .forms import day_input
from .record_letters import issuer
from .record_page import CHANGE, fetch

PER_PAGE = 100
BY_TIME = keyset.Order(("issued_at", "id"), descending=True)

# Of one record ---------------------------------------------------------------------------------


def issue(request: HttpRequest, user: User, key: int, kind: str, number: int) -> HttpResponse:
    """The PDF; where there is none, the record's page says why."""
    record = fetch(user, key)
    events = list(record.events.select_related("actor", "note"))
    offer = next((one for one in offers.offers(record, events) if (one.kind, one.number) == (kind, number)), None)
    if offer is None:
        raise Http404
    try:
        content = issuing.issue(record, offer, by=user, lookup=lookup_address(request))
    except (actions.Refused, pdf.Missing) as refusal:
        messages.error(request, str(refusal))
        return redirect(CHANGE, key)
    return answer(content, f"{kind}-{record.code}")


# Of a desk -------------------------------------------------------------------------------------


def desks(user: User) -> QuerySet[Agency]:
    """The units whose receptions this person issues letters of: see `issuing.check_unit`."""
    if not (user.is_active and can(user.role, Deed.ISSUE)):
        return Agency.objects.none()
    units = Agency.objects.filter(receives_records=True).order_by("name", "code")
    if can(user.role, Deed.READ_ALL):
        return units
    reach = scope.reach_of(user)
    return units.filter(pk__in=[reach.unit, *reach.desks]) if reach else Agency.objects.none()


class DeskForm(forms.Form):
    """Whose receptions; not asked where there is one desk alone."""

    use_required_attribute = False
    what = ""

    unit = forms.ModelChoiceField(Agency.objects.none(), label=gettext_lazy("Received at"))
    part = forms.IntegerField(min_value=1, max_value=10_000, required=False, widget=forms.HiddenInput)

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{self.what}_%s")
        units = list(desks(user))
        field: Any = self.fields["unit"]
        field.queryset = desks(user)
        field.initial = scope.unit_of(user)
        self.only = units[0] if len(units) == 1 else None
        if self.only:
            del self.fields["unit"]
        self.lookup = ""

    @property
    def desk(self) -> Agency:
        unit: Agency = self.only or self.cleaned_data["unit"]
        return unit


class ReceiptsForm(DeskForm):
    what = "receipts"

    day = forms.DateField(label=gettext_lazy("Day of reception"), widget=day_input())

    def parts(self) -> list[tuple[int, int, int]]:
        count = periods.with_receipts(self.desk, self.cleaned_data["day"]).count()
        return periods.parts(count, periods.RECEIPTS)

    def made(self, user: User, lookup: str) -> HttpResponse:
        day, part = self.cleaned_data["day"], self.cleaned_data["part"] or 1
        content = issuing.issue_receipts(self.desk, day, part, by=user, lookup=lookup)
        return answer(content, f"receipts-{day}-{part}")


class RegisterForm(DeskForm):
    what = "register"

    first = forms.DateField(label=gettext_lazy("Received from"), widget=day_input())
    last = forms.DateField(label=gettext_lazy("Received until"), widget=day_input())

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if {"first", "last"} <= given.keys():
            try:
                periods.check(given["first"], given["last"])
            except actions.Refused as refusal:
                self.add_error("last", str(refusal))
        return given

    def parts(self) -> list[tuple[int, int, int]]:
        count = periods.of(self.desk, self.cleaned_data["first"], self.cleaned_data["last"]).count()
        return periods.parts(count, periods.ROWS)

    def made(self, user: User, lookup: str) -> HttpResponse:
        first, last, part = self.cleaned_data["first"], self.cleaned_data["last"], self.cleaned_data["part"] or 1
        content = issuing.issue_register(self.desk, first, last, part, by=user)
        return answer(content, f"register-{first}-{last}-{part}")


FORMS: tuple[type[ReceiptsForm] | type[RegisterForm], ...] = (ReceiptsForm, RegisterForm)


def of_a_desk(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    """The page with both forms; what is sent comes back as a PDF, as a choice of parts, or with its faults."""
    if not desks(user).exists():
        raise PermissionDenied
    chosen = request.POST.get("what")
    sheets = {kind.what: kind(user, request.POST if kind.what == chosen else None) for kind in FORMS}
    today = clock.today()
    sheets["receipts"].initial["day"] = today
    sheets["register"].initial.update(first=today.replace(day=1), last=today)
    sent, parts = sheets.get(chosen or ""), []
    if sent and sent.is_valid():
        parts = sent.parts()
        if len(parts) < 2 or sent.cleaned_data["part"]:
            try:
                return sent.made(user, lookup_address(request))
            except (actions.Refused, pdf.Missing) as refusal:
                sent.add_error(None, str(refusal))
    context |= {"title": _("Letters of a desk"), "sheets": sheets, "parts": parts, "what": chosen}
    return TemplateResponse(request, "admin/records/record/letters.html", context)


# The log ---------------------------------------------------------------------------------------


@admin.register(IssuedLetter)
class IssuedLetterAdmin(admin.ModelAdmin):
    """What was issued, the last first: looked at, never changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        return [path("", self.admin_site.admin_view(self.changelist_view), name="records_issuedletter_changelist")]

    @method_decorator(require_safe)
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = IssuedLetter.objects.select_related("form", "record", "unit", "issued_by")
        rows = rows.defer("record__sealed", "record__papers", "record__pauses")
        places = {name: request.GET.get(name, "") for name in ("after", "before")}
        page = keyset.turn([rows], BY_TIME, PER_PAGE, after=places["after"], before=places["before"])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Issued letters"),
            "page": page,
            "rows": [(letter, issuer(letter)) for letter in page.rows],
            "beyond": not page.rows and any(places.values()),
        }
        return TemplateResponse(request, "admin/records/record/issued.html", context)


# The forms as data -----------------------------------------------------------------------------


@admin.register(LetterForm)
class LetterFormAdmin(admin.ModelAdmin):
    """A successor circular: the last day of the old form, and another one from the day after."""

    list_display = ["number", "title", "kind", "paper", "basis", "valid_from", "valid_to"]
    list_display_links = ["number", "title"]
    list_filter = ["kind"]
    actions = None
