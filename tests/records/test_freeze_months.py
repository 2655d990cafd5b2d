"""Freezing months in the admin: the list, the confirmation, the corrections with who and why; and what the database
refuses of a frozen month."""

import html

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from organisation.roles import Role
from records import actions, guards
from records.models import (
    AgencyFigure,
    ChannelFigure,
    FrozenCorrection,
    FrozenMonth,
    Record,
    UnitFigure,
    WorkFigure,
)
from records.statistics import frozen, rollups, tables
from records.statistics.cells import Measure
from records.statuses import Status

from .factories import in_status, moment, officer, receive, supervisor

pytestmark = pytest.mark.django_db
LIST = reverse("admin:records_frozenmonth_changelist")
FREEZE_JULY = reverse("admin:records_frozenmonth_freeze", args=[2024, 7])
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite knows this statement")
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL knows this statement")


@pytest.fixture
def record():
    """Received and resolved in July."""
    return in_status(Status.RESOLVED, at=moment("2024-07-10 09:00"))


@pytest.fixture
def watch(client):
    client.force_login(supervisor())
    return client


@pytest.fixture
def july(record):
    return frozen.freeze(moment("2024-07-01 00:00").date(), by=supervisor())


@pytest.fixture
def corrected(july, record):
    return actions.correct(record, by=officer(), reason="bấm nhầm hồ sơ")


def page_of(month):
    return reverse("admin:records_frozenmonth_change", args=[month.pk])


def text(page):
    return html.unescape(page.content.decode())


# The list --------------------------------------------------------------------------------------


def test_the_list_shows_every_month_and_which_can_be_frozen(watch, record):
    receive()  # in August, which is not over
    lines = watch.get(LIST).context["lines"]
    assert [(f"{line.month:%Y-%m}", line.told.received, line.is_over) for line in lines] == [
        ("2024-08", 1, False),
        ("2024-07", 1, True),
    ]
    page = text(watch.get(LIST))
    assert FREEZE_JULY in page
    assert reverse("admin:records_frozenmonth_freeze", args=[2024, 8]) not in page
    assert _("Invented data: a demonstration of the portal.") in page


def test_months_without_figures_between_others_are_listed_too(watch):
    receive(at=moment("2024-04-10 09:00"))
    assert [line.month.month for line in watch.get(LIST).context["lines"]] == [8, 7, 6, 5, 4]


def test_without_any_record_there_is_the_present_month_alone(watch):
    assert [line.told.received for line in watch.get(LIST).context["lines"]] == [0]


def test_the_list_costs_few_queries_however_many_months(watch, corrected, django_assert_max_num_queries):
    receive(at=moment("2022-04-12 09:00"))
    watch.get(LIST)
    with django_assert_max_num_queries(9):
        watch.get(LIST)


# Freezing --------------------------------------------------------------------------------------


def test_a_supervisor_freezes_a_month_after_looking_at_it(watch, record):
    page = watch.get(FREEZE_JULY)
    assert page.context["told"].received == 1
    assert not FrozenMonth.objects.exists()
    response = watch.post(FREEZE_JULY)
    month = FrozenMonth.objects.get()
    assert response["Location"] == page_of(month)
    assert (month.frozen_by, f"{month.month:%Y-%m}") == (supervisor(), "2024-07")
    assert supervisor().display_name in text(watch.get(LIST))


def test_a_month_that_is_not_over_or_frozen_already_is_refused_with_a_message(watch, july):
    august = reverse("admin:records_frozenmonth_freeze", args=[2024, 8])
    for address, message in ((august, "The month is not over yet."), (FREEZE_JULY, "This month is frozen already.")):
        assert watch.get(address)["Location"] == LIST
        page = watch.post(address, follow=True)
        assert _(message) in text(page)
    assert FrozenMonth.objects.count() == 1


@pytest.mark.parametrize("address", ["/admin/records/frozenmonth/2024-13/freeze/", f"{LIST}99/change/"])
def test_a_month_that_does_not_exist_is_not_found(watch, address):
    assert watch.get(address).status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.STEWARD, Role.ADMINISTRATOR])
def test_others_neither_see_nor_freeze_months(client, july, role):
    client.force_login(officer(role=role))
    for address in (LIST, FREEZE_JULY, page_of(july)):
        assert client.get(address).status_code == 403
    june = reverse("admin:records_frozenmonth_freeze", args=[2024, 6])
    assert client.post(june).status_code == 403
    assert FrozenMonth.objects.count() == 1


def test_nobody_adds_changes_or_deletes_a_month_by_a_form(watch, july):
    assert watch.get(f"{LIST}add/").status_code == 403
    assert watch.post(reverse("admin:records_frozenmonth_delete", args=[july.pk])).status_code == 403


# Corrections -----------------------------------------------------------------------------------


