"""What the filters of a search count: who has which value, as sets of documents."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from procedures.models import Audience, Level

from .postings import Grouped, Numbers
from .sets import bits_of, mask_of

FILTERS = ("agency", "field", "level", "audience", "online")
UNKNOWN = "unknown"  # the filter value for what the catalogue does not know

Value = TypeVar("Value", bound=Hashable)
Facets = dict[str, dict[str, int]]  # filter → value → set of documents


class Group(NamedTuple):
    """Values of a filter that are alike: all communes, for one, have the same procedures."""

    filter: str
    documents: int
    values: frozenset[str]


class Listed(NamedTuple):
    """What search reads of a public procedure, by the names of its columns."""

    pk: int
    code: str
    name: str
    name_en: str
    field_id: int
    online: str
    everyday_rank: int
    electronic_process: bool
    at_center: bool
    level_province: bool
    level_district: bool
    level_commune: bool
    audience_citizen: bool
    audience_business: bool
    audience_organisation: bool
    audience_official: bool
    audience_foreigner: bool


def by_value(values: Iterable[Value], size: int) -> dict[Value, int]:
    """Each value that is not empty → the documents that have it; `values` has one of each document."""
    having: defaultdict[Value, list[int]] = defaultdict(list)
    for number, value in enumerate(values):
        having[value].append(number)
    return {value: mask_of(numbers, size) for value, numbers in having.items() if value}


def of_procedures(procedures: Sequence[Listed], owners: Iterable[str], slugs: Iterable[str]) -> Facets:
    """Filter → value → the documents that have it. `owners` (codes, perhaps empty) and `slugs` are those of each."""

    def flagged(flag: str) -> int:
        column = Listed._fields.index(flag)
        return mask_of([number for number, each in enumerate(procedures) if each[column]], len(procedures))

    audiences = {audience.value: flagged(f"audience_{audience.value}") for audience in Audience}
    return {
        "agency": by_value(owners, len(procedures)),
        "field": by_value(slugs, len(procedures)),
        "level": {level.value: flagged(f"level_{level.value}") for level in Level},
        "audience": {value: mask for value, mask in audiences.items() if mask},
        "online": by_value((each.online or UNKNOWN for each in procedures), len(procedures)),
        "center": {"yes": flagged("at_center")},
    }


def groups(facets: Facets) -> list[Group]:
    """The values of all filters, those together that have the same documents; the first group is empty."""
    found: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for name in FILTERS:
        for value, documents in facets[name].items():
            found[name, documents].add(value)
    return [Group("", 0, frozenset()), *(Group(*key, frozenset(values)) for key, values in found.items())]


def carried(groups: Sequence[Group], size: int) -> Numbers:
    """The numbers of the groups of each document, a row of them, filled up with the first group."""
    holders = [bits_of(group.documents, size).nonzero()[0] for group in groups]
    number = np.repeat(np.arange(len(groups)), [len(each) for each in holders])
    of_each = Grouped.of(np.concatenate(holders), number, size)
    lengths = np.diff(of_each.starts)
    rows = np.zeros((size, lengths.max(initial=0)), np.intp)
    rows[np.arange(rows.shape[1]) < lengths[:, np.newaxis]] = of_each.members
    return rows
