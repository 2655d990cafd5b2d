"""The catalogue as a file, for those who load it: the formats that a load reads."""

from typing import Any

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from portal import clock
from procedures.loading import Scope
from procedures.loading.export import export

TYPES = {
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _("Workbook (XLSX)")),
    "csv": ("csv", "text/csv; charset=utf-8", _("Table (CSV)")),
    "json": ("json", "application/json", _("Plain JSON")),
    "fixture": ("json", "application/json", _("Fixture of everything (JSON)")),
}


class ExportForm(forms.Form):
    """What to download, and of whom."""

    format = forms.ChoiceField(label=_("Format"), choices=[(name, TYPES[name][2]) for name in TYPES])
    scope = forms.ChoiceField(label=_("Procedures"))

    def __init__(self, *args: Any, scopes: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = [("all", _("All procedures")), *scopes]  # type: ignore[attr-defined]

    def answer(self) -> StreamingHttpResponse:
        """The file, piece by piece."""
        format, scope = self.cleaned_data["format"], Scope.parse(self.cleaned_data["scope"])
        suffix, kind, _label = TYPES[format]
        name = "-".join(filter(None, ["catalogue", scope.value, clock.today().isoformat()]))
        response = StreamingHttpResponse(export(format, scope), content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
        return response


def asked_for(request: HttpRequest, scopes: list[Any]) -> ExportForm:
    """The form as the address fills it in; empty at first."""
    return ExportForm(request.GET if "format" in request.GET else None, scopes=scopes)
