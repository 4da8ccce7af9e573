"""No reportable content is ever without a report, or without somebody being told: whatever the order of acts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clew.errors import ConflictError, RefusedError
from clew.parts.stores.base import Store
from clew.pipelines import lanes, verdicts
from clew.pipelines.alerts import StandingAlert, standing_alerts
from clew.pipelines.closing import close_case
from clew.pipelines.erasing import erase_subject
from clew.pipelines.filing import file_report, record_by_hand
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.filing_shown import filing_standing
from clew.pipelines.holds import standing_holds
from clew.pipelines.release import release
from clew.records.case import AlertKind, CaseState, Content
from clew.records.evidence import HoldKind
from clew.records.filing import Filing, FilingState
from clew.records.identifiers import CaseId, FilingId
from clew.records.report import Incident, IncidentType, Report, ReportedSubject
from clew.records.report_file import ReportFile
from clew.records.review import AskReason, Decision, Lane
from clew.settings import Settings
from tests.pipelines.filing_house import ADA as ADA_ACTS
from tests.pipelines.filing_house import REPORTER, FilingHouse, open_filing_house
from tests.pipelines.review_house import House, open_house, thread
from tests.review.review_records import ADA, BO, SENIOR


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return open_house(store, tmp_path / "data").under(four_eyes="none")


@pytest.fixture
def filing(store: Store, tmp_path: Path) -> FilingHouse:
    return open_filing_house(store, tmp_path / "data", "http://127.0.0.1:9")


def unreported(house: House) -> tuple[CaseId, ...]:
    with house.store.read() as reader:
        return filing_standing(reader, Settings()).unreported


def test_a_dismissed_case_that_is_reportable_after_all_is_open_held_and_asked_for(house):
    content = house.sealed_hit(1)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_REPORTABLE)
    with house.store.read() as reader:
        assert reader.get_case(content.case_id).state is CaseState.CLOSED
        (verdict,) = reader.verdicts_of(content.case_id)
    verdicts.reverse(house.desk, SENIOR, verdict.id, AskReason.UNSURE)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    assert unreported(house) == (content.case_id,)
    with house.store.read() as reader:
        case = reader.get_case(content.case_id)
        holds = [each.kind for each in reader.holds_of_case(case.id) if each.stands(house.clock())]
    assert case.state is CaseState.OPEN
    assert holds == [HoldKind.OPEN_CASE]
    with pytest.raises(RefusedError, match="open"):
        erase_subject(house.desk, case.subject_id, ground="a request", actor="command:test")


def order_report(house: House, content: Content) -> tuple[FilingDesk, Filing]:
    """A report of the case with that file is made and ordered."""
    room = house.desk.strongroom
    assert room is not None
    desk = FilingDesk(settings=room.settings, store=house.store, strongroom=room, clock=house.clock)
    facts = Report(
        incident=Incident(type=IncidentType.MATERIAL, at=house.clock() - timedelta(days=3)),
        reporter=REPORTER,
        subjects=(ReportedSubject(identifier="account-7"),),
        files=(ReportFile(key=content.id, file_name="a.png"),),
    )
    return desk, house.store.transact(lambda unit: file_report(unit, desk, content.case_id, facts, actor=ADA_ACTS))


def report_by_hand(house: House, content: Content) -> None:
    """A report of the case with that file is made and recorded as filed."""
    desk, ordered = order_report(house, content)
    at = house.clock() - timedelta(milliseconds=1)
    house.store.transact(lambda unit: record_by_hand(unit, desk, ordered.id, number="1", filed_at=at, actor=ADA_ACTS))


def standing(house: House, content: Content) -> list[HoldKind]:
    with house.store.read() as reader:
        return [each.kind for each in standing_holds(reader, content.case_id, house.clock())]


def state_of(house: House, content: Content) -> CaseState:
    with house.store.read() as reader:
        return reader.get_case(content.case_id).state


def test_a_thread_that_is_decided_after_the_report_is_asked_for(house):
    content = house.sealed_hit(1)
    talk = house.flag(subject="account-7", messages=thread("come here", "no")).content
    lease = house.lease(ADA, content)
    house.decide(ADA, lease, content.id, Decision.NOT_LISTED)
    report_by_hand(house, content)
    assert unreported(house) == ()
    house.decide(ADA, lease, talk.id, Decision.NOT_LISTED)
    assert unreported(house) == (content.case_id,)
    assert state_of(house, content) is CaseState.OPEN


def test_a_case_that_was_filed_before_its_last_file_was_decided_closes_with_it_and_is_held_meanwhile(house):
    content = house.sealed_hit(1)
    talk = house.flag(subject="account-7", messages=thread("hello", "hi")).content
    lease = house.lease(ADA, content)
    house.decide(ADA, lease, content.id, Decision.NOT_LISTED)
    report_by_hand(house, content)
    assert state_of(house, content) is CaseState.OPEN
    assert set(standing(house, content)) == {HoldKind.PRESERVATION, HoldKind.OPEN_CASE}
    house.clock.move(days=400)
    assert standing(house, content) == [HoldKind.OPEN_CASE], "the preservation ends; what is undecided is kept"
    house.decide(ADA, house.lease(ADA, content), talk.id, Decision.NOT_REPORTABLE)
    assert (state_of(house, content), standing(house, content)) == (CaseState.CLOSED, [])


def test_a_case_of_words_alone_is_held_from_its_first_moment_until_it_is_decided(house):
    talk = house.flag(subject="account-7", messages=thread("come here", "no")).content
    assert standing(house, talk) == [HoldKind.OPEN_CASE]
    house.flag(subject="account-7", messages=thread("more", "no"))
    assert standing(house, talk) == [HoldKind.OPEN_CASE]
    lease = house.lease(ADA, talk)
    with house.store.read() as reader:
        contents = reader.contents_of(talk.case_id)
    for each in contents:
        house.decide(ADA, lease, each.id, Decision.NOT_REPORTABLE)
    assert (state_of(house, talk), standing(house, talk)) == (CaseState.CLOSED, [])


def test_a_verdict_that_falls_after_its_report_was_filed_raises_one_alert_also_while_the_case_is_open(house):
    content = house.sealed_hit(1)
    house.flag(subject="account-7", messages=thread("come here", "no"))
    lease = house.lease(ADA, content)
    for _ in range(2):
        house.decide(ADA, lease, content.id, Decision.NOT_LISTED)
        if not alerts_of(house):
            report_by_hand(house, content)
        with house.store.read() as reader:
            last = reader.verdicts_of(content.case_id)[-1]
        verdicts.reverse(house.desk, ADA, last.id, AskReason.UNSURE)
    assert state_of(house, content) is CaseState.OPEN
    (alert,) = alerts_of(house)
    assert (alert.kind, alert.content_id) == (AlertKind.REVERSED_AFTER_FILING, content.id)


def test_nobody_alone_ends_the_hold_of_a_case_that_is_not_decided(house):
    content = house.sealed_hit(1)
    room = house.desk.strongroom
    assert room is not None
    with house.store.read() as reader:
        (hold,) = standing_holds(reader, content.case_id, house.clock())
    assert release(room, hold.id, ground="an order of the court", actor=ADA_ACTS).released_at is None
    with pytest.raises(RefusedError):
        release(room, hold.id, ground="an order of the court", actor=ADA_ACTS)
    assert standing(house, content) == [HoldKind.OPEN_CASE]
    assert release(room, hold.id, ground="an order of the court", actor="user:bo").released_at is not None
    assert standing(house, content) == []


def test_a_verdict_that_falls_while_its_report_may_have_been_finished_raises_the_alert(house):
    content = house.sealed_hit(1)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    _, ordered = order_report(house, content)
    # As a worker leaves it whose last call was not answered: it has a number, and waits for the next attempt.
    house.store.transact(lambda unit: unit.change_filing(replace(ordered, state=FilingState.WAITING, number="7")))
    with house.store.read() as reader:
        last = reader.verdicts_of(content.case_id)[-1]
    verdicts.reverse(house.desk, SENIOR, last.id, AskReason.UNSURE)
    assert [each.kind for each in alerts_of(house)] == [AlertKind.REVERSED_AFTER_FILING]


def test_a_second_look_that_takes_an_urgent_verdict_back_after_filing_raises_the_alert(store, tmp_path):
    house = open_house(store, tmp_path / "data")
    content = house.sealed_hit(1)
    lanes.change_lane(house.desk, BO, house.job(content).id, Lane.LIVE_DANGER)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    report_by_hand(house, content)
    house.decide(SENIOR, house.lease(SENIOR, content), content.id, Decision.NOT_REPORTABLE)
    assert [each.kind for each in alerts_of(house)] == [AlertKind.REVERSED_AFTER_FILING]


def test_a_verdict_that_falls_before_any_report_raises_no_alert_even_of_a_closed_case(house):
    content = house.sealed_hit(1)
    at = house.clock()
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    house.store.transact(lambda unit: close_case(unit, content.case_id, at, actor="system:test", because="test"))
    with house.store.read() as reader:
        (verdict,) = reader.verdicts_of(content.case_id)
    verdicts.reverse(house.desk, SENIOR, verdict.id, AskReason.DIFFER)
    assert alerts_of(house) == []


def alerts_of(house: House) -> list[StandingAlert]:
    with house.store.read() as reader:
        return [each for each in standing_alerts(reader) if each.filing_id is None]


def by_hand(filing: FilingHouse, filing_id: FilingId, number: str) -> None:
    at = filing.clock()
    filing.store.transact(
        lambda unit: record_by_hand(unit, filing.desk, filing_id, number=number, filed_at=at, actor=ADA_ACTS)
    )


def test_a_plain_order_does_not_take_over_a_failed_supplement(filing):
    case_id = filing.case(b"boats " * 100)
    by_hand(filing, filing.order(case_id).id, "111")
    filing.order(case_id, supplement=True)
    short = filing.with_settings(retry_hours=1)
    short.work_to_the_end()
    with pytest.raises(ConflictError):
        filing.order(case_id)


def test_a_supplement_needs_a_filed_report_and_none_under_way(filing):
    case_id = filing.case(b"boats " * 100)
    with pytest.raises(ConflictError, match="adds to a report that is filed"):
        filing.order(case_id, supplement=True)
    first = filing.order(case_id)
    with pytest.raises(ConflictError, match="adds to a report that is filed"):
        filing.order(case_id, supplement=True)
    by_hand(filing, first.id, "111")
    assert filing.order(case_id, supplement=True).part == 1
    with pytest.raises(ConflictError, match="adds to a report that is filed"):
        filing.order(case_id, supplement=True)
