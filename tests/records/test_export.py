"""`export_records`: records as a file, masked unless asked otherwise, that an import reads again."""

import csv
import io
import stat

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from procedures.models import ChannelKind
from records import actions
from records.exchange import exporting
from records.models import Event, Record
from records.statuses import Status

from .factories import APPLICANT, COMMUNE, NINE, any_procedure, broken, in_status, moment, officer, receive

pytestmark = pytest.mark.django_db


def export(*arguments, **options):
    out = io.StringIO()
    call_command("export_records", *arguments, stdout=out, **options)
    return out.getvalue()


def rows(*arguments, **options):
    return list(csv.DictReader(io.StringIO(export(*arguments, **options))))


def codes(**options):
    return [row["Mã hồ sơ"] for row in rows(**options)]


def test_a_record_is_a_row_with_its_times_and_names():
    record = in_status(Status.RETURNED)
    (row,) = rows()
    assert row["Mã hồ sơ"] == record.code
    assert row["Mã thủ tục"] == record.procedure.code
    assert (row["Đơn vị tiếp nhận"], row["Tên cơ quan giải quyết"]) == ("ttpvhcc", record.agency.name)
    assert (row["Trạng thái"], row["Tên trạng thái"]) == ("10", "Đã trả kết quả")
    assert (row["Thời hạn"], row["Đơn vị thời hạn"]) == ("5", "ngày làm việc")
    assert row["Ngày tiếp nhận"] == "2024-08-28 09:00:00"
    assert row["Ngày trả kết quả"] == "2024-08-28 12:00:00"


def test_headers_are_known_in_english_too():
    receive()
    (row,) = rows(english=True)
    assert row["Record code"] == "H02.15-240828-0001"
    assert row["Time limit"] == "5"


# Personal facts --------------------------------------------------------------------------------


def test_personal_facts_are_masked_or_left_out():
    receive()
    text = export()
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["Người nộp"] == "N***** V** M**"
    assert row["Điện thoại"].endswith("678") and "0912" not in text
    assert not {"Địa chỉ", "Thư điện tử", "Chủ hồ sơ", "Nội dung"} & row.keys()
    assert not any(secret in text for secret in (APPLICANT.name, APPLICANT.email, APPLICANT.address))


def test_personal_facts_are_there_when_asked_for():
    receive()
    (row,) = rows(with_personal_facts=True)
    assert (row["Người nộp"], row["Thư điện tử"]) == (APPLICANT.name, APPLICANT.email)


def test_an_erased_record_has_no_facts_left():
    actions.erase(in_status(Status.RETURNED), by=None)
    (row,) = rows(with_personal_facts=True)
    assert row["Người nộp"] == row["Điện thoại"] == ""


def test_no_cell_is_a_formula(tmp_path):
    receive(applicant=actions.Applicant("=HYPERLINK(1)", phone="+84912345678", address="@SUM(A1)", owner="-1"))
    (row,) = rows(with_personal_facts=True)
    assert row["Người nộp"] == "'=HYPERLINK(1)"
    assert (row["Điện thoại"], row["Địa chỉ"], row["Chủ hồ sơ"]) == ("'+84912345678", "'@SUM(A1)", "'-1")


def test_a_key_that_is_gone_is_told(settings):
    receive()
    settings.DATA_KEYS = ["MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="]
    with pytest.raises(CommandError, match="PORTAL_DATA_KEYS"):
        export()


# Filters ---------------------------------------------------------------------------------------


def test_filters_are_those_of_the_list():
    open_one = receive(channel=ChannelKind.ONLINE)
    ended = in_status(Status.RETURNED, at=moment("2024-08-01 08:00"))
    late = receive(at=moment("2024-08-12 08:00"))
    elsewhere = receive(unit=COMMUNE, at=moment("2024-08-27 08:00"))
    assert codes(open=True) == [open_one.code, late.code, elsewhere.code]
    assert codes(overdue=True) == [late.code]
    assert codes(status="10") == codes(status="da tra ket qua") == [ended.code]
    assert codes(status="Returned,2", unit="ttpvhcc") == [open_one.code, ended.code, late.code]
    assert codes(unit=COMMUNE) == [elsewhere.code]
    assert codes(agency=open_one.agency.code, open=True) == [
        record.code for record in (open_one, late, elsewhere) if record.agency == open_one.agency
    ]
    assert codes(channel="online") == [open_one.code]
    assert codes(procedure=any_procedure().code, first=NINE.date()) == [open_one.code]
    assert codes(last=moment("2024-08-12 00:00").date()) == [ended.code, late.code]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"unit": "so-ma-thuat"}, "Unknown agency: so-ma-thuat"),
        ({"agency": "so-ma-thuat"}, "Unknown agency"),
        ({"procedure": "9.999999"}, "Unknown procedure: 9.999999"),
        ({"status": "11"}, "Unknown status: '11'"),
    ],
)
def test_an_unknown_filter_value_is_told(options, why):
    with pytest.raises(CommandError, match=why):
        export(**options)


# Files -----------------------------------------------------------------------------------------


def test_a_file_is_for_its_owner_alone_and_excel_sees_its_encoding(tmp_path):
    receive()
    path = tmp_path / "records.csv"
    assert "1 record(s) written" in export(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"\xef\xbb\xbfM")
    assert [entry.name for entry in tmp_path.iterdir()] == ["records.csv"]


def test_a_failure_leaves_the_old_file_and_no_half_one(tmp_path, settings):
    receive()
    path = tmp_path / "records.csv"
    path.write_text("old")
    settings.DATA_KEYS = ["MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="]
    with pytest.raises(CommandError):
        export(path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["records.csv"]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        export(tmp_path / "nowhere" / "records.csv")


def test_queries_do_not_grow_with_the_records():
    counts = []
    for _round in range(2):
        for _number in range(10):
            receive()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            export()
        counts.append(len([query for query in queries if query["sql"].startswith("SELECT")]))
    assert counts[0] == counts[1]


def test_rows_are_read_piece_by_piece(monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 2)
    for _number in range(5):
        receive()
    assert len(rows()) == 5


# Round trip ------------------------------------------------------------------------------------


def facts():
    names = {
        *("code", "procedure", "unit", "agency", "channel", "applicant_kind", "collection", "status", "phone_hash"),
        *("received_at", "due_at", "promised_at", "resolved_at", "returned_at", "limit_value", "limit_unit"),
    }
    return [
        ({name: getattr(record, name) for name in names}, record.personal)
        for record in Record.objects.order_by("code")
    ]


def test_what_was_exported_with_its_facts_is_imported_as_it_was(tmp_path):
    path = tmp_path / "records.csv"
    with transaction.atomic():
        for number, status in enumerate(Status, start=1):
            applicant = actions.Applicant(f"=Nguyễn Thử {number}", phone=f"+849123456{number:02}", owner="Chủ, “khác”")
            in_status(status, at=moment(f"2024-08-{number:02} 08:00"), applicant=applicant)
        before = facts()
        export(path, with_personal_facts=True)
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    call_command("import_records", path, stdout=io.StringIO(), stderr=io.StringIO())
    assert facts() == before
    assert all(broken(record) is None for record in Record.objects.all())
    assert officer().username not in path.read_text()
