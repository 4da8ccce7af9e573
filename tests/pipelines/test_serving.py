"""Serving: once, by any process, and only while everything that allowed the view still does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import ClewError, ConflictError, DamagedError, NotFoundError, RefusedError
from clew.pipelines import legal_process, review, serving, verdicts
from clew.pipelines.case_file import viewing_of
from clew.pipelines.destruction import destroy
from clew.pipelines.views import View
from clew.records.case import Content, NotHeld
from clew.records.evidence import ProcessKind
from clew.records.identifiers import JobId
from clew.records.review import AskReason, Decision, Lease
from clew.records.viewing import Filter
from tests.pipelines.review_house import House, upload_of
from tests.pipelines.test_views import ask, begin, proof_of, take
from tests.review.review_records import ADA, BO, SENIOR


@pytest.fixture
def held(any_house: House) -> tuple[House, Content, Lease]:
    content = any_house.sealed_hit(1)
    return any_house, content, any_house.lease(ADA, content)


def test_a_view_that_one_process_was_asked_for_is_served_by_another(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)
    other = House(replace(house.desk), house.clock)
    assert take(other, view) == upload_of(1)
    with pytest.raises(NotFoundError, match="this view was served"):
        begin(house, ADA, view)


def test_a_view_is_served_once_however_many_fetch_it_at_the_same_time(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)

    def one(_: int) -> bool:
        try:
            take(house, view)
        except ClewError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(one, range(8))) == 1


def refused(house: House, view: View) -> None:
    """Nothing leaves, the line stays open, and nothing counts as viewed."""
    with house.store.read() as reader:
        stored = reader.get_view(view.event.id)
        assert (stored.begun_at, stored.completed_at) == (None, None)
        assert not viewing_of(reader, reader.get_content(stored.content_id)).viewed


def test_a_view_of_a_job_that_was_let_go_is_not_served(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)
    review.release(house.desk, ADA, lease)
    with pytest.raises(ConflictError, match="do not hold this job"):
        begin(house, ADA, view)
    house.lease(BO, content)
    with pytest.raises(ConflictError, match="do not hold this job"):
        begin(house, ADA, view)
    refused(house, view)


def test_a_view_whose_lease_ran_out_is_not_served(held):
    house, content, lease = held
    house.clock.move(minutes=29)
    view = ask(house, ADA, lease, content)
    house.clock.move(minutes=2)
    with pytest.raises(ConflictError, match="do not hold this job"):
        begin(house, ADA, view)
    refused(house, view)


def test_a_view_waits_no_longer_than_a_permit_is_good(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)
    with house.store.read() as reader:
        event = reader.get_view(view.event.id)
    assert serving.waits(house.desk, event, house.clock.now)
    house.clock.move(minutes=16)
    assert not serving.waits(house.desk, event, house.clock.now)
    with pytest.raises(NotFoundError, match="waited too long"):
        begin(house, ADA, view)
    refused(house, view)


def test_the_limit_is_weighed_again_when_a_view_is_served(held):
    house, content, lease = held
    first, second = (ask(house, ADA, lease, content, Filter.GREY) for _ in range(2))
    strict = house.under(views_a_day=1)
    with pytest.raises(RefusedError, match="your 1 views of 24 hours are used up"):
        begin(strict, ADA, second)
    refused(house, second)
    assert [event["stop"] for event in house.audit("view.stopped")] == ["limit"]
    assert begin(house.under(views_a_day=2, views_before_break=2), ADA, first).event.begun_at is not None


def test_bytes_that_were_judged_for_good_meanwhile_are_not_served(any_house: House):
    content, again = any_house.sealed_hit(1), any_house.sealed_hit(1, "account-8")
    view = ask(any_house, BO, any_house.lease(BO, again), again)
    verdict = any_house.decide(ADA, any_house.lease(ADA, content), content.id, Decision.SAME_AS_LISTED).verdict
    assert verdict is not None
    with any_house.store._database.writing.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql(f"UPDATE contents SET known = '{verdict.id}' WHERE id = '{again.id}'")
    with pytest.raises(RefusedError, match="judged before"):
        begin(any_house, BO, view)


def test_evidence_that_was_destroyed_meanwhile_is_not_served_and_its_content_says_so(any_house: House):
    house = any_house.under(four_eyes="none")
    content = house.sealed_hit(1)
    lease = house.lease(ADA, content)
    view = ask(house, ADA, lease, content)
    house.decide(ADA, lease, content.id, Decision.NOT_REPORTABLE)
    room = house.desk.strongroom
    assert room is not None
    kind, issued_at = ProcessKind.DESTRUCTION_REQUEST, house.clock()
    request = legal_process.Asked(kind=kind, reference="26-1", authority="County police", issued_at=issued_at)
    legal_process.record_process(room, content.case_id, request, actor="user:ada")
    for actor in ("user:ada", "user:eve"):
        destroy(room, content.case_id, confirm=content.case_id, process_id=None, actor=actor)
    with house.store.read() as reader:
        verdict = reader.verdicts_of(content.case_id)[-1]
        assert reader.get_content(content.id).not_held is NotHeld.DESTROYED
    verdicts.reverse(house.desk, SENIOR, verdict.id, AskReason.UNSURE)
    house.lease(ADA, content)
    with pytest.raises(NotFoundError, match="destroyed on a lawful request"):
        begin(house, ADA, view)
    refused(house, view)


def test_a_view_is_served_to_whoever_asked_in_its_job_alone(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)
    other = house.sealed_hit(2, "account-8")
    with pytest.raises(NotFoundError, match="asked for no view"):
        begin(house, BO, view)
    for job_id in (house.job(other).id, JobId("none")):
        with pytest.raises(NotFoundError):
            serving.begin_serving(house.desk, ADA, job_id, view.event.id)
    refused(house, view)


def test_what_was_never_begun_is_not_streamed(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)
    with pytest.raises(RefusedError, match="has not begun"):
        next(serving.stream_whole(house.desk, view))
    refused(house, view)


@pytest.mark.parametrize("wrong", [{"sha256": bytes(32)}, {"size_bytes": 7}], ids=["digest", "size"])
def test_what_does_not_fit_the_line_in_the_ledger_is_no_whole_serving(held, wrong):
    """The bytes that leave are held against both, each on its own."""
    house, content, lease = held
    begun = begin(house, ADA, ask(house, ADA, lease, content))
    with pytest.raises(DamagedError, match="not what was uploaded"):
        list(serving.stream_whole(house.desk, replace(begun, event=replace(begun.event, **wrong))))
    with house.store.read() as reader:
        assert reader.get_view(begun.event.id).completed_at is None


def test_a_word_that_comes_long_after_the_serving_does_not_count(held):
    house, content, lease = held
    view = ask(house, ADA, lease, content)
    proof = proof_of(view, take(house, view))
    house.clock.move(minutes=61)
    with pytest.raises(RefusedError, match="confirmed within 60 minutes; open it again"):
        serving.confirm_view(house.desk, ADA, view.event.id, proof=proof)
    with house.store.read() as reader:
        assert not viewing_of(reader, content).viewed
    lenient = house.under(confirm_minutes=90)
    assert serving.confirm_view(lenient.desk, ADA, view.event.id, proof=proof).viewed
    house.clock.now += timedelta(days=2)
    assert serving.confirm_view(house.desk, ADA, view.event.id).viewed, "a word that was given stays given"
