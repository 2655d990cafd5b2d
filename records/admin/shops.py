"""One-stop shops side by side: the share on time, and how far chance alone may move it."""

import datetime
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisation.models import Agency, User
from portal import clock
from records.statistics import board, shops
from records.statistics.comparison import FEWEST, Place, Tally
from records.statistics.formula import share
from records.statistics.words import per_cent

DRAWING = (400, 20)  # of an interval; drawn as wide as its cell
EDGE = 6  # room for the ends of the lines
AXES = (0.99, 0.98, 0.95, *(tenth / 10 for tenth in range(9, -1, -1)))  # where a level's drawings may begin
USUAL_MONTHS = 3  # shown at first: complete ones


class PeriodForm(forms.Form):
    """A month that does not exist is told at its field, and the usual one holds."""

    use_required_attribute = False

    start = forms.ChoiceField(label=gettext_lazy("From month"), required=False)
    end = forms.ChoiceField(label=gettext_lazy("Until month"), required=False)

    def __init__(self, data: Any, months: list[datetime.date]) -> None:
        complete = [month for month in months if month < clock.today().replace(day=1)] or months
        self.usual = complete[-USUAL_MONTHS:]
        given = {name: data.get(name) for name in ("start", "end") if data.get(name)}
        super().__init__({"start": f"{self.usual[0]:%Y-%m}", "end": f"{self.usual[-1]:%Y-%m}", **given})
        for name in self.fields:
            choices = [(f"{month:%Y-%m}", f"{month:%m/%Y}") for month in reversed(months)]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end < start:
            self.add_error("end", _("The last month lies before the first."))
        return self.cleaned_data

    def period(self) -> tuple[datetime.date, datetime.date]:
        """The first and the last month: as chosen, or the usual ones where the choice is none."""
        if not self.is_valid():
            return self.usual[0], self.usual[-1]
        first, last = (datetime.date.fromisoformat(f"{self.cleaned_data[name]}-01") for name in ("start", "end"))
        return first, last


class Drawing(NamedTuple):
    """An interval, its share, and the share of all that are compared, as whole numbers along the axis."""

    low: int
    share: int
    high: int
    all: int


class Shop(NamedTuple):
    name: str
    until: datetime.date | None  # its last day, where that has passed
    tally: Tally
    share: str
    interval: str
    drawing: Drawing


class Apart(NamedTuple):
    """A shop with too few records to compare."""

    name: str
    until: datetime.date | None
    tally: Tally


class Section(NamedTuple):
    kind: str
    name: str
    shops: list[Shop]
    apart: list[Apart]
    silent: list[Apart]  # no data, which is not zero
    share: str  # of all that are compared
    axis: str  # where its drawings begin


def show(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    if not board.sees_all(user):
        raise PermissionDenied
    months = shops.months()
    context |= {"title": _("Comparison of one-stop shops"), "fewest": FEWEST}
    if months:
        form = PeriodForm(request.GET, months)
        context |= {"form": form, **compared(*form.period())}
    return TemplateResponse(request, "admin/records/shops.html", context)


def compared(first: datetime.date, last: datetime.date) -> dict[str, Any]:
    return {
        "first": first,
        "last": last,
        "drawing": DRAWING,
        "middle": DRAWING[1] // 2,
        "sections": [section(level) for level in shops.levels(first, last) if level.offices],
    }


def section(level: shops.Level) -> Section:
    found, offices = level.comparison, level.offices
    lowest = min((place.interval.low for place in found.places), default=1.0)
    axis = next(axis for axis in AXES if axis <= lowest)
    apart = [Apart(*told(offices[tally.office]), tally) for tally in found.apart]
    whole = found.in_time / found.resolved if found.resolved else 0.0
    return Section(
        level.kind,
        str(level.kind.label),
        [shop(place, offices[place.tally.office], axis, whole) for place in found.places],
        [one for one in apart if one.tally.received or one.tally.resolved],
        [one for one in apart if not (one.tally.received or one.tally.resolved)],
        per_cent(share(found.in_time, found.resolved)),
        percent(axis, 0),
    )


def told(office: Agency) -> tuple[str, datetime.date | None]:
    """The name, and the last day of what is over."""
    return office.name, office.valid_to if office.has_ended(clock.today()) else None


def shop(place: Place, office: Agency, axis: float, whole: float) -> Shop:
    tally, (low, high) = place
    values = (low, tally.in_time / tally.resolved, high, max(whole, axis))
    drawing = Drawing(*(EDGE + round((value - axis) / (1 - axis) * (DRAWING[0] - 2 * EDGE)) for value in values))
    interval = _("%(low)s to %(high)s") % {"low": percent(low), "high": percent(high)}
    return Shop(*told(office), tally, per_cent(share(tally.in_time, tally.resolved)), interval, drawing)


def percent(value: float, places: int = 1) -> str:
    return f"{number_format(100 * value, places)}\N{NO-BREAK SPACE}%"
