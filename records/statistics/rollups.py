"""The figures, kept in step with the records.

A change of a record writes what changes in the figures as rows of their own, in its own transaction: nobody waits for
anybody, and no cell is a bottleneck. Whoever reads the figures puts those rows into the cells first (`settle`). What
is written in bulk goes into the cells at once.
"""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from records.models import Event, Record

from . import frozen, locks
from .cells import Cells, of_record
from .tables import add, let_wait, settle

SETTLED_EVERY = 200  # events, where nobody reads the figures for a while


def note(record: Record, event: Event) -> None:
    """Write down what an event changes in the figures: mostly nothing."""
    changes = of_record(record)
    changes.subtract(record.counted)
    changes = Counter({cell: by for cell, by in changes.items() if by})
    if not changes:
        return
    let_wait(changes)
    frozen.note(changes, event)
    if event.pk % SETTLED_EVERY == 0:
        transaction.on_commit(settle, robust=True)


def note_many(records: Iterable[Record]) -> None:
    """Put records that were written in bulk into the cells. The caller's transaction ends soon."""
    changes: Cells = Counter()
    for record in records:
        changes.update(of_record(record))
    frozen.note(changes, None)
    locks.have_cells()
    add(changes)
