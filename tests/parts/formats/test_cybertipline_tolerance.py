# ruff: noqa: E501  one case stands in one line
"""Where documentation, schema and clients disagree: what comes in is understood, and what is odd is kept in words."""

import pytest

from clew.errors import InputError
from clew.parts.formats.cybertipline import PART
from clew.records.report import AccountTie
from clew.records.report_file import MetadataKind
from tests.parts.formats.report_facts import NOW
from tests.parts.formats.test_cybertipline_rules import account, file, person, report


def faults(xml: bytes, *, tolerant: bool, root="report") -> bool:
    return bool(PART.faults_of(xml, root, "2025-06", at=NOW, tolerant=tolerant))


def read(xml: bytes):
    return PART.read_report(xml, "2025-06", tolerant=True)


def read_file(xml: bytes):
    return PART.read_file_details(xml, "2025-06", tolerant=True)[0]


@pytest.mark.parametrize(
    ("xml", "root"),
    [
        (account('<associatedAccount accountType="Billing"/>'), "report"),
        (account("<associatedAccount><screenName>a</screenName></associatedAccount>"), "report"),
        (account('<associatedAccount type="Linked" thirdPartyUser="true"><platform>x</platform></associatedAccount>'), "report"),
        (report(rest="").replace(b"<reporter>", b'<lawEnforcement fleaCountry="DK"><agencyName>A</agencyName></lawEnforcement><reporter>'), "report"),
        (file('<details><nameValuePair type="EXIF"><name>a</name><value>b</value></nameValuePair></details>'), "fileDetails"),
        (file("<ipCaptureEvent><ipAddress>192.0.2.1</ipAddress></ipCaptureEvent>" * 2), "fileDetails"),
        (person("<address><country>A1</country></address>"), "report"),
        (person("<address><country/></address>"), "report"),
        (account("<favouriteColour>red</favouriteColour>"), "report"),
        (account("<screenName>a</screenName><espIdentifier>1</espIdentifier>"), "report"),
    ],
)  # fmt: skip
def test_what_clients_send_otherwise_is_a_fault_unless_we_are_tolerant(xml: bytes, root) -> None:
    assert faults(xml, tolerant=False, root=root)
    assert not faults(xml, tolerant=True, root=root)


def test_the_older_attributes_of_an_associated_account_are_understood() -> None:
    inner = '<associatedAccount accountType="Billing" thirdPartyUser="true"><platform>x</platform></associatedAccount>'
    [found] = read(account(inner)).subjects[0].associated
    assert (found.tie, found.third_party, found.platform) == (AccountTie.BILLING, True, "x")


def test_an_associated_account_without_a_tie_is_tied_otherwise() -> None:
    [found] = read(account("<associatedAccount/>")).subjects[0].associated
    assert found.tie is AccountTie.OTHER


def test_a_country_of_process_without_the_process_is_kept_in_words() -> None:
    police = b'<lawEnforcement fleaCountry="DK"><agencyName>A</agencyName></lawEnforcement><reporter>'
    found = read(report().replace(b"<reporter>", police))
    assert found.law_enforcement is not None
    assert (found.law_enforcement.process_country, found.additional_info) == (None, "lawEnforcement, fleaCountry: DK")


def test_the_kind_of_metadata_may_stand_on_its_values() -> None:
    inner = '<details><nameValuePair type="EXIF"><name>a</name><value>b</value></nameValuePair></details>'
    [found] = read_file(file(inner)).metadata
    assert (found.kind, found.values[0].name) == (MetadataKind.EXIF, "a")


def test_a_second_upload_address_is_kept_in_words() -> None:
    event = "<ipCaptureEvent><ipAddress>192.0.2.{}</ipAddress><port>{}</port></ipCaptureEvent>"
    found = read_file(file(event.format(1, 10) + event.format(2, 20)))
    assert found.ip_event is not None
    assert found.ip_event.port == 10
    assert found.additional_info == ("ipCaptureEvent, ipAddress: 192.0.2.2\nipCaptureEvent, port: 20",)


def test_the_older_form_of_the_meme_is_read() -> None:
    assert read_file(file("<potentialMeme>true</potentialMeme>")).potential_meme is True


def test_unknown_elements_and_unreadable_values_are_kept_in_the_nearest_words() -> None:
    inner = "<port>a</port><shoe size='41'>brown</shoe>"
    found = read(account(f"<ipCaptureEvent><ipAddress>192.0.2.1</ipAddress>{inner}</ipCaptureEvent>"))
    assert found.subjects[0].ip_events[0].port is None
    assert found.subjects[0].additional_info == "port: a\nshoe: @size 41; brown"


def test_words_join_the_additional_information_that_is_there() -> None:
    found = read(account("<colour>red</colour><additionalInfo>first</additionalInfo>"))
    assert found.subjects[0].additional_info == "first\ncolour: red"


def test_elements_in_any_order_are_read() -> None:
    found = read(
        account("<additionalInfo>i</additionalInfo><screenName>s</screenName><espIdentifier>e</espIdentifier>")
    )
    assert (found.subjects[0].identifier, found.subjects[0].screen_name) == ("e", "s")


def test_an_event_without_its_address_is_told_in_words() -> None:
    found = read(account("<ipCaptureEvent><port>9</port></ipCaptureEvent>"))
    assert found.subjects[0].ip_events == ()
    assert found.subjects[0].additional_info == "ipCaptureEvent, port: 9"


@pytest.mark.parametrize(
    "xml", [b"<report/>", report().replace(b"<reporter>", b"<x>").replace(b"</reporter>", b"</x>")]
)
def test_a_report_without_incident_or_reporter_is_none_however_tolerant_we_are(xml: bytes) -> None:
    with pytest.raises(InputError):
        read(xml)


def test_strictly_read_the_schema_is_law() -> None:
    with pytest.raises(InputError, match=r"report/personOrUserReported\[1\]/colour, line 1: .*unknown"):
        PART.read_report(account("<colour>red</colour>"), "2025-06")
    with pytest.raises(InputError, match="word"):
        PART.read_report(report().replace(b"Child Sex Trafficking", b"Theft"), "2025-06")


def test_what_only_breaks_a_rule_of_the_service_is_read_strictly_too() -> None:
    assert len(PART.read_report(report(rest="<personOrUserReported/>" * 2), "2025-06").subjects) == 2


def test_a_profile_that_nobody_has_is_refused() -> None:
    with pytest.raises(InputError, match="there are: 2025-06, 2026-08"):
        PART.read_report(report(), "2031-01")
