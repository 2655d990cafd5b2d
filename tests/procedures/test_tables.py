"""`load_catalog` with tables: what provinces and their programs write, read as meant or refused with its place."""

import csv
import io
import os
import random
import re
import subprocess
import sys
import unicodedata
import zipfile
from operator import methodcaller

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from procedures import loading, search
from procedures.loading import Scope, faults, values
from procedures.loading.values import Fee, Time
from procedures.models import Channel, LegalDocument, Procedure
from procedures.tables.encodings import TCVN3, guess
from tests.portals import ROOT

BIRTH, DEATH = "1.001193", "1.000656"
NEW = "9.000001"
HEADER = ["STT", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Cấp thực hiện"]
ROW = [1, NEW, "Cấp giấy phép Zoqua", "Hộ tịch", "Cấp xã"]

pytestmark = pytest.mark.django_db


# Tools -----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def written(rows, delimiter=",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def propose(rows, scope="none", delimiter=",", encoding="utf-8"):
    """What a table would change; `rows` may be text or bytes already."""
    content = rows if isinstance(rows, str | bytes) else written(rows, delimiter)
    content = content.encode(encoding) if isinstance(content, str) else content
    return loading.propose([("list.csv", content)], Scope.parse(scope))


def workbook(*sheets) -> bytes:
    """A workbook of (name, rows, merged ranges)."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows, *merged in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for span in merged:
            sheet.merge_cells(span)
    book.save(out)
    return out.getvalue()


def propose_book(*sheets):
    return loading.propose([("list.xlsx", workbook(*sheets))], Scope.parse("none"))


def load(proposal) -> None:
    assert told(proposal) == []
    loading.apply(proposal.differences)


def told(proposal) -> list[tuple]:
    """Row, column and value of each fault."""
    return [(fault.row, fault.field, fault.value) for fault in proposal.faults]


def with_columns(**columns) -> list[list]:
    """A new procedure with more columns than the needed ones."""
    return [[*HEADER, *columns], [*ROW, *columns.values()]]


def channels(code=NEW) -> list[tuple]:
    rows = Channel.objects.filter(procedure__code=code).order_by("position")
    return [(row.kind, row.time, row.unit, row.fee_vnd, row.note) for row in rows]


# Headers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        ["Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Cấp thực hiện"],
        ["MA SO TTHC", "ten thu tuc", "linh vuc", "cap thuc hien"],
        ["Mã thủ tục\n(nếu có)", "TÊN TTHC", "Thuộc lĩnh vực", "Cấp giải quyết"],
        ["Code", "Name", "Field of work", "Levels"],
        [unicodedata.normalize("NFD", "Mã số thủ tục"), "Tên\xa0thủ tục", "Lĩnh vực", "Cấp"],
    ],
)
def test_headers_are_known_in_both_languages_in_any_order_with_accents_or_without(header):
    rows = [header, ROW[1:]]
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        load(propose([[row[at] for at in order] for row in rows]))
        procedure = Procedure.objects.get(code=NEW)
        assert (procedure.name, procedure.field.slug, procedure.levels) == (ROW[2], "ho-tich", ["commune"])
        Procedure.objects.filter(code=NEW).delete()


def test_columns_that_mean_nothing_here_are_said():
    proposal = propose(with_columns(**{"Trình tự thực hiện": "x", "Yêu cầu": "y"}))
    assert "list.csv: columns that are not read: Trình tự thực hiện, Yêu cầu." in proposal.remarks


def test_a_header_of_two_merged_rows_below_titles_and_above_numbers_is_read():
    rows = [
        ["DANH MỤC THỦ TỤC HÀNH CHÍNH", *[None] * 8],
        ["(Kèm theo Quyết định số 1/QĐ-UBND)"],
        ["STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Cấp thực hiện", None, None, "Mức độ DVC", None],
        [None, None, None, None, "Tỉnh", "Huyện", "Xã", "Toàn trình", "Một phần"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
        [1, NEW, "Zoqua", "Hộ tịch", "x", None, "X", None, "x"],
    ]
    spans = ["A1:I1", "E3:G3", "H3:I3", *(f"{column}3:{column}4" for column in "ABCD")]
    for proposal in (propose_book(("A", rows, *spans)), propose(rows)):
        assert told(proposal) == []
        (values,) = next(d for d in proposal.differences if d.shape.model is Procedure).added.values()
        assert (values["level_province"], values["level_district"], values["level_commune"]) == (True, False, True)
        assert values["online"] == "partial"


def test_a_file_without_a_header_or_without_codes_is_refused():
    assert told(propose("a,b\n1,2\n")) == [(0, "", "")]
    assert told(propose([["Tên TTHC", "Lĩnh vực"], ["x", "Hộ tịch"]])) == [(1, "Mã TTHC", "")]


# Rows ------------------------------------------------------------------------------------------


def test_headings_give_the_field_the_agency_and_the_level_of_what_follows():
    rows = [
        ["STT", "Mã TTHC", "Tên TTHC"],
        ["A", "THỦ TỤC HÀNH CHÍNH CẤP XÃ", None],
        ["I", "LĨNH VỰC HỘ TỊCH (01 TTHC)", None],
        [1, NEW, "Zoqua"],
        ["B", "THỦ TỤC HÀNH CHÍNH CẤP TỈNH"],
        ["SỞ CÔNG THƯƠNG"],
        ["II. Lĩnh vực An toàn thực phẩm"],  # two fields have this name
        ["1", "9.000002", "Bemli"],
        ["STT", "Mã TTHC", "Tên TTHC"],
        [None, "Tổng cộng: 2 TTHC", None],
        ["Người lập biểu"],
    ]
    proposal = propose(rows)
    load(proposal)
    first, second = Procedure.objects.filter(code__startswith="9.").order_by("code")
    assert (first.field.slug, first.levels) == ("ho-tich", ["commune"])
    assert (second.field.slug, second.levels) == ("an-toan-thuc-pham-so-cong-thuong", ["province"])
    assert any("Người lập biểu" in remark and "2 rows" in remark for remark in proposal.remarks)


def test_every_sheet_with_a_header_is_read_and_the_others_are_named():
    proposal = propose_book(
        ("Hướng dẫn", [["Điền vào các cột"]]),
        ("Sở Tư pháp", [HEADER, ROW]),
        ("Cấp xã", [HEADER[:4], [1, "9.000002", "Bemli", "Chứng thực"]]),
    )
    load(proposal)
    assert Procedure.objects.get(code="9.000002").levels == ["commune"]  # by the name of the sheet
    assert "list.xlsx [Hướng dẫn]: no header, not read." in proposal.remarks


def test_what_a_file_has_no_column_for_stays_as_it_is():
    before = Procedure.objects.get(code=BIRTH)
    parts = {name: list(getattr(before, name).values()) for name in ("channels", "documents", "results", "names")}
    load(propose([["Mã TTHC", "Tên TTHC"], [f"{BIRTH}.000.00.00.H02", "Zoqua"]]))
    after = Procedure.objects.get(code=BIRTH)
    assert after.name == "Zoqua"
    assert {name: list(getattr(after, name).values()) for name in parts} == parts
    kept = [f.attname for f in Procedure._meta.concrete_fields if f.name != "name"]
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert set(after.legal_basis.all()) == set(before.legal_basis.all())
    assert propose([["Mã TTHC", "Tên TTHC"], [BIRTH, "Zoqua"]]).changes_nothing


def test_a_dry_run_names_each_changed_field():
    rows = [["Mã TTHC", "Tên TTHC", "Mức độ"], [BIRTH, "Zoqua", "Một phần"]]
    changes = {(c.sign, c.key, c.field): c.after for c in loading.changes(propose(rows).differences)}
    assert changes["~", BIRTH, "name"] == "Zoqua"


def test_one_procedure_in_two_rows_is_one_where_they_agree_and_a_fault_where_not():
    load(propose([HEADER, ROW, [2, *ROW[1:4], "Cấp tỉnh"]]))
    assert Procedure.objects.get(code=NEW).levels == ["province", "commune"]
    proposal = propose([HEADER, ROW, [2, NEW, "Bemli", *ROW[3:]]])
    assert told(proposal) == [(3, "Tên thủ tục hành chính", "Bemli")]
    assert "row 2" in proposal.faults[0].message
    assert proposal.faults[0].right == ROW[2]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.001193.000.00.00.H02", BIRTH),
        (" 1.001193.H02\xa0", BIRTH),
        ("1,001193", BIRTH),
        (1.001193, BIRTH),
        (1.00065, "1.000650"),
        ("bg-stp-01", "BG-STP-01"),
    ],
)
def test_a_code_is_read_in_every_spelling(cell, code):
    proposal = propose_book(("A", [HEADER, [1, cell, *ROW[2:]]]))
    assert told(proposal) == []
    procedures = next(d for d in proposal.differences if d.shape.model is Procedure)
    assert {key for (key,) in (*procedures.added, *procedures.changed)} == {code}


# Times and fees --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("15 ngày làm việc", (15, "working_day")),
        ("05 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ.", (5, "working_day")),
        ("Không quá 15 (mười lăm) ngày", (15, "day")),
        ("10 ngay lam viec", (10, "working_day")),
        ("8 giờ làm việc", (8, "hour")),
        ("2 tháng", (2, "month")),
        ("1,5 tháng", (45, "day")),  # Art. 147 Civil Code
        ("0,5 ngày làm việc", (4, "hour")),
        ("2 tuần", (14, "day")),
        (["Trong ngày làm việc", " nhận sau 15 giờ thì trả ngày tiếp theo"][0], (1, "working_day")),
        ("15", (15, "")),
    ],
)
def test_times_are_read_as_people_write_them_and_no_unit_is_guessed(cell, expected):
    assert values.times(cell) == [Time(*expected)]


def test_a_time_may_differ_by_channel_and_by_case():
    assert values.times("Trực tiếp: 5 ngày làm việc; Trực tuyến: 3 ngày làm việc") == [
        Time(5, "working_day", "in_person"),
        Time(3, "working_day", "online"),
    ]
    assert values.times("Cấp mới: 5 ngày\nCấp lại: 2 ngày") == [
        Time(5, "day", note="Cấp mới"),
        Time(2, "day", note="Cấp lại"),
    ]
    assert values.times("Không quy định") == []


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Miễn phí", Fee(0)),
        ("Không", Fee(0)),
        ("10.000 đồng/bản", Fee(10_000, note="mỗi bản")),
        ("50,000 VND", Fee(50_000)),
        ("1,5 triệu đồng", Fee(1_500_000)),
        ("Phí: 20.000 đồng; lệ phí: 5.000 đồng", Fee(25_000, note="Phí: 20.000 đồng; lệ phí: 5.000 đồng")),
        ("Theo Thông tư 85/2019/TT-BTC", Fee(None, note="Theo Thông tư 85/2019/TT-BTC")),
    ],
)
def test_fees_are_read_as_people_write_them(cell, expected):
    assert values.fees(cell) == [expected]


@pytest.mark.parametrize(
    "cell", ["7 - 10 ngày", "abc", "20 ngày (Sở 15 ngày)", "1,5 ngày", "99999 ngày", "3 phút", "5 ngày; 7 ngày"]
)
def test_a_time_that_cannot_be_read_is_a_fault_with_examples(cell):
    proposal = propose(with_columns(**{"Thời hạn giải quyết": cell}))
    assert told(proposal) == [(2, "Thời hạn giải quyết", cell)]
    assert "15 ngày làm việc" in proposal.faults[0].right


@pytest.mark.parametrize("cell", ["50000", "1O.000 đồng", "nhiều"])
def test_a_fee_without_its_unit_or_sense_is_a_fault(cell):
    assert told(propose(with_columns(**{"Phí, lệ phí": cell}))) == [(2, "Phí, lệ phí", cell)]


def test_channels_times_and_fees_of_a_row_come_together():
    load(
        propose(
            with_columns(
                **{
                    "Cách thức thực hiện": "Trực tiếp hoặc trực tuyến",
                    "Thời hạn (ngày làm việc)": "5",
                    "Phí (đồng)": "20000",
                }
            )
        )
    )
    assert channels() == [("in_person", 5, "working_day", 20_000, ""), ("online", 5, "working_day", 20_000, "")]
    load(propose([["Mã TTHC", "Thời hạn"], [NEW, "Trực tuyến: 3 ngày làm việc"]]))
    assert channels()[1] == ("online", 3, "working_day", 20_000, "")
    assert channels()[0][1] == 5


def test_a_number_without_unit_is_kept_and_said():
    proposal = propose(with_columns(**{"Thời hạn": "15"}))
    load(proposal)
    assert channels() == [("in_person", 15, "", None, "")]
    assert any("no unit" in remark for remark in proposal.remarks)


# Other columns ---------------------------------------------------------------------------------


def test_laws_are_found_by_their_numbers():
    basis = "Luật Zoqua số 99/2099/QH13; Nghị định số 123/2015/NĐ-CP\n98/2099/TT-BTP\nLuật Đất đai"
    proposal = propose(with_columns(**{"Căn cứ pháp lý": basis}))
    load(proposal)
    assert "1 lines of a legal basis name no number: left out." in proposal.remarks
    laws = {law.number: law.kind for law in Procedure.objects.get(code=NEW).legal_basis.all()}
    assert laws == {"99/2099/QH13": "law_or_resolution", "123/2015/NĐ-CP": "decree", "98/2099/TT-BTP": "circular"}
    assert LegalDocument.objects.get(number="98/2099/TT-BTP").title == ""


def test_papers_and_results_are_lines_of_a_cell():
    papers = "- Tờ khai (bản chính: 1, bản sao: 0)\n- Giấy tờ tùy thân"
    load(propose(with_columns(**{"Thành phần hồ sơ": papers, "Kết quả": "Giấy phép"})))
    procedure = Procedure.objects.get(code=NEW)
    assert [(p.name, p.originals) for p in procedure.documents.all()] == [("Tờ khai", 1), ("Giấy tờ tùy thân", 0)]
    assert [result.name for result in procedure.results.all()] == ["Giấy phép"]


@pytest.mark.parametrize("name", ["Sở TN&MT", "so tnmt", "Sở Tài nguyên và Môi trường; UBND xã", "UBND cấp huyện"])
def test_agencies_are_found_by_name_and_abbreviation(name):
    assert told(propose(with_columns(**{"Cơ quan thực hiện": name}))) == []


@pytest.mark.parametrize(
    ("column", "cell", "right"),
    [
        ("Mã TTHC", "Đăng ký khai sinh", "1.001193"),
        ("Mã TTHC", "1.00119", "1.001190?"),
        ("Mã TTHC", "15", "1.001193"),
        ("Mã TTHC", "", "1.001193"),
        ("Tên thủ tục hành chính", "", ""),
        ("Tên thủ tục hành chính", "x" * 501, ""),
        ("Tên thủ tục hành chính", "a\x00b", ""),
        ("Lĩnh vực", "Hộ tịck", "Hộ tịch"),
        ("Cấp thực hiện", "Cấp Bộ", "Cấp tỉnh; Cấp huyện; Cấp xã"),
        ("Cơ quan thực hiện", "Sở Tư phápp", "Sở Tư pháp"),
        ("Đối tượng", "Người ngoài hành tinh", "Công dân"),
        ("Mức độ DVC", "Nửa vời", "Toàn trình"),
        ("Cách thức thực hiện", "Bồ câu", "Trực tiếp"),
        ("Căn cứ pháp lý", "Luật Đất đai", "123/2015/NĐ-CP"),
        ("Hiệu lực từ", "31/02/2024", "28/08/2024"),
        ("Thành phần hồ sơ", "x" * 301, ""),
    ],
)
def test_a_fault_says_row_column_value_and_what_would_be_right(column, cell, right):
    row = {**dict(zip(HEADER, ROW, strict=True)), column: cell}
    proposal = propose([list(row), list(row.values())])
    ((number, title, value),) = told(proposal)
    assert (number, title) == (2, column)
    assert value[:20] == faults.shown(cell)[:20]
    assert right in proposal.faults[0].right
    assert proposal.faults[0].message
    assert proposal.differences == []


def test_a_new_procedure_needs_name_field_and_level_and_each_is_told():
    assert {field for _row, field, _value in told(propose([["Mã TTHC", "Mức độ"], [NEW, "4"]]))} == {
        "Tên thủ tục hành chính",
        "Lĩnh vực",
        "Cấp thực hiện",
    }


def test_shifted_columns_are_faults_of_their_rows():
    rows = [HEADER, ROW, [None, *ROW[:4]]]
    assert {row for row, _column, _value in told(propose(rows))} == {3}


def test_the_faults_are_a_file_to_send_back(tmp_path):
    path, out = tmp_path / "list.csv", tmp_path / "faults.csv"
    path.write_text(written([HEADER, [1, "=1+1", *ROW[2:]]]), encoding="utf-8")
    err = io.StringIO()
    with pytest.raises(CommandError, match="1 fault"):
        call_command("load_catalog", path, faults=out, stderr=err, stdout=io.StringIO())
    assert "What would be right" in err.getvalue()
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["Row"], row["Column"], row["Value"]) for row in rows] == [("2", "Mã TTHC", "'=1+1")]


# Encodings and delimiters ----------------------------------------------------------------------


def windows_1258(text: str) -> bytes:
    tones = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
    letters = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", parts.translate(tones))
        letters.append(base + "".join(part for part in parts if ord(part) in tones))
    return "".join(letters).encode("cp1258")


def tcvn3(text: str) -> bytes:
    return bytes(ord(letter) if letter.isascii() else 0x80 + TCVN3.index(letter) for letter in text)


ENCODINGS = {
    "UTF-8": [methodcaller("encode"), methodcaller("encode", "utf-8-sig")],
    "UTF-16": [methodcaller("encode", name) for name in ("utf-16", "utf-16-le", "utf-16-be")],
    "Windows-1258": [windows_1258],
    "TCVN3": [tcvn3],
}


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found_out_and_said(name, delimiter):
    names = {",": "comma", ";": "semicolon", "\t": "tab"}
    row = [1, NEW, "Đăng ký cấp lại giấy phép,\nkể cả trường hợp ưu tiên", "Hộ tịch", "Cấp xã"]
    for encode in ENCODINGS[name]:
        proposal = propose(encode(written([HEADER, row], delimiter)))
        assert proposal.remarks[0] == f"list.csv: read as {name}, delimiter {names[delimiter]}."
        (values,) = next(d for d in proposal.differences if d.shape.model is Procedure).added.values()
        assert values["name"] == "Đăng ký cấp lại giấy phép, kể cả trường hợp ưu tiên"


def test_damaged_utf_8_is_a_fault_of_its_cell():
    content = written([HEADER, ROW]).encode().replace("Cấp giấy".encode(), b"C\xff giay")
    assert guess(content).name == "UTF-8"
    assert [(row, column) for row, column, _value in told(propose(content))] == [(2, HEADER[2])]


# Traps -----------------------------------------------------------------------------------------


def test_a_formula_without_its_value_is_a_fault_with_its_place():
    proposal = propose_book(("A", [HEADER, [1, NEW, "=A1&B1", *ROW[3:]]]))
    assert told(proposal) == [(2, HEADER[2], "=A1&B1")]
    assert proposal.faults[0].sheet == "A"


SHEET, TEXTS, TYPES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "[Content_Types].xml"
SHARED = (
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def as_excel_writes(*rows, start="", **changed) -> bytes:
    """A workbook of one sheet, whose texts stand in a part of their own; `changed` gives the XML of some of them by
    what they are, `start` what stands before all of them."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(workbook(("A", rows)))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts = []

    def share(match) -> str:
        texts.append(match[1])
        return f't="s"><v>{len(texts) - 1}</v>'

    parts[SHEET] = re.sub(r't="inlineStr"><is>(.*?)</is>', share, parts[SHEET])
    parts[SHEET] = re.sub(r'<c r="[A-Z]*\d+"', "<c", parts[SHEET])  # cells without a place follow each other
    items = "".join(f"<si>{changed.get(re.sub('<.*?>', '', text), text)}</si>" for text in texts)
    parts[TEXTS] = f'{start}<sst xmlns="{MAIN}">{items}</sst>'
    parts[TYPES] = parts[TYPES].replace("</Types>", SHARED)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


NAMED = [HEADER, [*ROW[:2], "zoqua", *ROW[3:]]]


def test_texts_that_cells_share_are_joined_from_their_pieces_without_pronunciations():
    rich = "<r><t>Zo</t></r><r><rPr><b/></rPr><t>qua</t></r><rPh sb='0' eb='1'><t>xyz</t></rPh>"
    load(propose(as_excel_writes(*NAMED, zoqua=rich)))
    assert Procedure.objects.get(code=NEW).name == "Zoqua"


def test_a_workbook_that_declares_entities_is_refused():
    bomb = '<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    book = as_excel_writes(*NAMED, start=bomb, zoqua="<t>&b;</t>")
    assert "DOCTYPE" in propose(book).faults[0].message


def test_a_text_far_longer_than_a_cell_is_refused():
    book = as_excel_writes(*NAMED, zoqua=f"<t>{'zoqua ' * (2 << 20)}</t>")
    assert "too large" in propose(book).faults[0].message


def test_a_packed_trap_is_refused_by_what_it_says_of_itself():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(60 << 20))
    assert "times its size" in propose(out.getvalue()).faults[0].message


