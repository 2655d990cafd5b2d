"""The letters of a busy desk: asked for once, drawn in slices, one PDF at the end, each receipt in the log once."""

import datetime
import io
import subprocess
from collections import Counter

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from organisation.models import Agency
from organisation.roles import Role
from records import actions
from records.letters import batches, periods
from records.models import IssuedLetter, LetterBatch, LetterForm, LetterKind, LetterPiece
from records.papers import joined
from records.pdf import from_html
from records.statuses import Status
from tests.programs import programs

from .factories import CENTER, COMMUNE, NINE, in_status, moment, officer, receive, stranger, supervisor
from .test_bulk_killed import Place, wait_until
from .test_papers import said

pytestmark = pytest.mark.django_db
DAY = NINE.date()
LOOKUP = "https://example.org/records/"
DESK = reverse("admin:records_record_letters")
RUNNING, DONE = LetterBatch.State.RUNNING, LetterBatch.State.DONE


@pytest.fixture
def by_twos(monkeypatch):
    """Two records are drawn in one go."""
    monkeypatch.setattr(periods, "SIZE", dict.fromkeys(periods.SIZE, 2))


@pytest.fixture
def five(by_twos):
    """The codes of five records in the order of their reception, which is not that of their keys."""
    hours = [f"2024-08-28 {hour:02}:00" for hour in (11, 9, 10, 8, 12)]
    found = {hour: receive(at=moment(hour)).code for hour in hours}
    return [found[hour] for hour in sorted(found)]


def ask(kind=LetterKind.RECEIPT, by=None, last=DAY):
    return batches.ask(kind, Agency.objects.get(code=CENTER), DAY, last, by=by or officer(), lookup=LOOKUP)


def made(batch):
    while batches.run_slice(batch, seconds=0):
        pass
    return batches.file_of(batch)


def logged():
    return Counter(IssuedLetter.objects.values_list("record__code", flat=True))


def in_order(text, codes):
    places = [text.index(code) for code in codes]
    return places == sorted(places)


# The work --------------------------------------------------------------------------------------


def test_a_day_is_one_pdf_in_the_order_of_reception_and_each_receipt_is_logged_once(five):
    batch = ask()
    content = made(batch)
    assert len(PdfReader(io.BytesIO(content)).pages) == 5
    assert in_order(said(content), five)
    assert logged() == Counter(five)
    assert (batch.state, batch.done, batch.total, batch.fault) == (DONE, 5, 5, "")
    assert list(batch.pieces.values_list("number", flat=True)) == [LetterPiece.WHOLE]


def test_each_step_draws_so_many_and_tells_how_far_it_is(five):
    batch = ask()
    told = []
    while batches.run_slice(batch, seconds=0):
        told.append((batch.done, batch.pieces.count(), IssuedLetter.objects.count()))
    assert told == [(2, 1, 2), (4, 2, 4), (5, 3, 5)]


def test_the_register_goes_on_counting_from_piece_to_piece_and_is_one_issue(five):
    text = said(made(ask(LetterKind.REGISTER)), "-layout")
    assert in_order(text, five)
    assert [f"{number} {code}" in text for number, code in enumerate(five, start=1)] == [True] * 5
    (letter,) = IssuedLetter.objects.all()
    assert (letter.unit.code, letter.first, letter.last, letter.issued_by) == (CENTER, DAY, DAY, officer())


def test_what_comes_in_after_it_was_asked_for_is_not_on_it(five):
    batch = ask()
    batches.run_slice(batch, seconds=0)
    late = [receive(at=moment(hour)).code for hour in ("2024-08-28 07:00", "2024-08-28 11:30", "2024-08-28 13:00")]
    text = said(made(batch))
    assert [code in text for code in (*five, *late)] == [True] * 5 + [False] * 3
    assert logged() == Counter(five)


def test_records_of_one_moment_are_each_on_it(by_twos):
    codes = [receive().code for _number in range(5)]
    assert in_order(said(made(ask())), codes)
    assert logged() == Counter(codes)


