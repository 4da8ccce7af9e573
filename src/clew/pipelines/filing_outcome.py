"""How a filing ends: with its receipt, without one, by hand; and what that sets going, in one transaction."""

import hashlib
from dataclasses import replace
from datetime import datetime

from clew.parts.stores.base import UnitOfWork
from clew.pipelines.closing import end_when_filed, end_when_withdrawn
from clew.pipelines.filing_desk import ACTOR, FilingDesk, alert, record
from clew.pipelines.holds import preserve
from clew.records.filing import Filing, FilingAlertKind, FilingState, Paper, PaperKind, Step
from clew.records.identifiers import FilingId, ReportId
from clew.reporting.preserve import preserved

_MISSING = "the receipt never arrived; ask the clearinghouse to confirm the report in writing and keep its answer"
_EARLIER = (
    "an earlier version of this report was filed, and the one that was given since was never sent. Compare the two, "
    "and file a supplement with what changed"
)
_GIVEN_UP = (
    "A receipt came for the report {number}, which had been given up as not finished. It is kept beside this filing. "
    "Ask the clearinghouse which reports of this case it has, and record what it says."
)
_SECOND = (
    "Another receipt came for the report {number}, and differs from the one that is kept. Both are kept: compare them, "
    "and ask the clearinghouse which one holds."
)
# Where a number was given, with the paper that says which report it names.
_NUMBERED = frozenset({Step.OPENED, Step.HANDED})
_WHOLE = frozenset({PaperKind.REPORT, PaperKind.MANIFEST})
_RECEIPTS = frozenset({PaperKind.RECEIPT, PaperKind.OTHER_RECEIPT})
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
    """The filing is filed and its receipt stored, byte for byte; the same receipt again changes nothing.

    A receipt that differs from the one that is kept, or is of a report that was given up, is kept beside it, and an
    alert stands. The lease is not asked for: that the clearinghouse has the report is true whoever learns it.

    Args:
        differs: what the receipt lists otherwise than was sent, for a person.
    """
    filing = unit.get_filing(filing_id)
    if filing.number != number:
        _keep_other(unit, desk, filing, number, body, received_at, _GIVEN_UP.format(number=number))
        return filing
    kept = unit.find_receipt(filing_id)
    if kept is not None and kept.body != body:
        _keep_other(unit, desk, filing, number, body, received_at, _SECOND.format(number=number))
    if kept is not None and filing.state.filed:
        return filing
    if kept is None:
        kept = _paper(filing, PaperKind.RECEIPT, body, received_at)
        unit.add_paper(kept)
    filed = replace(
        filing,
        report_id=_report_sent(unit, filing),
        state=FilingState.FILED,
        finished_at=filing.finished_at or received_at,
        finished_by=filing.finished_by or ACTOR,
        receipt_digest=kept.digest,
        due_at=None,
        told=differs or None,
    )
    done = record(unit, filed, Step.FINISHED, desk.clock(), actor=ACTOR, told=differs or None, request_id=request_id)
    settle(unit, desk, done, ACTOR)
    if differs:
        alert(unit, done, FilingAlertKind.RECEIPT_DIFFERS, differs, desk.clock())
    _say_if_earlier(unit, filing, done, desk.clock())
    return done


def keep_unsettled(
    unit: UnitOfWork, desk: FilingDesk, filing_id: FilingId, number: str, body: bytes, received_at: datetime, why: str
) -> None:
    """A receipt is kept, byte for byte, although what follows from it could not be stored; an alert says why.

    The next attempt learns from the clearinghouse that the report is finished, and settles it.
    """
    filing = unit.get_filing(filing_id)
    if filing.number != number or unit.find_receipt(filing_id) is not None:
        _keep_other(unit, desk, filing, number, body, received_at, _GIVEN_UP.format(number=number))
        return
    unit.add_paper(_paper(filing, PaperKind.RECEIPT, body, received_at))
    told = f"The receipt of report {number} is kept, but what follows from it could not be stored: {why}. Tried again."
    alert(unit, filing, FilingAlertKind.STUCK, told, desk.clock())


