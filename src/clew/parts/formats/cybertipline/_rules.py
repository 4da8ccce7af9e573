"""The rules beyond structure: what the service refuses although the schema allows it.

Each rule is a function from one place of the document to what is wrong there. Source: documentation of the NCMEC
CyberTipline Reporting API, June 2025, with its Appendix E on batched reports.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from clew.errors import InputError
from clew.ground.safe_xml import XmlNode
from clew.parts.formats.base import Fault, Rule
from clew.parts.formats.cybertipline._check import Place
from clew.parts.formats.cybertipline._grammar import Kind, Simple
from clew.parts.formats.cybertipline._people import (
    ASSOCIATED,
    EMAIL,
    LOCATION,
    PERMANENT_CLOSURE,
    PHONE,
    TEMPORARY_CLOSURE,
)
from clew.parts.formats.cybertipline._values import read_value
from clew.parts.formats.cybertipline._words import STATES

_MOMENT = Simple(kind=Kind.MOMENT)
# What a batched report may not hold besides its subjects, and each subject besides its identifier.
_NOT_IN_A_BATCH = ("internetDetails", "lawEnforcement", "intendedRecipient", "victim", "additionalInfo")
_NOT_OF_A_BATCHED_FILE = (
    "originalFileName",
    "locationOfFile",
    "originalFileHash",
    "ipCaptureEvent",
    "deviceId",
    "details",
    "additionalInfo",
)
_OF_A_BATCHED_FILE = {"viral", "potentialMeme"}
_INCIDENTS_WITH_ADDRESSES = ("emailIncident", "newsgroupIncident")
_INVOLVED = ("personOrUserReported", "intendedRecipient", "victim")


def broken_in_report(root: Place, all_places: list[Place]) -> Iterator[Fault]:
    """The rules that a report breaks."""
    yield from _everywhere(all_places)
    yield from _reporter_has_a_mail_address(root)
    yield from _one_subject_unless_batched(root)
    yield from _incident_addresses_belong_to_somebody(root)
    yield from _batch_holds_identifiers_only(root)


def broken_in_file(root: Place, all_places: list[Place], *, batched: bool) -> Iterator[Fault]:
    """The rules that what is said of a file breaks."""
    yield from _everywhere(all_places)
    yield from _exif_is_viewed_with_its_file(root)
    yield from _supplemental_is_not_classified(root)
    if batched:
        yield from _batched_file_is_viral(root)


def _everywhere(all_places: list[Place]) -> Iterator[Fault]:
    for place in all_places:
        for of, rules in _RULES_OF:
            if place.of is of:
                for rule in rules:
                    yield from rule(place)


# ---------------------------------------------------------------- rules of one kind of element


def _calling_code_is_not_repeated(place: Place) -> Iterator[Fault]:
    code, number = place.node.attributes.get("countryCallingCode"), place.node.text.strip()
    if code and repeats_code(number, code):
        yield _fault(place, "", Rule.CALLING_CODE, "the number without its calling code", "both")


def repeats_code(number: str, code: str) -> bool:
    """Whether a number begins with the calling code that is given apart from it."""
    return number.startswith(("+", f"00{code.lstrip('+')}"))


def _a_date_of_verification_needs_a_verification(place: Place) -> Iterator[Fault]:
    attributes = place.node.attributes
    if "verificationDate" in attributes and not _true(attributes.get("verified")):
        yield _fault(place, "/@verificationDate", Rule.VERIFICATION, "verified to be true", "it is not")


def _one_of_age_and_birth(place: Place) -> Iterator[Fault]:
    if _all(place.node, "approximateAge") and _all(place.node, "dateOfBirth"):
        yield _fault(place, "", Rule.AGE, "approximateAge or dateOfBirth", "both")


def _location_has_country_and_us_region(place: Place) -> Iterator[Fault]:
    city, region, country = (_text(place.node, name) for name in ("city", "region", "countryCode"))
    if not country:
        yield _fault(place, "/countryCode", Rule.MISSING, "<countryCode>", "none")
    if country == "US" and region and region not in STATES:
        yield _fault(place, "/region", Rule.REGION, "two letters of a US state or territory", "another")
    if country == "US" and city and not region:
        yield _fault(place, "/region", Rule.REGION, "a region beside a city of the United States", "none")


def _closure_is_in_order(place: Place) -> Iterator[Fault]:
    closed, told, again = (
        _moment(place.node.attributes.get(name)) for name in ("disabledDate", "userNotifiedDate", "reenabledDate")
    )
    if closed and told and told < closed:
        yield _fault(place, "/@userNotifiedDate", Rule.CLOSURE, "not before disabledDate", "before it")
    if closed and again and again <= closed:
        yield _fault(place, "/@reenabledDate", Rule.CLOSURE, "after disabledDate", "not after it")


_PlaceRule = Callable[[Place], Iterator[Fault]]
_RULES_OF: list[tuple[object, tuple[_PlaceRule, ...]]] = [
    (PHONE, (_calling_code_is_not_repeated, _a_date_of_verification_needs_a_verification)),
    (EMAIL, (_a_date_of_verification_needs_a_verification,)),
    (ASSOCIATED, (_one_of_age_and_birth,)),
    (LOCATION, (_location_has_country_and_us_region,)),
    (PERMANENT_CLOSURE, (_closure_is_in_order,)),
    (TEMPORARY_CLOSURE, (_closure_is_in_order,)),
]


# ---------------------------------------------------------------- rules of a report


def _reporter_has_a_mail_address(root: Place) -> Iterator[Fault]:
    people = [person for each in _all(root.node, "reporter") for person in _all(each, "reportingPerson")]
    if people and not any(_all(person, "email") for person in people):
        yield _fault(root, "/reporter/reportingPerson/email", Rule.REPORTER_EMAIL, "a mail address", "none")


def _one_subject_unless_batched(root: Place) -> Iterator[Fault]:
    count = len(_all(root.node, "personOrUserReported"))
    if count > 1 and not _all(root.node, "batchedReport"):
        yield _fault(root, "/personOrUserReported", Rule.SEVERAL_SUBJECTS, "at most 1; file one each", f"{count}")


def _incident_addresses_belong_to_somebody(root: Place) -> Iterator[Fault]:
    theirs = {
        email.text.strip().lower() for name in _INVOLVED for each in _all(root.node, name) for email in _mail(each)
    }
    for number, details in enumerate(_all(root.node, "internetDetails"), start=1):
        for incident in (child for child in details.children if child.name in _INCIDENTS_WITH_ADDRESSES):
            for place, address in enumerate(_all(incident, "emailAddress"), start=1):
                if address.text.strip().lower() not in theirs:
                    path = f"/internetDetails[{number}]/{incident.name}/emailAddress[{place}]"
                    yield _fault(root, path, Rule.INCIDENT_EMAIL, "it under a person or account, too", "it under none")


def _batch_holds_identifiers_only(root: Place) -> Iterator[Fault]:
    if not _all(root.node, "batchedReport"):
        return
    for name in _NOT_IN_A_BATCH:
        if _all(root.node, name):
            yield _fault(root, f"/{name}", Rule.BATCH, "none in a batched report", "one or more")
    for summary in _all(root.node, "incidentSummary"):
        if _all(summary, "escalateToHighPriority"):
            path = "/incidentSummary/escalateToHighPriority"
            yield _fault(root, path, Rule.BATCH, "none in a batched report", "one")
    for number, subject in enumerate(_all(root.node, "personOrUserReported"), start=1):
        path = f"/personOrUserReported[{number}]"
        more = sorted({child.name for child in subject.children} - {"espIdentifier"})
        if more:
            yield _fault(root, path, Rule.BATCH, "espIdentifier alone in a batched report", f"{len(more)} others")
        if not _all(subject, "espIdentifier"):
            yield _fault(root, path, Rule.BATCH, "espIdentifier in a batched report", "none")


# ---------------------------------------------------------------- rules of a file


def _exif_is_viewed_with_its_file(root: Place) -> Iterator[Fault]:
    if _true(_text(root.node, "exifViewedByEsp")) and not _true(_text(root.node, "fileViewedByEsp")):
        yield _fault(root, "/exifViewedByEsp", Rule.EXIF_VIEWED, "fileViewedByEsp to be true", "it is not")


def _supplemental_is_not_classified(root: Place) -> Iterator[Fault]:
    if _text(root.node, "fileRelevance") != "Supplemental Reported":
        return
    if _all(root.node, "industryClassification"):
        yield _fault(root, "/industryClassification", Rule.SUPPLEMENTAL, "none of a supplemental file", "one")
    marked = any(_all(each, "potentialMeme") for each in _all(root.node, "fileAnnotations"))
    if marked or _true(_text(root.node, "potentialMeme")):
        yield _fault(root, "/potentialMeme", Rule.SUPPLEMENTAL, "none of a supplemental file", "one")


def _batched_file_is_viral(root: Place) -> Iterator[Fault]:
    if _text(root.node, "fileRelevance") not in {None, "Reported"}:
        yield _fault(root, "/fileRelevance", Rule.BATCH, "Reported in a batched report", "another")
    marks = {mark.name for each in _all(root.node, "fileAnnotations") for mark in each.children}
    if _true(_text(root.node, "potentialMeme")):
        marks.add("potentialMeme")
    if not marks & _OF_A_BATCHED_FILE:
        yield _fault(root, "/fileAnnotations", Rule.BATCH, "viral or potentialMeme in a batched report", "neither")
    if marks - _OF_A_BATCHED_FILE:
        yield _fault(root, "/fileAnnotations", Rule.BATCH, "no other mark in a batched report", "others")
    for name in _NOT_OF_A_BATCHED_FILE:
        if _all(root.node, name):
            yield _fault(root, f"/{name}", Rule.BATCH, "none in a batched report", "one or more")


# ---------------------------------------------------------------- reading a tree that may be wrong


def _all(node: XmlNode, name: str) -> list[XmlNode]:
    return [child for child in node.children if child.name == name]


def _text(node: XmlNode, name: str) -> str | None:
    found = _all(node, name)
    return found[0].text.strip() if found else None


def _true(text: str | None) -> bool:
    return text is not None and text.strip() in {"true", "1"}


def _moment(text: str | None) -> datetime | None:
    """The moment; None also for a text that is none, which is another fault."""
    try:
        found = read_value(_MOMENT, text) if text is not None else None
    except InputError:
        return None
    return found if isinstance(found, datetime) else None


def _mail(node: XmlNode) -> Iterator[XmlNode]:
    """Every mail address within an element, at whatever depth."""
    for child in node.children:
        if child.name == "email":
            yield child
        yield from _mail(child)


def _fault(place: Place, below: str, rule: Rule, expected: str, came: str) -> Fault:
    return Fault(path=place.path + below, rule=rule, expected=expected, came=came, line=_line(place.node, below))


def _line(node: XmlNode, below: str) -> int:
    """The line of the first element on a path; of the last that there is, where it leads on."""
    for step in below.strip("/").split("/"):
        name, _, number = step.partition("[")
        found = _all(node, name)
        if not found:
            break
        node = found[int(number.rstrip("]")) - 1 if number else 0]
    return node.line
