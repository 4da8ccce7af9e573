"""Erasing a subject: a hold beats it; what is left bears nothing of the person."""

import pytest

from clew.errors import InputError, NotFoundError, RefusedError
from clew.parts.stores.sql.tables import metadata
from clew.pipelines import appeals, verdicts
from clew.pipelines.destruction import destroy, plan
from clew.pipelines.erasing import erase_subject
from clew.pipelines.holds import end_open_case, preserve, standing_holds
from clew.pipelines.legal_process import Asked, record_process
from clew.pipelines.release import keep_standing, release
from clew.pipelines.subjects import put_subject
from clew.records.case import Content
from clew.records.evidence import HoldKind, ProcessKind
from clew.records.identifiers import CaseId, SubjectId, VerdictId
from clew.records.review import AskReason, Decision
from tests.pipelines.review_house import House, thread
from tests.pipelines.test_cases import PARTICULARS
from tests.review.review_records import ADA, SENIOR

GROUND = "request 26-4"


def closed_case(house: House) -> tuple[SubjectId, Content]:
    """Everything about a person that there can be, decided as not reportable."""
    put_subject(house.desk, "account-7", PARTICULARS, actor="key:test")
    content = house.sealed_hit(1)
    house.hit(2, file_name="Heron.png", url="https://board.example/u/7", ip_event=PARTICULARS.ip_events[0])
    text = house.flag(messages=thread("my secret text"), reference="upload-9").content
    lease = house.lease(ADA, content)
    with house.store.read() as reader:
        contents = reader.contents_of(content.case_id)
    assert text.id in {each.id for each in contents}
    for each in contents:
        recorded = house.decide(ADA, lease, each.id, Decision.NOT_REPORTABLE)
    assert recorded.verdict is not None
    made = appeals.appeal(house.desk, recorded.verdict.id, reference="heron@example.com asks", actor="key:test")
    appeals.answer_appeal(house.desk, SENIOR, house.lease(SENIOR, content), made.id, uphold=True)
    return house.job(content).subject_id, content


def everything(house: House) -> str:
    """Every value of every table but the audit's, as one text."""
    with house.store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        names = [table.name for table in metadata.sorted_tables if not table.name.startswith("audit")]
        rows = [list(connection.exec_driver_sql(f'SELECT * FROM "{name}"')) for name in names]
    return str(rows).lower()


def test_nothing_of_the_person_is_left_and_the_verdicts_stand(any_house: House):
    subject_id, content = closed_case(any_house)
    planted = ["heron", "192.0.2.7", "bc1q", "secret", "account-7", "upload-9", "board.example", "upload 1"]
    assert [each for each in planted if each not in everything(any_house)] == []
    erase_subject(any_house.desk, subject_id, ground=GROUND, actor="user:senior")
    assert [each for each in planted if each in everything(any_house)] == []
    with any_house.store.read() as reader:
        assert reader.find_subject("account-7") is None
        assert len(reader.verdicts_of(content.case_id)) == 3
        assert reader.get_content(content.id).sha256 == content.sha256
    (event,) = any_house.audit("subject.erase")
    assert (event["actor"], event["cases"]) == ("user:senior", 1)


def test_an_open_case_is_not_erased(any_house: House):
    content = any_house.hit(1)
    with pytest.raises(RefusedError, match="is open"):
        erase_subject(any_house.desk, any_house.job(content).subject_id, ground=GROUND, actor="user:senior")


def test_a_hold_beats_erasure_until_it_ends(any_house: House):
    subject_id, content = closed_case(any_house)
    at = any_house.clock()
    room = any_house.desk.strongroom
    assert room is not None
    any_house.store.transact(
        lambda unit: preserve(unit, room, content.case_id, finished_at=at, reference="filing-1", actor="system:filing")
    )
    with pytest.raises(RefusedError, match="1 holds stand on this subject's cases until 2027-03-08; a hold beats"):
        erase_subject(any_house.desk, subject_id, ground=GROUND, actor="user:senior")
    any_house.clock.move(days=366)
    erase_subject(any_house.desk, subject_id, ground=GROUND, actor="user:senior")


def held(house: House, case_id: CaseId) -> list[HoldKind]:
    with house.store.read() as reader:
        return [each.kind for each in standing_holds(reader, case_id, house.clock())]


def last_verdict(house: House, content: Content) -> VerdictId:
    with house.store.read() as reader:
        return reader.verdicts_of(content.case_id)[-1].id


def test_a_dismissal_that_was_taken_back_keeps_its_evidence_until_it_is_decided_again(any_house: House):
    subject_id, content = closed_case(any_house)
    assert held(any_house, content.case_id) == []
    verdicts.reverse(any_house.desk, SENIOR, last_verdict(any_house, content), AskReason.UNSURE)
    assert held(any_house, content.case_id) == [HoldKind.OPEN_CASE]
    with pytest.raises(RefusedError, match="is judged again"):
        erase_subject(any_house.desk, subject_id, ground=GROUND, actor="user:senior")
    lease = any_house.lease(ADA, content)
    with any_house.store.read() as reader:
        left = reader.get_verdict(last_verdict(any_house, content)).content_id
    any_house.decide(ADA, lease, left, Decision.NOT_REPORTABLE)
    assert held(any_house, content.case_id) == []
    erase_subject(any_house.desk, subject_id, ground=GROUND, actor="user:senior")


