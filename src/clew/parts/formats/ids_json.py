"""The JSON in which United States police download CyberTipline reports, so that their tools read ours unchanged.

UTF-8 with a byte order mark; times in UTC to the second; a key whose value is not held is null.

Source: key paths as read by two police-written parsers, itslily88/cybertipParser and koebbe14/CATRG.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

from clew.parts.formats._ids_keys import DETAILS, TYPES
from clew.parts.formats._ids_read import form_of
from clew.parts.formats._json_lines import JsonRecord, json_records
from clew.parts.formats.base import HandoverFormat, IntakeFormat
from clew.parts.formats.cybertipline.forgiving import read_forgivingly
from clew.records.handover import FiledFile, FiledReport
from clew.records.intake import Arrival, Unread
from clew.records.report import (
    Account,
    CellPhone,
    Chat,
    Contact,
    Game,
    IncidentDetail,
    Mail,
    Newsgroup,
    OutsideInternet,
    PeerToPeer,
    Person,
    Recipient,
    ReportedSubject,
    Victim,
    WebPage,
)
from clew.records.report_file import Labelled
from clew.records.subject import Device, IpEvent

_BOM = "\ufeff"


class IdsJson(HandoverFormat, IntakeFormat):
    """The police's JSON."""

    name = "ids_json"
    title = "JSON as United States police tools read it"
    suffix = ".json"
    media_type = "application/json"

    def write(self, filed: FiledReport) -> bytes:
        """One report as one document."""
        report = filed.report
        document = {
            "reportId": filed.number or str(filed.report_id),
            "dateReceived": _moment(filed.received_at),
            "reportedInformation": {
                "submittalId": str(filed.report_id),
                "reportingEsp": {"espName": filed.sender, "espMetadata": None},
                "incidentSummary": {
                    "incidentType": TYPES[report.incident.type] if report.incident.type else None,
                    "incidentDateTime": _moment(report.incident.at),
                    "incidentDateTimeDescription": report.incident.at_described,
                    "platform": report.incident.platform,
                    "escalateToHighPriority": report.incident.urgent_because,
                    "reportAnnotations": sorted(report.incident.annotations),
                },
                "incidentDetails": _details(report.details),
                "additionalInformations": _values(_words(filed)),
                "reportedPeople": {"reportedPersons": [_account(each) for each in report.subjects]},
                "intendedRecipients": [_account(each) for each in report.recipients],
                "victims": [_account(each) for each in report.victims],
                "uploadedFiles": {"uploadedFiles": [_file(each, filed.cautions) for each in filed.files]},
            },
        }
        return (_BOM + json.dumps(document, ensure_ascii=False, indent=2)).encode("utf-8")

    def is_like(self, head: bytes) -> bool:
        """The two keys that every such document has."""
        return b'"reportedInformation"' in head or b'"reportingEsp"' in head

    def read_reports(self, stream: BinaryIO, at: datetime) -> Iterator[Arrival | Unread]:
        """Every document of the stream; any key may be absent, null, or of another shape."""
        for record in json_records(stream):
            yield record if isinstance(record, Unread) else _arrival(record, at)


def _arrival(record: JsonRecord, at: datetime) -> Arrival | Unread:
    if not isinstance(record.value, dict):
        return Unread(place=record.place, because=f"report {record.place}: expected an object with reportedInformation")
    try:
        form = form_of(record.value)
        read = read_forgivingly(form.facts, at)
    except RecursionError:
        return Unread(place=record.place, because=f"report {record.place}: nested too deep; give plain objects")
    return Arrival(
        report=read.report,
        digest=record.digest,
        reference=form.reference,
        gaps=(*record.gaps, *form.gaps, *read.gaps),
        untimed=read.untimed,
    )


def _details(details: Sequence[IncidentDetail]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in DETAILS.values()}
    for each in details:
        found[DETAILS[type(each)]].append(_detail(each))
    return found


def _detail(detail: IncidentDetail) -> dict[str, Any]:
    own: dict[str, Any]
    match detail:
        case WebPage():
            own = {"url": list(detail.urls), "thirdPartyHostedContent": detail.third_party_hosted}
        case Mail():
            own = {"emailAddress": [each.address for each in detail.addresses], "content": detail.content}
        case Newsgroup():
            addresses = [each.address for each in detail.addresses]
            own = {"name": detail.name, "emailAddress": addresses, "content": detail.content}
        case Chat():
            own = {"chatClient": detail.client, "chatRoomName": detail.room, "content": detail.content}
        case Game():
            own = {"gameName": detail.name, "console": detail.console, "content": detail.content}
        case CellPhone():
            number = detail.number.number if detail.number else None
            own = {"phoneNumber": number, "latitude": detail.latitude_deg, "longitude": detail.longitude_deg}
        case OutsideInternet():
            own = {"locationName": detail.place, "incidentAddress": [_address(each) for each in detail.addresses]}
        case PeerToPeer():
            captures = _captures(detail.ip_events, ())
            own = {"client": detail.client, "fileNames": detail.file_names, "sourceInformation": captures}
    return own | {"additionalInformations": _values([detail.additional_info, *_told(detail.further)])}


