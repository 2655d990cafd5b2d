"""Records as rows of a file, one by one, in the columns that an import reads."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone

from organisation.models import Agency
from procedures.models import ChannelKind, Procedure, TimeUnit
from procedures.tables import harmless
from records.models import ApplicantKind, Collection, Record, RecordQuerySet
from records.personal import masked_name, masked_number
from records.statuses import Status

from .columns import BY_KEY, CHANNEL_NAMES, COLLECTION_NAMES, KIND_NAMES, STATUS_NAMES, UNIT_NAMES

ROWS_AT_ONCE = 2_000
# Read by people only; an import does without.
NAMES = {
    "procedure_name": ("Tên thủ tục", "Procedure name"),
    "unit_name": ("Tên đơn vị tiếp nhận", "Name of the unit"),
    "agency_name": ("Tên cơ quan giải quyết", "Name of the agency"),
    "status_name": ("Tên trạng thái", "Name of the status"),
}
KEYS = (
    *("code", "procedure", "procedure_name", "unit", "unit_name", "agency", "agency_name", "channel", "kind"),
    *("name", "identity", "phone", "email", "address", "owner", "content", "collection", "place"),
    *("limit", "limit_unit", "received_at", "due_at", "status", "status_name"),
    *("status_since", "resolved_at", "returned_at"),
)
MASKED: dict[str, Callable[[str], str]] = {"name": masked_name, "identity": masked_number, "phone": masked_number}
OPEN_ONLY = {"email", "address", "owner", "content", "place"}  # masked they would tell nothing, so they are left out


def keys(with_personal_facts: bool) -> list[str]:
    return [key for key in KEYS if with_personal_facts or key not in OPEN_ONLY]


def headers(with_personal_facts: bool, in_english: bool) -> list[str]:
    told = []
    for key in keys(with_personal_facts):
        vietnamese, english = NAMES[key] if key in NAMES else (BY_KEY[key].vietnamese[0], BY_KEY[key].english[0])
        told.append(english if in_english else vietnamese)
    return told


def rows(records: RecordQuerySet, with_personal_facts: bool) -> Iterator[list[str]]:
    """The rows of the records, of which a few thousand are in memory at a time."""
    procedures = {pk: (code, name) for pk, code, name in Procedure.objects.values_list("pk", "code", "name")}
    agencies = {pk: (code, name) for pk, code, name in Agency.objects.values_list("pk", "code", "name")}
    shown = keys(with_personal_facts)
    for record in records.order_by("pk").iterator(chunk_size=ROWS_AT_ONCE):
        told = {
            **facts(record),
            **dict(zip(("procedure", "procedure_name"), procedures[record.procedure_id], strict=True)),
            **dict(zip(("unit", "unit_name"), agencies[record.unit_id], strict=True)),
            **dict(zip(("agency", "agency_name"), agencies[record.agency_id], strict=True)),
            **personal(record, with_personal_facts),
        }
        yield [harmless(told.get(key, "")) for key in shown]


def facts(record: Record) -> dict[str, str]:
    return {
        "code": record.code,
        "channel": CHANNEL_NAMES[ChannelKind(record.channel)][0],
        "kind": KIND_NAMES[ApplicantKind(record.applicant_kind)][0],
        "collection": COLLECTION_NAMES[Collection(record.collection)][0],
        "limit": str(record.limit_value),
        "limit_unit": UNIT_NAMES[TimeUnit(record.limit_unit)][0],
        "received_at": wall(record.received_at),
        "due_at": wall(record.due_at),
        "status": str(record.status),
        "status_name": STATUS_NAMES[Status(record.status)][0],
        "status_since": wall(record.status_since),
        "resolved_at": wall(record.resolved_at),
        "returned_at": wall(record.returned_at),
    }


def personal(record: Record, in_full: bool) -> dict[str, str]:
    told: dict[str, Any] = record.personal
    return told if in_full else {key: mask(told.get(key, "")) for key, mask in MASKED.items()}


def wall(moment: datetime.datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
