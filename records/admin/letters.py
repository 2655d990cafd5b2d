"""Letters in the admin: of one record by a click, of a desk's day or period as one PDF; the forms as data."""

import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisation.models import Agency, User
from portal import clock
from records import actions, keyset, pdf, scope
from records.letters import batches, issuing, offers, periods
from records.letters.serving import answer, lookup_address
from records.models import IssuedLetter, LetterForm, LetterKind

from . import letter_batches
from .forms import day_input
from .letter_batches import desks
from .log import LogAdmin
from .record_letters import issuer
from .record_page import CHANGE, fetch

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


class DeskForm(forms.Form):
    """Whose receptions; not asked where there is one desk alone."""

    use_required_attribute = False
    what = ""
    kind: LetterKind

    unit = forms.ModelChoiceField(Agency.objects.none(), label=gettext_lazy("Received at"))

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{self.what}_%s")
        units = list(desks(user))
        field: Any = self.fields["unit"]
        field.queryset = desks(user)
        field.initial = scope.unit_of(user)
        self.only = units[0] if len(units) == 1 else None
        if self.only:
            del self.fields["unit"]

    @property
    def desk(self) -> Agency:
        unit: Agency = self.only or self.cleaned_data["unit"]
        return unit

    @property
    def period(self) -> tuple[datetime.date, datetime.date]:
        """The first and the last day that letters are asked for."""
        raise NotImplementedError

    def drawn(self, user: User, lookup: str) -> HttpResponse:
        """The PDF, at once."""
        raise NotImplementedError

    def made(self, user: User, lookup: str) -> HttpResponse:
        """The PDF; of what is long work the page that shows how far it is."""
        first, last = self.period
        if not batches.is_long(self.kind, self.desk, first, last):
            return self.drawn(user, lookup)
        batch = batches.ask(self.kind, self.desk, first, last, by=user, lookup=lookup)
        return redirect("admin:records_record_letter_batch", batch.pk)


class ReceiptsForm(DeskForm):
    what, kind = "receipts", LetterKind.RECEIPT

    day = forms.DateField(label=gettext_lazy("Day of reception"), widget=day_input())

    @property
    def period(self) -> tuple[datetime.date, datetime.date]:
        return self.cleaned_data["day"], self.cleaned_data["day"]

    def drawn(self, user: User, lookup: str) -> HttpResponse:
        day = self.cleaned_data["day"]
        return answer(issuing.issue_receipts(self.desk, day, by=user, lookup=lookup), f"receipts-{day}")


class RegisterForm(DeskForm):
    what, kind = "register", LetterKind.REGISTER

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

    @property
    def period(self) -> tuple[datetime.date, datetime.date]:
        return self.cleaned_data["first"], self.cleaned_data["last"]

    def drawn(self, user: User, lookup: str) -> HttpResponse:
        first, last = self.period
        return answer(issuing.issue_register(self.desk, first, last, by=user), f"register-{first}-{last}")


FORMS: tuple[type[DeskForm], ...] = (ReceiptsForm, RegisterForm)


def of_a_desk(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    """The page with both forms; what is sent comes back as a PDF, as work that has begun, or with its faults."""
    if not desks(user).exists():
        raise PermissionDenied
    chosen = request.POST.get("what")
    sheets = {kind.what: kind(user, request.POST if kind.what == chosen else None) for kind in FORMS}
    today = clock.today()
    sheets["receipts"].initial["day"] = today
    sheets["register"].initial.update(first=today.replace(day=1), last=today)
    sent = sheets.get(chosen or "")
    if sent and sent.is_valid():
        try:
            return sent.made(user, lookup_address(request))
        except (actions.Refused, pdf.Missing) as refusal:
            sent.add_error(None, str(refusal))
    context |= {"title": _("Letters of a desk"), "sheets": sheets, "batches": letter_batches.lately(desks(user))}
    return TemplateResponse(request, "admin/records/record/letters.html", context)


# The log ---------------------------------------------------------------------------------------


@admin.register(IssuedLetter)
class IssuedLetterAdmin(LogAdmin):
    title, template = gettext_lazy("Issued letters"), "issued"
    order = keyset.Order(("issued_at", "id"), descending=True)

    def asked(self, request: HttpRequest) -> tuple[QuerySet[IssuedLetter], dict[str, Any]]:
        return IssuedLetter.objects.select_related("form", "record", "unit", "issued_by"), {}

    def person(self, row: IssuedLetter) -> str:
        return issuer(row)


# The forms as data -----------------------------------------------------------------------------


@admin.register(LetterForm)
class LetterFormAdmin(admin.ModelAdmin):
    """A successor circular: the last day of the old form, and another one from the day after."""

    list_display = ["number", "title", "kind", "paper", "basis", "valid_from", "valid_to"]
    list_display_links = ["number", "title"]
    list_filter = ["kind"]
    actions = None
