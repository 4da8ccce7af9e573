"""Filings, shown: one with all that is known of it, and how filing stands as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import Reader
from clew.pipelines.cases import reportable_contents
from clew.pipelines.filing import task_key
from clew.records.filing import Filing, FilingAlert, FilingState, FilingStep, Paper, StoredReport
from clew.records.identifiers import CaseId, FilingId
from clew.records.outbox import Task
from clew.settings import Settings

_PORTION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingFile:
    """All that is known of one filing.

    Attributes:
        receipt: byte for byte, with its SHA-256.
        alerts: those that stand.
    """

    filing: Filing
    report: StoredReport
    steps: tuple[FilingStep, ...]
    papers: tuple[Paper, ...]
    receipt: Paper | None
    alerts: tuple[FilingAlert, ...]
    task: Task | None


def filing_file(reader: Reader, filing_id: FilingId) -> FilingFile:
    """One filing with its report, steps, papers, receipt and alerts; whoever shows it notes the read in the audit."""
    filing = reader.get_filing(filing_id)
    return FilingFile(
        filing=filing,
        report=reader.get_report(filing.report_id),
        steps=tuple(reader.steps_of(filing_id)),
        papers=tuple(reader.papers_of(filing_id)),
        receipt=reader.find_receipt(filing_id),
        alerts=tuple(reader.filing_alerts(filing_id=filing_id)),
        task=reader.find_task(task_key(filing)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingStanding:
    """How filing stands as a whole, for the first page and the doctor.

    Attributes:
        on: whether reports leave the house at all.
        counts: filings by state.
        alerts: those that stand, newest first.
        unreported: cases with a final reportable verdict on what no report holds; a supplement is due, too, when
            a first report was made before the last decision.
    """

    on: bool
    counts: Mapping[FilingState, int]
    alerts: tuple[FilingAlert, ...]
    unreported: tuple[CaseId, ...]


def filing_standing(reader: Reader, settings: Settings) -> FilingStanding:
    """How filing stands now."""
    return FilingStanding(
        on=settings.reporting.filing,
        counts=reader.count_filings(),
        alerts=tuple(reader.filing_alerts()),
        unreported=tuple(each for each in reader.unreported_cases(_PORTION) if _has_more(reader, each)),
    )


def _has_more(reader: Reader, case_id: CaseId) -> bool:
    """Whether the case holds a reportable content that stands in no report: one that was confirmed later does."""
    filings = reader.filings(FilingFilter(case_id=case_id, limit=_PORTION))
    standing = [each for each in filings if each.state is not FilingState.WITHDRAWN]
    if not standing:
        return True
    latest = max(reader.get_report(each.report_id).created_at for each in standing)
    held = {key for each in standing for key in _file_keys(reader.get_report(each.report_id))}
    return any(
        content.id not in held and (content.object_id is not None or verdict.at > latest)
        for content, verdict, _ in reportable_contents(reader, case_id)
    )


def _file_keys(report: StoredReport) -> set[str]:
    files = report.facts.get("files")
    return {str(file["key"]) for file in files if isinstance(file, dict)} if isinstance(files, list) else set()
