"""Papers that are drawn from a template."""

import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from organisation.models import Agency, AgencyKind
from portal import clock
from records.models import Record
from records.pdf import from_html


def drawn(template: str, **context: Any) -> bytes:
    with translation.override(settings.LANGUAGE_CODE):
        return from_html(render_to_string(f"records/papers/{template}.html", context))


def result(record: Record, *, content: str, title: str) -> bytes:
    """A result as a PDF on A4, to be signed: head and foot of an administrative document (Annex I Decree
    30/2020/NĐ-CP), between them `title` and `content`, whose empty lines part paragraphs.

    Below the text lie 45 mm for the seal, which stands at the bottom right of the last page.
    """
    above, agency = letterhead(record.agency)
    return drawn(
        "result",
        record=record,
        above=above,
        agency=agency,
        name=record.personal.get("name", ""),
        title=title,
        content=content,
        province=settings.PORTAL_PROVINCE,
        made=timezone.localtime(clock.now()),
        is_invented=bool(settings.PORTAL_TODAY),
    )


def letterhead(agency: Agency) -> tuple[str, str]:
    """What stands at the head of an agency's documents: the authority above it, empty where there is none in the
    province, and its own name."""
    is_place = agency.kind in (AgencyKind.DISTRICT, AgencyKind.COMMUNE)
    above = "" if is_place or agency.parent is None else agency.parent.name
    return above, f"Ủy ban nhân dân {agency.name}" if is_place else agency.name


def stamp(*, center: str, at: datetime.datetime) -> bytes:
    """The electronic seal as it is drawn: one page of 70 × 24 mm with the name of the Center and the time."""
    return drawn("stamp", center=center, at=timezone.localtime(at))
