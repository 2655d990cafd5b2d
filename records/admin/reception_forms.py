"""The form of reception: whose record, through which channel, with which papers."""

import uuid
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.models import Channel, ChannelKind, Document, Procedure, TimeUnit
from procedures.templatetags.catalogue import time_text
from records import actions, personal
from records.actions import LEAST_DIGITS
from records.deadlines import Limit
from records.models import ApplicantKind, Collection

OTHER_PAPERS = 3  # rows for what the checklist does not name
MOST_COPIES = 99
LONGEST_LIMIT = 1_000


def text_field(label: Any, length: int = 200, required: bool = False, **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attributes})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget)


class Radios(forms.RadioSelect):
    """Radio buttons of which one alone takes the focus."""

    def create_option(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        option = super().create_option(*arguments, **named)
        if not option["selected"]:
            option["attrs"].pop("autofocus", None)
        return option


class ReceptionForm(forms.Form):
    """Everything about the record but its papers. `use_required_attribute` is off: errors stand at their fields."""

    use_required_attribute = False

    once = forms.UUIDField(widget=forms.HiddenInput)  # the same form sent twice makes one record
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=ChannelKind.choices, widget=Radios)
    limit = forms.ChoiceField(label=gettext_lazy("Time limit"), required=False)
    limit_value = forms.IntegerField(label=gettext_lazy("Time limit"), min_value=1, max_value=LONGEST_LIMIT)
    limit_unit = forms.ChoiceField(label=gettext_lazy("Unit of the limit"), choices=TimeUnit.choices)

    kind = forms.ChoiceField(label=gettext_lazy("Applicant"), choices=ApplicantKind.choices, widget=Radios)
    name = text_field(gettext_lazy("Name"), required=True)
    phone = text_field(gettext_lazy("Phone"), 30, inputmode="tel")
    identity = text_field(gettext_lazy("ID number"), 30, inputmode="numeric")
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    address = text_field(gettext_lazy("Address"), 300)
    owner = text_field(gettext_lazy("Owner of the record, where different"))
    content = forms.CharField(
        label=gettext_lazy("Content of the request"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    collection = forms.ChoiceField(
        label=gettext_lazy("The result is collected"), choices=Collection.choices, widget=Radios
    )
    place = text_field(gettext_lazy("Sent to, where different from the address"), 300)

    def __init__(self, procedure: Procedure, data: Any = None) -> None:
        beginning = {
            "once": uuid.uuid4(),
            "channel": ChannelKind.IN_PERSON,
            "kind": ApplicantKind.CITIZEN,
            "collection": Collection.DESK,
            "limit_unit": TimeUnit.WORKING_DAY,
        }
        super().__init__(data, initial=beginning)
        self.known = [channel for channel in procedure.channels.all() if channel.time and channel.unit]
        unused = ["limit_value", "limit_unit"] if self.known else ["limit"]
        if len(self.limits) == 1:
            unused.append("limit")
        for name in unused:
            del self.fields[name]
        if "limit" in self.fields:
            field: Any = self.fields["limit"]
            as_promised = _("as the catalogue promises for the channel")
            field.choices = [("", as_promised), *self.limits.items()]

    @property
    def limits(self) -> dict[str, str]:
        """The different limits that the catalogue knows, by what the form sends back for them."""
        return {f"{channel.time} {channel.unit}": limit_text(channel) for channel in reversed(self.known)}

    @property
    def promises(self) -> dict[str, str]:
        """The limit of each channel, as `actions.promised` takes it."""
        first = {channel.kind: time_text(channel) for channel in reversed(self.known)}
        return {str(ChannelKind(kind).label): text for kind, text in first.items()}

    def focus(self) -> None:
        """Where the keyboard begins: at the first field with an error, else at the first."""
        first = next((name for name in self.fields if name in self.errors), "channel")
        self.fields[first].widget.attrs["autofocus"] = True

    def clean_phone(self) -> str:
        return enough_digits(self.cleaned_data["phone"])

    def clean_identity(self) -> str:
        return enough_digits(self.cleaned_data["identity"])

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not (given.get("phone") or given.get("identity") or {"phone", "identity"} & self.errors.keys()):
            needed = _("A phone or an ID number is needed: with its last digits the record is looked up.")
            self.add_error("phone", needed)
        if given.get("collection") == Collection.POST and not (given.get("place") or given.get("address")):
            self.add_error("place", _("The result cannot be sent without an address."))
        return given

    @property
    def chosen_limit(self) -> Limit | None:
        """None where the catalogue's promise for the channel holds."""
        given = self.cleaned_data
        if "limit_value" in given:
            return Limit(given["limit_value"], TimeUnit(given["limit_unit"]))
        value, _space, unit = given.get("limit", "").partition(" ")
        return Limit(int(value), TimeUnit(unit)) if value else None

    @property
    def applicant(self) -> actions.Applicant:
        names = ("name", "identity", "phone", "email", "address", "owner")
        facts = {name: self.cleaned_data[name] for name in names}
        return actions.Applicant(kind=ApplicantKind(self.cleaned_data["kind"]), **facts)

    def request(self, papers: list[dict[str, Any]]) -> actions.Request:
        given = self.cleaned_data
        return actions.Request(
            content=given["content"],
            papers=papers,
            collection=Collection(given["collection"]),
            place=given["place"] or (given["address"] if given["collection"] == Collection.POST else ""),
        )


def limit_text(channel: Channel) -> str:
    return f"{time_text(channel)} – {channel.note}" if channel.note else time_text(channel)


def enough_digits(number: str) -> str:
    if number and len(personal.digits(number)) < LEAST_DIGITS:
        raise forms.ValidationError(_("At least %(count)d digits.") % {"count": LEAST_DIGITS})
    return number


# Papers ----------------------------------------------------------------------------------------


def count_field(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_COPIES, required=False, initial=0)


class PaperForm(forms.Form):
    """A paper of the checklist: whether it was handed in, and how many of it."""

    use_required_attribute = False

    handed_in = forms.BooleanField(required=False)
    name = forms.CharField(widget=forms.HiddenInput)
    originals = count_field(gettext_lazy("Originals"))
    copies = count_field(gettext_lazy("Copies"))

    def __init__(self, document: Document, data: Any = None) -> None:
        counts = {"originals": document.originals, "copies": document.copies}
        super().__init__(data, prefix=f"paper-{document.position}", initial={"name": document.name, **counts})
        self.document = document
        self.fields["handed_in"].label = document.name

    def clean_name(self) -> str:
        if self.cleaned_data["name"] != self.document.name:
            raise forms.ValidationError(_("The checklist was changed in the meantime."))
        return self.document.name

    @property
    def paper(self) -> dict[str, Any] | None:
        return counted_paper(self.cleaned_data) if self.cleaned_data["handed_in"] else None


class OtherPaperForm(forms.Form):
    """A paper that the checklist does not name."""

    use_required_attribute = False

    name = text_field(gettext_lazy("Other paper"), 300)
    originals = count_field(gettext_lazy("Originals"))
    copies = count_field(gettext_lazy("Copies"))

    @property
    def paper(self) -> dict[str, Any] | None:
        return counted_paper(self.cleaned_data) if self.cleaned_data["name"] else None


def counted_paper(given: dict[str, Any]) -> dict[str, Any]:
    return {"name": given["name"], "originals": given["originals"] or 0, "copies": given["copies"] or 0}


class Papers:
    """All rows of the checklist, and those for other papers."""

    def __init__(self, procedure: Procedure, data: Any = None) -> None:
        self.listed = [PaperForm(document, data) for document in procedure.documents.all()]
        self.others = [OtherPaperForm(data, prefix=f"other-{number}") for number in range(1, OTHER_PAPERS + 1)]
        self.rows: list[PaperForm | OtherPaperForm] = [*self.listed, *self.others]

    def is_valid(self) -> bool:
        return all([form.is_valid() for form in self.rows])  # noqa: C419  (every row tells its errors)

    def by_case(self) -> Iterator[tuple[str, list[PaperForm]]]:
        """The rows under the case in which they are needed; "" is every case, and comes first."""
        rows = sorted(self.listed, key=lambda form: form.document.case != "")
        for case, forms_of_case in groupby(rows, key=lambda form: form.document.case):
            yield case, list(forms_of_case)

    @property
    def has_others(self) -> bool:
        """Whether something stands in the rows for other papers."""
        return any(form.is_bound and form.has_changed() for form in self.others)

    @property
    def handed_in(self) -> list[dict[str, Any]]:
        return [paper for form in self.rows if (paper := form.paper)]
