"""Who sends reports, how much on which day, and what each was asked."""

import json
from abc import ABC
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import RowMapping, Table, and_, bindparam, func, or_, select, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._intake import SenderDay
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.database import Upsert
from clew.parts.stores.sql.session import ChangingSession, Session
from clew.parts.stores.sql.tables import intake as tables
from clew.parts.stores.sql.values import DAY_US, Row, compact, from_us, maybe_at, maybe_us, to_us
from clew.records.identifiers import IntakeNumber, QuestionId, SenderId
from clew.records.intake import IntakeSender, Question, SenderKind, SenderRight

_S = tables.intake_senders.c
_D = tables.intake_sender_days.c
_Q = tables.intake_questions.c
_FIRST_DAY = date(1970, 1, 1)
# Asked for every report; see `Session._all`.
_OF_ID = select(tables.intake_senders).where(_S.id == bindparam("of"))
_SENT = select(_D.reports).where(_D.sender_id == bindparam("of"), _D.day == bindparam("on"))


class SenderReading(Session, Reader, ABC):
    """Reading them."""

    def find_sender(self, sender_id: SenderId) -> IntakeSender | None:
        """By the primary key."""
        row = self._first(_OF_ID, {"of": sender_id})
        return None if row is None else _sender_of(row)

    def find_sender_by_user(self, user: str) -> IntakeSender | None:
        """By its unique index."""
        row = self._first(select(tables.intake_senders).where(_S.username == user))
        return None if row is None else _sender_of(row)

    def senders(self) -> list[IntakeSender]:
        """All of them: they are few."""
        return [_sender_of(row) for row in self._all(select(tables.intake_senders).order_by(_S.name))]

    def sender_days(self, sender_id: SenderId, days: int) -> list[SenderDay]:
        """Down the primary key."""
        query = select(tables.intake_sender_days).where(_D.sender_id == sender_id)
        return [
            SenderDay(
                day=(_FIRST_DAY + timedelta(days=row["day"])).isoformat(),
                reports=row["reports"],
                incomplete=row["incomplete"],
                repeated=row["repeated"],
                refused=row["refused"],
            )
            for row in self._all(query.order_by(_D.day.desc()).limit(days))
        ]

    def sent_on(self, sender_id: SenderId, at: datetime) -> int:
        """By the primary key."""
        row = self._first(_SENT, {"of": sender_id, "on": to_us(at) // DAY_US})
        return 0 if row is None else int(row["reports"])

    def questions(self, *, sender_id: SenderId | None = None, number: IntakeNumber | None = None) -> list[Question]:
        """Along the index of what is asked for."""
        query = select(tables.intake_questions)
        if sender_id is not None:
            query = query.where(_Q.sender_id == sender_id)
        if number is not None:
            query = query.where(_Q.number == number)
        rows = self._all(query.order_by(_Q.answered_at.is_not(None), _Q.id.desc()))
        return [_question_of(row) for row in rows]

    def count_open_questions(self, sender_id: SenderId, most: int) -> int:
        """Along the index of the open ones."""
        some = select(_Q.sender_id).where(_Q.sender_id == sender_id, _Q.answered_at.is_(None)).limit(most)
        row = self._first(select(func.count().label("n")).select_from(some.subquery()))
        return 0 if row is None else int(row["n"])


class SenderWriting(SenderReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def put_sender(self, sender: IntakeSender) -> None:
        """Another one of that name or user is looked for first, so that the message can say so."""
        taken = or_(_S.name == sender.name, and_(_S.username.is_not(None), _S.username == sender.user))
        if self._first(select(_S.id).where(taken, _S.id != sender.id)) is not None:
            raise ConflictError("another sender has that name or signs in by that user; choose another")
        row: Row = {
            "id": sender.id,
            "name": sender.name,
            "kind": sender.kind.value,
            "username": sender.user,
            "secret_digest": sender.secret_digest,
            "rights": compact(sorted(right.value for right in sender.rights)),
            "reports_a_day": sender.reports_a_day,
            "contact_email": sender.contact_email,
            "created_at": to_us(sender.created_at),
            "created_by": sender.created_by,
            "blocked_at": maybe_us(sender.blocked_at),
        }
        statement = self._database.insert(tables.intake_senders).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    def count_sent(
        self,
        sender_id: SenderId,
        at: datetime,
        *,
        reports: int = 0,
        incomplete: int = 0,
        repeated: int = 0,
        refused: int = 0,
    ) -> None:
        """One row a sender and day."""
        grown = {"reports": reports, "incomplete": incomplete, "repeated": repeated, "refused": refused}
        row: Row = {"sender_id": sender_id, "day": to_us(at) // DAY_US, **grown}
        self._change(_grown(self._database.insert), [row])

    def put_question(self, question: Question) -> None:
        """One of that id is replaced."""
        row: Row = {
            "id": question.id,
            "number": question.number,
            "sender_id": question.sender_id,
            "path": question.path,
            "text": question.text,
            "asked_at": to_us(question.asked_at),
            "asked_by": question.asked_by,
            "answered_at": maybe_us(question.answered_at),
            "answer": question.answer,
        }
        statement = self._database.insert(tables.intake_questions).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    def answer_question(self, question_id: QuestionId, answer: str, at: datetime) -> Question:
        """Only an open one takes an answer, whoever is faster."""
        row: Row = {"answer": answer, "answered_at": to_us(at)}
        done = self._change(
            update(tables.intake_questions).where(_Q.id == question_id, _Q.answered_at.is_(None)).values(row)
        )
        found = self._first(select(tables.intake_questions).where(_Q.id == question_id))
        if found is None:
            raise NotFoundError(f"no question '{question_id}'")
        if not done:
            raise ConflictError("this question was answered already; ask another one if more is needed")
        return _question_of(found)


@cache
def _grown(insert: Callable[[Table], Upsert]) -> Upsert:
    """The row of a sender's day is there, or has grown by the given one; made once for each kind of database."""
    statement = insert(tables.intake_sender_days)
    counts = ("reports", "incomplete", "repeated", "refused")
    more = {name: _D[name] + statement.excluded[name] for name in counts}
    return statement.on_conflict_do_update(index_elements=["sender_id", "day"], set_=more)


def _sender_of(row: RowMapping) -> IntakeSender:
    return IntakeSender(
        id=SenderId(row["id"]),
        name=row["name"],
        kind=SenderKind(row["kind"]),
        created_at=from_us(row["created_at"]),
        created_by=row["created_by"],
        user=row["username"],
        secret_digest=None if row["secret_digest"] is None else bytes(row["secret_digest"]),
        rights=frozenset(SenderRight(each) for each in json.loads(row["rights"])),
        reports_a_day=row["reports_a_day"],
        contact_email=row["contact_email"],
        blocked_at=maybe_at(row["blocked_at"]),
    )


def _question_of(row: RowMapping) -> Question:
    return Question(
        id=QuestionId(row["id"]),
        number=IntakeNumber(row["number"]),
        sender_id=SenderId(row["sender_id"]),
        path=row["path"],
        text=row["text"],
        asked_at=from_us(row["asked_at"]),
        asked_by=row["asked_by"],
        answered_at=maybe_at(row["answered_at"]),
        answer=row["answer"],
    )
