"""A report's facts on a page: what names or quotes somebody is covered, whatever field it stands in."""

import dataclasses
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from clew.records.report import (
    Chat,
    Incident,
    IncidentType,
    Person,
    QuotedMessage,
    Report,
    ReportedSubject,
    Reporter,
    Victim,
    WebPage,
)
from clew.records.report_file import FileHash, ReportFile
from clew.records.subject import Email, IpEvent
from clew.web.console.report_shown import ShownReport, show_report

AT = datetime(2026, 3, 1, tzinfo=UTC)
secret = st.text("abcdefghijklmnopqrstuvwxyz", min_size=8, max_size=300)


def report(word: str) -> Report:
    """The same word wherever a name, an identifier or free text may stand."""
    person = Person(first_name=word, last_name=word, emails=(Email(address=f"{word}@post.example"),))
    subject = ReportedSubject(
        identifier=word,
        screen_name=word,
        profile_urls=(f"https://board.example/{word}",),
        profile_bio=word,
        person=person,
        additional_info=word,
        ip_events=(IpEvent(address="198.51.100.4", at=AT, port=4000),),
    )
    return Report(
        incident=Incident(type=IncidentType.ENTICEMENT, at=AT, urgent_because=word),
        reporter=Reporter(person=person, company_text=word),
        details=(Chat(room=word, content=word), WebPage(urls=(f"https://board.example/{word}",))),
        subjects=(subject,),
        victims=(Victim(person=person, screen_name=word, school=word),),
        files=(
            ReportFile(
                key="f1", original_file_name=f"{word}.jpg", hashes=(FileHash(type="md5", value="6ac3f901" * 4),)
            ),
        ),
        messages=(QuotedMessage(sender=word, text=word, at=AT),),
        additional_info=word,
    )


def said(shown: ShownReport) -> str:
    return str(dataclasses.asdict(shown))


@given(secret)
def test_no_name_no_identifier_and_no_word_is_shown_unasked(word: str) -> None:
    told = said(show_report(report(word), whole=False))
    assert word not in told
    assert "198.51.100.4" not in told


@given(secret)
def test_asked_for_everything_stands_there_and_no_address_can_be_opened(word: str) -> None:
    told = said(show_report(report(word), whole=True))
    assert told.count(word) >= 14
    assert "198.51.100.4" in told
    assert "://" not in told


def test_what_names_nobody_is_shown_at_once() -> None:
    told = said(show_report(report("quorvane-lane"), whole=False))
    assert "enticement" in told
    assert "4000" in told


def test_several_of_a_kind_are_told_apart_by_number() -> None:
    two = tuple(IpEvent(address=f"198.51.100.{each}", at=AT) for each in (4, 5))
    made = Report(
        incident=Incident(at=AT), reporter=Reporter(person=Person()), subjects=(ReportedSubject(ip_events=two),)
    )
    (group,) = [each for each in show_report(made, whole=True).groups if each.name == "Subject"]
    names = [row.name for row in group.rows]
    assert len(names) == len(set(names))
