"""The form that makes a word of a query."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.clock import today
from procedures.models import EverydayName, Origin, Procedure, SearchCount, Synonym, parse_code
from procedures.text import clean, words

NAME, SYNONYM = "name", "synonym"


class LearningForm(forms.Form):
    """An everyday name of a procedure, or a synonym. A valid form has the `word`, checked and not saved."""

    word: EverydayName | Synonym

    query = forms.CharField(max_length=SearchCount.LONGEST, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What it becomes"),
        choices=[(NAME, _("an everyday name of a procedure")), (SYNONYM, _("a synonym"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("Everyday words"),
        max_length=SearchCount.LONGEST,
        help_text=_("As people say it, with accents and no longer than needed. Queries are counted without accents."),
    )
    code = forms.CharField(
        label=_("Code of the procedure"),
        max_length=40,
        required=False,
        help_text=_("For an everyday name: whose name it is."),
    )
    language = forms.ChoiceField(
        label=_("Language of the name"), choices=[("vi", _("Vietnamese")), ("en", _("English"))]
    )
    official = forms.CharField(
        label=_("Official words"),
        max_length=160,
        required=False,
        help_text=_("For a synonym: the words of the catalogue that stand for the everyday ones."),
    )

    def clean_words(self) -> str:
        return spoken(self.cleaned_data["words"])

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if not self.errors:
            word = self.synonym(facts) if facts["kind"] == SYNONYM else self.name(facts)
            if word:
                self.word = word
                self.check_word()
        return facts

    def check_word(self) -> None:
        try:
            self.word.full_clean()
        except forms.ValidationError as error:
            self.add_error(None, error.messages)

    def name(self, facts: dict[str, Any]) -> EverydayName | None:
        procedure = Procedure.objects.public(today()).filter(code=parse_code(facts["code"])).first()
        if procedure is None:
            self.add_error("code", _("No public procedure has this code."))
            return None
        return EverydayName(
            procedure=procedure, name=facts["words"], language=facts["language"], origin=Origin.STEWARD
        )

    def synonym(self, facts: dict[str, Any]) -> Synonym | None:
        if not words(facts["official"]):
            self.add_error("official", _("Type the words of the catalogue."))
            return None
        return Synonym(everyday=facts["words"], official=clean(facts["official"]), origin=Origin.STEWARD)


def spoken(text: str) -> str:
    """`text` as one line; a ValidationError when it has no words."""
    if not words(text):
        raise forms.ValidationError(_("Type at least one word."))
    return clean(text)
