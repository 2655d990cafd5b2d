"""The letters of a desk that are long work: how far they are, and the file when it is there."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from organisation.models import Agency, User
from organisation.roles import Deed, can
from portal import clock
from records import scope
from records.letters import batches
from records.letters.serving import answer
from records.models import LetterBatch

from .forms import person_name

SHOWN = 20  # batches on the page of a desk


def desks(user: User) -> QuerySet[Agency]:
    """The units whose receptions this person issues letters of: see `issuing.check_unit`."""
    if not (user.is_active and can(user.role, Deed.ISSUE)):
        return Agency.objects.none()
    units = Agency.objects.filter(receives_records=True).order_by("name", "code")
    if can(user.role, Deed.READ_ALL):
        return units
    reach = scope.reach_of(user)
    return units.filter(pk__in=[reach.unit, *reach.desks]) if reach else Agency.objects.none()


def lately(units: QuerySet[Agency]) -> Sequence[tuple[LetterBatch, str]]:
    """The batches of some units whose files are still kept, the last first, each with who asked for it."""
    rows = LetterBatch.objects.filter(unit__in=units, made_at__gt=clock.now() - batches.KEPT)
    return [(batch, person_name(batch.made_by)) for batch in rows.select_related("unit", "made_by")[:SHOWN]]


def show(request: HttpRequest, user: User, key: int, context: dict[str, Any]) -> HttpResponse:
    """A slice for each time the page is asked for: the work began with a POST, and anybody may see it done."""
    batch = fetch(user, key)
    left = batch.state == LetterBatch.State.RUNNING and batches.run_slice(batch, seconds=batches.SLICE)
    context |= {
        "title": batch.get_kind_display(),
        "batch": batch,
        "maker": person_name(batch.made_by),
        "left": left,
        "is_kept": batch.pieces.exists(),
    }
    return TemplateResponse(request, "admin/records/record/letter_batch.html", context)


def download(user: User, key: int) -> HttpResponse:
    batch = fetch(user, key)
    content = batches.file_of(batch)
    if content is None:
        raise Http404
    return answer(content, f"{batch.kind}-{batch.first}-{batch.last}")


def fetch(user: User, key: int) -> LetterBatch:
    """A batch of a desk whose letters this person issues; any other is as if it did not exist."""
    rows = LetterBatch.objects.select_related("unit__parent", "made_by").filter(unit__in=desks(user))
    return get_object_or_404(rows, pk=key)
