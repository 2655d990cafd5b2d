"""Letters are issued: whether one may, the form that was in force, the PDF, and a line in the log."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organisation.models import Agency, User
from organisation.roles import Deed, can
from portal import clock
from records import scope
from records.actions import NotYours, Refused
from records.models import IssuedLetter, LetterForm, LetterKind, Record
from records.pdf import from_html
from records.personal import Unreadable

from . import offers, periods
from .filling import filled
from .offers import Offer

BY_APPLICANT = 20  # letters of one record that its applicant may have in an hour: each is work for the server
HOUR = datetime.timedelta(hours=1)


def issue(record: Record, offer: Offer, *, by: User | None, lookup: str) -> bytes:
    """The PDF of a letter, logged; `Refused` says why not.

    `by` is None for the applicant, who has opened the record with its code and digits: personal facts are masked.
    `lookup` is the address of the look-up page, to which the QR code leads. `record` comes with the parents of its
    unit and its agency, or they are asked for.
    """
    if by is None:
        check_amount(record)
    elif not scope.may(by, Deed.ISSUE, record):
        raise NotYours(_("Your role or your unit does not allow this with this record."))
    form = form_of(offer.kind, day_of(offer))
    content = drawn(form, [written(form, record, offer, lookup=lookup, is_masked=by is None)])
    log = IssuedLetter(form=form, record=record, event=offer.event, issued_at=clock.now(), issued_by=by)
    log.save(force_insert=True)
    return content


def check_amount(record: Record) -> None:
    lately = IssuedLetter.objects.filter(record=record, issued_by=None, issued_at__gt=clock.now() - HOUR)
    if lately.count() >= BY_APPLICANT:
        raise Refused(_("These letters were opened many times within an hour. Please try again later."))


def issue_receipts(unit: Agency, day: datetime.date, *, by: User, lookup: str) -> bytes:
    """The receipts of what was received at a desk on a day as one PDF, each logged; `Refused` says why not.

    For a day that is drawn in one go; a longer one is work for `batches`.
    """
    check_unit(by, unit)
    records = periods.with_facts(periods.meant(LetterKind.RECEIPT, unit, day, day))
    content, logs = receipts(records, day, by=by, lookup=lookup)
    if not logs:
        raise Refused(_("Nothing was received here on this day."))
    IssuedLetter.objects.bulk_create(logs)
    return content


def receipts(
    records: Iterable[Record], day: datetime.date, *, by: User, lookup: str
) -> tuple[bytes, list[IssuedLetter]]:
    """The receipts of records of a day as one PDF, and what is to be logged; of a record without one there is none."""
    form = form_of(LetterKind.RECEIPT, day)
    found = [(record, offer) for record in records for offer in offers.receipt(offers.standing(record.events.all()))]
    content = drawn(form, [written(form, record, offer, lookup=lookup) for record, offer in found]) if found else b""
    now = clock.now()
    return content, [
        IssuedLetter(form=form, record=record, event=offer.event, issued_at=now, issued_by=by)
        for record, offer in found
    ]


def issue_register(unit: Agency, first: datetime.date, last: datetime.date, *, by: User) -> bytes:
    """The register of what was received at a unit in a period, as one PDF, logged; `Refused` says why not.

    For a period that is drawn in one go; a longer one is work for `batches`.
    """
    check_unit(by, unit)
    periods.check(first, last)
    records = list(periods.with_facts(periods.meant(LetterKind.REGISTER, unit, first, last)))
    if not records:
        raise Refused(_("Nothing was received here in this period."))
    content, log = register(records, unit, first, last, by=by)
    log.save(force_insert=True)
    return content


def register(
    records: Iterable[Record], unit: Agency, first: datetime.date, last: datetime.date, *, by: User, start: int = 1
) -> tuple[bytes, IssuedLetter]:
    """Lines of a register as one PDF, the first with the number `start`, and what is to be logged of the whole."""
    form = form_of(LetterKind.REGISTER, last)
    with translation.override(settings.LANGUAGE_CODE):
        rows = periods.rows(records, start)
        content = drawn(form, [periods.register(form, unit, first, last, rows)])
    return content, IssuedLetter(form=form, unit=unit, first=first, last=last, issued_at=clock.now(), issued_by=by)


def check_unit(by: User, unit: Agency) -> None:
    """Whether letters of a whole desk are this person's: the own desk with those that it goes on with; all of them
    for who reads all records."""
    reach = scope.reach_of(by) if by.is_active and can(by.role, Deed.ISSUE) else None
    own = {reach.unit, *reach.desks} if reach else set()
    if not (unit.pk in own or (by.is_active and can(by.role, Deed.ISSUE) and can(by.role, Deed.READ_ALL))):
        raise NotYours(_("These letters are another unit's."))


def day_of(offer: Offer) -> datetime.date:
    """The day of a letter: that of its event."""
    return timezone.localtime(offer.event.at).date() if offer.event else clock.today()


def form_of(kind: LetterKind, day: datetime.date) -> LetterForm:
    """The form of a kind that is in force on a day."""
    form = LetterForm.objects.valid_on(day).filter(kind=kind).first()
    if form is None:
        raise Refused(
            _("No form “%(kind)s” is in force on %(day)s.")
            % {"kind": LetterKind(kind).label, "day": f"{day:%d/%m/%Y}"}
        )
    return form


def written(form: LetterForm, record: Record, offer: Offer, *, lookup: str, is_masked: bool = False) -> dict[str, Any]:
    try:
        with translation.override(settings.LANGUAGE_CODE):
            return filled(form, record, offer, lookup=lookup, is_masked=is_masked)
    except Unreadable:
        raise Refused(
            _("%(code)s: the personal facts cannot be read, because their key is missing.") % {"code": record.code}
        ) from None


def drawn(form: LetterForm, letters: Sequence[dict[str, Any]]) -> bytes:
    """One PDF of letters, each on pages of its own."""
    with translation.override(settings.LANGUAGE_CODE):
        return from_html(render_to_string("records/letters/document.html", {"form": form, "letters": letters}))