def found_finished(unit: UnitOfWork, desk: FilingDesk, filing: Filing, told: str, request_id: str | None) -> Filing:
    """The clearinghouse says that an earlier attempt was finished: it is filed, and a person asks for the receipt."""
    at = desk.clock()
    receipt = unit.find_receipt(filing.id)
    filed = replace(
        filing,
        report_id=_report_sent(unit, filing),
        state=FilingState.FILED,
        finished_at=at if receipt is None else receipt.at,
        finished_by=ACTOR,
        receipt_digest=None if receipt is None else receipt.digest,
        due_at=None,
        told=f"{told} {_MISSING}" if receipt is None else told,
    )
    done = record(unit, filed, Step.FOUND_FINISHED, at, actor=ACTOR, told=told, request_id=request_id)
    settle(unit, desk, done, ACTOR)
    if receipt is None:
        alert(unit, done, FilingAlertKind.RECEIPT_MISSING, f"Report {filing.number}: {_MISSING}.", at)
    _say_if_earlier(unit, filing, done, at)
    return done


def filed_by_hand(
    unit: UnitOfWork, desk: FilingDesk, filing: Filing, *, number: str, filed_at: datetime, actor: str
) -> Filing:
    """It is filed on a person's word; what follows is the same as from a receipt."""
    at = desk.clock()
    filed = replace(
        filing,
        report_id=_report_sent(unit, filing),
        state=FilingState.FILED_BY_HAND,
        number=number,
        finished_at=filed_at,
        finished_by=actor,
        due_at=None,
        told=None,
    )
    done = record(unit, filed, Step.BY_HAND, at, actor=actor)
    settle(unit, desk, done, actor)
    # Of a number that is not ours nobody but that person knows which report it names: they filed what was given last.
    if filing.number is not None and number == filing.number:
        _say_if_earlier(unit, filing, done, at)
    return done


def taken_back(unit: UnitOfWork, desk: FilingDesk, filing: Filing, actor: str, *, told: str | None = None) -> Filing:
    """The filing is withdrawn; a case that waited for it alone, and is reported without it, is over."""
    at = desk.clock()
    gone = replace(filing, state=FilingState.WITHDRAWN, due_at=None)
    done = record(unit, gone, Step.WITHDRAWN, at, actor=actor, told=told)
    if filing.case_id is not None:
        end_when_withdrawn(unit, desk.strongroom, filing.case_id, at, actor=actor)
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
    end_when_filed(unit, desk.strongroom, asked.case_id, at, actor=actor)


def _report_sent(unit: UnitOfWork, filing: Filing) -> ReportId:
    """The report that the filing's number was opened with; a failed filing may have been given another since.

    One attempt sends one report: whoever gives the filing another ends the attempt.
    """
    named = [each for each in unit.steps_of(filing.id) if each.number == filing.number]
    packed = next((each.key for each in named if each.step is Step.HANDING and each.key), None)
    if packed is not None:
        return ReportId(packed)
    opened = {each.attempt for each in named if each.step in _NUMBERED}
    sent = (each for each in unit.papers_of(filing.id) if each.kind in _WHOLE and each.attempt in opened)
    return next((ReportId(each.key) for each in sent if each.key is not None), filing.report_id)


def _keep_other(
    unit: UnitOfWork, desk: FilingDesk, filing: Filing, number: str, body: bytes, received_at: datetime, told: str
) -> None:
    """A receipt is kept beside others, once, and an alert stands."""
    digest = hashlib.sha256(body).digest()
    if any(each.digest == digest and each.kind in _RECEIPTS for each in unit.papers_of(filing.id)):
        return
    unit.add_paper(_paper(filing, PaperKind.OTHER_RECEIPT, body, received_at, key=number))
    alert(unit, filing, FilingAlertKind.ANOTHER_RECEIPT, told, desk.clock())


def _paper(filing: Filing, kind: PaperKind, body: bytes, at: datetime, key: str | None = None) -> Paper:
    digest = hashlib.sha256(body).digest()
    return Paper(filing_id=filing.id, attempt=filing.attempts, kind=kind, at=at, body=body, digest=digest, key=key)


def _say_if_earlier(unit: UnitOfWork, before: Filing, filed: Filing, at: datetime) -> None:
    """An alert stands when what is filed is not what was given last."""
    if filed.report_id != before.report_id:
        alert(unit, filed, FilingAlertKind.EARLIER_FILED, f"Report {filed.number}: {_EARLIER}.", at)
