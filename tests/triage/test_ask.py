"""What senders are asked: few things, only what they hold, and never to look for more."""

import re

from clew.records.intake import Gap
from clew.triage.ask import MOST_QUESTIONS, questions_of


def gaps(*paths: str) -> list[Gap]:
    return [Gap(path=path, because="x") for path in paths]


def test_a_missing_port_is_asked_for_once_whatever_number_of_addresses_lacks_it():
    asked = questions_of(gaps(*(f"subjects[0].ip_events[{each}].port" for each in range(9))))
    assert [path for path, _ in asked] == ["subjects[0].ip_events[0].port"]


def test_no_more_than_three_the_most_wanted_first():
    paths = ["files[3].hashes", "files[0].ip_event.port", "subjects[1].ip_events[2].at", "incident.at", "subjects"]
    asked = [path for path, _ in questions_of(gaps(*paths))]
    assert len(asked) == MOST_QUESTIONS
    assert asked == ["subjects", "incident.at", "subjects[1].ip_events[2].at"]


def test_nobody_is_asked_to_look_at_or_search_for_anything():
    every = ["subjects", "incident.at", "subjects[0].ip_events", "files[0].ip_event.at", "files[0].hashes", "x.port"]
    texts = [text for path in every for _, text in questions_of(gaps(path))]
    assert len(texts) == 5
    for text in texts:
        assert "nothing needs to be searched for" in text
        assert not re.search(r"\b(find|look|view|open|check|scan|monitor)\b", text)


def test_a_gap_that_a_sender_cannot_close_from_its_records_is_no_question():
    assert questions_of(gaps("files[0].viewed", "subjects[0].ip_events[0].address", "files", "")) == []
