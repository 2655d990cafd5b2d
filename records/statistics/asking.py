"""What an address asks for: a period, a scope, groups; and what of it means nothing."""

import datetime
import re
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple, TypeVar

from records.models import Scope

from .months import are_too_many
from .reading import By, Query, Structure

MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"
NAMES = ("from", "to", "scope", "by", "of")

Choice = TypeVar("Choice", bound=Enum)


class Asked(NamedTuple):
    """The query without what is wrong, and that: name → value."""

    query: Query
    dropped: dict[str, str]


def asked(values: Mapping[str, str], today: datetime.date) -> Asked:
    """Read `values`, of which all may be missing: then from January to this month, at the Center, by agency."""
    given = {name: value for name in NAMES if (value := values.get(name, "").strip())}
    this_month = today.replace(day=1)
    last = month(given.get("to", ""), this_month)
    first = month(given.get("from", ""), this_month)
    until = last or this_month
    since = first or until.replace(month=1)
    wrong = {name for name, value in (("from", first), ("to", last)) if value is None}
    if since > until or are_too_many(since, until):
        wrong |= {"from", "to"}
        since, until = this_month.replace(month=1), this_month
    scope, by, of = (
        choice(Scope, given.get("scope")),
        choice(By, given.get("by")),
        choice(Structure, given.get("of")),
    )
    wrong |= {name for name, value in (("scope", scope), ("by", by), ("of", of)) if value is None}
    query = Query(since, until, scope or Scope.CENTER, by or By.AGENCY, of or Structure.THEN)
    return Asked(query, {name: value for name, value in given.items() if name in wrong})


def month(text: str, this_month: datetime.date) -> datetime.date | None:
    """ "2024-08" as its first day; None when it is no month, or one to come."""
    if not re.match(MONTH, text, re.ASCII):
        return None
    found = datetime.date.fromisoformat(f"{text}-01")
    return found if found <= this_month else None


def choice(choices: type[Choice], text: str | None) -> Choice | None:
    try:
        return choices(text)
    except ValueError:
        return None


def address(query: Query) -> dict[str, str]:
    """The parameters that ask for this query."""
    return {
        "from": f"{query.first:%Y-%m}",
        "to": f"{query.last:%Y-%m}",
        "scope": query.scope.value,
        "by": query.by.value,
        "of": query.of.value,
    }
