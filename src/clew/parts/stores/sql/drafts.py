"""Drafts of reports."""

import json
from abc import ABC
from dataclasses import replace

from sqlalchemy import delete, select, update

from clew.errors import ConflictError
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session
from clew.parts.stores.sql.tables import drafts
from clew.parts.stores.sql.values import Row, compact, from_us, to_us
from clew.records.draft import ReportDraft
from clew.records.identifiers import CaseId

_DRAFTS = drafts.report_drafts.c


class DraftReading(Session, Reader, ABC):
    """Reading them."""

    def find_draft(self, case_id: CaseId) -> ReportDraft | None:
        """By the primary key."""
        row = self._first(select(drafts.report_drafts).where(_DRAFTS.case_id == case_id))
        if row is None:
            return None
        return ReportDraft(
            case_id=CaseId(row["case_id"]),
            facts=json.loads(row["facts"]),
            saved_at=from_us(row["saved_at"]),
            saved_by=row["saved_by"],
            version=row["version"],
        )


class DraftWriting(DraftReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def put_draft(self, draft: ReportDraft) -> ReportDraft:
        """A first draft is inserted; a later one takes the place of the very version that was read."""
        saved = replace(draft, version=draft.version + 1)
        row: Row = {
            "case_id": saved.case_id,
            "facts": compact(dict(saved.facts)),
            "saved_at": to_us(saved.saved_at),
            "saved_by": saved.saved_by,
            "version": saved.version,
        }
        if draft.version == 0:
            first = self._database.insert(drafts.report_drafts).values(row).on_conflict_do_nothing()
            done = self._change(first)
        else:
            known = (_DRAFTS.case_id == draft.case_id) & (_DRAFTS.version == draft.version)
            done = self._change(update(drafts.report_drafts).where(known).values(row))
        if done == 0:
            raise ConflictError("somebody else has saved or filed this draft since you opened it; load the page again")
        return saved

    def delete_draft(self, case_id: CaseId) -> bool:
        """The row goes."""
        return self._change(delete(drafts.report_drafts).where(_DRAFTS.case_id == case_id)) > 0
