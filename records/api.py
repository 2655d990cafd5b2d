"""The figures of the records for programs: JSON, and the same as a table. Beside the open data of the catalogue."""

import csv
import datetime
import io
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop as _
from ninja import Query as Parameters
from ninja import Schema
from ninja.errors import ValidationError
from pydantic import BaseModel, Field

from organisation import succession
from portal import clock
from procedures.api import fault, get, harmless_row, without_null
from procedures.models import Level

from .conditional import made_of_figures
from .statistics import asking, groups, reading, told
from .statistics.reading import By, Figures, Query, Scope, Structure, Time


class StatisticsQuery(Schema):
    since: str | None = Field(
        None,
        alias="from",
        pattern=asking.MONTH,
        description=_("The first month, like 2024-01; without it January of the year of the last one."),
        json_schema_extra=without_null,
    )
    to: str | None = Field(
        None,
        pattern=asking.MONTH,
        description=_("The last month, included, like 2024-08; without it this month. At most 120 months."),
        json_schema_extra=without_null,
    )
    scope: Scope = Field(Scope.CENTER, description=_("Where the records were handed in."))
    by: By = Field(By.AGENCY, description=_("How the records are grouped."))
    of: Structure = Field(Structure.THEN, description=_("Units as they were then, or those that stand there now."))


class WorkingTime(BaseModel):
    minutes: int = Field(description="Minutes of office time; a working day has 480.")
    beyond: bool = Field(description="True: it took longer than these minutes, which are the last that are counted.")


class Counts(BaseModel):
    received: int = Field(description="Records handed in or filed in the period.")
    not_accepted: int = Field(description="Refused at reception in the period.")
    resolved: int = Field(description="Ended in the period: ahead, on time and late together.")
    ahead: int = Field(description="Ended before the promised day.")
    on_time: int = Field(description="Ended on the promised day, in time.")
    late: int = Field(description="Ended after the promise.")
    in_process_at_start: int = Field(description="In process when the period began.")
    in_process: int = Field(description="In process at the end: at the start + received - not accepted - resolved.")
    share_on_time: float | None = Field(description="(Ahead + on time) / resolved, in per cent; null of nothing.")
    share_online: float | None = Field(description="Filed online / resolved, in per cent; null of nothing.")
    median: WorkingTime | None = Field(description="Within this half were worked on; null of nothing.")
    percentile_90: WorkingTime | None = Field(description="Within this nine in ten were; null of nothing.")


class Corrected(BaseModel):
    received: int = Field(0, description="By how many corrections have changed what was received.")
    not_accepted: int = Field(0, description="By how many they have changed what was not accepted.")
    ahead: int = Field(0, description="By how many they have changed what was ahead of time.")
    on_time: int = Field(0, description="By how many they have changed what was on time.")
    late: int = Field(0, description="By how many they have changed what was late.")


class Month(BaseModel):
    month: str = Field(description="Like 2024-08.")
    figures: Counts = Field(description="Of this month.")
    frozen_on: datetime.date | None = Field(description="The day on which it was frozen; null: it is not.")
    corrected: Corrected | None = Field(description="What has changed since it was frozen; null: it is not frozen.")


class GroupOut(BaseModel):
    code: str = Field(
        description="Code of the unit, slug of the field, the level, the way; receiving-unit: settled where received."
    )
    name: str | None = Field(description="Vietnamese name; null of what is no unit and no field.")
    level: Level | None = Field(description="Level of a unit; null where there is none to tell.")
    figures: Counts = Field(description="Of this group.")


class Few(BaseModel):
    groups: list[str] = Field(description="Codes of the groups that stand together, lest a figure point at a person.")
    figures: Counts | None = Field(description="Of all of them; null where even together they are fewer than 5.")


class Statistics(BaseModel):
    since: str = Field(alias="from", description="The first month.")
    to: str = Field(description="The last month, included.")
    scope: Scope = Field(description="Where the records were handed in.")
    by: By = Field(description="How the records are grouped.")
    of: Structure = Field(description="Units as they were then, or those that stand there now.")
    invented: bool = Field(description="True: a demonstration, whose records are invented.")
    total: Counts = Field(description="Of the whole period.")
    months: list[Month] = Field(description="Each month of the period.")
    groups: list[GroupOut] = Field(description="Those with 5 records or more, the largest first.")
    few: Few | None = Field(description="The small groups in one; null where there are none.")


# Answers ---------------------------------------------------------------------------------------


@get(
    "statistics",
    Statistics,
    summary=_("Figures of the records: received, resolved, on time, how long it took"),
    example="statistics?from=2024-01&to=2024-08&by=agency",
    kept=made_of_figures,
    query=asking.NAMES,
)
def show_statistics(request: HttpRequest, query: Parameters[StatisticsQuery]) -> dict[str, Any]:
    return told_of(checked(query))


