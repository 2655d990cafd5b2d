"""`import_records`: records of another system, taken over as legal histories or not at all."""

import csv
import datetime
import io
import itertools
import os
import sqlite3
import time
import zipfile
from urllib.parse import urlsplit

import openpyxl
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from organisation.models import Agency
from procedures.models import Channel, TimeUnit
from records import actions
from records.exchange import reading, values
from records.exchange.arrivals import WAYS
from records.models import Event, OutboxMessage, Record
from records.statuses import BY_ENDS, Status
from tests.programs import programs

from .factories import any_procedure, broken, moment, officer, receive

pytestmark = pytest.mark.django_db

# A record that was received, resolved and returned in time.
GIVEN = {
    "Mã hồ sơ": "000.00.15.H02-240801-0007",
    "Mã thủ tục": "1.001193",
    "Đơn vị tiếp nhận": "ttpvhcc",
    "Hình thức nộp": "Trực tiếp",
    "Người nộp": "Nguyễn Văn Mẫu",
    "Số định danh": "999099001234",
    "Điện thoại": "0000123456",
    "Thời hạn": "5 ngày làm việc",
    "Ngày tiếp nhận": "01/08/2024 09:00",
    "Ngày hẹn trả": "08/08/2024",
    "Trạng thái": "Đã trả kết quả",
    "Ngày hoàn thành": "07/08/2024",
    "Ngày trả kết quả": "2024-08-09 10:15:30",
}
CODE = "H02.15-240801-0007"
OPEN = {"Ngày hoàn thành": "", "Ngày trả kết quả": ""}  # cells of a record that has not ended


@pytest.fixture
def given():
    """The columns of a legal row, its procedure one that the catalogue knows."""
    return {**GIVEN, "Mã thủ tục": any_procedure().code}


@pytest.fixture
def write(tmp_path):
    """Write rows as a CSV file."""

    def write(*rows, delimiter=",", encoding="utf-8", name="records.csv"):
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(rows[0] | rows[-1]), delimiter=delimiter, restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / name
        path.write_bytes(out.getvalue().encode(encoding))
        return path

    return write


def run(path, **options):
    """What the command says, in English."""
    out, err = io.StringIO(), io.StringIO()
    try:
        with translation.override("en"):
            call_command("import_records", path, stdout=out, stderr=err, **options)
    except CommandError as error:
        return f"{out.getvalue()}{err.getvalue()}{error}"
    return out.getvalue()


def story(record):
    return [
        (event.to_status, timezone.localtime(event.at).strftime("%Y-%m-%d %H:%M:%S"))
        for event in record.events.order_by("sequence")
    ]


def numbered(given, count):
    return [{**given, "Mã hồ sơ": f"H02.15-240801-{number:04}"} for number in range(1, count + 1)]


# Taken over ------------------------------------------------------------------------------------


@pytest.mark.database
def test_a_record_becomes_a_legal_history(given, write):
    said = run(write({**given, "Thư điện tử": "mau@example.org", "Địa chỉ": "1 Phố Thử", "Chủ hồ sơ": "Trần Thị Thử"}))
    assert "1 record(s) written" in said
    record = Record.objects.get(code=CODE)
    assert story(record) == [
        (Status.RECEIVED, "2024-08-01 09:00:00"),
        (Status.IN_PROCESS, "2024-08-01 09:00:00"),
        (Status.RESOLVED, "2024-08-07 17:00:00"),
        (Status.RETURNED, "2024-08-09 10:15:30"),
    ]
    assert broken(record) is None
    assert all(event.details["imported"] is True and event.actor is None for event in record.events.all())
    assert (record.limit_value, record.limit_unit) == (5, TimeUnit.WORKING_DAY)
    assert record.promised_at == moment("2024-08-08 17:00") > record.resolved_at
    assert record.personal["name"] == "Nguyễn Văn Mẫu"
    assert record.personal["owner"] == "Trần Thị Thử"
    assert record.phone_hash and record.identity_hash and record.name_words.count() == 6
    assert record.agency == actions.settling_agency(record.procedure, record.unit, datetime.date(2024, 8, 1))
    assert not OutboxMessage.objects.exists()  # what happened elsewhere is not announced again


