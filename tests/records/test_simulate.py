"""`simulate_records`: invented records that could have come through the actions, with the figures of the Center."""

import datetime
from collections import Counter
from dataclasses import dataclass
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from organisation.models import AgencyKind
from procedures.models import ChannelKind, Procedure
from records import actions, chronicle, history, personal
from records.clock import current_calendar
from records.models import Event, EventKind, OutboxMessage, Record, RecordWord
from records.simulation import run, volume
from records.simulation.making import drafts
from records.simulation.office import DAY, HOUR, OfficeTime
from records.simulation.shares import GOLDEN, Shares, is_among
from records.simulation.story import live
from records.simulation.world import LEVELS, World
from records.statuses import ENDED, Status
from records.working_days import office_hours

from .factories import COMMUNE, moment, officer, receive, supervisor

pytestmark = pytest.mark.django_db

FIRST, LAST = datetime.date(2024, 1, 2), datetime.date(2024, 8, 27)
END = timezone.make_aware(datetime.datetime(2024, 8, 27, 17))
# Whatever can happen to a record happens often.
EVENTFUL = Shares(
    on_time=70,
    on_time_elsewhere=60,
    online=60,
    refused=10,
    supplement=40,
    again=50,
    payment=60,
    withdrawn=15,
    stopped=10,
    email=40,
)


def order(count, seed=1, shares=EVENTFUL, first=FIRST):
    return volume.Order(count, seed, first, LAST, END, shares)


