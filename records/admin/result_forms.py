"""The forms of the electronic steps on the page of a record."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from records.models import Collection, Record
from records.personal import Unreadable

from .forms import ActionForm, reason_field

LONGEST_TEXT = 20_000  # characters


def pdf_field(label: Any, required: bool) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=required,
        help_text=_("At most 20 MB, without password, scripts and attached files."),
        widget=forms.FileInput({"accept": ".pdf,application/pdf"}),
    )


class DraftForm(ActionForm):
    """A PDF, or title and text for the template."""

    action = "draft"

    file = pdf_field(_("Draft as a PDF"), required=False)
    title = forms.CharField(label=_("Or a draft from the template: its title"), required=False, max_length=200)
    content = forms.CharField(
        label=_("Its text"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 6})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not (given.get("file") or self.errors or (given.get("title") and given.get("content"))):
            self.add_error("file", _("Give a PDF, or a title and a text."))
        return given


class SignForm(ActionForm):
    """The draft that its reader saw is signed."""

    action = "sign"

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


class AcceptForm(ActionForm):
    action = "accept"

    file = pdf_field(_("Signed PDF"), required=True)


class TransferForm(ActionForm):
    action = "transfer"


class PrintForm(ActionForm):
    action = "print"


class StampForm(ActionForm):
    action = "stamp"


class ReturnForm(ActionForm):
    action = "return"

    to_whom = forms.CharField(label=_("Given to"), max_length=200)
    how = forms.ChoiceField(label=_("How"), choices=Collection.choices)

    def __init__(self, record: Record, data: Any = None, files: Any = None) -> None:
        super().__init__(record, data, files)
        try:
            name = record.personal.get("name", "")
        except Unreadable:
            name = ""
        self.initial.update(to_whom=name, how=record.collection)


class UndoStepForm(ActionForm):
    action = "undo_step"

    reason = reason_field(_("Reason of the correction"), told=False)


class WithdrawForm(ActionForm):
    action = "withdraw"

    reason = reason_field(_("Reason of the withdrawal"))


FORMS: list[type[ActionForm]] = [
    DraftForm,
    SignForm,
    AcceptForm,
    TransferForm,
    PrintForm,
    StampForm,
    ReturnForm,
    UndoStepForm,
    WithdrawForm,
]
