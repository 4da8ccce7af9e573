"""Hits with their matches: readable for good, whatever becomes of the lists that made them."""

from abc import ABC
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, Select, func, insert, select

from clew.errors import NotFoundError
from clew.parts.stores.base import HitFilter, Reader, UnitOfWork
from clew.parts.stores.sql import tables
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.values import Row, category_of, from_us, name_bytes, name_text, to_us
from clew.records.hashlist import Action
from clew.records.identifiers import EntryId, HitId, ListId, ListName, RunId, SignalType, SourceName
from clew.records.match import Channel, Hit, IndexState, Match
from clew.records.signal import Signal

_HITS, _MATCHES = tables.hits.c, tables.matches.c


class HitReading(Session, Reader, ABC):
    """Reading hits."""

    def hits(self, wanted: HitFilter) -> list[Hit]:
        """First the page of ids, walked along an index; then those hits and their matches."""
        query = _ids(wanted)
        id_column = query.selected_columns[0]
        if wanted.before is not None:
            query = query.where(id_column < wanted.before)
        if wanted.after is not None:
            query = query.where(id_column > wanted.after)
        order = id_column.desc() if wanted.after is None else id_column.asc()
        page = self._all(query.order_by(order).limit(wanted.limit))
        return self._load([HitId(row["id"]) for row in page])

    def count_hits(self, wanted: HitFilter) -> int:
        """The same ids, counted."""
        counted = select(func.count()).select_from(_ids(wanted).subquery())
        return int(self._connection.execute(counted).scalar_one())

    def get_hit(self, hit_id: HitId) -> Hit:
        """One hit by its key."""
        found = self._load([hit_id])
        if not found:
            raise NotFoundError(f"no hit '{hit_id}'")
        return found[0]

    def _load(self, ids: Sequence[HitId]) -> list[Hit]:
        """Those hits, newest first."""
        matches: dict[str, list[Match]] = defaultdict(list)
        rows: list[RowMapping] = []
        for some in portions(ids):
            rows += self._all(select(tables.hits).where(_HITS.id.in_(some)))
            in_order = select(tables.matches).where(_MATCHES.hit_id.in_(some)).order_by(_MATCHES.hit_id, _MATCHES.place)
            for row in self._all(in_order):
                matches[row["hit_id"]].append(_match_of(row))
        rows.sort(key=lambda row: row["id"], reverse=True)
        return [_hit_of(row, tuple(matches[row["id"]])) for row in rows]


class HitWriting(ChangingSession, UnitOfWork, ABC):
    """Storing hits."""

    def add_hits(self, hits: Sequence[Hit]) -> None:
        """Two statements, however many hits."""
        self._change(insert(tables.hits), [_hit_row(hit) for hit in hits])
        self._change(
            insert(tables.matches),
            [_match_row(hit.id, place, match) for hit in hits for place, match in enumerate(hit.matches)],
        )


def _ids(wanted: HitFilter) -> Select[str]:
    """The ids of hits that fit, from the matches when a list is named: their index holds each list's hits in order."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.exact is not None:
        conditions.append(_HITS.exact == wanted.exact)
    if wanted.action is not None:
        conditions.append(_HITS.action == wanted.action.value)
    if wanted.run_id is not None:
        conditions.append(_HITS.run_id == wanted.run_id)
    if wanted.since is not None:
        conditions.append(_HITS.at >= to_us(wanted.since))
    if wanted.list_id is None:
        return select(_HITS.id).where(*conditions)
    query = select(_MATCHES.hit_id.label("id")).where(_MATCHES.list_id == wanted.list_id).distinct()
    return query.join(tables.hits, _HITS.id == _MATCHES.hit_id).where(*conditions) if conditions else query


def _hit_row(hit: Hit) -> Row:
    return {
        "id": hit.id,
        "at": to_us(hit.at),
        "channel": hit.channel.value,
        "reference": name_bytes(hit.reference),
        "action": hit.action.value,
        "exact": any(match.exact for match in hit.matches),
        "size_bytes": hit.size_bytes,
        "media_type": hit.media_type,
        "total_matches": hit.total_matches,
        "index_generation": hit.index.generation,
        "index_sequence": hit.index.sequence,
        "run_id": hit.run_id,
    }


def _hit_of(row: RowMapping, matches: tuple[Match, ...]) -> Hit:
    return Hit(
        id=HitId(row["id"]),
        at=from_us(row["at"]),
        channel=Channel(row["channel"]),
        reference=name_text(row["reference"]),
        action=Action(row["action"]),
        size_bytes=row["size_bytes"],
        media_type=row["media_type"],
        matches=matches,
        total_matches=row["total_matches"],
        index=IndexState(generation=row["index_generation"], sequence=row["index_sequence"]),
        run_id=None if row["run_id"] is None else RunId(row["run_id"]),
    )


def _match_row(hit_id: HitId, place: int, match: Match) -> Row:
    return {
        "hit_id": hit_id,
        "place": place,
        "entry_id": match.entry_id,
        "list_id": match.list_id,
        "list_name": match.list_name,
        "source": match.source,
        "value": match.value,
        "distance": match.distance,
        "within_bits": match.within_bits,
        "exact": match.exact,
        "category_scheme": match.category.scheme if match.category else None,
        "category_code": match.category.code if match.category else None,
        "vetted": match.vetted,
        "disputed": match.disputed,
        "signal_type": match.signal.type,
        "signal_value": match.signal.value,
        "signal_quality": match.signal.quality,
        "signal_form": match.signal.form,
        "action": match.action.value if match.action else None,
    }


def _match_of(row: RowMapping) -> Match:
    return Match(
        signal=Signal(
            type=SignalType(row["signal_type"]),
            value=bytes(row["signal_value"]),
            quality=row["signal_quality"],
            form=row["signal_form"],
        ),
        entry_id=EntryId(row["entry_id"]),
        value=bytes(row["value"]),
        distance=row["distance"],
        within_bits=row["within_bits"],
        exact=bool(row["exact"]),
        list_id=ListId(row["list_id"]),
        list_name=ListName(row["list_name"]),
        source=SourceName(row["source"]),
        category=category_of(row),
        vetted=bool(row["vetted"]),
        disputed=bool(row["disputed"]),
        action=Action(row["action"]) if row["action"] else None,
    )
