"""The viewing ledger: servings, their completion, and what people confirmed."""

from abc import ABC
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import RowMapping, and_, case, func, insert, select, update

from clew.errors import NotFoundError
from clew.parts.stores._review import ViewCount
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import review as tables
from clew.parts.stores.sql.values import Row, from_us, maybe_at, maybe_us, to_us
from clew.records.identifiers import CaseId, ContentId, ObjectId, UserId, ViewId
from clew.records.viewing import Confirmation, CropBox, EarlierViewing, Filter, Ground, ViewEvent

_E, _K, _S = tables.view_events.c, tables.view_confirmations.c, tables.exposure_stops.c
# The same sentence as `ViewEvent.whole`, for queries.
_WHOLE = and_(_E.filter == Filter.FULL.value, _E.completed_at.is_not(None), _E.served_bytes == _E.size_bytes)

_crop = msgspec.json.Decoder(CropBox).decode


class ViewReading(Session, Reader, ABC):
    """Reading the ledger."""

    def get_view(self, view_id: ViewId) -> ViewEvent:
        """By the primary key."""
        row = self._first(select(tables.view_events).where(_E.id == view_id))
        if row is None:
            raise NotFoundError(f"no view '{view_id}'")
        return _view_of(row)

    def views_of(self, content_id: ContentId) -> list[ViewEvent]:
        """Along its index."""
        rows = self._all(select(tables.view_events).where(_E.content_id == content_id).order_by(_E.id))
        return [_view_of(row) for row in rows]

    def confirmations_of(self, content_id: ContentId) -> list[Confirmation]:
        """Along its index."""
        query = select(tables.view_confirmations).where(_K.content_id == content_id)
        return [_confirmation_of(row) for row in self._all(query.order_by(_K.at, _K.view_id))]

    def views_of_case(self, case_id: CaseId) -> list[ViewEvent]:
        """Along the contents' index, then this table's."""
        query = select(tables.view_events).join(tables.contents, tables.contents.c.id == _E.content_id)
        rows = self._all(query.where(tables.contents.c.case_id == case_id).order_by(_E.id))
        return [_view_of(row) for row in rows]

    def confirmations_of_case(self, case_id: CaseId) -> list[Confirmation]:
        """Along the contents' index, then this table's."""
        query = select(tables.view_confirmations).join(tables.contents, tables.contents.c.id == _K.content_id)
        rows = self._all(query.where(tables.contents.c.case_id == case_id).order_by(_K.at, _K.view_id))
        return [_confirmation_of(row) for row in rows]

    def full_viewings(self, digests: Collection[bytes]) -> dict[bytes, list[EarlierViewing]]:
        """Along the index of the bytes' digests."""
        found: dict[bytes, list[EarlierViewing]] = defaultdict(list)
        for some in portions(sorted(digests)):
            query = select(_E.sha256, _E.content_id, _E.case_id, _K.at)
            query = query.join(tables.view_confirmations, _K.view_id == _E.id)
            whole = query.where(_E.sha256.in_(some), _WHOLE, _K.person == _E.person, _K.at >= _E.completed_at)
            for row in self._all(whole.order_by(_K.at, _E.id)):
                found[bytes(row["sha256"])].append(
                    EarlierViewing(
                        content_id=ContentId(row["content_id"]), case_id=CaseId(row["case_id"]), at=from_us(row["at"])
                    )
                )
        return dict(found)

    def views_by(self, person: UserId, since: datetime) -> list[ViewEvent]:
        """Along its index."""
        query = select(tables.view_events).where(_E.person == person, _E.at >= to_us(since))
        return [_view_of(row) for row in self._all(query.order_by(_E.at, _E.id))]

    def count_views(self, people: Sequence[UserId], since: datetime) -> list[ViewCount]:
        """Along the same index."""
        found: list[ViewCount] = []
        whole = func.sum(case((_E.filter == Filter.FULL.value, 1), else_=0)).label("whole")
        for some in portions(people):
            query = select(_E.person, func.count().label("views"), whole)
            query = query.where(_E.person.in_(some), _E.at >= to_us(since)).group_by(_E.person).order_by(_E.person)
            found += (
                ViewCount(person=UserId(row["person"]), views=row["views"], whole=int(row["whole"]))
                for row in self._all(query)
            )
        return found

    def count_stops(self, people: Sequence[UserId], since: datetime) -> int:
        """Along its index."""
        count = 0
        for some in portions(people):
            query = select(func.count()).select_from(tables.exposure_stops)
            count += int(self._connection.execute(query.where(_S.person.in_(some), _S.at >= to_us(since))).scalar_one())
        return count