WAY = {  # status as a file tells it: cells, and what becomes of them
    "Mới đăng ký": ({}, [1]),
    "2": ({}, [2]),
    "Không được tiếp nhận": ({"Ngày chuyển trạng thái": "02/08/2024", "Lý do": "thiếu"}, [1, 3]),
    "Đang xử lý": ({}, [2, 4]),
    "yeu cau bo sung": ({"Ngày chuyển trạng thái": "02/08/2024"}, [2, 5]),
    "Payment due": ({"Ngày chuyển trạng thái": "02/08/2024"}, [2, 4, 6]),
    "Công dân yêu cầu rút hồ sơ": ({"Ngày chuyển trạng thái": "02/08/2024"}, [2, 7]),
    "8": ({"Ngày hoàn thành": "05/08/2024"}, [2, 4, 8]),
    "Đã xử lý xong": ({"Ngày hoàn thành": "05/08/2024"}, [2, 4, 9]),
    "10": ({"Ngày trả kết quả": "05/08/2024"}, [2, 4, 9, 10]),
}


@pytest.mark.database
@pytest.mark.parametrize("status", WAY)
def test_every_status_is_reached_by_legal_moves(status, given, write):
    cells, expected = WAY[status]
    run(write({**given, **OPEN, "Trạng thái": status, **cells}))
    record = Record.objects.get()
    assert [number for number, _at in story(record)] == expected
    assert broken(record) is None
    assert record.waits_for_citizen == (record.due_at is None and record.status in (5, 6))


def test_the_ways_know_only_legal_moves():
    assert WAYS.keys() == set(Status)
    for status, way in WAYS.items():
        steps = [way.first, *(to for to, _keys in way.moves)]
        assert steps[-1] == status
        assert all((start, to) in BY_ENDS for start, to in itertools.pairwise(steps))


def test_a_reason_is_taken_over_and_its_lack_is_said(given, write):
    stopped = {**given, "Trạng thái": "8", "Ngày trả kết quả": ""}
    run(write({**stopped, "Lý do": "không đủ điều kiện"}, {**stopped, "Mã hồ sơ": "H02.15-240801-0008", "Lý do": ""}))
    first, second = (record.events.get(to_status=Status.STOPPED) for record in Record.objects.order_by("code"))
    assert str(first.note) == "không đủ điều kiện"
    assert "không kèm lý do" in str(second.note)


@pytest.mark.database
def test_the_next_reception_goes_on_behind_the_highest_code(given, write):
    run(write(*numbered(given, 3)))
    assert receive(at=moment("2024-08-01 15:00")).code == "H02.15-240801-0004"


@pytest.mark.database
def test_the_record_moves_on_in_the_portal(given, write):
    run(write({**given, **OPEN, "Trạng thái": "4"}))
    record = actions.change_status(Record.objects.get(), to=Status.RESOLVED, by=officer())
    assert record.status == Status.RESOLVED
    assert broken(record) is None


# Dates and limits ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "due", "expected", "promised"),
    [
        ("5 ngày làm việc", "", (5, "working_day"), "2024-08-08 17:00"),
        ("10", "", (10, "working_day"), "2024-08-15 17:00"),
        ("7 ngày", "", (7, "day"), "2024-08-08 17:00"),
        ("8 giờ", "", (8, "hour"), "2024-08-02 09:00"),
        ("1 tháng", "", (1, "month"), "2024-09-04 17:00"),
        ("", "08/08/2024", (5, "working_day"), "2024-08-08 17:00"),
        ("7 ngày", "08/08/2024", (7, "day"), "2024-08-08 17:00"),
        ("3 ngày làm việc", "08/08/2024", (5, "working_day"), "2024-08-08 17:00"),  # the receipt wins
        ("3 ngày làm việc", "10/08/2024", (7, "working_day"), "2024-08-12 17:00"),  # a Saturday
        ("", "01/08/2024 11:00", (2, "hour"), "2024-08-01 11:00"),
    ],
)
def test_the_promised_date_is_kept(limit, due, expected, promised, given, write):
    run(write({**given, **OPEN, "Trạng thái": "4", "Thời hạn": limit, "Ngày hẹn trả": due}))
    record = Record.objects.get()
    assert (record.limit_value, record.limit_unit) == expected
    assert record.due_at == moment(promised)


def test_a_limit_may_come_from_the_catalogue(given, write):
    procedure = Channel.objects.filter(kind="in_person", unit="working_day", procedure__at_center=True)[0].procedure
    run(write({**given, "Mã thủ tục": procedure.code, "Thời hạn": "", "Ngày hẹn trả": ""}))
    record = Record.objects.get()
    assert (record.limit_value, record.limit_unit) == actions.promised(record.procedure, "in_person")


