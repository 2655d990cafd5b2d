"""The columns of a catalogue table under the names that lists of procedures give them.

`docs/loading.md` shows the same to people.
"""

from dataclasses import dataclass
from functools import cached_property

from procedures.tables import folded

from .words import names


@dataclass(frozen=True)
class Column:
    """A column: its key, its Vietnamese and its English headers, with bars between them."""

    key: str
    in_vietnamese: str
    in_english: str

    @cached_property
    def vietnamese(self) -> tuple[str, ...]:
        return names(self.in_vietnamese)

    @cached_property
    def english(self) -> tuple[str, ...]:
        return names(self.in_english)


COLUMNS = [
    Column(
        "code",
        (
            "Mã TTHC | Mã số TTHC | Mã thủ tục hành chính | Mã số thủ tục hành chính | Mã thủ tục | "
            "Mã số thủ tục | Mã số | Mã hồ sơ TTHC | Số hồ sơ TTHC | Mã số hồ sơ TTHC | Mã quốc gia | Mã | "
            "Mã TTHC quốc gia"
        ),
        "Code | Procedure code | National code",
    ),
    Column(
        "name",
        (
            "Tên thủ tục hành chính | Tên TTHC | Tên thủ tục | Thủ tục hành chính | Tên dịch vụ công | TTHC | "
            "Thủ tục | Tên gọi | Tên"
        ),
        "Name | Procedure name | Procedure | Title",
    ),
    Column(
        "name_en",
        "Tên tiếng Anh",
        "English name | Name in English",
    ),
    Column(
        "field",
        "Lĩnh vực | Tên lĩnh vực | Mã lĩnh vực | Thuộc lĩnh vực | Nhóm lĩnh vực",
        "Field | Field of work",
    ),
    Column(
        "agency",
        (
            "Cơ quan thực hiện | Cơ quan giải quyết | Cơ quan quản lý | Cơ quan trực tiếp thực hiện | Cơ quan | "
            "Cơ quan có thẩm quyền | Cơ quan có thẩm quyền giải quyết | Đơn vị thực hiện | Đơn vị giải quyết | "
            "Đơn vị | Sở | Sở ban ngành | Tên đơn vị | Cơ quan chủ trì | Sở ngành | Cơ quan đơn vị"
        ),
        "Agency | Department | Authority | Unit",
    ),
    Column(
        "levels",
        (
            "Cấp thực hiện | Cấp | Cấp giải quyết | Cấp hành chính | Cấp chính quyền | Phạm vi thực hiện | "
            "Cấp TTHC | Thẩm quyền giải quyết"
        ),
        "Levels | Level",
    ),
    Column(
        "audiences",
        "Đối tượng thực hiện | Đối tượng | Đối tượng áp dụng | Đối tượng thực hiện TTHC",
        "Audiences | Audience | Applicants | Who may apply",
    ),
    Column(
        "online",
        (
            "Mức độ DVC | Mức độ | Mức độ dịch vụ công | Mức độ DVCTT | Mức độ dịch vụ công trực tuyến | "
            "Mức DVC | Mức độ cung cấp DVC | Loại dịch vụ công | Dịch vụ công trực tuyến | DVC trực tuyến | "
            "DVCTT | Mức độ cung cấp dịch vụ công trực tuyến | Mức độ trực tuyến | Hình thức DVC"
        ),
        "Online level | Online | Online service level",
    ),
    Column(
        "channels",
        (
            "Cách thức thực hiện | Cách thức | Hình thức nộp | Hình thức nộp hồ sơ | Hình thức thực hiện | "
            "Kênh thực hiện | Kênh | Hình thức tiếp nhận | Cách thức nộp hồ sơ"
        ),
        "Channels | Channel | Ways to apply",
    ),
    Column(
        "time",
        (
            "Thời hạn giải quyết | Thời gian giải quyết | Thời hạn | Thời gian | Số ngày giải quyết | "
            "Thời hạn xử lý | Thời gian xử lý | Thời gian thực hiện | Thời hạn thực hiện | Số ngày làm việc | "
            "Số ngày"
        ),
        "Time limit | Processing time | Time",
    ),
    Column(
        "fee",
        (
            "Phí, lệ phí | Phí | Phí/lệ phí | Mức phí | Phí, lệ phí nếu có | Mức thu phí, lệ phí | "
            "Phí và lệ phí | Mức thu"
        ),
        "Fee | Fees | Fee VND",
    ),
    Column(
        "charge",
        "Lệ phí | Mức lệ phí",
        "Charge",
    ),
    Column(
        "documents",
        "Thành phần hồ sơ | Hồ sơ | Giấy tờ | Thành phần, số lượng hồ sơ | Giấy tờ phải nộp | Hồ sơ gồm",
        "Documents | Papers",
    ),
    Column(
        "results",
        (
            "Kết quả | Kết quả thực hiện | Kết quả giải quyết | Kết quả thực hiện TTHC | Kết quả TTHC | "
            "Kết quả thực hiện thủ tục hành chính | Kết quả giải quyết TTHC"
        ),
        "Results | Result",
    ),
    Column(
        "legal_basis",
        "Căn cứ pháp lý | Cơ sở pháp lý | Văn bản quy định | Tên VBQPPL | Căn cứ | Văn bản pháp lý",
        "Legal basis",
    ),
    Column(
        "names",
        "Tên thường gọi | Tên gọi khác | Tên dân dã",
        "Everyday names | Names",
    ),
    Column(
        "decision",
        (
            "Quyết định công bố | Số quyết định | Quyết định | Số quyết định công bố | QĐ công bố | "
            "Số QĐ công bố | Số QĐ"
        ),
        "Decision | Publishing decision",
    ),
    Column(
        "electronic_process",
        "Quy trình điện tử | Năm bước điện tử",
        "Electronic process",
    ),
    Column(
        "at_center",
        "Tại Trung tâm | Tiếp nhận tại Trung tâm | Thực hiện tại TTPVHCC | Đưa vào Trung tâm",
        "At the Center",
    ),
    Column(
        "everyday_rank",
        "Độ phổ biến",
        "Everyday rank",
    ),
    Column(
        "published",
        "Công khai | Hiển thị",
        "Published",
    ),
    Column(
        "replaced_by",
        "Thay thế bởi | Mã thay thế",
        "Replaced by",
    ),
    Column(
        "valid_from",
        "Hiệu lực từ | Ngày có hiệu lực | Ngày hiệu lực",
        "Valid from",
    ),
    Column(
        "valid_to",
        "Hiệu lực đến | Ngày hết hiệu lực",
        "Valid to",
    ),
    Column(
        "source",
        "Nguồn",
        "Source",
    ),
    Column(
        "source_date",
        "Tính đến | Nguồn tính đến",
        "As of",
    ),
    Column(
        "source_note",
        "Ghi chú về nguồn | Ghi chú nguồn",
        "Note on the source",
    ),
]
BY_KEY = {column.key: column for column in COLUMNS}
RUNNING = {folded(header) for header in ("STT", "TT", "Số TT", "Số thứ tự", "No", "No.", "#")}
# A column of its own for each level, channel …, with a cross in it.
FLAGS = ("levels", "audiences", "online", "channels")
