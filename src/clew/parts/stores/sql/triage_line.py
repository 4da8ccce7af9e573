"""The waiting line over SQL: places in the order of work, their claims and leases, and how many stand in each state."""

import heapq
from abc import ABC
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, tuple_, update

from clew.errors import ConflictError
from clew.parts.stores._triage import PlaceFilter, QueueCounts
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import triage as T  # noqa: N812  (the tables of this area)
from clew.parts.stores.sql.triage_rows import place_of, place_row
from clew.parts.stores.sql.values import from_us, to_us
from clew.records.identifiers import PlaceId, UserId
from clew.records.triage import Place, PlaceMark, PlaceState, Turns, Why

_P = T.places.c
_ORDER = (_P.calm, _P.cost, _P.since, _P.id)
_WAITING, _SECOND = PlaceState.WAITING, PlaceState.SECOND_LOOK


class LineReading(Session, Reader, ABC):
    """Reading it. Each state is read along its own range of an index; several are merged here."""

    def find_place(self, place_id: PlaceId) -> Place | None:
        """By the primary key."""
        row = self._first(select(T.places).where(_P.id == place_id))
        return None if row is None else place_of(row)

    def places_of(self, ids: Sequence[PlaceId]) -> dict[PlaceId, Place]:
        """By the primary key, a portion at a time."""
        found: dict[PlaceId, Place] = {}
        for some in portions(ids):
            found.update((PlaceId(row["id"]), place_of(row)) for row in self._all(_by_id(some)))
        return found

    def places_by_id(self, after: PlaceId, limit: int) -> list[Place]:
        """Along the primary key."""
        query = select(T.places).where(_P.id > after).order_by(_P.id).limit(limit)
        return [place_of(row) for row in self._all(query)]

    def places(self, wanted: PlaceFilter) -> list[Place]:
        """A page of each state, merged."""
        pages = [self._page(state, wanted) for state in sorted(wanted.states)]
        return list(islice(heapq.merge(*pages, key=lambda place: _key(place.mark)), wanted.limit))

    def queue_counts(self) -> QueueCounts:
        """From the counts that are kept."""
        counts: Counter[tuple[str, int]] = Counter()
        for row in self._all(select(T.place_counts)):
            counts[row["state"], row["calm"]] = row["places"]
        of = {state: counts[state.value, 0] + counts[state.value, 1] for state in PlaceState}
        first = self._first(select(_P.since).where(_P.state == _WAITING.value).order_by(_P.since, _P.id).limit(1))
        return QueueCounts(
            waiting=of[_WAITING],
            urgent=counts[_WAITING.value, 0],
            claimed=of[PlaceState.CLAIMED],
            second_looks=of[_SECOND],
            oldest_since=None if first is None else from_us(first["since"]),
        )

    def most_urgent_place(self, not_for: UserId | None = None) -> Place | None:
        """The first of each of the two states that wait."""
        firsts = [
            row
            for condition in _in_line(not_for)
            if (row := self._first(select(T.places).where(condition).order_by(*_ORDER).limit(1))) is not None
        ]
        return min(map(place_of, firsts), key=lambda place: _key(place.mark), default=None)

    def oldest_place(self, not_for: UserId | None = None) -> PlaceId | None:
        """The same, by time."""
        return self._oldest(not_for)

    def drawn_place(self, before: datetime, not_for: UserId | None = None) -> PlaceId | None:
        """The same, of the drawn ones."""
        return self._oldest(not_for, T.DRAWN, _P.since < to_us(before))

    def queue_turns(self) -> Turns:
        """The one row, which is not there before the first turn."""
        row = self._first(select(T.queue_turns))
        return Turns() if row is None else Turns(taken=row["taken"], reserved=row["reserved"])

    def lapsed_places(self, at: datetime, limit: int) -> list[PlaceId]:
        """Along the index of leases."""
        query = select(_P.id).where(T.CLAIMED, _P.lease_until <= to_us(at)).order_by(_P.lease_until).limit(limit)
        return [PlaceId(row["id"]) for row in self._all(query)]

    def places_without_disposition(self, before: datetime, limit: int) -> list[PlaceId]:
        """Along the index of those of which nothing is said."""
        query = select(_P.id).where(T.UNSAID, _P.since < to_us(before)).order_by(_P.since, _P.id).limit(limit)
        return [PlaceId(row["id"]) for row in self._all(query)]

    def _oldest(self, not_for: UserId | None, *more: ColumnElement[bool]) -> PlaceId | None:
        firsts = []
        for condition in _in_line(not_for):
            query = select(_P.since, _P.id).where(condition, *more).order_by(_P.since, _P.id).limit(1)
            firsts += [(row["since"], PlaceId(row["id"])) for row in self._all(query)]
        return min(firsts)[1] if firsts else None

    def _page(self, state: PlaceState, wanted: PlaceFilter) -> list[Place]:
        query: Select[tuple[object, ...]] = select(T.places).where(_P.state == state.value)
        if wanted.override is not None or wanted.kind is not None:
            query = query.where(_P.calm == (1 if wanted.override is False else 0))
        if wanted.kind is not None:
            query = query.where(_P.overrides.contains(f'"kind":"{wanted.kind.value}"', autoescape=True))
        for column, value in ((_P.country, wanted.country), (_P.language, wanted.language), (_P.holder, wanted.holder)):
            if value is not None:
                query = query.where(column == value)
        if wanted.after is not None:
            query = query.where(tuple_(*_ORDER) > tuple_(*_key(wanted.after)))
        return [place_of(row) for row in self._all(query.order_by(*_ORDER).limit(wanted.limit))]


