"""The search box and the filters: plain GET forms, crispy at the edge."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout, Submit
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency

from . import listing
from .models import Audience, Level, OnlineLevel
from .search import FILTERS, UNKNOWN, Found, Index
from .text import LONGEST_QUERY


class SearchForm(forms.Form):
    """One box. With JavaScript the answer comes as a fragment of the same address."""

    q = forms.CharField(
        label=_("Search for a procedure"), required=False, max_length=LONGEST_QUERY, widget=forms.SearchInput
    )

    def __init__(self, *args: Any, autofocus: bool = False, live: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = {
            "placeholder": _("For example: dang ky khai sinh"),
            "autocomplete": "off",
            "enterkeyhint": "search",
        }
        self.fields["q"].widget.attrs.update(attributes | ({"autofocus": True} if autofocus else {}))
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.form_id = "search"
        self.helper.form_action = reverse("procedures:list")
        self.helper.form_class = "search-form"
        self.helper.attrs = {"role": "search"}
        if live:
            self.helper.attrs |= {
                "hx-get": reverse("procedures:list"),
                "hx-target": "#catalogue",
                "hx-push-url": "true",
                "hx-trigger": "submit, change from:#catalogue",
            }
        self.helper.layout = Layout(
            Div(
                Field("q", css_class="form-control-lg"),
                Submit("", _("Search"), css_class="btn-lg"),
                css_class="search-row",
            )
        )


class FilterForm(forms.Form):
    """A select for each filter, its options with the number of procedures that choosing it would leave."""

    agency = forms.ChoiceField(label=_("Agency"), required=False)
    field = forms.ChoiceField(label=_("Field of work"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False)
    audience = forms.ChoiceField(label=_("For whom"), required=False)
    online = forms.ChoiceField(label=_("Online level"), required=False)

    def __init__(self, *args: Any, index: Index, found: Found, moved: Sequence[Agency] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counts = found.counts | {"agency": found.counts["agency"] | dict.fromkeys(found.moved, len(found.codes))}
        agencies = {code: listing.label(index, "agency", code) for code in index.labels["agency"]}
        names: dict[str, dict[str, Any]] = {
            "agency": agencies | {unit.code: unit.display_name for unit in moved},
            "field": {slug: listing.label(index, "field", slug) for slug in index.labels["field"]},
            "level": dict(Level.choices),
            "audience": dict(Audience.choices),
            "online": {**dict(OnlineLevel.choices), UNKNOWN: _("Not known yet")},
        }
        for name in FILTERS:
            field = self.fields[name]
            field.widget.attrs["form"] = "search"
            field.choices = self.options(names[name], counts[name], self.data.get(name, ""))  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def options(self, names: dict[str, Any], counts: dict[str, int], chosen: str) -> list[tuple[str, Any]]:
        """Options that lead somewhere, and the chosen one; long lists in the order of their names."""
        shown = [(value, name) for value, name in names.items() if counts.get(value) or value == chosen]
        if len(shown) > 6:
            shown.sort(key=lambda option: str(option[1]))
        return [("", _("All")), *((value, f"{name} ({counts.get(value, 0)})") for value, name in shown)]
