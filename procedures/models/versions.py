"""A procedure as it was: records stay pinned to the version under which they were received."""

import hashlib
import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .procedure import Procedure


class ProcedureVersion(models.Model):
    """What a procedure promised and asked for at some time; equal states are one row."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions", verbose_name=_("procedure"))
    digest = models.CharField(max_length=64)  # SHA-256 of the facts as canonical JSON
    facts = models.JSONField(_("facts"))
    made_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    moves_stamp = False  # it repeats what the catalogue's own rows say

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        ordering = ["procedure", "id"]
        constraints = [models.UniqueConstraint(fields=["procedure", "digest"], name="procedure_version_once")]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.digest[:8]}"


def facts_of(procedure: Procedure) -> dict[str, Any]:
    """What an applicant relies on: name, decision, ways to hand in with time and fee, papers."""
    channels = procedure.channels.values("position", "kind", "time", "unit", "fee_vnd", "note", "basis")
    papers = procedure.documents.values("position", "case", "name", "originals", "copies", "form")
    return {
        "code": procedure.code,
        "name": procedure.name,
        "decision": procedure.decision,
        "channels": list(channels),
        "documents": list(papers),
    }


def pin(procedure: Procedure) -> ProcedureVersion:
    """The version that holds now; made when the catalogue says something new."""
    facts = facts_of(procedure)
    digest = hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    version, _made = ProcedureVersion.objects.get_or_create(
        procedure=procedure, digest=digest, defaults={"facts": facts}
    )
    return version
