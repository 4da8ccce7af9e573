"""CASE/UCO JSON-LD: the report as a graph of accounts, files and acts that any investigation tool may join to others.

Source: CASE 1.x and UCO 1.x ontologies, casework/CASE-Examples.
"""

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from clew.parts.formats.base import HandoverFormat
from clew.records.handover import FiledFile, FiledReport
from clew.records.report import Person, Recipient, ReportedSubject, Victim
from clew.records.subject import IpEvent

_UCO = "https://ontology.unifiedcyberontology.org/uco/"
_CONTEXT = {
    "kb": "http://example.org/kb/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "investigation": "https://ontology.caseontology.org/case/investigation/",
    **{f"uco-{module}": f"{_UCO}{module}/" for module in ("core", "identity", "observable", "types", "role", "action")},
}
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://clew.invalid/case-uco")
_METHODS = {"md5": "MD5", "sha1": "SHA1", "sha256": "SHA256"}

_Node = dict[str, Any]


class CaseUco(HandoverFormat):
    """The report as a CASE bundle."""

    name = "case_uco"
    title = "CASE/UCO JSON-LD"
    suffix = ".case.jsonld"
    media_type = "application/ld+json"

    def write(self, filed: FiledReport) -> bytes:
        """One bundle; the same report always gives the same names."""
        graph = _Graph(filed)
        report = filed.report
        parties = [graph.account(each, "Reported account") for each in report.subjects]
        parties += [graph.account(each, "Recipient") for each in report.recipients]
        parties += [graph.account(each, "Victim") for each in report.victims]
        graph.investigation(parties, [graph.file(each) for each in filed.files])
        bundle: _Node = {"@context": _CONTEXT, "@id": graph.name("bundle"), "@type": "uco-core:Bundle"}
        bundle |= _described_as(filed.cautions)
        return json.dumps(bundle | {"uco-core:object": graph.nodes}, ensure_ascii=False, indent=1).encode("utf-8")


