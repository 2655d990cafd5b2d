"""The forms of the counter: filters of the list, and one form for each action on a record."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from organisation import succession
from organisation.models import Agency, AgencyKind, User
from portal import clock
from procedures.models import ChannelKind, Procedure, parse_code
from records import apologies, keepers, listing, scope
from records.models import Record
from records.statuses import Status, moves_from
from records.working_days import CLOSING

ALL = ("", _("All"))
DUE = [*listing.QUICK.items(), *listing.FROM_THE_BOARD.items()]
SHOWN = ("code", "name", "short_name", "kind", "receives_records")  # of hundreds of units
INCOMPLETE = _("The form was incomplete. Please try again.")
KEY = re.compile(r"[0-9]{1,18}\Z")
LONGEST_REASON = 2_000  # characters


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def by_name(people: QuerySet[User]) -> QuerySet[User]:
    return people.order_by("last_name", "first_name", "username")


def person_name(user: User | None) -> str:
    """Who did something; without a person the portal itself."""
    return user.display_name if user else str(_("the portal"))


# The list --------------------------------------------------------------------------------------


class LongSelect(forms.Select):
    """A select of hundreds of units, written at once: Django renders a template for each option."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        written = []
        for key, label in self.choices:
            if isinstance(label, list | tuple):
                rows = format_html_join("", "<option value='{}'{}>{}</option>", self.marked(label, value))
                written.append(format_html("<optgroup label='{}'>{}</optgroup>", key, rows))
            else:
                written += [
                    format_html("<option value='{}'{}>{}</option>", *row) for row in self.marked([(key, label)], value)
                ]
        attributes = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", attributes, SafeString("".join(written)))

    def marked(self, rows: Any, value: Any) -> Iterator[tuple[str, str, str]]:
        chosen = SafeString(" selected")
        return ((key, chosen if str(key) == str(value or "") else "", label) for key, label in rows)


class FilterForm(forms.Form):
    """A value that does not exist is told at its field, and the others hold."""

    use_required_attribute = False

    scope = forms.ChoiceField(label=_("Units"), required=False)
    due = forms.ChoiceField(required=False, choices=DUE, widget=forms.HiddenInput)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("All open")),
            *((str(value), label) for value, label in Status.choices),
            (listing.ANY, _("All")),
        ],
    )
    unit = forms.ChoiceField(label=_("Received at"), required=False, widget=LongSelect)
    agency = forms.ChoiceField(label=_("Settled by"), required=False, widget=LongSelect)
    procedure = forms.CharField(label=_("Procedure (code)"), required=False, max_length=60)
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[ALL, *ChannelKind.choices])
    officer = forms.ChoiceField(label=_("Officer in charge"), required=False, widget=LongSelect)
    start = forms.DateField(label=_("Received from"), required=False, widget=day_input())
    end = forms.DateField(label=_("Received until"), required=False, widget=day_input())
    due_from = forms.DateField(label=_("Due from"), required=False, widget=day_input())
    due_to = forms.DateField(label=_("Due until"), required=False, widget=day_input())
    with_former = forms.BooleanField(label=_("With the units that they followed"), required=False)

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(data)
        self.user = user
        self.agencies = {agency.code: agency for agency in Agency.objects.only(*SHOWN).order_by("name", "code")}
        self.choose("unit", [ALL, *self.grouped(lambda agency: agency.receives_records)])
        self.choose("agency", [ALL, *self.grouped(lambda agency: agency.kind != AgencyKind.PROVINCE)])
        if listing.reads_all(user):
            self.choose("scope", [("", _("My unit")), ("all", _("All units"))])
        else:
            del self.fields["scope"]
        chosen = [self.agencies.get(data.get(name, "")) for name in ("unit", "agency")]
        units = [key for key in (scope.unit_of(user), *(agency.pk for agency in chosen if agency)) if key]
        self.officers = {str(one.pk): one for one in by_name(keepers.officers(units, scope.state_of(user)))}
        self.know_officer(data.get("officer", ""))
        people = [(key, person_name(one)) for key, one in self.officers.items()]
        self.choose("officer", [ALL, ("me", _("Me")), (listing.NOBODY, _("Nobody")), *people])

    def choose(self, name: str, choices: Any) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def know_officer(self, key: str) -> None:
        """Let somebody of another unit be chosen who is in charge of open records that the user may read."""
        if key in self.officers or not KEY.match(key):
            return
        if scope.visible_to(self.user).filter(listing.STILL_OPEN, officer=int(key)).exists():
            self.officers[key] = User.objects.get(pk=key)

    def grouped(self, wanted: Any) -> list[Any]:
        """The agencies that are wanted, under the names of their kinds."""
        groups: dict[str, list[tuple[str, str]]] = {kind: [] for kind in AgencyKind}
        for code, agency in self.agencies.items():
            if wanted(agency):
                groups[agency.kind].append((code, agency.short_name or agency.name))
        return [(AgencyKind(kind).label, rows) for kind, rows in groups.items() if rows]

    def clean_procedure(self) -> Procedure | None:
        code = parse_code(self.cleaned_data["procedure"])
        found = Procedure.objects.filter(code=code).first() if code else None
        if code and found is None:
            raise forms.ValidationError(_("The catalogue has no procedure with this code."))
        return found

    def clean(self) -> dict[str, Any]:
        for first, last in (("start", "end"), ("due_from", "due_to")):
            start, end = self.cleaned_data.get(first), self.cleaned_data.get(last)
            if start and end and end < start:
                self.add_error(last, _("The last day lies before the first."))
        return self.cleaned_data

    def filters(self) -> listing.Filters:
        """What was chosen, without the values that do not exist."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "officer" in chosen:
            officer = chosen["officer"]
            chosen["officer"] = self.user if officer == "me" else self.officers.get(officer, officer)
        with_former = chosen.pop("with_former", False)
        for name in {"unit", "agency"} & chosen.keys():
            chosen[name] = self.agencies[chosen[name]]
            if with_former:
                units = succession.units(scope.state_of(self.user))
                chosen[f"{name}_formers"] = units.stood_before(chosen[name].pk)
        return listing.Filters(everything=chosen.pop("scope", "") == "all", **chosen)

    @property
    def narrowed(self) -> bool:
        """Whether a filter below the quick ones is in use."""
        return any(self.data.get(name) for name in self.fields if name not in ("scope", "due"))


# One record ------------------------------------------------------------------------------------


def reason_field(label: Any, required: bool = True, told: bool = True) -> forms.CharField:
    """`told`: the applicant reads it, as `standing.told_reason` says."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_REASON,
        help_text=_("The applicant reads it: no names of others.") if told else "",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ActionForm(forms.Form):
    """What every form on a record carries: the number of the last event that its reader saw."""

    use_required_attribute = False  # a missing reason is told at its field, in the reader's language
    action = ""
    root = ""  # what addresses of this portal begin with, once the form was sent

    version = forms.IntegerField(
        min_value=0, error_messages=dict.fromkeys(("required", "invalid", "min_value"), INCOMPLETE)
    )

    def __init__(self, record: Record, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id=f"id_{self.action}_%s")
        self.record = record


