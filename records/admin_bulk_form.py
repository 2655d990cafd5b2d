"""The form of a bulk move: the codes, and what is to become of the records."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import bulk
from .models import StepKind
from .results import bulk_steps
from .statuses import MOVES, Status

LARGEST_FILE = 2_000_000  # bytes: ten thousand codes, each with a line of other facts


def goals() -> list[Any]:
    """The statuses that records go to, and the steps that are made in bulk."""
    moves = [(str(to.value), to.label) for to in sorted({move.to for move in MOVES})]
    made = [(kind.value, kind.label) for kind in bulk_steps.IN_BULK]
    return [("", "—"), (_("New status"), moves), (_("Electronic step"), made)]


def goal_of(value: str) -> bulk_steps.Goal:
    return Status(int(value)) if value.isdecimal() else StepKind(value)


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(file, initial) for file in data or []]


class BulkForm(forms.Form):
    """A list of codes, pasted or as a file, and the move or the step; drafts of results bring their own codes."""

    codes = forms.CharField(
        label=_("Record codes"),
        required=False,
        help_text=_("One on each line, in any spelling; at most 10,000."),
        widget=forms.Textarea({"rows": 10, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("Or a file with codes"),
        required=False,
        help_text=_("Text or CSV. Other columns are not read."),
        widget=forms.FileInput({"accept": ".txt,.csv,text/plain,text/csv"}),
    )
    drafts = FilesField(
        label=_("Or drafts of results, to be signed"),
        required=False,
        help_text=_("PDFs named by the codes of their records, 20 MB together."),
        widget=SeveralFiles({"accept": ".pdf,application/pdf"}),
    )
    to = forms.TypedChoiceField(label=_("New status, or electronic step"), coerce=goal_of, choices=goals)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2_000,
        help_text=_("The same for every record. The applicants read it: no names of others."),
        widget=forms.Textarea({"rows": 3}),
    )

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > LARGEST_FILE:
            raise ValidationError(_("The file is too large: at most 2 MB."))
        return decoded(file.read())

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if "file" in facts:
            facts["entries"] = [*bulk.read_list(facts.get("codes", "")), *bulk.read_list(facts["file"])]
            if facts.get("drafts") and facts.get("to") not in ("", StepKind.SIGN):
                self.add_error("drafts", _("Drafts are for signing: choose the digital signature, or leave them out."))
            if not (facts["entries"] or facts.get("drafts")):
                self.add_error("codes", _("Give the codes of the records, or a file with them."))
        if facts.get("to") in bulk.NEEDS_REASON and not facts.get("reason"):
            self.add_error("reason", _("This needs a reason."))
        return facts


def decoded(content: bytes) -> str:
    """The text of a file. Codes are plain letters and digits, which every encoding of Vietnamese writes alike."""
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not content.startswith(b"PK"):
            return text
        break
    raise ValidationError(_("This is no text file. Save a workbook as CSV first."))
