"""Records that have ended, and what a page of figures says."""

import datetime
import re

from records import actions
from records.statuses import Status

from .factories import CENTER, moment, officer, receive

JULY, AUGUST = moment("2024-07-01 09:00"), moment("2024-08-01 09:00")


def resolved(count, unit=CENTER, **changes):
    """Receive so many records at a unit and bring them to their end within two hours."""
    for _number in range(count):
        record = receive(unit=unit, **changes)
        for hours, status in enumerate((Status.IN_PROCESS, Status.RESOLVED), start=1):
            at = record.received_at + datetime.timedelta(hours=hours)
            actions.change_status(record, to=status, by=officer(unit), at=at)


def headline(response):
    """What stands on top of the page: title → text."""
    return {column.title: text for column, text in response.context["headline"]}


def lines(response, table="groups"):
    """The lines of a table: name → its cells as texts."""
    part = response.text.split(f'<section aria-labelledby="{table}">')[-1].split("</section>")[0]
    found = {}
    for row in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', part):
        name = re.sub(r'<span class="small-note">.*?</span>|<[^>]+>', "", row[0])
        found[name] = [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row[1])]
    return found
