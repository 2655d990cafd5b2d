"""Reports of a period: asked for by a supervisor, worked on in slices, read as XLSX and PDF."""

import io
import re
import subprocess
import sys
import zlib
from datetime import date

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from organisation.models import Agency
from organisation.roles import Role
from procedures.models import ChannelKind
from records import actions, report_files, report_sections, reports
from records.models import Record, Report, ReportFile, Scope
from records.statistics import frozen, months, reading, standing_open
from records.statistics.formula import Verdict
from records.statuses import Status

from .factories import COMMUNE, DISTRICT, in_status, moment, officer, receive, supervisor

pytestmark = pytest.mark.django_db
START = reverse("admin:records_report_add")
JULY, AUGUST = date(2024, 7, 1), date(2024, 8, 1)
TENTH = moment("2024-07-10 09:00")


@pytest.fixture
def watch(client):
    client.force_login(supervisor())
    return client


def ask(first=JULY, last=JULY, scope=Scope.CENTER):
    return reports.ask(first, last, scope, supervisor())


def made(asked):
    while reports.run_slice(asked, seconds=9):
        pass
    return asked


def address(asked, page="change", *more):
    return reverse(f"admin:records_report_{page}", args=[asked.pk, *more])


def tables(asked):
    """Title → rows, as the sections say it; in the language of the report."""
    with translation.override("vi"):
        names = {
            "headline": _("Summary"),
            "balance": _("Balance"),
            "indicator": _("Share in time by Decision 766/QĐ-TTg"),
        }
    found = {section.title: section.rows for section in report_sections.sections(asked)}
    return {**found, **{name: [row[1] for row in found[title]] for name, title in names.items()}}


# The figures -----------------------------------------------------------------------------------


@pytest.fixture
def july():
    """In July the Center received six records, one of them not accepted, and three were resolved: two in time."""
    for day in ("2024-07-08", "2024-07-09"):
        in_status(Status.RETURNED, at=moment(f"{day} 09:00"), channel=ChannelKind.ONLINE)
    late = receive(at=moment("2024-07-01 09:00"))
    actions.change_status(late, to=Status.IN_PROCESS, by=None, at=moment("2024-07-01 10:00"))
    actions.change_status(late, to=Status.RESOLVED, by=None, at=moment("2024-07-22 09:00"))
    in_status(Status.REFUSED, at=TENTH)
    in_status(Status.IN_PROCESS, at=TENTH)  # due on the 17th
    in_status(Status.IN_PROCESS, at=moment("2024-07-29 09:00"))
    receive(unit=COMMUNE, at=TENTH)


def test_the_headline_and_the_balance_tell_what_happened(july):
    told = tables(made(ask()))
    assert told["headline"][:8] == [6, 1, 3, 2, 0, 1, 66.67, 66.67]
    assert told["balance"] == [0, 6, 1, 3, 2]


def test_the_balance_goes_on_where_the_period_before_ended(july):
    receive(at=moment("2024-08-05 09:00"))
    assert tables(made(ask(AUGUST, AUGUST)))["balance"] == [2, 1, 0, 0, 3]


def test_open_records_are_judged_at_the_end_of_the_period(july):
    told = tables(made(ask()))
    # In time 2, late 1; open 1 within its time and 1 overdue; none that was not accepted.
    assert told["indicator"] == [2, 1, 1, 1, 0, 60.0]


def test_each_table_ends_with_the_whole(july):
    asked = made(ask())
    whole = reading.whole(reading.Query(JULY, JULY))
    for section in report_sections.sections(asked):
        if len(section.head) == 10:
            assert section.rows[-1][1] == whole.received == 6
            assert sum(row[1] for row in section.rows[:-1]) == 6


@pytest.mark.parametrize(("scope", "received"), [("center", 1), ("district", 1), ("commune", 2), ("all", 4)])
def test_the_scope_says_whose_receptions_count(scope, received):
    for unit in ("ttpvhcc", DISTRICT, COMMUNE, COMMUNE):
        receive(unit=unit, at=TENTH)
    asked = made(ask(scope=Scope(scope)))
    assert tables(asked)["headline"][0] == received
    assert asked.tally == {"overdue": received}


def test_times_are_told_as_within_so_many_working_days(july):
    reports.settle()
    told = reading.whole(reading.Query(JULY, JULY))
    assert (told.median, told.ninth_tenth) == (reading.Time(120), reading.Time(15 * 480))
    assert reading.Figures().median is None
    assert reading.Figures().share_in_time is None


