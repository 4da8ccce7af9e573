"""Permits: who may open what, on which ground; the table of the US rule, and what no code can go around."""

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clew.errors import InputError, NotFoundError, RefusedError
from clew.parts.jurisdictions.base import Jurisdiction
from clew.parts.shelf import load
from clew.pipelines import legal_process
from clew.pipelines.evidence import open_sealed
from clew.pipelines.permits import grant
from clew.records.evidence import ProcessKind
from clew.records.permits import NOT_SEEN, Opening, OpeningPurpose, Seen
from tests.pipelines.evidence_desk import ADA, CASE, EVE, HARBOUR, OTHER

HAND_OVER = OpeningPurpose.HAND_OVER
VIEWED, PUBLIC = Seen(in_full=True, public=False), Seen(in_full=False, public=True)
SOURCES = Path(__file__).parents[2] / "src" / "clew"


@pytest.mark.parametrize("purpose", [OpeningPurpose.REVIEW, OpeningPurpose.FILING])
def test_the_platforms_own_people_may_review_and_file_what_nobody_has_viewed(any_evidence, purpose) -> None:
    sealed = any_evidence.seal()
    made = any_evidence.permit(sealed.id, purpose)
    assert (made.rule, made.case_id, made.until - made.made_at) == ("own-people", CASE, timedelta(minutes=15))
    with open_sealed(any_evidence.room, made) as opened:
        assert opened.read() == HARBOUR
    (row,) = any_evidence.audit("evidence.permit")
    assert (row["purpose"], row["permit"], row["subject"]) == (purpose.value, made.id, f"case:{CASE}")


OPENS = {
    NOT_SEEN: {ProcessKind.WARRANT, ProcessKind.EXIGENCY},
    VIEWED: {ProcessKind.WARRANT, ProcessKind.EXIGENCY, ProcessKind.SUBPOENA, ProcessKind.COURT_ORDER},
    PUBLIC: {ProcessKind.WARRANT, ProcessKind.EXIGENCY, ProcessKind.SUBPOENA, ProcessKind.COURT_ORDER},
}


@pytest.mark.parametrize("seen", [NOT_SEEN, VIEWED, PUBLIC])
@pytest.mark.parametrize("kind", list(ProcessKind))
def test_an_unviewed_file_stays_locked_to_the_states_side_until_a_warrant_or_exigency(evidence, seen, kind) -> None:
    sealed = evidence.seal()
    process = evidence.process(kind)
    if kind is ProcessKind.EXIGENCY:
        legal_process.approve_process(evidence.room, process.id, actor=EVE)
    if kind in OPENS[seen]:
        made = evidence.permit(sealed.id, HAND_OVER, seen, process_id=process.id)
        assert made.rule == "us-private-search 2026-11-22"
        assert made.process_id == process.id
    else:
        with pytest.raises(RefusedError, match="record"):
            evidence.permit(sealed.id, HAND_OVER, seen, process_id=process.id)
        assert len(evidence.audit("evidence.refuse")) == 1
        assert not evidence.audit("evidence.permit")


def test_the_refusal_says_what_would_unlock_it_and_that_the_rule_is_unverified(evidence) -> None:
    sealed = evidence.seal()
    process = evidence.process(ProcessKind.SUBPOENA)
    with pytest.raises(RefusedError, match=r"until there is a record of exigency or warrant .*unverified: from memory"):
        evidence.permit(sealed.id, HAND_OVER, process_id=process.id)
    with pytest.raises(RefusedError, match="no legal process is recorded"):
        evidence.permit(sealed.id, HAND_OVER, VIEWED)


@pytest.mark.parametrize("code", ["uk", "eu"])
def test_where_no_rule_is_known_bytes_leave_on_a_recorded_process_only(evidence, code: str) -> None:
    sealed = evidence.seal()
    room = replace(evidence.room, jurisdiction=load("jurisdictions", code, Jurisdiction))
    evidence.room = room
    with pytest.raises(RefusedError, match="no legal process"):
        evidence.permit(sealed.id, HAND_OVER, VIEWED)
    process = evidence.process(ProcessKind.WARRANT)
    assert evidence.permit(sealed.id, HAND_OVER, process_id=process.id).rule.startswith(f"{code}-recorded-process")


def test_a_process_of_another_case_or_time_opens_nothing(evidence) -> None:
    sealed = evidence.seal()
    evidence.seal(case_id=OTHER)
    others = evidence.process(ProcessKind.WARRANT, OTHER)
    with pytest.raises(RefusedError, match="for another case"):
        evidence.permit(sealed.id, HAND_OVER, process_id=others.id)
    short = evidence.process(ProcessKind.WARRANT, expires_at=evidence.clock.at + timedelta(days=10))
    evidence.clock.pass_days(10)
    with pytest.raises(RefusedError, match="not in force"):
        evidence.permit(sealed.id, HAND_OVER, process_id=short.id)


def test_an_exigency_opens_nothing_before_another_person_approves_it(any_evidence) -> None:
    sealed = any_evidence.seal()
    process = any_evidence.process(ProcessKind.EXIGENCY)
    with pytest.raises(RefusedError, match="waits for a second person"):
        any_evidence.permit(sealed.id, HAND_OVER, process_id=process.id)
    with pytest.raises(RefusedError, match="another person"):
        legal_process.approve_process(any_evidence.room, process.id, actor=ADA)
    legal_process.approve_process(any_evidence.room, process.id, actor=EVE)
    assert any_evidence.permit(sealed.id, HAND_OVER, process_id=process.id).process_id == process.id


@pytest.mark.parametrize("ground", ["", "  "])
def test_a_permit_has_a_ground(evidence, ground: str) -> None:
    with pytest.raises(InputError, match="on a ground"):
        evidence.permit(evidence.seal().id, ground=ground)


def test_there_is_no_permit_for_what_is_not_there(evidence) -> None:
    with pytest.raises(NotFoundError):
        evidence.permit("0" * 64)


def test_a_permit_and_what_is_done_with_it_are_recorded_together_or_not_at_all(evidence) -> None:
    sealed = evidence.seal()
    opening = Opening(object_id=sealed.id, purpose=OpeningPurpose.REVIEW, actor=ADA, ground="job 7")

    def work(unit) -> None:
        grant(unit, evidence.room, opening, NOT_SEEN)
        raise ValueError("the ledger could not be written")

    with pytest.raises(ValueError, match="ledger"):
        evidence.store.transact(work)
    assert not evidence.audit("evidence.permit")


def test_a_permit_whose_case_was_changed_opens_nothing(evidence) -> None:
    made = evidence.permit(evidence.seal().id)
    with pytest.raises(RefusedError, match="another case"):
        open_sealed(evidence.room, replace(made, case_id=OTHER))


def test_permits_are_made_in_one_place_and_the_vault_is_opened_in_few() -> None:
    """No other code of ours may make a permit, or open the vault without going through the pipelines."""
    makers, openers, deleters = set(), set(), set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called.endswith("ViewingPermit"):
                    makers.add(path.relative_to(SOURCES).as_posix())
                if called.endswith("vault.delete"):
                    deleters.add(path.relative_to(SOURCES).as_posix())
                if called.endswith(("vault.open", "vault.verify")):
                    openers.add(path.relative_to(SOURCES).as_posix())
    assert makers == {"pipelines/permits.py"}
    assert openers == {"pipelines/evidence.py", "pipelines/verification.py"}
    # What the platform deletes or bans leaves the held copy alone: a destruction deletes, and what it left is swept.
    assert deleters == {"pipelines/destruction.py", "pipelines/verification.py"}
