"""The search box and the filters: plain GET forms, crispy at the edge, rendered once with slots (`slots.py`)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from crispy_forms.utils import render_crispy_form
from django import forms
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organisation.models import Agency

from . import listing
from .models import Audience, Level, OnlineLevel
from .search import FILTERS, UNKNOWN, Found, Index
from .slots import fill, slot, without_options
from .text import LONGEST_QUERY

ALL = '<option value="">{}</option>'
COUNT = slot("count")
CHOICES: dict[str, list[tuple[str, Any]]] = {
    "level": list(Level.choices),
    "audience": list(Audience.choices),
    "online": [*OnlineLevel.choices, (UNKNOWN, _("Not known yet"))],
}


class SearchForm(forms.Form):
    """One box. With JavaScript it suggests while typing, and the answer comes as a fragment of the same address."""

    q = forms.CharField(
        label=_("Search for a procedure"), required=False, max_length=LONGEST_QUERY, widget=forms.SearchInput
    )

    def __init__(self, *args: Any, autofocus: bool = False, live: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = {
            "placeholder": _("For example: dang ky khai sinh"),
            "autocomplete": "off",
            "enterkeyhint": "search",
            "data-suggest": reverse("procedures:suggest"),
            "data-suggest-count": _("0 suggestions"),  # said by screen readers, with the number
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
                StrictButton(_("Search"), type="submit", css_class="btn-primary btn-lg"),
                css_class="search-row",
            )
        )


class FilterForm(forms.Form):
    """A select for each filter; its options, with their counts, come with each request."""

    agency = forms.ChoiceField(label=_("Agency"), required=False)
    field = forms.ChoiceField(label=_("Field of work"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False)
    audience = forms.ChoiceField(label=_("For whom"), required=False)
    online = forms.ChoiceField(label=_("Online level"), required=False)

    def __init__(self) -> None:
        super().__init__()
        for name in FILTERS:
            self.fields[name].widget.attrs["form"] = "search"
            self.fields[name].choices = [("", slot(name))]  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


def search_box(query: str = "", *, autofocus: bool = False, live: bool = False) -> SafeString:
    """The search form with `query` in it; `live` where results stand on the same page."""

    def render() -> str:
        return render_crispy_form(SearchForm({"q": slot("q")}, autofocus=autofocus, live=live))

    return fill(f"search box, autofocus {autofocus}, live {live}", render, q=escape(query))


def filter_selects() -> str:
    """The filters, each with a slot of its name for its options."""
    return without_options(render_crispy_form(FilterForm()))


def filter_options(found: Found, chosen: Mapping[str, str], moved: Sequence[Agency] = ()) -> dict[str, str]:
    """The options of each filter, each with the number of procedures that choosing it would leave.

    `moved` are former agencies that were asked for; they are offered beside those of today.
    """
    kept = found.index.kept.setdefault(f"options {get_language()}", {})
    offered = {name: options(found, kept, name, chosen.get(name, "")) for name in FILTERS}
    for unit in moved:
        option = (
            f'<option value="{escape(unit.code)}" selected>{escape(unit.display_name)} ({len(found.codes)})</option>'
        )
        offered["agency"] += option
    return offered


class Block(NamedTuple):
    """Options that stand together and always have the same count, such as all communes, cut where it belongs."""

    group: int | str  # of the index; or a value that no procedure has
    html: list[str]


def options(found: Found, kept: dict[str, Any], name: str, chosen: str) -> str:
    """The option elements that lead somewhere, and the chosen one; `kept` are those of this language."""
    if name not in kept:
        kept["all"] = ALL.format(_("All"))
        kept[name] = {block.group: (place, block) for place, block in enumerate(blocks(found.index, name))}
    counts = found.counts
    shown = kept[name].keys() & counts.keys()
    if chosen:  # it is offered even where it leaves nothing
        shown |= kept[name].keys() & {found.index.group_of.get((name, chosen), chosen)}
    lines = [str(counts.get(block.group, 0)).join(block.html) for _place, block in sorted(map(kept[name].get, shown))]
    html = "".join(lines)
    return kept["all"] + (html.replace(f'value="{chosen}"', f'value="{chosen}" selected') if chosen else html)


def blocks(index: Index, name: str) -> Iterator[Block]:
    """The options of a filter in the order in which they are offered."""
    named = [(value, str(text)) for value, text in CHOICES.get(name, ())] or [
        (value, listing.label(index, name, value)) for value in index.labels[name]
    ]
    group_of = {value: index.group_of.get((name, value), value) for value, _text in named}
    if name not in CHOICES:
        sizes = Counter(group_of.values())
        named.sort(key=lambda choice: (sizes[group_of[choice[0]]], choice[1]))
    for group, choices in groupby(named, key=lambda choice: group_of[choice[0]]):
        html = "".join(f'<option value="{value}">{escape(text)} ({COUNT})</option>' for value, text in choices)
        yield Block(group, html.split(COUNT))
