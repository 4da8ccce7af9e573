# ruff: noqa: E501  one case stands in one line
"""Each rule beyond the schema: one document that keeps it and one that breaks it, and no other fault in either."""

import re
from datetime import timedelta

import pytest

from clew.parts.formats.base import Root, Rule
from clew.parts.formats.cybertipline import PART
from tests.parts.formats.report_facts import NOW

EMAIL = "<email>desk@example.org</email>"
SUMMARY = (
    "<incidentType>Child Sex Trafficking</incidentType>{}<incidentDateTime>2026-11-20T09:00:00Z</incidentDateTime>"
)


def report(*, batch: str = "", summary: str = "", details: str = "", reporter: str = EMAIL, rest: str = "") -> bytes:
    incident = f"<incidentSummary>{SUMMARY.format(summary)}</incidentSummary>"
    who = f"<reporter><reportingPerson>{reporter}</reportingPerson></reporter>"
    return f"<report>{batch}{incident}{details}{who}{rest}</report>".encode()


def person(inner: str) -> bytes:
    return report(
        rest=f"<personOrUserReported><personOrUserReportedPerson>{inner}</personOrUserReportedPerson></personOrUserReported>"
    )


def account(inner: str) -> bytes:
    return report(rest=f"<personOrUserReported>{inner}</personOrUserReported>")


def file(inner: str) -> bytes:
    return f"<fileDetails><reportId>1</reportId><fileId>f</fileId>{inner}</fileDetails>".encode()


def rules(xml: bytes, root: Root = "report", *, batched: bool = False, tolerant: bool = False) -> set[Rule]:
    return {each.rule for each in PART.faults_of(xml, root, "2025-06", at=NOW, batched=batched, tolerant=tolerant)}


def moment(summary: str) -> bytes:
    return report().replace(b"2026-11-20T09:00:00Z", summary.encode())


