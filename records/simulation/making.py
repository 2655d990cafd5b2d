"""The receptions of a day, each with the destiny that the shares give it."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from django.conf import settings

from organisation.models import Agency, AgencyKind
from procedures.models import ChannelKind
from records.actions import Request
from records.chronicle import Reception
from records.models import ApplicantKind, Collection
from records.statuses import Status

from .office import DAY, MORNING, OfficeTime
from .people import CONTENT, applicant
from .shares import BRONZE, COPPER, GOLDEN, SILVER, Shares, is_among
from .story import Destiny
from .volume import DayPlan, Order
from .world import Desks, Offer, World

LATELY = datetime.timedelta(days=60)  # before the end: what is left lying now was received since
SMALL_FEE = 10_000  # đồng: paid at the desk, without a request of its own
NO_PAPER = "giấy tờ chứng minh nhân thân"  # where the checklist is not known


@dataclass(frozen=True)
class Draft:
    reception: Reception
    destiny: Destiny


class Place(NamedTuple):
    """Where the next record arrives, and its number among those of the Center or of all other desks."""

    kind: AgencyKind
    number: int

    @property
    def at_center(self) -> bool:
        return self.kind == AgencyKind.CENTER


def drafts(order: Order, plan: DayPlan, world: World, office: OfficeTime) -> list[Draft]:
    """The receptions of a day in the order of their times."""
    rng = Random(f"{order.seed} {plan.day}")  # noqa: S311  # a simulation
    opening = office.number(plan.day) * DAY
    length = min(office.seconds(order.end) - opening, DAY) - 1
    times = sorted(opening + int(arrival(rng) * length) for _number in range(plan.records))
    return [
        draft(order, place, office.at(time), world, rng)
        for place, time in zip(places(order, plan, world), times, strict=True)
    ]


def arrival(rng: Random) -> float:
    """The time of day as a fraction of office time: most in the morning."""
    noon = MORNING / DAY
    if rng.random() < 0.62:
        return rng.triangular(0, noon, noon * 0.35)
    return rng.triangular(noon, 1, noon + (1 - noon) * 0.3)


def places(order: Order, plan: DayPlan, world: World) -> Iterator[Place]:
    """The level at which each record arrives; a level that is not there leaves its share to the others."""
    present = world.desks(plan.day)
    share = order.shares.center / 100
    for number in range(plan.before, plan.before + plan.records):
        index = int((number + 1) * share)
        is_center = index > int(number * share)
        if is_center:
            index -= 1
        below = [kind for kind in (AgencyKind.DISTRICT, AgencyKind.COMMUNE) if kind in present]
        if (is_center and AgencyKind.CENTER in present) or not below:
            yield Place(AgencyKind.CENTER, index if is_center else number)
        else:
            other = number - index
            yield Place(below_the_center(below, order.shares, other), other)


def below_the_center(below: Sequence[AgencyKind], shares: Shares, index: int) -> AgencyKind:
    rest = 100 - shares.center
    among_districts = 100 * shares.districts / rest if rest else 50
    return below[0] if is_among(among_districts, index, COPPER) else below[-1]


def draft(order: Order, place: Place, at: datetime.datetime, world: World, rng: Random) -> Draft:
    shares, day = order.shares, at.date()
    desks: Desks = world.desks(day)[place.kind]
    unit: Agency = desks.units.pick(rng)
    share = shares.online if place.at_center else shares.online_elsewhere
    is_online = is_among(share, place.number, SILVER, order.seed * BRONZE)
    offer: Offer = (desks.online if is_online else desks.offers).pick(rng)
    channel = channel_of(is_online, shares, rng)
    (kind,) = rng.choices(offer.kinds, cum_weights=offer.kind_weights)
    reception = Reception(
        procedure=offer.procedure,
        version=world.version(offer.procedure),
        unit=unit,
        agency=world.settling.agency(offer.procedure, unit, day),
        channel=channel,
        applicant=applicant(rng, kind, place_name(unit), rng.random() * 100 < shares.email),
        request=Request(CONTENT, offer.papers, collection(channel, kind, rng)),
        limit=offer.limits[channel],
        status=Status.SUBMITTED if is_online else Status.RECEIVED,
        at=at,
        by=None if is_online else one_of(world.staff.get(unit.pk, []), rng),
    )
    return Draft(reception, destiny(order, place, reception, offer, world, rng))


def channel_of(is_online: bool, shares: Shares, rng: Random) -> ChannelKind:
    if is_online:
        return ChannelKind.ONLINE
    return ChannelKind.POSTAL if rng.random() * 100 < shares.postal else ChannelKind.IN_PERSON


def collection(channel: ChannelKind, kind: ApplicantKind, rng: Random) -> Collection:
    chance = rng.random()
    if channel == ChannelKind.ONLINE:
        return Collection.ONLINE if chance < 0.55 else Collection.DESK if chance < 0.85 else Collection.POST
    return Collection.POST if channel == ChannelKind.POSTAL else Collection.DESK


def place_name(unit: Agency) -> str:
    """The commune or district of a unit; of the Center the province."""
    return settings.PORTAL_PROVINCE if unit.kind == AgencyKind.CENTER else unit.short_name


def destiny(order: Order, place: Place, reception: Reception, offer: Offer, world: World, rng: Random) -> Destiny:
    shares = order.shares
    on_time = shares.on_time if place.at_center else shares.on_time_elsewhere
    late = is_among(100 - on_time, place.number, GOLDEN, order.seed * BRONZE)
    lately = reception.at > order.end - LATELY
    lying = lately and not late and is_among(shares.overdue, place.number, BRONZE, order.seed * GOLDEN)
    goes_through = late or lying

    def happens(share: float) -> bool:
        return rng.random() * 100 < share

    officers = world.staff.get(reception.agency.pk) or world.staff.get(reception.unit.pk) or []
    papers = reception.request.papers
    return Destiny(
        seed=rng.getrandbits(48),
        late=late,
        left_lying=lying,
        refused=happens(shares.refused) and not goes_through,
        supplements=(1 + happens(shares.again)) if happens(shares.supplement) else 0,
        payment=offer.fee if offer.fee > SMALL_FEE and happens(shares.payment) else 0,
        withdrawn=happens(shares.withdrawn) and not goes_through,
        stopped=happens(shares.stopped) and not goes_through,
        desk=one_of(world.staff.get(reception.unit.pk, []), rng),
        officer=one_of(officers, rng),
        in_charge=happens(shares.assigned),
        supervisor=world.supervisor,
        paper=(one_of(papers, rng) or {"name": NO_PAPER})["name"],
    )


def one_of(things: Sequence[Any], rng: Random) -> Any:
    """One of them by chance; None of nothing."""
    return things[int(rng.random() * len(things))] if things else None
