"""Reports, their filings with every step, and the documents that were sent and came; the outbox is beside it."""

import json
from abc import ABC
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping, and_, exists, func, insert, or_, select, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.sql.outbox import OutboxReading, OutboxWriting
from clew.parts.stores.sql.tables import filing as tables
from clew.parts.stores.sql.tables import review
from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, maybe_us, to_us
from clew.records.case import CaseState
from clew.records.filing import (
    Filing,
    FilingAlert,
    FilingAlertKind,
    FilingState,
    FilingStep,
    Paper,
    PaperKind,
    Step,
    StoredReport,
)
from clew.records.identifiers import AlertId, CaseId, ContentId, FilingId, ReportId
from clew.records.review import Decision, Lane, VerdictStanding

_R, _F, _S = tables.reports.c, tables.filings.c, tables.filing_steps.c
_P, _A = tables.filing_papers.c, tables.filing_alerts.c


class FilingReading(OutboxReading, ABC):
    """Reading them."""

    def get_report(self, report_id: ReportId) -> StoredReport:
        """By the primary key."""
        row = self._first(select(tables.reports).where(_R.id == report_id))
        if row is None:
            raise NotFoundError(f"no report '{report_id}'; see: clew reports list")
        return _report_of(row)

    def reports_of(self, case_id: CaseId) -> list[StoredReport]:
        """Along its index."""
        rows = self._all(select(tables.reports).where(_R.case_id == case_id).order_by(_R.id))
        return [_report_of(row) for row in rows]

    def get_filing(self, filing_id: FilingId) -> Filing:
        """By the primary key."""
        row = self._first(select(tables.filings).where(_F.id == filing_id))
        if row is None:
            raise NotFoundError(f"no filing '{filing_id}'; see: clew reports list")
        return _filing_of(row)

    def filings(self, wanted: FilingFilter) -> list[Filing]:
        """Along the index of states, or of cases."""
        query = select(tables.filings)
        if wanted.states is not None:
            query = query.where(_F.state.in_([state.value for state in wanted.states]))
        if wanted.case_id is not None:
            query = query.where(_F.case_id == wanted.case_id)
        if wanted.environment is not None:
            query = query.where(_F.environment == wanted.environment)
        if wanted.before is not None:
            query = query.where(_F.id < wanted.before)
        return [_filing_of(row) for row in self._all(query.order_by(_F.id.desc()).limit(wanted.limit))]

    def count_filings(self) -> dict[FilingState, int]:
        """Counted on the index of states."""
        query = select(_F.state, func.count().label("n")).group_by(_F.state).order_by(_F.state)
        return {FilingState(row["state"]): row["n"] for row in self._all(query)}

    def steps_of(self, filing_id: FilingId) -> list[FilingStep]:
        """Along its index."""
        rows = self._all(select(tables.filing_steps).where(_S.filing_id == filing_id).order_by(_S.place))
        return [_step_of(row) for row in rows]

    def papers_of(self, filing_id: FilingId) -> list[Paper]:
        """Along its index."""
        rows = self._all(select(tables.filing_papers).where(_P.filing_id == filing_id).order_by(_P.place))
        return [_paper_of(row) for row in rows]

    def find_receipt(self, filing_id: FilingId) -> Paper | None:
        """By its unique index."""
        of_filing = and_(_P.filing_id == filing_id, _P.kind == PaperKind.RECEIPT.value)
        row = self._first(select(tables.filing_papers).where(of_filing))
        return None if row is None else _paper_of(row)

    def filing_alerts(
        self,
        *,
        filing_id: FilingId | None = None,
        case_id: CaseId | None = None,
        before: AlertId | None = None,
        limit: int | None = None,
    ) -> list[FilingAlert]:
        """Along the index of standing ones."""
        query = select(tables.filing_alerts).where(_A.cleared_at.is_(None))
        if filing_id is not None:
            query = query.where(_A.filing_id == filing_id)
        if case_id is not None:
            query = query.where(_A.case_id == case_id)
        if before is not None:
            query = query.where(_A.id < before)
        return [_alert_of(row) for row in self._all(query.order_by(_A.id.desc()).limit(limit))]

    def count_filing_alerts(self) -> int:
        """Counted on the index of standing ones."""
        row = self._first(select(func.count().label("n")).where(_A.cleared_at.is_(None)))
        return 0 if row is None else int(row["n"])

    def filing_alert_seen_at(self, filing_id: FilingId, kind: FilingAlertKind) -> datetime | None:
        """The last of them."""
        of_kind = and_(_A.filing_id == filing_id, _A.kind == kind.value)
        row = self._first(select(func.max(_A.cleared_at).label("at")).where(of_kind))
        return None if row is None else maybe_at(row["at"])

    def find_filing_alert(self, alert_id: AlertId) -> FilingAlert | None:
        """By the primary key."""
        row = self._first(select(tables.filing_alerts).where(and_(_A.id == alert_id, _A.cleared_at.is_(None))))
        return None if row is None else _alert_of(row)

    def unreported_cases(
        self, limit: int, after: CaseId | None = None, *, environment: str, urgent: bool = False
    ) -> list[CaseId]:
        """By way of the verdicts; a case that was closed counts as well: its verdict may have come later."""
        cases, verdicts, jobs = review.cases.c, review.verdicts.c, review.review_jobs.c
        in_haste = exists(
            select(jobs.id).where(
                and_(jobs.case_id == cases.id, jobs.lane.in_([each.value for each in Lane if each.urgent]))
            )
        )
        # In an urgent lane a report rests on a first verdict already.
        enough = or_(
            verdicts.standing == VerdictStanding.FINAL.value,
            and_(verdicts.standing == VerdictStanding.PROVISIONAL.value, in_haste),
        )
        ordered = and_(
            _F.case_id == verdicts.case_id,
            _F.state != FilingState.WITHDRAWN.value,
            _F.report_id == _R.id,
            _R.created_at >= verdicts.at,
        )
        asks = and_(
            verdicts.case_id == cases.id,
            enough,
            verdicts.decision.in_([each.value for each in Decision if each.reportable]),
            # What is filed and still open may have left something out: closing asks that nothing was.
            or_(~exists(select(_F.id).where(ordered)), cases.state == CaseState.OPEN.value),
        )
        query = select(cases.id).where(exists(select(verdicts.id).where(asks)), cases.environment == environment)
        if urgent:
            query = query.where(in_haste)
        if after is not None:
            query = query.where(cases.id > after)
        return [CaseId(row["id"]) for row in self._all(query.order_by(cases.id).limit(limit))]