REPORTS = [
    ("a mark is empty", report(summary="<reportAnnotations><spam/></reportAnnotations>"), None),
    ("a mark is true", report(summary="<reportAnnotations><spam>true</spam></reportAnnotations>"), None),
    ("a mark is false", report(summary="<reportAnnotations><spam>false</spam></reportAnnotations>"), Rule.WORD),
    ("a time with Z", moment("2026-11-22T19:59:59Z"), None),
    ("a time with an offset", moment("2026-11-22T20:59:59+01:00"), None),
    ("a time without an offset", moment("2026-11-20T09:00:00"), Rule.OFFSET),
    ("a time to come", moment("2026-11-22T20:00:01Z"), Rule.FUTURE),
    ("this very moment", moment(NOW.isoformat()), Rule.FUTURE),
    ("a time past by its offset alone", moment("2026-11-22T19:59:59-01:00"), Rule.FUTURE),
    ("a reason for urgency", report(summary="<escalateToHighPriority>why</escalateToHighPriority>"), None),
    ("a blank reason", report(summary="<escalateToHighPriority> </escalateToHighPriority>"), Rule.BLANK),
    ("a reporter without mail", report(reporter="<firstName>A</firstName>"), Rule.REPORTER_EMAIL),
    ("one subject", account("<espIdentifier>1</espIdentifier>"), None),
    ("two subjects", report(rest="<personOrUserReported/>" * 2), Rule.SEVERAL_SUBJECTS),
    ("an address", report(details="<internetDetails><webPageIncident><url>https://example.org/a?b=c</url></webPageIncident></internetDetails>"), None),
    ("an address with space", report(details="<internetDetails><webPageIncident><url>https://example.org/a b</url></webPageIncident></internetDetails>"), Rule.FORM),
    ("an address with a line end", report(details="<internetDetails><webPageIncident><url>https://example.org/&#10;b</url></webPageIncident></internetDetails>"), Rule.FORM),
    ("an incident's mail that is somebody's", report(details="<internetDetails><emailIncident><emailAddress>a@example.org</emailAddress></emailIncident></internetDetails>", rest="<victim><victimPerson><email>A@example.org</email></victimPerson></victim>"), None),
    ("an incident's mail in other letters than a subject's", report(details="<internetDetails><emailIncident><emailAddress>A@Example.org</emailAddress></emailIncident></internetDetails>", rest="<personOrUserReported><personOrUserReportedPerson><email>a@example.org</email></personOrUserReportedPerson></personOrUserReported>"), None),
    ("an incident's mail that is a recipient's", report(details="<internetDetails><emailIncident><emailAddress>a@example.org</emailAddress></emailIncident></internetDetails>", rest="<intendedRecipient><intendedRecipientPerson><email>a@example.org</email></intendedRecipientPerson></intendedRecipient>"), None),
    ("an incident's mail that is nobody's", report(details="<internetDetails><emailIncident><emailAddress>a@example.org</emailAddress></emailIncident></internetDetails>"), Rule.INCIDENT_EMAIL),
    ("a newsgroup's mail that is the reporter's alone", report(details="<internetDetails><newsgroupIncident><emailAddress>desk@example.org</emailAddress></newsgroupIncident></internetDetails>"), Rule.INCIDENT_EMAIL),
    ("a country", person("<address><country>NO</country></address>"), None),
    ("a country of no list", person("<address><country>UK</country></address>"), Rule.COUNTRY),
    ("a proxy instead of a country", person("<address><country>A1</country></address>"), Rule.COUNTRY),
    ("an empty country", person("<address><country/></address>"), Rule.COUNTRY),
    ("a state", person("<address><state>OR</state></address>"), None),
    ("a state of no list", person("<address><state>Oregon</state></address>"), Rule.WORD),
    ("a code beside its number", person('<phone countryCallingCode="+47">22 33</phone>'), None),
    ("a code twice", person('<phone countryCallingCode="+47">+47 22 33</phone>'), Rule.CALLING_CODE),
    ("a code twice, with zeros", person('<phone countryCallingCode="+47">0047 22 33</phone>'), Rule.CALLING_CODE),
    ("a code without plus", person('<phone countryCallingCode="47">22 33</phone>'), Rule.FORM),
    ("an extension of letters", person('<phone extension="a">22 33</phone>'), Rule.FORM),
    ("a verification", person('<email verified="true" verificationDate="2026-01-01T00:00:00Z">a@example.org</email>'), None),
    ("a verification denied", person('<email verified="false" verificationDate="2026-01-01T00:00:00Z">a@example.org</email>'), Rule.VERIFICATION),
    ("a verification unsaid", person('<phone verificationDate="2026-01-01T00:00:00Z">22</phone>'), Rule.VERIFICATION),
    ("a mail address", person("<email>very.odd+tag@sub.example.org</email>"), None),
    ("a mail address without at", person("<email>example.org</email>"), Rule.FORM),
    ("a mail address with a long name", person(f"<email>{'a' * 65}@example.org</email>"), Rule.LENGTH),
    ("an age", person("<age>0</age>"), None),
    ("an age of none", person("<age>151</age>"), Rule.RANGE),
    ("a birth", person("<dateOfBirth>2010-02-28</dateOfBirth>"), None),
    ("a birth to come", person("<dateOfBirth>2026-11-25</dateOfBirth>"), Rule.FUTURE),
    ("a birth on no day", person("<dateOfBirth>2010-02-29</dateOfBirth>"), Rule.FORM),
    ("an age alone", account('<associatedAccount type="Linked"><approximateAge>9</approximateAge></associatedAccount>'), None),
    ("an age and a birth", account('<associatedAccount type="Linked"><approximateAge>9</approximateAge><dateOfBirth>2017-01-01</dateOfBirth></associatedAccount>'), Rule.AGE),
    ("a place", account("<estimatedLocation><city>Bergen</city><countryCode>NO</countryCode></estimatedLocation>"), None),
    ("a place without country", account("<estimatedLocation><city>Bergen</city></estimatedLocation>"), Rule.MISSING),
    ("a US city with its state", account("<estimatedLocation><city>A</city><region>OR</region><countryCode>US</countryCode></estimatedLocation>"), None),
    ("a US city without", account("<estimatedLocation><city>A</city><countryCode>US</countryCode></estimatedLocation>"), Rule.REGION),
    ("a US state in words", account("<estimatedLocation><region>Oregon</region><countryCode>US</countryCode></estimatedLocation>"), Rule.REGION),
    ("told after closing", account('<accountPermanentlyDisabled disabledDate="2026-01-02T00:00:00Z" userNotifiedDate="2026-01-02T00:00:00Z">true</accountPermanentlyDisabled>'), None),
    ("told before closing", account('<accountPermanentlyDisabled disabledDate="2026-01-02T00:00:00Z" userNotifiedDate="2026-01-01T23:59:59Z">true</accountPermanentlyDisabled>'), Rule.CLOSURE),
    ("opened again later", account('<accountTemporarilyDisabled disabledDate="2026-01-02T00:00:00Z" reenabledDate="2026-01-02T00:00:01Z">true</accountTemporarilyDisabled>'), None),
    ("opened again at once", account('<accountTemporarilyDisabled disabledDate="2026-01-02T00:00:00Z" reenabledDate="2026-01-02T00:00:00Z">true</accountTemporarilyDisabled>'), Rule.CLOSURE),
    ("IPv6", account("<ipCaptureEvent><ipAddress>2001:db8::1</ipAddress></ipCaptureEvent>"), None),
    ("IPv4 within IPv6", account("<ipCaptureEvent><ipAddress>::ffff:192.0.2.1</ipAddress></ipCaptureEvent>"), None),
    ("no address", account("<ipCaptureEvent><ipAddress>192.0.2</ipAddress></ipCaptureEvent>"), Rule.FORM),
    ("a port", account("<ipCaptureEvent><ipAddress>192.0.2.1</ipAddress><port>65535</port></ipCaptureEvent>"), None),
    ("port zero", account("<ipCaptureEvent><ipAddress>192.0.2.1</ipAddress><port>0</port></ipCaptureEvent>"), Rule.RANGE),
]  # fmt: skip
FILES = [
    ("EXIF and file viewed", file("<fileViewedByEsp>true</fileViewedByEsp><exifViewedByEsp>true</exifViewedByEsp>"), None),
    ("neither viewed", file("<fileViewedByEsp>false</fileViewedByEsp><exifViewedByEsp>false</exifViewedByEsp>"), None),
    ("EXIF viewed, file not", file("<fileViewedByEsp>false</fileViewedByEsp><exifViewedByEsp>true</exifViewedByEsp>"), Rule.EXIF_VIEWED),
    ("EXIF viewed, file unsaid", file("<exifViewedByEsp>1</exifViewedByEsp>"), Rule.EXIF_VIEWED),
    ("a reported file with class", file("<fileRelevance>Reported</fileRelevance><industryClassification>A1</industryClassification>"), None),
    ("a supplemental file", file("<fileRelevance>Supplemental Reported</fileRelevance><fileAnnotations><viral/></fileAnnotations>"), None),
    ("a supplemental file with class", file("<fileRelevance>Supplemental Reported</fileRelevance><industryClassification>A1</industryClassification>"), Rule.SUPPLEMENTAL),
    ("a supplemental meme", file("<fileRelevance>Supplemental Reported</fileRelevance><fileAnnotations><potentialMeme/></fileAnnotations>"), Rule.SUPPLEMENTAL),
    ("a supplemental meme of old", file("<fileRelevance>Supplemental Reported</fileRelevance><potentialMeme>true</potentialMeme>"), Rule.SUPPLEMENTAL),
    ("both forms of the meme", file("<potentialMeme>true</potentialMeme><fileAnnotations><viral/></fileAnnotations>"), Rule.CHOICE),
    ("two upload addresses", file("<ipCaptureEvent><ipAddress>192.0.2.1</ipAddress></ipCaptureEvent>" * 2), Rule.TOO_MANY),
    ("a hash without type", file("<originalFileHash>00</originalFileHash>"), Rule.MISSING),
    ("metadata without values", file('<details type="EXIF"/>'), Rule.MISSING),
    ("a type on the pair", file('<details><nameValuePair type="EXIF"><name>a</name><value>b</value></nameValuePair></details>'), Rule.UNKNOWN),
]  # fmt: skip
BATCH = '<batchedReport reason="VIRAL_POTENTIAL_MEME"/>'
ONE = "<personOrUserReported><espIdentifier>1</espIdentifier></personOrUserReported>"
BATCHES = [
    ("identifiers alone", report(batch=BATCH, rest=ONE * 5), None),
    ("an urgent batch", report(batch=BATCH, summary="<escalateToHighPriority>x</escalateToHighPriority>", rest=ONE), Rule.BATCH),
    ("details", report(batch=BATCH, details="<internetDetails><chatImIncident/></internetDetails>", rest=ONE), Rule.BATCH),
    ("police", report(batch=BATCH, details="<lawEnforcement><agencyName>A</agencyName></lawEnforcement>", rest=ONE), Rule.BATCH),
    ("a recipient", report(batch=BATCH, rest=ONE + "<intendedRecipient/>"), Rule.BATCH),
    ("a child", report(batch=BATCH, rest=ONE + "<victim><victimPerson/></victim>"), Rule.BATCH),
    ("more words", report(batch=BATCH, rest=ONE + "<additionalInfo>x</additionalInfo>"), Rule.BATCH),
    ("a screen name", report(batch=BATCH, rest="<personOrUserReported><espIdentifier>1</espIdentifier><screenName>a</screenName></personOrUserReported>"), Rule.BATCH),
    ("no identifier", report(batch=BATCH, rest="<personOrUserReported/>"), Rule.BATCH),
    ("another reason", report(batch='<batchedReport reason="SPAM"/>', rest=ONE), Rule.WORD),
    ("no reason", report(batch="<batchedReport/>", rest=ONE), Rule.MISSING),
]  # fmt: skip
VIRAL = "<fileAnnotations><viral/></fileAnnotations>"
BATCHED_FILES = [
    ("a viral file with class", file(f"<fileRelevance>Reported</fileRelevance>{VIRAL}<industryClassification>B2</industryClassification>"), None),
    ("a viral meme", file("<fileAnnotations><viral/><potentialMeme/></fileAnnotations>"), None),
    ("an unmarked file", file(""), Rule.BATCH),
    ("another mark beside", file("<fileAnnotations><viral/><infant/></fileAnnotations>"), Rule.BATCH),
    ("a supplemental file", file(f"<fileRelevance>Supplemental Reported</fileRelevance>{VIRAL}"), Rule.BATCH),
    ("a name", file(f"<originalFileName>a</originalFileName>{VIRAL}"), Rule.BATCH),
    ("a place", file(f"<locationOfFile>https://example.org/</locationOfFile>{VIRAL}"), Rule.BATCH),
    ("a hash", file(f'{VIRAL}<originalFileHash hashType="MD5">00</originalFileHash>'), Rule.BATCH),
    ("an address", file(f"{VIRAL}<ipCaptureEvent><ipAddress>192.0.2.1</ipAddress></ipCaptureEvent>"), Rule.BATCH),
    ("a device", file(f"{VIRAL}<deviceId><idType>a</idType><idValue>b</idValue></deviceId>"), Rule.BATCH),
    ("metadata", file(f"{VIRAL}<details><nameValuePair><name>a</name><value>b</value></nameValuePair></details>"), Rule.BATCH),
    ("more words", file(f"{VIRAL}<additionalInfo>x</additionalInfo>"), Rule.BATCH),
]  # fmt: skip


