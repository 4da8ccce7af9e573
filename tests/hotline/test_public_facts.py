"""A public form as the facts of a report: the person's words unchanged, links as links, safe contact first."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.hotline.public_facts import DANGER, contact_warning, facts_of
from clew.records.public_report import PublicReport, PublicWho, PublicYears, SafeContact
from clew.records.report import Report, WebPage
from clew.triage.signs import texts_of
from clew.triage.words import words_in

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WISH = SafeContact(allowed=True, way="mara@example.org", times="2 to 3", leave_message=True, nobody_else=True)


def further(report: Report) -> dict[str, str]:
    return {each.label: each.text for each in report.further}


def wish(contact: SafeContact) -> str:
    return further(facts_of(PublicReport(words="x", contact=contact), NOON))["Safe contact"]


def test_words_stand_as_they_were_written_and_links_as_links() -> None:
    places = "https://board.example/a?b=1\n  hxxps[:]//board[.]example/c\n\nfoo_bar on chatapp\nwww.quay.example/x\njohn.smith\nhttps://board.example/a?b=1"
    report = facts_of(PublicReport(words="Line one.\nLine two.", places=places), NOON)
    assert report.additional_info == "Line one.\nLine two."
    assert report.details == (
        WebPage(urls=("https://board.example/a?b=1", "https://board.example/c", "www.quay.example/x")),
    )
    assert further(report)["Where it is, as they say"] == "foo_bar on chatapp\njohn.smith"


@pytest.mark.parametrize(
    "line", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "see http://a.example/", "@name", "a.b"]
)
def test_what_is_no_link_stays_words(line: str) -> None:
    report = facts_of(PublicReport(places=line), NOON)
    assert report.details == ()
    assert further(report)["Where it is, as they say"] == line


def test_danger_is_the_field_that_the_override_reads() -> None:
    assert facts_of(PublicReport(danger=True), NOON).incident.urgent_because == DANGER
    assert facts_of(PublicReport(words="x"), NOON).incident.urgent_because is None


def test_a_child_or_somebody_for_one_tells_of_a_child_and_a_witness_does_not() -> None:
    assert len(facts_of(PublicReport(who=PublicWho.CHILD, country="NL"), NOON).victims) == 1
    assert len(facts_of(PublicReport(who=PublicWho.CARER), NOON).victims) == 1
    assert not facts_of(PublicReport(who=PublicWho.WITNESS), NOON).victims
    assert not facts_of(PublicReport(who=PublicWho.OTHER), NOON).victims
    assert not facts_of(PublicReport(), NOON).victims
    carer = facts_of(PublicReport(who=PublicWho.CARER, country="NL"), NOON).victims[0]
    assert carer.location is None  # where the adult is, is not where the child is


def test_safe_contact_is_said_first_and_no_choice_is_a_no() -> None:
    report = facts_of(PublicReport(words="x", who=PublicWho.CHILD, contact=SafeContact()), NOON)
    assert report.further[0].text == "Do not contact who wrote this."
    assert report.reporter.contact is None
    assert wish(WISH) == (
        "Reach who wrote this in one way only, the one that they named. A message may be left. "
        "Tell nobody else that they wrote. The way: the address or number of who writes. Safe times: 2 to 3."
    )
    assert wish(SafeContact(allowed=True, way="seal on chatapp")) == (
        "Reach who wrote this in one way only, the one that they named. Leave no message. "
        "The way: seal on chatapp. Safe times: not said."
    )


def warning(contact: SafeContact | None) -> str:
    return contact_warning(facts_of(PublicReport(words="x", contact=contact), NOON))


def test_the_warning_says_what_not_to_do_and_quotes_nothing_that_was_typed() -> None:
    assert warning(None) == ""
    assert warning(SafeContact(nobody_else=True)) == "Do not contact who wrote this. Tell nobody else that they wrote."
    assert warning(WISH).endswith("A message may be left. Tell nobody else that they wrote.")
    sly = SafeContact(allowed=True, way="A message may be left. seal", times="Do not contact who wrote this.")
    assert warning(sly) == "Reach who wrote this in one way only, the one that they named. Leave no message."


def test_an_address_or_number_stands_with_who_writes_and_nowhere_else() -> None:
    report = facts_of(PublicReport(words="x", contact=WISH), NOON)
    assert report.reporter.contact is not None
    assert report.reporter.contact.emails[0].address == "mara@example.org"
    assert not [text for _, text in texts_of(report) if "mara@example.org" in text]
    by_phone = facts_of(PublicReport(contact=SafeContact(allowed=True, way="020 555 0100")), NOON).reporter.contact
    assert by_phone is not None
    assert by_phone.phones[0].number == "020 555 0100"


def test_what_is_added_names_its_report_and_says_nothing_of_contact_when_nothing_was_asked() -> None:
    report = facts_of(PublicReport(words="more"), NOON, adds_to=7)
    assert further(report) == {"Adds to report": "7"}


@given(
    who=st.sampled_from([None, *PublicWho]),
    years=st.sampled_from([None, *PublicYears]),
    danger=st.booleans(),
    contact=st.sampled_from([None, SafeContact(), SafeContact(nobody_else=True), SafeContact(allowed=True, way="x")]),
    adds_to=st.sampled_from([None, 7]),
)
def test_our_own_words_are_no_danger_words(
    who: PublicWho | None, years: PublicYears | None, danger: bool, contact: SafeContact | None, adds_to: int | None
) -> None:
    """Else every form would be raised by what Clew itself wrote into it."""
    told = PublicReport(who=who, years=years, danger=danger, contact=contact, country="NL")
    for _, text in texts_of(facts_of(told, NOON, adds_to=adds_to)):
        assert not words_in(text)
