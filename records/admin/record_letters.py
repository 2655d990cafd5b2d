"""The letters on a record's page: those that can be issued, and those that were."""

from collections.abc import Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from organisation.models import User
from organisation.roles import Deed
from records import scope
from records.letters import offers
from records.models import Event, IssuedLetter, Record

from .forms import person_name

LOGGED = 20  # issues that the page shows


class Shown(NamedTuple):
    """A letter that the page of a record offers."""

    offer: offers.Offer
    address: str


def shown(record: Record, events: Sequence[Event], user: User) -> list[Shown]:
    """The letters of a record that this person may issue."""
    if not scope.may(user, Deed.ISSUE, record):
        return []
    return [
        Shown(
            offer,
            reverse("admin:records_record_letter", args=[record.pk, str(offer.kind), offer.number]),
        )
        for offer in offers.offers(record, events)
    ]


def log_of(record: Record) -> list[tuple[IssuedLetter, str]]:
    """The last issues of a record's letters, each with who made it."""
    rows = IssuedLetter.objects.filter(record=record).select_related("form", "issued_by")[:LOGGED]
    return [(row, issuer(row)) for row in rows]


def issuer(letter: IssuedLetter) -> str:
    return person_name(letter.issued_by) if letter.issued_by else _("the applicant")
