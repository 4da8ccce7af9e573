"""Documents taken apart and spoilt with the standard library, so that neither our reader nor our writer is trusted."""

import copy
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

# Limits and words as the documentation of June 2025 has them, written down apart from the schema table.
LENGTHS = {
    "incidentSummary/platform": 256,
    "escalateToHighPriority": 3_000,
    "incidentDateTimeDescription": 3_000,
    "url": 2_083,
    "newsgroupIncident/name": 255,
    "chatClient": 255,
    "chatRoomName": 255,
    "gameName": 255,
    "console": 255,
    "locationName": 255,
    "client": 255,
    "agencyName": 255,
    "caseNumber": 100,
    "legalURL": 2_083,
    "vehicleDescription": 300,
    "personOrUserReported/espIdentifier": 255,
    "intendedRecipient/espIdentifier": 255,
    "victim/espIdentifier": 255,
    "victim/espService": 100,
    "screenName": 256,
    "displayName": 255,
    "profileUrl": 2_083,
    "victim/schoolName": 255,
    "personOrUserReported/groupIdentifier": 255,
    "associatedAccount/platform": 256,
    "associatedAccount/firstName": 256,
    "associatedAccount/middleName": 256,
    "associatedAccount/lastName": 256,
    "associatedAccount/espService": 256,
    "associatedAccount/espIdentifier": 256,
    "associatedAccount/groupIdentifier": 256,
    "victimPerson/firstName": 100,
    "victimPerson/lastName": 100,
    "officerContact/firstName": 100,
    "phone": 50,
    "email": 255,
    "address/address": 255,
    "address/city": 100,
    "address/zipCode": 20,
    "address/nonUsaState": 100,
    "estimatedLocation/city": 255,
    "estimatedLocation/region": 255,
    "idType": 255,
    "idValue": 2_083,
    "originalFileName": 2_056,
    "locationOfFile": 2_083,
    "nameValuePair/name": 64,
}
ATTRIBUTE_LENGTHS = {"hashType": 64, "extension": 10}
WORDS = {"incidentType", "eventName", "fileRelevance", "industryClassification", "state", "country", "countryCode"}
WORD_ATTRIBUTES = {"reason", "type", "fleaCountry"}
MOMENTS = {"incidentDateTime", "dateTime", "uploadedToEspTimestamp"}
MOMENT_ATTRIBUTES = {
    "verificationDate",
    "timestamp",
    "disabledDate",
    "userNotifiedDate",
    "reenabledDate",
}
DAYS = {"dateOfBirth"}
TRUTHS = {
    "compromisedAccount",
    "reportedToLe",
    "servedLegalProcessDomestic",
    "servedLegalProcessInternational",
    "possibleProxy",
    "thirdPartyUserReported",
    "allEmailsReported",
    "accountTemporarilyDisabled",
    "accountPermanentlyDisabled",
    "fileViewedByEsp",
    "exifViewedByEsp",
    "publiclyAvailable",
}
NUMBERS = {"reportId", "port", "age", "approximateAge", "priorCTReports", "priorCTReport"}
REPEATED = {
    *(
        "internetDetails",
        "personOrUserReported",
        "intendedRecipient",
        "victim",
        "url",
        "emailAddress",
        "incidentAddress",
    ),
    *("ipCaptureEvent", "phone", "email", "address", "displayName", "profileUrl", "deviceId", "priorCTReports"),
    *("associatedAccount", "priorCTReport", "originalFileHash", "details", "nameValuePair", "additionalInfo"),
}
REQUIRED = {
    *(
        "incidentSummary",
        "incidentType",
        "incidentDateTime",
        "reporter",
        "reportingPerson",
        "agencyName",
        "victimPerson",
    ),
    *("ipAddress", "idType", "idValue", "reportId", "fileId", "nameValuePair", "name", "value"),
}
REQUIRED_ATTRIBUTES = {"hashType", "reason"}
UNORDERED = {"reportAnnotations", "fileAnnotations", "internetDetails"}


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A document with one thing wrong; `structure` when the schema itself forbids it."""

    what: str
    xml: bytes
    structure: bool


def spoilt(xml: bytes) -> Iterator[Spoilt]:
    """The document with every single corruption that this file knows, one at a time."""
    whole = ET.fromstring(xml)
    count = sum(1 for _ in whole.iter())
    for number in range(count):
        yield from _orders(whole, number)
        yield from _values(whole, number)
        yield from _occurrences(whole, number)


def _copy(whole: ET.Element, number: int) -> tuple[ET.Element, ET.Element]:
    made = copy.deepcopy(whole)
    return made, list(made.iter())[number]


def _bytes(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _orders(whole: ET.Element, number: int) -> Iterator[Spoilt]:
    _, element = _copy(whole, number)
    if element.tag in UNORDERED:
        return
    for place in range(len(element) - 1):
        if element[place].tag != element[place + 1].tag:
            root, changed = _copy(whole, number)
            first = changed[place]
            changed.remove(first)
            changed.insert(place + 1, first)
            yield Spoilt(f"{element.tag}: {first.tag} after its neighbour", _bytes(root), structure=True)


def _limit(parents: dict[ET.Element, ET.Element], element: ET.Element) -> int | None:
    parent = parents.get(element)
    name = f"{parent.tag}/{element.tag}" if parent is not None else element.tag
    return LENGTHS.get(name, LENGTHS.get(element.tag))


def _values(whole: ET.Element, number: int) -> Iterator[Spoilt]:
    element = list(whole.iter())[number]
    if not len(element):
        for text, structure in _wrong_texts(whole, element):
            root, changed = _copy(whole, number)
            changed.text = text
            yield Spoilt(f"{element.tag} = {text[:30]}", _bytes(root), structure)
    yield from _attribute_values(whole, number)


# What each kind of value can be spoilt into, and whether the schema itself forbids it.
_OFF_MOMENTS = [("2026-13-01T00:00:00Z", True), ("2026-11-20T10:00:00", False), ("2027-01-01T00:00:00Z", False)]
_WRONG = [
    (MOMENTS, _OFF_MOMENTS),
    (DAYS, [("2010-02-30", True), ("2027-01-01", False)]),
    (TRUTHS, [("yes", True)]),
    (NUMBERS, [("12a", True), ("1.5", True)]),
    ({"ipAddress"}, [("300.1.1.1", False)]),
]


def _wrong_texts(whole: ET.Element, element: ET.Element) -> Iterator[tuple[str, bool]]:
    parents = {child: parent for parent in whole.iter() for child in parent}
    limit = _limit(parents, element)
    if limit is not None:
        yield (element.text or "x").ljust(limit + 1, "x"), False
    if element.tag in WORDS:
        yield "Nonsense", True
        yield f" {element.text}", True
    for names, texts in _WRONG:
        if element.tag in names:
            yield from texts
    parent = parents.get(element)
    if parent is not None and parent.tag in {"reportAnnotations", "fileAnnotations"}:
        yield "false", True


def _attribute_values(whole: ET.Element, number: int) -> Iterator[Spoilt]:
    for name in list(whole.iter())[number].attrib:
        texts: list[tuple[str, bool]] = []
        if name in WORD_ATTRIBUTES:
            texts.append(("Nonsense", True))
        if name in MOMENT_ATTRIBUTES:
            texts += [("yesterday", True), ("2026-11-20T10:00:00", False), ("2027-01-01T00:00:00Z", False)]
        if name in ATTRIBUTE_LENGTHS:
            texts.append(("1" * (ATTRIBUTE_LENGTHS[name] + 1), False))
        if name in {"verified", "userNotified", "thirdPartyUser", "thirdPartyHostedContent"}:
            texts.append(("maybe", True))
        if name == "countryCallingCode":
            texts += [("47", True), ("+4711", True)]
        for text in texts:
            root, changed = _copy(whole, number)
            changed.set(name, text[0])
            yield Spoilt(f"@{name} = {text[0][:30]}", _bytes(root), text[1])


def _occurrences(whole: ET.Element, number: int) -> Iterator[Spoilt]:
    element = list(whole.iter())[number]
    parents = {child: parent for parent in whole.iter() for child in parent}
    for place, child in enumerate(element):
        many = child.tag in REPEATED and not (element.tag == "fileDetails" and child.tag == "ipCaptureEvent")
        many = many and not (child.tag == "address" and element.tag in {"address", "incidentAddress"})
        single_info = child.tag == "additionalInfo" and element.tag not in {"fileDetails", "intendedRecipient"}
        if not many or single_info:
            root, changed = _copy(whole, number)
            changed.insert(place + 1, copy.deepcopy(changed[place]))
            yield Spoilt(f"{child.tag} twice in {element.tag}", _bytes(root), structure=True)
        if child.tag in REQUIRED and not _optional_here(element, child, parents):
            root, changed = _copy(whole, number)
            changed.remove(changed[place])
            yield Spoilt(f"{element.tag} without {child.tag}", _bytes(root), structure=True)
    root, changed = _copy(whole, number)
    ET.SubElement(changed, "notInTheSchema")
    yield Spoilt(f"an unknown element in {element.tag}", _bytes(root), structure=True)
    root, changed = _copy(whole, number)
    changed.set("notInTheSchema", "1")
    yield Spoilt(f"an unknown attribute of {element.tag}", _bytes(root), structure=True)
    for name in REQUIRED_ATTRIBUTES & set(element.attrib):
        root, changed = _copy(whole, number)
        del changed.attrib[name]
        yield Spoilt(f"{element.tag} without @{name}", _bytes(root), structure=True)


def _optional_here(element: ET.Element, child: ET.Element, parents: dict[ET.Element, ET.Element]) -> bool:
    """A name that is required in one element and optional in another, and one of several that are enough."""
    several = child.tag == "nameValuePair" and sum(each.tag == child.tag for each in element) > 1
    return several or (child.tag == "name" and element.tag == "newsgroupIncident")
