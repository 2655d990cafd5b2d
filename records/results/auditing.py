"""The storage of results compared with what the tables say of it."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet

from records.models import ResultStep, StoredFile

from . import storage

PAGE = 500


class Fault(NamedTuple):
    """A file that is not as the tables say; `name` is a hash, or a name in the storage."""

    name: str
    why: str


def faults() -> Iterator[Fault]:
    """What is wrong, file by file: missing and altered ones, those that nobody holds, and steps whose event tells
    another file. May run beside the portal: what is only just being kept is looked at again in the end."""
    strange = set(storage.names()) - {storage.name_of(key) for key in kept().values_list("pk", flat=True).iterator()}
    for file in kept().iterator(chunk_size=PAGE):
        if why := fault_of(file):
            yield Fault(file.sha256, why)
    for file in kept().filter(steps=None, drafts=None):
        yield Fault(file.sha256, "no record holds it")
    for step in ResultStep.objects.select_related("event").iterator(chunk_size=PAGE):
        if step.event.details.get("file") != step.file_id:
            yield Fault(step.file_id, f"the history tells another file (event {step.event_id})")
    known = {storage.name_of(key) for key in kept().values_list("pk", flat=True).iterator()}
    for name in sorted(strange - known):
        yield Fault(name, orphan(name))


def kept() -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(erased_at=None).order_by("pk")


def fault_of(file: StoredFile) -> str:
    """What is wrong with a file in the storage; empty when nothing is."""
    try:
        storage.read(file)
    except storage.StorageFault:
        return "altered" if storage.place().exists(storage.name_of(file.sha256)) else "missing"
    return ""


def orphan(name: str) -> str:
    return "unfinished" if name.endswith(storage.UNFINISHED) else "orphan: no table knows it"
