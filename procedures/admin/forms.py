"""What forms of the catalogue share."""

from typing import Any

from django import forms

from procedures.models import Origin


def kept(formset: Any, form: Any) -> bool:
    """Whether the form stands for a row that will exist after saving."""
    return (form.instance.pk or form.has_changed()) and form not in formset.deleted_forms


class WordForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """A shipped word that a steward rewrites is the steward's from then on."""
        if self.has_changed():
            self.instance.origin = Origin.STEWARD
        return super().clean() or self.cleaned_data
