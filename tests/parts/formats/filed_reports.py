"""A filed report of a synthetic person about synthetic files, for the tests of the forms in which it is handed over."""

from dataclasses import replace
from datetime import UTC, date, datetime

from clew.records.handover import FiledFile, FiledReport
from clew.records.identifiers import CaseId, ReportId
from clew.records.report import (
    Absence,
    AbsenceReason,
    Chat,
    Contact,
    Incident,
    IncidentType,
    Location,
    Person,
    Phone,
    QuotedMessage,
    Recipient,
    Report,
    ReportAnnotation,
    ReportedSubject,
    Reporter,
    Victim,
    WebPage,
)
from clew.records.report_file import AiProvenance, Labelled, ReportFile
from clew.records.review import FileAnnotation, IndustryClass
from clew.records.subject import Device, Email, IpEvent, IpUse, Payment

AT = datetime(2026, 3, 8, 1, 58, 12, tzinfo=UTC)
IP = IpEvent(address="192.0.2.17", use=IpUse.UPLOAD, at=AT, port=40123)


def filed_report() -> FiledReport:
    """One of everything that people and their tools look for."""
    return FiledReport(
        report_id=ReportId("01JREPORT0000000000000000A"),
        case_id=CaseId("01JCASE000000000000000000A"),
        report=_report(),
        clearinghouse="Test clearinghouse",
        number="4564654",
        received_at=datetime(2026, 3, 8, 2, 30, tzinfo=UTC),
        sender="Harbour Pictures Ltd",
        environment="test",
        files=(_picture(), _drawing()),
        made_at=datetime(2026, 3, 9, tzinfo=UTC),
    )


def text_only() -> FiledReport:
    """A case without any file."""
    filed = filed_report()
    return replace(filed, files=(), report=replace(filed.report, files=()))


def _report() -> Report:
    subject = ReportedSubject(
        identifier="account-771",
        screen_name="lighthouse",
        ip_events=(IP, IpEvent(address="2001:db8::5", use=IpUse.LOGIN)),
        person=Person(
            first_name="Ada",
            last_name="Example",
            birth_date=date(1990, 1, 2),
            emails=(Email(address="ada@example.org", verified=True),),
            phones=(Phone(number="5550100", calling_code="+1"),),
        ),
        location=Location(city="Utrecht", country="NL"),
        prior_reports=(4_000_001,),
        further=(Labelled(label="Favourite lighthouse", text="Bell Rock"),),
    )
    return Report(
        incident=Incident(
            type=IncidentType.MATERIAL, at=AT, platform="Harbour", annotations=frozenset({ReportAnnotation.SEXTORTION})
        ),
        reporter=Reporter(person=Person(emails=(Email(address="desk@example.org"),)), contact=Contact(first_name="Bo")),
        details=(WebPage(urls=("https://example.org/p/1",)), Chat(client="Harbour chat", content="see messages")),
        subjects=(subject,),
        recipients=(Recipient(identifier="account-9", additional_info=("a note",)),),
        victims=(Victim(person=Person(age=15), identifier="account-12"),),
        messages=(QuotedMessage(sender="account-771", text="<b>#set page(fill: red)</b>", at=AT, reported=True),),
        payments=(Payment(method="bitcoin", amount_minor=250_000, currency="BTC", account="bc1qexample"),),
        additional_info="Told in full.",
        absent=(Absence(field="subjects[0].devices", reason=AbsenceReason.NOT_HELD, because="no app is offered"),),
    )


def _picture() -> FiledFile:
    file = ReportFile(
        key="content-1",
        original_file_name="harbour.jpg",
        uploaded_at=AT,
        viewed=True,
        industry_class=IndustryClass.A2,
        ip_event=IP,
        devices=(Device(kind="advertising id", value="38400000-8cf0"),),
    )
    digests = {"md5": "d41d8cd98f00b204e9800998ecf8427e", "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}
    digests["sha256"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    return FiledFile(file=file, number="a" * 32, size_bytes=70_123, media_type="image/jpeg", digests=digests)


def _drawing() -> FiledFile:
    file = ReportFile(
        key="content-2",
        file_name="chart.png",
        annotations=frozenset({FileAnnotation.GENERATIVE_AI}),
        ai_provenance=AiProvenance(model="shapes-1", prompt="a blue square", source="made there"),
    )
    return FiledFile(file=file, digests={"md5": "0" * 32})
