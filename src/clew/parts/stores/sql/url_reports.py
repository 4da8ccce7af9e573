"""Addresses that a hotline assesses, and what was done about them."""

from abc import ABC
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, func, insert, or_, select, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._url_reports import UrlFilter
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql import url_rows
from clew.parts.stores.sql.session import ChangingSession, Session
from clew.parts.stores.sql.tables import url_reports as tables
from clew.parts.stores.sql.values import to_us
from clew.records.identifiers import UrlReportId
from clew.records.url_report import UrlAction, UrlNotice, UrlReport, UrlSighting, UrlState

_U, _A = tables.url_reports.c, tables.url_actions.c
_S, _N = tables.url_sightings.c, tables.url_notices.c
_PORTION = 500


class UrlReportReading(Session, Reader, ABC):
    """Reading them."""

    def get_url_report(self, url_id: UrlReportId) -> UrlReport:
        """By the primary key."""
        row = self._first(select(tables.url_reports).where(_U.id == url_id))
        if row is None:
            raise NotFoundError(f"no address '{url_id[:40]}'; see: clew urls list")
        return url_rows.report_of(row)

    def find_url_report(self, normal: str) -> UrlReport | None:
        """By the digest."""
        row = self._first(select(tables.url_reports).where(_U.digest == url_rows.digest_of(normal)))
        return None if row is None else url_rows.report_of(row)

    def url_reports(self, wanted: UrlFilter) -> list[UrlReport]:
        """Along the index of what is due, or of a state; a host is looked for along it."""
        query = select(tables.url_reports)
        if wanted.states is not None:
            query = query.where(_U.state.in_([state.value for state in wanted.states]))
        if wanted.due_by is not None:
            query = query.where(_U.due_at <= to_us(wanted.due_by))
        if wanted.host is not None:
            query = query.where(_U.host_labels.startswith(url_rows.labels_of(wanted.host), autoescape=True))
        if wanted.after is not None:
            last = self._first(select(_U.due_at).where(_U.id == wanted.after))
            if last is None:
                return []
            behind = and_(_U.due_at == last["due_at"], _U.id > wanted.after)
            query = query.where(or_(_U.due_at > last["due_at"], behind))
        query = query.order_by(_U.due_at, _U.id).limit(wanted.limit)
        return [url_rows.report_of(row) for row in self._all(query)]

    def stream_url_reports(self, since: datetime, until: datetime) -> Iterator[UrlReport]:
        """In portions along the primary key, whose order is that of time."""
        last = ""
        within = and_(_U.received_at >= to_us(since), _U.received_at < to_us(until))
        while True:
            query = select(tables.url_reports).where(within, _U.id > last).order_by(_U.id).limit(_PORTION)
            rows = self._all(query)
            yield from (url_rows.report_of(row) for row in rows)
            if len(rows) < _PORTION:
                return
            last = rows[-1]["id"]

    def count_url_reports(self) -> dict[UrlState, int]:
        """Counted on the index of states."""
        query = select(_U.state, func.count().label("n")).group_by(_U.state).order_by(_U.state)
        return {UrlState(row["state"]): row["n"] for row in self._all(query)}

    def count_urls_due(self, by: datetime) -> int:
        """Counted on the index of what is due."""
        row = self._first(select(func.count().label("n")).where(_U.due_at <= to_us(by)))
        return 0 if row is None else int(row["n"])

    def url_actions(self, url_id: UrlReportId) -> list[UrlAction]:
        """Along its index."""
        rows = self._all(select(tables.url_actions).where(_A.url_id == url_id).order_by(_A.place))
        return [url_rows.action_of(row) for row in rows]

    def url_sightings(self, url_id: UrlReportId, limit: int) -> list[UrlSighting]:
        """Along its index."""
        query = select(tables.url_sightings).where(_S.url_id == url_id).order_by(_S.place.desc()).limit(limit)
        return [url_rows.sighting_of(row) for row in self._all(query)]

    def url_notices(self, url_id: UrlReportId) -> list[UrlNotice]:
        """Along the primary key."""
        rows = self._all(select(tables.url_notices).where(_N.url_id == url_id).order_by(_N.place))
        return [url_rows.notice_of(row) for row in rows]


class UrlReportWriting(UrlReportReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def add_url_report(self, report: UrlReport) -> UrlReport:
        """One row; the unique index says no to a second."""
        added = replace(report, version=1)
        statement = self._database.insert(tables.url_reports).values(url_rows.report_row(added))
        if self._first(statement.on_conflict_do_nothing().returning(_U.id)) is None:
            raise ConflictError("this address is known already; read it again")
        return added

    def change_url_report(self, report: UrlReport) -> UrlReport:
        """Only where the version is still the same."""
        changed = replace(report, version=report.version + 1)
        same = and_(_U.id == report.id, _U.version == report.version)
        if not self._change(update(tables.url_reports).where(same).values(url_rows.report_row(changed))):
            raise ConflictError("somebody else has worked at this address since you opened it; load the page again")
        return changed

    def add_url_action(self, action: UrlAction) -> None:
        """One row."""
        self._change(insert(tables.url_actions).values(url_rows.action_row(action)))

    def add_url_sighting(self, sighting: UrlSighting) -> bool:
        """One row; the unique index knows reports that were looked through before."""
        statement = self._database.insert(tables.url_sightings).values(url_rows.sighting_row(sighting))
        return self._first(statement.on_conflict_do_nothing().returning(_S.place)) is not None

    def put_url_notice(self, notice: UrlNotice) -> None:
        """By the primary key."""
        row = url_rows.notice_row(notice)
        statement = self._database.insert(tables.url_notices).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["url_id", "place"], set_=row))