class MoveForm(ActionForm):
    """The legal next moves share a reason; the button that was pressed says which."""

    action = "move"

    to = forms.TypedChoiceField(
        coerce=lambda value: Status(int(value)),
        choices=Status.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Press the button of the move.")),
    )
    reason = reason_field(_("Reason, or what is missing"), required=False)

    def __init__(self, record: Record, data: Any = None, files: Any = None) -> None:
        super().__init__(record, data, files)
        self.moves = moves_from(record.status)


class AssignForm(ActionForm):
    action = "assign"

    officer = forms.ModelChoiceField(User.objects.none(), label=_("Officer in charge"))

    def __init__(self, record: Record, data: Any = None, files: Any = None) -> None:
        super().__init__(record, data, files)
        field: Any = self.fields["officer"]
        field.queryset = by_name(keepers.officers_of(record))
        field.label_from_instance = person_name
        field.initial = record.officer_id


class ReappointForm(ActionForm):
    action = "reappoint"

    day = forms.DateField(label=_("New date"), widget=day_input())
    reason = reason_field(_("Apology: the reason"))

    def __init__(self, record: Record, data: Any = None, files: Any = None) -> None:
        super().__init__(record, data, files)
        self.draft = apologies.draft_of(record)
        if self.draft:
            is_ahead = self.draft.new_day > clock.today()
            self.initial.update(reason=self.draft.reason, day=self.draft.new_day if is_ahead else None)

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if apologies.BLANK in reason:
            raise forms.ValidationError(_("Write the reason in the place of %(blank)s.") % {"blank": apologies.BLANK})
        return reason

    @property
    def due(self) -> datetime.datetime:
        """The end of office hours of the chosen day."""
        return timezone.make_aware(datetime.datetime.combine(self.cleaned_data["day"], CLOSING))


class CorrectForm(ActionForm):
    action = "correct"

    reason = reason_field(_("Reason of the correction"), told=False)