NONSENSE = """
import resource, sys, django
django.setup()
from pathlib import Path
from procedures import loading
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows, faults = loading.read([Path(sys.argv[1])])
print(len(rows), len(faults), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("kind", ["bytes", "lists", "rows"])
def test_fifty_megabytes_of_nonsense_are_refused_in_little_memory(kind, tmp_path):
    path = tmp_path / "nonsense"
    piece = {
        "bytes": random.Random(1).randbytes(1 << 20).replace(b"\n", b"x"),
        "lists": b"[[],[],[[]]]," * 80_000,
        "rows": written([[1, "x", "y" * 10_000]] * 100).encode(),
    }[kind]
    with path.open("wb") as file:
        file.write({"bytes": b"", "lists": b"[", "rows": written([HEADER[:3]]).encode()}[kind])
        file.writelines([piece] * 50)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run(
        [sys.executable, "-c", NONSENSE, path], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows, told, kilobytes = map(int, done.stdout.split())
    assert (rows, 1 <= told <= 1_000) == (0, True)
    assert kilobytes < 100_000


# A load ----------------------------------------------------------------------------------------


def test_a_load_is_found_by_a_search_at_once():
    assert NEW not in search.find("zoqua").codes
    load(propose([HEADER, ROW]))
    assert NEW in search.find("zoqua").codes
    assert propose([HEADER, ROW]).changes_nothing
