"""Reports as the order of work knows them, and the bundles of copies that they form."""

from abc import ABC
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, RowMapping, select, update

from clew.parts.stores._triage import BundlePicture, Member
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import STANDING, entries, lists
from clew.parts.stores.sql.tables import triage as T  # noqa: N812  (the tables of this area)
from clew.parts.stores.sql.triage_rows import ordered_of, ordered_row
from clew.parts.stores.sql.values import Row, from_us, maybe_at, maybe_us, to_us
from clew.records.identifiers import BundleId, ClusterId, IntakeNumber, PlaceId, SignalType
from clew.records.triage import Bundle, OrderedReport, WakeUp

_R, _B = T.ordered_reports.c, T.bundles.c


class TriageReading(Session, Reader, ABC):
    """Reading them."""

    def find_ordered(self, number: IntakeNumber) -> OrderedReport | None:
        """By the primary key."""
        return self.ordered_of([number]).get(number)

    def ordered_of(self, numbers: Sequence[IntakeNumber]) -> dict[IntakeNumber, OrderedReport]:
        """By the primary key, a portion at a time."""
        found: dict[IntakeNumber, OrderedReport] = {}
        for some in portions(numbers):
            rows = self._all(select(T.ordered_reports).where(_R.number.in_(some)))
            found.update((IntakeNumber(row["number"]), ordered_of(row)) for row in rows)
        return found

    def reports_of_place(
        self, place_id: PlaceId, *, after: IntakeNumber | None = None, limit: int = 50
    ) -> list[OrderedReport]:
        """Along its index."""
        return self._reports(_R.place_id == place_id, after, limit)

    def reports_of_cluster(self, cluster_id: ClusterId, limit: int) -> list[OrderedReport]:
        """Along its index."""
        return self._reports(_R.cluster_id == cluster_id, None, limit)

    def reports_of_bundle(
        self, bundle_id: BundleId, *, after: IntakeNumber | None = None, limit: int = 50
    ) -> list[OrderedReport]:
        """Along its index."""
        return self._reports(_R.bundle_id == bundle_id, after, limit)

    def members_of(self, ids: Collection[ClusterId]) -> list[Member]:
        """Along their index; few clusters have more than one report."""
        columns = (_R.number, _R.cluster_id, _R.bundle_id, _R.place_id, _R.sender_id)
        found: list[Member] = []
        for some in portions(sorted(set(ids))):
            query = select(*columns).where(_R.cluster_id.in_(some))
            found += [Member(**row) for row in self._all(query)]
        return sorted(found, key=lambda member: member.number)

    def first_of_uploaders(self, place_id: PlaceId, uploaders: Collection[bytes]) -> dict[bytes, IntakeNumber]:
        """Each by one step along its index, however many reports an account has there."""
        found: dict[bytes, IntakeNumber] = {}
        for uploader in sorted(uploaders):
            own = select(_R.number).where(_R.place_id == place_id, _R.uploader == uploader)
            row = self._first(own.order_by(_R.number).limit(1))
            if row is not None:
                found[uploader] = IntakeNumber(row["number"])
        return found

    def listed_values(self, signal_type: SignalType, values: Sequence[bytes]) -> set[bytes]:
        """Along the index of what stands, list by list."""
        standing = select(lists.c.id).where(lists.c.removed_at.is_(None))
        found: set[bytes] = set()
        for some in portions(sorted(set(values))):
            query = select(entries.c.value).where(
                STANDING, entries.c.list_id.in_(standing), entries.c.type == signal_type, entries.c.value.in_(some)
            )
            found.update(bytes(row["value"]) for row in self._all(query))
        return found

    def find_bundle(self, bundle_id: BundleId) -> Bundle | None:
        """By the primary key."""
        row = self._first(select(T.bundles).where(_B.id == bundle_id))
        return None if row is None else _bundle_of(row)

    def bundles_by_key(self, keys: Collection[bytes]) -> dict[bytes, BundleId]:
        """By the primary key, a portion at a time."""
        columns = T.bundle_keys.c
        found: dict[bytes, BundleId] = {}
        for some in portions(sorted(keys)):
            rows = self._all(select(T.bundle_keys).where(columns.key.in_(some)))
            found.update((bytes(row["key"]), BundleId(row["bundle_id"])) for row in rows)
        return found

    def pictures_after(self, picture_id: int, limit: int) -> list[BundlePicture]:
        """Along the primary key."""
        columns = T.bundle_pictures.c
        query = select(T.bundle_pictures).where(columns.id > picture_id).order_by(columns.id).limit(limit)
        return [
            BundlePicture(id=row["id"], bundle_id=BundleId(row["bundle_id"]), pdq=bytes(row["pdq"]))
            for row in self._all(query)
        ]

    def known_uploaders(self, bundle_id: BundleId, uploaders: Sequence[bytes]) -> set[bytes]:
        """By the primary key."""
        columns = T.bundle_uploaders.c
        known: set[bytes] = set()
        for some in portions(uploaders):
            query = select(columns.uploader).where(columns.bundle_id == bundle_id, columns.uploader.in_(some))
            known.update(bytes(row["uploader"]) for row in self._all(query))
        return known

    def _reports(self, which: ColumnElement[bool], after: IntakeNumber | None, limit: int) -> list[OrderedReport]:
        query = select(T.ordered_reports).where(which).order_by(_R.number).limit(limit)
        if after is not None:
            query = query.where(_R.number > after)
        return [ordered_of(row) for row in self._all(query)]


