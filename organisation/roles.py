"""What each role may do, as one table. `backends.RoleBackend` answers Django's permission checks from it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OFFICER = "officer", _("Officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    STEWARD = "steward", _("Catalogue steward")
    ADMINISTRATOR = "administrator", _("Administrator")


VIEW = frozenset({"view"})
EDIT = frozenset({"view", "add", "change", "delete"})
NO_DELETE = EDIT - {"delete"}

# role → what it may do with every model of an application, or with one model of it.
# Agencies, procedures and fields are withdrawn by date, not deleted: records point at them.
PERMISSIONS: dict[str, dict[str, frozenset[str]]] = {
    Role.OFFICER: {"procedures": VIEW, "organisation.agency": VIEW},
    Role.SUPERVISOR: {"procedures": VIEW, "organisation.agency": VIEW, "organisation.user": VIEW},
    Role.STEWARD: {
        "procedures": EDIT,
        "procedures.failedsearch": VIEW,
        "procedures.procedure": NO_DELETE,
        "procedures.field": NO_DELETE,
        "organisation.agency": NO_DELETE,
    },
    Role.ADMINISTRATOR: {
        "procedures": EDIT,
        "procedures.failedsearch": VIEW,
        "procedures.procedure": NO_DELETE,
        "procedures.field": NO_DELETE,
        "organisation.agency": NO_DELETE,
        "organisation.user": NO_DELETE,
    },
}


def may(role: str, permission: str) -> bool:
    """Whether `role` holds `permission`, written as Django writes it: "procedures.change_procedure"."""
    app, _dot, codename = permission.partition(".")
    action, _underscore, model = codename.partition("_")
    table = PERMISSIONS.get(role, {})
    return action in table.get(f"{app}.{model}", table.get(app, frozenset()))