def test_frozen_months_are_told_as_they_were_and_as_they_are(july):
    frozen.freeze(JULY, by=supervisor())
    actions.correct(Record.objects.filter(status=Status.RESOLVED).get(), by=officer(), reason="nhầm")
    asked = made(ask())
    with translation.override("vi"):
        title = _("Frozen months and their corrections")
    ((month, _day, *then, corrections, received, resolved, share),) = tables(asked)[title]
    assert (month, then, corrections) == ("07/2024", [6, 3, 66.67], 1)
    assert (received, resolved, share) == (6, 2, 100.0)


# Open at a past moment -------------------------------------------------------------------------

END = reports.end_of_month(JULY)


def judged(record):
    return dict(standing_open.tally(record.pk - 1, record.pk, END, ["center"]))


def test_what_happened_after_the_end_changes_nothing():
    record = in_status(Status.IN_PROCESS, at=TENTH)
    assert judged(record) == {Verdict.OVERDUE: 1}
    actions.change_status(record, to=Status.RESOLVED, by=None, at=moment("2024-08-02 09:00"))
    assert judged(record) == {Verdict.OVERDUE: 1}
    record = in_status(Status.IN_PROCESS, at=moment("2024-07-30 09:00"))
    actions.change_status(record, to=Status.STOPPED, by=None, reason="rút", at=moment("2024-08-20 09:00"))
    assert judged(record) == {Verdict.WITHIN: 1}


def test_what_ended_before_the_end_is_not_open():
    assert judged(in_status(Status.RESOLVED, at=TENTH)) == {}
    assert judged(in_status(Status.REFUSED, at=TENTH)) == {}
    assert judged(in_status(Status.STOPPED, at=TENTH)) == {}
    assert judged(receive(at=moment("2024-08-01 09:00"))) == {}


def test_what_was_filed_and_not_accepted_is_not_judged():
    record = in_status(Status.SUBMITTED, at=TENTH)
    assert judged(record) == {standing_open.NOT_JUDGED: 1}
    actions.change_status(record, to=Status.RECEIVED, by=None, at=moment("2024-08-02 09:00"))
    assert judged(record) == {standing_open.NOT_JUDGED: 1}
    record = in_status(Status.SUBMITTED, at=TENTH)
    actions.change_status(record, to=Status.REFUSED, by=None, reason="thiếu", at=moment("2024-08-02 09:00"))
    assert judged(record) == {standing_open.NOT_JUDGED: 1}


def test_what_waits_for_the_citizen_is_held_against_the_time_of_the_request():
    record = in_status(Status.SUPPLEMENT, at=TENTH)  # asked at once; the limit would be over on the 17th
    assert judged(record) == {Verdict.WITHIN: 1}
    # Complete in August: the limit starts anew, and July stays as it was.
    actions.change_status(record, to=Status.IN_PROCESS, by=None, at=moment("2024-08-02 09:00"))
    assert judged(record) == {Verdict.WITHIN: 1}
    late = in_status(Status.IN_PROCESS, at=moment("2024-07-01 09:00"))
    late = actions.change_status(late, to=Status.SUPPLEMENT, by=None, reason="thiếu", at=moment("2024-07-22 09:00"))
    assert judged(late) == {Verdict.OVERDUE: 1}
    actions.change_status(late, to=Status.IN_PROCESS, by=None, at=moment("2024-08-02 09:00"))
    assert judged(late) == {Verdict.OVERDUE: 1}


def test_a_second_request_for_a_supplement_counts_as_late():
    record = in_status(Status.SUPPLEMENT, at=moment("2024-07-29 08:00"))
    record = actions.change_status(record, to=Status.IN_PROCESS, by=None, at=moment("2024-07-29 10:00"))
    assert judged(record) == {Verdict.WITHIN: 1}
    record = actions.change_status(record, to=Status.SUPPLEMENT, by=None, reason="x", at=moment("2024-07-30 10:00"))
    assert judged(record) == {Verdict.OVERDUE: 1}
    # A second one in August is none of July's.
    other = in_status(Status.SUPPLEMENT, at=moment("2024-07-29 08:00"))
    other = actions.change_status(other, to=Status.IN_PROCESS, by=None, at=moment("2024-08-02 10:00"))
    actions.change_status(other, to=Status.SUPPLEMENT, by=None, reason="x", at=moment("2024-08-05 10:00"))
    assert judged(other) == {Verdict.WITHIN: 1}