class LineWriting(LineReading, ChangingSession, UnitOfWork, ABC):
    """Changing it."""

    def find_place(self, place_id: PlaceId) -> Place | None:
        """Nobody else changes it until the end of the transaction."""
        return self.places_of([place_id]).get(place_id)

    def places_of(self, ids: Sequence[PlaceId]) -> dict[PlaceId, Place]:
        """Nobody else changes them until the end of the transaction; in one order, so that two do not wait forever."""
        found: dict[PlaceId, Place] = {}
        for some in portions(sorted(ids)):
            rows = self._all(_by_id(some).order_by(_P.id).with_for_update())
            found.update((PlaceId(row["id"]), place_of(row)) for row in rows)
        return found

    def put_places(self, places: Sequence[Place]) -> None:
        """Upserts; the counts follow from what stood there before."""
        before = self._places_before([place.id for place in places])
        rows = [place_row(place) for place in places]
        statement = self._database.insert(T.places)
        changed = {column.name: statement.excluded[column.name] for column in _P if column.name != "id"}
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=changed), rows)
        moved: Counter[tuple[str, int]] = Counter()
        for place in places:
            moved[place.state.value, 0 if place.overrides else 1] += 1
        moved.subtract(before)
        self._count_places(moved)

    def delete_places(self, ids: Sequence[PlaceId]) -> int:
        """Deletes, a portion at a time."""
        moved = self._places_before(ids)
        self._count_places(Counter({key: -count for key, count in moved.items()}))
        return sum(self._change(delete(T.places).where(_P.id.in_(some))) for some in portions(ids))

    def claim_place(self, place_id: PlaceId, holder: UserId, why: Why | None, until: datetime) -> Place:
        """One statement whose condition the database looks at anew when another was faster."""
        waits = [_P.state == _WAITING.value, _P.state == _SECOND.value]
        before = self._first(select(_P.state, _P.calm).where(_P.id == place_id, or_(*waits)).with_for_update())
        taken = {
            "state": PlaceState.CLAIMED.value,
            "holder": holder,
            "why": None if why is None else why.value,
            "lease_until": to_us(until),
            "token": _P.token + 1,
        }
        statement = update(T.places).where(_P.id == place_id, or_(*waits)).values(taken).returning(T.places)
        row = None if before is None else self._first(statement)
        if before is None or row is None:
            raise ConflictError(f"place {place_id} does not wait: somebody claimed or decided it; take again")
        self._count_places(Counter({(before["state"], before["calm"]): -1, (row["state"], row["calm"]): 1}))
        return place_of(row)

    def put_back_place(self, place_id: PlaceId) -> Place:
        """Whoever asked for a downgrade still stands on it, so that it goes back among the second looks."""
        row = self._first(select(_P.asked_by, _P.calm).where(_P.id == place_id, T.CLAIMED).with_for_update())
        if row is None:
            raise ConflictError(f"place {place_id} is not claimed: its lease ran out, or it was decided")
        state = _WAITING if row["asked_by"] is None else _SECOND
        free = {"state": state.value, "holder": None, "lease_until": None}
        back = self._first(update(T.places).where(_P.id == place_id, T.CLAIMED).values(free).returning(T.places))
        if back is None:
            raise AssertionError("a row that is locked stays as it is")
        self._count_places(Counter({(PlaceState.CLAIMED.value, row["calm"]): -1, (state.value, row["calm"]): 1}))
        return place_of(back)

    def put_turns(self, before: Turns, after: Turns) -> None:
        """The first turn brings the row."""
        moved = {"taken": after.taken, "reserved": after.reserved}
        columns = T.queue_turns.c
        known = and_(columns.taken == before.taken, columns.reserved == before.reserved)
        done = self._first(update(T.queue_turns).where(known).values(moved).returning(columns.id))
        if done is None and before == Turns():
            first = self._database.insert(T.queue_turns).values({"id": 1, **moved})
            done = self._first(first.on_conflict_do_nothing(index_elements=["id"]).returning(columns.id))
        if done is None:
            raise ConflictError("somebody else has taken a turn in between; take again")

    def _places_before(self, ids: Sequence[PlaceId]) -> Counter[tuple[str, int]]:
        """How many of the places stand in each state now; none of them changes until the end of the transaction."""
        found: Counter[tuple[str, int]] = Counter()
        for some in portions(sorted(ids)):
            query = select(_P.state, _P.calm).where(_P.id.in_(some)).order_by(_P.id).with_for_update()
            found.update((row["state"], row["calm"]) for row in self._all(query))
        return found

    def _count_places(self, moved: Counter[tuple[str, int]]) -> None:
        """In one order, so that two processes do not wait for one another."""
        counts = T.place_counts.c
        for (state, calm), places in sorted(moved.items()):
            if places:
                statement = self._database.insert(T.place_counts).values(state=state, calm=calm, places=places)
                grown = {"places": counts.places + places}
                self._change(statement.on_conflict_do_update(index_elements=["state", "calm"], set_=grown))


def _by_id(ids: Sequence[PlaceId]) -> Select[tuple[object, ...]]:
    return select(T.places).where(_P.id.in_(ids))


def _in_line(not_for: UserId | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Those that wait, and the second looks that this person may take."""
    second = _P.state == _SECOND.value
    return _P.state == _WAITING.value, second if not_for is None else and_(second, _P.asked_by != not_for)


def _key(mark: PlaceMark) -> tuple[int, float, int, int]:
    """The mark as the columns of the order."""
    return (0 if mark.override else 1, -mark.score, to_us(mark.since), mark.id)
