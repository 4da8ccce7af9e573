"""Where people are signed in, what waits for an answer on the way there, and how often it was tried."""

import json
from abc import ABC
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, Select, delete, func, or_, select, update

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession
from clew.parts.stores.sql.session import Session as Asking
from clew.parts.stores.sql.tables import people as T  # noqa: N812  (the tables of this area)
from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, to_us
from clew.records.identifiers import UserId
from clew.records.people import Handshake, Role, Session, Stage, User

# Columns that both tables of the join have; the session's come out under names of their own.
_SESSION = [column.label(f"session_{column.name}") for column in T.sessions.c]


class SignInReading(Asking, Reader, ABC):
    """Reading them."""

    def find_session(self, digest: bytes) -> tuple[Session, User] | None:
        """By the primary key, with its user's row: this is asked for each page."""
        query = (
            select(*_SESSION, T.users)
            .join_from(T.sessions, T.users)
            .where(T.sessions.c.digest == digest, T.users.c.disabled_at.is_(None))
        )
        row = self._first(query)
        return None if row is None else (_session_of(row, "session_"), user_of(row))

    def sessions(self, user_id: UserId) -> list[Session]:
        """By the index."""
        columns = T.sessions.c
        query = select(T.sessions).where(columns.user_id == user_id).order_by(columns.seen_at.desc(), columns.digest)
        return [_session_of(row) for row in self._all(query)]

    def find_delay(self, key: bytes) -> datetime | None:
        """By the primary key."""
        row = self._first(select(T.tries.c.wait_until).where(T.tries.c.key == key))
        return None if row is None else from_us(row["wait_until"])

    def _count(self, query: Select[int]) -> int:
        return int(self._connection.execute(query).scalar_one())


class SignInWriting(SignInReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def put_session(self, session: Session) -> None:
        """An upsert."""
        row: Row = {
            "digest": session.digest,
            "user_id": session.user_id,
            "stage": session.stage.value,
            "began_at": to_us(session.began_at),
            "seen_at": to_us(session.seen_at),
            "expires_at": to_us(session.expires_at),
            "proved_at": to_us(session.proved_at),
            "device": session.device,
        }
        statement = self._database.insert(T.sessions).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["digest"], set_=row))

    def see_session(self, digest: bytes, at: datetime) -> None:
        """An update that finds no row of one that has ended, and never sets the time back."""
        columns, at_us = T.sessions.c, to_us(at)
        seen = (columns.digest == digest) & (columns.seen_at < at_us)
        self._change(update(T.sessions).where(seen).values(seen_at=at_us))

    def end_session(self, digest: bytes) -> None:
        """The row goes."""
        self._change(delete(T.sessions).where(T.sessions.c.digest == digest))

    def end_sessions(self, user_id: UserId, but: bytes | None = None) -> int:
        """The rows go."""
        statement = delete(T.sessions).where(T.sessions.c.user_id == user_id)
        return self._change(statement if but is None else statement.where(T.sessions.c.digest != but))

    def sweep_sign_ins(self, at: datetime) -> None:
        """Three deletes, each by its index."""
        at_us = to_us(at)
        self._change(delete(T.sessions).where(T.sessions.c.expires_at <= at_us))
        self._change(delete(T.handshakes).where(T.handshakes.c.expires_at <= at_us))
        self._change(delete(T.tries).where(T.tries.c.forget_at <= at_us))

    def put_handshake(self, handshake: Handshake, *, most_of_caller: int, most: int) -> None:
        """An insert, once the oldest that are too many have gone; two at once may exceed the number by one."""
        columns = T.handshakes.c
        of_kind = columns.kind == handshake.kind
        self._make_room(of_kind & (columns.caller == handshake.caller), most_of_caller)
        self._make_room(of_kind, most)
        row: Row = {
            "digest": handshake.digest,
            "kind": handshake.kind,
            "caller": handshake.caller,
            "bound_to": handshake.bound_to,
            "facts": compact(handshake.facts),
            "expires_at": to_us(handshake.expires_at),
        }
        self._change(self._database.insert(T.handshakes).values(row))

    def _make_room(self, among: ColumnElement[bool], most: int) -> None:
        columns = T.handshakes.c
        over = self._count(select(func.count()).select_from(T.handshakes).where(among)) - most + 1
        if over > 0:
            oldest = select(columns.digest).where(among).order_by(columns.expires_at, columns.digest).limit(over)
            self._change(delete(T.handshakes).where(columns.digest.in_(oldest)))

    def take_handshake(self, digest: bytes) -> Handshake | None:
        """One delete that returns the row: of two who take it at once one gets nothing."""
        row = self._first(delete(T.handshakes).where(T.handshakes.c.digest == digest).returning(T.handshakes))
        if row is None:
            return None
        return Handshake(
            digest=bytes(row["digest"]),
            kind=row["kind"],
            caller=bytes(row["caller"]),
            bound_to=bytes(row["bound_to"]),
            facts=json.loads(row["facts"]),
            expires_at=from_us(row["expires_at"]),
        )

    def count_try(self, key: bytes, at: datetime, forget_at: datetime, latest: datetime) -> int | None:
        """An upsert that touches the row only when no wait is on; a count that is to be forgotten begins anew."""
        columns, at_us = T.tries.c, to_us(at)
        row: Row = {"key": key, "count": 1, "wait_until": at_us, "forget_at": to_us(forget_at)}
        self._change(delete(T.tries).where(columns.key == key, columns.forget_at <= at_us))
        counted = (
            self._database.insert(T.tries)
            .values(row)
            .on_conflict_do_update(
                index_elements=["key"],
                set_={"count": columns.count + 1, "forget_at": row["forget_at"]},
                where=or_(columns.wait_until <= at_us, columns.wait_until > to_us(latest)),
            )
        )
        found = self._first(counted.returning(columns.count))
        return None if found is None else int(found["count"])

    def delay_tries(self, key: bytes, until: datetime) -> None:
        """One update."""
        self._change(update(T.tries).where(T.tries.c.key == key).values(wait_until=to_us(until)))

    def forget_tries(self, key: bytes) -> None:
        """The row goes."""
        self._change(delete(T.tries).where(T.tries.c.key == key))


def user_of(row: RowMapping) -> User:
    """The user in a row of the table."""
    return User(
        id=UserId(row["id"]),
        name=row["name"],
        roles=frozenset(Role(role) for role in json.loads(row["roles"])),
        created_at=from_us(row["created_at"]),
        local=bool(row["local"]),
        oidc_name=row["oidc_name"],
        disabled_at=maybe_at(row["disabled_at"]),
    )


def _session_of(row: RowMapping, prefix: str = "") -> Session:
    return Session(
        digest=bytes(row[f"{prefix}digest"]),
        user_id=UserId(row[f"{prefix}user_id"]),
        stage=Stage(row[f"{prefix}stage"]),
        began_at=from_us(row[f"{prefix}began_at"]),
        seen_at=from_us(row[f"{prefix}seen_at"]),
        expires_at=from_us(row[f"{prefix}expires_at"]),
        proved_at=from_us(row[f"{prefix}proved_at"]),
        device=row[f"{prefix}device"],
    )