class _Graph:
    """The nodes of one report."""

    def __init__(self, filed: FiledReport) -> None:
        self._filed = filed
        self.nodes: list[_Node] = []

    def name(self, kind: str) -> str:
        """The next node's name; it depends on the report and on the node's place."""
        return f"kb:{kind}-{uuid.uuid5(_NAMESPACE, f'{self._filed.report_id} {kind} {len(self.nodes)}')}"

    def account(self, account: ReportedSubject | Recipient | Victim, role: str) -> str:
        """An account with its addresses and the person behind it, as the platform knows them."""
        shown = account.screen_name or next(iter(account.display_names), None)
        facets = _facets(
            _facet("AccountFacet", accountIdentifier=account.identifier),
            _facet("DigitalAccountFacet", displayName=shown),
        )
        name = self._add("account", "uco-observable:ObservableObject", {"uco-core:hasFacet": facets})
        for event in account.ip_events:
            self._relate(self._address(event), name, "Connected_To", event)
        if account.person is not None:
            self._person(account.person, name)
        self._relate(self._add("role", "uco-role:Role", {"uco-core:name": role}), name, "Role_Of")
        return name

    def file(self, filed: FiledFile) -> str:
        """A file by its names and digests."""
        file = filed.file
        hashes = [_hash(kind, value) for kind, value in sorted(filed.digests.items())]
        facets = _facets(
            _facet("FileFacet", fileName=file.original_file_name or file.file_name, sizeInBytes=filed.size_bytes),
            _facet("ContentDataFacet", hash=hashes, mimeType=filed.media_type),
            _facet("URLFacet", fullValue=file.url),
        )
        viewed = f"Viewed in full by the platform: {'yes' if file.viewed else 'no'}"
        properties = {"uco-core:hasFacet": facets} | _described_as([*self._filed.cautions, viewed])
        name = self._add("file", "uco-observable:File", properties)
        if file.ip_event is not None:
            self._relate(self._address(file.ip_event), name, "Uploaded_From", file.ip_event)
        return name

    def investigation(self, parties: Sequence[str], files: Sequence[str]) -> None:
        """The report itself: who filed it, when it was received, and what it names."""
        filed = self._filed
        sender = self._add("organization", "uco-identity:Organization", {"uco-core:name": filed.sender})
        act = {
            "uco-core:name": f"Report {filed.marked_name} to {filed.clearinghouse}",
            "uco-action:endTime": _typed(filed.received_at),
            "uco-action:performer": {"@id": sender},
            "uco-action:result": _links([*parties, *files]),
        }
        report = self._add("report", "investigation:InvestigativeAction", act)
        exhibit = {"investigation:exhibitNumber": filed.name, "uco-core:object": _links(files)}
        provenance = self._add("provenance", "investigation:ProvenanceRecord", exhibit)
        said = f"Environment: {filed.environment}; incident type {filed.report.incident.type}"
        whole = {
            "uco-core:name": f"Report {filed.marked_name}",
            "uco-core:object": _links([report, provenance]),
        } | _described_as([*filed.cautions, said])
        self._add("investigation", "investigation:Investigation", whole)

    def _person(self, person: Person, account: str) -> None:
        names = {"uco-identity:givenName": person.first_name, "uco-identity:familyName": person.last_name}
        facets = _facets(
            _held("uco-identity:SimpleNameFacet", names),
            _held("uco-identity:BirthInformationFacet", {"uco-identity:birthdate": _typed_date(person)}),
        )
        identity = self._add("person", "uco-identity:Person", {"uco-core:hasFacet": facets})
        self._relate(identity, account, "Has_Account")
        for mail in person.emails:
            mine = {"uco-core:hasFacet": [_facet("EmailAddressFacet", addressValue=mail.address)]}
            self._relate(self._add("email", "uco-observable:EmailAddress", mine), identity, "Address_Of")
        for phone in person.phones:
            number = f"{phone.calling_code or ''}{phone.number}"
            mine = {"uco-core:hasFacet": [_facet("PhoneAccountFacet", phoneNumber=number)]}
            self._relate(self._add("phone", "uco-observable:PhoneAccount", mine), identity, "Number_Of")

    def _address(self, event: IpEvent) -> str:
        version = "IPv6" if ":" in event.address else "IPv4"
        facet = _facet(f"{version}AddressFacet", addressValue=event.address)
        return self._add("ip", f"uco-observable:{version}Address", {"uco-core:hasFacet": [facet]})

    def _relate(self, source: str, target: str, kind: str, event: IpEvent | None = None) -> None:
        tie = {
            "uco-core:source": {"@id": source},
            "uco-core:target": {"@id": target},
            "uco-core:kindOfRelationship": kind,
            "uco-core:isDirectional": True,
            "uco-core:startTime": _typed(event.at) if event else None,
            "uco-core:description": _described(event),
        }
        self._add("relationship", "uco-observable:ObservableRelationship", tie)

    def _add(self, kind: str, node_type: str, properties: _Node) -> str:
        name = self.name(kind)
        self.nodes.append({"@id": name} | _held(node_type, properties))
        return name


def _described_as(sentences: Sequence[str]) -> _Node:
    return {"uco-core:description": " ".join(sentences)} if sentences else {}


def _described(event: IpEvent | None) -> str | None:
    if event is None:
        return None
    port = f", port {event.port}" if event.port else ", port not held"
    return f"{event.use.value}{port}"


def _hash(kind: str, value: str) -> _Node:
    return {
        "@type": "uco-types:Hash",
        "uco-types:hashMethod": _METHODS.get(kind, kind.upper()),
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": value},
    }


def _facet(kind: str, **properties: object) -> _Node:
    return _held(f"uco-observable:{kind}", {f"uco-observable:{key}": value for key, value in properties.items()})


def _facets(*facets: _Node) -> list[_Node]:
    """Those that say anything beside their type."""
    return [each for each in facets if len(each) > 1]


def _held(node_type: str, properties: _Node) -> _Node:
    """A node with what is held; what is not held is left out, as the ontologies have it."""
    return {"@type": node_type} | {key: value for key, value in properties.items() if value not in (None, [], "")}


def _links(names: Sequence[str]) -> list[_Node]:
    return [{"@id": each} for each in names]


def _typed(at: datetime | None) -> _Node | None:
    if at is None:
        return None
    return {"@type": "xsd:dateTime", "@value": at.astimezone(UTC).isoformat(timespec="seconds")}


def _typed_date(person: Person) -> _Node | None:
    return None if person.birth_date is None else {"@type": "xsd:date", "@value": person.birth_date.isoformat()}


PART = CaseUco()
