"""The only door through which a record changes: what each action does, and what it refuses."""

import datetime
from functools import partial

import pytest
from django.db import transaction

from organisation.models import Agency
from organisation.roles import Role
from procedures.models import Channel, ChannelKind, FieldOwner, Procedure, ProcedureVersion, TimeUnit
from records import actions, history
from records.actions import Applicant, IllegalMove, NotYours, ReasonMissing, Refused, Request, Stale
from records.codes import LAST_ORDER
from records.deadlines import Limit
from records.models import CodeCounter, DayException, Event, EventKind, EventNote, OutboxMessage, Record, RecordWord
from records.statuses import BY_ENDS, FIRST, OPEN, Status

from .factories import (
    APPLICANT,
    CENTER,
    COMMUNE,
    DISTRICT,
    NINE,
    administrator,
    any_procedure,
    broken,
    in_status,
    moment,
    officer,
    receive,
    stranger,
    supervisor,
)

pytestmark = pytest.mark.django_db

DAY = NINE.date()
HOUR = datetime.timedelta(hours=1)
SIX_SEPTEMBER = moment("2024-09-06 17:00")


def last_event(record: Record) -> Event:
    return record.events.latest("sequence")


def unchanged(record: Record) -> bool:
    """Whether the database still holds the record as it is in `record`."""
    stored = Record.objects.get(pk=record.pk)
    names = [field.attname for field in Record._meta.fields if field.attname != "sealed"]
    return all(getattr(stored, name) == getattr(record, name) for name in names) and broken(record) is None


# Reception -------------------------------------------------------------------------------------


def test_a_record_is_received_with_a_code_a_due_date_and_its_first_event():
    record = receive(request=Request(content="Xin cấp lại", papers=[{"name": "Tờ khai", "originals": 1, "copies": 0}]))
    stored = Record.objects.get(pk=record.pk)
    assert (stored.code, stored.status, stored.received_at) == ("H02.15-240828-0001", Status.RECEIVED, NINE)
    assert stored.due_at == stored.promised_at == stored.urgency == SIX_SEPTEMBER
    assert stored.personal["content"] == "Xin cấp lại"
    assert stored.papers == [{"name": "Tờ khai", "originals": 1, "copies": 0}]
    (event,) = stored.events.all()
    assert (event.kind, event.sequence, event.actor) == (EventKind.RECEIVED, 1, officer())
    assert (event.from_status, event.to_status, event.due_before, event.due_after) == (None, 2, None, SIX_SEPTEMBER)
    assert broken(record) is None


def test_codes_count_up_within_a_unit_and_day():
    assert [receive().code[-4:] for _number in range(3)] == ["0001", "0002", "0003"]
    assert receive(unit=DISTRICT, procedure=at_level("district")).code == "H02.21-240828-0001"
    assert receive(at=NINE + 24 * HOUR).code == "H02.15-240829-0001"


def test_the_day_of_a_code_is_the_day_in_vietnam():
    assert receive(at=moment("2024-08-29 06:30")).code == "H02.15-240829-0001"


def test_a_reception_that_is_rolled_back_leaves_nothing():
    with pytest.raises(RuntimeError), transaction.atomic():
        receive()
        raise RuntimeError
    assert not Record.objects.exists()
    assert not Event.objects.exists()
    assert receive().code == "H02.15-240828-0001"


def test_the_10000th_code_of_a_day_is_refused_with_a_message():
    CodeCounter.objects.create(unit_part="H02.15", day=DAY, last=LAST_ORDER - 1)
    assert receive().code == "H02.15-240828-9999"
    with pytest.raises(Refused, match=r"9999"):
        receive()
    assert Record.objects.count() == 1
    assert receive(at=NINE + 24 * HOUR).code == "H02.15-240829-0001"


def test_a_record_filed_online_waits_to_be_accepted_and_nothing_is_promised_yet():
    record = receive(status=Status.SUBMITTED, channel=ChannelKind.ONLINE, by=None)
    assert (record.status, record.due_at, record.promised_at, record.clock_from) == (1, None, None, None)
    at = NINE + 24 * HOUR
    record = actions.change_status(record, to=Status.RECEIVED, by=officer(), at=at)
    assert (record.clock_from, record.due_at) == (at, moment("2024-09-09 17:00"))


