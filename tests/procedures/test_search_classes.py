"""The ways in which people ask, each with what they have to find first."""

import pytest

from organisation.models import Agency, AgencyKind
from procedures.models import Level, Procedure, Synonym
from procedures.search import current, find
from procedures.text import words

pytestmark = pytest.mark.django_db

BIRTH, MARRIAGE, DEATH, SINGLE = "1.001193", "1.000894", "1.000656", "1.004873"
PASSPORT, CARD, RECORD = "1.001456", "1.014061", "2.000488"
RESIDENCE, STAY = "1.004222", "1.004194"
LICENCE, NEW_LICENCE = "BG-GK-01", "3.000348"
LAND, HOUSE, LOST_LAND_PAPER = "1.012784", "1.013225", "1.012786"
HOUSEHOLD_BUSINESS, COMPANY, PHARMACY, KARAOKE = "1.001612", "2.001583", "1.004593", "BG-VHTTDL-25"
UNEMPLOYED, PENSION, WORK_PERMIT, SERVICE = "BGL-014", "BG-GK-05", "2.000205", "1.013133"


def first(query: str) -> str:
    """The first hit, which has to have every word that says something."""
    found = find(query)
    assert found.codes, f"nothing found for {query}"
    assert not found.loose
    assert found.missing([current().number[found.codes[0]]]) == [[]]
    return found.codes[0]


# Words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("làm giấy khai sinh cho con", BIRTH),
        ("lấy chồng", MARRIAGE),
        ("giấy độc thân", SINGLE),
        ("báo tử", DEATH),
        ("nhập hộ khẩu", RESIDENCE),
        ("tách sổ", LAND),
        ("mất sổ đỏ", LOST_LAND_PAPER),
        ("xin phép xây nhà", HOUSE),
        ("mở hiệu thuốc", PHARMACY),
        ("mở công ty", COMPANY),
        ("ăn thất nghiệp", UNEMPLOYED),
        ("làm sổ hưu", PENSION),
    ],
)
def test_everyday_names(query, code):
    assert first(query) == code
    # Not because the title says so.
    assert not set(words(query)) <= set(words(Procedure.objects.get(code=code).name))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("dang ky ket hon", MARRIAGE),
        ("giay xac nhan tinh trang hon nhan", SINGLE),
        ("dang ky tam tru", STAY),
        ("tach thua dat", LAND),
        ("tro cap that nghiep", UNEMPLOYED),
        ("giay phep lao dong cho nguoi nuoc ngoai", WORK_PERMIT),
        ("can cuoc cong dan", CARD),
    ],
)
def test_no_accents(query, code):
    assert first(query) == code


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("đăng ký kết hôn", "đăng kí kết hôn"),
        ("lý lịch tư pháp", "lí lịch tư pháp"),
        ("công ty cổ phần", "công ti cổ phần"),
        ("hy sinh", "hi sinh"),
        ("mỹ phẩm", "mĩ phẩm"),
        ("bác sĩ", "bác sỹ"),
        ("quý hiếm", "quí hiếm"),
        ("KÝ", "kí"),
    ],
)
def test_i_and_y(written, other):
    assert find(written).codes == find(other).codes != []


def test_a_y_that_is_no_other_spelling_of_i_stays_apart():
    assert words("tay quay") != words("tai quai")
    assert find("máy").codes != find("mái").codes


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("birth certificate", BIRTH),
        ("marriage registration", MARRIAGE),
        ("death certificate", DEATH),
        ("passport", PASSPORT),
        ("driving licence", LICENCE),
        ("driving license", LICENCE),
        ("temporary residence", STAY),
        ("permanent residence", RESIDENCE),
        ("work permit for foreigners", WORK_PERMIT),
        ("unemployment benefits", UNEMPLOYED),
        ("household business", HOUSEHOLD_BUSINESS),
        ("set up a company", COMPANY),
        ("pharmacy", PHARMACY),
    ],
)
def test_english(query, code):
    assert first(query) == code


