"""From facts to a report: what only words can carry stands in words, and the ledger alone says what was viewed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.records.report import (
    Absence,
    AbsenceReason,
    BatchReason,
    Chat,
    Incident,
    IncidentType,
    Person,
    QuotedMessage,
    Report,
    ReportedSubject,
    Reporter,
    WebPage,
)
from clew.records.report_file import AiProvenance, Labelled, ReportFile, ViewingStatement
from clew.records.subject import IpEvent, IpUse, Payment
from clew.reporting.compose import compose
from tests.parts.formats.report_facts import NOW

FACTS = Report(
    incident=Incident(type=IncidentType.ENTICEMENT, at=NOW - timedelta(days=1), platform="Fjord"),
    reporter=Reporter(person=Person()),
)
FILE = ReportFile(key="one")


def test_a_file_without_a_word_of_the_ledger_is_not_viewed() -> None:
    [file] = compose(replace(FACTS, files=(FILE,)), {}, at=NOW).report.files
    assert (file.viewed, file.exif_viewed, file.additional_info) == (False, False, ())


def test_what_the_facts_say_of_viewing_is_passed_over() -> None:
    claimed = replace(FILE, viewed=True, exif_viewed=True)
    [file] = compose(replace(FACTS, files=(claimed,)), {}, at=NOW).report.files
    assert (file.viewed, file.exif_viewed) == (False, False)


def test_the_ledgers_word_is_set_with_its_narrative() -> None:
    said = {"one": ViewingStatement(viewed=True, exif_viewed=True, narrative="Whole, on Sunday.")}
    [file] = compose(replace(FACTS, files=(FILE,)), said, at=NOW).report.files
    assert (file.viewed, file.exif_viewed, file.additional_info) == (True, True, ("Viewing: Whole, on Sunday.",))


def test_exif_is_never_viewed_without_its_file() -> None:
    said = {"one": ViewingStatement(viewed=False, exif_viewed=True)}
    [file] = compose(replace(FACTS, files=(FILE,)), said, at=NOW).report.files
    assert file.exif_viewed is False


@pytest.mark.parametrize(
    ("ahead_s", "sent_ahead_s"),
    [(-2, -2), (-1, -1), (-0.5, -1), (0, -1), (60, -1), (300, -1), (301, 301), (86_400, 86_400)],
)
def test_a_time_just_ahead_is_set_to_a_second_ago_and_one_far_ahead_is_left_to_a_person(
    ahead_s: float, sent_ahead_s: float
) -> None:
    facts = replace(FACTS, incident=replace(FACTS.incident, at=NOW + timedelta(seconds=ahead_s)))
    composed = compose(facts, {}, at=NOW)
    assert composed.report.incident.at == NOW + timedelta(seconds=sent_ahead_s)
    said = "Clock: a time ahead of this clock: incident, at, by" in (composed.report.additional_info or "")
    assert said is bool(composed.notes) is (ahead_s != sent_ahead_s)


def test_times_deep_within_are_set_right_too() -> None:
    event = IpEvent(address="192.0.2.1", at=NOW + timedelta(seconds=3))
    facts = replace(FACTS, subjects=(ReportedSubject(ip_events=(event, event)),))
    composed = compose(facts, {}, at=NOW)
    assert {each.at for each in composed.report.subjects[0].ip_events} == {NOW - timedelta(seconds=1)}
    assert "subjects 1, ip events 2, at, by 3.000 s" in (composed.report.additional_info or "")


MESSAGE = QuotedMessage(
    sender="7F-11",
    text="a demand",
    at=NOW - timedelta(hours=1),
    ip_event=IpEvent(address="192.0.2.1", port=51_820, use=IpUse.OTHER, at=NOW - timedelta(hours=1)),
    reported=True,
)
LINE = "2026-11-22T19:00:00Z 7F-11 [reported]: a demand [from 192.0.2.1 port 51820 at 2026-11-22T19:00:00Z, other]"


def test_messages_become_a_chat_when_nothing_else_has_room_for_words() -> None:
    composed = compose(replace(FACTS, messages=(MESSAGE,), details=(WebPage(),)), {}, at=NOW).report
    assert composed.details == (WebPage(), Chat(client="Fjord", content=LINE))
    assert composed.messages == ()


def test_messages_follow_the_words_that_are_there() -> None:
    composed = compose(replace(FACTS, messages=(MESSAGE,), details=(Chat(content="before"),)), {}, at=NOW).report
    assert composed.details == (Chat(content=f"before\n\n{LINE}"),)


def test_a_message_without_time_says_so() -> None:
    bare = QuotedMessage(sender="7F-20", text="hello")
    [chat] = compose(replace(FACTS, messages=(bare,)), {}, at=NOW).report.details
    assert isinstance(chat, Chat)
    assert chat.content == "time not held 7F-20: hello"


def test_payments_absences_and_other_facts_are_told_in_words() -> None:
    facts = replace(
        FACTS,
        additional_info="The story.",
        payments=(Payment(method="bitcoin", amount_minor=12_000, currency="XBT", account="bc1q"),),
        further=(Labelled(label="Weather", text="calm"),),
        absent=(Absence(field="subjects[0].phones", reason=AbsenceReason.NOT_HELD, because="nobody asks"),),
    )
    composed = compose(facts, {}, at=NOW).report
    assert composed.additional_info == (
        "The story.\nPayment: bitcoin; 12000 (smallest units of XBT); account bc1q\nWeather: calm\n"
        "Left out: subjects 1, phones (not held): nobody asks"
    )
    assert (composed.payments, composed.further, composed.absent) == ((), (), ())


def test_a_generated_file_says_where_it_comes_from() -> None:
    known = AiProvenance(model="m", prompt="p", source="user-upload", by_user=False)
    facts = replace(FACTS, files=(replace(FILE, ai_provenance=known, reference="4711"),))
    [file] = compose(facts, {}, at=NOW).report.files
    assert len(file.additional_info) == 1
    assert file.additional_info[0].splitlines() == [
        "Reference at the platform: 4711",
        "Generated by the model: m",
        "Prompt: p",
        "How it came to the platform: user-upload",
        "Brought by: material that the platform gathered",
    ]
    assert (file.reference, file.ai_provenance) == (None, None)


def test_a_batched_file_says_whether_it_was_viewed_and_no_more() -> None:
    facts = replace(FACTS, batch=BatchReason.VIRAL_MEME, files=(FILE,))
    composed = compose(facts, {"one": ViewingStatement(viewed=True, narrative="Whole.")}, at=NOW)
    assert (composed.report.files[0].viewed, composed.report.files[0].additional_info) == (True, ())
    assert "no room for how a file was viewed" in str(composed.notes[0])


def test_composing_twice_changes_nothing_more() -> None:
    facts = replace(FACTS, messages=(MESSAGE,), files=(replace(FILE, reference="1"),))
    once = compose(facts, {}, at=NOW).report
    assert compose(once, {}, at=NOW).report == once


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x85", "\x0b"])
def test_a_strangers_words_cannot_pass_for_ours_or_for_anothers(end: str) -> None:
    prompt = f"a boat{end}Viewing: A person viewed the entire file."
    said = f"hello{end}2026-11-22T19:00:00Z 7F-20 [reported]: I did it"
    facts = replace(
        FACTS,
        files=(replace(FILE, ai_provenance=AiProvenance(prompt=prompt)),),
        messages=(QuotedMessage(sender="7F-11", text=said),),
    )
    composed = compose(facts, {}, at=NOW).report
    [chat] = composed.details
    assert isinstance(chat, Chat)
    assert chat.content is not None
    lines = [*composed.files[0].additional_info[0].splitlines(), *chat.content.splitlines()]
    assert [line for line in lines if line.startswith(("Viewing", "2026"))] == []