def named(cases):
    return [pytest.param(xml, rule, id=name) for name, xml, rule in cases]


@pytest.mark.parametrize(("xml", "rule"), named(REPORTS + BATCHES))
def test_a_rule_of_reports_is_kept_or_broken(xml: bytes, rule: Rule | None) -> None:
    assert rules(xml) == ({rule} if rule else set())


@pytest.mark.parametrize(("xml", "rule"), named(FILES))
def test_a_rule_of_files_is_kept_or_broken(xml: bytes, rule: Rule | None) -> None:
    assert rules(xml, "fileDetails") == ({rule} if rule else set())


@pytest.mark.parametrize(("xml", "rule"), named(BATCHED_FILES))
def test_a_rule_of_batched_files_is_kept_or_broken(xml: bytes, rule: Rule | None) -> None:
    assert rules(xml, "fileDetails", batched=True) == ({rule} if rule else set())


def test_each_rule_has_a_document_that_breaks_it() -> None:
    broken = {rule for _, _, rule in REPORTS + BATCHES + FILES + BATCHED_FILES}
    elsewhere = {Rule.MALFORMED, Rule.ROOT, Rule.ORDER}
    assert set(Rule) - broken == elsewhere


def test_a_time_that_has_not_passed_here_has_passed_later() -> None:
    xml = moment("2026-11-22T20:00:01Z")
    assert not PART.faults_of(xml, "report", "2025-06", at=NOW + timedelta(seconds=2))


