"""A person completes the report of a case: its draft, saved, read as it would be sent, and filed once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clew.errors import ConflictError, InputError, RefusedError
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.cases import reportable_contents
from clew.pipelines.filing import file_report
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.report_forms import ComposedReport, compose_report, draft_case, report_format
from clew.records.audit import AuditEvent
from clew.records.draft import ReportDraft
from clew.records.filing import Filing
from clew.records.identifiers import CaseId
from clew.records.report_file import ViewingStatement
from clew.settings import Reporting

__all__ = ["OpenDraft", "discard", "file_draft", "open_draft", "save"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDraft:
    """The draft of a case as it stands.

    Attributes:
        draft: version 0 when nobody has saved one: then it is what the case holds now.
        statements: what the viewing ledger says of each file now.
        added: files that the case's verdicts ask to report and the saved draft does not name.
        gone: files that the saved draft names and no verdict asks to report any more.
    """

    draft: ReportDraft
    statements: Mapping[str, ViewingStatement]
    added: int
    gone: int

    def composed(self, at: datetime) -> ComposedReport:
        """As it would be sent now.

        Raises:
            InputError: the facts hold what the form does not know; the message names the field.
        """
        return compose_report(report_format().read_facts(self.draft.facts), self.statements, at=at)


def open_draft(
    reader: Reader, case_id: CaseId, settings: Reporting, at: datetime, facts: Mapping[str, object] | None = None
) -> OpenDraft:
    """The saved draft of a case, or a fresh one of what the case holds.

    Args:
        facts: shown in place of the saved ones: what a person is about to save.
    """
    if not reportable_contents(reader, case_id):
        raise RefusedError("nothing of this case was found reportable by a person; a report begins with a verdict")
    now = draft_case(reader, case_id, settings)
    saved = reader.find_draft(case_id)
    fresh = report_format().write_facts(now.facts)
    draft = saved or ReportDraft(case_id=case_id, facts=fresh, saved_at=at, saved_by="")
    if facts is not None:
        draft = ReportDraft(
            case_id=case_id, facts=facts, saved_at=draft.saved_at, saved_by=draft.saved_by, version=draft.version
        )
    asked, named = _keys(fresh), _keys(draft.facts)
    return OpenDraft(draft=draft, statements=now.statements, added=len(asked - named), gone=len(named - asked))


def save(unit: UnitOfWork, draft: ReportDraft, *, at: datetime, actor: str) -> ReportDraft:
    """The draft is saved under the person's name; ConflictError when another was faster."""
    report_format().read_facts(draft.facts)
    saved = ReportDraft(case_id=draft.case_id, facts=draft.facts, saved_at=at, saved_by=actor, version=draft.version)
    unit.audit(AuditEvent(at=at, actor=actor, act="report.save", subject=f"case:{draft.case_id}", facts={}))
    return unit.put_draft(saved)


def discard(unit: UnitOfWork, case_id: CaseId, *, at: datetime, actor: str) -> None:
    """What was added by hand is gone; the draft begins again with what the case holds."""
    if unit.delete_draft(case_id):
        unit.audit(AuditEvent(at=at, actor=actor, act="report.discard", subject=f"case:{case_id}", facts={}))


def file_draft(
    unit: UnitOfWork, desk: FilingDesk, opened: OpenDraft, *, actor: str, supplement: bool = False
) -> Filing:
    """The filing of the draft is promised, and the draft is gone: a second click files nothing twice.

    Raises:
        InputError: the report has faults; the page names them.
        ConflictError: the draft names files that are not to be reported, or it was filed already.
    """
    composed = opened.composed(desk.clock())
    if composed.faults:
        raise InputError(f"the report has {len(composed.faults)} fault(s) by the rules of the form; close them first")
    if opened.gone:
        raise ConflictError("the draft names files whose verdict was taken back; begin the draft again")
    facts = report_format().read_facts(opened.draft.facts)
    filing = file_report(unit, desk, opened.draft.case_id, facts, actor=actor, supplement=supplement)
    unit.delete_draft(opened.draft.case_id)
    return filing


def _keys(facts: Mapping[str, object]) -> set[str]:
    files = facts.get("files", [])
    return {str(each.get("key")) for each in files if isinstance(each, dict)} if isinstance(files, list) else set()