# Slips -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("đăng ký khia sinh", BIRTH),
        ("đnăg ký kết hôn", MARRIAGE),
        ("ho chiue", PASSPORT),
        ("that nghipe", UNEMPLOYED),
    ],
)
def test_two_letters_in_each_others_place(query, code):
    assert first(query) == code


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("đăg ký kết hôn", MARRIAGE),
        ("giy phép xây dựng nhà", HOUSE),
        ("trợ cấp thất nghệp", UNEMPLOYED),
        ("karoke", KARAOKE),
    ],
)
def test_a_letter_left_out(query, code):
    assert first(query) == code


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("khai ssinh", BIRTH),
        ("kkhai sinh", BIRTH),
        ("đăngg ký kết hônn", MARRIAGE),
        ("hộ chiiếu", PASSPORT),
        ("thường trrú", RESIDENCE),
        ("thất nghiệpp", UNEMPLOYED),
    ],
)
def test_a_letter_doubled(query, code):
    assert first(query) == code


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("lhai sinh", BIRTH),
        ("đăng ký kết hôm", MARRIAGE),
        ("hộ chiếi", PASSPORT),
        ("giấy phep lsi xe", NEW_LICENCE),
        ("that nghiwp", UNEMPLOYED),
        ("karaokr", KARAOKE),
    ],
)
def test_a_neighbouring_key(query, code):
    assert first(query) == code


@pytest.mark.parametrize("query", ["khai sinh", "kết hôn", "hộ chiếu"])
def test_what_was_typed_right_is_not_corrected(query):
    assert not find(query).ranking.query.corrected


def test_a_slip_is_judged_beside_its_neighbours():
    """`khia` may be many words; before `sinh` it is `khai`."""
    meant = [word.meant for word in find("dang ky khia sinh").ranking.query.words]
    assert meant == ["dang", "ki", "khai", "sinh"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("ddang kys khai sinh", BIRTH),
        ("ddawng kys keets hoon", MARRIAGE),
        ("hooj chieeus", PASSPORT),
        ("giaays pheps xaay duwngj", HOUSE),
        ("ddang ky tamj trus", STAY),
        ("trowj caaps thaats nghieepj", UNEMPLOYED),
        ("giay61 khai sinh", BIRTH),
        ("giay1 phe1p la1i xe", NEW_LICENCE),
        ("dang9 ky1 ke6t1 ho6n", MARRIAGE),
        ("ho65 chie61u", PASSPORT),
        ("tro75 ca61p tha61t nghie65p", UNEMPLOYED),
    ],
)
def test_telex_and_vni_that_the_keyboard_did_not_decode(query, code):
    assert first(query) == code


def test_a_number_is_not_taken_for_vni():
    assert [word.typed for word in find("nghị định 2024").ranking.query.words] == ["nghi", "dinh", "2024"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("khaisinh", BIRTH),
        ("dangkykhaisinh", BIRTH),
        ("đăngkýkếthôn", MARRIAGE),
        ("kethon", MARRIAGE),
        ("hochieu", PASSPORT),
        ("làm hochieu", PASSPORT),
        ("tamtru", STAY),
        ("giaypheplaixe", NEW_LICENCE),
        ("trocapthatnghiep", UNEMPLOYED),
        ("lylichtuphap", RECORD),
        ("dangky khaisinh", BIRTH),
    ],
)
def test_words_written_as_one(query, code):
    assert first(query) == code


@pytest.mark.parametrize("query", ["khaisinhxyzzy", "xyzzyqqkethon", "xyzzyjs", "xyzzy1"])
def test_what_no_reading_explains_finds_nothing(query):
    assert find(query).in_vain


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("khai si", BIRTH),
        ("đăng ký kh", BIRTH),
        ("kết h", MARRIAGE),
        ("hộ chi", PASSPORT),
        ("đăng ký tạm t", STAY),
        ("dang ky thuong t", RESIDENCE),
        ("bảo hiểm thất n", UNEMPLOYED),
        ("tách th", LAND),
        ("passpo", PASSPORT),
        ("birth certif", BIRTH),
    ],
)
def test_the_last_word_only_begun(query, code):
    assert first(query) == code


