"""The columns of an exchanged file, under the names by which other systems know them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from procedures.models import ChannelKind, TimeUnit
from procedures.tables import folded
from records.models import ApplicantKind, Collection
from records.statuses import Status


class Column(NamedTuple):
    """A column: its key, its Vietnamese and English headers (the first is the one written), whether a file needs it,
    and whether its values are personal, so that no fault may repeat them."""

    key: str
    vietnamese: tuple[str, ...]
    english: tuple[str, ...]
    is_needed: bool = False
    is_personal: bool = False


NEEDED, PERSONAL = {"is_needed": True}, {"is_personal": True}
COLUMNS = [
    Column("code", ("Mã hồ sơ", "Mã số hồ sơ", "Số hồ sơ"), ("Record code", "Code"), **NEEDED),
    Column("procedure", ("Mã thủ tục", "Mã TTHC", "Mã thủ tục hành chính"), ("Procedure code", "Procedure"), **NEEDED),
    Column("unit", ("Đơn vị tiếp nhận", "Nơi tiếp nhận", "Bộ phận một cửa"), ("Receiving unit", "Unit")),
    Column("agency", ("Cơ quan giải quyết", "Đơn vị giải quyết", "Đơn vị xử lý"), ("Settling agency", "Agency")),
    Column("channel", ("Hình thức nộp", "Hình thức tiếp nhận", "Kênh"), ("Channel",), **NEEDED),
    Column("kind", ("Loại đối tượng", "Đối tượng"), ("Applicant kind",)),
    Column("name", ("Người nộp", "Người nộp hồ sơ", "Họ và tên", "Họ tên"), ("Applicant", "Name"), True, True),
    Column(
        "identity",
        ("Số định danh", "Số CCCD", "CCCD", "Số CMND", "Số giấy tờ", "Mã số thuế"),
        ("ID number", "Identity"),
        **PERSONAL,
    ),
    Column("phone", ("Điện thoại", "Số điện thoại", "SĐT"), ("Phone", "Phone number"), **PERSONAL),
    Column("email", ("Thư điện tử", "E-mail", "Email"), ("E-mail address", "Email address"), **PERSONAL),
    Column("address", ("Địa chỉ",), ("Address",), **PERSONAL),
    Column("owner", ("Chủ hồ sơ",), ("Owner",), **PERSONAL),
    Column("content", ("Nội dung", "Nội dung yêu cầu", "Trích yếu"), ("Content",), **PERSONAL),
    Column("collection", ("Hình thức nhận kết quả", "Cách nhận kết quả"), ("Result collected", "Collection")),
    Column("place", ("Nơi nhận kết quả",), ("Place of collection",), **PERSONAL),
    Column("limit", ("Thời hạn", "Thời hạn giải quyết", "Số ngày giải quyết"), ("Time limit", "Limit")),
    Column("limit_unit", ("Đơn vị thời hạn",), ("Unit of the limit", "Limit unit")),
    Column("received_at", ("Ngày tiếp nhận", "Ngày nhận", "Ngày nộp"), ("Received at", "Received"), **NEEDED),
    Column("due_at", ("Ngày hẹn trả", "Hẹn trả", "Ngày hẹn trả kết quả"), ("Due", "Due at", "Due date")),
    Column("status", ("Trạng thái", "Tình trạng"), ("Status",), **NEEDED),
    Column("status_since", ("Ngày chuyển trạng thái",), ("Status since",)),
    Column("resolved_at", ("Ngày hoàn thành", "Ngày xử lý xong", "Ngày có kết quả"), ("Resolved at", "Resolved")),
    Column("returned_at", ("Ngày trả kết quả", "Ngày trả"), ("Returned at", "Returned")),
    Column("reason", ("Lý do",), ("Reason",), **PERSONAL),
]
BY_KEY = {column.key: column for column in COLUMNS}


HEADERS = {folded(header): column.key for column in COLUMNS for header in (*column.vietnamese, *column.english)}

# What stands in a cell; the first name is the one written. Statuses have their national numbers as well.
STATUS_NAMES = {
    Status.SUBMITTED: ("Mới đăng ký", "Submitted"),
    Status.RECEIVED: ("Được tiếp nhận", "Đã tiếp nhận", "Received"),
    Status.REFUSED: ("Không được tiếp nhận", "Refused at reception"),
    Status.IN_PROCESS: ("Đang xử lý", "In process"),
    Status.SUPPLEMENT: ("Yêu cầu bổ sung giấy tờ", "Yêu cầu bổ sung", "Supplement requested"),
    Status.PAYMENT: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Payment due"),
    Status.WITHDRAWAL: ("Công dân yêu cầu rút hồ sơ", "Withdrawal requested"),
    Status.STOPPED: ("Dừng xử lý", "Stopped"),
    Status.RESOLVED: ("Đã xử lý xong", "Resolved"),
    Status.RETURNED: ("Đã trả kết quả", "Returned"),
}
CHANNEL_NAMES = {
    ChannelKind.IN_PERSON: ("Trực tiếp", "In person", "1"),
    ChannelKind.ONLINE: ("Trực tuyến", "Qua mạng", "Online", "2"),
    ChannelKind.POSTAL: ("Bưu chính", "Bưu chính công ích", "By post", "Postal", "3"),
}
KIND_NAMES = {
    ApplicantKind.CITIZEN: ("Công dân", "Cá nhân", "Người dân", "Citizen"),
    ApplicantKind.BUSINESS: ("Doanh nghiệp", "Business"),
    ApplicantKind.ORGANISATION: ("Tổ chức", "Organisation", "Organization"),
}
COLLECTION_NAMES = {
    Collection.DESK: ("Tại quầy", "Trực tiếp", "At the desk", "Desk", "In person"),
    Collection.POST: ("Bưu chính", "Qua bưu chính", "By post", "Post"),
    Collection.ONLINE: ("Trực tuyến", "Online"),
}
UNIT_NAMES = {
    TimeUnit.WORKING_DAY: ("ngày làm việc", "working day", "working days"),
    TimeUnit.DAY: ("ngày", "ngày lịch", "day", "days", "calendar days"),
    TimeUnit.HOUR: ("giờ", "giờ làm việc", "hour", "hours", "office hours"),
    TimeUnit.MONTH: ("tháng", "month", "months"),
}


def meanings(names: Mapping[Any, tuple[str, ...]]) -> dict[str, Any]:
    """What each name means, by the folded name; the portal's own values are names as well."""
    return {folded(name): value for value, some in names.items() for name in (*some, str(value.value))}


STATUSES = meanings(STATUS_NAMES)
CHANNELS = meanings(CHANNEL_NAMES)
KINDS = meanings(KIND_NAMES)
COLLECTIONS = meanings(COLLECTION_NAMES)
LIMIT_UNITS = meanings(UNIT_NAMES)
