"""Who owns which field of work on a day, and who owned it before; kept as long as the content stamp stands."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from organisation.succession import State

from .models import FieldOwner

KEPT = 4


@dataclass(frozen=True)
class Ownership:
    """Fields and agencies by their keys."""

    owner: dict[int, int]  # field → its owner on the day
    former: dict[int, frozenset[int]]  # field → those that owned it before

    def taken_by(self, agency: int) -> dict[int, frozenset[int]]:
        """The fields that an agency has from others, each with those that had it before."""
        return {
            field: others
            for field, formers in self.former.items()
            if self.owner.get(field) == agency and (others := formers - {agency})
        }

    def given_by(self, agency: int) -> set[int]:
        """The fields that an agency had and that another one has on the day."""
        return {
            field
            for field, formers in self.former.items()
            if agency in formers and self.owner.get(field, agency) != agency
        }


@lru_cache(maxsize=KEPT)
def owners(state: State) -> Ownership:
    """The owners of a day. The stamp is not looked at: it says when to read anew."""
    owner, former = {}, defaultdict(set)
    for row in FieldOwner.objects.order_by().only("field", "agency", "valid_from", "valid_to"):
        if row.is_valid(state.day):
            owner[row.field_id] = row.agency_id
        elif row.has_ended(state.day):
            former[row.field_id].add(row.agency_id)
    return Ownership(owner, {field: frozenset(agencies) for field, agencies in former.items()})
