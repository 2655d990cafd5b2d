"""The forms of the public pages: the look-up, the check of a result, and what the figures are asked for."""

import datetime
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from procedures.slots import fill, slot, without_options

from .personal import LAST_DIGITS, digits
from .statistics.asking import address
from .statistics.reading import By, Query, Scope, Structure


class LookupForm(forms.Form):
    """A code, and digits that only the applicant knows. Who types the whole number has typed its end as well."""

    code = forms.CharField(
        label=_("Code of the record"),
        max_length=64,
        help_text=_("It stands on your receipt, like H02.15-240828-0001."),
        error_messages={"required": _("Type the code that stands on your receipt.")},
    )
    digits = forms.CharField(
        label=_("Last four digits of your phone or ID number"),
        max_length=32,
        help_text=_("The number that you gave when you handed your papers in."),
        error_messages={"required": _("Type the last four digits.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain = {"autocomplete": "off", "spellcheck": "false"}
        self.fields["code"].widget.attrs.update(plain | {"autocapitalize": "characters", "data-record-code": True})
        self.fields["digits"].widget.attrs.update(plain | {"inputmode": "numeric", "data-record-digits": True})
        self.helper = FormHelper()
        self.helper.form_action = reverse("records:lookup")
        self.helper.form_class = "lookup-form"
        self.helper.layout = Layout(
            Field("code", css_class="form-control-lg"),
            Field("digits", css_class="form-control-lg"),
            Submit("", _("See where it stands"), css_class="btn-lg"),
        )

    def clean_digits(self) -> str:
        typed = digits(unicodedata.normalize("NFKC", self.cleaned_data["digits"]))[-LAST_DIGITS:]
        if len(typed) < LAST_DIGITS or not typed.isascii():
            raise forms.ValidationError(_("Type the last four digits."))
        return typed


class VerifyForm(forms.Form):
    """A file; an empty one too, which is told to be no PDF."""

    file = forms.FileField(
        label=_("The PDF file of the result"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".pdf,application/pdf"}),
        help_text=_("At most 20 MB. It is looked at once and not kept."),
        error_messages={"required": _("Choose the PDF file.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = reverse("records:verify")
        self.helper.form_class = "lookup-form no-print"
        self.helper.layout = Layout(
            Field("file", css_class="form-control-lg"), Submit("", _("Check the file"), css_class="btn-lg")
        )


class StatisticsForm(forms.Form):
    """What the page of figures shows: months, where, in which groups. A select for each; see `statistics_form`."""

    scope = forms.ChoiceField(label=_("Received at"), required=False)
    by = forms.ChoiceField(label=_("Grouped by"), required=False)
    of = forms.ChoiceField(label=_("Units"), required=False)

    def __init__(self) -> None:
        super().__init__()
        self.fields["from"] = forms.ChoiceField(label=_("From month"), required=False)
        self.fields["to"] = forms.ChoiceField(label=_("To month"), required=False)
        for name, field in self.fields.items():
            field.choices = [("", slot(name))]  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.form_action = reverse("records:statistics")
        self.helper.form_class = "statistics-form no-print"
        self.helper.disable_csrf = True
        button = StrictButton(_("Show"), type="submit", css_class="btn-primary")
        self.helper.layout = Layout("from", "to", "scope", "by", "of", button)


def labelled(dropped: Mapping[str, str]) -> dict[str, str]:
    """What was left out of a query under the labels of the form, not under the names of the address."""
    if not dropped:
        return {}
    fields = StatisticsForm().fields
    return {str(fields[name].label): value for name, value in dropped.items()}


def statistics_form(query: Query, months: Sequence[datetime.date]) -> SafeString:
    """The form with what `query` asks for; `months` can be chosen."""
    every_month = [(f"{month:%Y-%m}", f"{month:%m/%Y}") for month in months]
    choices: dict[str, Sequence[tuple[Any, Any]]] = {
        "from": every_month,
        "to": every_month,
        "scope": Scope.choices,
        "by": By.choices,
        "of": Structure.choices,
    }
    chosen = address(query)
    offered = {name: options(choices[name], value) for name, value in chosen.items()}
    return fill("statistics form", lambda: without_options(render_crispy_form(StatisticsForm())), **offered)


def options(choices: Sequence[tuple[Any, Any]], chosen: str) -> str:
    shown = ((escape(value), " selected" if value == chosen else "", capfirst(str(text))) for value, text in choices)
    return "".join(f'<option value="{value}"{selected}>{escape(text)}</option>' for value, selected, text in shown)