@pytest.mark.parametrize("status", sorted(set(Status) - FIRST))
def test_a_record_begins_in_no_other_status(status):
    with pytest.raises(IllegalMove):
        receive(status=status)


@pytest.mark.parametrize(
    "applicant",
    [
        Applicant("", phone="0912345678"),
        Applicant("  ", phone="0912345678"),
        Applicant("Nguyễn Văn Mẫu"),
        Applicant("Nguyễn Văn Mẫu", phone="0912"),
        Applicant("Nguyễn Văn Mẫu", identity="B1234567"),
    ],
)
def test_a_name_and_a_number_for_the_look_up_are_needed(applicant):
    with pytest.raises(Refused):
        receive(applicant=applicant)
    assert not Record.objects.exists()


def test_only_an_officer_of_the_unit_receives_there():
    for by in (stranger(), supervisor(), administrator(), officer(role=Role.STEWARD)):
        with pytest.raises(NotYours):
            receive(by=by)
    gone = officer()
    gone.is_active = False
    with pytest.raises(NotYours):
        receive(by=gone)


def test_a_unit_without_a_desk_receives_nothing():
    with pytest.raises(Refused):
        receive(unit="so-tu-phap", by=None)


def test_an_abolished_unit_and_a_withdrawn_procedure_receive_nothing():
    receive(at=moment("2025-06-30 16:00"))
    with pytest.raises(Refused, match="Trung tâm"):
        receive(at=moment("2025-07-01 08:00"))
    procedure = any_procedure()
    procedure.valid_to = DAY
    receive(procedure=procedure)
    with pytest.raises(Refused, match=procedure.name[:20]):
        receive(procedure=procedure, at=NINE + 24 * HOUR)
    procedure.valid_to, procedure.published = None, False
    with pytest.raises(Refused):
        receive(procedure=procedure)


def test_the_limit_is_what_the_procedure_promises_through_the_channel():
    procedure = any_procedure()
    procedure.channels.all().delete()
    for position, (kind, time, unit) in enumerate([("in_person", 7, "working_day"), ("online", 3, "day")], start=1):
        Channel.objects.create(procedure=procedure, position=position, kind=kind, time=time, unit=unit)
    limits = {
        kind: (record.limit_value, record.limit_unit)
        for kind in ChannelKind
        for record in [receive(procedure=procedure, channel=kind, limit=None)]
    }
    assert limits == {"in_person": (7, "working_day"), "online": (3, "day"), "postal": (7, "working_day")}


def test_a_procedure_whose_time_is_not_known_needs_a_limit():
    procedure = any_procedure()
    procedure.channels.update(time=None, unit="")
    with pytest.raises(Refused, match=r"thời hạn|time limit"):
        receive(procedure=procedure, limit=None)
    assert receive(procedure=procedure, limit=Limit(2, TimeUnit.HOUR)).due_at == NINE + 2 * HOUR


def test_a_limit_of_nothing_is_refused():
    for value in (0, -1):
        with pytest.raises(Refused):
            receive(limit=Limit(value, TimeUnit.DAY))


def test_the_procedure_is_pinned_as_it_was_at_reception():
    procedure = any_procedure()
    first, second = receive(procedure=procedure), receive(procedure=procedure)
    assert first.version == second.version
    procedure.channels.update(fee_vnd=123_000)
    third = receive(procedure=Procedure.objects.get(pk=procedure.pk))
    assert third.version != first.version
    assert [channel["fee_vnd"] for channel in ProcedureVersion.objects.get(pk=first.version_id).facts["channels"]] != [
        channel["fee_vnd"] for channel in third.version.facts["channels"]
    ]


def at_level(*levels: str) -> Procedure:
    """A procedure of exactly these levels."""
    given = {f"level_{level}": level in levels for level in ("province", "district", "commune")}
    return Procedure.objects.filter(**given).order_by("code")[0]


