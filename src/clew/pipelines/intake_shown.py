"""Reports, mentions, questions and senders as they are shown: rows for a page, a command or a client, and one file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clew.errors import InputError, NotFoundError
from clew.ground.clock import iso
from clew.parts.stores._intake import IntakeFilter
from clew.parts.stores.base import Reader
from clew.pipelines.senders import SenderQuality
from clew.records.identifiers import IntakeNumber
from clew.records.intake import IntakeReport, IntakeSender, Question
from clew.records.mention import IdentifierKind, Mention

# Of a case file of a million rows; the page behind says how many there are.
MOST_MENTIONS = 500
# A search whose beginning is shorter would list half the store.
LEAST_BEGINNING = 3

Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFile:
    """One report with all that belongs to it.

    Attributes:
        mentions: the first of them.
        mention_count: of all.
    """

    report: IntakeReport
    sender: IntakeSender | None
    mentions: tuple[Mention, ...]
    mention_count: int
    questions: tuple[Question, ...]


def intake_file(reader: Reader, number: IntakeNumber) -> IntakeFile:
    """The report of that number; NotFoundError else. Whoever shows it notes that it was read."""
    report = reader.find_intake(number)
    if report is None:
        raise NotFoundError(f"no report was taken in under the number {number}")
    return IntakeFile(
        report=report,
        sender=reader.find_sender(report.sender_id),
        mentions=tuple(reader.mentions_of([number], most_each=MOST_MENTIONS)[number]),
        mention_count=reader.count_mentions(number),
        questions=tuple(reader.questions(number=number)),
    )


def intake_page(reader: Reader, wanted: IntakeFilter) -> tuple[list[IntakeReport], IntakeNumber | None]:
    """Reports that fit, newest first, and the number behind which the next page begins; None on the last."""
    limit = wanted.limit
    found = reader.intakes(replace(wanted, limit=limit + 1))
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def search(
    reader: Reader, text: str, kind: IdentifierKind | None, *, limit: int = 50
) -> list[tuple[IdentifierKind, str, list[IntakeNumber]]]:
    """Stated identifiers that begin so, each with the newest reports that state it.

    Raises:
        InputError: the beginning is too short to be looked for.
    """
    beginning = text.strip()
    if len(beginning) < LEAST_BEGINNING:
        raise InputError(f"a search needs at least {LEAST_BEGINNING} characters of an identifier")
    return [
        (found, value, reader.reports_mentioning(found, value, limit=limit))
        for found, value in reader.values_like(kind, beginning, limit)
    ]


def report_row(report: IntakeReport, sender: str | None = None) -> Row:
    """A report without its contents: no name and no word of it."""
    return {
        "number": report.number,
        "sender": sender or report.sender_id,
        "form": report.form.value,
        "state": report.state.value,
        "reference": report.reference,
        "received": iso(report.received_at),
        "ended": None if report.ended_at is None else iso(report.ended_at),
        "incident_type": report.incident_type,
        "incident": None if report.incident_at is None else iso(report.incident_at),
        "country": report.country,
        "language": report.language,
        "files": report.file_count,
        "gaps": len(report.gaps),
    }


def file_row(file: IntakeFile) -> Row:
    """A report with its contents."""
    return {
        **report_row(file.report, None if file.sender is None else file.sender.name),
        "gaps": [{"path": gap.path, "because": gap.because, "cost": gap.cost} for gap in file.report.gaps],
        "mentions": [mention_row(each) for each in file.mentions],
        "mention_count": file.mention_count,
        "questions": [question_row(each) for each in file.questions],
        "report": json.loads(file.report.document),
    }


def mention_row(mention: Mention) -> Row:
    """One identifier and where it stands."""
    return {
        "kind": mention.kind.value,
        "value": mention.value,
        "part": mention.part.value,
        "person": mention.person,
        "path": mention.origin.path,
        "at": None if mention.at is None else iso(mention.at),
        "port": mention.port,
        "verified": mention.verified,
    }


def question_row(question: Question) -> Row:
    """One question and its answer."""
    return {
        "id": question.id,
        "number": question.number,
        "path": question.path,
        "text": question.text,
        "asked": iso(question.asked_at),
        "answered": None if question.answered_at is None else iso(question.answered_at),
        "answer": question.answer,
    }


def sender_row(sender: IntakeSender) -> Row:
    """A sender without its credential."""
    return {
        "id": sender.id,
        "name": sender.name,
        "kind": sender.kind.value,
        "user": sender.user,
        "rights": sorted(each.value for each in sender.rights),
        "reports_a_day": sender.reports_a_day,
        "contact": sender.contact_email,
        "created": iso(sender.created_at),
        "blocked": None if sender.blocked_at is None else iso(sender.blocked_at),
    }


def quality_row(quality: SenderQuality) -> Row:
    """What a sender's reports are worth, each share with its count."""
    return {
        "id": quality.sender.id,
        "name": quality.sender.name,
        "days": [
            {
                "day": day.day,
                "reports": day.reports,
                "incomplete": day.incomplete,
                "repeated": day.repeated,
                "refused": day.refused,
            }
            for day in quality.days
        ],
        "reports": quality.reports,
        "incomplete": quality.incomplete,
        "incomplete_share": _rounded(quality.incomplete_share),
        "repeated": quality.repeated,
        "repeated_share": _rounded(quality.repeated_share),
        "refused": quality.refused,
        "outcomes": {kind.value: many for kind, many in sorted(quality.outcomes.items())},
        "reasons": dict(sorted(quality.reasons.items())),
    }


def names_of(senders: Sequence[IntakeSender]) -> dict[str, str]:
    """The name of each sender by its id."""
    return {each.id: each.name for each in senders}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