def begun(query: str) -> set[str]:
    """What the last word of a query may stand for."""
    return {option for option, _weight in find(query).ranking.query.words[-1].options}


@pytest.mark.parametrize(
    ("query", "word", "other"),
    [
        ("đăng ký kết hô", "hon", "hoc"),
        ("xin giấy phép xâ", "xay", "xac"),
        ("làm thẻ bả", "bao", "bat"),
        ("đăng ký khai tử", "tu", "tuoi"),
        ("con đuon", "duong", "duo"),  # its marks come last
    ],
)
def test_a_last_word_with_accents_begins_no_word_with_others(query, word, other):
    assert word in begun(query)
    assert other not in begun(query)


@pytest.mark.parametrize(("query", "begun"), [("chuyển trườ", "truo"), ("chuyen truo", "truo")])
def test_a_last_word_that_is_begun_is_not_parted(query, begun):
    found = find(query)
    assert found.ranking.query.words[-1].typed == begun
    assert "chuyển trường" in found.index.name(found.codes[0]).lower()


# Abbreviations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spellings", "code"),
    [
        (["GPLX", "gplx", "g.p.l.x", "G.P.L.X."], NEW_LICENCE),
        (["CCCD", "cccd", "c.c.c.d"], CARD),
        (["ĐKKD", "đkkd", "DKKD", "dkkd", "Đ.K.K.D"], HOUSEHOLD_BUSINESS),
        (["LLTP", "lltp", "L.L.T.P"], RECORD),
        (["NVQS", "nvqs", "n.v.q.s"], SERVICE),
    ],
)
def test_abbreviations_with_and_without_dots_and_accents(spellings, code):
    found = [find(spelling).codes for spelling in spellings]
    assert first(spellings[0]) == code
    assert all(codes == found[0] for codes in found)


def test_an_abbreviation_finds_what_it_stands_for():
    titles = [Procedure.objects.get(code=code).name.lower() for code in find("ATTP").codes[:5]]
    assert all("an toàn thực phẩm" in title for title in titles)
    assert first("đổi GPLX") == LICENCE
    assert first("làm CCCD") == CARD


@pytest.mark.parametrize(
    ("spellings", "code"),
    [
        (["ĐKKH", "đkkh", "dkkh", "Đ.K.K.H"], MARRIAGE),  # đăng ký kết hôn
        (["TCTN", "tctn", "t.c.t.n."], UNEMPLOYED),  # trợ cấp thất nghiệp
        (["CMĐSD", "cmdsd", "c.m.đ.s.d"], "1.000798"),  # chuyển mục đích sử dụng
    ],
)
def test_an_abbreviation_that_no_synonym_explains_is_read_from_the_initials_of_titles(spellings, code):
    explained = {"".join(words(everyday)) for everyday in Synonym.objects.values_list("everyday", flat=True)}
    for spelling in spellings:
        assert words(spelling)[0] not in explained
        assert first(spelling) == code


@pytest.mark.parametrize("query", ["ZQXW", "z.q.x.w", "kgbtv"])
def test_letters_that_begin_no_phrase_find_nothing(query):
    assert find(query).in_vain


