"""Reports and their filings as JSON: what is ordered, how each stands, and the receipt byte for byte."""

import base64
from datetime import datetime
from typing import Annotated

import msgspec

from clew.ground.clock import iso
from clew.pipelines.filing_shown import FilingFile
from clew.records.filing import Filing, Paper
from clew.web.schemas import Heard, Said

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=26)]
# As the command and the console take it.
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class FileHeard(Heard):
    """The saved draft of a case is to be filed; `supplement` when it adds to a report that is filed already."""

    case: Id
    supplement: bool = False


class RetractHeard(Heard):
    """Why nothing is to be filed; it is kept."""

    because: Reason


class FilingSaid(Said):
    """How one filing stands; `number` is the clearinghouse's, `told` what happened last."""

    id: str
    case: str | None
    state: str
    number: str | None
    clearinghouse: str
    environment: str
    part: int
    attempts: int
    ordered_at: str
    ordered_by: str
    due_at: str | None
    finished_at: str | None
    receipt_sha256: str | None
    told: str | None


class FilingsSaid(Said):
    """A page of filings, newest first; `next` goes into `before` for the page after it, null at the end."""

    filings: list[FilingSaid]
    next: str | None


class StepSaid(Said):
    """One recorded step of an attempt."""

    attempt: int
    at: str
    step: str
    number: str | None
    request_id: str | None
    told: str | None


class StandingAlertSaid(Said):
    """An alert that stands until a person has acted."""

    kind: str
    at: str
    told: str


class ReceiptSaid(Said):
    """What the clearinghouse answered, byte for byte."""

    at: str
    sha256: str
    base64: str


class FilingDetailSaid(FilingSaid):
    """One filing with its steps, its alerts and its receipt; the receipt is null as long as there is none."""

    steps: list[StepSaid]
    alerts: list[StandingAlertSaid]
    receipt: ReceiptSaid | None


def say_filing(filing: Filing) -> FilingSaid:
    """A filing as JSON."""
    return FilingSaid(**_filing_fields(filing))  # type: ignore[arg-type]


def say_filing_file(known: FilingFile) -> FilingDetailSaid:
    """All that is known of a filing as JSON."""
    return FilingDetailSaid(
        **_filing_fields(known.filing),  # type: ignore[arg-type]
        steps=[
            StepSaid(
                attempt=each.attempt,
                at=iso(each.at),
                step=each.step.value,
                number=each.number,
                request_id=each.request_id,
                told=each.told,
            )
            for each in known.steps
        ],
        alerts=[StandingAlertSaid(kind=each.kind.value, at=iso(each.at), told=each.told) for each in known.alerts],
        receipt=None if known.receipt is None else _receipt(known.receipt),
    )


def _filing_fields(filing: Filing) -> dict[str, str | int | None]:
    return {
        "id": filing.id,
        "case": filing.case_id,
        "state": filing.state.value,
        "number": filing.number,
        "clearinghouse": filing.clearinghouse,
        "environment": filing.environment,
        "part": filing.part,
        "attempts": filing.attempts,
        "ordered_at": iso(filing.created_at),
        "ordered_by": filing.created_by,
        "due_at": _maybe(filing.due_at),
        "finished_at": _maybe(filing.finished_at),
        "receipt_sha256": filing.receipt_digest.hex() if filing.receipt_digest else None,
        "told": filing.told,
    }


def _receipt(paper: Paper) -> ReceiptSaid:
    return ReceiptSaid(at=iso(paper.at), sha256=paper.digest.hex(), base64=base64.b64encode(paper.body).decode())


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
