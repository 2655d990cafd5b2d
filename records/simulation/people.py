"""Invented applicants that nobody can take for real ones.

Names are put together by chance from lists of common surnames, middle and given names; companies are called "Mẫu"
(sample) something. Phone numbers begin with 0000, which no operator has; ID numbers with 999, which is no province;
tax codes with 9999; addresses name a hamlet "Mẫu"; e-mails end in example.org (RFC 2606).
"""

from random import Random

from procedures.text import fold
from records.actions import Applicant
from records.models import ApplicantKind

PHONE, IDENTITY, TAX_CODE, MAIL_HOST = "0000", "999", "9999", "example.org"
CONTENT = "Hồ sơ mô phỏng, không có thật."

# As often as they stand here.
SURNAMES = (
    *("Nguyễn",) * 19,
    *("Trần",) * 6,
    *("Lê", "Phạm") * 4,
    *("Hoàng", "Vũ", "Giáp", "Thân") * 3,
    *("Đỗ", "Bùi", "Ngô", "Dương", "Đặng", "Hà", "Lương") * 2,
    *("Phan", "Võ", "Hồ", "Lý", "Đinh", "Đào", "Trịnh", "Mai", "Lưu", "Tạ", "Chu", "Nông", "Vi", "Leo", "Quách"),
)
WOMEN = (
    ("Thị", "Thị", "Thị Thu", "Thị Minh", "Ngọc", "Thanh", "Phương", "Hồng", "Thùy"),
    (
        "Hương",
        "Lan",
        "Mai",
        "Hoa",
        "Hằng",
        "Hạnh",
        "Trang",
        "Linh",
        "Thảo",
        "Yến",
        "Nga",
        "Nhung",
        "Thủy",
        "Hiền",
        "Loan",
        "Oanh",
        "Quyên",
        "Vân",
        "Ánh",
        "Chi",
    ),
)
MEN = (
    ("Văn", "Văn", "Đức", "Minh", "Quang", "Hữu", "Xuân", "Công", "Mạnh"),
    (
        "An",
        "Bình",
        "Cường",
        "Dũng",
        "Đạt",
        "Hải",
        "Hiếu",
        "Hùng",
        "Huy",
        "Khánh",
        "Long",
        "Nam",
        "Phong",
        "Quân",
        "Sơn",
        "Thắng",
        "Toàn",
        "Trung",
        "Tuấn",
        "Việt",
    ),
)
GOODS = ("Xây dựng", "Thương mại", "Vận tải", "Cơ khí", "May mặc", "Nông sản", "Điện tử", "Dịch vụ", "Thực phẩm")
GREAT = ("Thành Đạt", "Hưng Thịnh", "Phú Cường", "Tân Tiến", "Hòa Bình", "Đại Phát", "Minh Quang", "Sông Thương")
BODIES = ("Trường học", "Hội", "Hợp tác xã", "Trung tâm", "Quỹ")


def pick(rng: Random, things: tuple[str, ...]) -> str:
    return things[int(rng.random() * len(things))]


def digits(rng: Random, count: int) -> str:
    return str(int(rng.random() * 10**count)).zfill(count)


def person(rng: Random) -> str:
    middle, given = WOMEN if rng.random() < 0.5 else MEN
    return f"{pick(rng, SURNAMES)} {pick(rng, middle)} {pick(rng, given)}"


def applicant(rng: Random, kind: ApplicantKind, place: str, with_email: bool) -> Applicant:
    """Somebody who lives at `place`, the name of a unit's area."""
    owner = ""
    if kind == ApplicantKind.CITIZEN:
        name, identity = person(rng), f"{IDENTITY}{digits(rng, 9)}"
        owner = person(rng) if rng.random() < 0.03 else ""
    elif kind == ApplicantKind.BUSINESS:
        name, identity = f"Công ty TNHH Mẫu {pick(rng, GOODS)} {pick(rng, GREAT)}", f"{TAX_CODE}{digits(rng, 6)}"
    else:
        name, identity = f"{pick(rng, BODIES)} Mẫu {pick(rng, GREAT)}", f"{TAX_CODE}{digits(rng, 6)}"
    return Applicant(
        name=name,
        kind=kind,
        identity=identity,
        phone=f"{PHONE}{digits(rng, 6)}",
        email=f"{fold(name).replace(' ', '.')}.{digits(rng, 3)}@{MAIL_HOST}" if with_email else "",
        address=f"Số {int(rng.random() * 200) + 1}, thôn Mẫu {int(rng.random() * 9) + 1}, {place}",
        owner=owner,
    )
