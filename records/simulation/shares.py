"""How a simulation is spread: shares in per cent, and a choice that meets a share at any count."""

from dataclasses import dataclass, field, fields

# Steps for `is_among`, one for each choice, so that no two choices go together.
GOLDEN, SILVER, BRONZE, COPPER = 0.6180339887498949, 0.41421356237309515, 0.30277563773199456, 0.19258240356725187


def percent(default: float, about: str) -> float:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True)
class Shares:
    """By default those of the Center: 99.8 % on time, 98 % online (press report of 28 August 2024)."""

    center: float = percent(70, "of all records, received at the Center")
    districts: float = percent(12, "of all records, received at the districts; the rest at the communes")
    on_time: float = percent(99.8, "of the Center's ended records, on time")
    on_time_elsewhere: float = percent(98.5, "of the ended records of districts and communes, on time")
    online: float = percent(98, "of the Center's records, filed online")
    online_elsewhere: float = percent(75, "of the records of districts and communes, filed online")
    postal: float = percent(10, "of the records that are not filed online, by post")
    refused: float = percent(1, "of the records filed online, refused at reception")
    supplement: float = percent(4, "of the accepted records, with a request for a supplement")
    again: float = percent(3, "of the requests for a supplement, followed by a second one")
    payment: float = percent(10, "of the accepted records with a fee, with a request for its payment")
    withdrawn: float = percent(0.5, "of the accepted records, withdrawn by the citizen")
    stopped: float = percent(0.7, "of the accepted records, stopped by the agency")
    overdue: float = percent(0.5, "of the records of the last two months, left lying until they are overdue")
    assigned: float = percent(30, "of the accepted records, put in the charge of an officer, where there is one")
    email: float = percent(5, "of the applicants, with an e-mail address")

    def __post_init__(self) -> None:
        for share in fields(self):
            if not 0 <= getattr(self, share.name) <= 100:
                raise ValueError(f"{share.name} is a share in per cent, from 0 to 100.")
        if self.center + self.districts > 100:
            raise ValueError("center and districts are more than 100 together.")


def is_among(share: float, index: int, step: float, start: float = 0.0) -> bool:
    """Whether the `index`-th of many belongs to a share of them, spread evenly.

    Multiples of an irrational `step` fill the unit interval without clusters, so that any stretch of a few hundred
    meets the share to within one or two; chance alone would miss 99.8 % by its own width.
    """
    return (start + index * step) % 1.0 < share / 100