def simulate(count=200, **options):
    out = StringIO()
    call_command("simulate_records", count=count, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


# The rules -------------------------------------------------------------------------------------


@dataclass
class ByActions:
    """The pen of a story that knows nothing but the actions."""

    record: Record

    def move(self, to, at, by=None, reason=""):
        self.record = actions.change_status(self.record, to=to, by=by, reason=reason, at=at)

    def assign(self, officer, at, by=None):
        self.record = actions.assign(self.record, officer=officer, by=by, at=at)

    def reappoint(self, due, at, reason, by=None):
        self.record = actions.reappoint(self.record, due=due, by=by, reason=reason, at=at)


def columns(row, *left_out):
    names = {field.attname for field in row._meta.concrete_fields} - set(left_out)
    return {name: getattr(row, name) for name in names}


def everything_by_code():
    """Every column of every row that belongs to a record, but keys of rows, and what is sealed opened."""
    told = {}
    for record in Record.objects.select_related("version").prefetch_related("events__note", "name_words", "messages"):
        told[record.code] = {
            "record": columns(record, "id", "sealed", "version_id"),
            "version": (record.version.procedure_id, record.version.digest),
            "personal": record.personal,
            "events": [columns(event, "id", "record_id") for event in record.events.order_by("sequence")],
            "reasons": [str(event.note) for event in record.events.all() if hasattr(event, "note")],
            "words": {word.word for word in record.name_words.all()},
            "messages": [(message.event.sequence, message.subject, message.body) for message in record.messages.all()],
        }
    return told


@pytest.mark.database
def test_the_fast_way_writes_row_for_row_what_the_actions_write():
    officer(), officer(COMMUNE), supervisor()
    Procedure.objects.update(electronic_process=False)  # whose results no plain move reaches
    world, given = World(), order(150)
    days = volume.plan(given, world.calendar)
    with transaction.atomic():
        run.write_days(given, days, world)
        fast = everything_by_code()
        transaction.set_rollback(True)
    assert not Record.objects.exists()

    office = OfficeTime(world.calendar, FIRST, LAST + run.BEYOND)
    for draft in (draft for day in days for draft in drafts(given, day, world, office)):
        begun = draft.reception
        record = actions.receive(
            procedure=begun.procedure,
            unit=begun.unit,
            channel=begun.channel,
            applicant=begun.applicant,
            request=begun.request,
            by=begun.by,
            status=begun.status,
            at=begun.at,
        )
        live(ByActions(record), draft.destiny, office, END)
    slow = everything_by_code()

    assert fast.keys() == slow.keys()
    for code in slow:
        assert fast[code] == slow[code]
    kinds = Counter(event["kind"] for facts in slow.values() for event in facts["events"])
    statuses = Counter(event["to_status"] for facts in slow.values() for event in facts["events"])
    assert kinds.keys() == {EventKind.RECEIVED, EventKind.STATUS, EventKind.ASSIGNED, EventKind.REAPPOINTED}
    assert statuses.keys() == set(Status)
    assert any(facts["messages"] for facts in slow.values())
    assert any(facts["record"]["supplements"] == 2 for facts in slow.values())


def begun():
    calendar = current_calendar()
    (made,) = drafts(order(5), volume.DayPlan(FIRST, 0, 1), World(), OfficeTime(calendar, FIRST, LAST))
    return chronicle.Chronicle("H02.15-240102-0001", made.reception, calendar)


def test_a_chronicle_refuses_what_the_actions_refuse():
    written, at = begun(), END
    written.record.status = Status.RECEIVED
    with pytest.raises(actions.IllegalMove):
        written.move(Status.RETURNED, at)
    with pytest.raises(actions.ReasonMissing):
        written.move(Status.SUPPLEMENT, at, reason=" ")
    with pytest.raises(actions.ReasonMissing):
        written.reappoint(at, at, reason="")
    with pytest.raises(actions.Refused):
        written.reappoint(at - datetime.timedelta(days=300), at, reason="lý do")
    assert len(written.events) == 1


def test_every_history_holds_and_nobody_is_told_again():
    simulate(email=50, on_time=60)
    for record in Record.objects.all():
        stored = {name: getattr(record, name) for name in history.FACTS}
        assert history.verify(record.code, record.events.order_by("sequence"), stored) is None
    assert OutboxMessage.objects.exists()
    assert not OutboxMessage.objects.exclude(next_try_at=None, sealed_to=None, sent_at__isnull=False).exists()


# The figures -----------------------------------------------------------------------------------


def test_by_default_the_figures_are_those_of_the_center():
    said = simulate(1_500)
    ended = Record.objects.filter(unit__kind=AgencyKind.CENTER, status__in=ENDED - {Status.REFUSED})
    on_time = sum((r.resolved_at or r.status_since) <= r.promised_at for r in ended)
    assert 100 * on_time / len(ended) == pytest.approx(99.8, abs=0.1)
    assert 100 * ended.filter(channel=ChannelKind.ONLINE).count() / len(ended) == pytest.approx(98, abs=0.3)
    assert f"ended {len(ended):,}, of these on time {100 * on_time / len(ended):.2f} %" in said
    assert Record.objects.count() == 1_500


def test_the_shares_can_be_told():
    simulate(400, center=40, districts=30, on_time=90, online=50, supplement=0)
    ended = Record.objects.filter(unit__kind=AgencyKind.CENTER, status__in=ENDED - {Status.REFUSED})
    late = sum((r.resolved_at or r.status_since) > r.promised_at for r in ended)
    assert 100 * late / len(ended) == pytest.approx(10, abs=2)
    assert Counter(Record.objects.values_list("unit__kind", flat=True)) == {
        AgencyKind.CENTER: 160,
        AgencyKind.DISTRICT: pytest.approx(120, abs=4),
        AgencyKind.COMMUNE: pytest.approx(120, abs=4),
    }
    online = Record.objects.filter(unit__kind=AgencyKind.CENTER, channel=ChannelKind.ONLINE)
    assert online.count() == pytest.approx(80, abs=2)
    assert not Event.objects.filter(to_status=Status.SUPPLEMENT).exists()


@pytest.mark.parametrize("share", [0, 0.2, 2, 50, 98, 100])
def test_a_share_is_met_in_every_stretch(share):
    for start in (0, 777, 123_456):
        found = sum(is_among(share, number, GOLDEN, 0.3) for number in range(start, start + 1_000))
        assert found == pytest.approx(10 * share, abs=2)


# Believable ------------------------------------------------------------------------------------


def test_records_come_on_working_days_in_office_hours_and_nothing_happens_after_the_end(catalogue_day):
    simulate(300)
    calendar = current_calendar()
    moments = list(Event.objects.values_list("at", flat=True))
    for time in moments:
        wall = timezone.localtime(time).replace(tzinfo=None)
        assert any(opens <= wall <= closes for opens, closes in office_hours(wall.date(), calendar)), wall
    assert max(timezone.localtime(time).date() for time in moments) <= catalogue_day
    months = Counter(timezone.localtime(time).month for time in Record.objects.values_list("received_at", flat=True))
    assert months.keys() == set(range(1, 9))
    assert months[2] < months[7]  # Tết


def test_each_level_receives_its_own_procedures():
    simulate(300)
    for kind, level in LEVELS.items():
        here = Record.objects.filter(unit__kind=kind)
        assert here.exists()
        assert not here.filter(**{f"procedure__level_{level}": False}).exists()


def test_a_few_fields_make_most_of_the_volume():
    simulate(600)
    fields = Counter(Record.objects.values_list("procedure__field__slug", flat=True))
    assert sum(count for _field, count in fields.most_common(8)) > 300
    assert len(fields) > 30


def test_open_and_overdue_records_are_left_at_the_end():
    simulate(600, overdue=20, supplement=30)
    left = Record.objects.open()
    assert 10 < left.count() < 120
    assert left.overdue(timezone.make_aware(datetime.datetime(2024, 8, 28, 17))).exists()
    assert {Status.IN_PROCESS, Status.SUPPLEMENT} <= set(left.values_list("status", flat=True))


def test_a_year_that_has_just_begun_shows_the_months_before_too(settings):
    settings.PORTAL_TODAY = datetime.date(2024, 1, 1)  # a holiday
    simulate(50)
    assert set(Record.objects.values_list("received_at__month", flat=True)) == {10, 11, 12}


def test_districts_receive_nothing_after_their_last_day(settings):
    settings.PORTAL_TODAY = datetime.date(2025, 8, 1)
    simulate(200, first=datetime.date(2025, 6, 2), center=30, districts=40)
    after = Record.objects.filter(received_at__gte=timezone.make_aware(datetime.datetime(2025, 7, 1)))
    assert set(after.values_list("unit__kind", flat=True)) == {AgencyKind.CENTER, AgencyKind.COMMUNE}
    assert set(after.filter(unit__kind=AgencyKind.CENTER).values_list("unit__code", flat=True)) == {"ttpvhcc-bac-ninh"}
    assert Record.objects.filter(unit__kind=AgencyKind.DISTRICT).exists()


def test_people_are_obviously_invented():
    simulate(120, email=100)
    for record in Record.objects.all():
        facts = record.personal
        assert facts["phone"].startswith("0000") and len(facts["phone"]) == 10
        assert facts["identity"].startswith("999")
        assert facts["email"].endswith("@example.org") and facts["email"].isascii()
        assert "mô phỏng" in facts["content"]
        assert record.phone_hash == personal.keyed_hash("phone", facts["phone"])


# Again -----------------------------------------------------------------------------------------


def hashes_of(**options):
    with transaction.atomic():
        simulate(150, **options)
        found = dict(Record.objects.values_list("code", "last_hash"))
        transaction.set_rollback(True)
    return found


def test_the_same_seed_makes_the_same_records_and_another_seed_others():
    assert hashes_of(seed=5, last=LAST) == hashes_of(seed=5, last=LAST) != hashes_of(seed=6, last=LAST)


@pytest.mark.database
def test_the_next_reception_goes_on_where_the_simulation_stopped(catalogue_day):
    simulate(60, first=catalogue_day - datetime.timedelta(days=2))
    last = Record.objects.filter(unit__code="ttpvhcc").order_by("code").last()
    assert receive(at=last.received_at).code == f"{last.code[:-4]}{int(last.code[-4:]) + 1:04}"


@pytest.mark.database
def test_a_second_simulation_adds_to_the_first():
    simulate(50)
    simulate(50)
    assert Record.objects.count() == 100


@pytest.mark.database
@pytest.mark.skipif(connection.vendor != "postgresql", reason="the tests' SQLite lives in one process")
@pytest.mark.django_db(transaction=True)
def test_two_processes_make_what_one_makes():
    with transaction.atomic():
        simulate(120, seed=3, last=LAST, processes=1)
        alone = dict(Record.objects.values_list("code", "last_hash"))
        transaction.set_rollback(True)
    simulate(120, seed=3, last=LAST, processes=2)
    assert dict(Record.objects.values_list("code", "last_hash")) == alone
    assert RecordWord.objects.exists()


# Refused ---------------------------------------------------------------------------------------


def test_a_portal_in_service_gets_no_invented_records(settings):
    settings.IN_SERVICE = True
    with pytest.raises(CommandError, match="in service"):
        simulate()
    assert not Record.objects.exists()


def test_if_empty_leaves_records_alone():
    receive()
    assert "left as they are" in simulate(if_empty=True)
    assert Record.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"count": 0}, "at least 1"),
        ({"first": datetime.date(2024, 8, 28), "last": datetime.date(2024, 8, 1)}, "after --to"),
        ({"last": datetime.date(2024, 8, 29)}, "future"),
        ({"on_time": 101.0}, "from 0 to 100"),
        ({"center": 80.0, "districts": 30.0}, "more than 100"),
        ({"first": datetime.date(2024, 8, 24), "last": datetime.date(2024, 8, 25)}, "no office time"),
        ({"count": 50_000, "first": datetime.date(2024, 8, 26), "last": datetime.date(2024, 8, 27)}, "longer period"),
    ],
)
def test_an_order_that_cannot_be_met_is_refused(options, why):
    with pytest.raises(CommandError, match=why):
        simulate(**options)
    assert not Record.objects.exists()


# Office time -----------------------------------------------------------------------------------


def test_office_time_runs_over_noon_nights_and_days_off():
    office = OfficeTime(
        current_calendar(), datetime.date(2024, 8, 29), datetime.date(2024, 9, 6)
    )  # 2 and 3: a holiday
    assert office.at(0) == moment("2024-08-29 07:30")
    assert office.at(5 * HOUR) == moment("2024-08-29 14:00")
    assert office.at(2 * DAY) == moment("2024-09-04 07:30")  # the 2nd and 3rd are a holiday
    assert office.closing(2 * DAY) == moment("2024-09-04 17:00")
    for seconds in range(0, 3 * DAY, 977):
        assert office.seconds(office.at(seconds)) == seconds
    assert office.seconds(moment("2024-08-31 12:00")) == office.seconds(moment("2024-08-30 18:00")) == 2 * DAY