class FilingWriting(FilingReading, OutboxWriting, ABC):
    """Changing them."""

    def add_report(self, report: StoredReport) -> None:
        """One row."""
        row: Row = {
            "id": report.id,
            "case_id": report.case_id,
            "format": report.format,
            "facts": compact(dict(report.facts)),
            "digest": report.digest,
            "created_at": to_us(report.created_at),
            "created_by": report.created_by,
            "takes_back": compact(list(report.takes_back)),
        }
        self._change(insert(tables.reports).values(row))

    def add_filing(self, filing: Filing) -> None:
        """One row; the unique index says no to a second of the case."""
        statement = self._database.insert(tables.filings).values(_filing_row(filing))
        if self._first(statement.on_conflict_do_nothing().returning(_F.id)) is None:
            raise ConflictError(
                f"this case has a filing to {filing.clearinghouse} in '{filing.environment}' already; "
                "look at that one, or file a supplement"
            )

    def change_filing(self, filing: Filing) -> Filing:
        """Only where the version is still the same."""
        changed = replace(filing, version=filing.version + 1)
        same = and_(_F.id == filing.id, _F.version == filing.version)
        if not self._change(update(tables.filings).where(same).values(_filing_row(changed))):
            raise ConflictError(f"filing {filing.id} was changed meanwhile; read it again")
        return changed

    def add_step(self, step: FilingStep) -> None:
        """One row."""
        row: Row = {
            "filing_id": step.filing_id,
            "attempt": step.attempt,
            "at": to_us(step.at),
            "step": step.step.value,
            "number": step.number,
            "key": step.key,
            "file_id": step.file_id,
            "request_id": step.request_id,
            "told": step.told,
        }
        self._change(insert(tables.filing_steps).values(row))

    def add_paper(self, paper: Paper) -> None:
        """One row."""
        row: Row = {
            "filing_id": paper.filing_id,
            "attempt": paper.attempt,
            "kind": paper.kind.value,
            "at": to_us(paper.at),
            "body": paper.body,
            "digest": paper.digest,
            "key": paper.key,
        }
        self._change(insert(tables.filing_papers).values(row))

    def raise_filing_alert(self, alert: FilingAlert) -> bool:
        """An insert that the unique index of standing alerts turns away, and then an update."""
        row: Row = {
            "id": alert.id,
            "filing_id": alert.filing_id,
            "case_id": alert.case_id,
            "kind": alert.kind.value,
            "at": to_us(alert.at),
            "told": alert.told,
        }
        statement = self._database.insert(tables.filing_alerts).values(row).on_conflict_do_nothing()
        if self._first(statement.returning(_A.id)) is not None:
            return True
        standing = and_(_A.filing_id == alert.filing_id, _A.kind == alert.kind.value, _A.cleared_at.is_(None))
        self._change(update(tables.filing_alerts).where(standing).values(told=alert.told))
        return False

    def clear_filing_alerts(self, filing_id: FilingId, kinds: Sequence[FilingAlertKind], by: str, at: datetime) -> int:
        """Those that stand."""
        some = and_(_A.filing_id == filing_id, _A.kind.in_([kind.value for kind in kinds]), _A.cleared_at.is_(None))
        return self._change(update(tables.filing_alerts).where(some).values(cleared_by=by, cleared_at=to_us(at)))

    def clear_filing_alert(self, alert_id: AlertId, by: str, at: datetime) -> bool:
        """When it stands."""
        one = and_(_A.id == alert_id, _A.cleared_at.is_(None))
        return bool(self._change(update(tables.filing_alerts).where(one).values(cleared_by=by, cleared_at=to_us(at))))


