"""The columns of a catalogue table under the names that lists of procedures give them, and what stands in them.

`docs/loading.md` shows the same to people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from procedures.models import Audience, ChannelKind, LegalKind, Level, OnlineLevel, Origin, Source, TimeUnit
from procedures.tables import folded


def names(text: str) -> tuple[str, ...]:
    """Names with bars between them; the first is the one written."""
    return tuple(text.split(" | "))


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

# What stands in a cell; the first name is the one written. Longer phrases are taken before the shorter ones in them.
NAMES: dict[str, dict[Any, tuple[str, ...]]] = {
    "levels": {
        Level.PROVINCE: names("Cấp tỉnh | Tỉnh | Sở | Sở ngành | Sở, ban, ngành | UBND tỉnh | Province | Provincial"),
        Level.DISTRICT: names("Cấp huyện | Huyện | Quận huyện | UBND huyện | UBND cấp huyện | District"),
        Level.COMMUNE: names(
            "Cấp xã | Xã | Xã phường | Xã, phường, thị trấn | Phường | Thị trấn | UBND xã | UBND cấp xã | Commune"
        ),
    },
    "audiences": {
        Audience.CITIZEN: names(
            "Công dân | Công dân Việt Nam | Cá nhân | Người dân | Hộ gia đình | Citizens | Citizen"
        ),
        Audience.BUSINESS: names(
            "Doanh nghiệp | Hợp tác xã | HTX | Hộ kinh doanh | DN | Businesses | Business | "
            "Doanh nghiệp có vốn đầu tư nước ngoài | Doanh nghiệp có vốn đầu tư nước ngoài (FDI)"
        ),
        Audience.ORGANISATION: names(
            "Tổ chức | Tổ chức (không bao gồm doanh nghiệp, HTX) | Tổ chức nước ngoài | Cơ quan | "
            "Tổ chức không bao gồm doanh nghiệp, hợp tác xã | Organisations | Organisation | Organization"
        ),
        Audience.OFFICIAL: names(
            "Cán bộ, công chức, viên chức | Cán bộ | Công chức | Viên chức | CBCCVC | Officials | Official"
        ),
        Audience.FOREIGNER: names("Người nước ngoài | Người Việt Nam định cư ở nước ngoài | Foreigners | Foreigner"),
    },
    "online": {
        OnlineLevel.FULL: names(
            "Toàn trình | DVC toàn trình | DVCTT toàn trình | Dịch vụ công trực tuyến toàn trình | "
            "Dịch vụ công toàn trình | Trực tuyến toàn trình | Mức độ 4 | Mức 4 | 4 | Full | Fully online"
        ),
        OnlineLevel.PARTIAL: names(
            "Một phần | DVC một phần | DVCTT một phần | Dịch vụ công trực tuyến một phần | "
            "Dịch vụ công một phần | Trực tuyến một phần | Mức độ 3 | Mức 3 | 3 | Partial | Partly online"
        ),
        OnlineLevel.NONE: names(
            "Cung cấp thông tin | Cung cấp thông tin trực tuyến | Cung cấp thông tin dịch vụ công | "
            "Dịch vụ công cung cấp thông tin trực tuyến | Dịch vụ cung cấp thông tin trực tuyến | "
            "DVC cung cấp thông tin | Cung cấp thông tin về dịch vụ công | Mức độ 2 | Mức 2 | 2 | Mức độ 1 | 1 | "
            "Còn lại | Các dịch vụ còn lại | None | Information only"
        ),
    },
    "channels": {
        ChannelKind.IN_PERSON: names("Trực tiếp | Tại bộ phận một cửa | Tại Trung tâm | Nộp trực tiếp | In person"),
        ChannelKind.ONLINE: names(
            "Trực tuyến | Qua mạng | Dịch vụ công trực tuyến | Qua Cổng dịch vụ công | DVCTT | Nộp trực tuyến | Online"
        ),
        ChannelKind.POSTAL: names(
            "Bưu chính | Dịch vụ bưu chính | Bưu chính công ích | Dịch vụ bưu chính công ích | BCCI | "
            "Qua bưu điện | Bưu điện | Qua dịch vụ BCCI | Qua dịch vụ bưu chính công ích | By post | Postal"
        ),
    },
    "unit": {
        TimeUnit.WORKING_DAY: names("ngày làm việc | ngày LV | NLV | working days | working day"),
        TimeUnit.DAY: names("ngày | ngày lịch | ngày dương lịch | calendar days | calendar day | days | day"),
        TimeUnit.HOUR: names("giờ | giờ làm việc | giờ hành chính | h | hours | hour | office hours"),
        TimeUnit.MONTH: names("tháng | months | month"),
    },
    "bool": {
        True: names("Có | x | 1 | ✓ | ✔ | Đúng | Yes | True | v"),
        False: names("Không | 0 | - | Sai | No | False"),
    },
    "kind": {
        LegalKind.LAW: names("Luật | Bộ luật | Nghị quyết của Quốc hội"),
        LegalKind.ORDINANCE: names("Pháp lệnh"),
        LegalKind.ORDINANCE_OR_RESOLUTION: names("Pháp lệnh hoặc nghị quyết"),
        LegalKind.DECREE: names("Nghị định"),
        LegalKind.DECISION: names("Quyết định"),
        LegalKind.CIRCULAR: names("Thông tư"),
        LegalKind.JOINT_CIRCULAR: names("Thông tư liên tịch"),
        LegalKind.RESOLUTION: names("Nghị quyết"),
    },
    "source": {
        Source.NATIONAL_PORTAL: names("Cổng Dịch vụ công quốc gia"),
        Source.MINISTRY: names("Danh mục của bộ"),
        Source.OTHER_PROVINCE: names("Danh mục của tỉnh khác"),
        Source.DISTRICT_PORTAL: names("Cổng cấp huyện 2014–2016"),
        Source.GENERAL_KNOWLEDGE: names("Hiểu biết chung, cần xác nhận"),
        Source.STEWARD: names("Trung tâm nhập"),
    },
    "origin": {
        Origin.SHIPPED: names("có sẵn"),
        Origin.STEWARD: names("tự thêm"),
    },
    "language": {
        "vi": names("tiếng Việt"),
        "en": names("tiếng Anh"),
    },
}


def meanings(names: Mapping[Any, tuple[str, ...]]) -> dict[str, Any]:
    """What each name means, by the folded name; the portal's own values are names as well."""
    return {
        folded(name) or name: value
        for value, some in names.items()
        for name in (*some, str(getattr(value, "value", value)))
    }


MEANINGS = {key: meanings(names) for key, names in NAMES.items()}
# A column of its own for each level, channel …, with a cross in it.
FLAGS = ("levels", "audiences", "online", "channels")


def written(key: str, value: Any) -> str:
    """How a value is written in a table; an empty one is an empty cell."""
    return NAMES[key][value][0] if value != "" and value is not None else ""
