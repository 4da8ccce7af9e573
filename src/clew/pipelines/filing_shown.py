"""Filings, shown: one with all that is known of it, and how filing stands as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from clew.parts.stores.base import Reader
from clew.pipelines.filing import task_key
from clew.pipelines.reported import has_unordered
from clew.records.case import CaseState
from clew.records.filing import Filing, FilingAlert, FilingState, FilingStep, Paper, StoredReport
from clew.records.identifiers import CaseId, FilingId
from clew.records.outbox import Task
from clew.settings import ENVIRONMENTS, Settings

_PORTION = 200
_WAITS = {
    FilingState.HANDED: "its receipt is looked for once filing is switched on",
    FilingState.WITHDRAWING: "it is taken back there once filing is switched on",
}


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


def waits_for_switch(filing: Filing, settings: Settings) -> str:
    """What a filing waits for because filing is off, in words; "" when it is on, or nothing more happens anyway."""
    if settings.reporting.filing or filing.state.ended:
        return ""
    return _WAITS.get(filing.state, "it is sent once filing is switched on")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingStanding:
    """How filing stands as a whole, for the first page and the doctor.

    Attributes:
        on: whether reports leave the house at all.
        counts: filings by state.
        alerts: those that stand, newest first.
        unreported: cases with a reportable verdict, on which a report may rest, on what no report holds; a supplement
            is due, too, when a first report was made before the last decision. The urgent first, then the oldest.
        urgent: how many of them are urgent.
        unreported_more: there are others, younger than those.
        elsewhere: open cases of another environment that would be among them: they are never filed in this one.
    """

    on: bool
    counts: Mapping[FilingState, int]
    alerts: tuple[FilingAlert, ...]
    unreported: tuple[CaseId, ...]
    urgent: int
    unreported_more: bool
    elsewhere: int


def filing_standing(reader: Reader, settings: Settings, most: int = _PORTION) -> FilingStanding:
    """How filing stands now.

    Args:
        most: cases without a report that are named.
    """
    urgent, more_urgent = _unreported(reader, most, settings.environment, urgent=True)
    all_of_them, more = _unreported(reader, most, settings.environment)
    others = (
        each for name in ENVIRONMENTS if name != settings.environment for each in _unreported(reader, most, name)[0]
    )
    unreported = [*urgent, *(each for each in all_of_them if each not in urgent)][:most]
    return FilingStanding(
        on=settings.reporting.filing,
        counts=reader.count_filings(),
        alerts=tuple(reader.filing_alerts()),
        unreported=tuple(unreported),
        urgent=len(urgent),
        unreported_more=more or more_urgent or len(unreported) < len({*urgent, *all_of_them}),
        elsewhere=sum(reader.get_case(each).state is CaseState.OPEN for each in others),
    )


def _unreported(reader: Reader, most: int, environment: str, *, urgent: bool = False) -> tuple[list[CaseId], bool]:
    """The oldest of them, and whether there are more; cases that only look like it never hide the others."""
    found: list[CaseId] = []
    after: CaseId | None = None
    while some := reader.unreported_cases(most, after, environment=environment, urgent=urgent):
        found += [each for each in some if has_unordered(reader, each)]
        if len(found) > most:
            return found[:most], True
        after = some[-1]
    return found, False