def test_order_root_and_hostile_documents_are_told_apart() -> None:
    swapped = report().replace(b"<reporter>", b"<additionalInfo/><reporter>")
    assert rules(swapped) == {Rule.ORDER}
    assert rules(b"<fileDetails/>") == {Rule.ROOT}
    assert rules(b"<!DOCTYPE report><report/>") == {Rule.MALFORMED}
    assert rules(b"<report>") == {Rule.MALFORMED}


def test_a_fault_names_place_and_line_and_repeats_no_value() -> None:
    xml = b"\n".join(
        [
            b"<report><incidentSummary><incidentType>secret words</incidentType>",
            b"<incidentDateTime>2026-11-20T09:00:00Z</incidentDateTime></incidentSummary>",
            b"<reporter><reportingPerson><email>desk@example.org</email></reportingPerson></reporter>",
            b"<personOrUserReported><ipCaptureEvent><ipAddress>192.0.2.1</ipAddress></ipCaptureEvent>",
            b"<ipCaptureEvent><ipAddress>secret</ipAddress></ipCaptureEvent></personOrUserReported></report>",
        ]
    )
    faults = PART.faults_of(xml, "report", "2025-06", at=NOW)
    assert [(each.path, each.line) for each in faults] == [
        ("report/incidentSummary/incidentType", 1),
        ("report/personOrUserReported[1]/ipCaptureEvent[2]/ipAddress", 5),
    ]
    assert not [each for each in faults if re.search("secret", repr(each))]


