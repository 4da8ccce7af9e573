"""A report, its intake and its mentions for tests: plain, and changed by what a test says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from clew.records.identifiers import IntakeNumber, SenderId
from clew.records.intake import IntakeForm, IntakeReport, IntakeState
from clew.records.mention import IdentifierKind, Mention, Origin, Part
from clew.records.report import Incident, IncidentType, Person, Report, Reporter
from clew.records.report_file import FileHash, ReportFile
from clew.records.triage import Sign
from clew.triage.signs import Told, signs_of

AT = datetime(2026, 3, 8, 12, 0, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAIN = Report(incident=Incident(type=IncidentType.MATERIAL, at=AT), reporter=Reporter(person=Person()))
INTAKE = IntakeReport(
    number=IntakeNumber(1),
    sender_id=SenderId("S1"),
    form=IntakeForm.CYBERTIPLINE,
    state=IntakeState.TAKEN_IN,
    reference="",
    digest=bytes(32),
    received_at=AT + HOUR,
    document="{}",
    incident_type="material",
    incident_at=AT,
)
FILE = ReportFile(key="f0", hashes=(FileHash(type="MD5", value="0" * 32),))


def told_of(report: Report = PLAIN, *, public: bool = False, listed: bool | None = None) -> Told:
    intake = replace(INTAKE, form=IntakeForm.PUBLIC) if public else INTAKE
    return signs_of(report, intake, listed=lambda _type, _value: listed)


def told(*names: str) -> Told:
    return Told(signs=tuple(Sign(name=name, source=f"at {name}") for name in names), untold=frozenset())


def incident(**particulars) -> Report:
    return replace(PLAIN, incident=replace(PLAIN.incident, **particulars))


def intake(number: int = 1, sender: str = "S1", **particulars) -> IntakeReport:
    return replace(INTAKE, number=IntakeNumber(number), sender_id=SenderId(sender), **particulars)


def mention(kind: IdentifierKind, value: str, path: str, part: Part = Part.OTHER) -> Mention:
    return Mention(kind=kind, value=value, raw=value, origin=Origin(path=path), part=part)


def account(name: str) -> Mention:
    return mention(IdentifierKind.ACCOUNT, f"forum:{name}", "subjects[0].identifier", Part.SUBJECT)


def file(number: int, place: int = 0) -> Mention:
    return mention(IdentifierKind.FILE, f"md5:{number:032x}", f"files[{place}].hashes[0]")


def picture(value: bytes, place: int = 0) -> Mention:
    return mention(IdentifierKind.PICTURE, value.hex(), f"files[{place}].hashes[1]")
