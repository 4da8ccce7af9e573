"""Questions to senders: put by the desk or drawn from gaps, answered by the sender.

An answer closes its gap and brings the report's place up again, all in one transaction.
"""

from datetime import datetime

from clew.errors import InputError, NotFoundError
from clew.ground.identity import new_id
from clew.ground.text import bears_controls
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.intake_desk import Delivery, IntakeDesk
from clew.pipelines.open_reports import get_of_sender
from clew.pipelines.taking_in import note_intake
from clew.pipelines.waking import wake_answered
from clew.records.audit import AuditEvent
from clew.records.identifiers import IntakeNumber, QuestionId, SenderId
from clew.records.intake import Question

_MOST_WORDS = 4_000


def ask(desk: IntakeDesk, number: IntakeNumber, path: str, text: str, *, actor: str) -> Question:
    """The report's sender is asked about one place of it, by a person.

    Raises:
        InputError: the words are none, too many, or cannot be read.
        NotFoundError: there is no such report.
    """
    told = _checked(text, "a question")

    def work(unit: UnitOfWork) -> Question:
        report = unit.find_intake(number)
        if report is None:
            raise NotFoundError(f"no report was taken in under the number {number}")
        at = desk.clock()
        question = Question(
            id=QuestionId(new_id(at)),
            number=number,
            sender_id=report.sender_id,
            path=path,
            text=told,
            asked_at=at,
            asked_by=actor,
        )
        unit.put_question(question)
        facts: dict[str, str | int | bool | None] = {"number": number}
        delivery = Delivery(sender_id=report.sender_id, form=report.form, actor=actor)
        note_intake(unit, at, delivery, "intake.ask", facts)
        return question

    return desk.store.transact(work)


def answer(
    desk: IntakeDesk, question_id: QuestionId, text: str, *, actor: str, sender_id: SenderId | None = None
) -> Question:
    """The question has its answer, the gap that it asked about is closed, and the report's place comes up if it slept.

    Args:
        sender_id: who answers; None when a person of the desk enters what a sender has said.
    Raises:
        InputError: the words are none, too many, or cannot be read.
        NotFoundError: that sender was asked no such question.
        ConflictError: it was answered already.
    """
    told = _checked(text, "an answer")
    return desk.store.transact(lambda unit: _answered(unit, question_id, told, desk.clock(), actor, sender_id))


def _answered(
    unit: UnitOfWork, question_id: QuestionId, text: str, at: datetime, actor: str, sender_id: SenderId | None
) -> Question:
    question = unit.answer_question(question_id, text, at)
    if sender_id is not None and question.sender_id != sender_id:
        raise NotFoundError(f"no question '{question_id}'")
    report = get_of_sender(unit, question.sender_id, question.number)
    gaps = [gap for gap in report.gaps if gap.path != question.path]
    if len(gaps) < len(report.gaps):
        unit.put_gaps(report.number, gaps)
    wake_answered(unit, report.number, at)
    facts: dict[str, str | int | bool | None] = {"number": report.number, "closed": len(report.gaps) - len(gaps)}
    subject = f"sender:{question.sender_id}"
    unit.audit(AuditEvent(at=at, actor=actor, act="intake.answer", subject=subject, facts=facts))
    return question


def _checked(text: str, what: str) -> str:
    told = text.strip().replace("\r\n", "\n")
    if not told or len(told) > _MOST_WORDS or bears_controls(told, lines=True):
        raise InputError(f"{what} has words, at most {_MOST_WORDS:,} printable characters")
    return told