def test_a_mistake_that_was_corrected_later_is_as_if_it_had_not_been():
    record = in_status(Status.RESOLVED, at=TENTH)
    record = actions.correct(record, by=None, reason="nhầm", at=moment("2024-08-02 09:00"))
    assert judged(record) == {Verdict.OVERDUE: 1}
    record = in_status(Status.IN_PROCESS, at=TENTH)
    record = actions.change_status(record, to=Status.SUPPLEMENT, by=None, reason="x", at=moment("2024-08-02 09:00"))
    actions.correct(record, by=None, reason="nhầm", at=moment("2024-08-02 10:00"))
    assert judged(record) == {Verdict.OVERDUE: 1}
    # Two mistakes, one before the end and one after it, both taken back.
    record = in_status(Status.IN_PROCESS, at=TENTH)
    record = actions.change_status(record, to=Status.SUPPLEMENT, by=None, reason="x", at=moment("2024-07-11 09:00"))
    record = actions.change_status(record, to=Status.IN_PROCESS, by=None, at=moment("2024-08-02 09:00"))
    assert judged(record) == {Verdict.WITHIN: 1}
    for hour in (10, 11):
        record = actions.correct(record, by=None, reason="nhầm", at=moment(f"2024-08-02 {hour}:00"))
    assert judged(record) == {Verdict.OVERDUE: 1}


# Asking and working ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (AUGUST, JULY, "The last month lies before the first."),
        (JULY, date(2024, 9, 1), "The last month has not begun."),
        (date(2010, 1, 1), JULY, "At most %(count)d months at a time."),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(first, last, message):
    with pytest.raises(actions.Refused) as refusal:
        ask(first, last)
    assert str(refusal.value) == _(message) % {"count": months.MOST}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.STEWARD, Role.ADMINISTRATOR])
def test_only_supervisors_ask_for_reports(role):
    with pytest.raises(actions.NotYours):
        reports.ask(JULY, JULY, Scope.CENTER, officer(role=role))


def test_the_work_is_done_in_slices_and_goes_on_where_it_stopped(july, monkeypatch):
    monkeypatch.setattr(reports, "RANGE", 3)
    asked, reached = ask(), []
    while reports.run_slice(asked, seconds=0):
        reached.append(asked.reached)
        asked = Report.objects.get(pk=asked.pk)
    assert reached == [*sorted(set(reached[:-1])), asked.until]
    assert len(reached) > 3
    assert asked.tally == {"within": 1, "overdue": 1}
    assert set(asked.files.values_list("kind", flat=True)) == {"xlsx", "pdf"}


def test_what_two_do_at_the_same_time_counts_once(july):
    asked = ask()
    other = Report.objects.get(pk=asked.pk)
    reports.judge_some(asked)
    reports.judge_some(other)
    assert made(other).tally == {"within": 1, "overdue": 1}
    reports.write(asked, ReportFile.Kind.XLSX)
    assert asked.files.count() == 2


def test_a_report_is_of_the_moment_when_it_was_asked_for(july, settings):
    asked = ask(JULY, AUGUST)
    assert asked.judged_at == asked.made_at
    assert ask().judged_at == END


def test_the_command_finishes_what_was_left(july):
    asked, out = ask(), io.StringIO()
    call_command("make_reports", stdout=out)
    assert out.getvalue().splitlines()[-1] == "07/2024–07/2024: made"
    assert made(asked).state == Report.State.DONE
    call_command("make_reports", stdout=out)
    assert out.getvalue().splitlines()[-1] == "No report was left unfinished."
    before = out.getvalue()
    call_command("make_reports", stdout=out, verbosity=0)
    assert out.getvalue() == before


# The files -------------------------------------------------------------------------------------


def book_of(asked):
    return openpyxl.load_workbook(io.BytesIO(bytes(asked.files.get(kind="xlsx").content)))