# Questions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "core"),
    [
        ("tôi muốn đăng ký kết hôn thì cần những giấy tờ gì", "đăng ký kết hôn"),
        ("toi muon dang ky ket hon thi can nhung giay to gi", "dang ky ket hon"),
        ("cho em hỏi đổi bằng lái xe mất bao lâu ạ", "đổi bằng lái xe"),
        ("xin hỏi thủ tục tách thửa đất như thế nào", "tách thửa đất"),
        ("hồ sơ hưởng trợ cấp thất nghiệp gồm những gì", "hưởng trợ cấp thất nghiệp"),
        ("mở quán karaoke cần điều kiện gì", "mở quán karaoke"),
        ("đăng ký tạm trú ở đâu", "đăng ký tạm trú"),
        ("làm hộ chiếu hết bao nhiêu tiền", "làm hộ chiếu"),
        ("thủ tục mở hiệu thuốc là gì?", "mở hiệu thuốc"),
        ("how do I get a birth certificate", "birth certificate"),
        ("where can I get a passport?", "passport"),
        ("what do i need for a work permit", "work permit"),
    ],
)
def test_questions_find_what_their_words_find_without_the_asking(question, core):
    assert first(question) == first(core)


@pytest.mark.parametrize(
    "query", ["căn cước", "can cuoc", "trẻ em", "thành lập hội", "xã hội", "an toan", "chung minh nhan dan"]
)
def test_a_word_of_asking_that_belongs_to_an_expression_says_what_is_wanted(query):
    assert {word.says for word in find(query).ranking.query.words} == {1.0}


@pytest.mark.parametrize(
    ("query", "asking"), [("hỏi khai sinh", 1), ("hội khai sinh", 0), ("thì khai sinh", 1), ("thi khai sinh", 1)]
)
def test_where_accents_are_typed_only_the_asking_word_itself_asks(query, asking):
    assert sum(word.says < 1 for word in find(query).ranking.query.words) == asking


# Levels and places -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("khai sinh ở xã", BIRTH),
        ("đăng ký khai sinh tại ủy ban nhân dân xã", BIRTH),
        ("dang ky ket hon o xa", MARRIAGE),
        ("kết hôn huyện Lục Ngạn", MARRIAGE),
        ("hộ chiếu Bắc Giang", PASSPORT),
        ("đổi bằng lái xe tỉnh Bắc Giang", LICENCE),
        ("xây nhà xã Tân Mỹ", HOUSE),
        ("tách thửa thị trấn Vôi", LAND),
        ("tach thua phuong Tho Xuong", LAND),
        ("trợ cấp thất nghiệp thành phố Bắc Giang", UNEMPLOYED),
        ("đổi bằng lái xe TP Bắc Giang", LICENCE),
    ],
)
def test_a_level_and_a_place_do_not_drown_the_rest(query, code):
    assert first(query) == code


@pytest.mark.parametrize(
    ("query", "level"),
    [
        *((f"{wanted} {place}", level)
          for wanted in ("tiếp công dân", "giải quyết khiếu nại", "thành lập hội")
          for place, level in (("tỉnh", Level.PROVINCE), ("huyện", Level.DISTRICT), ("cấp xã", Level.COMMUNE))),
        ("tiep cong dan xa Tan My", Level.COMMUNE),
        ("cấp thẻ căn cước tại tỉnh", Level.PROVINCE),
        ("cấp thẻ căn cước tại xã", Level.COMMUNE),
        ("trình báo mất hộ chiếu ở tỉnh", Level.PROVINCE),
        ("trình báo mất hộ chiếu ở xã", Level.COMMUNE),
    ],
)  # fmt: skip
def test_the_level_that_is_named_comes_first(query, level):
    assert level in Procedure.objects.get(code=first(query)).levels
    assert find(query).ranking.query.levels == {level}


@pytest.mark.parametrize(
    "query",
    [
        "bảo hiểm xã hội",
        "nha o xa hoi",
        "hợp tác xã",
        "sổ đỏ",
        "tình trạng hôn nhân",
        "trần nhà",
        "phương án",
        "sang tên đổi chủ",
        "đổi tên chủ",
    ],  # the town is Chũ
)
def test_what_only_looks_like_a_level_names_none(query):
    assert find(query).ranking.query.levels == frozenset()


def test_a_commune_whose_name_has_no_word_stops_no_search():
    Agency.objects.create(code="no-word", name="Xã …", kind=AgencyKind.COMMUNE)
    assert first("khai sinh ở xã") == BIRTH
