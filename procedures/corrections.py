"""Corrections from citizens: a text, and nothing about who wrote it."""

import datetime
import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from .learning import visits
from .models import Correction, Procedure

MOST_FROM_ADDRESS = 5  # on a day
MOST_A_DAY = 200  # from everybody
# An e-mail address, a telephone or ID number: they begin with 0 or +84, or are nine digits in a row; no fee does so.
PERSONAL = re.compile(r"\S@\S|(?<!\d)(?:\+\s?84|0)(?:[ .-]?\d){8,}|(?<!\d)\d{9}(?!\d)")


class CorrectionForm(forms.Form):
    """One box. The second, which nobody sees, is filled in by programs alone."""

    text = forms.CharField(
        label=_("What is wrong, and what would be right?"),
        min_length=10,
        max_length=Correction.LONGEST,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("At most 1,000 characters. Please leave out names, telephone and ID numbers."),
        error_messages={"required": _("Write what is wrong.")},
    )
    website = forms.CharField(label=_("Leave this box empty"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["website"].widget.attrs.update({"tabindex": "-1", "autocomplete": "off"})
        self.helper = FormHelper()
        self.helper.form_class = "lookup-form"
        self.helper.layout = Layout(
            Field("text"), Div(Field("website"), css_class="not-for-people"), Submit("", _("Send"), css_class="btn-lg")
        )

    def clean_text(self) -> str:
        text = self.cleaned_data["text"].strip()
        if PERSONAL.search(text):
            raise forms.ValidationError(
                _("Please leave out e-mail addresses, telephone and ID numbers: we need only what is wrong.")
            )
        return text

    @property
    def is_a_programs(self) -> bool:
        return bool(self.cleaned_data["website"])


def send(procedure: Procedure, text: str, day: datetime.date, address: str | None) -> bool:
    """Keep a correction; False when there were too many on this day, from this address or from all."""
    if Correction.objects.filter(day=day).count() >= MOST_A_DAY:
        return False
    if not visits.is_allowed("correction", address or "", MOST_FROM_ADDRESS):
        return False
    Correction.objects.create(procedure=procedure, text=text, day=day)
    return True