def test_a_procedure_of_the_province_is_settled_by_the_owner_of_its_field():
    procedure = at_level("province")
    owner = FieldOwner.objects.valid_on(DAY).get(field=procedure.field).agency
    record = receive(procedure=procedure)
    assert (record.unit.code, record.agency) == (CENTER, owner)


def test_a_procedure_of_the_commune_is_settled_where_it_is_received():
    record = receive(unit=COMMUNE, procedure=at_level("commune"))
    assert record.unit == record.agency == Agency.objects.get(code=COMMUNE)


def test_a_procedure_of_several_levels_is_settled_at_the_level_that_received_it():
    procedure = at_level("province", "commune")
    owner = FieldOwner.objects.valid_on(DAY).get(field=procedure.field).agency
    assert receive(procedure=procedure).agency == owner
    assert receive(unit=COMMUNE, procedure=procedure).agency.code == COMMUNE
    assert receive(unit=DISTRICT, procedure=procedure).agency == owner


# Moves -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", Status)
def test_a_record_moves_along_the_table_and_no_other_way(start):
    record = in_status(start)
    at = record.status_since + HOUR
    for to in Status:
        if (start, to) not in BY_ENDS:
            with pytest.raises(IllegalMove):
                actions.change_status(record, to=to, by=officer(), reason="lý do", at=at)
            assert unchanged(record)
    for to in [to for begin, to in BY_ENDS if begin == start]:
        with transaction.atomic():
            moved = actions.change_status(record, to=to, by=officer(), reason="lý do", at=at)
            assert (moved.status, moved.status_since) == (to, at)
            assert (last_event(moved).from_status, last_event(moved).to_status) == (start, to)
            assert unchanged(moved)
            transaction.set_rollback(True)


@pytest.mark.parametrize("move", BY_ENDS.values(), ids=lambda move: f"{move.start}-{move.to}")
def test_a_move_without_its_reason_is_refused_where_one_is_needed(move):
    record = in_status(move.start)
    for empty in ("", "  \n"):
        if move.needs_reason:
            with pytest.raises(ReasonMissing):
                actions.change_status(record, to=move.to, by=officer(), reason=empty)
            assert unchanged(record)
    if not move.needs_reason:
        assert last_event(actions.change_status(record, to=move.to, by=officer())).reason_digest == ""


def test_a_reason_is_kept_sealed_beside_its_event():
    record = actions.request_supplement(receive(), missing=" Thiếu bản sao hộ chiếu ", by=officer())
    event = last_event(record)
    assert str(event.note) == "Thiếu bản sao hộ chiếu"
    assert "hộ chiếu" not in str(history.content(event, record.code))
    assert len(event.reason_digest) == 64


def test_a_step_forward_notes_its_time():
    record = in_status(Status.RESOLVED)
    assert (record.resolved_at, record.returned_at) == (record.status_since, None)
    record = actions.change_status(record, to=Status.RETURNED, by=officer(), at=NINE + 9 * HOUR)
    assert (record.resolved_at, record.returned_at) == (NINE + 2 * HOUR, NINE + 9 * HOUR)


def test_a_supplement_stops_the_clock_and_the_complete_file_starts_it_anew():
    record = actions.request_supplement(receive(), missing="bản sao", by=officer(), at=moment("2024-08-30 16:00"))
    assert (record.due_at, record.promised_at, record.waits_for_citizen) == (None, None, True)
    assert record.urgency.year == 9999
    assert (last_event(record).due_before, last_event(record).due_after) == (SIX_SEPTEMBER, None)
    record = actions.change_status(record, to=Status.IN_PROCESS, by=officer(), at=moment("2024-09-07 10:00"))
    assert record.due_at == record.promised_at == moment("2024-09-13 17:00")


def test_a_payment_stops_the_clock_and_then_it_goes_on():
    record = in_status(Status.IN_PROCESS)
    asked = {"to": Status.PAYMENT, "by": officer(), "reason": "lệ phí", "at": moment("2024-08-29 10:00")}
    record = actions.change_status(record, **asked)
    assert record.due_at is None
    record = actions.change_status(record, to=Status.IN_PROCESS, by=officer(), at=moment("2024-08-30 15:00"))
    assert record.due_at == moment("2024-09-09 17:00")


