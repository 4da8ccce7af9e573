"""How a filing ends: with its receipt, without one, by hand; and what that sets going, in one transaction."""

import hashlib
from dataclasses import replace
from datetime import datetime

from clew.parts.stores.base import UnitOfWork
from clew.pipelines.cases import close_case
from clew.pipelines.filing_desk import ACTOR, FilingDesk, alert, record
from clew.pipelines.holds import preserve
from clew.records.case import CaseState
from clew.records.filing import Filing, FilingAlertKind, FilingState, Paper, PaperKind, Step
from clew.records.identifiers import FilingId, ReportId
from clew.records.review import JobState
from clew.reporting.preserve import preserved

_MISSING = "the receipt never arrived; ask the clearinghouse to confirm the report in writing and keep its answer"
_EARLIER = (
    "an earlier version of this report was filed, and the one that was given since was never sent. Compare the two, "
    "and file a supplement with what changed"
)
# What a receipt, or a person's word, settles.
_SETTLED = (
    FilingAlertKind.FAILED,
    FilingAlertKind.RECEIPT_MISSING,
    FilingAlertKind.RECEIPT_AWAITED,
    FilingAlertKind.STUCK,
)


def store_receipt(
    unit: UnitOfWork,
    desk: FilingDesk,
    filing_id: FilingId,
    number: str,
    body: bytes,
    received_at: datetime,
    *,
    differs: str = "",
    request_id: str | None = None,
) -> Filing:
    """The filing is filed and its receipt stored, byte for byte; a second call changes nothing.

    The lease is not asked for: that the clearinghouse has the report is true whoever learns it.

    Args:
        differs: what the receipt lists otherwise than was sent, for a person.
    """
    filing = unit.get_filing(filing_id)
    if filing.number != number:
        told = (
            f"A receipt came for the report {number}, which had been given up as not finished. Ask the clearinghouse "
            "which reports of this case it has; the receipt is in the audit by its number only."
        )
        alert(unit, filing, FilingAlertKind.STUCK, told, desk.clock())
        return filing
    if unit.find_receipt(filing_id) is not None:
        return filing
    digest = hashlib.sha256(body).digest()
    unit.add_paper(
        Paper(
            filing_id=filing.id,
            attempt=filing.attempts,
            kind=PaperKind.RECEIPT,
            at=received_at,
            body=body,
            digest=digest,
        )
    )
    filed = replace(
        filing,
        report_id=_report_sent(unit, filing),
        state=FilingState.FILED,
        finished_at=filing.finished_at or received_at,
        finished_by=filing.finished_by or ACTOR,
        receipt_digest=digest,
        due_at=None,
        told=differs or None,
    )
    done = record(unit, filed, Step.FINISHED, desk.clock(), actor=ACTOR, told=differs or None, request_id=request_id)
    settle(unit, desk, done, ACTOR)
    if differs:
        alert(unit, done, FilingAlertKind.RECEIPT_DIFFERS, differs, desk.clock())
    _say_if_earlier(unit, filing, done, desk.clock())
    return done


def found_finished(unit: UnitOfWork, desk: FilingDesk, filing: Filing, told: str, request_id: str | None) -> Filing:
    """The clearinghouse says that an earlier attempt was finished: it is filed, and a person asks for the receipt."""
    at = desk.clock()
    filed = replace(
        filing,
        report_id=_report_sent(unit, filing),
        state=FilingState.FILED,
        finished_at=at,
        finished_by=ACTOR,
        due_at=None,
        told=f"{told} {_MISSING}",
    )
    done = record(unit, filed, Step.FOUND_FINISHED, at, actor=ACTOR, told=told, request_id=request_id)
    settle(unit, desk, done, ACTOR)
    alert(unit, done, FilingAlertKind.RECEIPT_MISSING, f"Report {filing.number}: {_MISSING}.", at)
    _say_if_earlier(unit, filing, done, at)
    return done


def settle(unit: UnitOfWork, desk: FilingDesk, filing: Filing, actor: str) -> None:
    """The evidence is kept from now on by law, the case is closed, and alerts whose cause is gone do not stand."""
    at = desk.clock()
    unit.clear_filing_alerts(filing.id, _SETTLED, actor, at)
    asked = preserved(filing)
    if asked is None:
        return
    preserve(
        unit,
        desk.strongroom,
        asked.case_id,
        finished_at=asked.finished_at,
        reference=asked.reference,
        actor=actor,
    )
    # What is not decided yet keeps the case open: a supplement may follow.
    case = unit.take_case(asked.case_id)
    if case.state is CaseState.OPEN and unit.get_job_of_case(case.id).state is JobState.DECIDED:
        close_case(unit, asked.case_id, at, actor=actor, because="filed")


def _report_sent(unit: UnitOfWork, filing: Filing) -> ReportId:
    """The report that the filing's number was opened with; a failed filing may have been given another since.

    One attempt sends one report: whoever gives the filing another ends the attempt.
    """
    opened = {
        each.attempt for each in unit.steps_of(filing.id) if each.step is Step.OPENED and each.number == filing.number
    }
    sent = (each for each in unit.papers_of(filing.id) if each.kind is PaperKind.REPORT and each.attempt in opened)
    return next((ReportId(each.key) for each in sent if each.key is not None), filing.report_id)


def _say_if_earlier(unit: UnitOfWork, before: Filing, filed: Filing, at: datetime) -> None:
    """An alert stands when what is filed is not what was given last."""
    if filed.report_id != before.report_id:
        alert(unit, filed, FilingAlertKind.EARLIER_FILED, f"Report {filed.number}: {_EARLIER}.", at)
