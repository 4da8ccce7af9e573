"""How much of what an investigator needs a report holds, 0 to 100, with each gap and what is lost by it.

It says nothing of danger and never enters the risk score: a complete report may be a copy of a copy, and a child's call
for help has three lines. It decides what the sender is asked, and by it recall is told apart on the model card.

Source: what makes a report actionable, as police and national centres have named it; docs/methods/triage.md.
"""

from collections.abc import Iterator, Sequence

from clew.records.intake import Gap, IntakeReport
from clew.records.mention import IdentifierKind, Mention, Part
from clew.records.report import Report
from clew.records.triage import Completeness

_WHOLE = 100
# What each is worth; they sum to 100. An account and where it was used come first: without them nobody is found.
_SUBJECT = 20
_ADDRESS = 15
_MATTER = 15
_PORT = 10
_WHEN = 10
_VERIFIED = _TYPE = _HASHES = _VIEWED = _WHERE = _CONTACT = 5


def completeness_of(report: Report, intake: IntakeReport, mentions: Sequence[Mention]) -> Completeness:
    """How complete a report is. The points of what is there and of what is missing sum to 100."""
    missing = sorted(_missing(report, intake, mentions), key=lambda each: -each[0])
    return Completeness(figure=_WHOLE - sum(points for points, _ in missing), gaps=tuple(gap for _, gap in missing))


def _missing(report: Report, intake: IntakeReport, mentions: Sequence[Mention]) -> Iterator[tuple[int, Gap]]:
    yield from _of_subject(mentions)
    yield from _of_addresses(report)
    yield from _of_matter(report)
    if intake.incident_at is None:
        yield _WHEN, _gap("incident.at", "no usable time", "addresses cannot be asked about")
    if report.incident.type is None:
        yield _TYPE, _gap("incident.type", "no type", "it cannot be sent to the unit for it")
    if intake.country is None and not any(subject.location for subject in report.subjects):
        yield _WHERE, _gap("subjects[0].location", "no country", "nobody knows whose it is")
    person = report.reporter.person
    if not (person.emails or person.phones or report.reporter.contact):
        yield _CONTACT, _gap("reporter.contact", "nobody to ask", "questions go unanswered")


def _of_subject(mentions: Sequence[Mention]) -> Iterator[tuple[int, Gap]]:
    naming = [each for each in mentions if each.part is Part.SUBJECT and each.kind.names_somebody]
    if not naming:
        yield (
            _SUBJECT + _VERIFIED,
            _gap("subjects", "nothing names the account", "there is no one to look for"),
        )
    elif not any(each.verified or each.kind is IdentifierKind.DEVICE for each in naming):
        yield _VERIFIED, _gap("subjects[0].person", "nothing is verified", "it may be anybody's")


def _of_addresses(report: Report) -> Iterator[tuple[int, Gap]]:
    events = [event for subject in report.subjects for event in subject.ip_events]
    events += [file.ip_event for file in report.files if file.ip_event is not None]
    timed = [event for event in events if event.at is not None]
    if not timed:
        because = "no address" if not events else "addresses without a time"
        yield _ADDRESS + _PORT, _gap("subjects[0].ip_events", because, "no provider can say whose line it was")
    # An address of IPv6 is one customer's; one of IPv4 may be a thousand's.
    elif not any(event.port is not None or ":" in event.address for event in timed):
        yield _PORT, _gap("subjects[0].ip_events", "no port", "behind a shared address it names nobody")


def _of_matter(report: Report) -> Iterator[tuple[int, Gap]]:
    if not (report.files or report.messages or report.additional_info or report.details):
        lost = "nothing says what happened"
        yield _MATTER + _HASHES + _VIEWED, _gap("files", "neither file, message nor words", lost)
        return
    if report.files and not any(file.hashes for file in report.files):
        yield _HASHES, _gap("files[0].hashes", "no hash", "it cannot be told from a copy")
    if report.files and not any(file.viewed or file.publicly_available for file in report.files):
        yield _VIEWED, _gap("files[0].viewed", "nobody has viewed a file", "it may not be opened without a warrant")


def _gap(path: str, because: str, cost: str) -> Gap:
    return Gap(path=path, because=because, cost=cost)
