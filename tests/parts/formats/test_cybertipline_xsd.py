"""The W3C schema that is made of the schema table refuses what a W3C schema can refuse."""

import pytest

from clew.parts.formats.cybertipline import PART

NEWEST = PART.profiles[-1]
REPORTER = "<reporter><reportingPerson><email>desk@example.org</email></reportingPerson></reporter>"
TYPE = "<incidentType>Child Sex Tourism</incidentType>"
TIME = "<incidentDateTime>2026-03-01T08:00:00Z</incidentDateTime>"
SUMMARY = f"<incidentSummary>{TYPE}{TIME}</incidentSummary>"
URGENT = "<escalateToHighPriority> </escalateToHighPriority>"
FILE = "<reportId>1</reportId><fileId>a</fileId>"

GOOD = [
    f"<report>{SUMMARY}{REPORTER}</report>",
    f'<report><batchedReport reason="VIRAL_POTENTIAL_MEME"/>{SUMMARY}{REPORTER}</report>',
    f"<report>{SUMMARY}<internetDetails><webPageIncident/></internetDetails>{REPORTER}</report>",
    f"<fileDetails>{FILE}<fileAnnotations><viral/><infant>true</infant></fileAnnotations></fileDetails>",
    f"<fileDetails>{FILE}<potentialMeme>true</potentialMeme></fileDetails>",
    f'<fileDetails>{FILE}<originalFileHash hashType="MD5">x</originalFileHash></fileDetails>',
]
BAD = [
    f"<report>{REPORTER}{SUMMARY}</report>",  # order
    f"<report>{SUMMARY}</report>",  # missing
    f"<report>{SUMMARY}{SUMMARY}{REPORTER}</report>",  # twice
    f"<report>{SUMMARY}{REPORTER}<colour/></report>",
    f"<report><batchedReport/>{SUMMARY}{REPORTER}</report>",
    f"<report><incidentSummary><incidentType>Tourism</incidentType>{TIME}</incidentSummary>{REPORTER}</report>",
    f"<report><incidentSummary>{TYPE}<platform>{'a' * 257}</platform>{TIME}</incidentSummary>{REPORTER}</report>",
    f"<report><incidentSummary>{TYPE}{URGENT}{TIME}</incidentSummary>{REPORTER}</report>",
    f"<report><incidentSummary>{TYPE}<incidentDateTime>soon</incidentDateTime></incidentSummary>{REPORTER}</report>",
    f"<report>{SUMMARY}<internetDetails><webPageIncident/><webPageIncident/></internetDetails>{REPORTER}</report>",
    f"<report>{SUMMARY}<internetDetails/>{REPORTER}</report>",
    f"<fileDetails>{FILE}<fileAnnotations><viral>false</viral></fileAnnotations></fileDetails>",
    f"<fileDetails>{FILE}<potentialMeme>true</potentialMeme><fileAnnotations/></fileDetails>",
    f"<fileDetails>{FILE}<originalFileHash>x</originalFileHash></fileDetails>",
    f"<fileDetails>{FILE}<ipCaptureEvent><ipAddress>::1</ipAddress><port>70000</port></ipCaptureEvent></fileDetails>",
    "<fileDetails><reportId>one</reportId><fileId>a</fileId></fileDetails>",
    "<reportResponse><responseCode>0</responseCode></reportResponse>",
]


@pytest.mark.parametrize("profile", PART.profiles)
@pytest.mark.parametrize("document", GOOD)
def test_a_document_of_the_grammar_passes(document: str, profile: str) -> None:
    assert PART.schema_faults(document.encode(), PART.schema_xml(profile)) == []


@pytest.mark.parametrize("document", BAD)
def test_a_document_that_breaks_the_grammar_does_not(document: str) -> None:
    assert PART.schema_faults(document.encode(), PART.schema_xml(NEWEST)) != []


def test_a_name_that_is_newer_than_a_profile_is_not_in_its_schema() -> None:
    schemas = [PART.schema_xml(profile) for profile in PART.profiles]
    assert [b'"ageAssertionDiscrepancy"' in each for each in schemas] == [False, True]
    assert [b'"informational"' in each for each in schemas] == [False, True]
