"""The private storage of result files: named by their hash, written whole or not at all, checked at each reading."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from records.models import FileKind, StoredFile

UNFINISHED = ".part"  # what a process that was killed leaves of a file


class StorageFault(Exception):
    """A file that could not be kept or read; `str()` says why, in the reader's language."""


class LocalStorage(FileSystemStorage):
    """A folder in which a file stands whole under its name or not at all, also when the disk is full or the power
    fails: it is written beside its place, brought to the disk, and renamed."""

    def _save(self, name: str, content: File) -> str:
        place = Path(self.path(name))
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(suffix=UNFINISHED, dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(place)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        remember(place.parent)
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name  # of a hash: the same name is the same content


def remember(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def place() -> Storage:
    return storages["results"]


def name_of(sha256: str) -> str:
    """ "ab/cd…": no folder holds hundreds of thousands of files."""
    return f"{sha256[:2]}/{sha256}.pdf"


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keep(content: bytes, kind: FileKind) -> StoredFile:
    """The row of this content, which lies in the storage before the row does: whoever is killed in between leaves a
    file that `check_result_files` names. `StorageFault` when it cannot be written, or was erased before."""
    sha256 = hash_of(content)
    known = StoredFile.objects.filter(pk=sha256).first()
    if known and known.erased_at:
        raise StorageFault(_("This file was erased with the record that it belonged to."))
    try:
        place().save(name_of(sha256), ContentFile(content))
    except Exception as fault:  # a full disk, a folder without permission, a storage that does not answer
        raise StorageFault(_("The file could not be kept. Nothing was changed; tell the operators.")) from fault
    facts = {"size": len(content), "kind": kind, "kept_at": clock.now()}
    return known or StoredFile.objects.get_or_create(pk=sha256, defaults=facts)[0]


def read(file: StoredFile) -> bytes:
    """The content of a file, the same to the last bit as when it was kept; else `StorageFault`."""
    if file.erased_at:
        raise StorageFault(_("The file was erased with the personal facts of its record."))
    try:
        with place().open(name_of(file.sha256)) as stored:
            content = cast(bytes, stored.read(file.size + 1))
    except Exception as fault:
        raise StorageFault(_("The file is not in the storage. Tell the operators.")) from fault
    if hash_of(content) != file.sha256:
        raise StorageFault(_("The file in the storage is not the one that was kept. Tell the operators."))
    return content


def erase(files: Iterable[StoredFile]) -> None:
    """Delete these files once the transaction is done; their rows stay and say since when."""
    for file in files:
        file.erased_at = clock.now()
        file.save(update_fields=["erased_at"])
        delete_in_the_end(file.sha256)


def drop(file: StoredFile) -> None:
    """Delete a draft that nothing holds any more, with its row."""
    if not (file.drafts.exists() or file.steps.exists()):
        delete_in_the_end(file.sha256)
        file.delete()


def delete_in_the_end(sha256: str) -> None:
    """Delete a file when the transaction is done, unless the same was kept again meanwhile. What a storage that does
    not answer still holds then, `check_result_files` names: the transaction counts all the same."""

    def delete() -> None:
        if not StoredFile.objects.filter(pk=sha256, erased_at=None).exists():
            place().delete(name_of(sha256))

    transaction.on_commit(delete, robust=True)


def names() -> Iterator[str]:
    """The names of everything in the storage."""
    storage = place()
    if isinstance(storage, FileSystemStorage) and not Path(storage.location).exists():
        return
    folders, files = storage.listdir("")
    yield from sorted(files)
    for folder in sorted(folders):
        yield from (f"{folder}/{name}" for name in sorted(storage.listdir(folder)[1]))