def test_only_the_later_schema_knows_the_later_names() -> None:
    xml = report(summary="<reportAnnotations><informational/></reportAnnotations>")
    older = person("<age>9</age><ageAssertionDiscrepancy>true</ageAssertionDiscrepancy>")
    for each in (xml, older):
        assert {fault.rule for fault in PART.faults_of(each, "report", "2025-06", at=NOW)} == {Rule.UNKNOWN}
        assert PART.faults_of(each, "report", "2026-08", at=NOW) == []


def test_the_place_of_a_schema_may_stand_on_the_root_alone() -> None:
    xsi = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://example.org/xsd"'
    assert rules(report().replace(b"<report>", b"<report" + xsi + b">")) == set()
    assert rules(report().replace(b"<reporter>", b"<reporter" + xsi + b">")) == {Rule.UNKNOWN}


def test_a_document_in_a_namespace_is_another_document() -> None:
    assert rules(report().replace(b"<report>", b'<report xmlns="https://example.org/">')) == {Rule.ROOT}


def test_a_document_of_more_than_ten_megabytes_is_not_read() -> None:
    long = report(rest=f"<additionalInfo>{'x' * 9_900_000}</additionalInfo>")
    assert rules(long) == set()
    assert rules(long.replace(b"xxx", b"xxxx", 100_000)) == {Rule.MALFORMED}


def test_a_document_full_of_faults_is_not_listed_without_end() -> None:
    assert len(PART.faults_of(b"<report>" + b"<x/>" * 5_000 + b"</report>", "report", "2025-06", at=NOW)) == 500