class ViewWriting(ViewReading, ChangingSession, UnitOfWork, ABC):
    """Writing the ledger; nothing here changes what was written, but for its one beginning and its one completion."""

    def add_view(self, view: ViewEvent) -> None:
        """One row."""
        self._change(insert(tables.view_events).values(_view_row(view)))

    def begin_view(self, view_id: ViewId, at: datetime) -> bool:
        """Only one that has not begun."""
        waiting = and_(_E.id == view_id, _E.begun_at.is_(None), _E.completed_at.is_(None))
        return self._change(update(tables.view_events).where(waiting).values(begun_at=to_us(at))) > 0

    def complete_view(self, view_id: ViewId, served_bytes: int, at: datetime, *, proof: bytes | None = None) -> bool:
        """Only one that is not completed."""
        statement = update(tables.view_events).where(_E.id == view_id, _E.completed_at.is_(None))
        done: Row = {"completed_at": to_us(at), "served_bytes": served_bytes, "proof": proof}
        return self._change(statement.values(done)) > 0

    def confirm_view(self, confirmation: Confirmation) -> bool:
        """An insert that gives way to who was first."""
        row: Row = {
            "view_id": confirmation.view_id,
            "content_id": confirmation.content_id,
            "person": confirmation.person,
            "at": to_us(confirmation.at),
        }
        statement = self._database.insert(tables.view_confirmations).values(row).on_conflict_do_nothing()
        return self._first(statement.returning(_K.view_id)) is not None

    def add_stop(self, person: UserId, at: datetime) -> None:
        """One row."""
        self._change(insert(tables.exposure_stops).values(person=person, at=to_us(at)))


def _view_row(view: ViewEvent) -> Row:
    return {
        "id": view.id,
        "case_id": view.case_id,
        "content_id": view.content_id,
        "person": view.person,
        "object_id": view.object_id,
        "sha256": view.sha256,
        "size_bytes": view.size_bytes,
        "filter": view.filter.value,
        "ground": view.ground.value,
        "at": to_us(view.at),
        "crop": None if view.crop is None else msgspec.json.encode(view.crop).decode("ascii"),
        "completed_at": maybe_us(view.completed_at),
        "served_bytes": view.served_bytes,
        "begun_at": maybe_us(view.begun_at),
        "proof": view.proof,
    }


def _view_of(row: RowMapping) -> ViewEvent:
    return ViewEvent(
        id=ViewId(row["id"]),
        case_id=CaseId(row["case_id"]),
        content_id=ContentId(row["content_id"]),
        person=UserId(row["person"]),
        object_id=None if row["object_id"] is None else ObjectId(row["object_id"]),
        sha256=None if row["sha256"] is None else bytes(row["sha256"]),
        size_bytes=row["size_bytes"],
        filter=Filter(row["filter"]),
        ground=Ground(row["ground"]),
        at=from_us(row["at"]),
        crop=None if row["crop"] is None else _crop(row["crop"]),
        completed_at=maybe_at(row["completed_at"]),
        served_bytes=row["served_bytes"],
        begun_at=maybe_at(row["begun_at"]),
        proof=None if row["proof"] is None else bytes(row["proof"]),
    )


def _confirmation_of(row: RowMapping) -> Confirmation:
    return Confirmation(
        view_id=ViewId(row["view_id"]),
        content_id=ContentId(row["content_id"]),
        person=UserId(row["person"]),
        at=from_us(row["at"]),
    )
