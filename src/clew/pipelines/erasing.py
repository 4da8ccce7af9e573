"""Erase a subject: what is known of the person goes, unless the law or a court wants it kept."""

from collections.abc import Sequence
from datetime import datetime

from clew.errors import InputError, RefusedError
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.holds import standing_holds
from clew.pipelines.judged import is_being_judged
from clew.pipelines.review_desk import ReviewDesk
from clew.records.audit import AuditEvent
from clew.records.case import Case, CaseState
from clew.records.identifiers import SubjectId


def demand_erasable(desk: ReviewDesk, subject_id: SubjectId, *, ground: str) -> None:
    """What would be refused is refused, before a person is asked whether they are sure; nothing is changed.

    Raises:
        NotFoundError: there is no such subject.
        RefusedError, InputError: as `erase_subject`.
    """
    _demand_ground(ground)
    with desk.store.read() as reader:
        reader.get_subject(subject_id)
        _demand_free(reader, reader.cases_of(subject_id), desk.clock())


def erase_subject(desk: ReviewDesk, subject_id: SubjectId, *, ground: str, actor: str) -> None:
    """Nothing of the person is left but digests, verdicts and the ledger's own lines.

    A hold beats erasure, whoever asks for it: a case that is open, preserved after its report or held for an authority
    keeps all that belongs to it. Sealed bytes are destroyed apart, on a lawful request: `clew.pipelines.destruction`.

    Raises:
        RefusedError: a case of the subject is open or judged again, or a hold stands; the message says how many and
            until when.
        InputError: no ground was given.
    """
    _demand_ground(ground)
    at = desk.clock()

    def work(unit: UnitOfWork) -> None:
        unit.get_subject(subject_id)
        cases = [unit.take_case(each.id) for each in unit.cases_of(subject_id)]
        _demand_free(unit, cases, at)
        unit.erase_subject(subject_id)
        facts: dict[str, str | int | bool | None] = {"cases": len(cases)}
        subject = f"subject:{subject_id}"
        unit.audit(AuditEvent(at=at, actor=actor, act="subject.erase", subject=subject, facts=facts))

    desk.store.transact(work)


def _demand_ground(ground: str) -> None:
    if not ground.strip():
        raise InputError("erasing needs its ground: the request's number, or the retention rule")


def _demand_free(reader: Reader, cases: Sequence[Case], at: datetime) -> None:
    """RefusedError when a case is open, judged again or held."""
    if any(each.state is CaseState.OPEN for each in cases):
        raise RefusedError("a case of this subject is open; it is decided, and reported or closed, before erasing")
    if any(is_being_judged(reader, each.id) for each in cases):
        raise RefusedError("a case of this subject is judged again; it is decided before erasing")
    holds = [hold for each in cases for hold in standing_holds(reader, each.id, at)]
    if holds:
        ends = [hold.until for hold in holds if hold.until is not None]
        until = f"until {max(ends):%Y-%m-%d}" if len(ends) == len(holds) else "until they are released"
        raise RefusedError(f"{len(holds)} holds stand on this subject's cases {until}; a hold beats erasure")