def test_the_workbook_has_a_sheet_for_each_table_with_numbers_as_numbers(july):
    asked = made(ask())
    book = book_of(asked)
    sections = report_sections.sections(asked)
    assert [sheet["A1"].value for sheet in book] == [section.title for section in sections]
    cells = {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    assert {6, 66.67} <= cells
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("begin", "=+-@")
def test_no_name_is_taken_for_a_formula(begin):
    Agency.objects.filter(code=COMMUNE).update(name=f"{begin}1+1")
    receive(unit=COMMUNE, at=TENTH)
    book = book_of(made(ask(scope=Scope.COMMUNES)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if str(cell.value).endswith("1+1")]
    assert {cell.value for cell in cells} == {f"'{begin}1+1"}
    assert {cell.data_type for cell in cells} == {"s"}


def test_a_demonstration_says_on_every_sheet_and_in_the_letter_that_it_is_invented(july, settings):
    asked = made(ask())
    with translation.override("vi"):
        words = report_files.invented()
        assert words in report_files.html(asked, report_sections.sections(asked))
    assert all(words in [cell.value for cell in sheet["A"]] for sheet in book_of(asked))
    settings.PORTAL_TODAY = None
    with translation.override("vi"):
        assert words not in report_files.html(asked, report_sections.sections(asked))


def test_the_pdf_is_a4_with_the_typeface_inside(july):
    content = bytes(made(ask()).files.get(kind="pdf").content)
    assert content.startswith(b"%PDF-")
    packed = re.findall(rb"/FlateDecode[^>]*>>\s*stream\n(.*?)\nendstream", content, re.DOTALL)
    parts = b"\n".join(zlib.decompressobj().decompress(part) for part in packed)
    assert re.search(rb"/MediaBox ?\[0 0 595\.\d+ 841\.\d+\]", parts)
    assert {name.split(b"+")[1][:14] for name in re.findall(rb"/BaseFont ?/([\w+-]+)", parts)} == {b"Be-Vietnam-Pro"}


def test_the_letter_holds_every_table_and_no_person(july):
    asked = made(ask())
    with translation.override("vi"):
        letter = report_files.html(asked, report_sections.sections(asked))
    assert letter.count("<section") == len(report_sections.sections(asked))
    assert "99,8" not in letter
    assert "66,67" in letter
    assert "H02.15-" not in letter


@pytest.mark.usefixtures("without_pango")
def test_without_pango_the_workbook_is_there_and_the_missing_package_is_named(july):
    asked = made(ask())
    assert (asked.state, list(asked.files.values_list("kind", flat=True))) == (Report.State.DONE, ["xlsx"])
    assert "libpango-1.0-0" in asked.fault


def test_the_portal_starts_without_loading_what_makes_pdfs():
    program = (
        "import sys, django; django.setup(); import portal.urls; "
        "print(sum(name.startswith('weasyprint') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


# The pages -------------------------------------------------------------------------------------


def test_a_supervisor_asks_waits_and_downloads(watch, july):
    sent = {"first": "2024-07-01", "last": "2024-07-01", "scope": "center"}
    page = watch.post(START, sent, follow=True)
    asked = Report.objects.get()
    while "admin/records/report_page.html" not in [template.name for template in page.templates]:
        page = watch.get(address(asked))
    assert list(page.context["kinds"]) == ["xlsx", "pdf"]
    for kind, start in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        file = watch.get(address(asked, "file", kind))
        assert file.content.startswith(start)
        assert file["Content-Disposition"] == f'attachment; filename="bao-cao-2024-07-2024-07-center.{kind}"'
    assert watch.get(reverse("admin:records_report_changelist")).status_code == 200


def test_the_page_of_a_report_under_way_does_a_slice_and_asks_for_the_next(watch, july, monkeypatch):
    monkeypatch.setattr(reports, "SLICE", 0)
    monkeypatch.setattr(reports, "RANGE", 3)
    asked = ask()
    page = watch.get(address(asked)).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="0"></noscript>' in page
    assert re.search(r'<progress max="\d+" value="\d+"', page)[0] == f'<progress max="{asked.until}" value="3"'


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": "2024-08-01", "last": "2024-07-01"},
        {"first": "2031-01-01"},
        {"first": "nonsense"},
        {"scope": "moon"},
        {"last": ""},
    ],
)
def test_a_wrong_period_is_told_and_makes_nothing(watch, july, wrong):
    receive()
    page = watch.post(START, {"first": "2024-07-01", "last": "2024-08-01", "scope": "center", **wrong})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Report.objects.exists()


def test_the_form_proposes_the_months_of_this_year_that_are_over(watch):
    receive(at=moment("2023-11-10 09:00"))
    form = watch.get(START).context["form"]
    assert form.initial == {"first": "2024-01-01", "last": "2024-07-01"}
    assert [key for key, _label in form.fields["first"].choices][::9] == ["2024-08-01", "2023-11-01"]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.STEWARD, Role.ADMINISTRATOR])
def test_others_see_no_reports(client, july, role):
    asked = made(ask())
    client.force_login(officer(role=role))
    addresses = [START, reverse("admin:records_report_changelist"), address(asked), address(asked, "file", "pdf")]
    assert {client.get(one).status_code for one in addresses} == {403}


def test_a_file_that_does_not_exist_is_not_found(watch, july):
    asked = ask()
    assert watch.get(address(asked, "file", "pdf")).status_code == 404
    assert watch.get(address(asked, "file", "exe")).status_code == 404
    assert watch.get("/admin/records/report/0/change/").status_code == 404


def test_nobody_changes_or_deletes_a_report(watch, july):
    asked = made(ask())
    assert watch.post(reverse("admin:records_report_delete", args=[asked.pk])).status_code == 403


def test_tables_cost_the_same_queries_however_many_records(july, django_assert_max_num_queries):
    asked = made(ask())
    with django_assert_max_num_queries(24):
        report_sections.sections(asked)