@pytest.mark.parametrize(
    ("cell", "day", "clock"),
    [
        ("28/08/2024", "2024-08-28", None),
        ("2024-08-28", "2024-08-28", None),
        ("28-08-2024 07:05", "2024-08-28", "07:05:00"),
        ("2024-08-28T09:30:15", "2024-08-28", "09:30:15"),
        ("2024-08-28T02:30:15Z", "2024-08-28", "09:30:15"),
        (datetime.datetime(2024, 8, 28, 9, 29, 59, 999_990), "2024-08-28", "09:30:00"),
        (datetime.datetime(2024, 8, 28), "2024-08-28", None),
        (datetime.date(2024, 8, 28), "2024-08-28", None),
    ],
)
def test_moments_are_read_in_their_usual_spellings(cell, day, clock):
    told = values.moment(cell)
    assert (str(told.day), told.time and str(told.time)) == (day, clock)


@pytest.mark.parametrize(
    "cell", ["31/02/2024", "28.8", "2024", "28/08/24", "28/08/2024 25:00", "1024-08-28", "hôm qua"]
)
def test_what_is_no_moment_is_refused(cell):
    with translation.override("en"), pytest.raises(ValueError, match=r"expected|our time"):
        values.moment(cell)


# Files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_and_encoding_are_found_out(delimiter, encoding, given, write):
    assert "1 record(s) written" in run(write(given, delimiter=delimiter, encoding=encoding))
    assert Record.objects.get().personal["name"] == "Nguyễn Văn Mẫu"


def test_headers_may_stand_in_any_order_without_accents_in_english_and_below_a_title(given, tmp_path, write):
    english = {
        "STATUS": "10", "returned at": "09/08/2024", "Due": "08/08/2024", "Received": "01/08/2024", "name": "Lê Thử",
        "PHONE": "0000123456", "ghi chú": "x", "Channel": "online", "so ho so": CODE,
        "ma thu tuc": given["Mã thủ tục"],
    }  # fmt: skip
    path = write(english)
    path.write_text(f"Danh sách hồ sơ\n\n{path.read_text()}")
    said = run(path)
    assert "Columns that are not read: ghi chú" in said
    assert Record.objects.get().unit.code == "ttpvhcc"  # told by the code


def workbook(tmp_path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "records.xlsx"
    book.save(path)
    return path


def test_a_workbook_is_read_and_gives_numbers_their_zeros_back(given, tmp_path):
    cells = {
        **given,
        "Điện thoại": 912345678,
        "Số định danh": 24099001234,
        "Ngày tiếp nhận": datetime.datetime(2024, 8, 1, 9),
        "Trạng thái": 10,
    }
    path = workbook(tmp_path, ["Sổ theo dõi"], list(cells), list(cells.values()))
    assert "1 record(s) written" in run(path)
    record = Record.objects.get()
    assert (record.personal["phone"], record.personal["identity"]) == ("0912345678", "024099001234")
    assert record.received_at == moment("2024-08-01 09:00")


def test_the_same_record_from_csv_and_from_a_workbook_is_one(given, tmp_path, write):
    run(workbook(tmp_path, list(given), list(given.values())))
    assert "0 new record(s), 1 taken over already" in run(write(given))


def test_a_packed_trap_is_refused_by_what_it_says_of_itself(tmp_path):
    path = tmp_path / "trap.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w") as part,
    ):
        for _megabyte in range(60):
            part.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 17
    assert "times its size" in run(path)