def test_a_second_supplement_needs_a_supervisor():
    record = actions.request_supplement(receive(), missing="bản sao", by=officer(), at=NINE + HOUR)
    record = actions.change_status(record, to=Status.IN_PROCESS, by=officer(), at=NINE + 2 * HOUR)
    with pytest.raises(NotYours):
        actions.request_supplement(record, missing="bản chính", by=officer(), at=NINE + 3 * HOUR)
    assert unchanged(record)
    with pytest.raises(ReasonMissing):
        actions.request_supplement(record, missing="", by=supervisor(), at=NINE + 3 * HOUR)
    record = actions.request_supplement(record, missing="bản chính", by=supervisor(), at=NINE + 3 * HOUR)
    assert (record.supplements, record.status, last_event(record).actor) == (2, Status.SUPPLEMENT, supervisor())


def test_a_status_change_needs_few_queries(django_assert_num_queries):
    record, by = receive(applicant=Applicant("Nguyễn Văn Mẫu", phone="0912345678")), officer()
    # savepoint, record with lock, stamp, days, event, record, release
    with django_assert_num_queries(7):
        actions.change_status(record, to=Status.IN_PROCESS, by=by)


def test_whether_a_result_has_its_steps_is_asked_in_two_queries_more(django_assert_num_queries):
    record, by = in_status(Status.IN_PROCESS, applicant=Applicant("Nguyễn Văn Mẫu", phone="0912345678")), officer()
    # its results, and what kind of procedure it is; and what changes in the figures
    with django_assert_num_queries(10):
        record = actions.change_status(record, to=Status.RESOLVED, by=by)
    with django_assert_num_queries(7):
        actions.change_status(record, to=Status.RETURNED, by=by)


def test_a_status_change_with_reason_and_message_needs_two_queries_more(django_assert_num_queries):
    record, by = receive(), officer()
    with django_assert_num_queries(9):
        actions.request_supplement(record, missing="bản sao", by=by)


# Whose record it is ----------------------------------------------------------------------------

