"""What stands in the cells of a catalogue table: the names of levels, audiences, channels and the like."""

from collections.abc import Mapping
from typing import Any

from procedures.models import Audience, ChannelKind, LegalKind, Level, OnlineLevel, Origin, Source, TimeUnit
from procedures.tables import folded


def names(text: str) -> tuple[str, ...]:
    """Names with bars between them; the first is the one written."""
    return tuple(text.split(" | "))


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


def written(key: str, value: Any) -> str:
    """How a value is written in a table; an empty one is an empty cell."""
    return NAMES[key][value][0] if value != "" and value is not None else ""