@get(
    "statistics.csv",
    None,
    summary=_("The same figures as a table for spreadsheets"),
    example="statistics.csv?scope=all&by=unit",
    kept=made_of_figures,
    query=asking.NAMES,
    media_type="text/csv",
)
def statistics_csv(request: HttpRequest, query: Parameters[StatisticsQuery]) -> HttpResponse:
    table = io.StringIO()
    writer = csv.DictWriter(table, CSV_COLUMNS)
    writer.writeheader()
    writer.writerows(harmless_row(row, CSV_COLUMNS) for row in rows(told_of(checked(query))))
    response = HttpResponse(table.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="statistics.csv"'
    return response


def checked(parameters: StatisticsQuery) -> Query:
    """The query; what no pattern can refuse is refused here: months to come, the wrong order, too many of them."""
    given = parameters.model_dump(by_alias=True, exclude_none=True)
    query, dropped = asking.asked({name: str(value) for name, value in given.items()}, clock.today())
    if dropped:
        raise ValidationError([fault(name, "Months until this one, in order, at most 120.") for name in dropped])
    return query


def told_of(query: Query) -> dict[str, Any]:
    """Everything that the page shows of the query."""
    months = reading.by_month(query)
    shown = groups.breakdown(query, succession.state())
    frozen = told.frozen(query, months)
    return {
        **asking.address(query),
        "invented": settings.PORTAL_TODAY is not None,
        "total": counts(reading.total(months)),
        "months": [month_out(month, found, frozen.get(month)) for month, found in months.items()],
        "groups": [
            {
                "code": row.group.code,
                "name": row.group.name if row.group.is_data else None,
                "level": row.group.level,
                "figures": counts(row.figures),
            }
            for row in shown.rows
        ],
        "few": few(shown),
    }


def counts(found: Figures) -> dict[str, Any]:
    return {
        "received": found.received,
        "not_accepted": found.refused,
        "resolved": found.resolved,
        "ahead": found.ahead,
        "on_time": found.on_time,
        "late": found.late,
        "in_process_at_start": found.at_start,
        "in_process": found.in_process,
        "share_on_time": found.share_in_time,
        "share_online": found.share_online,
        "median": time(found.median),
        "percentile_90": time(found.ninth_tenth),
    }


def time(found: Time | None) -> dict[str, Any] | None:
    return found and found._asdict()


def month_out(month: datetime.date, found: Figures, frozen: told.Frozen | None) -> dict[str, Any]:
    return {
        "month": f"{month:%Y-%m}",
        "figures": counts(found),
        "frozen_on": frozen and frozen.day,
        "corrected": frozen and {told.NAMES[measure]: by for measure, by in frozen.since.items()},
    }


def few(shown: groups.Breakdown) -> dict[str, Any] | None:
    if shown.together is None:
        return None
    figures = None if shown.is_hidden else counts(shown.together)
    return {"groups": [group.code for group in shown.few], "figures": figures}


# The table -------------------------------------------------------------------------------------

CSV_COLUMNS = (
    *("row", "code", "name", "level"),
    *(name for name in Counts.model_fields if name not in ("median", "percentile_90")),
    *("median_minutes", "percentile_90_minutes", "frozen_on"),
    *(f"corrected_{name}" for name in Corrected.model_fields),
    *("from", "to", "scope", "of", "invented"),
)


def rows(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A row for the whole, for each month, for each group, and one for the small groups together."""
    every = {
        **{name: answer[name] for name in ("from", "to", "scope", "of")},
        "invented": "yes" if answer["invented"] else "no",
    }
    yield {"row": "total", **flat(answer["total"]), **every}
    for month in answer["months"]:
        changes = {f"corrected_{name}": by for name, by in (month["corrected"] or {}).items()}
        frozen = {"frozen_on": month["frozen_on"], **changes}
        yield {"row": "month", "code": month["month"], **flat(month["figures"]), **frozen, **every}
    for group in answer["groups"]:
        named = {name: group[name] for name in ("code", "name", "level")}
        yield {"row": answer["by"], **named, **flat(group["figures"]), **every}
    if answer["few"]:
        codes = " ".join(answer["few"]["groups"])
        figures = flat(answer["few"]["figures"]) if answer["few"]["figures"] else {"received": "fewer than 5"}
        yield {"row": f"{answer['by']}, few", "code": codes, **figures, **every}


def flat(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures with a working time in one cell: "960", or ">120000" beyond the last edge."""
    told = dict(figures)
    for name in ("median", "percentile_90"):
        found = told.pop(name)
        told[f"{name}_minutes"] = found and f"{'>' if found['beyond'] else ''}{found['minutes']}"
    return told
