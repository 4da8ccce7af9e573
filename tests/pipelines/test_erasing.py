"""Erasing a subject: a hold beats it; what is left bears nothing of the person."""

import pytest

from clew.errors import InputError, NotFoundError, RefusedError
from clew.parts.stores.sql.tables import metadata
from clew.pipelines import appeals
from clew.pipelines.erasing import erase_subject
from clew.pipelines.holds import preserve
from clew.pipelines.subjects import put_subject
from clew.records.case import Content
from clew.records.identifiers import SubjectId
from clew.records.review import Decision
from tests.pipelines.review_house import House, thread
from tests.pipelines.test_cases import PARTICULARS
from tests.review.review_records import ADA

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
    appeals.appeal(house.desk, recorded.verdict.id, reference="heron@example.com asks", actor="key:test")
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


def test_erasing_needs_a_ground_and_somebody_to_erase(house: House):
    with pytest.raises(InputError, match="needs its ground"):
        erase_subject(house.desk, SubjectId("none"), ground=" ", actor="user:senior")
    with pytest.raises(NotFoundError):
        erase_subject(house.desk, SubjectId("none"), ground=GROUND, actor="user:senior")
