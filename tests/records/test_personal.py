"""Personal facts: sealed at rest, found again by keyed hashes, shown masked."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from records import personal
from records.models import Record, RecordWord

from .factories import APPLICANT, receive

FACTS = {"name": "Nguyễn Văn Mẫu", "phone": "0912345678", "identity": ""}
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def keys(settings):
    def set_to(*keys):
        settings.DATA_KEYS = list(keys)

    set_to(OLD)
    return set_to


def test_what_was_sealed_is_read_with_the_key_and_with_no_other(keys):
    sealed = personal.seal(FACTS)
    assert personal.unseal(sealed) == FACTS
    assert personal.unseal(memoryview(sealed)) == FACTS
    keys(NEW)
    with pytest.raises(personal.Unreadable):
        personal.unseal(sealed)


def test_the_same_facts_are_sealed_differently_each_time():
    assert personal.seal(FACTS) != personal.seal(FACTS)


def test_bytes_that_were_touched_are_not_read():
    sealed = bytearray(personal.seal(FACTS))
    sealed[20] ^= 1
    with pytest.raises(personal.Unreadable):
        personal.unseal(bytes(sealed))


def test_rotation_seals_the_same_facts_with_the_newest_key(keys):
    sealed = personal.seal(FACTS)
    keys(NEW, OLD)
    assert not personal.has_newest_key(sealed)
    rotated = personal.rotate(sealed)
    assert personal.has_newest_key(rotated)
    keys(NEW)
    assert personal.unseal(rotated) == FACTS
    with pytest.raises(personal.Unreadable):
        personal.rotate(sealed)


def test_hashes_need_the_key_and_stay_when_the_data_keys_change(keys, settings):
    known = personal.keyed_hash("phone", "0912345678")
    keys(NEW)
    assert personal.keyed_hash("phone", "0912345678") == known
    assert personal.keyed_hash("identity", "0912345678") != known
    settings.HASH_KEY = "another"
    assert personal.keyed_hash("phone", "0912345678") != known


@given(st.text())
def test_a_hash_fits_the_column(text):
    assert 0 <= personal.keyed_hash("word", text) < 2**63


def test_a_digest_of_nothing_is_empty_and_of_a_reason_needs_the_key(settings):
    assert personal.digest("") == ""
    known = personal.digest("thiếu bản sao")
    assert len(known) == 64
    settings.HASH_KEY = "another"
    assert personal.digest("thiếu bản sao") != known


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("0912345678", "0912345678"),
        ("0912 345 678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("+84 204 385 4123", "02043854123"),
        ("024 099 001 234", "024099001234"),
        ("", ""),
        ("không có", ""),
    ],
)
def test_a_number_is_its_digits(written, plain):
    assert personal.digits(written) == plain


def test_a_name_is_found_by_each_word_with_and_without_accents():
    words = personal.name_hashes(["Nguyễn Đức Hoà"])
    assert words == personal.name_hashes(["nguyen duc hoa"]) == personal.name_hashes(["HÒA  ĐỨC NGUYỄN"])
    assert len(words) == 3
    assert personal.name_hashes(["Nguyễn Đức Hoà", "Nguyễn Thị Hoà"]) > words
    assert personal.name_hashes([""]) == set()


@pytest.mark.parametrize(
    ("name", "masked"),
    [("Nguyễn Văn An", "N***** V** A*"), ("  An ", "A*"), ("A", "A"), ("", ""), ("Công ty ABC", "C*** t* A**")],
)
def test_a_name_is_masked_to_the_first_letter_of_each_word(name, masked):
    assert personal.masked_name(name) == masked


@pytest.mark.parametrize(("number", "masked"), [("0912345678", "*******678"), ("678", "678"), ("", "")])
def test_a_number_is_masked_to_its_last_digits(number, masked):
    assert personal.masked_number(number) == masked


@pytest.mark.django_db
def test_the_rows_of_a_record_hold_nothing_that_can_be_read():
    record = receive()
    told = [APPLICANT.name, "Nguyễn", "nguyen", "0912345678", "0912 345 678", APPLICANT.identity, APPLICANT.email]
    with connection.cursor() as cursor:
        for table in ("records_record", "records_recordword", "records_event", "records_outboxmessage"):
            cursor.execute(f"SELECT * FROM {table}")
            row = str([bytes(cell) if isinstance(cell, memoryview) else cell for row in cursor for cell in row])
            assert not [fact for fact in told if fact in row]
    stored = Record.objects.get(pk=record.pk)
    assert stored.personal["name"] == APPLICANT.name
    assert stored.masked_name == "N***** V** M**"
    assert stored.phone_hash == personal.keyed_hash("phone", "0912345678")
    assert stored.identity_hash == personal.keyed_hash("identity", APPLICANT.identity)
    assert set(RecordWord.objects.values_list("word", flat=True)) == personal.name_hashes([APPLICANT.name])
