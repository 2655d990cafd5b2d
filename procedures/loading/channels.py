"""The channels of a procedure from the columns that speak of them: ways to hand in, times, fees."""

from collections.abc import MutableMapping
from typing import Any

from django.utils.translation import gettext as _

from procedures.models import ChannelKind

from .lines import EMPTY
from .shape import Values
from .values import Fee, Time, Wrong

RIGHT = "Trực tiếp | 5 ngày làm việc | 10.000 đồng"


def channel_rows(told: dict[str, Any], present: list[Values], counted: MutableMapping[str, int]) -> list[Values]:
    """Rows as a table tells them. A time or fee that names no channel is that of every channel."""
    whole, kinds = told.get("channels", ([], []))
    if whole and not kinds and not told.get("time") and not told.get("fee"):
        return counted_units(whole, counted)
    times, costs = told.get("time"), fees(told)
    named = [
        *kinds,
        *(row["kind"] for row in whole),
        *(each.kind for each in (*(times or ()), *(costs or ())) if each.kind),
    ]
    if "channels" in told and not kinds and not whole and not named:
        return []
    old_kinds = [row["kind"] for row in present] if "channels" not in told else []
    all_kinds = list(dict.fromkeys([*old_kinds, *named]))
    if not all_kinds and (times or costs):
        counted["in person"] += 1
        all_kinds = [str(ChannelKind.IN_PERSON.value)]
    rows: list[Values] = []
    for kind in all_kinds:
        old = [row for row in whole if row["kind"] == kind] or [row for row in present if row["kind"] == kind]
        rows += rows_of(kind, old, of_kind(times, kind), of_kind(costs, kind))
    return counted_units(rows, counted)


def counted_units(rows: list[Values], counted: MutableMapping[str, int]) -> list[Values]:
    counted["unit"] += sum(row["time"] is not None and not row["unit"] for row in rows)
    return rows


def fees(told: dict[str, Any]) -> list[Fee] | None:
    """Fee (phí) and charge (lệ phí), where each has a column of its own: both are to be paid."""
    if "charge" not in told or "fee" not in told:
        return told.get("fee", told.get("charge"))
    fee, charge = told["fee"], told["charge"]
    if not fee or not charge:
        return fee or charge
    if len(fee) == len(charge) == 1 and not any(each.kind or each.note for each in (*fee, *charge)):
        amounts = [each[0].amount for each in (fee, charge)]
        note = f"phí {amounts[0]:,} đồng, lệ phí {amounts[1]:,} đồng".replace(",", ".").replace(". lệ", ", lệ")
        return [Fee(sum(amounts), note=note if all(amounts) else "")]
    raise Wrong(_("Several fees and several charges in one row: write each channel as a line."), RIGHT)


def of_kind(told: Any, kind: str) -> Any:
    """What is told for a channel: by its name, else without one; None where the table does not speak of it."""
    if told is None:
        return None
    named = [each for each in told if each.kind == kind]
    general = [each for each in told if not each.kind]
    return named or (general if general or not told else None)


def rows_of(kind: str, old: list[Values], times: list[Time] | None, costs: list[Fee] | None) -> list[Values]:
    """The rows of one channel: one, or one for each case that has a time or a fee of its own."""
    old = old or [{**EMPTY, "kind": kind}]
    count = max(len(times or ()), len(costs or ()))
    if count <= 1:
        return [changed(row, times, costs) for row in old]
    cases = [[each.note for each in told] for told in (times, costs) if told and len(told) > 1]
    if len(cases) == 2 and cases[0] != cases[1]:
        raise Wrong(_("Several times and several fees in one row: write each channel as a line."), RIGHT)
    before = {row["note"]: row for row in old}
    return [
        changed({**before.get(cases[0][at], old[0]), "note": ""}, at_most(times, at), at_most(costs, at))
        for at in range(count)
    ]


def at_most(told: Any, at: int) -> Any:
    """The one that is told for a case: its own, or the only one."""
    return None if told is None else [told[at if len(told) > 1 else 0]] if told else []


def changed(row: Values, times: list[Time] | None, costs: list[Fee] | None) -> Values:
    """A row with another time or fee; the document that these were taken from stays only where they do."""
    new = without_procedure(row)
    notes = [each.note for each in (*(times or ()), *(costs or ())) if each.note]
    if times is not None:
        new |= {"time": times[0].value, "unit": str(times[0].unit)} if times else {"time": None, "unit": ""}
    if costs is not None:
        new["fee_vnd"] = costs[0].amount if costs else None
    if notes:
        new["note"] = "; ".join(dict.fromkeys(notes))
    same = all(new[key] == row[key] for key in ("time", "unit", "fee_vnd"))
    return new if same else {**new, "basis": ""}


def without_procedure(row: Values) -> Values:
    return {key: row[key] for key in ("kind", *EMPTY)}