def _case(row: RowMapping) -> CaseId | None:
    return None if row["case_id"] is None else CaseId(row["case_id"])


def _report_of(row: RowMapping) -> StoredReport:
    return StoredReport(
        id=ReportId(row["id"]),
        case_id=_case(row),
        format=row["format"],
        facts=json.loads(row["facts"]),
        digest=bytes(row["digest"]),
        created_at=from_us(row["created_at"]),
        created_by=row["created_by"],
        takes_back=tuple(ContentId(each) for each in json.loads(row["takes_back"])),
    )


def _filing_row(filing: Filing) -> Row:
    return {
        "id": filing.id,
        "report_id": filing.report_id,
        "case_id": filing.case_id,
        "part": filing.part,
        "clearinghouse": filing.clearinghouse,
        "environment": filing.environment,
        "profile": filing.profile,
        "state": filing.state.value,
        "created_at": to_us(filing.created_at),
        "created_by": filing.created_by,
        "place": filing.place,
        "number": filing.number,
        "round": filing.round,
        "attempts": filing.attempts,
        "attempting_since": maybe_us(filing.attempting_since),
        "due_at": maybe_us(filing.due_at),
        "finished_at": maybe_us(filing.finished_at),
        "finished_by": filing.finished_by,
        "receipt_digest": filing.receipt_digest,
        "told": filing.told,
        "version": filing.version,
    }


def _filing_of(row: RowMapping) -> Filing:
    return Filing(
        id=FilingId(row["id"]),
        report_id=ReportId(row["report_id"]),
        case_id=_case(row),
        part=row["part"],
        clearinghouse=row["clearinghouse"],
        environment=row["environment"],
        profile=row["profile"],
        state=FilingState(row["state"]),
        created_at=from_us(row["created_at"]),
        created_by=row["created_by"],
        place=row["place"],
        number=row["number"],
        round=row["round"],
        attempts=row["attempts"],
        attempting_since=maybe_at(row["attempting_since"]),
        due_at=maybe_at(row["due_at"]),
        finished_at=maybe_at(row["finished_at"]),
        finished_by=row["finished_by"],
        receipt_digest=None if row["receipt_digest"] is None else bytes(row["receipt_digest"]),
        told=row["told"],
        version=row["version"],
    )


def _step_of(row: RowMapping) -> FilingStep:
    return FilingStep(
        filing_id=FilingId(row["filing_id"]),
        attempt=row["attempt"],
        at=from_us(row["at"]),
        step=Step(row["step"]),
        number=row["number"],
        key=row["key"],
        file_id=row["file_id"],
        request_id=row["request_id"],
        told=row["told"],
    )


def _paper_of(row: RowMapping) -> Paper:
    return Paper(
        filing_id=FilingId(row["filing_id"]),
        attempt=row["attempt"],
        kind=PaperKind(row["kind"]),
        at=from_us(row["at"]),
        body=bytes(row["body"]),
        digest=bytes(row["digest"]),
        key=row["key"],
    )


def _alert_of(row: RowMapping) -> FilingAlert:
    return FilingAlert(
        id=AlertId(row["id"]),
        filing_id=FilingId(row["filing_id"]),
        case_id=_case(row),
        kind=FilingAlertKind(row["kind"]),
        at=from_us(row["at"]),
        told=row["told"],
        cleared_by=row["cleared_by"],
        cleared_at=maybe_at(row["cleared_at"]),
    )
