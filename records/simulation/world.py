"""Where records are received and what for, in the catalogue and among the units as they are on a day."""

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

from organisation.models import Agency, AgencyKind, User
from organisation.roles import Role
from procedures.models import ChannelKind, OnlineLevel, Procedure, ProcedureVersion, pin
from records.actions import promised
from records.chronicle import Settling
from records.clock import current_calendar
from records.deadlines import Limit
from records.models import ApplicantKind
from records.working_days import ONE_DAY

LEVELS = {AgencyKind.CENTER: "province", AgencyKind.DISTRICT: "district", AgencyKind.COMMUNE: "commune"}
RANKS = (0.05, 0.4, 2, 10, 24)  # how often a procedure of each everyday rank is asked for
# A few fields make most of the volume (figures of ten districts' one-stop desks, 2015–2016).
FIELDS = {
    "dat-dai": 4,
    "dang-ky-quan-ly-phuong-tien-giao-thong-co-gioi-xe-may-chuyen": 7,
    "ho-tich": 3,
    "chung-thuc": 4,
    "thanh-lap-va-hoat-dong-cua-doanh-nghiep": 4,
    "thanh-lap-va-hoat-dong-doanh-nghiep-ho-kinh-doanh": 2,
    "sat-hach-cap-giay-phep-lai-xe": 2,
    "dang-ky-bien-phap-bao-dam": 4,
    "cap-quan-ly-can-cuoc": 2,
    "dang-ky-quan-ly-cu-tru": 2,
    "cap-dien-moi": 0.5,
}
AUDIENCES = {ApplicantKind.CITIZEN: 6, ApplicantKind.BUSINESS: 3, ApplicantKind.ORGANISATION: 1}
MOST_PAPERS = 6


@dataclass(frozen=True)
class Offer:
    """A procedure as it is asked for: its promises, papers, fee, and who asks."""

    procedure: Procedure
    limits: Mapping[ChannelKind, Limit]
    papers: list[dict[str, Any]]
    fee: int
    kinds: list[ApplicantKind]
    kind_weights: list[int]


class Desks(NamedTuple):
    """The units of a level with what is asked for there: all of it, and what can be filed online."""

    units: "Weighted"
    offers: "Weighted"
    online: "Weighted"


class Weighted:
    """Things to choose from by weight."""

    def __init__(self, things: Iterable[tuple[Any, float]]) -> None:
        pairs = list(things)
        self.things = [thing for thing, _weight in pairs]
        self.sums = list(accumulate(weight for _thing, weight in pairs))

    def __bool__(self) -> bool:
        return bool(self.things)

    def pick(self, rng: Random) -> Any:
        return self.things[min(bisect_right(self.sums, rng.random() * self.sums[-1]), len(self.things) - 1)]


class World:
    """Catalogue and units, read once. `versions` are the keys of versions that are pinned already."""

    def __init__(self, versions: Mapping[int, int] | None = None) -> None:
        self.calendar = current_calendar()
        self.units = list(Agency.objects.filter(receives_records=True, kind__in=LEVELS).exclude(record_part=""))
        self.offers = list(offers())
        self.versions = {procedure: ProcedureVersion(pk=version) for procedure, version in (versions or {}).items()}
        self.staff: dict[int | None, list[User]] = {}
        for user in User.objects.filter(is_active=True, role=Role.OFFICER, unit__isnull=False).order_by("pk"):
            self.staff.setdefault(user.unit_id, []).append(user)
        self.supervisor = User.objects.filter(is_active=True, role=Role.SUPERVISOR).order_by("pk").first()
        self.bounds = bounds([*self.units, *(offer.procedure for offer in self.offers)])
        self.desks_of: dict[int, dict[AgencyKind, Desks]] = {}
        self.settling = Settling()

    def desks(self, day: datetime.date) -> dict[AgencyKind, Desks]:
        """What each level offers on `day`; a level without units or procedures is left out."""
        segment = bisect_right(self.bounds, day)
        if segment not in self.desks_of:
            self.desks_of[segment] = {kind: desks for kind in LEVELS if (desks := self.level(kind, day)).offers}
        return self.desks_of[segment]

    def level(self, kind: AgencyKind, day: datetime.date) -> Desks:
        units = Weighted((unit, size(unit)) for unit in self.units if unit.kind == kind and unit.is_valid(day))
        here = [
            offer
            for offer in self.offers
            if units and offer.procedure.is_public(day) and getattr(offer.procedure, f"level_{LEVELS[kind]}")
        ]
        online = [offer for offer in here if offer.procedure.online in (OnlineLevel.FULL, OnlineLevel.PARTIAL)]
        return Desks(units, *(Weighted((o, demand(o.procedure)) for o in some) for some in (here, online or here)))

    def version(self, procedure: Procedure) -> ProcedureVersion:
        if procedure.pk not in self.versions:
            self.versions[procedure.pk] = pin(procedure)
        return self.versions[procedure.pk]

    def pin_all(self) -> None:
        """Pin every procedure beforehand: processes that do it in their transactions would wait for each other."""
        for offer in self.offers:
            self.version(offer.procedure)


def offers() -> Iterable[Offer]:
    """Every procedure whose time limit is known."""
    rows = Procedure.objects.filter(published=True).prefetch_related("channels", "documents").order_by("code")
    for procedure in rows.select_related("field"):
        channels = list(procedure.channels.all())
        if not any(row.time and row.unit for row in channels):
            continue
        first_case = next((document.case for document in procedure.documents.all() if document.case), "")
        papers = [
            {"name": document.name, "originals": document.originals, "copies": document.copies}
            for document in procedure.documents.all()
            if document.case in ("", first_case)
        ]
        kinds = [kind for kind in AUDIENCES if getattr(procedure, f"audience_{kind.value}")] or [ApplicantKind.CITIZEN]
        yield Offer(
            procedure=procedure,
            limits={kind: promised(procedure, kind) for kind in ChannelKind},
            papers=papers[:MOST_PAPERS],
            fee=max((row.fee_vnd or 0 for row in channels), default=0),
            kinds=kinds,
            kind_weights=list(accumulate(AUDIENCES[kind] for kind in kinds)),
        )


def bounds(things: Iterable[Any]) -> list[datetime.date]:
    """The days on which anything begins or has just ended to be valid."""
    starts = {thing.valid_from for thing in things if thing.valid_from}
    return sorted(starts | {thing.valid_to + ONE_DAY for thing in things if thing.valid_to})


def demand(procedure: Procedure) -> float:
    return RANKS[min(procedure.everyday_rank, len(RANKS) - 1)] * FIELDS.get(procedure.field.slug, 1)


def size(unit: Agency) -> float:
    """Units differ, and each stays as large as it is: from 0.4 to 1.6."""
    return 0.4 + crc32(unit.code.encode()) % 1_000 / 1_000 * 1.2