def test_a_record_without_a_receipt_is_passed_over(by_twos):
    submitted = [in_status(Status.SUBMITTED) for _number in range(2)]
    receive(unit=COMMUNE)
    record = receive()
    assert said(made(ask())).count("Mã hồ sơ:") == 1
    assert logged() == {record.code: 1}
    assert len(submitted) == 2


def test_of_two_at_the_same_time_the_second_gives_up_what_it_drew(five):
    batch = ask()
    other = LetterBatch.objects.get(pk=batch.pk)
    records = batches.waiting(other)
    batches.run_slice(batch, seconds=0)
    batches.draw(other, records)  # as far as it was when it looked
    assert (batch.pieces.count(), IssuedLetter.objects.count()) == (1, 2)
    assert in_order(said(made(batch)), five)
    with pytest.raises(actions.Refused):
        batches.join(other)
    batch.refresh_from_db()
    assert (batch.pieces.count(), batch.fault) == (1, "")
    assert logged() == Counter(five)


def test_who_is_killed_leaves_all_of_a_step_or_nothing(five, monkeypatch):
    batch = ask()

    def fail(*_given, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(IssuedLetter.objects.all()), "bulk_create", fail)  # the last thing of a step
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            batches.run_slice(batch, seconds=0)
    batch.refresh_from_db()
    assert (batch.reached, batch.done, batch.pieces.count()) == (0, 0, 0)
    made(batch)
    assert logged() == Counter(five)