class TriageWriting(TriageReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def put_ordered(self, reports: Sequence[OrderedReport]) -> None:
        """Upserts."""
        statement = self._database.insert(T.ordered_reports)
        changed = {column.name: statement.excluded[column.name] for column in _R if column.name != "number"}
        upsert = statement.on_conflict_do_update(index_elements=["number"], set_=changed)
        self._change(upsert, [ordered_row(report) for report in reports])

    def move_cluster(self, cluster_id: ClusterId, place_id: PlaceId) -> int:
        """Along its index."""
        moved = update(T.ordered_reports).where(_R.cluster_id == cluster_id, _R.place_id != place_id)
        return self._change(moved.values(place_id=place_id))

    def move_copies(self, bundle_id: BundleId, before: PlaceId, after: PlaceId) -> int:
        """Along the index of bundles."""
        foreign = (_R.bundle_id == bundle_id, _R.place_id == before, _R.cluster_id != before)
        return self._change(update(T.ordered_reports).where(*foreign).values(place_id=after))

    def add_bundles(self, bundles: Sequence[Bundle]) -> None:
        """Upserts."""
        statement = self._database.insert(T.bundles)
        changed = {column.name: statement.excluded[column.name] for column in _B if column.name != "id"}
        upsert = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
        self._change(upsert, [_bundle_row(bundle) for bundle in bundles])

    def add_bundle_keys(self, keys: Mapping[bytes, BundleId]) -> None:
        """Inserts that give way to who was first."""
        rows: list[Row] = [{"key": key, "bundle_id": bundle_id} for key, bundle_id in sorted(keys.items())]
        self._change(self._database.insert(T.bundle_keys).on_conflict_do_nothing(), rows)

    def add_bundle_uploaders(self, pairs: Sequence[tuple[BundleId, bytes]]) -> None:
        """Inserts that give way to who was first."""
        rows: list[Row] = [{"bundle_id": bundle_id, "uploader": uploader} for bundle_id, uploader in sorted(set(pairs))]
        self._change(self._database.insert(T.bundle_uploaders).on_conflict_do_nothing(), rows)

    def add_bundle_pictures(self, pictures: Sequence[tuple[BundleId, bytes]]) -> None:
        """In their order."""
        self._database.insert_rows(self._connection, T.bundle_pictures, ("bundle_id", "pdq"), list(pictures))


def _bundle_row(bundle: Bundle) -> Row:
    return {
        "id": bundle.id,
        "first_at": to_us(bundle.first_at),
        "last_at": to_us(bundle.last_at),
        "reports": bundle.reports,
        "uploaders": bundle.uploaders,
        "newest": None if bundle.newest is None else bundle.newest.value,
        "newest_at": maybe_us(bundle.newest_at),
    }


def _bundle_of(row: RowMapping) -> Bundle:
    return Bundle(
        id=BundleId(row["id"]),
        first_at=from_us(row["first_at"]),
        last_at=from_us(row["last_at"]),
        reports=row["reports"],
        uploaders=row["uploaders"],
        newest=None if row["newest"] is None else WakeUp(row["newest"]),
        newest_at=maybe_at(row["newest_at"]),
    )
