"""Everything that stands until a person has seen to it, of filings and of cases: one list, and how each ends."""

from dataclasses import dataclass
from datetime import datetime

from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.holds import checked_text
from clew.pipelines.review_desk import ReviewDesk, note
from clew.records.case import AlertKind, CaseAlert
from clew.records.filing import FilingAlert, FilingAlertKind
from clew.records.identifiers import AlertId, CaseId, ContentId, FilingId

_FILING_TITLES = {
    FilingAlertKind.FAILED: "Report {} was not filed",
    FilingAlertKind.RECEIPT_MISSING: "The receipt of report {} did not arrive",
    FilingAlertKind.RECEIPT_DIFFERS: "The receipt of report {} names other files than were sent",
    FilingAlertKind.EARLIER_FILED: "An earlier version of report {} was filed",
    FilingAlertKind.RECEIPT_AWAITED: "Nobody has acknowledged report {}",
    FilingAlertKind.ANOTHER_RECEIPT: "Another receipt came for report {}",
    FilingAlertKind.PACKAGE_LIES: "A package of report {} lies there that nobody is to use",
    FilingAlertKind.STUCK: "Report {} does not move on by itself",
}
_FILING_TO_DO = {
    FilingAlertKind.FAILED: (
        "Open it and mend what it names; then try again, record that it was filed by hand, or withdraw it."
    ),
    FilingAlertKind.RECEIPT_MISSING: "Ask the clearinghouse to confirm it in writing, and keep the answer.",
    FilingAlertKind.RECEIPT_DIFFERS: "Compare the receipt with what was sent, and ask the clearinghouse which holds.",
    FilingAlertKind.EARLIER_FILED: "Compare the two versions, and file a supplement with what changed.",
    FilingAlertKind.RECEIPT_AWAITED: "Ask the recipient whether they have fetched the package.",
    FilingAlertKind.ANOTHER_RECEIPT: "Both are kept: compare them, and ask the clearinghouse which one holds.",
    FilingAlertKind.PACKAGE_LIES: "Ask the recipient not to use it, and take it away.",
    FilingAlertKind.STUCK: "Open it: what it waits for stands there.",
}
_CASE_TITLES = {
    AlertKind.SEAL_FAILED: "The bytes of a file are not sealed",
    AlertKind.REVERSED_AFTER_FILING: "A verdict fell after its report was filed",
    AlertKind.PAGE_UNDELIVERED: "Nobody on call could be reached",
}
_CASE_TO_DO = {
    AlertKind.SEAL_FAILED: (
        "Take the file from the platform while it has it and seal it with clew evidence import; then look why the "
        "vault did not take it: clew doctor."
    ),
    AlertKind.REVERSED_AFTER_FILING: (
        "The report says of a file what nobody stands for any more. Tell the clearinghouse by a supplement; withdraw a "
        "filing that is not finished."
    ),
    AlertKind.PAGE_UNDELIVERED: "Look at the urgent jobs of the queue yourself, then at the mail server or webhook.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAlert:
    """One of them.

    Attributes:
        kind: of the filing's alert, or of the case's.
        to_do: what to do about it.
        told: what the other side or the machine said of it; "" of a case's.
        filing_id: of a filing's alert, which ends at its filing; None is an alert of a case, which a person ends here.
    """

    id: AlertId
    at: datetime
    kind: FilingAlertKind | AlertKind
    title: str
    to_do: str
    case_id: CaseId | None
    told: str = ""
    filing_id: FilingId | None = None
    content_id: ContentId | None = None


def standing_alerts(
    reader: Reader, *, case_id: CaseId | None = None, before: AlertId | None = None, most: int | None = None
) -> list[StandingAlert]:
    """What stands now, newest first; of one case, or of all.

    Args:
        before: only those that are older than this one.
        most: so many of the newest; whoever shows them says how many there are, see `count_alerts`.
    """
    of_cases = reader.case_alerts(case_id=case_id, before=before, limit=most)
    of_filings = reader.filing_alerts(case_id=case_id, before=before, limit=most)
    both: list[CaseAlert | FilingAlert] = [*of_cases, *of_filings]
    newest = sorted(both, key=lambda each: each.id, reverse=True)[:most]
    return [_of_case(each) if isinstance(each, CaseAlert) else _of_filing(reader, each) for each in newest]


def count_alerts(reader: Reader) -> int:
    """How many stand, of cases and of filings."""
    return reader.count_case_alerts() + reader.count_filing_alerts()


def end_case_alert(desk: ReviewDesk, alert_id: AlertId, *, because: str, actor: str) -> CaseAlert:
    """The alert of a case does not stand any more, because a person has seen to it; a second call changes nothing.

    Args:
        because: what they did, in their words.
    Raises:
        NotFoundError: there is no such alert of a case.
        InputError: they do not say what they did.
    """
    at = desk.clock()
    told = checked_text(because, "what was done about it")

    def work(unit: UnitOfWork) -> CaseAlert:
        alert = unit.get_case_alert(alert_id)
        if unit.clear_case_alert(alert_id, actor, told, at):
            note(unit, at, actor, "case.alert_seen", alert.case_id, alert=alert_id, kind=alert.kind.value)
        return unit.get_case_alert(alert_id)

    return desk.store.transact(work)


def _of_case(alert: CaseAlert) -> StandingAlert:
    return StandingAlert(
        id=alert.id,
        at=alert.at,
        kind=alert.kind,
        title=_CASE_TITLES[alert.kind],
        to_do=_CASE_TO_DO[alert.kind],
        case_id=alert.case_id,
        content_id=alert.content_id,
    )


def _of_filing(reader: Reader, alert: FilingAlert) -> StandingAlert:
    filing = reader.get_filing(alert.filing_id)
    title = _FILING_TITLES[alert.kind].format(filing.number or "").replace("  ", " ")
    return StandingAlert(
        id=alert.id,
        at=alert.at,
        kind=alert.kind,
        title=title.strip(),
        to_do=_FILING_TO_DO[alert.kind],
        told=alert.told,
        case_id=filing.case_id,
        filing_id=filing.id,
    )