def _account(account: ReportedSubject | Recipient | Victim) -> dict[str, Any]:
    said = account.additional_info
    words = list(said) if isinstance(said, tuple) else [said]
    return _person(account.person) | {
        "espUserId": account.identifier,
        "espService": account.service,
        "screenName": {"value": account.screen_name},
        "displayNames": list(account.display_names),
        "profileUrls": list(account.profile_urls),
        "profileBio": account.profile_bio,
        "compromisedAccount": account.compromised,
        "estimatedLocation": _location(account),
        "priorCTReports": list(account.prior_reports),
        "sourceInformation": _captures(account.ip_events, account.devices),
        "additionalInformations": _values([*words, *_told(account.further)]),
    }


def _person(person: Person | None) -> dict[str, Any]:
    contact: Contact = person or Contact()
    return {
        "firstName": contact.first_name,
        "middleName": None,
        "lastName": contact.last_name,
        "dateOfBirth": person.birth_date.isoformat() if person and person.birth_date else None,
        "age": person.age if person else None,
        "emails": {"emails": [{"value": each.address, "verified": each.verified} for each in contact.emails]},
        "phones": {
            "phones": [
                {"value": f"{each.calling_code or ''}{each.number}", "verified": each.verified}
                for each in contact.phones
            ]
        },
        "addresses": [_address(each) for each in contact.addresses],
    }


def _address(address: Any) -> dict[str, Any]:
    return {
        "address": address.street,
        "city": address.city,
        "state": address.state,
        "nonUsaState": address.region,
        "zipCode": address.postal_code,
        "country": address.country,
        "type": address.kind,
    }


def _location(account: Account) -> dict[str, Any] | None:
    where = account.location
    if where is None:
        return None
    return {"city": where.city, "region": where.region, "countryCode": where.country, "dateTime": _moment(where.at)}


def _file(filed: FiledFile, cautions: Sequence[str]) -> dict[str, Any]:
    file = filed.file
    # Absence of a viewing is written as what it means, false: a reader must never take it for "perhaps".
    return {
        "filename": file.file_name,
        "originalFilename": file.original_file_name,
        "fileId": filed.number,
        "fileSize": filed.size_bytes,
        "mimeType": filed.media_type,
        "verificationHash": filed.digests.get("md5"),
        "hashes": [{"type": kind.upper(), "value": value} for kind, value in sorted(filed.digests.items())],
        "viewedByEsp": bool(file.viewed),
        "exifViewedByEsp": bool(file.exif_viewed),
        "publiclyAvailable": file.publicly_available,
        "industryClassification": file.industry_class.value if file.industry_class else None,
        "uploadDateTime": _moment(file.uploaded_at),
        "locationOfFile": file.url,
        "ncmecTags": {"groups": []},
        "fileAnnotations": sorted(file.annotations),
        "additionalInformations": _values([*cautions, *file.additional_info, *_told(file.further)]),
        "sourceInformation": _captures((file.ip_event,) if file.ip_event else (), file.devices),
    }


def _captures(events: Sequence[IpEvent], devices: Sequence[Device]) -> dict[str, Any]:
    found = [
        {
            "captureType": "IP Address",
            "value": each.address,
            "port": each.port,
            "eventName": each.use.value.capitalize(),
            "dateTime": _moment(each.at),
            "possibleProxy": each.proxy,
        }
        for each in events
    ]
    found += [
        {
            "captureType": each.kind,
            "value": each.value,
            "port": None,
            "eventName": each.use.value.capitalize(),
            "dateTime": _moment(each.at),
        }
        for each in devices
    ]
    return {"sourceCaptures": found}


def _words(filed: FiledReport) -> list[str | None]:
    """What has no place of its own; first of all that it is a test, or was never filed."""
    return [*filed.cautions, filed.report.additional_info, *_told(filed.report.further), *_messages(filed)]


def _messages(filed: FiledReport) -> list[str]:
    return [f"{_moment(each.at) or 'time not known'} {each.sender}: {each.text}" for each in filed.report.messages]


def _told(further: Iterable[Labelled]) -> list[str]:
    return [f"{each.label}: {each.text}" for each in further]


def _values(texts: Iterable[str | None]) -> list[dict[str, str]]:
    return [{"value": each} for each in texts if each]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


PART = IdsJson()