def test_a_correction_stands_on_the_month_with_who_why_and_its_record(watch, july, corrected):
    page = watch.get(page_of(july))
    (told,) = page.context["corrections"]
    assert (told.who, told.why) == (officer().display_name, "bấm nhầm hồ sơ")
    assert sum(by for _measure, by in told.changes) == -1
    assert reverse("admin:records_record_change", args=[corrected.pk]) in text(page)
    figures = {label: (then, now) for label, then, now in page.context["figures"]}
    assert figures[_("Resolved")] == ("1", "0")
    assert figures[_("Received")] == ("1", "1")


def test_a_reason_that_was_erased_is_told_as_erased(watch, july, corrected):
    corrected.events.get(kind="corrected").note.delete()
    (told,) = watch.get(page_of(july)).context["corrections"]
    assert told.why == _("The reason was erased.")


def test_what_an_import_changed_is_told_as_such(watch, july, record):
    rollups.note_many([Record.objects.get(pk=record.pk)])
    (told,) = watch.get(page_of(july)).context["corrections"]
    assert (told.row.event, told.why) == (None, "")
    assert told.who == _("written in bulk, by an import")


def test_a_month_without_corrections_says_so(watch, july):
    assert watch.get(page_of(july)).context["corrections"] == []


def test_many_corrections_come_page_by_page(watch, july, django_assert_max_num_queries):
    records = [in_status(Status.RESOLVED, at=moment(f"2024-07-1{day} 09:00")) for day in (1, 2, 5)]
    for record in records:
        actions.correct(record, by=officer(), reason="nhầm")
    watch.get(page_of(july))  # what waits for the cells is in them
    with django_assert_max_num_queries(10):
        page = watch.get(page_of(july))
    assert page.context["page"].paginator.count == 3 * 3  # received, resolved, taken back


# The check -------------------------------------------------------------------------------------


def broken():
    return {(table.model, now - told) for table, _key, told, now in frozen.broken()}


def test_what_was_told_and_the_corrections_are_what_the_cells_say(july, corrected):
    tables.settle()
    assert broken() == set()


def test_a_frozen_cell_that_changed_without_a_correction_is_named(july):
    AgencyFigure.objects.filter(month=july.month, measure=Measure.RECEIVED).update(count=3)
    assert broken() == {(AgencyFigure, 2)}


def test_a_month_that_was_frozen_before_agencies_had_a_table_is_checked_by_their_fields(july):
    cells = {name: rows for name, rows in july.cells.items() if name != "AgencyFigure"}
    FrozenMonth.objects.create(month="2024-06-01", frozen_by=july.frozen_by, frozen_at=july.frozen_at, cells=cells)
    assert broken() == {(table, -1) for table in (UnitFigure, AgencyFigure, WorkFigure, ChannelFigure)}


# The database ----------------------------------------------------------------------------------

REFUSED = {
    "a month's figures": "UPDATE records_frozenmonth SET cells = '{}'",
    "another month": "UPDATE records_frozenmonth SET month = '2024-06-01'",
    "another person": "UPDATE records_frozenmonth SET frozen_at = frozen_at",
    "a month deleted": "DELETE FROM records_frozenmonth WHERE month = '2024-06-01'",
    "a correction's figures": "UPDATE records_frozencorrection SET cells = '[]'",
    "a correction of another month": "UPDATE records_frozencorrection SET frozen_id = frozen_id",
    "a correction deleted": "DELETE FROM records_frozencorrection",
}


def refuse(statement):
    """Try it by plain SQL: past every model and queryset."""
    with pytest.raises(IntegrityError, match=guards.KEPT), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses(record, corrected, statement):
    receive(at=moment("2024-06-11 09:00"))
    frozen.freeze(moment("2024-06-01 00:00").date(), by=supervisor())
    refuse(statement)
    assert list(frozen.broken()) == []


@on_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO records_frozenmonth SELECT * FROM records_frozenmonth",
        "INSERT OR REPLACE INTO records_frozencorrection SELECT * FROM records_frozencorrection",
        """INSERT OR REPLACE INTO records_frozenmonth (month, frozen_at, cells, frozen_by_id)
           SELECT month, frozen_at, '{}', frozen_by_id FROM records_frozenmonth""",
    ],
)
def test_sqlite_refuses_to_replace_what_it_refuses_to_change(corrected, statement):
    refuse(statement)


@on_postgresql
@pytest.mark.parametrize("table", ["records_frozenmonth", "records_frozencorrection"])
def test_postgresql_refuses_to_empty(corrected, table):
    connection.check_constraints()
    refuse(f"TRUNCATE {table} CASCADE")


def test_models_and_querysets_are_refused_too(july, corrected):
    correction = FrozenCorrection.objects.get()
    for write in (
        july.save,
        correction.save,
        correction.delete,
        lambda: FrozenMonth.objects.update(cells={}),
        lambda: FrozenCorrection.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
