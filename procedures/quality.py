"""What the catalogue lacks: facts that no source told, titles that stand twice, laws that no longer hold."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from .models import Channel, Document, FieldOwner, LegalDocument, NotDuplicate, Procedure
from .text import words

# From this likeness (0 to 100) of the words of two titles on, in whatever order, one may stand for the other.
ALIKE = 92
# Words that tell procedures apart though all others are the same: anew, change, a level, the other direction.
TELLING = frozenset(
    [
        *("lai", "moi", "doi", "sua", "dieu", "chinh", "gia", "han", "bo", "sung", "thu", "hoi", "huy", "xoa"),
        *("tam", "dung", "cham", "dut", "dau", "lan", "giam", "tang", "mo", "khoa", "di", "den", "truoc", "sau"),
        *("trong", "ngoai", "khong", "trung", "uong", "tinh", "huyen", "xa"),
    ]
)


# Facts that are missing ------------------------------------------------------------------------


def missing(day: datetime.date) -> dict[str, tuple[Any, Any]]:
    """Name of a lack → how it is called, and the condition by which procedures have it on `day`."""
    of_it = {"procedure": OuterRef("pk")}
    basis = Procedure.legal_basis.through.objects.filter(**of_it)
    over = LegalDocument.objects.out_of_force(day).values("pk")
    return {
        "time": (
            _("Without a processing time"),
            ~Exists(Channel.objects.filter(**of_it, time__isnull=False).exclude(unit="")),
        ),
        "fee": (_("Without a fee"), ~Exists(Channel.objects.filter(**of_it, fee_vnd__isnull=False))),
        "documents": (_("Without documents"), ~Exists(Document.objects.filter(**of_it))),
        "online": (_("Without an online level"), Q(online="")),
        "legal_basis": (_("Without a legal basis"), ~Exists(basis)),
        "law_over": (_("On a law out of force"), Exists(basis.filter(legaldocument__in=over))),
    }


@dataclass
class Lacks:
    """What the public procedures of an agency lack; `agency` is None for fields that nobody owns."""

    agency: Any
    procedures: int = 0
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # name of a lack → procedures

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def share(self) -> float:
        """The facts that are missing, of all that are asked for."""
        return self.total / (self.procedures * len(self.counts)) if self.procedures else 0.0


def by_agency(day: datetime.date) -> list[Lacks]:
    """The agencies of `day` with what their public procedures lack, most first. Two queries."""
    lacks = missing(day)
    owners = {owner.field_id: owner.agency for owner in FieldOwner.objects.valid_on(day).select_related("agency")}
    found: dict[Any, Lacks] = {}
    rows = Procedure.objects.public(day).order_by()
    for name, (_label, condition) in lacks.items():
        rows = rows.annotate(**{f"lacks_{name}": truth(condition)})
    for field_id, *lacking in rows.values_list("field_id", *(f"lacks_{name}" for name in lacks)):
        agency = owners.get(field_id)
        row = found.setdefault(agency.pk if agency else None, Lacks(agency))
        row.procedures += 1
        for name, there in zip(lacks, lacking, strict=True):
            row.counts[name] += bool(there)
    return sorted(found.values(), key=lambda row: (-row.total, -row.share, row.agency.name if row.agency else ""))


def truth(condition: Any) -> Any:
    """A condition as a column."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


# Procedures that stand twice -------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """Two public procedures of one field whose titles say the same, and how alike they are (0 to 100)."""

    first: Procedure
    second: Procedure
    alike: int


def suspected_duplicates(day: datetime.date) -> list[Pair]:
    """Pairs that no steward has called different, the most alike first. Two queries."""
    told = set(NotDuplicate.objects.values_list("first_id", "second_id"))
    in_field: defaultdict[int, list[tuple[Procedure, list[str]]]] = defaultdict(list)
    for procedure in Procedure.objects.public(day).order_by("pk").select_related("field"):
        in_field[procedure.field_id].append((procedure, sorted(words(procedure.name))))
    pairs = [
        Pair(first, second, round(alike))
        for rows in in_field.values()
        for (first, one), (second, other) in combinations(rows, 2)
        if (alike := likeness(one, other)) >= ALIKE and (first.pk, second.pk) not in told
    ]
    return sorted(pairs, key=lambda pair: (-pair.alike, pair.first.code, pair.second.code))


def likeness(one: list[str], other: list[str]) -> float:
    """How alike two titles are, from their sorted words; 0 when a telling word or a number stands in only one."""
    alike = fuzz.ratio(" ".join(one), " ".join(other), score_cutoff=ALIKE)
    if alike and any(word in TELLING or any(map(str.isdigit, word)) for word in set(one) ^ set(other)):
        return 0
    return alike


# Laws out of force -----------------------------------------------------------------------------


def laws_out_of_force(day: datetime.date) -> QuerySet[LegalDocument]:
    """Legal documents that no longer hold on `day` and that public procedures rest on, with their number."""
    public = Procedure.objects.public(day).values("pk")
    resting = Count("procedures", filter=Q(procedures__in=public))
    return LegalDocument.objects.out_of_force(day).annotate(resting=resting).filter(resting__gt=0).order_by("-resting")
