"""What the figures mean: told on the statistics page, to which every figure leads, and at the end of a report."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

JUDGED_BY = _("Decision 766/QĐ-TTg")


class Definition(NamedTuple):
    """A word and its meaning; `key` is its anchor on the page, `source` the rule that it follows."""

    key: str
    word: Promise
    meaning: Promise
    source: Promise | str = ""


EVERYWHERE = [
    Definition(
        "received",
        pgettext_lazy("figures", "Received"),
        _("Every record, by the day on which it was handed in at the desk, sent by post or filed online."),
    ),
    Definition(
        "not-accepted",
        pgettext_lazy("figures", "Not accepted"),
        _("Refused at reception, with a reason (status 3). Such a record is not judged for time."),
    ),
    Definition(
        "resolved",
        pgettext_lazy("figures", "Resolved"),
        _(
            "Ended after it was accepted: the result is at the desk (status 9) or returned (10), or the record was "
            "stopped with a reason (8). Counted in the month of its end: ahead of time, on time and late together."
        ),
    ),
    Definition("ahead", pgettext_lazy("figures", "Ahead of time"), _("Ended before the promised day."), JUDGED_BY),
    Definition(
        "on-time",
        pgettext_lazy("figures", "On time"),
        _("Ended on the promised day, not after the promised moment."),
        JUDGED_BY,
    ),
    Definition(
        "late",
        pgettext_lazy("figures", "Late"),
        _(
            "Ended after the promised moment. The first promise counts, moved only by days that were swapped and by "
            "the time that the office waited for the citizen; a new appointment changes nothing. A record that ends "
            "without a result after more than one request for a supplement counts as late."
        ),
        _("Decision 766/QĐ-TTg; Art. 19 Decree 61/2018/NĐ-CP"),
    ),
    Definition(
        "in-process",
        _("In process at the end"),
        _(
            "Received since the beginning and by the end of the period neither resolved nor refused. Hence the "
            "balance: in process at the start + received = resolved + not accepted + in process at the end."
        ),
    ),
    Definition(
        "share-on-time",
        _("Share on time"),
        _(
            "(Ahead of time + on time) / resolved, in per cent with two decimals; N/A when nothing was resolved. "
            "Never rounded up to 100."
        ),
        JUDGED_BY,
    ),
    Definition("share-online", _("Share online"), _("Of the resolved records, those that were filed online.")),
    Definition(
        "working-time",
        _("Half within, nine in ten within"),
        _(
            "Office time from the acceptance to the end, without the time in which the office waited for the citizen "
            "(a supplement, a payment). “Half within” is the median, “nine in ten within” the 90th percentile. A "
            "working day has eight office hours."
        ),
        _("Art. 19 Decree 61/2018/NĐ-CP"),
    ),
    Definition(
        "frozen",
        _("Frozen months"),
        _(
            "A month that was reported is frozen. What is corrected later changes its figures here, and the line of "
            "the month says by how much."
        ),
    ),
]
ON_THE_PAGE = [
    *EVERYWHERE,
    Definition(
        "few",
        _("Groups with few records"),
        _(
            "Groups that received or resolved fewer than 5 records stand together in the last line, so that no figure "
            "points at a person. Where that line would be as small itself, the next smallest groups join it: "
            "otherwise it could be found by taking the others from the whole."
        ),
    ),
    Definition(
        "structure",
        _("Units as they were then, as they are now"),
        _(
            "Then: the unit that did the work. Now: the unit that stands in its place today, and for a field of work "
            "the agency that owns it today."
        ),
    ),
    Definition(
        "catalogue",
        _("The Center’s figures and the catalogue’s count"),
        _(
            "The Center’s figures count the records received at the Center; the one-stop shops of districts and "
            "communes have their own. The catalogue counts procedures: what can be applied for, however often it is."
        ),
    ),
]
IN_A_REPORT = [
    *EVERYWHERE,
    Definition(
        "indicator",
        _("Share in time by Decision 766/QĐ-TTg"),
        _(
            "Records that ended in time and open ones that are within their time, of all that ended in the period or "
            "were open at its end."
        ),
    ),
]