def test_nonsense_is_read_piece_by_piece_and_refused(tmp_path):
    path = tmp_path / "nonsense.csv"
    with path.open("wb") as file:
        for _piece in range(50):
            file.write(os.urandom(1 << 20).replace(b"\n", b"x"))
    before = time.monotonic()
    assert "nonsense.csv" in run(path)
    assert time.monotonic() - before < 20


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "columns are missing"),
        (b"a,b,c\n1,2,3\n", "columns are missing: Mã hồ sơ"),
        (b"PK\x03\x04 no archive", "Not an XLSX file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
    ],
)
def test_what_is_no_table_is_told(content, why, tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert why in run(path)


def test_a_workbook_without_its_parts_is_told(tmp_path):
    path = tmp_path / "file.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "Not a readable XLSX file" in run(path)


def test_a_missing_file_is_told(tmp_path):
    assert "No such file" in run(tmp_path / "nothing.csv")


def test_an_open_quote_is_told_with_its_line(given, write):
    path = write(*numbered(given, 3))
    lines = path.read_text().splitlines()
    lines[2] = lines[2].replace("ttpvhcc", '"ttpvhcc')
    path.write_text("\n".join(lines))
    assert "Line 3:" in run(path)
    assert not Record.objects.exists()


# Faults ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "column", "why"),
    [
        ({"Mã hồ sơ": "15-240801-7"}, "Mã hồ sơ", "Not a record code"),
        ({"Mã hồ sơ": ""}, "Mã hồ sơ", "Not a record code"),
        ({"Mã hồ sơ": "H02.99-240801-0001", "Đơn vị tiếp nhận": ""}, "Đơn vị tiếp nhận", "Unknown unit"),
        ({"Mã thủ tục": "9.999999"}, "Mã thủ tục", "no such procedure"),
        ({"Mã thủ tục": ""}, "Mã thủ tục", "needed"),
        ({"Đơn vị tiếp nhận": "Sở Ma thuật"}, "Đơn vị tiếp nhận", "Unknown unit"),
        ({"Đơn vị tiếp nhận": "so-noi-vu"}, "Đơn vị tiếp nhận", "receives no records"),
        ({"Đơn vị tiếp nhận": "ttpvhcc-bac-ninh"}, "Đơn vị tiếp nhận", "Not in force"),
        ({"Cơ quan giải quyết": "Sở Ma thuật"}, "Cơ quan giải quyết", "Unknown unit"),
        ({"Hình thức nộp": "bồ câu"}, "Hình thức nộp", "Unknown"),
        ({"Người nộp": " "}, "Người nộp", "needed"),
        ({"Điện thoại": "123", "Số định danh": ""}, "Điện thoại", "phone or an ID number"),
        ({"Ngày tiếp nhận": "32/08/2024"}, "Ngày tiếp nhận", "was expected"),
        ({"Ngày tiếp nhận": "29/08/2024"}, "Ngày tiếp nhận", "future"),
        ({"Ngày hẹn trả": "31/07/2024", "Thời hạn": ""}, "Ngày hẹn trả", "before the reception"),
        ({"Thời hạn": "bao lâu cũng được"}, "Thời hạn", "time limit like"),
        ({"Thời hạn": "0 ngày"}, "Thời hạn", "time limit like"),
        ({"Trạng thái": "11"}, "Trạng thái", "Unknown"),
        ({"Trạng thái": "9", **OPEN}, "Ngày hoàn thành", "needs its time"),
        ({"Trạng thái": "5", **OPEN}, "Ngày chuyển trạng thái", "needs its time"),
        ({"Trạng thái": "4", "Ngày trả kết quả": ""}, "Ngày hoàn thành", "has no such time"),
        ({"Ngày hoàn thành": "31/07/2024"}, "Ngày hoàn thành", "before the step before it"),
        ({"Ngày trả kết quả": "06/08/2024"}, "Ngày trả kết quả", "before the step before it"),
        ({"Ngày trả kết quả": "01/09/2024"}, "Ngày trả kết quả", "future"),
        ({"Người nộp": "x" * 501}, "Người nộp", "More than 500"),
        ({"Người nộp": "a\x00b"}, "Người nộp", "Control characters"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_line_and_column_before_anything_is_written(changes, column, why, given, write):
    said = run(write(*numbered(given, 2), {**given, **changes}))
    (line,) = (line for line in said.splitlines() if line.strip().startswith("4 "))
    assert column in line
    assert why in line
    assert "1 fault(s); nothing was written" in said
    assert not Record.objects.exists()


def test_all_faults_are_told_at_once(given, write):
    said = run(write({**given, "Mã thủ tục": "x", "Trạng thái": "y"}, {**given, "Ngày tiếp nhận": "z"}))
    assert "4 fault(s)" in said  # the code stands there twice
    assert [line.split()[0] for line in said.splitlines()[1:5]] == ["2", "2", "3", "3"]


def test_thousands_of_faults_are_counted_and_the_first_thousand_shown(given, write):
    said = run(write(*({**given, "Mã hồ sơ": "x"} for _number in range(1_200))))
    assert "… and 200 more." in said
    assert "1,200 fault(s)" in said


def test_a_duplicate_names_the_line_of_the_first(given, write):
    said = run(write(given, {**given, "Mã hồ sơ": CODE.lower()}))
    assert "The same record stands in line 2" in said
    assert not Record.objects.exists()


def test_bytes_that_are_no_utf8_are_told_with_line_and_column(given, write):
    path = write(given)
    path.write_bytes(path.read_bytes().replace("Nguyễn".encode(), "Nguyên".encode("cp1258")))
    said = run(path)
    assert "Not UTF-8" in said
    assert "Người nộp" in said


def test_no_fault_repeats_personal_facts(given, write):
    said = run(write({**given, "Điện thoại": "12345", "Số định danh": "678", "Trạng thái": "?"}))
    assert not any(secret in said for secret in ("12345", "678", "Nguyễn Văn Mẫu"))


# Again -----------------------------------------------------------------------------------------


@pytest.mark.database
def test_a_dry_run_writes_nothing(given, write):
    said = run(write(given), dry_run=True)
    assert "1 new record(s)" in said
    assert "nothing was written" in said
    assert not Record.objects.exists()


@pytest.mark.database
def test_a_second_run_changes_nothing(given, write):
    path = write(*numbered(given, 5))
    run(path)
    before = list(Event.objects.order_by("pk").values_list("pk", "hash"))
    said = run(path)
    assert "0 new record(s), 5 taken over already" in said
    assert "0 record(s) written" in said
    assert list(Event.objects.order_by("pk").values_list("pk", "hash")) == before


@pytest.mark.database
def test_a_record_that_has_moved_on_here_is_left_as_it_is(given, write):
    path = write({**given, "Trạng thái": "9", "Ngày trả kết quả": ""})
    run(path)
    actions.change_status(Record.objects.get(), to=Status.RETURNED, by=officer())
    assert "1 taken over already" in run(path)
    assert Record.objects.get().status == Status.RETURNED


@pytest.mark.database
def test_a_known_record_with_another_content_is_a_fault(given, write):
    run(write(given))
    said = run(write({**given, "Người nộp": "Trần Thị Thử"}))
    assert "imported with another content" in said
    assert Record.objects.get().personal["name"] == "Nguyễn Văn Mẫu"


@pytest.mark.database
def test_a_record_that_was_received_here_is_a_fault(given, write):
    record = receive(at=moment("2024-08-01 09:00"))
    assert "This record was received here" in run(write({**given, "Mã hồ sơ": record.code}))
    assert record.events.count() == 1


@pytest.mark.database
def test_a_run_goes_on_where_another_stopped(given, write):
    run(write(*numbered(given, 4)))
    assert "3 new record(s), 4 taken over already" in run(write(*numbered(given, 7)))
    assert Record.objects.count() == 7


@pytest.mark.database
def test_a_batch_that_fails_is_not_there_at_all(given, write, monkeypatch):
    path = write(*numbered(given, 6))
    monkeypatch.setattr(reading.Source, "rows", changing(reading.Source.rows, path))
    assert "has changed since it was checked" in run(path, batch=2)
    assert Record.objects.count() % 2 == 0
    assert all(broken(record) is None for record in Record.objects.all())


def changing(rows, path):
    """Reading that spoils the file after it was read once."""

    def read(source):
        yield from rows(source)
        path.write_text(path.read_text().replace("240801-0005", "240801-XXXX"))

    return read


# Killed ----------------------------------------------------------------------------------------

CHECK = """
from records import history
from records.models import CodeCounter, EventNote, Record, RecordWord
for record in Record.objects.all():
    events = list(record.events.order_by("sequence"))
    stored = Record.objects.values(*history.FACTS).get(pk=record.pk)
    assert len(events) == 4 and record.name_words.count() == 3, record.code
    assert history.verify(record.code, events, stored) is None, record.code
print(Record.objects.count(), CodeCounter.objects.get().last)
"""
MANY = 300


def records_in(url):
    query = "SELECT count(*) FROM records_record"
    if url.startswith("postgres"):
        with psycopg.connect(url) as connection:
            return connection.execute(query).fetchone()[0]
    connection = sqlite3.connect(urlsplit(url).path)
    try:
        return connection.execute(query).fetchone()[0]
    finally:
        connection.close()


@pytest.mark.database
def test_an_import_that_was_killed_is_completed_by_another_run(given, write, new_database):
    path = write(*numbered(given, MANY))
    with new_database("import") as url, programs(url) as think:
        with think.command("import_records", str(path), "--batch=20") as process:
            deadline = time.monotonic() + 60
            while process.poll() is None and not records_in(url) and time.monotonic() < deadline:
                time.sleep(0.01)
            process.kill()
        half = records_in(url)
        assert 0 < half < MANY
        assert half % 20 == 0
        assert think(CHECK).split() == [str(half), str(half)]
        failed, said, errors = think.command("import_records", str(path)).wait()
        assert not failed, errors
        assert f"{half:,} taken over already" in said
        assert think(CHECK).split() == [str(MANY), str(MANY)]


def test_every_unit_is_found_by_its_code(given, write):
    commune = Agency.objects.get(code="x-07201")
    run(write({**given, "Đơn vị tiếp nhận": commune.record_part, "Mã hồ sơ": f"{commune.record_part}-240801-0001"}))
    assert Record.objects.get().unit == commune