def test_what_is_asked_for_again_while_it_runs_is_the_same_work(five):
    batch = ask()
    assert ask() == batch
    assert ask(by=supervisor()) != batch
    made(batch)
    assert ask() != batch


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "control"}, {"first": "2024-08-29"}, {}],
)
def test_the_database_keeps_no_batch_that_makes_no_sense(five, wrong):
    batch = ask()
    facts = {"kind": batch.kind, "first": DAY, "last": DAY, "until": 1, "total": 1, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterBatch.objects.create(unit=batch.unit, made_by=officer(), made_at=NINE, **facts)


# What stands in the way ------------------------------------------------------------------------


def test_who_may_not_asks_for_nothing(five):
    with pytest.raises(actions.NotYours):
        ask(by=stranger())
    with pytest.raises(actions.Refused):
        batches.ask(LetterKind.RECEIPT, Agency.objects.get(code=COMMUNE), DAY, DAY, by=supervisor(), lookup=LOOKUP)
    LetterForm.objects.update(valid_to=DAY - datetime.timedelta(days=1))
    with pytest.raises(actions.Refused):
        ask()
    assert not LetterBatch.objects.exists()


def test_who_left_meanwhile_gets_no_more_letters(five):
    batch, maker = ask(), officer()
    batches.run_slice(batch, seconds=0)
    maker.is_active = False
    maker.save()
    assert made(batch) is None
    assert (batch.state, bool(batch.fault), IssuedLetter.objects.count()) == (DONE, True, 2)


def test_a_missing_key_ends_it_and_is_told(five, settings):
    batch = ask()
    settings.DATA_KEYS = [Fernet.generate_key().decode()]
    assert made(batch) is None
    assert five[0] in batch.fault
    assert not IssuedLetter.objects.exists()


def test_pieces_lie_sealed(five):
    batch = ask()
    batches.run_slice(batch, seconds=0)
    sealed = bytes(batch.pieces.get().sealed_pdf)
    assert b"%PDF" not in sealed
    made(batch)
    assert b"%PDF" not in bytes(batch.pieces.get().sealed_pdf)


@pytest.mark.parametrize("is_done", [True, False])
def test_an_erasure_takes_the_letters_with_it(by_twos, is_done):
    record = in_status(Status.STOPPED)
    for _number in range(3):
        receive()
    batch = ask()
    batches.run_slice(batch, seconds=9 if is_done else 0)
    kept = ask(LetterKind.REGISTER)
    LetterBatch.objects.filter(pk=kept.pk).update(first="2024-08-29", last="2024-08-29")
    actions.erase(record, by=supervisor())
    assert made(batch) is None
    assert not LetterPiece.objects.exists()
    kept.refresh_from_db()
    assert kept.state == RUNNING


# The command -----------------------------------------------------------------------------------


def test_the_command_finishes_what_was_left_and_deletes_what_is_old(five, capsys, settings):
    batch = ask()
    batches.run_slice(batch, seconds=0)
    call_command("run_bulk_jobs")
    assert "5 records" in capsys.readouterr().out
    assert in_order(said(batches.file_of(batch)), five)
    settings.PORTAL_TODAY = DAY + datetime.timedelta(days=4)
    call_command("run_bulk_jobs")
    assert "1 files of letters deleted" in capsys.readouterr().out
    assert batches.file_of(batch) is None
    assert LetterBatch.objects.filter(pk=batch.pk, state=DONE).exists()
    assert logged() == Counter(five)


SEED = """
import datetime
from django.db import transaction
from django.utils import timezone
from organisation.models import User
from procedures.models import Procedure
from records import actions
from records.deadlines import Limit
from records.letters import batches
officer = User.objects.get(username="demo-officer")
procedure = Procedure.objects.filter(at_center=True, level_province=True).order_by("code")[0]
at = timezone.make_aware(datetime.datetime(2024, 8, 27, 9))
with transaction.atomic():
    for number in range(40):
        actions.receive(procedure=procedure, unit=officer.unit, channel="in_person", by=officer, at=at,
                        applicant=actions.Applicant("Nguyễn Văn Mẫu", phone="0912345678"),
                        limit=Limit(5, "working_day"))
    batches.ask("receipt", officer.unit, at.date(), at.date(), by=officer, lookup="https://example.org/records/")
"""
CHECK = """
import io
from pypdf import PdfReader
from records.letters import batches
from records.models import IssuedLetter, LetterBatch
batch = LetterBatch.objects.get()
letters = IssuedLetter.objects.filter(record__isnull=False)
assert letters.count() == letters.values("record").distinct().count() == batch.done
if batch.state == "done":
    assert len(PdfReader(io.BytesIO(batches.file_of(batch))).pages) == batch.total == batch.done
print(batch.done)
"""
# Eight are drawn in one go, so that few are many pieces.
RUN = """
from django.core.management import call_command
from records.letters import periods
periods.SIZE = dict.fromkeys(periods.SIZE, 8)
call_command("run_bulk_jobs")
"""


def test_killed_and_run_by_two_it_is_whole_and_each_receipt_is_logged_once(new_database):
    with new_database("letters") as url, programs(url) as think:
        place = Place(url, think)
        place.think(SEED)
        with think.start(RUN) as process:
            wait_until(lambda: place.count("SELECT count(*) FROM records_letterpiece") > 0, process, seconds=60)
            process.kill()
        assert 0 < int(place.think(CHECK)) < 40
        with think.start(RUN) as one, think.start(RUN) as other:
            for process in (one, other):
                failed, _out, errors = process.wait()
                assert not failed, errors
        assert int(place.think(CHECK)) == 40


# The pages -------------------------------------------------------------------------------------


@pytest.fixture
def counter(client):
    client.force_login(officer())
    return client


def page_of(batch, name="batch"):
    return reverse(f"admin:records_record_letter_{name}", args=[batch.pk])


def test_a_small_day_is_answered_at_once(counter, by_twos):
    codes = [receive().code for _number in range(2)]
    answer = counter.post(DESK, {"what": "receipts", "day": "2024-08-28"})
    assert answer["Content-Type"] == "application/pdf"
    assert in_order(said(answer.content), codes)
    assert not LetterBatch.objects.exists()


@pytest.mark.parametrize(
    ("what", "days"),
    [("receipts", {"day": "2024-08-28"}), ("register", {"first": "2024-08-28", "last": "2024-08-28"})],
)
def test_a_busy_day_shows_how_far_it_is_until_the_file_is_there(counter, five, monkeypatch, what, days):
    monkeypatch.setattr(batches, "SLICE", 0)
    sent = counter.post(DESK, {"what": what, **days})
    batch = LetterBatch.objects.get()
    assert sent.url == page_of(batch)
    assert not IssuedLetter.objects.exists()  # the work is the page's
    for done in (2, 4, 5):
        page = counter.get(sent.url).content.decode()
        assert f'value="{done}"' in page
        assert 'http-equiv="refresh"' in page
        assert page_of(batch, "file") not in page
        assert counter.get(page_of(batch, "file")).status_code == 404
    page = counter.get(sent.url).content.decode()
    assert 'http-equiv="refresh"' not in page
    assert page_of(batch, "file") in page
    answer = counter.get(page_of(batch, "file"))
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert in_order(said(answer.content), five)
    assert page_of(batch) in counter.get(DESK).content.decode()


def test_a_fault_and_a_deleted_file_are_told(counter, five):
    batch = ask()
    LetterBatch.objects.filter(pk=batch.pk).update(state=DONE)
    assert 'role="alert"' not in counter.get(page_of(batch)).content.decode()
    assert counter.get(page_of(batch, "file")).status_code == 404
    LetterBatch.objects.filter(pk=batch.pk).update(fault="thiếu khóa")
    assert "thiếu khóa" in counter.get(page_of(batch)).content.decode()


def test_the_letters_of_another_desk_are_as_if_they_did_not_exist(client, five):
    batch = ask()
    made(batch)
    for user in (stranger(), officer(role=Role.STEWARD), officer(role=Role.ADMINISTRATOR), officer(COMMUNE)):
        client.force_login(user)
        assert [client.get(page_of(batch, name)).status_code for name in ("batch", "file")] == [404, 404]
    client.force_login(supervisor())
    assert client.get(page_of(batch, "file")).status_code == 200


def test_the_progress_page_is_looked_at_and_not_posted_to(counter, five):
    assert counter.post(page_of(ask())).status_code == 405


def test_a_step_needs_a_fixed_number_of_queries(counter, five, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(batches, "SLICE", 0)
    batch = ask()
    counter.get(page_of(batch))
    with django_assert_max_num_queries(24):
        counter.get(page_of(batch))


# The file --------------------------------------------------------------------------------------


def test_the_joined_file_keeps_what_screen_readers_need(five, tmp_path):
    content = made(ask())
    reader = PdfReader(io.BytesIO(content), strict=True)
    root = reader.root_object
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("vi", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert reader.metadata.title == "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
    assert [page["/StructParents"] for page in reader.pages] == list(range(5))
    tags = [tag for part in root["/StructTreeRoot"]["/ParentTree"]["/Kids"] for tag in part["/Nums"]]
    for page, key, elements in zip(reader.pages, tags[::2], tags[1::2], strict=True):
        assert page["/StructParents"] == key
        assert {element.get_object().raw_get("/Pg") for element in elements} == {page.indirect_reference}
    assert in_order(read_aloud(tmp_path, content), five)


def read_aloud(tmp_path, content):
    """The text in the order of the tags, as poppler finds it."""
    file = tmp_path / "letters.pdf"
    file.write_bytes(content)
    done = subprocess.run(["pdfinfo", "-struct-text", file], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_the_tags_of_a_joined_file_are_those_of_its_parts(tmp_path):
    """With texts that look like the numbers that are moved on."""
    pages = [
        f"<html lang='vi'><title>1 0 R ({word}\\) 3 0 R</title><h1>{word}</h1><table><tr><th scope='col'>2 0 R"
        f"<td>/StructParents 0</table><img alt='({word} 4 0 R' src='data:image/svg+xml,<svg/>'>"
        for word in ("một", "hai", "three")
    ]
    parts = [from_html(page) for page in pages]
    whole = joined(parts)
    assert PdfReader(io.BytesIO(whole)).metadata.title == "1 0 R (một\\) 3 0 R"
    told = [read_aloud(tmp_path, part).replace("Document\n", "", 1) for part in parts]
    lines = [line[2:] for line in read_aloud(tmp_path, whole).splitlines()[1:] if line.strip() != "Part"]
    assert lines == "".join(told).splitlines()