def test_messages_whose_dismissal_is_appealed_against_are_not_erased_while_they_are_judged(any_house: House):
    content = any_house.flag(messages=thread("hello", "the lake")).content
    any_house.decide(ADA, any_house.lease(ADA, content), content.id, Decision.NOT_REPORTABLE)
    subject_id = any_house.job(content).subject_id
    made = appeals.appeal(any_house.desk, last_verdict(any_house, content), reference="a-1", actor="key:test")
    assert held(any_house, content.case_id) == [HoldKind.OPEN_CASE]
    with pytest.raises(RefusedError, match="is judged again"):
        erase_subject(any_house.desk, subject_id, ground=GROUND, actor="user:senior")
    lease = any_house.lease(SENIOR, content)
    appeals.answer_appeal(any_house.desk, SENIOR, lease, made.id, uphold=False)
    assert held(any_house, content.case_id) == [HoldKind.OPEN_CASE]
    any_house.decide(SENIOR, lease, content.id, Decision.NOT_REPORTABLE)
    assert held(any_house, content.case_id) == []
    erase_subject(any_house.desk, subject_id, ground=GROUND, actor="user:senior")


def test_what_is_judged_again_is_not_erased_though_its_hold_was_ended(any_house: House):
    subject_id, content = closed_case(any_house)
    verdicts.reverse(any_house.desk, SENIOR, last_verdict(any_house, content), AskReason.UNSURE)
    room = any_house.desk.strongroom
    assert room is not None
    any_house.store.transact(
        lambda unit: end_open_case(unit, room, content.case_id, ground="an order", actor="user:senior")
    )
    with pytest.raises(RefusedError, match="is judged again"):
        erase_subject(any_house.desk, subject_id, ground=GROUND, actor="user:senior")


def test_erasing_needs_a_ground_and_somebody_to_erase(house: House):
    with pytest.raises(InputError, match="needs its ground"):
        erase_subject(house.desk, SubjectId("none"), ground=" ", actor="user:senior")
    with pytest.raises(NotFoundError):
        erase_subject(house.desk, SubjectId("none"), ground=GROUND, actor="user:senior")


def test_a_case_that_was_dismissed_twice_while_another_is_open_is_held_no_more(any_house: House):
    house = any_house.under(four_eyes="none")
    one = house.sealed_hit(1)
    house.decide(ADA, house.lease(ADA, one), one.id, Decision.NOT_REPORTABLE)
    two = house.sealed_hit(2)
    assert two.case_id != one.case_id
    verdicts.reverse(house.desk, SENIOR, last_verdict(house, one), AskReason.UNSURE)
    house.decide(ADA, house.lease(ADA, one), one.id, Decision.NOT_LISTED)
    assert held(house, one.case_id) == [HoldKind.OPEN_CASE]  # reportable, and in no report yet
    verdicts.reverse(house.desk, SENIOR, last_verdict(house, one), AskReason.UNSURE)
    house.decide(ADA, house.lease(ADA, one), one.id, Decision.NOT_REPORTABLE)
    assert held(house, one.case_id) == []


def test_nobody_alone_ends_the_hold_of_a_closed_case_that_is_judged_again_or_not_reported(any_house: House):
    house = any_house.under(four_eyes="none")
    one = house.sealed_hit(1)
    house.decide(ADA, house.lease(ADA, one), one.id, Decision.NOT_REPORTABLE)
    house.sealed_hit(2)
    verdicts.reverse(house.desk, SENIOR, last_verdict(house, one), AskReason.UNSURE)
    room = house.desk.strongroom
    assert room is not None
    with house.store.read() as reader:
        (hold,) = standing_holds(reader, one.case_id, house.clock())
    assert release(room, hold.id, ground="an order", actor="user:one").released_at is None
    keep_standing(room, hold.id, actor="user:one")
    house.decide(ADA, house.lease(ADA, one), one.id, Decision.NOT_LISTED)
    assert release(room, hold.id, ground="an order", actor="user:one").released_at is None
    assert release(room, hold.id, ground="an order", actor="user:two").released_at is not None


def test_nothing_is_destroyed_on_a_lawful_request_while_it_is_judged(any_house: House):
    house = any_house.under(four_eyes="none")
    one = house.sealed_hit(1)
    house.decide(ADA, house.lease(ADA, one), one.id, Decision.NOT_REPORTABLE)
    room = house.desk.strongroom
    assert room is not None
    kind, issued_at = ProcessKind.DESTRUCTION_REQUEST, house.clock()
    asked = Asked(kind=kind, reference="26-9", authority="County court", issued_at=issued_at)
    record_process(room, one.case_id, asked, actor="user:one")
    destroy(room, one.case_id, confirm=one.case_id, process_id=None, actor="user:one")
    verdicts.reverse(house.desk, SENIOR, last_verdict(house, one), AskReason.UNSURE)
    with pytest.raises(RefusedError, match="a hold forbids it"):
        destroy(room, one.case_id, confirm=one.case_id, process_id=None, actor="user:two")
    with house.store.read() as reader:
        (hold,) = standing_holds(reader, one.case_id, house.clock())
    for actor in ("user:one", "user:two"):
        release(room, hold.id, ground="an order", actor=actor)
    with pytest.raises(RefusedError, match="before it is decided"):
        destroy(room, one.case_id, confirm=one.case_id, process_id=None, actor="user:two")
    with house.store.read() as reader:
        assert (plan(reader, room, one.case_id).judged, plan(reader, room, one.case_id).possible) == (True, False)
    house.decide(ADA, house.lease(ADA, one), one.id, Decision.NOT_REPORTABLE)
    destroy(room, one.case_id, confirm=one.case_id, process_id=None, actor="user:two")
