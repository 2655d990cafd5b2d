"""What each role may do, as one table. `backends.RoleBackend` answers Django's permission checks from it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OFFICER = "officer", _("Officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    STEWARD = "steward", _("Catalogue steward")
    ADMINISTRATOR = "administrator", _("Administrator")


NOTHING: frozenset[str] = frozenset()
VIEW = frozenset({"view"})
EDIT = frozenset({"view", "add", "change", "delete"})
ENTER = frozenset({"view", "add"})
NO_DELETE = EDIT - {"delete"}
NO_ADD = EDIT - {"add"}
# What the search counts for itself; what is read of it stands on the page of searches.
COUNTS = dict.fromkeys(
    [f"procedures.{name}" for name in ("searchcount", "searchopened", "daysalt", "visit", "notduplicate")], NOTHING
)

# role → what it may do with every model of an application, or with one model of it.
# Agencies, procedures and fields are withdrawn by date, not deleted: records point at them. A version of the
# catalogue is made by what changes it, and never changes; whoever may add a load may also take a version back.
PERMISSIONS: dict[str, dict[str, frozenset[str]]] = {
    Role.OFFICER: {
        "procedures": VIEW,
        "procedures.catalogueload": NOTHING,
        **COUNTS,
        "procedures.correction": NOTHING,
        "organisation.agency": VIEW,
        "records.record": VIEW,
        "records.bulkjob": VIEW,
        "records.dayexception": VIEW,
    },
    Role.SUPERVISOR: {
        "procedures": VIEW,
        "procedures.catalogueload": NOTHING,
        **COUNTS,
        "procedures.correction": NOTHING,
        "organisation.agency": VIEW,
        "organisation.user": VIEW,
        "records.record": VIEW,
        "records.bulkjob": VIEW,
        "records.dayexception": VIEW,
        "records.recordread": VIEW,
        "records.lookupfailure": VIEW,
        "records.frozenmonth": VIEW,
        "records.report": VIEW,
        "records.issuedletter": VIEW,
    },
    Role.STEWARD: {
        "procedures": EDIT,
        "procedures.catalogueversion": VIEW,
        "procedures.catalogueload": NO_DELETE,
        **COUNTS,
        "procedures.searchcount": VIEW,
        "procedures.correction": NO_ADD,
        "procedures.procedure": NO_DELETE,
        "procedures.field": NO_DELETE,
        "organisation.agency": NO_DELETE,
        "organisation.reorganisation": VIEW,
    },
    Role.ADMINISTRATOR: {
        "procedures": EDIT,
        "procedures.catalogueversion": VIEW,
        "procedures.catalogueload": NO_DELETE,
        **COUNTS,
        "procedures.searchcount": VIEW,
        "procedures.correction": NO_ADD,
        "procedures.procedure": NO_DELETE,
        "procedures.field": NO_DELETE,
        "organisation.agency": NO_DELETE,
        "organisation.user": NO_DELETE,
        "organisation.reorganisation": ENTER,
        "records.dayexception": EDIT,
        "records.letterform": NO_DELETE,
        "records.lookupfailure": VIEW,
        "records.signatory": NO_DELETE,
    },
}


class Deed(models.TextChoices):
    """What somebody may do with records, besides the plain permissions above."""

    READ_OWN = "read_own", _("read the records of the own unit")
    READ_ALL = "read_all", _("read all records")
    RECEIVE = "receive", _("receive records")
    MOVE = "move", _("change the status of records of the own unit")
    SUPPLEMENT_AGAIN = "supplement_again", _("ask for a second supplement")
    CORRECT = "correct", _("undo a mistaken change")
    SEE_READINGS = "see_readings", _("see who opened which record")
    ISSUE = "issue", _("issue letters")
    ERASE = "erase", _("erase personal facts after their term")
    KEEP_DAYS = "keep_days", _("keep the table of days off")
    MONITOR = "monitor", _("see the monitoring board of every unit")
    FREEZE = "freeze", _("freeze the figures of a month")
    SIGN = "sign", _("sign results of the own agency")
    WITHDRAW_RESULT = "withdraw_result", _("withdraw a result that was given out")


# A supervisor reads everything, and acts where the rules ask for more than the officer's word.
DEEDS: dict[str, frozenset[Deed]] = {
    Role.OFFICER: frozenset({Deed.READ_OWN, Deed.RECEIVE, Deed.MOVE, Deed.CORRECT, Deed.ISSUE, Deed.SIGN}),
    Role.SUPERVISOR: frozenset(
        {
            Deed.READ_ALL,
            Deed.SUPPLEMENT_AGAIN,
            Deed.CORRECT,
            Deed.ISSUE,
            Deed.ERASE,
            Deed.SEE_READINGS,
            Deed.MONITOR,
            Deed.FREEZE,
            Deed.WITHDRAW_RESULT,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Deed.KEEP_DAYS}),
}


def can(role: str, deed: Deed) -> bool:
    """Whether `role` may do `deed`."""
    return deed in DEEDS.get(role, frozenset())


def may(role: str, permission: str) -> bool:
    """Whether `role` holds `permission`, written as Django writes it: "procedures.change_procedure"."""
    app, _dot, codename = permission.partition(".")
    action, _underscore, model = codename.partition("_")
    table = PERMISSIONS.get(role, {})
    return action in table.get(f"{app}.{model}", table.get(app, frozenset()))
