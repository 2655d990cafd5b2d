"""The forms of a reorganisation: what happens on which day, and who gets what."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from organisation.models import OWNER_KINDS, Agency, AgencyKind, ReorganisationKind
from organisation.reorganisation import Plan
from procedures.models import Procedure, parse_code
from procedures.text import clean

from . import clock
from .reorganisation import Line, Preview

STAYS, EACH = _("stays"), _("each of them")
MOST_PROCEDURES = 500
SHARES = ("fields", "procedures", "people", "desks")


class UnitsField(forms.ModelMultipleChoiceField):
    """Several units, chosen from a list in groups of one kind, the departments first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Agency.objects.none(), widget=forms.SelectMultiple({"size": 12}), **options)

    def offer(self, units: Any) -> None:
        self.queryset = units
        groups: dict[str, list[tuple[int, str]]] = {kind: [] for kind in [*OWNER_KINDS, *AgencyKind]}
        for unit in units:
            end = f" → {date_format(unit.valid_to, 'SHORT_DATE_FORMAT')}" if unit.valid_to else ""
            groups[unit.kind].append((unit.pk, f"{unit.name} ({unit.code}){end}"))
        self.widget.choices = [(AgencyKind(kind).label, rows) for kind, rows in groups.items() if rows]


class ReorganisationForm(forms.Form):
    """Who does what on which day."""

    kind = forms.TypedChoiceField(
        label=_("What happens"), coerce=ReorganisationKind, choices=ReorganisationKind.choices
    )
    day = forms.DateField(
        label=_("Day"),
        help_text=_("The first day of the new order. Until then it can be undone."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    sources = UnitsField(label=_("Which unit or units"), help_text=_("Several are chosen with Ctrl or Cmd."))
    targets = UnitsField(
        label=_("Who takes the work over"),
        required=False,
        help_text=_("A new unit is added to the agencies first, valid from the day."),
    )
    procedures = forms.CharField(
        label=_("Single procedures"),
        required=False,
        help_text=_("Codes of those that do not go with the rest of their field of work, one on each line."),
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
    )
    decision = forms.CharField(label=_("Number of the decision"), required=False, max_length=80)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        today = clock.today()
        existing = Agency.objects.valid_on(today).order_by("name", "code")
        to_come = Agency.objects.filter(valid_from__gt=today).order_by("name", "code")
        self.fields["sources"].offer(existing | to_come)  # type: ignore[attr-defined]
        self.fields["targets"].offer(existing | to_come)  # type: ignore[attr-defined]

    def clean_procedures(self) -> list[Procedure]:
        codes = {parse_code(clean(line)) for line in self.cleaned_data["procedures"].split()}
        if len(codes) > MOST_PROCEDURES:
            raise ValidationError(_("At most 500 procedures."))
        found = list(Procedure.objects.filter(code__in=codes))
        if missing := sorted(codes - {procedure.code for procedure in found}):
            text = _("The catalogue has no procedure with this code: %(codes)s.")
            raise ValidationError(text % {"codes": ", ".join(missing)})
        return found

    def plan(self) -> Plan:
        given = self.cleaned_data
        targets = list(given["targets"])
        first = targets[0].pk if targets else None
        return Plan(
            kind=given["kind"],
            day=given["day"],
            sources=list(given["sources"]),
            targets=targets,
            decision=given["decision"],
            note=given["note"],
            procedures={procedure.pk: first for procedure in given["procedures"]},
        )


class SharesForm(forms.Form):
    """Who gets each field of work, procedure, person and desk, where there is more than one answer."""

    def __init__(self, plan: Plan, preview: Preview, data: Any = None) -> None:
        super().__init__(data)
        self.plan, self.preview = plan, preview
        for name in SHARES:
            for line in getattr(preview, name):
                if len(self.answers(name)) > 1:
                    self.fields[f"{name}-{line.key}"] = self.choice(name, line)

    def answers(self, name: str) -> list[tuple[int | str, Any]]:
        targets: list[tuple[int | str, Any]] = [(unit.pk, unit.name) for unit in self.plan.targets]
        if name == "desks":
            return [*targets, ("", EACH)] if len(targets) > 1 else targets
        stays = [("", STAYS)] if not self.plan.ends and name != "procedures" else []
        return [*stays, *targets]

    def choice(self, name: str, line: Line) -> forms.TypedChoiceField:
        required = name in ("fields", "people", "procedures") and (self.plan.ends or name == "procedures")
        field = forms.TypedChoiceField(
            label=str(line.what),
            choices=self.answers(name),
            coerce=int,
            empty_value=None,
            required=required,
            initial=line.target or "",
        )
        field.widget.attrs["aria-label"] = str(line.what)
        return field

    def shared(self) -> Plan:
        """The plan with what was chosen."""
        for name in SHARES:
            for line in getattr(self.preview, name):
                if f"{name}-{line.key}" in self.fields:
                    getattr(self.plan, name)[line.key] = self.cleaned_data[f"{name}-{line.key}"]
        return self.plan

    def rows(self, name: str) -> Iterator[tuple[Line, Any, str]]:
        """Each line with its choice, or else with where it goes."""
        names = {unit.pk: unit.name for unit in self.plan.targets}
        for line in getattr(self.preview, name):
            key = f"{name}-{line.key}"
            yield line, self[key] if key in self.fields else None, names.get(line.target or 0, "")

    def tables(self) -> dict[str, list[tuple[Line, Any, str]]]:
        return {name: list(self.rows(name)) for name in SHARES}
