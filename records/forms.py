"""The form of the look-up."""

import unicodedata
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, Submit
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .personal import LAST_DIGITS, digits


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
