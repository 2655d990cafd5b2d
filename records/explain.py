"""How a due date was computed, in sentences for officer and citizen."""

import datetime
from collections.abc import Callable

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procedures.models import TimeUnit

from .deadlines import Deadline, Step, StepKind


def sentences(deadline: Deadline) -> list[str]:
    """One sentence for each step of the computation, in order, in the reader's language."""
    return [WORDED[step.kind](step) for step in deadline.steps]


def day(moment: datetime.datetime) -> str:
    return date_format(moment, "DATE_FORMAT")


def moment_text(moment: datetime.datetime) -> str:
    return date_format(moment, "DATETIME_FORMAT")


def started(step: Step) -> str:
    return _("The time limit started at %(moment)s.") % {"moment": moment_text(step.at)}


def counted(step: Step) -> str:
    texts = {
        TimeUnit.WORKING_DAY: ngettext(
            "%(count)d working day, counted from the following day: until %(day)s.",
            "%(count)d working days, counted from the following day: until %(day)s.",
            step.number,
        ),
        TimeUnit.DAY: ngettext(
            "%(count)d day, counted from the following day: until %(day)s.",
            "%(count)d days, counted from the following day: until %(day)s.",
            step.number,
        ),
        TimeUnit.MONTH: ngettext("%(count)d month later: %(day)s.", "%(count)d months later: %(day)s.", step.number),
        TimeUnit.HOUR: ngettext(
            "%(count)d office hour: until %(moment)s.", "%(count)d office hours: until %(moment)s.", step.number
        ),
    }
    return texts[TimeUnit(step.unit)] % {"count": step.number, "day": day(step.at), "moment": moment_text(step.at)}


def skipped(step: Step) -> str:
    text = ngettext(
        "%(count)d day off in between (weekend or holiday) does not count.",
        "%(count)d days off in between (weekends and holidays) do not count.",
        step.number,
    )
    return text % {"count": step.number}


def paused(step: Step) -> str:
    if step.unit == TimeUnit.HOUR:
        text = ngettext(
            "%(count)d office hour in which the office waited for the applicant does not count: until %(moment)s.",
            "%(count)d office hours in which the office waited for the applicant do not count: until %(moment)s.",
            step.number,
        )
    else:
        text = ngettext(
            "%(count)d day on which the office waited for the applicant does not count: until %(day)s.",
            "%(count)d days on which the office waited for the applicant do not count: until %(day)s.",
            step.number,
        )
    return text % {"count": step.number, "day": day(step.at), "moment": moment_text(step.at)}


def moved(step: Step) -> str:
    return _("That is a day off: the next working day is %(day)s.") % {"day": day(step.at)}


def stands(step: Step) -> str:
    return _("Since %(moment)s the clock stands still: the office waits for the applicant.") % {
        "moment": moment_text(step.at)
    }


def due(step: Step) -> str:
    return _("So the record is due at %(moment)s.") % {"moment": moment_text(step.at)}


WORDED: dict[StepKind, Callable[[Step], str]] = {
    StepKind.STARTED: started,
    StepKind.COUNTED: counted,
    StepKind.SKIPPED: skipped,
    StepKind.PAUSED: paused,
    StepKind.MOVED: moved,
    StepKind.STANDS: stands,
    StepKind.DUE: due,
}
