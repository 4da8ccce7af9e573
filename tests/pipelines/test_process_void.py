"""Voiding a legal process: nothing is opened on it from the first word on, and two people say that it is void."""

from datetime import timedelta

import pytest

from clew.errors import ConflictError, InputError, RefusedError
from clew.pipelines import holds
from clew.pipelines.destruction import destroy, plan
from clew.pipelines.legal_process import answer_process, approve_process
from clew.pipelines.process_void import keep_process, void_process
from clew.records.evidence import ProcessKind
from clew.records.permits import NOT_SEEN, OpeningPurpose
from tests.pipelines.evidence_desk import ADA, CASE, EVE, EvidenceDesk, open_desk

SLIP = "recorded on the wrong case"


def hand_over(desk: EvidenceDesk, object_id, process) -> object:
    return desk.permit(object_id, OpeningPurpose.HAND_OVER, NOT_SEEN, process_id=process.id)


def test_a_warrant_that_was_recorded_by_mistake_opens_nothing_from_the_first_word_on(any_evidence) -> None:
    sealed = any_evidence.seal()
    warrant = any_evidence.process(ProcessKind.WARRANT)
    assert hand_over(any_evidence, sealed.id, warrant)
    asked = void_process(any_evidence.room, warrant.id, ground=SLIP, actor=ADA)
    assert (asked.voided_at, asked.holds(any_evidence.clock.at)) == (None, False)
    with pytest.raises(RefusedError, match="not in force"):
        hand_over(any_evidence, sealed.id, warrant)
    with pytest.raises(RefusedError, match="another person must agree"):
        void_process(any_evidence.room, warrant.id, ground=SLIP, actor=ADA)
    voided = void_process(any_evidence.room, warrant.id, ground="and quashed", actor=EVE)
    assert (voided.voided_by, voided.void_ground) == (EVE, f"{SLIP}; and quashed")
    with any_evidence.store.read() as reader:
        assert reader.get_process(warrant.id) == voided
    with pytest.raises(RefusedError, match="not in force"):
        hand_over(any_evidence, sealed.id, warrant)
    with pytest.raises(ConflictError, match="was voided on"):
        void_process(any_evidence.room, warrant.id, ground=SLIP, actor=EVE)
    acts = any_evidence.audit("process.ask-void", "process.void")
    assert [(each["act"], each["actor"]) for each in acts] == [("process.ask-void", ADA), ("process.void", EVE)]
    assert acts[1]["alone"] is False
    assert SLIP not in str(acts)


def test_a_wish_to_void_is_taken_back_and_the_request_is_in_force_again(any_evidence) -> None:
    sealed = any_evidence.seal()
    warrant = any_evidence.process(ProcessKind.WARRANT)
    with pytest.raises(ConflictError, match="nobody's wish"):
        keep_process(any_evidence.room, warrant.id, actor=EVE)
    void_process(any_evidence.room, warrant.id, ground=SLIP, actor=ADA)
    assert keep_process(any_evidence.room, warrant.id, actor=EVE) == warrant
    assert hand_over(any_evidence, sealed.id, warrant)
    assert [each["actor"] for each in any_evidence.audit("process.keep")] == [EVE]


def test_a_void_request_is_owed_no_answer_and_one_that_waits_for_the_second_word_is(any_evidence) -> None:
    any_evidence.seal()
    clock = any_evidence.clock
    dated = any_evidence.process(ProcessKind.WARRANT, due_at=clock.at + timedelta(days=3))
    undated = any_evidence.process(ProcessKind.SUBPOENA)

    def told() -> tuple[int, int, int]:
        with any_evidence.store.read() as reader:
            due = holds.deadlines(reader, clock.at, timedelta(days=10))
            unanswered = plan(reader, any_evidence.room, CASE).unanswered
            return len(due), len(holds.undated_requests(reader, clock.at)), len(unanswered)

    for each in (dated, undated):
        void_process(any_evidence.room, each.id, ground=SLIP, actor=ADA)
    assert told() == (1, 1, 2)
    for each in (dated, undated):
        void_process(any_evidence.room, each.id, ground=SLIP, actor=EVE)
    assert told() == (0, 0, 0)
    with pytest.raises(ConflictError, match="owed no answer"):
        answer_process(any_evidence.room, dated.id, actor=EVE)


def test_nothing_is_destroyed_on_a_request_that_somebody_asked_to_void(any_evidence) -> None:
    any_evidence.seal()
    any_evidence.end_open_case()
    request = any_evidence.process(ProcessKind.DESTRUCTION_REQUEST)
    destroy(any_evidence.room, CASE, confirm=CASE, process_id=None, actor=ADA)
    void_process(any_evidence.room, request.id, ground=SLIP, actor=ADA)
    with pytest.raises(RefusedError, match="recorded lawful request only"):
        destroy(any_evidence.room, CASE, confirm=CASE, process_id=None, actor=EVE)


def test_an_exigency_that_somebody_asked_to_void_is_not_approved(evidence) -> None:
    evidence.seal()
    exigency = evidence.process(ProcessKind.EXIGENCY)
    void_process(evidence.room, exigency.id, ground=SLIP, actor=ADA)
    with pytest.raises(ConflictError, match="asked to void it"):
        approve_process(evidence.room, exigency.id, actor=EVE)


def test_the_hold_of_a_voided_preservation_request_stands_until_it_is_released(evidence) -> None:
    evidence.seal()
    evidence.end_open_case()
    request = evidence.process(ProcessKind.PRESERVATION_REQUEST)
    for actor in (ADA, EVE):
        void_process(evidence.room, request.id, ground=SLIP, actor=actor)
    with evidence.store.read() as reader:
        (hold,) = holds.standing_holds(reader, CASE, evidence.clock.at)
    assert hold.reference == request.id


def test_voiding_needs_a_ground(evidence) -> None:
    evidence.seal()
    warrant = evidence.process(ProcessKind.WARRANT)
    with pytest.raises(InputError, match="a ground"):
        void_process(evidence.room, warrant.id, ground=" ", actor=ADA)


def test_who_is_alone_voids_after_the_delay_and_the_audit_says_so(store, tmp_path) -> None:
    desk = open_desk(store, tmp_path / "alone", one_person=True)
    desk.seal()
    warrant = desk.process(ProcessKind.WARRANT)
    void_process(desk.room, warrant.id, ground=SLIP, actor=ADA)
    with pytest.raises(RefusedError, match="you are alone here"):
        void_process(desk.room, warrant.id, ground=SLIP, actor=ADA)
    desk.clock.pass_days(2)
    assert void_process(desk.room, warrant.id, ground=SLIP, actor=ADA).voided_by == ADA
    assert desk.audit("process.void")[0]["alone"] is True
