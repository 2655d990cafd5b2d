"""What stands on a letter: facts of the record and of the event that the letter tells of, as words."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from organisation import succession
from organisation.models import Agency, User
from portal import clock
from records import apologies
from records.clock import aware
from records.keepers import keepers
from records.models import Collection, LetterForm, LetterKind, Record
from records.papers import letterhead
from records.pdf import qr
from records.personal import masked_name, masked_number
from records.standing import told_reason
from records.statuses import Status
from records.working_days import CLOSING

from . import control
from .offers import Offer

SETS = 1  # a record is one set of papers


def filled(form: LetterForm, record: Record, offer: Offer, *, lookup: str, is_masked: bool = False) -> dict[str, Any]:
    """What the template of a letter needs. `lookup` is the address of the look-up page, without the code.

    `is_masked`: for whoever opened the record with its code and four digits, and should not learn the rest from it.
    """
    moment = timezone.localtime(offer.event.at if offer.event else clock.now())
    places = places_on(record, moment.date())
    author = places["agency"] if offer.kind in (LetterKind.APOLOGY, LetterKind.CONTROL) else places["unit"]
    above, house = letterhead(author)
    return {
        "form": form,
        "record": record,
        "template": f"records/letters/_{offer.kind}.html",
        "above": above,
        "house": house,
        "province": settings.PORTAL_PROVINCE,
        "hotline": settings.PORTAL_HOTLINE,
        "day": moment.date(),
        "is_draft": offer.is_draft,
        "is_invented": bool(settings.PORTAL_TODAY),
        "picture": qr(f"{lookup}#{record.code}"),
        "person": {} if offer.kind == LetterKind.CONTROL else applicant(record, is_masked=is_masked),
        "officer": name_of(offer.event.actor if offer.event else None),
        **places,
        **FILL[offer.kind](record, offer),
    }


def places_on(record: Record, day: datetime.date) -> dict[str, Agency]:
    """The desk and the settling agency of a record as they were on a day: those that it names, or who followed."""
    if record.unit.is_valid(day) and record.agency.is_valid(day):
        return {"unit": record.unit, "agency": record.agency}
    kept = keepers(record, succession.state(day))
    return {"unit": kept["desks"][0], "agency": kept["settlers"][0]}


def applicant(record: Record, *, is_masked: bool) -> Mapping[str, str]:
    """The personal facts; masked, the names and the ends of the numbers are left of them."""
    facts = record.personal
    if not is_masked:
        return facts
    names = {name: masked_name(facts.get(name, "")) for name in ("name", "owner")}
    return {**names, **{name: masked_number(facts.get(name, "")) for name in ("phone", "identity")}}


def name_of(user: User | None) -> str:
    return user.display_name if user else ""


def moment_text(moment: datetime.datetime | None) -> str:
    """As the forms write it: "09 giờ 00 phút, ngày 28/08/2024"; empty without a moment."""
    return date_format(timezone.localtime(moment), r"H \g\i\ờ i \p\h\ú\t, \n\g\à\y d/m/Y") if moment else ""


# One for each form -----------------------------------------------------------------------------


def receipt(record: Record, offer: Offer) -> dict[str, Any]:
    """Form 01. While the clock stands still the date is the one that the event promised."""
    event = offer.event
    if event is None:
        raise ValueError("a receipt is of an event")
    return {
        "papers": record.papers,
        "sets": f"{SETS:02}",
        "limit": f"{record.limit_value} {record.get_limit_unit_display()}",
        "received": moment_text(event.at),
        "promised": moment_text(record.promised_at or event.due_after),
        "collection": collection(record),
    }


def collection(record: Record) -> str:
    """Where the result is collected; the address it is sent to stands on no copy that others may see."""
    if record.collection == Collection.DESK:
        return f"Bộ phận Tiếp nhận và Trả kết quả, {record.unit.name}"
    return record.get_collection_display()


def reasoned(record: Record, offer: Offer) -> dict[str, Any]:
    """Forms 02 and 03: the reason of the event, each of its lines a point."""
    return {"points": told_reason(offer.event), "is_after_acceptance": record.status == Status.STOPPED}


def apology(record: Record, offer: Offer) -> dict[str, Any]:
    """Form 04: from the event of the re-appointment, or from the draft that was prepared."""
    if offer.event:
        before, after, points = offer.event.due_before, offer.event.due_after, told_reason(offer.event)
    else:
        draft = apologies.draft_of(record)
        if draft is None:
            raise ValueError("a draft of an apology is gone")
        before, after = draft.due, aware(datetime.datetime.combine(draft.new_day, CLOSING))
        points = draft.reason.splitlines()
    return {"points": points, "before": moment_text(before), "after": moment_text(after)}


def control_sheet(record: Record, offer: Offer) -> dict[str, Any]:
    """Form 05: every event, and nothing else."""
    return {"rows": control.rows(record)}


FILL = {
    LetterKind.RECEIPT: receipt,
    LetterKind.SUPPLEMENT: reasoned,
    LetterKind.REFUSAL: reasoned,
    LetterKind.APOLOGY: apology,
    LetterKind.CONTROL: control_sheet,
}