CHANGES = {
    "change_status": partial(actions.change_status, to=Status.IN_PROCESS),
    "request_supplement": partial(actions.request_supplement, missing="bản sao"),
    "assign": lambda record, by, **form: actions.assign(record, officer=officer(), by=by, **form),
    "reappoint": partial(actions.reappoint, due=SIX_SEPTEMBER + 72 * HOUR, reason="đông"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_officers_of_the_receiving_unit_and_of_the_settling_agency_change_a_record(change):
    for unit in (CENTER, receive().agency.code):
        record = CHANGES[change](receive(), by=officer(unit))
        assert last_event(record).actor == officer(unit)
        assert broken(record) is None


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_else_changes_it(change):
    record = receive()
    gone = officer("so-tu-phap" if record.agency.code != "so-tu-phap" else "so-y-te")
    inactive = officer()
    inactive.is_active = False
    others = [supervisor(), administrator(), officer(role=Role.STEWARD), officer(role="")]
    for by in (stranger(), gone, inactive, *others):
        with pytest.raises(NotYours):
            CHANGES[change](record, by=by)
    assert unchanged(record)


def test_an_officer_without_a_unit_changes_nothing():
    nobody = officer()
    nobody.unit = None
    with pytest.raises(NotYours):
        actions.change_status(receive(), to=Status.IN_PROCESS, by=nobody)


def test_a_stranger_is_not_told_what_happened_nor_where_the_record_stands():
    record = in_status(Status.RETURNED)
    with pytest.raises(NotYours) as refusal:
        actions.change_status(record, to=Status.RECEIVED, by=stranger(), version=1)
    assert "Đã trả" not in str(refusal.value)


def test_the_portal_itself_acts_without_a_person():
    record = actions.change_status(receive(), to=Status.IN_PROCESS, by=None)
    assert last_event(record).actor is None


# Two officers on one record --------------------------------------------------------------------


@pytest.mark.parametrize("change", CHANGES)
def test_a_stale_form_changes_nothing_and_is_told_what_happened(change):
    seen = receive()
    colleague = officer(seen.agency.code)
    moved = actions.change_status(seen, to=Status.WITHDRAWAL, by=colleague, at=NINE + HOUR)
    moved = actions.assign(moved, officer=colleague, by=colleague, at=NINE + 2 * HOUR)
    with pytest.raises(Stale) as refusal:
        CHANGES[change](seen, by=officer(), version=seen.sequence)
    assert [(event.kind, event.actor) for event in refusal.value.since] == [
        (EventKind.STATUS, colleague),
        (EventKind.ASSIGNED, colleague),
    ]
    assert unchanged(moved)


def test_a_stale_correction_is_refused_too():
    seen = in_status(Status.IN_PROCESS)
    actions.change_status(seen, to=Status.RESOLVED, by=officer())
    with pytest.raises(Stale):
        actions.correct(seen, by=officer(), reason="nhầm", version=seen.sequence)


def test_a_fresh_form_passes_and_so_does_a_caller_without_one():
    record = receive()
    record = actions.change_status(record, to=Status.IN_PROCESS, by=officer(), version=record.sequence)
    old = Record.objects.get(pk=record.pk)
    actions.assign(record, officer=officer(), by=officer())
    assert actions.change_status(old, to=Status.RESOLVED, by=officer()).sequence == 4


# Assigning -------------------------------------------------------------------------------------


def test_an_officer_is_put_in_charge_and_another_after_them():
    record = receive()
    other = officer(record.agency.code)
    record = actions.assign(record, officer=officer(), by=officer())
    record = actions.assign(record, officer=other, by=officer())
    assert Record.objects.get(pk=record.pk).officer == other
    assert last_event(record).details == {"officer_before": officer().pk, "officer": other.pk}
    assert (record.status, record.due_at) == (Status.RECEIVED, SIX_SEPTEMBER)


def test_only_an_officer_of_the_own_units_is_put_in_charge():
    record = receive()
    inactive = officer(record.agency.code)
    inactive.is_active = False
    for other in (stranger(), supervisor(), officer(role=Role.STEWARD), inactive):
        with pytest.raises(Refused):
            actions.assign(record, officer=other, by=officer())
    assert unchanged(record)


# A new date ------------------------------------------------------------------------------------


def test_a_record_is_re_appointed_once_and_the_promise_stays():
    new = moment("2024-09-12 17:00")
    record = actions.reappoint(receive(), due=new, by=officer(), reason="Chờ ý kiến của Bộ")
    assert (record.due_at, record.urgency, record.promised_at) == (new, new, SIX_SEPTEMBER)
    event = last_event(record)
    assert (event.kind, event.due_before, event.due_after) == (EventKind.REAPPOINTED, SIX_SEPTEMBER, new)
    assert str(event.note) == "Chờ ý kiến của Bộ"
    with pytest.raises(Refused):
        actions.reappoint(record, due=new + 24 * HOUR, by=officer(), reason="nữa")
    assert unchanged(record)


def test_a_new_date_that_makes_no_sense_is_refused():
    record = receive()
    for due in ("2024-09-06 17:00", "2024-09-05 17:00", "2024-09-08 17:00"):  # not later, earlier, a Sunday
        with pytest.raises(Refused):
            actions.reappoint(record, due=moment(due), by=officer(), reason="đông", at=NINE)
    with pytest.raises(Refused):  # later than promised, and yet over
        actions.reappoint(
            record, due=moment("2024-09-10 17:00"), by=officer(), reason="đông", at=moment("2024-09-11 08:00")
        )
    with pytest.raises(ReasonMissing):
        actions.reappoint(record, due=moment("2024-09-12 17:00"), by=officer(), reason=" ")
    assert unchanged(record)


@pytest.mark.parametrize("status", [1, 3, 5, 6, 8, 9, 10])
def test_a_record_that_is_not_due_is_not_re_appointed(status):
    record = in_status(Status(status))
    with pytest.raises(Refused):
        actions.reappoint(record, due=moment("2024-12-12 17:00"), by=officer(), reason="đông")
    assert unchanged(record)


# Corrections -----------------------------------------------------------------------------------

CLOCK = ("status", "clock_from", "still_since", "pauses", "promised_at", "due_at", "urgency", "supplements",
         "resolved_at", "returned_at", "reappointed_to")  # fmt: skip


def clock_of(record: Record) -> dict:
    return {name: getattr(record, name) for name in CLOCK}


@pytest.mark.parametrize("move", BY_ENDS.values(), ids=lambda move: f"{move.start}-{move.to}")
def test_a_correction_puts_status_and_clock_back(move):
    before = in_status(move.start)
    at = before.status_since + HOUR
    record = actions.change_status(before, to=move.to, by=officer(), reason="lý do", at=at)
    record = actions.correct(record, by=officer(), reason="Bấm nhầm", at=at + 50 * HOUR)
    assert clock_of(record) == clock_of(before)
    event = last_event(record)
    assert (event.kind, event.from_status, event.to_status) == (EventKind.CORRECTED, move.to, move.start)
    assert event.details == {"undoes": event.sequence - 1}
    assert str(event.note) == "Bấm nhầm"
    assert unchanged(record)


def test_corrections_undo_one_change_after_the_other_down_to_the_reception():
    way = [Status.IN_PROCESS, Status.PAYMENT, Status.IN_PROCESS, Status.RESOLVED, Status.RETURNED]
    record = receive()
    clocks = [clock_of(record)]
    for number, to in enumerate(way, start=1):
        record = actions.change_status(record, to=to, by=officer(), reason="lý do", at=NINE + number * 24 * HOUR)
        clocks.append(clock_of(record))
    for clock in reversed(clocks[:-1]):
        record = actions.correct(record, by=officer(), reason="nhầm", at=NINE + 200 * HOUR)
        assert clock_of(record) == clock
    with pytest.raises(Refused):
        actions.correct(record, by=officer(), reason="nhầm", at=NINE + 200 * HOUR)
    assert unchanged(record)


def test_after_a_correction_the_record_goes_on_and_can_be_corrected_again():
    record = actions.request_supplement(receive(), missing="bản sao", by=officer(), at=NINE + HOUR)
    record = actions.correct(record, by=officer(), reason="nhầm", at=NINE + 2 * HOUR)
    record = actions.request_supplement(record, missing="bản sao", by=officer(), at=NINE + 3 * HOUR)
    assert record.supplements == 1  # the mistaken request does not count
    record = actions.correct(record, by=officer(), reason="nhầm", at=NINE + 4 * HOUR)
    assert (record.status, record.due_at) == (Status.RECEIVED, SIX_SEPTEMBER)
    with pytest.raises(Refused):
        actions.correct(record, by=officer(), reason="nhầm")


def test_a_correction_leaves_officer_and_new_date_as_they_are():
    record = in_status(Status.IN_PROCESS)
    record = actions.assign(record, officer=officer(), by=officer())
    record = actions.reappoint(record, due=moment("2024-09-12 17:00"), by=officer(), reason="đông")
    record = actions.correct(record, by=officer(), reason="nhầm")
    assert (record.status, record.officer) == (Status.RECEIVED, officer())
    assert record.due_at == record.reappointed_to == moment("2024-09-12 17:00")


def test_a_new_date_that_a_pause_moved_is_moved_back_when_the_pause_was_a_mistake():
    record = in_status(Status.IN_PROCESS)
    new = moment("2024-09-12 17:00")
    record = actions.reappoint(record, due=new, by=officer(), reason="đông", at=NINE + 24 * HOUR)
    for to, hours in ((Status.PAYMENT, 48), (Status.IN_PROCESS, 48 + 7 * 24)):
        record = actions.change_status(record, to=to, by=officer(), reason="lệ phí", at=NINE + hours * HOUR)
    assert record.due_at == new + 7 * 24 * HOUR
    for _twice in range(2):
        record = actions.correct(record, by=officer(), reason="nhầm", at=NINE + 300 * HOUR)
    assert (record.status, record.due_at, record.reappointed_to) == (Status.IN_PROCESS, new, new)


def test_a_correction_needs_its_reason_and_the_right_person():
    record = in_status(Status.IN_PROCESS)
    with pytest.raises(ReasonMissing):
        actions.correct(record, by=officer(), reason=" ")
    for by in (stranger(), administrator(), officer(role=Role.STEWARD)):
        with pytest.raises(NotYours):
            actions.correct(record, by=by, reason="nhầm")
    assert unchanged(record)
    assert actions.correct(record, by=supervisor(), reason="nhầm").status == Status.RECEIVED


# Erasing ---------------------------------------------------------------------------------------


def test_the_personal_facts_of_an_ended_record_are_erased_and_its_history_still_verifies():
    record = in_status(Status.STOPPED)
    assert record.messages.exclude(sealed_to=None).exists()
    record = actions.erase(record, by=supervisor())
    stored = Record.objects.get(pk=record.pk)
    assert (stored.sealed, stored.phone_hash, stored.identity_hash) == (None, None, None)
    assert (stored.personal, stored.masked_name) == ({}, "")
    assert not EventNote.objects.exists()
    assert not RecordWord.objects.exists()
    assert not OutboxMessage.objects.exclude(sealed_to=None, next_try_at=None).exists()
    assert last_event(stored).kind == EventKind.ERASED
    assert broken(stored) is None


@pytest.mark.parametrize("status", sorted(OPEN))
def test_an_open_record_is_not_erased(status):
    record = in_status(status)
    with pytest.raises(Refused):
        actions.erase(record, by=None)
    assert unchanged(record)
    assert Record.objects.get(pk=record.pk).personal["name"] == APPLICANT.name


def test_an_officer_does_not_erase():
    record = in_status(Status.RETURNED)
    for by in (officer(), stranger(), administrator()):
        with pytest.raises(NotYours):
            actions.erase(record, by=by)


# Days that change ------------------------------------------------------------------------------


def test_a_swap_decided_late_moves_open_records_each_with_an_event():
    DayException.objects.filter(day__in=["2026-01-02", "2026-01-10"]).delete()
    desk = {"unit": "ttpvhcc-bac-ninh", "limit": Limit(2, TimeUnit.WORKING_DAY)}
    first = receive(**desk, at=moment("2025-12-31 09:00"))
    second = receive(**desk, at=moment("2025-12-22 09:00"))
    closed = actions.change_status(
        receive(**desk, at=moment("2025-12-31 09:10")), to=Status.IN_PROCESS, by=None, at=moment("2025-12-31 09:30")
    )
    closed = actions.change_status(closed, to=Status.RESOLVED, by=None, at=moment("2025-12-31 10:00"))
    waiting = actions.request_supplement(
        receive(**desk, at=moment("2025-12-31 09:20")), missing="bản sao", by=None, at=moment("2025-12-31 10:00")
    )
    assert first.due_at == moment("2026-01-05 17:00")
    DayException.objects.create(day="2026-01-02", kind="off", name="Nghỉ hoán đổi")
    DayException.objects.create(day="2026-01-10", kind="worked", name="Làm bù")
    assert actions.recompute(Record.objects.order_by("pk"), by=administrator()) == 1
    first.refresh_from_db()
    assert first.due_at == first.promised_at == first.urgency == moment("2026-01-06 17:00")
    event = last_event(first)
    assert (event.kind, event.actor) == (EventKind.RECOMPUTED, administrator())
    assert (event.due_before, event.due_after) == (moment("2026-01-05 17:00"), moment("2026-01-06 17:00"))
    assert event.details == {"promised_before": "2026-01-05T10:00:00.000000+00:00"}
    assert all(unchanged(record) for record in (second, closed, waiting))
    assert broken(first) is None
    assert actions.recompute(Record.objects.order_by("pk"), by=None) == 0


def test_a_new_date_that_becomes_a_day_off_is_the_next_working_day():
    record = actions.reappoint(receive(), due=moment("2024-09-12 17:00"), by=officer(), reason="đông")
    DayException.objects.create(day="2024-09-12", kind="off", name="Bão")
    assert actions.recompute([record], by=None) == 1
    record.refresh_from_db()
    assert (record.due_at, record.promised_at) == (moment("2024-09-13 17:00"), SIX_SEPTEMBER)


def test_only_who_keeps_the_days_recomputes():
    for by in (officer(), supervisor()):
        with pytest.raises(NotYours):
            actions.recompute([], by=by)
