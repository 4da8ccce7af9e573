"""What stands on the paper: a report as titled sections of labelled values, absence said in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from clew.records.handover import FiledFile, FiledReport
from clew.records.report import (
    Account,
    Address,
    AssociatedAccount,
    CellPhone,
    Chat,
    Contact,
    Game,
    IncidentDetail,
    LawEnforcement,
    Mail,
    Newsgroup,
    OutsideInternet,
    PeerToPeer,
    Person,
    Recipient,
    Report,
    ReportedSubject,
    Victim,
    WebPage,
)
from clew.records.report_file import Labelled
from clew.records.subject import Device, IpEvent, Payment

Row = tuple[str, str]

_DETAILS: dict[type[IncidentDetail], str] = {
    WebPage: "On a web page",
    Mail: "By e-mail",
    Newsgroup: "In a newsgroup",
    Chat: "In a chat or by direct messages",
    Game: "In an online game",
    CellPhone: "By telephone or text messages",
    OutsideInternet: "Without any network",
    PeerToPeer: "In a file-sharing network",
}
NOT_HELD = "not held"


@dataclass(slots=True)
class Section:
    """A part of the paper with its own title."""

    title: str
    rows: list[Row] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def say(self, label: str, value: object) -> None:
        """A line, unless there is nothing to say."""
        shown = words(value)
        if shown:
            self.rows.append((label, shown))

    def say_all(self, label: str, values: Iterable[object]) -> None:
        """A line for each value."""
        for each in values:
            self.say(label, each)


@dataclass(frozen=True, slots=True)
class Paper:
    """All that is printed."""

    title: str
    heading: str
    footing: str
    sender: str
    environment: str
    lead: Sequence[str]
    sections: Sequence[Section]

    def document(self) -> dict[str, Any]:
        """As the template takes it."""
        sections = [{"title": each.title, "rows": each.rows, "text": each.text} for each in self.sections]
        return {
            "title": self.title,
            "heading": self.heading,
            "footing": self.footing,
            "sender": self.sender,
            "environment": self.environment,
            "lead": list(self.lead),
            "sections": sections,
        }


def paper_of(filed: FiledReport) -> Paper:
    """The whole report."""
    report = filed.report
    sections = [_summary(filed), _incident(report), *map(_detail, report.details)]
    sections += [_account("Reported account", number, each) for number, each in enumerate(report.subjects, 1)]
    sections += [_account("Intended recipient", number, each) for number, each in enumerate(report.recipients, 1)]
    sections += [_account("Child", number, each) for number, each in enumerate(report.victims, 1)]
    sections += [_file(number, each) for number, each in enumerate(filed.files, 1)]
    sections += [_messages(report), _payments(report), _authority(report.law_enforcement), _reporter(report)]
    sections.append(_rest(report))
    return paper(filed, f"Report {filed.marked_name}", [], [each for each in sections if each.rows or each.text])


def paper(filed: FiledReport, title: str, lead: Sequence[str], sections: Sequence[Section]) -> Paper:
    """A paper about a report, with the lines that stand on every page."""
    marks = "; ".join(each.partition(".")[0] for each in filed.cautions)
    return Paper(
        title=title,
        heading=f"{filed.sender} to {filed.clearinghouse}",
        footing=f"Report {filed.report_id}, made {words(filed.made_at)}",
        sender=filed.sender,
        environment=marks or "Confidential",
        lead=[*filed.cautions, *lead],
        sections=sections,
    )


def words(value: object) -> str:
    """A value as a person reads it; "" for what is not there."""
    match value:
        case None | "":
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _summary(filed: FiledReport) -> Section:
    section = Section("Filing")
    section.say("Number", filed.number or "not given yet")
    section.say("Received by" if filed.received_at else "Addressed to", filed.clearinghouse)
    section.say("Received at", filed.received_at or "not acknowledged")
    section.say("Environment", filed.environment)
    section.say("Own number", filed.report_id)
    section.say("Files", len(filed.files) or "none: a case of text alone")
    return section


def _incident(report: Report) -> Section:
    incident = report.incident
    section = Section("Incident")
    section.say("Type", incident.type.value.replace("-", " ") if incident.type else "not chosen")
    section.say("Time", incident.at)
    section.say("About the time", incident.at_described)
    section.say("Platform", incident.platform)
    section.say("Urgent because", incident.urgent_because)
    section.say("Annotations", ", ".join(sorted(each.replace("-", " ") for each in incident.annotations)))
    section.say("Many accounts", report.batch)
    return section


def _detail(detail: IncidentDetail) -> Section:
    section = Section(_DETAILS[type(detail)])
    match detail:
        case WebPage():
            section.say_all("Address", detail.urls)
            section.say("Hosted elsewhere", detail.third_party_hosted)
        case Mail() | Newsgroup():
            section.say("Name", getattr(detail, "name", None))
            section.say_all("Address", (each.address for each in detail.addresses))
            section.say("Text", detail.content)
        case Chat():
            section.say("Programme", detail.client)
            section.say("Room", detail.room)
            section.say("Text", detail.content)
        case Game():
            section.say("Game", detail.name)
            section.say("Console", detail.console)
            section.say("Text", detail.content)
        case CellPhone():
            section.say("Number", detail.number.number if detail.number else None)
            section.say("Latitude, degrees north", detail.latitude_deg)
            section.say("Longitude, degrees east", detail.longitude_deg)
        case OutsideInternet():
            section.say("Place", detail.place)
            section.say_all("Address", map(_address, detail.addresses))
        case PeerToPeer():
            section.say("Programme", detail.client)
            section.say_all("IP address", map(_ip, detail.ip_events))
            section.say("File names", detail.file_names)
    section.say("Further", detail.additional_info)
    _further(section, detail.further)
    return section


def _account(what: str, number: int, account: ReportedSubject | Recipient | Victim) -> Section:
    section = Section(f"{what} {number}")
    _known(section, account)
    _person(section, account.person)
    if isinstance(account, ReportedSubject):
        section.say("Vehicle", account.vehicle)
    if isinstance(account, Victim):
        section.say("School", account.school)
    if not isinstance(account, Recipient):
        section.say_all("Associated account", map(_associated, account.associated))
    if not isinstance(account, Victim):
        section.say("Group", account.group_identifier)
    said = account.additional_info
    section.say_all("Further", said if isinstance(said, tuple) else (said,))
    _further(section, account.further)
    return section


def _known(section: Section, account: Account) -> None:
    section.say("Account id", account.identifier or NOT_HELD)
    section.say("Service", account.service)
    section.say("Screen name", account.screen_name)
    section.say_all("Display name", account.display_names)
    section.say_all("Profile", account.profile_urls)
    section.say("Profile text", account.profile_bio)
    section.say("Taken over by others", account.compromised)
    section.say_all("IP address", map(_ip, account.ip_events) if account.ip_events else [NOT_HELD])
    section.say_all("Device", map(_device, account.devices))
    section.say_all("Earlier report", account.prior_reports)
    for label, closure in (("for a time", account.temporarily_closed), ("for good", account.permanently_closed)):
        if closure is not None:
            when = f", {words(closure.at)}" if closure.at else ""
            section.say(f"Closed {label}", f"{words(closure.closed)}{when}")
    if account.location is not None:
        where = account.location
        section.say("Estimated place", ", ".join(filter(None, (where.city, where.region, where.country))))


def _person(section: Section, person: Person | None) -> None:
    if person is None:
        return
    section.say("Name", " ".join(filter(None, (person.first_name, person.last_name))))
    section.say("Age", person.age)
    section.say("Born", person.birth_date)
    section.say("Stated age contested", person.age_contested)
    _contact(section, person)


def _contact(section: Section, contact: Contact) -> None:
    verified = {True: ", verified", False: ", not verified", None: ""}
    section.say_all("E-mail", (f"{each.address}{verified[each.verified]}" for each in contact.emails))
    phones = (f"{each.calling_code or ''} {each.number}{verified[each.verified]}" for each in contact.phones)
    section.say_all("Telephone", phones)
    section.say_all("Address", map(_address, contact.addresses))


def _file(number: int, filed: FiledFile) -> Section:
    file = filed.file
    section = Section(f"File {number}")
    section.say("Name at upload", file.original_file_name or file.file_name or NOT_HELD)
    section.say("Number there", filed.number or "bytes not sent")
    section.say("Upload's own id", file.reference)
    section.say("Uploaded at", file.uploaded_at or NOT_HELD)
    section.say("Uploaded from", _ip(file.ip_event) if file.ip_event else NOT_HELD)
    section.say_all("Device", map(_device, file.devices))
    section.say("Location", file.url)
    section.say("Size", f"{filed.size_bytes:,} bytes" if filed.size_bytes is not None else NOT_HELD)
    section.say("Media type", filed.media_type)
    for kind, value in sorted(filed.digests.items()):
        section.say(kind.upper(), value)
    section.say("Viewed in full by the platform", bool(file.viewed))
    section.say("EXIF viewed by the platform", bool(file.exif_viewed))
    section.say("Entirely public", file.publicly_available if file.publicly_available is not None else "not said")
    section.say("Class", file.industry_class)
    section.say("Annotations", ", ".join(sorted(each.replace("-", " ") for each in file.annotations)))
    if file.ai_provenance is not None:
        made = file.ai_provenance
        section.say("Generated with", made.model)
        section.say("Prompt", made.prompt)
        section.say("Came from", made.source)
    section.say_all("Further", file.additional_info)
    _further(section, file.further)
    return section


def _messages(report: Report) -> Section:
    section = Section("Messages")
    for each in report.messages:
        mark = "" if each.reported else " (context)"
        when = words(each.at) or "time not held"
        section.rows.append((f"{each.sender}{mark}", f"{each.text}\n{when}{_from(each.ip_event)}"))
    return section


def _payments(report: Report) -> Section:
    section = Section("Payments")
    section.say_all("Payment", map(_payment, report.payments))
    return section


def _authority(known: LawEnforcement | None) -> Section:
    section = Section("Authorities that know of it")
    if known is not None:
        section.say("Agency", known.agency)
        section.say("Case number", known.case_number)
        section.say("Reported to them", known.reported_to)
        section.say("Process served within the country", known.served_domestic)
        section.say("Process served from abroad", known.served_international)
        section.say("From", known.process_country)
        if known.officer is not None:
            section.say("Officer", " ".join(filter(None, (known.officer.first_name, known.officer.last_name))))
            _contact(section, known.officer)
    return section


def _reporter(report: Report) -> Section:
    section = Section("Who reports")
    _person(section, report.reporter.person)
    if report.reporter.contact is not None:
        _contact(section, report.reporter.contact)
    section.say("About the company", report.reporter.company_text)
    section.say("Terms of service", report.reporter.terms_of_service)
    section.say("Legal process goes to", report.reporter.legal_url)
    return section


def _rest(report: Report) -> Section:
    section = Section("Further facts, and what is left out")
    section.say("Further", report.additional_info)
    _further(section, report.further)
    for each in report.absent:
        because = f": {each.because}" if each.because else ""
        section.say(each.field, f"{each.reason.value.replace('-', ' ')}{because}")
    return section


def _further(section: Section, further: Iterable[Labelled]) -> None:
    for each in further:
        section.say(each.label, each.text)


def _ip(event: IpEvent) -> str:
    port = f" port {event.port}" if event.port else ", port not held"
    when = words(event.at) or "time not held"
    proxy = ", possibly a proxy" if event.proxy else ""
    return f"{event.address}{port}, {event.use.value}, {when}{proxy}"


def _from(event: IpEvent | None) -> str:
    return f", from {_ip(event)}" if event else ""


def _device(device: Device) -> str:
    when = f", {words(device.at)}" if device.at else ""
    return f"{device.kind} {device.value}{when}"


def _address(address: Address) -> str:
    parts = (address.street, address.postal_code, address.city, address.state or address.region, address.country)
    return ", ".join(filter(None, parts))


def _associated(account: AssociatedAccount) -> str:
    parts = (account.tie.value, account.platform, account.identifier, account.screen_name)
    return ", ".join(filter(None, (*parts, *(each.address for each in account.emails))))


def _payment(payment: Payment) -> str:
    amount = f"{payment.amount_minor} smallest units of {payment.currency}" if payment.amount_minor is not None else ""
    return ", ".join(filter(None, (payment.method, amount, payment.account, payment.reference, words(payment.at))))
