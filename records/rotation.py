"""Personal facts sealed anew with the newest key, a page of rows at a time, beside a portal that runs.

What has the newest key already is left alone: a run that was interrupted goes on with the next one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction

from . import personal

PAGE = 500


@dataclass
class Rotated:
    """What became of the rows of a page."""

    looked_at: int
    sealed_anew: int = 0
    unreadable: list[int] = field(default_factory=list)  # keys of rows that no key of the environment opens


def sealed_columns() -> list[tuple[type[models.Model], str]]:
    """Every column of this application that holds sealed facts: the binary ones whose name says so."""
    return [
        (model, column.attname)
        for model in apps.get_app_config("records").get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, models.BinaryField) and column.attname.startswith("sealed")
    ]


def rotate(model: type[models.Model], column: str) -> Iterator[Rotated]:
    """Seal a column anew, in the order of the rows' keys."""
    rows = model._default_manager.exclude(**{column: None}).order_by("pk").values_list("pk", column)
    last = 0
    while page := list(rows.filter(pk__gt=last)[:PAGE]):
        old = [key for key, sealed in page if not personal.has_newest_key(sealed)]
        yield seal_anew(model, column, old, len(page))
        last = page[-1][0]


@transaction.atomic
def seal_anew(model: type[models.Model], column: str, keys: Sequence[int], looked_at: int) -> Rotated:
    """Seal these rows anew. They are read again under a lock: somebody may have written one meanwhile."""
    told, changed = Rotated(looked_at), []
    rows = model._default_manager.select_for_update().filter(pk__in=keys).exclude(**{column: None})
    for row in rows.order_by("pk").only(column):
        try:
            setattr(row, column, personal.rotate(getattr(row, column)))
        except personal.Unreadable:
            told.unreadable.append(row.pk)
        else:
            changed.append(row)
    told.sealed_anew = model._default_manager.bulk_update(changed, [column])
    return told
